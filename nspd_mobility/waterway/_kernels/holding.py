"""When a chamber with ships inside closes its doors: at once, or later in the hope of more ships, a slot or less salt."""

from __future__ import annotations

from ...codes import ChamberOrder, LockPolicy
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .closures import next_closure_ms
from .cycle import IDLE
from .expected import expected_ms, has_lost_slot
from .fitting import eligible_chambers
from .levels import level_at, next_level_ms
from .loading import may_enter

_FIXED_ALTERNATION = int(LockPolicy.FIXED_ALTERNATION)
_FULL_OR_MAX_WAIT = int(LockPolicy.FULL_OR_MAX_WAIT)
_SEA_PRIORITY = int(LockPolicy.SEA_PRIORITY)
_MIN_SALT = int(LockPolicy.MIN_SALT)
_LOOK_AHEAD = int(LockPolicy.LOOK_AHEAD)
_GO = int(ChamberOrder.GO)
_HOLD = int(ChamberOrder.HOLD)


@kernel
def hold_until_ms(lock, chambers, c, slots, expected, levels, closures, now_ms):
    """Return until when chamber `c`, in which everybody is moored, keeps its doors open; `now_ms` to close them."""
    chamber = chambers[c]
    if chamber.held_ms > now_ms:
        chamber.held_ms = now_ms
    until_ms = now_ms
    if lock.policy == _FIXED_ALTERNATION:
        until_ms = departure_ms(lock, chambers, c, chamber.start_ms)
    elif lock.policy == _FULL_OR_MAX_WAIT:
        if not _is_full(lock, chamber, c, slots, levels, now_ms):
            until_ms = chamber.oldest_ms + lock.fill_wait_ms
    elif lock.policy == _MIN_SALT:
        until_ms = chamber.oldest_ms + lock.fill_wait_ms
        if _is_full(lock, chamber, c, slots, levels, now_ms):
            if level_at(lock, levels, 0, now_ms) <= lock.favourable_below_m_nap:
                return now_ms
            until_ms = min(until_ms, next_level_ms(lock, levels, now_ms))
    elif lock.policy == _SEA_PRIORITY:
        until_ms = _joins_until_ms(lock, chambers, c, expected, now_ms)
    elif lock.policy == _LOOK_AHEAD:
        if chamber.order == _GO:
            return now_ms
        until_ms = min(chamber.order_ms if chamber.order == _HOLD else NEVER_MS, chamber.held_ms + lock.patience_ms)
    return max(now_ms, min(until_ms, next_closure_ms(chamber, closures, NEVER_MS)))


@kernel
def departure_ms(lock, chambers, c, from_ms):
    """Return the first departure of chamber `c` on its timetable from a time on; chambers share the interval evenly."""
    shift_ms = lock.alternation_ms * c // chambers.shape[0]
    past = -((shift_ms - from_ms) // lock.alternation_ms)  # ceiling of (from - shift) / interval
    return past * lock.alternation_ms + shift_ms


@kernel
def _is_full(lock, chamber, c, slots, levels, now_ms):
    """Say whether a chamber takes nobody else: by its fill, by number, or because one that waits at its side and could enter does not fit."""
    if chamber.ship_area_m2 >= lock.full_share * chamber.area_m2 or chamber.is_alone == 1:
        return True
    if chamber.max_ships > 0 and chamber.n_inside >= chamber.max_ships:
        return True
    i = lock.first_slot[chamber.side]
    seen = 0
    while i >= 0 and seen < lock.window:
        if may_enter(lock, chamber, c, slots[i], levels, now_ms) == 1:
            return True
        i = slots[i].next
        seen += 1
    return False


@kernel
def _joins_until_ms(lock, chambers, c, expected, now_ms):
    """Return until when a chamber waits for announced ships of higher priority that it has room for."""
    chamber = chambers[c]
    latest_ms = chamber.held_ms + lock.hold_ms
    until_ms = now_ms
    if chamber.is_alone == 1:
        return until_ms
    for k in range(lock.n_expected):
        ship = expected[k]
        if ship.side != chamber.side or ship.priority <= 0 or ship.is_alone == 1 or has_lost_slot(lock, ship, now_ms):
            continue
        eligible, _ = eligible_chambers(lock, chambers, ship)
        if (eligible >> c) & 1 == 0 or chamber.ship_area_m2 + ship.length_m * ship.beam_m > chamber.area_m2:
            continue
        if chamber.max_ships > 0 and chamber.n_inside >= chamber.max_ships:
            continue
        if _stands_open(chambers, eligible, ship.side):
            continue  # it has a chamber of its own
        at_ms = expected_ms(ship, now_ms)
        if at_ms <= latest_ms:
            until_ms = max(until_ms, at_ms)
    return until_ms


@kernel
def _stands_open(chambers, eligible, side):
    """Say whether an idle chamber of `eligible` stands open at a side."""
    found = False
    for c in range(chambers.shape[0]):
        found = found or ((eligible >> c) & 1 == 1 and chambers[c].is_free == 1 and chambers[c].phase == IDLE and chambers[c].side == side)
    return found
