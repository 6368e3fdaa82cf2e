"""A lock complex as a facility: one compiled step for all that happens in one millisecond.

A chamber's cycle: idle with open doors -> ships enter -> doors close, levelling, doors open -> ships leave -> idle at the other
side. Within a millisecond the order is release (the last ship is out), state change (doors are open), request (ships arrive),
grant (who enters, who turns).

First come, with alternation: an idle chamber takes the ships at its open side before anything else; of several idle chambers a
ship takes the one that brings it through first. A chamber with nobody to serve at its side turns empty (lege schutting) for a
ship at the other side, unless another chamber that already comes there will have room for it earlier.
"""

from __future__ import annotations

from ...codes import ChamberPhase, KernelStatus, Refusal
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .levels import head_at, levelling_ms
from .loading import clear_skyline, load, may_enter, movement_ms
from .queues import enqueue, free, leave_queue
from .records import ENTRY_FIRST, EXIT_FIRST, EXIT_FOLLOW

_OK = int(KernelStatus.OK)
_SHIP_ROWS_FULL = int(KernelStatus.SHIP_ROWS_FULL)
_LOCKAGE_ROWS_FULL = int(KernelStatus.LOCKAGE_ROWS_FULL)
_SLOTS_FULL = int(KernelStatus.SLOTS_FULL)
_CLOCK_RAN_BACK = int(KernelStatus.CLOCK_RAN_BACK)
_CLOCK_STUCK = int(KernelStatus.CLOCK_STUCK)
_IDLE = int(ChamberPhase.IDLE)
_ENTERING = int(ChamberPhase.ENTERING)
_LOCKING = int(ChamberPhase.LOCKING)
_EXITING = int(ChamberPhase.EXITING)
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
            if chambers[c].phase == _EXITING and chambers[c].next_ms <= now_ms:
                _clear(complex_, chambers[c], c, lockage_rows)
        for c in range(chambers.shape[0]):
            if chambers[c].phase == _LOCKING and chambers[c].next_ms <= now_ms:
                _open(complex_, chambers[c], slots, ship_rows)
        if not taken:
            for r in range(first, first + n_requests):
                _request(complex_, chambers, slots, requests, r, ship_rows)
            taken = True
        for c in range(chambers.shape[0]):
            if chambers[c].phase == _ENTERING and chambers[c].next_ms <= now_ms and load(complex_, chambers, c, slots, levels, now_ms) == 0:
                _close(complex_, chambers[c], levels, now_ms)
        _grant(complex_, chambers, slots, levels, now_ms)
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


@kernel
def _clear(lock, chamber, c, lockage_rows):
    """The last ship is out: write the lockage and wait with open doors at the other side."""
    row = lockage_rows[lock.n_lockage_rows]
    lock.n_lockage_rows += 1
    row.lockage_id = chamber.lockage_id
    row.chamber = c
    row.from_side = 1 - chamber.side
    row.n_ships = chamber.n_inside
    row.start_ms = chamber.start_ms
    row.close_ms = chamber.close_ms
    row.closed_ms = chamber.closed_ms
    row.levelled_ms = chamber.levelled_ms
    row.opened_ms = chamber.opened_ms
    row.end_ms = chamber.next_ms
    row.head_m = chamber.head_m
    row.ship_area_m2 = chamber.ship_area_m2
    chamber.phase = _IDLE
    chamber.n_inside = 0
    chamber.next_ms = NEVER_MS


@kernel
def _open(lock, chamber, slots, ship_rows):
    """The doors are open: ships leave one after another in the order in which they came."""
    chamber.phase = _EXITING
    chamber.side = 1 - chamber.side
    clear_ms = chamber.opened_ms
    i = chamber.first_slot
    for k in range(chamber.n_inside):
        slot = slots[i]
        row = ship_rows[lock.n_ship_rows]
        lock.n_ship_rows += 1
        row.ship = slot.ship
        row.chamber = slot.chamber
        row.lockage_id = slot.lockage_id
        row.refusal = 0
        row.entry_start_ms = slot.entry_start_ms
        row.moored_ms = slot.moored_ms
        row.close_ms = chamber.close_ms
        row.x_m = slot.x_m
        row.y_m = slot.y_m
        row.exit_start_ms = clear_ms
        clear_ms += movement_ms(chamber, slot.group, EXIT_FIRST if k == 0 else EXIT_FOLLOW, slot.length_m)
        row.exit_ms = clear_ms
        following = slot.next
        free(lock, slots, i)
        i = following
    chamber.next_ms = clear_ms + (chamber.clearance_ms if chamber.n_inside > 0 else 0)


