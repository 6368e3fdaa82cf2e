"""A lock complex as a facility: one compiled step for all that happens in one millisecond.

A chamber's cycle: idle with open doors -> ships enter -> doors close, levelling, doors open -> ships leave -> idle at the other
side. Within a millisecond the order is release (the last ship is out), state change (doors are open), request (ships arrive),
grant (who enters, who turns).
"""

from __future__ import annotations

from ...codes import KernelStatus, LockPolicy
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .closures import closed_until_ms
from .cycle import ENTERING, EXITING, GO, HOLD, IDLE, LOCKING, NO_ORDER, clear, close, open_doors, turn_ms
from .expected import announce, arrived, expected_ms, next_notice_ms
from .fitting import eligible_chambers
from .granting import grant, is_overdue
from .holding import departure_ms, hold_until_ms
from .loading import load
from .queues import enqueue, flip, free, leave_queue
from .reserving import reserve

_OK = int(KernelStatus.OK)
_SHIP_ROWS_FULL = int(KernelStatus.SHIP_ROWS_FULL)
_LOCKAGE_ROWS_FULL = int(KernelStatus.LOCKAGE_ROWS_FULL)
_SLOTS_FULL = int(KernelStatus.SLOTS_FULL)
_CLOCK_RAN_BACK = int(KernelStatus.CLOCK_RAN_BACK)
_CLOCK_STUCK = int(KernelStatus.CLOCK_STUCK)
_PLAN_WANTED = int(KernelStatus.PLAN_WANTED)
_FIRST_COME = int(LockPolicy.FIRST_COME)
_FIXED_ALTERNATION = int(LockPolicy.FIXED_ALTERNATION)
_SEA_PRIORITY = int(LockPolicy.SEA_PRIORITY)
_LOOK_AHEAD = int(LockPolicy.LOOK_AHEAD)


