"""A lock complex as a facility: one compiled step for all that happens in one millisecond.

A chamber's cycle: idle with open doors -> ships enter -> doors close, levelling, doors open -> ships leave -> idle at the other
side. Within a millisecond the order is release (the last ship is out), state change (doors are open), request (ships arrive),
grant (who enters, who turns).
"""

from __future__ import annotations

from ...codes import KernelStatus, Refusal
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .cycle import ENTERING, EXITING, LOCKING, clear, close, open_doors
from .granting import grant
from .loading import load
from .queues import enqueue, free, leave_queue

_OK = int(KernelStatus.OK)
_SHIP_ROWS_FULL = int(KernelStatus.SHIP_ROWS_FULL)
_LOCKAGE_ROWS_FULL = int(KernelStatus.LOCKAGE_ROWS_FULL)
_SLOTS_FULL = int(KernelStatus.SLOTS_FULL)
_CLOCK_RAN_BACK = int(KernelStatus.CLOCK_RAN_BACK)
_CLOCK_STUCK = int(KernelStatus.CLOCK_STUCK)
_LENGTH = int(Refusal.LENGTH)
_BEAM = int(Refusal.BEAM)
_DRAUGHT = int(Refusal.DRAUGHT)
_AIR_DRAUGHT = int(Refusal.AIR_DRAUGHT)


@kernel
def step(lock, chambers, slots, levels, requests, first, n_requests, now_ms, ship_rows, lockage_rows):
    """Do all that is due at `now_ms` and return (status, next_ms).

    Parameters
    ----------
    lock, chambers, slots : record arrays
        The state, changed in place.
    levels : ndarray of float64, shape (2, n)
        Level at the sea side and at the canal side (m NAP).
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
    complex_.now_ms = now_ms
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
                _request(complex_, chambers, slots, requests, r, ship_rows)
            taken = True
        for c in range(chambers.shape[0]):
            if chambers[c].phase == ENTERING and chambers[c].next_ms <= now_ms and load(complex_, chambers, c, slots, levels, now_ms) == 0:
                close(complex_, chambers[c], levels, now_ms)
        grant(complex_, chambers, slots, levels, now_ms)
        next_ms = complex_.recheck_ms
        for c in range(chambers.shape[0]):
            next_ms = min(next_ms, chambers[c].next_ms)
        if next_ms > now_ms:
            return _OK, next_ms
    return _CLOCK_STUCK, now_ms


@kernel
def run(lock, chambers, slots, levels, requests, until_ms, ship_rows, lockage_rows):
    """Drive `step` over sorted requests up to `until_ms`; the compiled driver. Returns the status; call again after growing."""
    n = requests.shape[0]
    while True:
        i = lock[0].next_arrival
        due_ms = lock[0].recheck_ms
        for c in range(chambers.shape[0]):
            due_ms = min(due_ms, chambers[c].next_ms)
        now_ms = min(due_ms, requests[i].time_ms) if i < n else due_ms
        if now_ms > until_ms or now_ms >= NEVER_MS:
            return _OK
        j = i
        while j < n and requests[j].time_ms == now_ms:
            j += 1
        status, _ = step(lock, chambers, slots, levels, requests, i, j - i, now_ms, ship_rows, lockage_rows)
        if status != _OK:
            return status
        lock[0].next_arrival = j


@kernel
def _request(lock, chambers, slots, requests, r, ship_rows):
    """Take a ship into its queue, or refuse it where it fits no chamber at any level."""
    ship = requests[r]
    eligible = 0
    fits_length = fits_beam = fits_air = False
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        if ship.length_m > chamber.length_m + 1e-9:
            continue
        fits_length = True
        if ship.beam_m > min(chamber.gate_width_m, chamber.width_m) + 1e-9:
            continue
        fits_beam = True
        if ship.air_draught_m > chamber.max_air_draught_m + 1e-9:
            continue
        fits_air = True
        if ship.draught_m > 0.0 and lock.highest_m_nap - chamber.sill_m_nap - chamber.keel_clearance_m < ship.draught_m - 1e-9:
            continue
        eligible |= 1 << c
    i = enqueue(lock, slots, requests, r)
    slots[i].eligible = eligible
    if eligible == 0:
        row = ship_rows[lock.n_ship_rows]
        lock.n_ship_rows += 1
        row.ship = ship.ship
        row.chamber = -1
        row.lockage_id = -1
        row.refusal = _LENGTH if not fits_length else (_BEAM if not fits_beam else (_AIR_DRAUGHT if not fits_air else _DRAUGHT))
        leave_queue(lock, slots, i)
        free(lock, slots, i)
