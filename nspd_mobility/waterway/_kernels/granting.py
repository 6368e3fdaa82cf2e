"""Who gets a chamber.

An idle chamber takes the ships at its open side before anything else; of several idle chambers a ship takes the one that brings
it through first. A chamber with nobody to serve at its side turns empty (lege schutting) for a ship at the other side, unless
another chamber that already comes there will have room for it no later. That is first come; the other policies differ in whether an
idle chamber may begin, and when it may turn:

- fixed alternation: it turns at its departures only
- full or maximum wait, minimum salt: it turns for a ship that has waited its time
- sea priority: it keeps free for announced ships, and turns in time for them
- earliest completion: a ship leaves an idle chamber for a busy one that brings it through sooner
- look-ahead: it does what the plan says, but while a ship that has waited its longest could enter, all is first come
"""

from __future__ import annotations

from ...codes import ChamberOrder, LockPolicy
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .claims import available_ms, expect, has_room
from .closures import closed_until_ms
from .cycle import ENTERING, IDLE, begin, close, turn_ms
from .holding import departure_ms
from .levels import next_level_ms
from .loading import load, may_enter, movement_ms
from .queues import FLIPPED
from .records import ENTRY_FIRST, EXIT_FIRST
from .reserving import may_lock, may_turn_away, turns_for_reservation

_FIXED_ALTERNATION = int(LockPolicy.FIXED_ALTERNATION)
_FULL_OR_MAX_WAIT = int(LockPolicy.FULL_OR_MAX_WAIT)
_SEA_PRIORITY = int(LockPolicy.SEA_PRIORITY)
_EARLIEST_COMPLETION = int(LockPolicy.EARLIEST_COMPLETION)
_MIN_SALT = int(LockPolicy.MIN_SALT)
_LOOK_AHEAD = int(LockPolicy.LOOK_AHEAD)
_GO = int(ChamberOrder.GO)
_TURN = int(ChamberOrder.TURN)
_HOLD = int(ChamberOrder.HOLD)
_THEN_CLOSE = 2  # of order_then


@kernel
def grant(lock, chambers, slots, levels, closures, now_ms):
    """Give idle chambers to waiting ships."""
    lock.recheck_ms = NEVER_MS
    n_idle = 0
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        chamber.is_free = 0
        if chamber.phase == IDLE:
            until_ms = closed_until_ms(chamber, closures, now_ms)
            if until_ms > now_ms:
                lock.recheck_ms = min(lock.recheck_ms, until_ms)
            else:
                chamber.is_free = 1
                n_idle += 1
    n_waiting = lock.n_waiting[0] + lock.n_waiting[1]
    if n_waiting == 0 and lock.n_expected == 0:
        lock.recheck_ms = NEVER_MS
    if n_idle == 0 or (n_waiting == 0 and lock.n_expected == 0):
        return
    if lock.policy == _LOOK_AHEAD and not is_overdue(lock, chambers, slots, levels, now_ms):
        _follow_orders(lock, chambers, slots, levels, now_ms)
        return
    if lock.policy == _EARLIEST_COMPLETION:
        expect(lock, chambers, slots, levels, now_ms)
    for side in range(2):
        n_idle -= _serve_side(lock, chambers, slots, levels, closures, side, now_ms)
    if lock.policy == _SEA_PRIORITY:
        _turn_for_slots(lock, chambers, levels, now_ms)
    if n_idle > 0 and lock.n_waiting[0] + lock.n_waiting[1] > 0:
        _turn_empty(lock, chambers, slots, levels, closures, now_ms)


@kernel
def is_overdue(lock, chambers, slots, levels, now_ms):
    """Say whether a ship waits that has waited its longest and could enter a chamber now."""
    for side in range(2):
        i = lock.first_slot[side]
        while i >= 0 and slots[i].priority >= FLIPPED:
            for c in range(chambers.shape[0]):
                if may_enter(lock, chambers[c], c, slots[i], levels, now_ms) == 1:
                    return True
            i = slots[i].next
    return False


@kernel
def _follow_orders(lock, chambers, slots, levels, now_ms):
    """Do what the plan says; an idle chamber without an order waits for a plan."""
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        if chamber.is_free == 0:
            continue
        if chamber.order == _GO:
            begin(lock, chamber, now_ms)
            if load(lock, chambers, c, slots, levels, now_ms) > 0:
                chamber.phase = ENTERING
                if chamber.order_then == _THEN_CLOSE:
                    chamber.order = _GO
            else:  # who the plan counts on can't enter yet
                chamber.order = _HOLD
                chamber.order_ms = next_level_ms(lock, levels, now_ms)
                lock.recheck_ms = min(lock.recheck_ms, chamber.order_ms)
        elif chamber.order == _TURN:
            begin(lock, chamber, now_ms)
            close(lock, chamber, levels, now_ms)
        else:
            lock.recheck_ms = min(lock.recheck_ms, chamber.order_ms)


