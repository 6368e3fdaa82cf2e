"""A canal: all that happens in one millisecond, and the loop over milliseconds.

Within a millisecond the order is release (tails leave sections, berths come free), state change (ships reach the end of a
stretch, bridges open), request (messages, departures), grant (sections). Ties end at the ship's key, never at the order of
insertion or the place in memory.
"""

from __future__ import annotations

from ...codes import CanalEnd, CanalStatus, CanalWait
from ...engine.messages import SHIP_ARRIVES
from ...kernels.heap import heap_pop
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .canal_records import (
    BRIDGE_BY_CLOSURES,
    BRIDGE_BY_MESSAGE,
    DONE,
    GRANT,
    GRANTED,
    MOORED,
    MOTION,
    NOT_CALLED,
    RELEASE,
    ROW_END,
    ROW_WAIT,
    SAILING,
    STATE,
    TAIL,
    WAIT_BERTH,
    WAIT_BRIDGE,
)
from .sailing import call, due, enter, leave, needs_bridge, write_row
from .sections import ask, give_back, may_enter, stop_waiting, take

_OK = int(CanalStatus.OK)
_ROWS_FULL = int(CanalStatus.ROWS_FULL)
_SLOTS_FULL = int(CanalStatus.SLOTS_FULL)
_HEAP_FULL = int(CanalStatus.HEAP_FULL)
_MESSAGES_FULL = int(CanalStatus.MESSAGES_FULL)
_BRIDGE = int(CanalWait.BRIDGE)
_BERTH = int(CanalWait.BERTH)
_END_BOUNDARY = int(CanalEnd.BOUNDARY)
_END_LOCK = int(CanalEnd.LOCK)
_END_BERTH = int(CanalEnd.BERTH)
_SHIP_ARRIVES = int(SHIP_ARRIVES)
_NEVER_MS = int(NEVER_MS)
_WITHOUT_BOUND_M = 1e9


@kernel
def run(state, nodes, stretches, sections, path, closures, slots, heap, inbox, departures, until_ms, rows, messages):
    """Do all that is due up to `until_ms`; the compiled driver. Returns the status; call again after growing."""
    canal = state[0]
    while True:
        next_ms = next_due(canal, heap, departures)
        if next_ms > until_ms or next_ms >= _NEVER_MS:
            return _OK
        status = instant(canal, nodes, stretches, sections, path, closures, slots, heap, inbox, departures, next_ms, rows, messages)
        if status != _OK:
            return status


@kernel
def next_due(canal, heap, departures):
    """Return when something is due next on the canal itself."""
    next_ms = heap[0].time_ms if canal.n_heap > 0 else _NEVER_MS
    if canal.next_departure < departures.shape[0]:
        next_ms = min(next_ms, departures[canal.next_departure].time_ms)
    return next_ms


@kernel
def instant(canal, nodes, stretches, sections, path, closures, slots, heap, inbox, departures, now_ms, rows, messages):
    """Do all that is due in one millisecond, with the first `n_inbox` messages, or nothing where something has to grow first."""
    n_new = canal.n_inbox
    k = canal.next_departure
    while k < departures.shape[0] and departures[k].time_ms == now_ms:
        n_new += 1
        k += 1
    # A ship writes at most a leg, four waits and an end, and has at most four things set due, in one millisecond.
    present = canal.n_in_use + n_new
    if canal.n_rows + 6 * present > rows.shape[0]:
        return _ROWS_FULL
    if present > slots.shape[0]:
        return _SLOTS_FULL
    if canal.n_heap + 4 * present > heap.shape[0]:
        return _HEAP_FULL
    if canal.n_messages + 3 * present > messages.shape[0]:
        return _MESSAGES_FULL
    canal.now_ms = now_ms
    while canal.n_heap > 0 and heap[0].time_ms <= now_ms:
        payload, token = heap[0].payload, heap[0].token
        canal.n_heap = heap_pop(heap, canal.n_heap)
        i, thing = payload // 2, payload % 2
        if token == slots[i].token[thing]:
            if thing == TAIL:
                give_back(canal, sections, slots, i)
                if slots[i].state == DONE:
                    _free(canal, slots, i)
            else:
                _move(canal, nodes, stretches, path, closures, slots, heap, rows, messages, i, now_ms)
    for m in range(canal.n_inbox):
        if inbox[m].kind == GRANT:
            _granted(canal, nodes, stretches, path, slots, heap, rows, messages, inbox[m].slot, inbox[m].begin_ms, now_ms)
        else:
            i = _start(canal, path, slots, inbox[m], now_ms)
            _go_on(canal, nodes, stretches, path, closures, slots, heap, rows, messages, i, now_ms)
    while canal.next_departure < k:
        i = _start(canal, path, slots, departures[canal.next_departure], now_ms)
        canal.next_departure += 1
        _go_on(canal, nodes, stretches, path, closures, slots, heap, rows, messages, i, now_ms)
    if canal.has_new != 0 or (canal.released != 0 and canal.first_waiting >= 0):
        _grant(canal, nodes, stretches, sections, path, closures, slots, heap, rows, messages, now_ms)
    canal.n_inbox = 0
    canal.released = 0
    canal.has_new = 0
    return _OK


