"""The records that the canal kernel works on.

What does not change: ``nodes``, ``path`` (the legs of all routes, one after another) and ``closures``. What does: ``canal`` (1,),
``sections``, ``stretches`` (with the list of ships on them), ``slots`` (one per ship under way), the ``heap`` of due times, and
``rows`` and ``messages``, which the caller takes out. A longer array of the same type is a larger capacity.
"""

from __future__ import annotations

import numpy as np

from ...params import record_dtype
from ...params.canal import CanalParams

MAX_SECTIONS = 62  # bits of one int64
MAX_BRIDGES = 62

# States of a slot.
SAILING, WAIT_SECTION, WAIT_BRIDGE, WAIT_BERTH, MOORED, DONE = range(6)
# What is known of the next bridge.
NOT_CALLED, CALLED, GRANTED = range(3)
# How a bridge is worked.
BRIDGE_NONE, BRIDGE_BY_CLOSURES, BRIDGE_BY_MESSAGE = range(3)
# Kinds of rows.
ROW_LEG, ROW_WAIT, ROW_END = range(3)
# Kinds of requests.
START, GRANT = range(2)
# Phases within a millisecond, and the two things of a slot that can be due.
RELEASE, STATE = range(2)
MOTION, TAIL = range(2)

_SHIP = [
    ("ship", "i8"),  # number of the caller
    ("key", "i8"),  # decides ties
    ("time_ms", "i8"),  # departure
    ("leg", "i8"),  # its next leg, a row of path
    ("n_legs", "i8"),  # legs still to sail
    ("needs", "i8"),  # bit b: it needs an opening of bridge b
    ("stay_ms", "i8"),  # at the berth of its destination
    ("length_m", "f8"),
    ("beam_m", "f8"),
    ("draught_m", "f8"),
    ("speed_m_s", "f8"),  # its own speed
]
# A ship that starts, by itself or by a message, or what a bridge grants to the ship in a slot.
REQUEST = np.dtype([("kind", "i8"), ("slot", "i8"), ("begin_ms", "i8"), *_SHIP])

SLOT = np.dtype(
    [
        *_SHIP,
        ("state", "i8"),
        ("next", "i8"),  # on the stretch, among those that wait for a section, or in the free list; -1 ends
        ("previous", "i8"),
        ("token", "i8", (2,)),  # of the live heap entry for MOTION and TAIL
        ("node", "i8"),  # where it is, or where it was last
        ("n_sailed", "i8"),
        ("cross", "i8"),  # the cross section that limit_m_s is of
        ("limit_m_s", "f8"),
        ("enter_ms", "i8"),  # the stretch
        ("free_ms", "i8"),  # when it would leave it alone
        ("leave_ms", "i8"),
        ("tail_ms", "i8"),  # from the bow to the stern past a point
        ("ahead", "i8"),  # the ship that it follows, -1 for none
        ("begin_ms", "i8"),  # of the present wait
        ("flip_ms", "i8"),  # from when no conflicting ship goes first
        ("cause", "i8"),
        ("causer", "i8"),
        ("is_new", "i8"),  # not looked at since it began to wait for a section
        ("rule_beam_m", "f8"),  # beam as the meeting rule counts it: without bound for an oversize ship
        ("want", "i8", (2,)),  # bit s: waits for section s in this direction
        ("held", "i8", (2,)),  # bit s: holds it
        ("leaving", "i8", (2,)),  # bit s: gives it back when its tail is out
        ("leaving_ms", "i8"),
        ("bridge", "i8"),  # NOT_CALLED, CALLED or GRANTED
        ("grant_ms", "i8"),
    ]
)

NODE = np.dtype(
    [
        ("bridge", "i8"),  # bit of the bridge, -1 for none
        ("bridge_kind", "i8"),
        ("worked", "i8"),  # number among the bridges that step with the canal, -1 for none
        ("closure", "i8"),  # the closure that is looked at next
        ("closure_end", "i8"),
        ("is_lock", "i8"),  # ships that end here are sent on to a lock
        ("is_berth", "i8"),
        ("n_berths", "i8"),  # 0: unlimited
        ("n_moored", "i8"),
    ]
)

STRETCH = np.dtype(
    [
        ("length_m", "f8"),
        ("cross", "i8"),  # number of the cross section, -1 for none: no limit speed
        ("area_m2", "f8"),
        ("surface_width_m", "f8"),
        ("has_speed_limit", "i8"),
        ("overtaking_max_beam_sum_m", "f8"),
        ("first", "i8", (2,)),  # ship that entered first of those on it, by direction
        ("last", "i8", (2,)),
    ]
)

LEG = np.dtype(
    [
        ("stretch", "i8"),
        ("direction", "i8"),
        ("from_node", "i8"),
        ("to_node", "i8"),
        ("section", "i8"),  # -1 for none
        ("section_direction", "i8"),
        ("rest", "i8", (2,)),  # bit s: section s is needed in this direction from here to the end of the route
    ]
)

SECTION = np.dtype(
    [
        ("meeting_max_beam_sum_m", "f8"),
        ("n_ships", "i8", (2,)),
        ("max_beam_m", "f8", (2,)),
        ("max_ship", "i8", (2,)),
    ]
)

CLOSURE = np.dtype([("begin_ms", "i8"), ("end_ms", "i8")])

CANAL = record_dtype(
    CanalParams,
    headway_ms="i8",
    max_wait_ms="i8",
    oversize_max_wait_ms="i8",
    bridge_call_ms="i8",
    shallow_m_s="f8",
    middle_m_s="f8",
    deep_m_s="f8",
    shallow_draught_m="f8",
    deep_draught_m="f8",
    # state
    now_ms="i8",
    next_departure="i8",
    free_slot="i8",
    n_in_use="i8",
    n_high="i8",  # slots from here on were never used
    n_heap="i8",
    first_waiting="i8",  # for a section, in the order of flip_ms
    last_waiting="i8",
    has_new="i8",
    released="i8",  # bit s: somebody left section s in this millisecond
    n_rows="i8",
    n_inbox="i8",  # messages to it, for its next step
    n_messages="i8",
)

ROW = np.dtype(
    [
        ("kind", "i8"),
        ("ship", "i8"),
        ("place", "i8"),  # stretch of a leg, node of a wait or an end
        ("code", "i8"),  # direction of a leg, cause of a wait, kind of an end
        ("begin_ms", "i8"),
        ("end_ms", "i8"),
        ("causer", "i8"),  # ship that a wait is due to, -1 for none
    ]
)

MESSAGE_OUT = np.dtype(
    [
        ("kind", "i8"),
        ("node", "i8"),
        ("ship", "i8"),
        ("key", "i8"),
        ("slot", "i8"),
        ("direction", "i8"),
        ("time_ms", "i8"),
        ("eta_ms", "i8"),
        ("pass_ms", "i8"),
    ]
)
