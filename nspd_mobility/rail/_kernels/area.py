"""An interlocked rail area as a facility: one compiled step for all that happens in one millisecond, and before the others act.

Within a millisecond the order is release (tails are clear), state change (trains arrive, bridges are closed for them), request, grant. Ties
end at the train's key, never at the order of insertion or the place in memory.
"""

from __future__ import annotations

from ...codes import RailStatus
from ...kernels.heap import heap_pop
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .area_records import AUTHORITY, BRIDGE_NONE, FREE, LEAVING, N_PIECE, NOTHING, OUTSIDE, STANDING
from .authority import arrive, release_due, schedule, start_waiting, vanish
from .dispatch import bridge_granted, grant_all, pressing_ms

_OK = int(RailStatus.OK)
_ROWS_FULL = int(RailStatus.ROWS_FULL)
_SLOTS_FULL = int(RailStatus.SLOTS_FULL)
_HEAP_FULL = int(RailStatus.HEAP_FULL)
_MESSAGES_FULL = int(RailStatus.MESSAGES_FULL)
_CLOCK_RAN_BACK = int(RailStatus.CLOCK_RAN_BACK)
_CLOCK_STUCK = int(RailStatus.CLOCK_STUCK)
_NEVER_MS = int(NEVER_MS)
_MOST_ROUNDS = 10_000


@kernel
def step(state, net, live, desk, inbox, n_inbox, now_ms, horizon_ms, rows, messages):
    """Do all that is due at `now_ms`, and then what is due before the horizon, up to the first message that goes out.

    Parameters
    ----------
    state : record array of AREA, shape (1,)
    net, live, desk : Net, Live, Desk
        The area; `live` is changed in place, `desk` is room to work on.
    inbox : record array of MESSAGE_IN
        What bridges granted: the first `n_inbox` records.
    now_ms : int
    horizon_ms : int
        Before it nobody else acts.
    rows, messages : record arrays
        Results and messages, appended at ``state[0].n_rows`` and ``state[0].n_messages``.

    Returns
    -------
    status : int
        0, or the reason why it stopped: something has to grow, or the clock ran backwards; CANNOT_RUN ends the run.
    next_ms : int
        When something is due next without messages; where something has to grow, the time at which nothing was done yet.
    """
    area = state[0]
    if now_ms < area.now_ms:
        return _CLOCK_RAN_BACK, area.now_ms
    status = _instant(area, net, live, desk, inbox, n_inbox, now_ms, rows, messages)
    if status != _OK:
        return status, now_ms
    while area.n_messages == 0:
        next_ms = _next_ms(area, net, live)
        if next_ms >= horizon_ms or next_ms >= _NEVER_MS:
            break
        status = _instant(area, net, live, desk, inbox, 0, next_ms, rows, messages)
        if status != _OK:
            return status, next_ms
    return _OK, _next_ms(area, net, live)


@kernel
def _next_ms(area, net, live):
    next_ms = live.heap[0].time_ms if area.n_heap > 0 else _NEVER_MS
    if area.next_train < net.trains.shape[0]:
        next_ms = min(next_ms, net.trains[area.next_train].ask_ms)
    return max(next_ms, area.now_ms)


@kernel
def _instant(area, net, live, desk, inbox, n_inbox, now_ms, rows, messages):
    """Do all that is due in one millisecond, or nothing where something has to grow first."""
    n_new = 0
    while area.next_train + n_new < net.trains.shape[0] and net.trains[area.next_train + n_new].ask_ms <= now_ms:
        n_new += 1
    present = area.n_active + n_new
    if present > live.slots.shape[0]:
        return _SLOTS_FULL
    # A train gives back at most all that it holds, with a call for each, and has few causes in one millisecond.
    if area.n_rows + (2 * N_PIECE + 16) * present > rows.shape[0]:
        return _ROWS_FULL
    if area.n_heap + 8 * present + 8 > live.heap.shape[0]:
        return _HEAP_FULL
    if area.n_messages + 4 * present > messages.shape[0]:
        return _MESSAGES_FULL
    area.now_ms = now_ms
    for m in range(n_inbox):
        status = bridge_granted(area, net, live, desk, rows, inbox[m].slot, inbox[m].begin_ms, now_ms)
        if status != _OK:
            return status
    for _ in range(n_new):
        _come(area, net, live, area.next_train, now_ms)
        area.next_train += 1
    n_rounds = 0
    while True:
        while area.n_heap > 0 and live.heap[0].time_ms <= now_ms:
            i, token = live.heap[0].payload, live.heap[0].token
            area.n_heap = heap_pop(live.heap, area.n_heap)
            if token == live.slots[i].token:
                _due(area, net, live, rows, messages, i, now_ms)
        if area.is_changed == 0:
            return _OK
        status = grant_all(area, net, live, desk, rows, messages, now_ms)
        if status != _OK:
            return status
        n_rounds += 1
        if n_rounds > _MOST_ROUNDS:
            return _CLOCK_STUCK


@kernel
def _come(area, net, live, t, now_ms):
    """Train `t` wants to come into the area."""
    i = 0
    while i < area.n_high and live.slots[i].state != FREE:
        i += 1
    area.n_high = max(area.n_high, i + 1)
    area.n_active += 1
    slot = live.slots[i]
    slot.train = t
    slot.key = net.trains[t].key
    slot.state = OUTSIDE
    slot.place = 0
    slot.route = net.choices[net.ways[net.trains[t].way].first]
    slot.next_element = 0
    slot.n_pieces = 0
    slot.end_m = 0.0
    slot.path_m = 0.0
    slot.release_ms = _NEVER_MS
    slot.ask_ms = _NEVER_MS
    slot.stop_ms = _NEVER_MS
    slot.free_ms = _NEVER_MS
    slot.wake_ms = _NEVER_MS
    slot.due_ms = _NEVER_MS
    slot.brake_ms = now_ms
    slot.last_cause = 0
    slot.last_causer = -1
    slot.is_departing = 0
    slot.booked_ms = 0
    slot.second = -1
    slot.bridge = BRIDGE_NONE
    slot.bridge_section = -1
    slot.has_ghost = 0
    slot.lost_ms = 0
    live.finals[i, :] = 0
    start_waiting(area, live, i, AUTHORITY, net.trains[t].entry_ms, now_ms)
    slot.wake_ms = pressing_ms(net, slot)
    schedule(area, live, i)


@kernel
def _due(area, net, live, rows, messages, i, now_ms):
    """Do what is due for one slot."""
    slot = live.slots[i]
    slot.due_ms = -1
    if slot.release_ms <= now_ms:
        release_due(area, net, live, rows, messages, i, now_ms)
        if slot.state == LEAVING and slot.n_pieces == 0:
            vanish(area, net, live, rows, messages, i, now_ms)
            return
    if slot.stop_ms <= now_ms:
        arrive(area, net, live, rows, i, slot.stop_ms)
    if slot.free_ms <= now_ms:
        vanish(area, net, live, rows, messages, i, now_ms)
        return
    if slot.ask_ms <= now_ms:
        slot.ask_ms = _NEVER_MS
        if slot.want == NOTHING:
            start_waiting(area, live, i, AUTHORITY, slot.ready_ms if slot.state == STANDING else slot.brake_ms, now_ms)
            slot.wake_ms = pressing_ms(net, slot)
    if slot.wake_ms <= now_ms:
        slot.wake_ms = pressing_ms(net, slot) if pressing_ms(net, slot) > now_ms else _NEVER_MS
        area.is_changed = 1
    schedule(area, live, i)