@kernel
def _start(canal, path, slots, ship, now_ms):
    """Give a ship a slot at the node where it begins; return the slot."""
    i = canal.free_slot
    slot = slots[i]
    canal.free_slot = slot.next
    canal.n_in_use += 1
    canal.n_high = max(canal.n_high, i + 1)
    slot.ship = ship.ship
    slot.key = ship.key
    slot.time_ms = now_ms
    slot.leg = ship.leg
    slot.n_legs = ship.n_legs
    slot.needs = ship.needs
    slot.stay_ms = ship.stay_ms
    slot.length_m = ship.length_m
    slot.beam_m = ship.beam_m
    slot.draught_m = ship.draught_m
    slot.speed_m_s = ship.speed_m_s
    slot.rule_beam_m = _WITHOUT_BOUND_M if ship.beam_m > canal.oversize_beam_m else ship.beam_m
    slot.node = path[ship.leg].from_node
    slot.n_sailed = 0
    slot.cross = -1
    slot.bridge = NOT_CALLED
    slot.leaving_ms = now_ms
    return i


@kernel
def _free(canal, slots, i):
    """Give slot `i` back; it holds no section."""
    slots[i].next = canal.free_slot
    canal.free_slot = i
    canal.n_in_use -= 1


@kernel
def link_free(state, slots, begin):
    """Put the slots from `begin` on into the free list; for new and for grown pools."""
    for i in range(slots.shape[0] - 1, begin - 1, -1):
        slots[i].next = state[0].free_slot
        state[0].free_slot = i


@kernel
def _move(canal, nodes, stretches, path, closures, slots, heap, rows, messages, i, now_ms):
    """Do what is due for the ship in slot `i` itself."""
    slot = slots[i]
    if slot.state == SAILING and now_ms < slot.leave_ms:
        call(canal, stretches, path, slots, messages, i, slot.leg + 1, now_ms, slot.leave_ms)
        due(canal, slots, heap, i, MOTION, STATE, slot.leave_ms)
    elif slot.state == SAILING:
        leave(canal, stretches, path, slots, heap, rows, i, now_ms)
        _go_on(canal, nodes, stretches, path, closures, slots, heap, rows, messages, i, now_ms)
    elif slot.state == WAIT_BRIDGE:
        _through_bridge(canal, nodes, stretches, path, slots, heap, rows, messages, i, now_ms)
    elif slot.state == MOORED:
        _cast_off(canal, nodes, slots, heap, rows, i, now_ms)


@kernel
def _go_on(canal, nodes, stretches, path, closures, slots, heap, rows, messages, i, now_ms):
    """The ship in slot `i` is at a node: end there, ask for a section, or sail on."""
    slot = slots[i]
    if slot.n_legs == 0:
        _end(canal, nodes, slots, heap, rows, messages, i, now_ms)
        return
    leg = path[slot.leg]
    if leg.section >= 0:
        bit = 1 << leg.section
        if slot.held[leg.section_direction] & bit == 0:
            ask(canal, path, slots, i, now_ms)
            return
    _to_bridge(canal, nodes, stretches, path, closures, slots, heap, messages, i, now_ms)


@kernel
def _grant(canal, nodes, stretches, sections, path, closures, slots, heap, rows, messages, now_ms):
    """Give sections to the ships that wait for them, in the order of the list; only what may have changed is looked at."""
    i = canal.first_waiting
    while i >= 0:
        slot = slots[i]
        following = slot.next
        if slot.is_new != 0 or (slot.want[0] | slot.want[1]) & canal.released != 0:
            if may_enter(canal, sections, slots, i, now_ms):
                take(sections, slots, i)
                stop_waiting(canal, slots, i)
                if now_ms > slot.begin_ms:
                    write_row(canal, rows, ROW_WAIT, slot, slot.node, slot.cause, slot.begin_ms, now_ms, slot.causer)
                _to_bridge(canal, nodes, stretches, path, closures, slots, heap, messages, i, now_ms)
            slot.is_new = 0
        i = following


