"""The records that the kernel of an interlocked area works on.

What does not change: `sections`, `routes` with their `elements` and masks, `ways` with their `choices`, `calls`, `trains`, `physics`, `closures`.
What does: `area` (1,), `slots` (one per train under way, with a list of pieces that it holds), `holders`, the `heap` of due times, `rows` and
`messages`, which the caller takes out. A longer array of the same type is a larger capacity.

A *resource* is a section or a conflict area; one train holds it. An *option* is a section and the direction in which it is taken:
2 * section + direction. Sets of resources are rows of bits, `BITS` to a word.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...params import record_dtype
from ...params.rail import RailParams

BITS = 62
N_PIECE = 96  # that one train holds at a time
DEPTH = 24  # moves that the search for a safe order makes one after the other
N_CELL = 4 * N_PIECE
N_POINT = 4 * N_PIECE + 4

# States of a slot.
FREE, OUTSIDE, RUNNING, STANDING, LEAVING = range(5)
# What a slot waits for.
NOTHING, AUTHORITY, SECOND_TRACK = range(3)
# What is known of the bridge of the block that is granted.
BRIDGE_NONE, BRIDGE_ASKED, BRIDGE_HELD = range(3)
# Kinds of rows.
ROW_SECTION, ROW_CALL, ROW_WAIT = range(3)

SECTION = np.dtype(
    [
        ("length_m", "f8"),
        ("speed_m_s", "f8", (2,)),  # by direction
        ("slope", "f8"),  # sine of the gradient, from -> to
        ("is_signal", "i8", (2,)),  # a train may be held at its end
        ("conflict", "i8", (2,)),  # resource at its to-node and at its from-node, -1 for none
        ("place", "i8"),
        ("bridge", "i8"),  # -1 for none
        ("is_called", "i8"),  # the bridge is asked by message
        ("closure", "i8"),  # first of its closures that is not past
        ("closure_end", "i8"),
    ]
)

ROUTE = np.dtype([("from_option", "i8"), ("to_option", "i8"), ("first", "i8"), ("n", "i8")])
ELEMENT = np.dtype([("section", "i8"), ("direction", "i8")])

# What a train does at one place of its way, and how it gets there.
WAY = np.dtype(
    [
        ("first", "i8"),  # of its choices: routes that lead to the place, the one that is preferred first
        ("n", "i8"),
        ("is_stop", "i8"),
        ("is_reversal", "i8"),  # leaves by the side on which it came
        ("run_round_ms", "i8"),  # time for which a reversal needs a second track; 0: none
        ("track", "i8"),  # the tracks of the place
        ("n_tracks", "i8"),
    ]
)

CALL = np.dtype([("arrive_ms", "i8"), ("depart_ms", "i8"), ("dwell_ms", "i8"), ("order_ms", "i8")])  # NEVER_MS: not given

TRAIN_DATA = np.dtype(
    [
        ("key", "i8"),  # decides ties
        ("way", "i8"),
        ("call", "i8"),
        ("n_places", "i8"),
        ("physics", "i8"),
        ("planned_ms", "i8"),  # at the entry
        ("entry_ms", "i8"),  # planned, and the delay with which it comes
        ("ask_ms", "i8"),  # from when it wants its first track
        ("entry_speed_m_s", "f8"),
        ("priority", "i8"),  # higher goes first
        ("weight", "f8"),
        ("max_wait_ms", "i8"),
        ("is_exit", "i8"),  # runs out at its last place
    ]
)

MOVE = np.dtype([(name, "i8") for name in ("slot", "choice", "place", "route", "old_place", "old_route", "old_next")])

CLOSURE = np.dtype([("begin_ms", "i8"), ("end_ms", "i8")])

PIECE = np.dtype(
    [
        ("resource", "i8"),
        ("section", "i8"),  # -1: a conflict area
        ("direction", "i8"),
        ("call", "i8"),  # of the place that it is a track of, -1 for none
        ("begin_m", "f8"),
        ("end_m", "f8"),
        ("limit_m_s", "f8"),
        ("slope", "f8"),
        ("reserve_ms", "i8"),
        ("enter_ms", "i8"),  # head in
        ("pass_ms", "i8"),  # head at its end
        ("leave_ms", "i8"),  # tail out
        ("clear_ms", "i8"),  # tail past the overlap
    ]
)

SLOT = np.dtype(
    [
        ("train", "i8"),
        ("key", "i8"),
        ("state", "i8"),
        ("place", "i8"),  # index on its way: where it stands, or where its authority leads to
        ("route", "i8"),  # to that place
        ("next_element", "i8"),  # of the route that is not reserved yet
        ("n_pieces", "i8"),
        ("end_m", "f8"),  # of its authority
        ("path_m", "f8"),  # of its reserved way
        ("brake_ms", "i8"),  # when it would begin to brake for the end of its authority
        ("brake_s", "f8"),
        ("brake_m", "f8"),
        ("end_ms", "i8"),  # when it is there
        ("release_ms", "i8"),  # next due: a piece behind the tail,
        ("ask_ms", "i8"),  # the request for the next block,
        ("stop_ms", "i8"),  # the arrival at a stop or at the end,
        ("free_ms", "i8"),  # the end of what it does at a stop
        ("wake_ms", "i8"),  # and a closure that ends
        ("due_ms", "i8"),
        ("token", "i8"),
        ("want", "i8"),
        ("asked_ms", "i8"),
        ("ready_ms", "i8"),  # from when waiting costs time
        ("since_ms", "i8"),  # begin of the present cause
        ("cause", "i8"),
        ("causer", "i8"),
        ("at", "i8"),  # resource that it waits for, -1 for none
        ("last_cause", "i8"),  # of the last time lost
        ("last_causer", "i8"),
        ("is_departing", "i8"),
        ("depart_ms", "i8"),  # of the last stop
        ("arrive_ms", "i8"),
        ("plan_ms", "i8"),  # planned time of the last stop
        ("booked_ms", "i8"),  # time lost since the last stop or grant that has its cause already
        ("second", "i8"),  # second track of a reversal, -1 for none
        ("dwell_end_ms", "i8"),
        ("arrived_place", "i8"),  # of the last stop
        ("track", "i8"),  # there
        ("bridge", "i8"),  # what is known of the bridge of the block
        ("bridge_section", "i8"),  # in what is reserved, -1 for none
        ("has_ghost", "i8"),
        ("lost_ms", "i8"),  # behind the ghost
    ]
)

AREA = record_dtype(
    RailParams,
    setup_ms="i8",
    sight_reaction_ms="i8",
    release_ms="i8",
    n_sections="i8",
    n_words="i8",
    has_avoidance="i8",
    # state
    now_ms="i8",
    next_train="i8",
    n_high="i8",  # slots from here on were never used
    n_active="i8",
    n_heap="i8",
    n_waiting="i8",
    is_changed="i8",  # somebody asked, or something came free
    n_rows="i8",
    n_messages="i8",
    stamp="i8",
    fault_train="i8",
)

ROW = np.dtype(
    [
        ("kind", "i8"),
        ("train", "i8"),
        ("place", "i8"),  # section, call or resource
        ("code", "i8"),  # track of a call, cause of a wait
        ("causer", "i8"),
        ("begin_ms", "i8"),  # reserve, arrival
        ("enter_ms", "i8"),
        ("leave_ms", "i8"),
        ("end_ms", "i8"),  # release, departure
        ("delay_ms", "i8"),
    ]
)

MESSAGE_OUT = np.dtype(
    [("kind", "i8"), ("bridge", "i8"), ("train", "i8"), ("slot", "i8"), ("direction", "i8"), ("time_ms", "i8"), ("eta_ms", "i8"), ("pass_ms", "i8")]
)
MESSAGE_IN = np.dtype([("slot", "i8"), ("begin_ms", "i8")])


class Net(NamedTuple):
    """What does not change in a run."""

    sections: Any  # of SECTION; the index of its next closure moves on
    routes: Any
    elements: Any
    masks: Any  # int64, shape (n_route, n_word): resources of each route
    ways: Any
    choices: Any  # int64
    tracks: Any  # int64
    closures: Any
    trains: Any
    calls: Any
    physics: Any  # running's TRAIN


class Live(NamedTuple):
    """What does."""

    slots: Any
    pieces: Any  # shape (n_slot, N_PIECE)
    anchors: Any  # running's STATE: where the present run begins
    ghosts: Any  # and that of the ghost
    finals: Any  # int64, shape (n_slot, n_word): what a train holds at the end of its authority
    wants: Any  # the same for what it waits for
    holders: Any  # int64, shape (n_resource, 2): slot that holds it, -1 for none, and how often
    waiting: Any  # int64: slots that wait for a grant, sorted anew in each pass
    heap: Any


class Desk(NamedTuple):
    """Room to work on, which holds nothing between steps."""

    cells: Any
    points_m: Any
    passes: Any
    trial: Any
    gone: Any  # int64, shape (DEPTH + 1, n_slot): trains that are taken out, by depth of the search
    reach: Any  # int64, shape (n_option,)
    work: Any  # int64, shape (4, n_word)
    moves: Any  # of MOVE, shape (DEPTH + 1,)
    kept: Any  # int64, shape (DEPTH + 1, n_word)