@kernel
def step(lock, chambers, slots, levels, closures, notices, expected, requests, first, n_requests, now_ms, ship_rows, lockage_rows):
    """Do all that is due at `now_ms` and return (status, next_ms).

    Parameters
    ----------
    lock, chambers, slots : record arrays
        The state, changed in place.
    levels : ndarray of float64, shape (2, n)
        Level at the sea side and at the canal side (m NAP).
    closures : record array of CLOSURE
        When chambers may not begin a lockage, by chamber and begin.
    notices : record array of REQUEST
        Ships that become known before they arrive, by `known_ms`; empty where the policy does not look ahead.
    expected : record array of SLOT
        The pool of ships that are known and have not arrived, changed in place.
    requests : record array of REQUEST
        Arrivals; those of this millisecond are ``requests[first:first + n_requests]``.
    now_ms : int
    ship_rows, lockage_rows : record arrays
        Rows of results, appended at ``lock[0].n_ship_rows`` and ``lock[0].n_lockage_rows``.

    Returns
    -------
    status : int
        0, or the reason why nothing was done: rows or slots have to grow, or the clock ran backwards.
    next_ms : int
        When something is due next without further requests.
    """
    complex_ = lock[0]
    if now_ms < complex_.now_ms:
        return _CLOCK_RAN_BACK, complex_.now_ms
    present = complex_.n_in_use + n_requests
    if complex_.n_ship_rows + present > ship_rows.shape[0]:
        return _SHIP_ROWS_FULL, now_ms
    if complex_.n_lockage_rows + 2 * (present + chambers.shape[0]) > lockage_rows.shape[0]:
        return _LOCKAGE_ROWS_FULL, now_ms
    if present > slots.shape[0]:
        return _SLOTS_FULL, now_ms
    status, n_new = announce(complex_, notices, expected, now_ms)
    if status != _OK:
        return status, now_ms
    complex_.now_ms = now_ms
    if n_new > 0 and complex_.policy == _LOOK_AHEAD:
        _keep_orders(complex_, chambers, levels, expected, n_new, now_ms)
    taken = False
    # Where nothing takes time a ship needs three rounds, and an empty turn for it two.
    for _ in range(6 * (present + chambers.shape[0]) + 6):
        if complex_.n_lockage_rows + chambers.shape[0] > lockage_rows.shape[0]:
            return _CLOCK_STUCK, now_ms
        for c in range(chambers.shape[0]):
            if chambers[c].phase == EXITING and chambers[c].next_ms <= now_ms:
                clear(complex_, chambers[c], c, lockage_rows)
        for c in range(chambers.shape[0]):
            if chambers[c].phase == LOCKING and chambers[c].next_ms <= now_ms:
                open_doors(complex_, chambers[c], slots, ship_rows)
        if not taken:
            for r in range(first, first + n_requests):
                is_on_time = complex_.n_expected > 0 and arrived(complex_, expected, requests[r].ship, now_ms)
                if complex_.policy == _LOOK_AHEAD:
                    _meet_orders(chambers, is_on_time)
                _request(complex_, chambers, slots, requests, r, ship_rows)
            taken = True
        if now_ms >= complex_.next_flip_ms:
            flip(complex_, slots, now_ms)
        if complex_.policy == _LOOK_AHEAD:
            _expire_orders(complex_, chambers, expected, now_ms)
        again_ms = NEVER_MS
        if complex_.policy == _SEA_PRIORITY:
            again_ms = reserve(complex_, chambers, slots, expected, levels, closures, now_ms)
        for c in range(chambers.shape[0]):
            if chambers[c].phase == ENTERING and chambers[c].moored_ms <= now_ms:
                _enter_or_close(complex_, chambers, c, slots, levels, expected, closures, now_ms)
        grant(complex_, chambers, slots, levels, closures, now_ms)
        if complex_.policy != _FIRST_COME and complex_.n_waiting[0] + complex_.n_waiting[1] > 0:
            again_ms = min(again_ms, complex_.next_flip_ms)  # a chamber that is held or kept free goes for such a ship
        complex_.recheck_ms = min(complex_.recheck_ms, again_ms)
        next_ms = min(complex_.recheck_ms, next_notice_ms(complex_, notices))
        for c in range(chambers.shape[0]):
            next_ms = min(next_ms, chambers[c].next_ms)
        if next_ms > now_ms:
            if complex_.policy == _LOOK_AHEAD:
                if is_overdue(complex_, chambers, slots, levels, now_ms):
                    forget_orders(chambers)
                    complex_.wants_plan = 0
                else:
                    complex_.wants_plan = _wants_plan(complex_, chambers, now_ms)
            return _OK, next_ms
    return _CLOCK_STUCK, now_ms


@kernel
def forget_orders(chambers):
    """Something new is known: every chamber that could begin or leave wants a new plan."""
    for c in range(chambers.shape[0]):
        chambers[c].order = NO_ORDER
        chambers[c].order_ms = NEVER_MS


@kernel
def _keep_orders(lock, chambers, levels, expected, n_new, now_ms):
    """Ships became known: orders hold until one of them is within reach, that is the patience and two turns."""
    due_ms = NEVER_MS
    for k in range(lock.n_expected - n_new, lock.n_expected):
        due_ms = min(due_ms, expected_ms(expected[k], now_ms))
    reach_ms = 0
    for c in range(chambers.shape[0]):
        reach_ms = max(reach_ms, lock.patience_ms + 2 * turn_ms(lock, chambers[c], levels, now_ms))
    until_ms = max(due_ms - reach_ms, now_ms)
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        if until_ms <= now_ms or (chamber.order_then > 0 and chamber.order_ms < NEVER_MS and chamber.order_ms > until_ms):
            chamber.order = NO_ORDER
            chamber.order_ms = NEVER_MS
        elif chamber.order == HOLD:
            chamber.order_ms = min(chamber.order_ms, until_ms)


@kernel
def _meet_orders(chambers, is_on_time):
    """A ship arrives: only orders that say until when stay, and only where it is on time."""
    for c in range(chambers.shape[0]):
        if not is_on_time or (chambers[c].order == HOLD and chambers[c].order_ms >= NEVER_MS):
            chambers[c].order = NO_ORDER
            chambers[c].order_ms = NEVER_MS


