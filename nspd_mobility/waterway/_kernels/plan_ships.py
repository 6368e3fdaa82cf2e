"""The ships of a plan: those that wait, in the order of their queues, then the expected ones by time, with what a plan reads of them.

A plan asks thousands of times what a ship takes. What does not depend on the hour of the lockage is therefore looked up once: its times
through every gate, and whether it has water over the sill at the lowest level of the plan (then at every other one too).
"""

from __future__ import annotations

import numpy as np

from ...kernels.jit import kernel
from .expected import expected_ms
from .fitting import eligible_chambers
from .levels import level_at
from .loading import keel_clearance_m, may_enter, movement_ms
from .records import ENTRY_FIRST, EXIT_FOLLOW

MAX_CHAMBERS = 8
MAX_SHIPS = 60

PLAN_SHIP = np.dtype(
    [
        ("due_ms", "i8"),
        ("time_ms", "i8"),
        ("side", "i8"),
        ("eligible", "i8"),
        ("has_water", "i8"),  # bit c: in chamber c at any time of the plan
        ("is_alone", "i8"),
        ("area_m2", "f8"),
    ]
)


@kernel
def gather(lock, chambers, slots, levels, expected, planned, now_ms):
    """Collect the ships to plan for: those that wait, in the order of their queues, then the expected ones by time; return their number."""
    n = 0
    for side in range(2):
        i = lock.first_slot[side]
        seen = 0
        while i >= 0 and seen < min(lock.window, MAX_SHIPS // 3):
            planned[n] = slots[i]
            planned[n].due_ms = now_ms
            for c in range(chambers.shape[0]):
                if may_enter(lock, chambers[c], c, slots[i], levels, now_ms) == -2:  # it waits for tugs or a pilot
                    planned[n].eligible &= ~(1 << c)
            i = slots[i].next
            n += 1
            seen += 1
    n_waiting = n
    for k in range(lock.n_expected):
        due_ms = expected_ms(expected[k], now_ms)
        if due_ms > now_ms + lock.horizon_ms or now_ms > expected[k].eta_ms + lock.patience_ms:
            continue
        eligible, _ = eligible_chambers(lock, chambers, expected[k])
        if eligible == 0:
            continue
        j = n
        while j > n_waiting and _is_later(planned[j - 1], due_ms, expected[k].key):
            if j < MAX_SHIPS:
                planned[j] = planned[j - 1]
            j -= 1
        if j < MAX_SHIPS:
            planned[j] = expected[k]
            planned[j].due_ms = due_ms
            planned[j].time_ms = due_ms
            planned[j].eligible = eligible
            n = min(n + 1, MAX_SHIPS)
    return n


@kernel
def _is_later(ship, due_ms, key):
    """Say whether a planned ship comes after one that is due at a time."""
    return ship.due_ms > due_ms or (ship.due_ms == due_ms and ship.key > key)


@kernel
def tabulate(lock, chambers, levels, planned, n, ships, moves, now_ms):
    """Write what a plan reads of its ships: `ships`, and `moves[c, j]`, the four movement times of ship `j` in chamber `c` (ms)."""
    lowest_m_nap = _lowest_m_nap(lock, levels, now_ms)
    for j in range(n):
        ship, planned_ship = ships[j], planned[j]
        ship.due_ms = planned_ship.due_ms
        ship.time_ms = planned_ship.time_ms
        ship.side = planned_ship.side
        ship.eligible = planned_ship.eligible
        ship.is_alone = planned_ship.is_alone
        ship.area_m2 = planned_ship.length_m * planned_ship.beam_m
        ship.has_water = 0
        for c in range(chambers.shape[0]):
            chamber = chambers[c]
            if planned_ship.draught_m <= 0.0 or lowest_m_nap - chamber.sill_m_nap - keel_clearance_m(chamber, planned_ship) >= planned_ship.draught_m:
                ship.has_water |= 1 << c
            for kind in range(ENTRY_FIRST, EXIT_FOLLOW + 1):
                moves[c, j, kind] = movement_ms(chamber, kind, planned_ship)


@kernel
def _lowest_m_nap(lock, levels, now_ms):
    """Return the lowest level at either side within thrice the horizon, beyond which no lockage of a plan begins."""
    end_ms = now_ms + 3 * lock.horizon_ms
    n = levels.shape[1]
    lowest_m_nap = min(level_at(lock, levels, 0, now_ms), level_at(lock, levels, 1, now_ms))
    if n == 1:
        return lowest_m_nap
    first = min(max((now_ms - lock.level_start_ms) // lock.level_step_ms, 0), n - 1)
    last = min(max((end_ms - lock.level_start_ms) // lock.level_step_ms + 1, 0), n - 1)
    for k in range(first, last + 1):
        lowest_m_nap = min(lowest_m_nap, min(levels[0, k], levels[1, k]))
    return lowest_m_nap
