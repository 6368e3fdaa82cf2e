"""Slots for announced ships: an idle chamber that is needed for one of them does not begin a lockage that keeps it away.

A ship that is announced and has priority is given the chamber that can be at its side first, seen from now. That chamber begins a
lockage for others only if it is back within the tolerance. It turns empty in time where it stands at the other side. Others who enter
while it waits for the ship leave a strip of the ship's length free at the entrance. A ship that is later than the time that chambers are
held for it loses its slot.
"""

from __future__ import annotations

from ...kernels.jit import kernel
from ...units import NEVER_MS
from .claims import idle_at_side_ms
from .cycle import IDLE, turn_ms
from .expected import expected_ms, has_lost_slot
from .fitting import eligible_chambers


@kernel
def reserve(lock, chambers, slots, expected, levels, closures, now_ms):
    """Give each announced ship of higher priority its chamber, earliest ship first, and return when the next ship needs one.

    Writes `reserved_ms`, `reserved_side` and `reserved_length_m` of the chambers.
    """
    for c in range(chambers.shape[0]):
        chambers[c].reserved_ms = NEVER_MS
    last_ms, last_key = -NEVER_MS, -NEVER_MS
    while True:
        best, best_ms, next_ms = -1, NEVER_MS, NEVER_MS
        for k in range(lock.n_expected):
            ship = expected[k]
            if ship.priority <= 0 or has_lost_slot(lock, ship, now_ms):
                continue
            at_ms = expected_ms(ship, now_ms)
            if at_ms > now_ms + lock.reserve_ms:
                next_ms = min(next_ms, at_ms - lock.reserve_ms)
                continue
            is_later = at_ms > last_ms or (at_ms == last_ms and ship.key > last_key)
            is_first = best < 0 or at_ms < best_ms or (at_ms == best_ms and ship.key < expected[best].key)
            if is_later and is_first:
                best, best_ms = k, at_ms
        if best < 0:
            return next_ms
        last_ms, last_key = best_ms, expected[best].key
        _give(lock, chambers, slots, expected[best], best_ms, levels, closures, now_ms)


@kernel
def _give(lock, chambers, slots, ship, at_ms, levels, closures, now_ms):
    """Reserve for a ship the chamber that can be at its side first and is not reserved yet."""
    eligible, _ = eligible_chambers(lock, chambers, ship)
    best, best_ms = -1, NEVER_MS
    for c in range(chambers.shape[0]):
        if (eligible >> c) & 1 == 0 or chambers[c].reserved_ms < NEVER_MS:
            continue
        ready_ms = max(at_ms, idle_at_side_ms(lock, chambers[c], slots, ship.side, levels, closures, now_ms))
        if ready_ms < best_ms:
            best, best_ms = c, ready_ms
    if best >= 0:
        chamber = chambers[best]
        chamber.reserved_ms = at_ms
        chamber.reserved_side = ship.side
        chamber.reserved_length_m = chamber.length_m if ship.is_alone == 1 else ship.room_length_m + chamber.gap_length_m + ship.distance_m


@kernel
def may_lock(lock, chamber, slot, levels, busy_ms, now_ms):
    """Say whether an idle chamber may begin a lockage of `busy_ms` with a ship that has no slot."""
    if chamber.reserved_ms >= NEVER_MS:
        return True
    back_ms = now_ms + busy_ms
    if chamber.reserved_side == chamber.side:
        has_place = chamber.reserved_length_m + slot.room_length_m <= chamber.length_m and chamber.max_ships != 1 and slot.is_alone == 0
        if chamber.reserved_ms <= now_ms + lock.hold_ms and has_place:
            return True  # the ship with the slot joins those who go in now
        back_ms += turn_ms(lock, chamber, levels, now_ms)
    return back_ms <= chamber.reserved_ms + lock.tolerance_ms


@kernel
def may_turn_away(lock, chamber, levels, through_ms, now_ms):
    """Say whether an idle chamber may turn empty for a ship that has no slot and would bring it back after `through_ms` there."""
    if chamber.reserved_ms >= NEVER_MS or chamber.reserved_side != chamber.side:
        return True  # at the other side the ship with the slot wants it too
    return now_ms + turn_ms(lock, chamber, levels, now_ms) + through_ms <= chamber.reserved_ms + lock.tolerance_ms


@kernel
def turns_for_reservation(lock, chamber, levels, now_ms):
    """Return when an idle chamber has to turn empty for its reservation, NEVER where it need not."""
    if chamber.phase != IDLE or chamber.reserved_ms >= NEVER_MS or chamber.reserved_side == chamber.side:
        return NEVER_MS
    return max(now_ms, chamber.reserved_ms - turn_ms(lock, chamber, levels, now_ms))