@kernel
def _serve_side(lock, chambers, slots, levels, closures, side, now_ms):
    """Let ships at one side enter the idle chambers that are open there, and return how many chambers began."""
    begun = 0
    i = lock.first_slot[side]
    seen = 0
    while i >= 0 and seen < lock.window:
        slot = slots[i]
        best, best_ms, open_chambers = -1, NEVER_MS, 0
        for c in range(chambers.shape[0]):
            chamber = chambers[c]
            if chamber.is_free == 0 or chamber.phase != IDLE or chamber.side != side:
                continue
            open_chambers += 1
            answer = may_enter(lock, chamber, c, slot, levels, now_ms)
            if answer == 1:
                busy_ms = _through_ms(lock, chamber, slot, levels, now_ms)
                if lock.policy == _SEA_PRIORITY and slot.priority <= 0 and not may_lock(lock, chamber, slot, levels, busy_ms, now_ms):
                    if chamber.reserved_ms - lock.hold_ms > now_ms:
                        lock.recheck_ms = min(lock.recheck_ms, chamber.reserved_ms - lock.hold_ms)
                    else:
                        lock.recheck_ms = min(lock.recheck_ms, chamber.reserved_ms)
                    continue
                if now_ms + busy_ms < best_ms:
                    best, best_ms = c, now_ms + busy_ms
            elif answer == -1:
                lock.recheck_ms = min(lock.recheck_ms, next_level_ms(lock, levels, now_ms))
        if open_chambers == 0:
            break
        if best >= 0 and lock.policy == _EARLIEST_COMPLETION and slot.priority < FLIPPED:
            slot.waits_for = -1
            best = _waits_for_another(lock, chambers, slot, best, best_ms, levels, closures, now_ms)
        if best >= 0:
            begin(lock, chambers[best], now_ms)
            if load(lock, chambers, best, slots, levels, now_ms) > 0:
                chambers[best].phase = ENTERING
                begun += 1
                if lock.policy == _EARLIEST_COMPLETION:
                    expect(lock, chambers, slots, levels, now_ms)  # ships that wait are looked at again, and claim again
                i = lock.first_slot[side]
                seen = 0
                continue
        i = slot.next
        seen += 1
    return begun


@kernel
def _through_ms(lock, chamber, slot, levels, now_ms):
    """Return how long a ship alone takes through a chamber that is open at its side."""
    return movement_ms(chamber, ENTRY_FIRST, slot) + turn_ms(lock, chamber, levels, now_ms) + movement_ms(chamber, EXIT_FIRST, slot)


@kernel
def _waits_for_another(lock, chambers, slot, best, best_ms, levels, closures, now_ms):
    """Return `best`, or -1 where the ship had better wait for a busy chamber, on which it then counts."""
    other, other_ms = -1, best_ms
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        if chamber.phase == IDLE or may_enter(lock, chamber, c, slot, levels, now_ms) != 1 or not has_room(chamber, slot):
            continue
        at_ms = available_ms(lock, chamber, slot, levels, closures, now_ms)
        if at_ms < NEVER_MS and at_ms + _through_ms(lock, chamber, slot, levels, now_ms) < other_ms:
            other, other_ms = c, at_ms + _through_ms(lock, chamber, slot, levels, now_ms)
    if other < 0:
        return best
    chambers[other].claim_area_m2 += slot.length_m * slot.beam_m
    chambers[other].n_claimed += 1
    slot.waits_for = other
    return -1


@kernel
def _turn_for_slots(lock, chambers, levels, now_ms):
    """Turn chambers empty in time for the announced ships that they are reserved for."""
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        if chamber.is_free == 0:
            continue
        at_ms = turns_for_reservation(lock, chamber, levels, now_ms)
        if at_ms <= now_ms:
            begin(lock, chamber, now_ms)
            close(lock, chamber, levels, now_ms)
        else:
            lock.recheck_ms = min(lock.recheck_ms, at_ms)


@kernel
def _may_turn_from_ms(lock, chambers, c, slot, levels, now_ms):
    """Return from when chamber `c` may turn empty for a ship."""
    if lock.policy == _FIXED_ALTERNATION:
        return departure_ms(lock, chambers, c, now_ms)
    if slot.priority >= FLIPPED:
        return now_ms
    if lock.policy == _FULL_OR_MAX_WAIT or lock.policy == _MIN_SALT:
        return slot.time_ms + lock.fill_wait_ms
    if lock.policy == _SEA_PRIORITY and slot.priority <= 0:
        chamber = chambers[c]
        if not may_turn_away(lock, chamber, levels, _through_ms(lock, chamber, slot, levels, now_ms), now_ms):
            return chamber.reserved_ms
    return now_ms


@kernel
def _turn_empty(lock, chambers, slots, levels, closures, now_ms):
    """Start empty turns for ships that no chamber serves earlier, oldest ship first over both sides."""
    expect(lock, chambers, slots, levels, now_ms)
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
            n_idle += 1 if is_idle and chamber.is_free == 1 else 0
            if is_idle and (chamber.side == slot.side or chamber.is_free == 0):
                continue  # it would have been taken already, or it is closed
            answer = may_enter(lock, chamber, c, slot, levels, now_ms)
            if answer == -1 and is_idle:
                lock.recheck_ms = min(lock.recheck_ms, next_level_ms(lock, levels, now_ms))
            if answer != 1 or not has_room(chamber, slot):
                continue
            if is_idle:
                from_ms = _may_turn_from_ms(lock, chambers, c, slot, levels, now_ms)
                if from_ms > now_ms:
                    lock.recheck_ms = min(lock.recheck_ms, from_ms)
                    continue
            at_ms = available_ms(lock, chamber, slot, levels, closures, now_ms)
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
