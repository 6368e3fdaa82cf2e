"""The records that the lock kernel works on.

A lock complex is three record arrays: ``lock`` (1,), ``chambers`` (n_chamber,) and ``slots`` (capacity,), one slot per ship
that waits or is inside. A larger capacity is a longer array of the same type, so nothing is compiled again. Few arrays matter:
each array argument costs about 0.2 us per call from Python.
"""

from __future__ import annotations

import numpy as np

from ...kernels.arrays import as_records as as_records
from ...kernels.arrays import records as records
from ...params import ChamberParams, record_dtype

N_GROUP = 2  # inland, sea: codes.VesselGroup
ENTRY_FIRST, ENTRY_FOLLOW, EXIT_FIRST, EXIT_FOLLOW = range(4)
MAX_SEGMENTS = 48  # of a skyline; a ship that would need more does not fit

_REQUEST = [
    ("ship", "i8"),  # row of the caller's table
    ("time_ms", "i8"),
    ("side", "i8"),
    ("group", "i8"),
    ("priority", "i8"),
    ("length_m", "f8"),
    ("beam_m", "f8"),
    ("draught_m", "f8"),
    ("air_draught_m", "f8"),
    ("keel_clearance_m", "f8"),  # wanted by the ship; 0: the chamber's
    ("room_length_m", "f8"),  # that it takes in a chamber, tugs included
    ("room_beam_m", "f8"),
    ("distance_m", "f8"),  # to other ships, for dangerous goods
    ("is_alone", "i8"),
    ("n_tugs", "i8"),
    ("n_pilots", "i8"),
    ("max_wait_ms", "i8"),  # after which nobody goes before it
    ("known_ms", "i8"),  # from when it is expected
    ("eta_ms", "i8"),  # when it is expected
    ("key", "i8"),  # decides ties between expected ships
]
REQUEST = np.dtype(_REQUEST)

# A ship that waits, is inside, is expected, or is planned for.
SLOT = np.dtype(
    [
        *_REQUEST,
        ("due_ms", "i8"),  # when it is thought to be there, for a plan
        ("next", "i8"),  # in the queue, in the chamber, or in the free list; -1 ends
        ("previous", "i8"),
        ("eligible", "i8"),  # bit c: the ship fits chamber c at some water level
        ("passed", "i8"),  # later ships that went before it because it did not fit
        ("waits_for", "i8"),  # the busy chamber that brings it through sooner than those it could enter, -1 for none
        ("skipped_in", "i8"),  # the lockage that it was last skipped in
        ("chamber", "i8"),  # -1 while it waits, -2 in a free slot
        ("lockage_id", "i8"),
        ("entry_start_ms", "i8"),
        ("moored_ms", "i8"),
        ("x_m", "f8"),
        ("y_m", "f8"),
    ]
)

CHAMBER = record_dtype(
    ChamberParams,
    # derived from the parameters
    area_m2="f8",
    first_closure="i8",
    n_closures="i8",
    door_close_ms="i8",
    door_open_ms="i8",
    level_base_ms="i8",
    level_per_root_ms="f8",  # ms per square root of a metre of head
    clearance_ms="i8",
    movement=("f8", (N_GROUP, 4, 4)),  # base_s, per_length_s_m, distance / speed, with_tugs_s
    # state
    phase="i8",
    side="i8",  # side with open doors, or the side that it left
    next_ms="i8",
    moored_ms="i8",  # when the last ship inside is moored
    first_slot="i8",
    last_slot="i8",
    n_inside="i8",
    oldest_ms="i8",  # earliest arrival of the ships inside
    is_alone="i8",
    n_tugs="i8",
    n_pilots="i8",
    past_closures="i8",
    held_ms="i8",  # since when it waits for more ships, NEVER where it does not
    is_free="i8",  # idle and not closed at this millisecond
    reserved_ms="i8",  # when the announced ship comes that it is kept free for, NEVER where there is none
    reserved_side="i8",
    reserved_length_m="f8",  # that others leave free for it
    order="i8",
    order_ms="i8",
    order_then="i8",  # what a kept order says next: 1 begin at `order_ms`, 2 begin, and close when those there are moored
    lockage_id="i8",
    start_ms="i8",
    close_ms="i8",
    closed_ms="i8",
    levelled_ms="i8",
    opened_ms="i8",
    head_m="f8",
    ship_area_m2="f8",
    n_segments="i8",
    skyline=("f8", (MAX_SEGMENTS, 2)),  # y where a segment begins, x up to where it is taken
    trial_n_segments="i8",
    trial_skyline=("f8", (MAX_SEGMENTS, 2)),
    # claims while deciding on empty turns
    claim_ms="i8",
    claim_area_m2="f8",
    n_claimed="i8",
)

LOCK = np.dtype(
    [
        ("policy", "i8"),
        ("max_skip", "i8"),
        ("window", "i8"),
        ("full_share", "f8"),
        ("fill_wait_ms", "i8"),
        ("favourable_below_m_nap", "f8"),
        ("alternation_ms", "i8"),
        ("reserve_ms", "i8"),
        ("tolerance_ms", "i8"),
        ("hold_ms", "i8"),
        ("horizon_ms", "i8"),
        ("beam_width", "i8"),
        ("patience_ms", "i8"),
        ("n_holds", "i8"),
        ("plan_fill_share", "f8"),
        ("n_tugs", "i8"),  # 0: as many as are wanted
        ("n_pilots", "i8"),
        ("tugs_in_use", "i8"),
        ("pilots_in_use", "i8"),
        ("n_expected", "i8"),
        ("next_notice", "i8"),
        ("next_flip_ms", "i8"),  # not later than when a ship has waited its longest
        ("wants_plan", "i8"),
        ("first_slot", "i8", (2,)),
        ("last_slot", "i8", (2,)),
        ("n_waiting", "i8", (2,)),
        ("free_slot", "i8"),
        ("n_in_use", "i8"),
        ("n_lockages", "i8"),
        ("n_ship_rows", "i8"),
        ("n_lockage_rows", "i8"),
        ("now_ms", "i8"),
        ("recheck_ms", "i8"),  # when a ship that waits for water is looked at again
        ("level_start_ms", "i8"),
        ("level_step_ms", "i8"),
        ("highest_m_nap", "f8"),  # highest level that both sides reach at one time
        ("next_arrival", "i8"),  # used by the compiled driver
    ]
)

CLOSURE = np.dtype([("chamber", "i8"), ("begin_ms", "i8"), ("end_ms", "i8"), ("cause", "i8")])

SHIP_ROW = np.dtype(
    [
        ("ship", "i8"),
        ("chamber", "i8"),
        ("lockage_id", "i8"),
        ("refusal", "i8"),
        ("entry_start_ms", "i8"),
        ("moored_ms", "i8"),
        ("close_ms", "i8"),
        ("exit_start_ms", "i8"),
        ("exit_ms", "i8"),
        ("x_m", "f8"),
        ("y_m", "f8"),
    ]
)

LOCKAGE_ROW = np.dtype(
    [
        ("lockage_id", "i8"),
        ("chamber", "i8"),
        ("from_side", "i8"),
        ("n_ships", "i8"),
        ("start_ms", "i8"),
        ("close_ms", "i8"),
        ("closed_ms", "i8"),
        ("levelled_ms", "i8"),
        ("opened_ms", "i8"),
        ("end_ms", "i8"),
        ("head_m", "f8"),
        ("ship_area_m2", "f8"),
    ]
)
