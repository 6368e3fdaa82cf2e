"""The pool of a bridge's users: who comes in, who goes out, and the time that each waits, booked to its cause."""

from __future__ import annotations

from ...codes import BridgeStatus
from ...kernels.jit import kernel
from ...units import NEVER_MS
from ..messages import SHIP_CALL, SHIP_CANCEL, TRAIN_RELEASE, TRAIN_REQUEST
from .bridge_records import N_CAUSE
from .bridge_rules import SHIP, TRAIN

OK = int(BridgeStatus.OK)
BAD_MESSAGE = int(BridgeStatus.BAD_MESSAGE)
UNKNOWN_TRAIN = int(BridgeStatus.UNKNOWN_TRAIN)


@kernel
def book(bridge, users, now_ms):
    """Add the time since the last step to what each user waits for."""
    for i in range(bridge.n_users):
        user = users[i]
        if user.begin_ms == NEVER_MS and user.since_ms >= user.eta_ms:
            user.part_ms[user.cause] += now_ms - user.since_ms


@kernel
def find(bridge, users, kind, who):
    """Return the place of a user in the pool, -1 where it is not there."""
    for i in range(bridge.n_users):
        if users[i].who == who and users[i].user == kind:
            return i
    return -1


@kernel
def remove(bridge, users, i):
    """Take user `i` out of the pool."""
    bridge.n_users -= 1
    for k in range(i, bridge.n_users):
        users[k] = users[k + 1]


@kernel
def insert(bridge, users, inbox, r, now_ms):
    """Take the ship or train of message `r` into the pool, at its place by (ready time, kind, id)."""
    message = inbox[r]
    kind = SHIP if message.kind == SHIP_CALL else TRAIN
    eta_ms = max(message.eta_ms, now_ms)
    i = bridge.n_users
    while i > 0:
        before = users[i - 1]
        if before.eta_ms < eta_ms or (before.eta_ms == eta_ms and (before.user < kind or (before.user == kind and before.who < message.who))):
            break
        users[i] = users[i - 1]
        i -= 1
    bridge.n_users += 1
    user = users[i]
    user.user = kind
    user.who = message.who
    user.direction = message.direction
    user.call_ms = now_ms
    user.eta_ms = eta_ms
    user.pass_ms = message.pass_ms
    user.priority = message.priority
    user.is_wide = message.is_wide
    user.reply = message.reply
    user.due_ms = NEVER_MS if kind == TRAIN else max(now_ms + bridge.remote_delay_ms, eta_ms - bridge.clear_road_ms - bridge.open_ms)
    user.begin_ms = NEVER_MS
    user.clear_ms = NEVER_MS
    user.cause = 0
    user.since_ms = now_ms
    for cause in range(N_CAUSE):
        user.part_ms[cause] = 0


@kernel
def write_wait(bridge, user, begin_ms, clear_ms, wait_rows):
    """Write the row of a user that has been served."""
    row = wait_rows[bridge.n_wait_rows]
    bridge.n_wait_rows += 1
    row.user = user.user
    row.who = user.who
    row.direction = user.direction
    row.call_ms = user.call_ms
    row.eta_ms = user.eta_ms
    row.begin_ms = begin_ms
    row.clear_ms = clear_ms
    row.cause = 0
    longest_ms = 0
    for cause in range(N_CAUSE):
        row.part_ms[cause] = user.part_ms[cause]
        if user.part_ms[cause] > longest_ms:
            longest_ms = user.part_ms[cause]
            row.cause = cause


@kernel
def write_grant(bridge, user, begin_ms, clear_ms, grants):
    """Tell a user that it may go."""
    grant = grants[bridge.n_grants]
    bridge.n_grants += 1
    grant.who = user.who
    grant.user = user.user
    grant.reply = user.reply
    grant.begin_ms = begin_ms
    grant.clear_ms = clear_ms


@kernel
def release_trains(bridge, users, now_ms, wait_rows):
    """Take out the trains that hold the bridge no longer; return whether there were any."""
    is_any = False
    i = 0
    while i < bridge.n_users and bridge.n_holding > 0:
        if users[i].user == TRAIN and users[i].clear_ms <= now_ms:
            write_wait(bridge, users[i], users[i].begin_ms, users[i].clear_ms, wait_rows)
            remove(bridge, users, i)
            bridge.n_holding -= 1
            is_any = True
        else:
            i += 1
    return is_any


@kernel
def take(bridge, users, inbox, first, n, now_ms):
    """Take all messages of this millisecond: first who leaves, then who comes. A second call of a ship takes the place of the first."""
    for r in range(first, first + n):
        kind, who = inbox[r].kind, inbox[r].who
        if kind == SHIP_CANCEL:
            i = find(bridge, users, SHIP, who)
            if i >= 0:  # it may have been let through in this very millisecond
                remove(bridge, users, i)
        elif kind == TRAIN_RELEASE:
            i = find(bridge, users, TRAIN, who)
            if i < 0:
                return UNKNOWN_TRAIN
            if users[i].begin_ms == NEVER_MS:
                remove(bridge, users, i)  # it does not come
            else:
                users[i].clear_ms = now_ms
    for r in range(first, first + n):
        kind = inbox[r].kind
        if kind == SHIP_CALL:
            i = find(bridge, users, SHIP, inbox[r].who)
            if i >= 0:
                remove(bridge, users, i)
            insert(bridge, users, inbox, r, now_ms)
        elif kind == TRAIN_REQUEST:
            if find(bridge, users, TRAIN, inbox[r].who) >= 0:
                return BAD_MESSAGE
            insert(bridge, users, inbox, r, now_ms)
    return OK