@kernel
def _to_bridge(canal, nodes, stretches, path, closures, slots, heap, messages, i, now_ms):
    """The ship in slot `i` may have the next stretch: pass the bridge in between, if there is one, and enter."""
    slot = slots[i]
    node = nodes[slot.node]
    through_ms = now_ms
    if slot.n_sailed > 0 and needs_bridge(nodes, slot, slot.node):
        if node.bridge_kind == BRIDGE_BY_MESSAGE:
            if slot.bridge == NOT_CALLED:
                call(canal, stretches, path, slots, messages, i, slot.leg, now_ms, now_ms)
            through_ms = slot.grant_ms if slot.bridge == GRANTED else _NEVER_MS
        elif node.bridge_kind == BRIDGE_BY_CLOSURES:
            while node.closure < node.closure_end and closures[node.closure].end_ms <= now_ms:
                node.closure += 1
            c = node.closure
            while c < node.closure_end and closures[c].begin_ms <= through_ms:
                through_ms = closures[c].end_ms
                c += 1
    if through_ms <= now_ms:
        enter(canal, nodes, stretches, path, slots, heap, messages, i, now_ms)
        return
    slot.state = WAIT_BRIDGE
    slot.begin_ms = now_ms
    if through_ms < _NEVER_MS:
        due(canal, slots, heap, i, MOTION, STATE, through_ms)


@kernel
def _granted(canal, nodes, stretches, path, slots, heap, rows, messages, i, begin_ms, now_ms):
    """A bridge says from when the ship in slot `i` may pass."""
    slot = slots[i]
    slot.bridge = GRANTED
    slot.grant_ms = begin_ms
    if slot.state == WAIT_BRIDGE:
        if begin_ms > now_ms:
            due(canal, slots, heap, i, MOTION, STATE, begin_ms)
        else:
            _through_bridge(canal, nodes, stretches, path, slots, heap, rows, messages, i, now_ms)


@kernel
def _through_bridge(canal, nodes, stretches, path, slots, heap, rows, messages, i, now_ms):
    """The bridge is open for the ship in slot `i`, which waited for it."""
    slot = slots[i]
    if now_ms > slot.begin_ms:
        write_row(canal, rows, ROW_WAIT, slot, slot.node, _BRIDGE, slot.begin_ms, now_ms, -1)
    enter(canal, nodes, stretches, path, slots, heap, messages, i, now_ms)


@kernel
def _end(canal, nodes, slots, heap, rows, messages, i, now_ms):
    """The ship in slot `i` is at its destination."""
    slot = slots[i]
    node = nodes[slot.node]
    if node.is_lock != 0:
        message = messages[canal.n_messages]
        canal.n_messages += 1
        message.kind = _SHIP_ARRIVES
        message.node = slot.node
        message.ship = slot.ship
        message.key = slot.key
        message.slot = i
        message.time_ms = now_ms
        _finish(canal, slots, rows, i, _END_LOCK, now_ms)
    elif node.is_berth != 0 and node.n_berths > 0:
        if node.n_moored < node.n_berths:
            _moor(canal, nodes, slots, heap, rows, i, now_ms)
        else:
            slot.state = WAIT_BERTH
            slot.begin_ms = now_ms
    else:
        _finish(canal, slots, rows, i, _END_BERTH if node.is_berth != 0 else _END_BOUNDARY, now_ms)


@kernel
def _finish(canal, slots, rows, i, kind, now_ms):
    """Write the end of the journey, and free the slot when the tail is out of the last section."""
    slot = slots[i]
    write_row(canal, rows, ROW_END, slot, slot.node, kind, slot.time_ms, now_ms, -1)
    slot.state = DONE
    if slot.held[0] | slot.held[1] == 0:
        _free(canal, slots, i)


@kernel
def _moor(canal, nodes, slots, heap, rows, i, now_ms):
    """The ship in slot `i` takes a berth, which ends its journey."""
    slot = slots[i]
    nodes[slot.node].n_moored += 1
    slot.state = MOORED
    write_row(canal, rows, ROW_END, slot, slot.node, _END_BERTH, slot.time_ms, now_ms, -1)
    due(canal, slots, heap, i, MOTION, RELEASE, now_ms + slot.stay_ms)


@kernel
def _cast_off(canal, nodes, slots, heap, rows, i, now_ms):
    """The ship in slot `i` leaves its berth, and the model; the one that waits longest takes the berth."""
    slot = slots[i]
    nodes[slot.node].n_moored -= 1
    slot.state = DONE
    n = slot.node
    best = -1
    for j in range(canal.n_high):
        other = slots[j]
        if other.state != WAIT_BERTH or other.node != n:
            continue
        if best < 0 or other.begin_ms < slots[best].begin_ms or (other.begin_ms == slots[best].begin_ms and other.key < slots[best].key):
            best = j
    if slot.held[0] | slot.held[1] == 0:
        _free(canal, slots, i)
    if best >= 0:
        first = slots[best]
        write_row(canal, rows, ROW_WAIT, first, n, _BERTH, first.begin_ms, now_ms, -1)
        _moor(canal, nodes, slots, heap, rows, best, now_ms)