@kernel
def _expire_orders(lock, chambers, expected, now_ms):
    """Begin the lockages that were to wait until now for a ship that has come, and forget the other orders that end."""
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        if chamber.order_ms <= now_ms:
            goes = chamber.order == HOLD and chamber.order_then > 0 and chamber.phase == IDLE and lock.n_waiting[chamber.side] > 0
            chamber.order = GO if goes and not _is_one_late(lock, expected, now_ms) else NO_ORDER
            chamber.order_ms = NEVER_MS


@kernel
def _is_one_late(lock, expected, now_ms):
    """Say whether a ship should be there by now and is not."""
    is_late = False
    for k in range(lock.n_expected):
        is_late = is_late or expected[k].eta_ms <= now_ms
    return is_late


@kernel
def _wants_plan(lock, chambers, now_ms):
    """Say (1 or 0) whether a chamber could begin or leave and has no order."""
    is_asked = lock.n_waiting[0] + lock.n_waiting[1] + lock.n_expected > 0
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        if chamber.order != NO_ORDER:
            continue
        if (chamber.phase == IDLE and chamber.is_free == 1 and is_asked) or (chamber.phase == ENTERING and chamber.moored_ms <= now_ms):
            return 1
    return 0


@kernel
def run(lock, chambers, slots, levels, closures, notices, expected, requests, until_ms, ship_rows, lockage_rows):
    """Drive `step` over sorted requests up to `until_ms`; the compiled driver.

    Returns the status; call again after growing, or after planning where a plan is wanted.
    """
    n = requests.shape[0]
    while True:
        if lock[0].wants_plan == 1:
            return _PLAN_WANTED
        i = lock[0].next_arrival
        due_ms = min(lock[0].recheck_ms, next_notice_ms(lock[0], notices))
        for c in range(chambers.shape[0]):
            due_ms = min(due_ms, chambers[c].next_ms)
        now_ms = min(due_ms, requests[i].time_ms) if i < n else due_ms
        if now_ms > until_ms or now_ms >= NEVER_MS:
            return _OK
        j = i
        while j < n and requests[j].time_ms == now_ms:
            j += 1
        status, _ = step(lock, chambers, slots, levels, closures, notices, expected, requests, i, j - i, now_ms, ship_rows, lockage_rows)
        if status != _OK:
            return status
        lock[0].next_arrival = j


@kernel
def _request(lock, chambers, slots, requests, r, ship_rows):
    """Take a ship into its queue, or refuse it where it fits no chamber at any level."""
    i = enqueue(lock, slots, requests, r)
    eligible, refusal = eligible_chambers(lock, chambers, slots[i])
    slots[i].eligible = eligible
    if eligible == 0:
        row = ship_rows[lock.n_ship_rows]
        lock.n_ship_rows += 1
        row.ship = slots[i].ship
        row.chamber = -1
        row.lockage_id = -1
        row.refusal = refusal
        leave_queue(lock, slots, i)
        free(lock, slots, i)


@kernel
def _enter_or_close(lock, chambers, c, slots, levels, expected, closures, now_ms):
    """Let further ships in where everybody inside is moored, else close the doors or hold them open."""
    chamber = chambers[c]
    is_open = closed_until_ms(chamber, closures, now_ms) <= now_ms
    if lock.policy == _FIXED_ALTERNATION and now_ms >= departure_ms(lock, chambers, c, chamber.start_ms):
        is_open = False  # its departure is due
    if is_open and lock.n_waiting[chamber.side] > 0 and load(lock, chambers, c, slots, levels, now_ms) > 0:
        chamber.order = NO_ORDER
        return
    if lock.policy == _LOOK_AHEAD and is_overdue(lock, chambers, slots, levels, now_ms):
        close(lock, chamber, levels, now_ms)
        return
    until_ms = hold_until_ms(lock, chambers, c, slots, expected, levels, closures, now_ms)
    if until_ms > now_ms:
        chamber.next_ms = until_ms
    else:
        close(lock, chamber, levels, now_ms)
