"""Which of the waiting ships enter a chamber, where they lie, and when they are moored.

The queue is walked in its order. A ship that may not use the chamber, now or ever, is no obstacle to others. A ship that could
use it but does not fit beside those already placed may be passed by at most `max_skip` later ships in all; with 0 the loading
ends at the first ship that does not fit.
"""

from __future__ import annotations

import numpy as np

from ...codes import LockPolicy, Packing
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .levels import level_at
from .packing import find_place, find_place_apart, take_place
from .queues import board, leave_queue
from .records import ENTRY_FIRST, ENTRY_FOLLOW

_ONE_COLUMN = int(Packing.ONE_COLUMN)
_SEA_PRIORITY = int(LockPolicy.SEA_PRIORITY)


@kernel
def movement_ms(chamber, kind, ship):
    """Return the time of a ship's movement through the gate in whole milliseconds."""
    time = chamber.movement[ship.group, kind]
    time_s = time[0] + time[1] * ship.length_m + time[2]
    if ship.n_tugs > 0:
        time_s += time[3]
    return np.int64(np.rint(time_s * 1000.0))


@kernel
def may_enter(lock, chamber, c, slot, levels, now_ms):
    """Return 1 where the ship may enter the chamber at `now_ms`, 0 where it never can, -1 where it waits for water, -2 for tugs or a pilot."""
    if (slot.eligible >> c) & 1 == 0:
        return 0
    if slot.n_tugs > 0 and lock.n_tugs > 0 and lock.tugs_in_use + min(slot.n_tugs, lock.n_tugs) > lock.n_tugs:
        return -2
    if slot.n_pilots > 0 and lock.n_pilots > 0 and lock.pilots_in_use >= lock.n_pilots:
        return -2
    return 1 if has_water(lock, chamber, slot, levels, now_ms) else -1


@kernel
def has_water(lock, chamber, ship, levels, time_ms):
    """Say whether a ship has enough water over the sill at a time."""
    if ship.draught_m <= 0.0:
        return True
    level = min(level_at(lock, levels, 0, time_ms), level_at(lock, levels, 1, time_ms))
    return level - chamber.sill_m_nap - keel_clearance_m(chamber, ship) >= ship.draught_m - 1e-9


@kernel
def keel_clearance_m(chamber, ship):
    """Return the water that a ship wants under its keel: its own figure, else the chamber's (m)."""
    return ship.keel_clearance_m if ship.keel_clearance_m > 0.0 else chamber.keel_clearance_m


@kernel
def clear_skyline(chamber):
    """Empty the chamber."""
    chamber.n_segments = 1
    chamber.skyline[0, 0] = 0.0
    chamber.skyline[0, 1] = 0.0
    chamber.ship_area_m2 = 0.0
    chamber.is_alone = 0


@kernel
def _start_trial(chamber):
    for k in range(chamber.n_segments):
        chamber.trial_skyline[k, 0] = chamber.skyline[k, 0]
        chamber.trial_skyline[k, 1] = chamber.skyline[k, 1]
    chamber.trial_n_segments = chamber.n_segments


@kernel
def _shallowest(chamber):
    """Return the smallest x at which anything could still lie."""
    x = chamber.trial_skyline[0, 1]
    for k in range(1, chamber.trial_n_segments):
        x = min(x, chamber.trial_skyline[k, 1])
    return x


