"""Who gets a chamber: first come, with alternation.

An idle chamber takes the ships at its open side before anything else; of several idle chambers a ship takes the one that brings
it through first. A chamber with nobody to serve at its side turns empty (lege schutting) for a ship at the other side, unless
another chamber that already comes there will have room for it no later.
"""

from __future__ import annotations

from ...kernels.jit import kernel
from ...units import NEVER_MS
from .cycle import ENTERING, EXITING, IDLE, LOCKING, begin, close, turn_ms
from .loading import load, may_enter, movement_ms
from .records import ENTRY_FIRST, EXIT_FIRST, EXIT_FOLLOW


@kernel
def grant(lock, chambers, slots, levels, now_ms):
    """Give idle chambers to waiting ships."""
    lock.recheck_ms = NEVER_MS
    n_idle = 0
    for c in range(chambers.shape[0]):
        if chambers[c].phase == IDLE:
            n_idle += 1
    if n_idle == 0 or lock.n_waiting[0] + lock.n_waiting[1] == 0:
        return
    for side in range(2):
        n_idle -= _serve_side(lock, chambers, slots, levels, side, now_ms)
    if n_idle > 0 and lock.n_waiting[0] + lock.n_waiting[1] > 0:
        _turn_empty(lock, chambers, slots, levels, now_ms)


@kernel
def _serve_side(lock, chambers, slots, levels, side, now_ms):
    """Let ships at one side enter the idle chambers that are open there, and return how many chambers began."""
    begun = 0
    i = lock.first_slot[side]
    seen = 0
    while i >= 0 and seen < lock.window:
        slot = slots[i]
        best, best_ms, open_chambers = -1, NEVER_MS, 0
        for c in range(chambers.shape[0]):
            chamber = chambers[c]
            if chamber.phase != IDLE or chamber.side != side:
                continue
            open_chambers += 1
            answer = may_enter(lock, chamber, c, slot, levels, now_ms)
            if answer == 1:
                through_ms = (
                    movement_ms(chamber, slot.group, ENTRY_FIRST, slot.length_m)
                    + turn_ms(lock, chamber, levels, now_ms)
                    + movement_ms(chamber, slot.group, EXIT_FIRST, slot.length_m)
                )
                if through_ms < best_ms:
                    best, best_ms = c, through_ms
            elif answer == -1:
                _look_again(lock, levels, now_ms)
        if open_chambers == 0:
            break
        if best >= 0:
            begin(lock, chambers[best], now_ms)
            if load(lock, chambers, best, slots, levels, now_ms) > 0:
                chambers[best].phase = ENTERING
                begun += 1
                i = lock.first_slot[side]
                seen = 0
                continue
        i = slot.next
        seen += 1
    return begun


@kernel
def _look_again(lock, levels, now_ms):
    """A ship waits for water: look again at the next point of the level series, after which levels do not change."""
    if now_ms >= lock.level_start_ms + (levels.shape[1] - 1) * lock.level_step_ms:
        return
    past = max((now_ms - lock.level_start_ms) // lock.level_step_ms, 0)
    lock.recheck_ms = min(lock.recheck_ms, lock.level_start_ms + (past + 1) * lock.level_step_ms)


@kernel
def _expect(lock, chambers, levels, now_ms):
    """Estimate for each busy chamber when it is open at the side that it comes to."""
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        chamber.claim_area_m2 = 0.0
        chamber.n_claimed = 0
        chamber.claim_ms = NEVER_MS
        if chamber.phase == EXITING:
            chamber.claim_ms = chamber.next_ms
        elif chamber.phase == LOCKING:
            chamber.claim_ms = chamber.opened_ms + _exit_ms(chamber)
        elif chamber.phase == ENTERING:
            chamber.claim_ms = chamber.next_ms + turn_ms(lock, chamber, levels, chamber.next_ms) + _exit_ms(chamber)


@kernel
def _exit_ms(chamber):
    """Estimate how long the ships inside need to leave."""
    if chamber.n_inside == 0:
        return 0
    return movement_ms(chamber, 0, EXIT_FIRST, 0.0) + (chamber.n_inside - 1) * movement_ms(chamber, 0, EXIT_FOLLOW, 0.0) + chamber.clearance_ms


@kernel
def _turn_empty(lock, chambers, slots, levels, now_ms):
    """Start empty turns for ships that no chamber serves earlier, oldest ship first over both sides."""
    _expect(lock, chambers, levels, now_ms)
    i, j = lock.first_slot[0], lock.first_slot[1]
    left_i, left_j = lock.window, lock.window
    while i >= 0 or j >= 0:
        if j < 0 or (i >= 0 and slots[i].time_ms <= slots[j].time_ms):
            k = i
            left_i -= 1
            i = slots[i].next if left_i > 0 else -1
        else:
            k = j
            left_j -= 1
            j = slots[j].next if left_j > 0 else -1
        slot = slots[k]
        best, best_ms, n_idle = -1, NEVER_MS, 0
        for c in range(chambers.shape[0]):
            chamber = chambers[c]
            is_idle = chamber.phase == IDLE
            n_idle += 1 if is_idle else 0
            if is_idle and chamber.side == slot.side:
                continue  # it would have been taken already
            answer = may_enter(lock, chamber, c, slot, levels, now_ms)
            if answer == -1 and is_idle:
                _look_again(lock, levels, now_ms)
            if answer != 1 or not _has_room(chamber, slot):
                continue
            at_ms = _available_ms(lock, chamber, slot, levels, now_ms)
            if at_ms < best_ms or (at_ms == best_ms and best >= 0 and chambers[best].phase == IDLE):
                best, best_ms = c, at_ms
        if n_idle == 0:
            return
        if best >= 0:
            chamber = chambers[best]
            if chamber.phase == IDLE:
                begin(lock, chamber, now_ms)
                close(lock, chamber, levels, now_ms)
                chamber.claim_ms = chamber.opened_ms
            chamber.claim_area_m2 += slot.length_m * slot.beam_m
            chamber.n_claimed += 1


@kernel
def _has_room(chamber, slot):
    """Say whether a chamber has area and number left for one more claim."""
    number, area = chamber.n_claimed, chamber.claim_area_m2
    if chamber.phase == ENTERING and chamber.side == slot.side:  # the ship would join those inside
        number += chamber.n_inside
        area += chamber.ship_area_m2
    if chamber.max_ships > 0 and number >= chamber.max_ships:
        return False
    return area + slot.length_m * slot.beam_m <= chamber.length_m * chamber.width_m + 1e-9


@kernel
def _available_ms(lock, chamber, slot, levels, now_ms):
    """Return when a chamber could take a ship at its side, NEVER where it moves away from it."""
    if chamber.phase == IDLE:
        return now_ms + turn_ms(lock, chamber, levels, now_ms)
    if chamber.phase == EXITING:
        return chamber.claim_ms if chamber.side == slot.side else NEVER_MS
    if chamber.side == slot.side:
        return chamber.next_ms if chamber.phase == ENTERING else NEVER_MS
    return chamber.claim_ms
