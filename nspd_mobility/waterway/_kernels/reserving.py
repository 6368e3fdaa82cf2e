"""Slots for announced ships: an idle chamber that is needed for one of them does not begin a lockage that keeps it away.

A ship that is announced and has priority is given the chamber that can be at its side first, seen from now. That chamber begins a
lockage for others only if it is back within the tolerance. It turns empty in time where it stands at the other side.
"""

from __future__ import annotations

from ...kernels.jit import kernel
from ...units import NEVER_MS
from .claims import idle_at_side_ms
from .cycle import IDLE, turn_ms
from .expected import expected_ms
from .fitting import eligible_chambers


@kernel
def reserve(lock, chambers, slots, expected, levels, closures, now_ms):
    """Give each announced ship of higher priority its chamber: `reserved_ms` and `reserved_side` of that chamber, earliest ship first."""
    for c in range(chambers.shape[0]):
        chambers[c].reserved_ms = NEVER_MS
    last_ms, last_key = -NEVER_MS, -NEVER_MS
    while True:
        best, best_ms = -1, NEVER_MS
        for k in range(lock.n_expected):
            ship = expected[k]
            if ship.priority <= 0:
                continue
            at_ms = expected_ms(ship, now_ms)
            is_later = at_ms > last_ms or (at_ms == last_ms and ship.key > last_key)
            is_first = best < 0 or at_ms < best_ms or (at_ms == best_ms and ship.key < expected[best].key)
            if at_ms <= now_ms + lock.reserve_ms and is_later and is_first:
                best, best_ms = k, at_ms
        if best < 0:
            return
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
        chambers[best].reserved_ms = at_ms
        chambers[best].reserved_side = ship.side


@kernel
def is_free_for_others(lock, chamber, levels, busy_ms, now_ms):
    """Say whether an idle chamber may begin a lockage of `busy_ms`, to the other side and without the way back."""
    if chamber.reserved_ms >= NEVER_MS:
        return True
    back_ms = now_ms + busy_ms
    if chamber.reserved_side == chamber.side:
        if chamber.reserved_ms <= now_ms + lock.hold_ms:
            return True  # the ship joins those who go in now
        back_ms += turn_ms(lock, chamber, levels, now_ms)
    return back_ms <= chamber.reserved_ms + lock.tolerance_ms


@kernel
def turns_for_reservation(lock, chamber, levels, now_ms):
    """Return when an idle chamber has to turn empty for its reservation, NEVER where it need not."""
    if chamber.phase != IDLE or chamber.reserved_ms >= NEVER_MS or chamber.reserved_side == chamber.side:
        return NEVER_MS
    return max(now_ms, chamber.reserved_ms - turn_ms(lock, chamber, levels, now_ms))
