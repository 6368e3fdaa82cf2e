"""A movable bridge as a facility: one compiled step for all that happens in one millisecond, and a driver over sorted messages.

The cycle: closed -> clearing the road -> opening -> open -> closing -> reopening the road -> closed. The deck is locked in the phases
closed, clearing and reopening; a train is let on in closed and reopening. Within a millisecond the order is release, messages, end of a
phase, grant.
"""

from __future__ import annotations

from ...codes import BridgePhase, BridgeStatus, BridgeWindow
from ...kernels.jit import kernel
from ...units import NEVER_MS
from ..messages import SHIP_CALL, TRAIN_RELEASE
from .bridge_rules import (
    CLOSED,
    OPEN,
    OUTAGE_BIT,
    REOPENING,
    TRAIN,
    TRAIN_WINDOWS,
    cause_of,
    count_due,
    last_start,
    next_ship,
    pressing_ms,
    ship_to_open_for,
    soonest,
    waiting_train,
)
from .bridge_users import BAD_MESSAGE, OK, book, release_trains, remove, take, write_grant, write_wait

_CLEARING = int(BridgePhase.CLEARING)
_OPENING = int(BridgePhase.OPENING)
_CLOSING = int(BridgePhase.CLOSING)
_TRAIN_WINDOW = int(BridgeWindow.TRAIN)
_USERS_FULL = int(BridgeStatus.USERS_FULL)
_WAIT_ROWS_FULL = int(BridgeStatus.WAIT_ROWS_FULL)
_CLOSURE_ROWS_FULL = int(BridgeStatus.CLOSURE_ROWS_FULL)
_GRANTS_FULL = int(BridgeStatus.GRANTS_FULL)
_CLOCK_RAN_BACK = int(BridgeStatus.CLOCK_RAN_BACK)
_CLOCK_STUCK = int(BridgeStatus.CLOCK_STUCK)


@kernel
def step_bridge(state, users, windows, inbox, first, n, now_ms, closure_rows, wait_rows, grants):
    """Do all that is due at `now_ms` and return (status, next_ms).

    Parameters
    ----------
    state, users : record arrays of BRIDGE, shape (1,), and USER
        Changed in place.
    windows : record array of WINDOW
        Sorted by begin.
    inbox : record array of INBOX
        The messages of this millisecond are ``inbox[first:first + n]``, in any order.
    now_ms : int
    closure_rows, wait_rows : record arrays
        Results, appended at ``state[0].n_closure_rows`` and ``n_wait_rows``.
    grants : record array of GRANT
        Who may go from this step on: ``grants[:state[0].n_grants]``.

    Returns
    -------
    status : int
        0, or why nothing was done: an array has to grow, a message can't be used, or the clock ran backwards.
    next_ms : int
        When something is due next without further messages.
    """
    bridge = state[0]
    if now_ms < bridge.now_ms:
        return _CLOCK_RAN_BACK, bridge.now_ms
    present = bridge.n_users + n
    if present > users.shape[0]:
        return _USERS_FULL, now_ms
    if bridge.n_wait_rows + present > wait_rows.shape[0]:
        return _WAIT_ROWS_FULL, now_ms
    if bridge.n_closure_rows + present + 2 > closure_rows.shape[0]:
        return _CLOSURE_ROWS_FULL, now_ms
    if present > grants.shape[0]:
        return _GRANTS_FULL, now_ms
    for r in range(first, first + n):
        message = inbox[r]
        is_negative = message.kind == SHIP_CALL and message.pass_ms < 0
        if message.kind < SHIP_CALL or message.kind > TRAIN_RELEASE or message.direction < 0 or message.direction > 1 or is_negative:
            return BAD_MESSAGE, now_ms
    book(bridge, users, now_ms)
    bridge.now_ms = now_ms
    bridge.n_grants = 0
    if now_ms >= bridge.boundary_ms:
        _look_at_windows(bridge, windows, now_ms)
    status = take(bridge, users, inbox, first, n, now_ms)
    if status != OK:
        return status, now_ms
    # A cycle that takes no time has five ends of phases, and every user is let go once.
    for _ in range(8 * (present + 2)):
        if not _advance(bridge, users, now_ms, closure_rows, wait_rows, grants):
            _set_causes(bridge, users, now_ms)
            bridge.next_ms = _next_due(bridge, users, now_ms)
            return OK, bridge.next_ms
    return _CLOCK_STUCK, now_ms


