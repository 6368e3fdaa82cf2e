"""Kinds of the messages that facilities of a waterway send to each other: the first item of a message's content.

What follows the kind::

    SHIP_CALL       ship, direction, eta_ms, pass_ms, reply_to      canal -> bridge: a ship needs an opening
    SHIP_CANCEL     ship                                            canal -> bridge: it does not come
    TRAIN_REQUEST   train, ...                                      rail -> bridge: keep it closed
    TRAIN_RELEASE   train, ...                                      rail -> bridge: the train has passed
    BRIDGE_GRANTED  ship, begin_ms, clear_ms                        bridge -> canal: sail from begin_ms, through at clear_ms
    SHIP_EXIT       ship                                            lock -> canal: the ship is clear of the lock
    SHIP_ARRIVES    ship                                            canal -> lock: the ship comes to the line-up area

`direction` is 0 from the stretch's from_node to its to_node, else 1. Times are int64 ms. A bridge that steps with a canal has no place of
its own on the clock: a message for it goes to the canal as ``(bridge, message)``, with the node of the bridge.
"""

MAX_DELTAS = 64
"""More exchanges than these within one millisecond are a cycle."""

SHIP_CALL = 1
SHIP_CANCEL = 2
TRAIN_REQUEST = 3
TRAIN_RELEASE = 4
BRIDGE_GRANTED = 5
SHIP_EXIT = 6
SHIP_ARRIVES = 7
