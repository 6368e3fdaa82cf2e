"""A canal and the bridges over it, stepped in one compiled loop: messages between them never leave it.

Each millisecond runs in delta cycles, as on the clock: the canal steps, then the bridges by number, and what they send to each other
arrives in the next delta. Messages to others end the loop, as their answer may come at once.
"""

from __future__ import annotations

from ...codes import BridgeUser, CanalStatus
from ...engine._kernels.bridge import step_bridge
from ...engine.messages import BRIDGE_GRANTED, MAX_DELTAS, SHIP_CALL
from ...kernels.jit import kernel
from .canal import instant, next_due
from .canal_records import GRANT

_OK = int(CanalStatus.OK)
_MESSAGES_FULL = int(CanalStatus.MESSAGES_FULL)
_CLOCK_RAN_BACK = int(CanalStatus.CLOCK_RAN_BACK)
_CLOCK_STUCK = int(CanalStatus.CLOCK_STUCK)
_SHIP = int(BridgeUser.SHIP)
_SHIP_CALL = int(SHIP_CALL)
_BRIDGE_GRANTED = int(BRIDGE_GRANTED)
_MAX_DELTAS = int(MAX_DELTAS)


@kernel
def advance(
    state,
    nodes,
    stretches,
    sections,
    path,
    closures,
    slots,
    heap,
    inbox,
    departures,
    rows,
    messages,
    bridges,
    users,
    windows,
    closure_rows,
    wait_rows,
    grants,
    calls,
    now_ms,
    horizon_ms,
):
    """Do all that is due at `now_ms`, and then all before `horizon_ms` up to the first message that goes out.

    Parameters
    ----------
    state, nodes, stretches, sections, path, closures, slots, heap : record arrays
        The canal, changed in place.
    inbox : record array of REQUEST
        What others sent to the canal for `now_ms`: the first ``state[0].n_inbox`` records. Not shorter than `slots`.
    departures : record array of REQUEST
        Ships that start by themselves, in order of time; those before ``state[0].next_departure`` have started.
    rows, messages : record arrays
        Results and messages, appended at ``state[0].n_rows`` and ``state[0].n_messages``.
    bridges, users, windows, closure_rows, wait_rows, grants : record arrays, shape (n_bridge, n)
        The bridges, as `engine._kernels.bridge.step_bridge` takes them.
    calls : record array of INBOX, shape (n_bridge, n)
        What others sent to each bridge for `now_ms`: the first ``n_calls`` of the bridge. Not shorter than `messages`.
    now_ms, horizon_ms : int
        A horizon of `now_ms` or before does `now_ms` alone.

    Returns
    -------
    status : int
        0, or why it stopped in the middle of a millisecond: something has to grow, and the same call goes on from there; or a fault.
    where : int
        The bridge that the status is of, -1 for the canal.
    next_ms : int
        When something is due next without further messages; with a status, the millisecond that it stopped in.
    """
    canal = state[0]
    if now_ms < canal.now_ms:
        return _CLOCK_RAN_BACK, -1, now_ms
    while True:
        n_sent, n_left = 1, _MAX_DELTAS
        while n_sent > 0:
            if canal.n_inbox > 0 or next_due(canal, heap, departures) <= now_ms:
                status = instant(canal, nodes, stretches, sections, path, closures, slots, heap, inbox, departures, now_ms, rows, messages)
                if status != _OK:
                    return status, -1, now_ms
            for b in range(bridges.shape[0]):
                bridge = bridges[b, 0]
                if bridge.n_calls > 0 or bridge.next_ms <= now_ms:
                    status, _ = step_bridge(bridges[b], users[b], windows[b], calls[b], 0, bridge.n_calls, now_ms, closure_rows[b], wait_rows[b], grants[b])
                    if status != _OK:
                        return status, b, now_ms
                    bridge.n_calls = 0
            n_sent = _exchange(canal, nodes, inbox, messages, bridges, grants, calls)
            n_left -= 1
            if n_sent < 0:
                return _MESSAGES_FULL, -1, now_ms
            if n_left < 0:
                return _CLOCK_STUCK, -1, now_ms
        canal.now_ms = now_ms
        next_ms = next_due(canal, heap, departures)
        for b in range(bridges.shape[0]):
            next_ms = min(next_ms, bridges[b, 0].next_ms)
        if canal.n_messages > 0 or next_ms >= horizon_ms:
            return _OK, -1, next_ms
        now_ms = next_ms


@kernel
def _exchange(canal, nodes, inbox, messages, bridges, grants, calls):
    """Bring what canal and bridges sent to its receiver; return how many among them, -1 where `messages` has to grow first."""
    n_grants = 0
    for b in range(bridges.shape[0]):
        n_grants += bridges[b, 0].n_grants
    if canal.n_messages + n_grants > messages.shape[0]:
        return -1
    n_sent, n_kept = 0, 0
    for m in range(canal.n_messages):
        b = nodes[messages[m].node].worked if messages[m].kind == _SHIP_CALL else -1
        if b >= 0:
            _call(bridges[b, 0], calls[b], messages[m])
            n_sent += 1
        else:
            messages[n_kept] = messages[m]
            n_kept += 1
    canal.n_messages = n_kept
    for b in range(bridges.shape[0]):
        for g in range(bridges[b, 0].n_grants):
            grant = grants[b, g]
            if grant.user == _SHIP:
                _tell_canal(canal, inbox, grant)
                n_sent += 1
            elif grant.reply >= 0:
                _tell_others(canal, messages, grant)
        bridges[b, 0].n_grants = 0
    return n_sent


@kernel
def _call(bridge, calls, message):
    """Bring the call of a ship to a bridge; the answer goes to the ship's slot."""
    call = calls[bridge.n_calls]
    bridge.n_calls += 1
    call.kind = _SHIP_CALL
    call.time_ms = message.time_ms
    call.who = message.ship
    call.direction = message.direction
    call.eta_ms = message.eta_ms
    call.pass_ms = message.pass_ms
    call.priority = 0
    call.is_wide = 0
    call.reply = message.slot


@kernel
def _tell_canal(canal, inbox, grant):
    """Bring a grant to the canal, in the order of the ships."""
    k = canal.n_inbox
    while k > 0 and inbox[k - 1].ship > grant.who:
        inbox[k] = inbox[k - 1]
        k -= 1
    canal.n_inbox += 1
    inbox[k].kind = GRANT
    inbox[k].ship = grant.who
    inbox[k].slot = grant.reply
    inbox[k].begin_ms = grant.begin_ms


@kernel
def _tell_others(canal, messages, grant):
    """Send the grant of a train out."""
    message = messages[canal.n_messages]
    canal.n_messages += 1
    message.kind = _BRIDGE_GRANTED
    message.node = -1
    message.ship = grant.who
    message.key = grant.who
    message.slot = grant.reply
    message.time_ms = grant.begin_ms
    message.eta_ms = grant.begin_ms
    message.pass_ms = grant.clear_ms
