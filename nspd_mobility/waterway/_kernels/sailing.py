"""A ship on a stretch: entering behind others, leaving, and the rows and messages that this gives."""

from __future__ import annotations

from ...codes import CanalWait
from ...engine.messages import SHIP_CALL
from ...kernels.heap import heap_push
from ...kernels.jit import kernel
from .canal_records import BRIDGE_BY_MESSAGE, CALLED, MOTION, NOT_CALLED, RELEASE, ROW_LEG, ROW_WAIT, SAILING, STATE, TAIL
from .canal_speed import ship_speed, time_ms

_FOLLOW = int(CanalWait.FOLLOW)
_SHIP_CALL = int(SHIP_CALL)
_TOLERANCE_M = 1e-9


@kernel
def write_row(canal, rows, kind, slot, place, code, begin_ms, end_ms, causer):
    """Append a row of results."""
    row = rows[canal.n_rows]
    canal.n_rows += 1
    row.kind = kind
    row.ship = slot.ship
    row.place = place
    row.code = code
    row.begin_ms = begin_ms
    row.end_ms = end_ms
    row.causer = causer


@kernel
def due(canal, slots, heap, i, thing, phase, at_ms):
    """Set when a thing (MOTION or TAIL) of slot `i` is due; what was set before is stale."""
    slot = slots[i]
    slot.token[thing] += 1
    canal.n_heap = heap_push(heap, canal.n_heap, at_ms, phase, slot.key, 2 * i + thing, slot.token[thing])


@kernel
def enter(canal, nodes, stretches, path, slots, heap, messages, i, now_ms):
    """Slot `i` enters its next stretch."""
    slot = slots[i]
    leg = path[slot.leg]
    stretch = stretches[leg.stretch]
    speed_m_s = ship_speed(canal, stretch, slot)
    slot.state = SAILING
    slot.enter_ms = now_ms
    slot.free_ms = now_ms + max(1, time_ms(stretch.length_m, speed_m_s))
    slot.tail_ms = time_ms(slot.length_m, speed_m_s)
    _follow(canal, stretch, slots, slot, leg.direction)
    d = leg.direction
    slot.next = -1
    slot.previous = stretch.last[d]
    if slot.previous >= 0:
        slots[slot.previous].next = i
    else:
        stretch.first[d] = i
    stretch.last[d] = i
    slot.bridge = NOT_CALLED
    if slot.n_legs > 1 and nodes[leg.to_node].bridge_kind == BRIDGE_BY_MESSAGE and needs_bridge(nodes, slot, leg.to_node):
        after = path[slot.leg + 1]
        # A bridge at a passing place is called when the section behind it is given.
        if after.section < 0 or (slot.held[after.section_direction] >> after.section) & 1:
            call_ms = slot.leave_ms - canal.bridge_call_ms
            if call_ms > now_ms:
                if call_ms < slot.leave_ms:
                    due(canal, slots, heap, i, MOTION, STATE, call_ms)
                    return
            else:
                call(canal, stretches, path, slots, messages, i, slot.leg + 1, now_ms, slot.leave_ms)
    due(canal, slots, heap, i, MOTION, STATE, slot.leave_ms)


@kernel
def needs_bridge(nodes, slot, n):
    """Say whether the ship in a slot needs an opening at node `n`."""
    b = nodes[n].bridge
    return b >= 0 and (slot.needs >> b) & 1 == 1


@kernel
def _follow(canal, stretch, slots, slot, direction):
    """Find when the ship leaves the stretch: behind every ship on it that it may not overtake."""
    slot.leave_ms = slot.free_ms
    slot.ahead = -1
    limit_m = stretch.overtaking_max_beam_sum_m
    j = stretch.last[direction]
    while j >= 0:
        other = slots[j]
        may_overtake = limit_m > 0.0 and slot.beam_m + other.beam_m <= limit_m + _TOLERANCE_M
        if not may_overtake and other.leave_ms + canal.headway_ms > slot.leave_ms:
            slot.leave_ms = other.leave_ms + canal.headway_ms
            slot.ahead = other.ship
        if limit_m <= 0.0:
            return  # nobody overtakes: the last ship is the one that leaves last
        j = other.previous


@kernel
def call(canal, stretches, path, slots, messages, i, leg_of_bridge, now_ms, eta_ms):
    """Slot `i` calls the bridge at the begin of a leg, and arrives at its stop board at `eta_ms`."""
    slot = slots[i]
    leg = path[leg_of_bridge]
    message = messages[canal.n_messages]
    canal.n_messages += 1
    message.kind = _SHIP_CALL
    message.node = leg.from_node
    message.ship = slot.ship
    message.key = slot.key
    message.slot = i
    message.direction = leg.direction
    message.time_ms = now_ms
    message.eta_ms = eta_ms
    message.pass_ms = time_ms(canal.stop_board_m + slot.length_m, ship_speed(canal, stretches[leg.stretch], slot))
    slot.bridge = CALLED


@kernel
def leave(canal, stretches, path, slots, heap, rows, i, now_ms):
    """Slot `i` reaches the end of its stretch: write the leg, and say when its tail is out of a section that it leaves."""
    slot = slots[i]
    leg = path[slot.leg]
    write_row(canal, rows, ROW_LEG, slot, leg.stretch, leg.direction, slot.enter_ms, now_ms, -1)
    if now_ms > slot.free_ms:
        write_row(canal, rows, ROW_WAIT, slot, leg.to_node, _FOLLOW, slot.free_ms, now_ms, slot.ahead)
    d = leg.direction
    stretch = stretches[leg.stretch]
    if slot.previous >= 0:
        slots[slot.previous].next = slot.next
    else:
        stretch.first[d] = slot.next
    if slot.next >= 0:
        slots[slot.next].previous = slot.previous
    else:
        stretch.last[d] = slot.previous
    slot.leg += 1
    slot.n_legs -= 1
    slot.n_sailed += 1
    slot.node = leg.to_node
    if leg.section >= 0 and (slot.n_legs == 0 or path[slot.leg].section != leg.section):
        # Where a section is shorter than the ship, two of them are given back together, at the later time.
        slot.leaving_ms = max(slot.leaving_ms, now_ms + slot.tail_ms)
        slot.leaving[leg.section_direction] |= 1 << leg.section
        due(canal, slots, heap, i, TAIL, RELEASE, slot.leaving_ms)