@kernel
def _walk(lock, chamber, c, slots, levels, now_ms, first, first_rank, second, second_rank, commit):
    """Walk the queue once over the trial skyline; return (ships placed, ships that did not fit, area they would need).

    `first` and `second` are the placed ships, counted from 0, that take their place of the given rank; -1 for none. With
    `commit` the placed ships leave the queue and get their place and their times.
    """
    lock_side = chamber.side
    i = lock.first_slot[lock_side]
    placed, misfits, misfit_area, seen = 0, 0, 0.0, 0
    may_pass = 1 << 62
    is_alone = chamber.is_alone == 1
    width = chamber.width_m + chamber.gap_beam_m
    length = chamber.length_m + chamber.gap_length_m
    is_kept = lock.policy == _SEA_PRIORITY and chamber.reserved_ms < NEVER_MS and chamber.reserved_side == lock_side
    kept_m = chamber.reserved_length_m if is_kept else 0.0  # at the entrance, for a ship with a slot
    shallowest = _shallowest(chamber)
    while i >= 0 and seen < lock.window:
        slot = slots[i]
        following = slot.next
        seen += 1
        # the water counts when the ship starts to enter, which is after those before it are moored
        entry_ms = now_ms if chamber.n_inside == 0 else max(now_ms, chamber.moored_ms)
        if may_enter(lock, chamber, c, slot, levels, entry_ms) == 1:
            if placed >= may_pass:
                break
            n_kept = 1 if is_kept and slot.priority <= 0 else 0
            if chamber.max_ships > 0 and chamber.n_inside + (0 if commit else placed) + n_kept >= chamber.max_ships:
                break
            beam = width if chamber.packing == _ONE_COLUMN else min(slot.room_beam_m, chamber.width_m) + chamber.gap_beam_m
            ship_length = min(slot.room_length_m, chamber.length_m) + chamber.gap_length_m
            rank = first_rank if placed == first else (second_rank if placed == second else 0)
            x, y, n_segments = -1.0, 0.0, -1
            from_y, taken_beam, end_x = 0.0, beam, 0.0
            others = chamber.n_inside + (0 if commit else placed)
            free_length = length - kept_m if slot.priority <= 0 else length
            if slot.waits_for >= 0 and slot.waits_for != c:
                pass  # it is better off with the chamber that it waits for; those who pass it count
            elif is_alone or (slot.is_alone == 1 and others > 0):
                pass  # nobody lies beside dangerous goods of that kind
            elif shallowest + ship_length > free_length + 1e-9:
                pass  # it can't fit; in a long queue this is most of the work
            elif slot.distance_m > 0.0:
                x, y, from_y, taken_beam, end_x = find_place_apart(
                    chamber.trial_skyline, chamber.trial_n_segments, width, free_length, min(beam, width), ship_length, slot.distance_m, rank
                )
            else:
                x, y = find_place(chamber.trial_skyline, chamber.trial_n_segments, width, free_length, beam, ship_length, rank)
                from_y, end_x = y, x + ship_length
            if x >= 0.0:
                n_segments = chamber.trial_n_segments
                if ship_length > 0.0 and taken_beam > 0.0:
                    n_segments = take_place(chamber.trial_skyline, n_segments, width, from_y, taken_beam, end_x)
            if n_segments < 0:
                misfits += 1
                misfit_area = slot.length_m * slot.beam_m if misfits == 1 else min(misfit_area, slot.length_m * slot.beam_m)
                may_pass = min(may_pass, placed + lock.max_skip - slot.passed)
                if commit:
                    slot.skipped_in = chamber.lockage_id
                    slot.passed -= placed
                if placed >= may_pass:
                    break
            else:
                chamber.trial_n_segments = n_segments
                shallowest = _shallowest(chamber)
                placed += 1
                is_alone = slot.is_alone == 1
                if commit:
                    leave_queue(lock, slots, i)
                    # the tugs ahead of a ship lie before its place
                    _enter(lock, chamber, c, slots, i, now_ms, x + 0.5 * max(min(slot.room_length_m, chamber.length_m) - slot.length_m, 0.0), y)
        i = following
    return placed, misfits, misfit_area