@kernel
def _close(lock, chamber, levels, now_ms):
    """Nobody else enters: doors close, the chamber is levelled at the head of that moment, doors open."""
    chamber.phase = _LOCKING
    chamber.close_ms = now_ms
    chamber.closed_ms = now_ms + chamber.door_close_ms
    chamber.head_m = head_at(lock, levels, chamber.closed_ms)
    chamber.levelled_ms = chamber.closed_ms + levelling_ms(chamber, chamber.head_m)
    chamber.opened_ms = chamber.levelled_ms + chamber.door_open_ms
    chamber.next_ms = chamber.opened_ms


@kernel
def _begin(lock, chamber, now_ms):
    """Give an idle chamber a new lockage."""
    chamber.lockage_id = lock.n_lockages
    lock.n_lockages += 1
    chamber.start_ms = now_ms
    chamber.n_inside = 0
    clear_skyline(chamber)


@kernel
def _turn_ms(lock, chamber, levels, now_ms):
    """Return how long an empty turn takes that begins now."""
    closed_ms = now_ms + chamber.door_close_ms
    return chamber.door_close_ms + levelling_ms(chamber, head_at(lock, levels, closed_ms)) + chamber.door_open_ms


@kernel
def _grant(lock, chambers, slots, levels, now_ms):
    """Give idle chambers to waiting ships."""
    lock.recheck_ms = NEVER_MS
    n_idle = 0
    for c in range(chambers.shape[0]):
        if chambers[c].phase == _IDLE:
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
            if chamber.phase != _IDLE or chamber.side != side:
                continue
            open_chambers += 1
            answer = may_enter(lock, chamber, c, slot, levels, now_ms)
            if answer == 1:
                through_ms = (
                    movement_ms(chamber, slot.group, ENTRY_FIRST, slot.length_m)
                    + _turn_ms(lock, chamber, levels, now_ms)
                    + movement_ms(chamber, slot.group, EXIT_FIRST, slot.length_m)
                )
                if through_ms < best_ms:
                    best, best_ms = c, through_ms
            elif answer == -1:
                _look_again(lock, levels, now_ms)
        if open_chambers == 0:
            break
        if best >= 0:
            _begin(lock, chambers[best], now_ms)
            if load(lock, chambers, best, slots, levels, now_ms) > 0:
                chambers[best].phase = _ENTERING
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
        if chamber.phase == _EXITING:
            chamber.claim_ms = chamber.next_ms
        elif chamber.phase == _LOCKING:
            chamber.claim_ms = chamber.opened_ms + _exit_ms(chamber)
        elif chamber.phase == _ENTERING:
            chamber.claim_ms = chamber.next_ms + _turn_ms(lock, chamber, levels, chamber.next_ms) + _exit_ms(chamber)


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
            is_idle = chamber.phase == _IDLE
            n_idle += 1 if is_idle else 0
            if is_idle and chamber.side == slot.side:
                continue  # it would have been taken already
            answer = may_enter(lock, chamber, c, slot, levels, now_ms)
            if answer == -1 and is_idle:
                _look_again(lock, levels, now_ms)
            if answer != 1 or not _has_room(chamber, slot):
                continue
            at_ms = _available_ms(lock, chamber, slot, levels, now_ms)
            if at_ms < best_ms or (at_ms == best_ms and best >= 0 and chambers[best].phase == _IDLE):
                best, best_ms = c, at_ms
        if n_idle == 0:
            return
        if best >= 0:
            chamber = chambers[best]
            if chamber.phase == _IDLE:
                _begin(lock, chamber, now_ms)
                _close(lock, chamber, levels, now_ms)
                chamber.claim_ms = chamber.opened_ms
            chamber.claim_area_m2 += slot.length_m * slot.beam_m
            chamber.n_claimed += 1


@kernel
def _has_room(chamber, slot):
    """Say whether a chamber has area and number left for one more claim."""
    number, area = chamber.n_claimed, chamber.claim_area_m2
    if chamber.phase == _ENTERING and chamber.side == slot.side:  # the ship would join those inside
        number += chamber.n_inside
        area += chamber.ship_area_m2
    if chamber.max_ships > 0 and number >= chamber.max_ships:
        return False
    return area + slot.length_m * slot.beam_m <= chamber.length_m * chamber.width_m + 1e-9


@kernel
def _available_ms(lock, chamber, slot, levels, now_ms):
    """Return when a chamber could take a ship at its side, NEVER where it moves away from it."""
    if chamber.phase == _IDLE:
        return now_ms + _turn_ms(lock, chamber, levels, now_ms)
    if chamber.phase == _EXITING:
        return chamber.claim_ms if chamber.side == slot.side else NEVER_MS
    if chamber.side == slot.side:
        return chamber.next_ms if chamber.phase == _ENTERING else NEVER_MS
    return chamber.claim_ms