@kernel
def run_bridge(state, users, windows, inbox, until_ms, closure_rows, wait_rows, grants):
    """Drive `step_bridge` over messages sorted by time, up to `until_ms`; return the status. Call again after growing."""
    n = inbox.shape[0]
    while True:
        i = state[0].next_arrival
        now_ms = min(state[0].next_ms, inbox[i].time_ms) if i < n else state[0].next_ms
        if now_ms > until_ms or now_ms >= NEVER_MS:
            return OK
        j = i
        while j < n and inbox[j].time_ms == now_ms:
            j += 1
        status, _ = step_bridge(state, users, windows, inbox, i, j - i, now_ms, closure_rows, wait_rows, grants)
        if status != OK:
            return status
        state[0].next_arrival = j


@kernel
def _look_at_windows(bridge, windows, now_ms):
    """Find the windows of this moment, when they change next, and the next window of trains."""
    n = windows.shape[0]
    while bridge.first_window < n and windows[bridge.first_window].end_ms <= now_ms:
        bridge.first_window += 1
    bridge.active = 0
    bridge.boundary_ms = NEVER_MS
    bridge.train_window_ms = NEVER_MS
    for w in range(bridge.first_window, n):
        window = windows[w]
        is_of_trains = window.kind == _TRAIN_WINDOW and bridge.priority == TRAIN_WINDOWS
        if window.end_ms <= now_ms:
            continue
        if window.begin_ms <= now_ms:
            bridge.active |= 1 << window.kind
        bridge.boundary_ms = min(bridge.boundary_ms, window.begin_ms if window.begin_ms > now_ms else window.end_ms)
        if is_of_trains:
            bridge.train_window_ms = min(bridge.train_window_ms, window.begin_ms)
        if window.begin_ms > now_ms and (bridge.priority != TRAIN_WINDOWS or is_of_trains):
            break


@kernel
def _advance(bridge, users, now_ms, closure_rows, wait_rows, grants):
    """Do one thing that is due; return whether there was any."""
    if release_trains(bridge, users, now_ms, wait_rows):
        return True
    if bridge.phase != OPEN and bridge.phase != CLOSED and bridge.phase_end_ms <= now_ms:
        _end_phase(bridge, closure_rows)
        return True
    if bridge.phase == OPEN:
        ship, keep = next_ship(bridge, users, now_ms)
        if ship >= 0:
            _pass(bridge, users, ship, now_ms, wait_rows, grants)
            return True
        is_clear = max(bridge.pass_clear_ms[0], bridge.pass_clear_ms[1]) <= now_ms
        if not keep and is_clear and now_ms >= bridge.opened_ms + bridge.min_open_ms and (bridge.active & OUTAGE_BIT) == 0:
            bridge.phase = _CLOSING
            bridge.closing_ms = now_ms
            bridge.phase_end_ms = now_ms + bridge.close_ms
            bridge.rested_ms = bridge.phase_end_ms + bridge.reopen_road_ms + bridge.min_closed_ms
            return True
    if bridge.phase == CLOSED or bridge.phase == REOPENING:
        train = waiting_train(bridge, users, now_ms)
        ship, forced = ship_to_open_for(bridge, users, now_ms)
        if ship < 0 and train >= 0:
            user = users[train]
            user.begin_ms = now_ms
            user.clear_ms = now_ms + user.pass_ms if user.pass_ms >= 0 else NEVER_MS
            bridge.n_holding += 1
            write_grant(bridge, user, now_ms, user.clear_ms, grants)
            return True
        if ship >= 0 and bridge.phase == CLOSED and bridge.n_holding == 0:
            bridge.phase = _CLEARING
            bridge.phase_end_ms = now_ms + bridge.clear_road_ms
            bridge.road_closed_ms = now_ms
            bridge.cause_user = users[ship].who
            bridge.n_ships = 0
            bridge.is_forced = forced
            bridge.close_by_ms = NEVER_MS if forced or bridge.train_window_ms == NEVER_MS else bridge.train_window_ms - bridge.close_ms
            return True
    return False