@kernel
def _enter(lock, chamber, c, slots, i, now_ms, x_m, y_m):
    """Give a ship its place and its times: it starts when the ship before it is moored."""
    slot = slots[i]
    is_first = chamber.n_inside == 0
    start = now_ms if is_first else max(now_ms, chamber.moored_ms)
    slot.entry_start_ms = start
    slot.moored_ms = start + movement_ms(chamber, ENTRY_FIRST if is_first else ENTRY_FOLLOW, slot)
    slot.lockage_id = chamber.lockage_id
    slot.x_m = x_m
    slot.y_m = y_m
    chamber.moored_ms = slot.moored_ms
    chamber.next_ms = slot.moored_ms
    chamber.is_alone = max(chamber.is_alone, slot.is_alone)
    tugs = min(slot.n_tugs, lock.n_tugs) if lock.n_tugs > 0 else slot.n_tugs
    chamber.n_tugs += tugs
    lock.tugs_in_use += tugs
    chamber.n_pilots += slot.n_pilots
    lock.pilots_in_use += slot.n_pilots
    chamber.ship_area_m2 += slot.length_m * slot.beam_m
    board(chamber, slots, i, c)


@kernel
def load(lock, chambers, c, slots, levels, now_ms):
    """Let ships enter chamber `c` from the side with open doors and return how many did."""
    chamber = chambers[c]
    best_first, best_first_rank, best_second, best_second_rank = -1, 0, -1, 0
    if chamber.packing_effort > 0 and chamber.n_inside == 0:
        _start_trial(chamber)
        base, misfits, area = _walk(lock, chamber, c, slots, levels, now_ms, -1, 0, -1, 0, False)
        free_area = chamber.length_m * chamber.width_m - _placed_area(lock, chamber, c, slots, levels, now_ms, base)
        if misfits > 0 and free_area >= area:
            best_first, best_first_rank, best_second, best_second_rank = _search(lock, chamber, c, slots, levels, now_ms, base)
    _start_trial(chamber)
    placed, misfits, _ = _walk(lock, chamber, c, slots, levels, now_ms, best_first, best_first_rank, best_second, best_second_rank, True)
    chamber.n_segments = chamber.trial_n_segments
    for k in range(chamber.n_segments):
        chamber.skyline[k, 0] = chamber.trial_skyline[k, 0]
        chamber.skyline[k, 1] = chamber.trial_skyline[k, 1]
    if misfits > 0:
        _count_passes(lock, chamber, slots, placed)
    return placed


@kernel
def _placed_area(lock, chamber, c, slots, levels, now_ms, n_placed):
    """Return a lower bound of the area that the first `n_placed` ships of the queue take."""
    area, seen = 0.0, 0
    i = lock.first_slot[chamber.side]
    while i >= 0 and seen < n_placed:
        if may_enter(lock, chamber, c, slots[i], levels, now_ms) == 1:
            area += slots[i].length_m * slots[i].beam_m
            seen += 1
        i = slots[i].next
    return area


@kernel
def _search(lock, chamber, c, slots, levels, now_ms, n_base):
    """Try other places for one or two ships and return the deviation that places most ships."""
    best = n_base
    best_first, best_first_rank, best_second, best_second_rank = -1, 0, -1, 0
    for first in range(n_base):
        for first_rank in range(1, 4):
            _start_trial(chamber)
            placed, _, _ = _walk(lock, chamber, c, slots, levels, now_ms, first, first_rank, -1, 0, False)
            if placed > best:
                best, best_first, best_first_rank, best_second = placed, first, first_rank, -1
    if chamber.packing_effort > 1:
        for first in range(n_base):
            for second in range(first):
                for ranks in range(4):
                    _start_trial(chamber)
                    placed, _, _ = _walk(lock, chamber, c, slots, levels, now_ms, first, 1 + ranks // 2, second, 1 + ranks % 2, False)
                    if placed > best:
                        best, best_first, best_first_rank = placed, first, 1 + ranks // 2
                        best_second, best_second_rank = second, 1 + ranks % 2
    return best_first, best_first_rank, best_second, best_second_rank


@kernel
def _count_passes(lock, chamber, slots, n_placed):
    """Tell each ship that was skipped in this loading how many later ships went before it."""
    i = lock.first_slot[chamber.side]
    seen = 0
    while i >= 0 and seen < lock.window:
        slot = slots[i]
        if slot.skipped_in == chamber.lockage_id:
            slot.passed += n_placed
            slot.skipped_in = -1
        seen += 1
        i = slot.next
