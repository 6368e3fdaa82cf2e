"""The records that the bridge kernel works on.

A bridge is one record of parameters and state, and a pool of users: ships that wait, trains that wait or hold. The pool is kept in
the order (ready time, kind, id), so neither the order of rows nor that of messages counts. It is short (the ships that have called
and not yet passed), and a scan of it is cheaper than lists.
"""

from __future__ import annotations

import numpy as np

from ...codes import BridgeCause
from ...params.bridge import BridgeParams
from ...params.fields import scalar_type

N_CAUSE = len(BridgeCause)

INBOX = np.dtype(
    [
        ("kind", "i8"),  # engine.messages
        ("time_ms", "i8"),  # read by the compiled driver only
        ("who", "i8"),
        ("direction", "i8"),
        ("eta_ms", "i8"),  # a ship at the stop board; a train: wanted from
        ("pass_ms", "i8"),  # a ship from the stop board to clear; a train: how long it holds, below 0 until it releases
        ("priority", "i8"),
        ("is_wide", "i8"),  # meets nobody in the opening, also where it is two-way
        ("reply", "i8"),  # the caller's number of who is told, below 0: nobody
    ]
)

USER = np.dtype(
    [
        ("user", "i8"),  # codes.BridgeUser
        ("who", "i8"),
        ("direction", "i8"),
        ("call_ms", "i8"),
        ("eta_ms", "i8"),
        ("pass_ms", "i8"),
        ("priority", "i8"),
        ("is_wide", "i8"),
        ("reply", "i8"),
        ("due_ms", "i8"),  # a ship: from when an opening may begin for it
        ("begin_ms", "i8"),  # a train that holds; NEVER_MS while waiting
        ("clear_ms", "i8"),
        ("cause", "i8"),  # what it waits for since `since_ms`
        ("since_ms", "i8"),
        ("part_ms", "i8", (N_CAUSE,)),  # time waited by cause
    ]
)

WINDOW = np.dtype([("kind", "i8"), ("begin_ms", "i8"), ("end_ms", "i8")])  # codes.BridgeWindow; sorted by begin

GRANT = np.dtype([("who", "i8"), ("user", "i8"), ("reply", "i8"), ("begin_ms", "i8"), ("clear_ms", "i8")])

CLOSURE_ROW = np.dtype(
    [
        ("cause_user", "i8"),  # the ship that the opening began for
        ("n_ships", "i8"),
        ("is_forced", "i8"),  # began against a rule, for a ship past its longest wait
        ("road_closed_ms", "i8"),
        ("opening_ms", "i8"),
        ("open_ms", "i8"),
        ("closing_ms", "i8"),
        ("closed_ms", "i8"),
        ("road_open_ms", "i8"),
    ]
)

WAIT_ROW = np.dtype(
    [
        ("user", "i8"),
        ("who", "i8"),
        ("direction", "i8"),
        ("cause", "i8"),  # of the longest part
        ("call_ms", "i8"),
        ("eta_ms", "i8"),
        ("begin_ms", "i8"),
        ("clear_ms", "i8"),
        ("part_ms", "i8", (N_CAUSE,)),
    ]
)

PARAMETERS = {
    name: name.removesuffix("_s") + "_ms" if name.endswith("_s") else name
    for name, field in BridgeParams.model_fields.items()
    if scalar_type(field) is not None and name != "margin_m"
}
"""Name of a parameter to its field in the bridge's record: times are whole milliseconds there."""

BRIDGE = np.dtype(
    [
        *[(field, "i8") for field in PARAMETERS.values()],
        # windows
        ("first_window", "i8"),
        ("boundary_ms", "i8"),  # when the next window begins or ends
        ("active", "i8"),  # bit k: a window of kind k
        ("train_window_ms", "i8"),  # begin of the present or the next window of trains
        # state
        ("phase", "i8"),
        ("phase_end_ms", "i8"),
        ("rested_ms", "i8"),  # end of the shortest time closed
        ("close_by_ms", "i8"),  # ships are clear by then, NEVER_MS: no limit
        ("pass_begin_ms", "i8", (2,)),  # last passage by direction
        ("pass_clear_ms", "i8", (2,)),
        ("wide_clear_ms", "i8"),
        ("n_users", "i8"),
        ("n_holding", "i8"),
        ("now_ms", "i8"),
        ("next_ms", "i8"),
        ("next_arrival", "i8"),
        # rows
        ("n_closure_rows", "i8"),
        ("n_wait_rows", "i8"),
        ("n_grants", "i8"),
        ("n_calls", "i8"),  # messages to it, of a driver of several bridges
        # the present cycle
        ("cause_user", "i8"),
        ("n_ships", "i8"),
        ("is_forced", "i8"),
        ("road_closed_ms", "i8"),
        ("opening_ms", "i8"),
        ("opened_ms", "i8"),
        ("closing_ms", "i8"),
        ("closed_ms", "i8"),
    ]
)