@kernel
def _end_phase(bridge, closure_rows):
    """End a phase that takes a fixed time, and begin the next."""
    end_ms = bridge.phase_end_ms
    if bridge.phase == _CLEARING:
        bridge.phase = _OPENING
        bridge.opening_ms = end_ms
        bridge.phase_end_ms = end_ms + bridge.open_ms
    elif bridge.phase == _OPENING:
        bridge.phase = OPEN
        bridge.opened_ms = end_ms
    elif bridge.phase == _CLOSING:
        bridge.phase = REOPENING
        bridge.closed_ms = end_ms
        bridge.phase_end_ms = end_ms + bridge.reopen_road_ms
    else:
        bridge.phase = CLOSED
        row = closure_rows[bridge.n_closure_rows]
        bridge.n_closure_rows += 1
        row.cause_user = bridge.cause_user
        row.n_ships = bridge.n_ships
        row.is_forced = bridge.is_forced
        row.road_closed_ms = bridge.road_closed_ms
        row.opening_ms = bridge.opening_ms
        row.open_ms = bridge.opened_ms
        row.closing_ms = bridge.closing_ms
        row.closed_ms = bridge.closed_ms
        row.road_open_ms = end_ms


@kernel
def _pass(bridge, users, i, now_ms, wait_rows, grants):
    """Let a ship begin to pass."""
    ship = users[i]
    clear_ms = now_ms + ship.pass_ms
    bridge.pass_begin_ms[ship.direction] = now_ms
    bridge.pass_clear_ms[ship.direction] = clear_ms
    if ship.is_wide != 0:
        bridge.wide_clear_ms = clear_ms
    bridge.n_ships += 1
    write_wait(bridge, ship, now_ms, clear_ms, wait_rows)
    write_grant(bridge, ship, now_ms, clear_ms, grants)
    remove(bridge, users, i)


@kernel
def _set_causes(bridge, users, now_ms):
    """Say what each waiting user waits for from now on."""
    n_due = count_due(bridge, users, now_ms)
    train = waiting_train(bridge, users, now_ms)
    for i in range(bridge.n_users):
        users[i].since_ms = now_ms
        if users[i].eta_ms <= now_ms and users[i].begin_ms == NEVER_MS:
            users[i].cause = cause_of(bridge, users, i, n_due, train, now_ms)


@kernel
def _sooner(next_ms, time_ms, now_ms):
    return time_ms if now_ms < time_ms < next_ms else next_ms


@kernel
def _next_due(bridge, users, now_ms):
    """Return the first moment after now at which something may change without a message."""
    next_ms = NEVER_MS
    is_open = bridge.phase == OPEN
    if is_open:
        next_ms = _sooner(next_ms, max(bridge.pass_clear_ms[0], bridge.pass_clear_ms[1]), now_ms)
        next_ms = _sooner(next_ms, bridge.opened_ms + bridge.min_open_ms, now_ms)
    elif bridge.phase == _CLEARING:
        next_ms = bridge.phase_end_ms + bridge.open_ms  # nobody can do anything when the bridge begins to move
    elif bridge.phase == _CLOSING and bridge.n_users == 0:
        next_ms = bridge.phase_end_ms + bridge.reopen_road_ms
    elif bridge.phase != CLOSED:
        next_ms = bridge.phase_end_ms
    if bridge.n_users == 0:
        return min(next_ms, bridge.boundary_ms) if is_open else next_ms
    next_ms = min(next_ms, bridge.boundary_ms)
    if bridge.min_closed_ms > 0:
        next_ms = _sooner(next_ms, bridge.rested_ms, now_ms)
    for i in range(bridge.n_users):
        user = users[i]
        next_ms = _sooner(next_ms, user.eta_ms, now_ms)
        next_ms = _sooner(next_ms, pressing_ms(bridge, user), now_ms)
        if user.user == TRAIN:
            next_ms = _sooner(next_ms, user.clear_ms, now_ms)
        else:
            next_ms = _sooner(next_ms, user.due_ms, now_ms)
            next_ms = _sooner(next_ms, user.due_ms + bridge.bundle_ms, now_ms)
            if is_open:
                next_ms = _sooner(next_ms, soonest(bridge, user, now_ms), now_ms)
            if bridge.train_window_ms < NEVER_MS:
                next_ms = _sooner(next_ms, last_start(bridge, user) + 1, now_ms)
    return next_ms
