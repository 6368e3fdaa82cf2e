"""What a train does with an authority, and at a stop: enter, go on, arrive, reverse, stand, leave."""

from __future__ import annotations

import math

from ...codes import RailStatus
from ...engine.messages import TRAIN_RELEASE, TRAIN_REQUEST
from ...kernels.heap import heap_push
from ...kernels.jit import kernel
from ...units import MS_PER_S, NEVER_MS
from .area_records import FREE, LEAVING, NOTHING, RUNNING, SECOND_TRACK, STANDING
from .ledger import DWELL, ENTRY, NONE, RUNS, book, book_difference, close_cause
from .motion import advance, plan, plan_ghost
from .occupancy import add_piece, final_mask, release_piece, write_call

_NEVER_MS = int(NEVER_MS)
_MS_PER_S = float(MS_PER_S)
_OK = int(RailStatus.OK)
_CANNOT_RUN = int(RailStatus.CANNOT_RUN)
_REQUEST = int(TRAIN_REQUEST)
_RELEASE = int(TRAIN_RELEASE)
_FAR_M = -1e12
_SPARE_M = 10.0


@kernel
def schedule(area, live, i):
    """Put the earliest of what is due for a slot into the heap, where it is not there already."""
    slot = live.slots[i]
    slot.release_ms = _NEVER_MS
    for k in range(slot.n_pieces):
        clear_ms = live.pieces[i][k].clear_ms
        if clear_ms < _NEVER_MS:
            slot.release_ms = min(slot.release_ms, clear_ms + area.release_ms)
    due_ms = min(min(slot.release_ms, slot.ask_ms), min(min(slot.stop_ms, slot.free_ms), slot.wake_ms))
    if due_ms == slot.due_ms:
        return
    slot.due_ms = due_ms
    slot.token += 1
    if due_ms < _NEVER_MS:
        area.n_heap = heap_push(live.heap, area.n_heap, due_ms, 0, slot.key, i, slot.token)


@kernel
def start_waiting(area, live, i, want, ready_ms, now_ms):
    """Let a slot wait for a grant; from `ready_ms` on that costs time."""
    slot = live.slots[i]
    slot.want = want
    slot.asked_ms = now_ms
    slot.ready_ms = ready_ms
    slot.since_ms = ready_ms
    slot.cause = NONE
    slot.causer = -1
    slot.at = -1
    live.waiting[area.n_waiting] = i
    area.n_waiting += 1
    area.is_changed = 1


@kernel
def stop_waiting(area, live, i):
    """Take a slot off the list of those that wait."""
    live.slots[i].want = NOTHING
    live.slots[i].wake_ms = _NEVER_MS
    n = 0
    for k in range(area.n_waiting):
        if live.waiting[k] != i:
            live.waiting[n] = live.waiting[k]
            n += 1
    area.n_waiting = n


@kernel
def follow(area, net, live, desk, i):
    """Plan the run to the end of the authority, and what is due on the way."""
    slot = live.slots[i]
    train = net.trains[slot.train]
    status = plan(area, slot, live.anchors[i], live.pieces[i], net.physics[train.physics], desk.cells, desk.points_m, desk.passes, desk.trial)
    if status != _OK:
        area.fault_train = slot.train
        return _CANNOT_RUN
    is_whole = slot.next_element >= net.routes[slot.route].n
    slot.state = RUNNING
    slot.stop_ms = _NEVER_MS
    slot.ask_ms = max(0, slot.ask_ms - area.setup_ms - area.sight_reaction_ms) if slot.ask_ms < _NEVER_MS else _NEVER_MS
    if is_whole and slot.place == train.n_places - 1 and train.is_exit != 0:
        slot.state = LEAVING
        slot.ask_ms = _NEVER_MS
        slot.stop_ms = live.pieces[i][slot.n_pieces - 1].pass_ms
    elif is_whole and net.ways[train.way + slot.place].is_stop != 0:
        slot.ask_ms = _NEVER_MS
        slot.stop_ms = slot.end_ms
    return _OK


@kernel
def authority_end_m(area, net, slot):
    """Return where the authority ends with all that is reserved; beyond the border for a train that runs out."""
    train = net.trains[slot.train]
    if slot.next_element >= net.routes[slot.route].n and slot.place == train.n_places - 1 and train.is_exit != 0:
        physics = net.physics[train.physics]
        return slot.path_m + physics.length_m + area.overlap_m + 0.5 * physics.speed_max_m_s**2 / physics.brake_m_s2 + _SPARE_M
    return slot.path_m


@kernel
def go(area, net, live, desk, rows, i, clear_ms, now_ms):
    """Let a train go on at `clear_ms`, when its driver acts on the signal, to the end of all that it has reserved."""
    slot = live.slots[i]
    physics = net.physics[net.trains[slot.train].physics]
    pieces, anchor, ghost = live.pieces[i], live.anchors[i], live.ghosts[i]
    booked_ms = close_cause(area, rows, slot, clear_ms)
    stop_waiting(area, live, i)
    is_late = False
    if slot.is_departing != 0:
        _depart(area, net, rows, slot, pieces, clear_ms, booked_ms)
        anchor.time_s = clear_ms / _MS_PER_S
        anchor.speed_m_s = 0.0
    else:
        is_late = clear_ms > slot.brake_ms
        if is_late and slot.has_ghost == 0:
            ghost.time_s = anchor.time_s
            ghost.position_m = anchor.position_m
            ghost.speed_m_s = anchor.speed_m_s
            advance(slot, ghost, pieces, physics, desk.cells, desk.points_m, desk.passes, slot.end_m, slot.brake_ms)
            slot.has_ghost = 1
            slot.lost_ms = 0
        if is_late or slot.brake_m <= anchor.position_m:
            advance(slot, anchor, pieces, physics, desk.cells, desk.points_m, desk.passes, slot.end_m, clear_ms)
        else:  # it runs as planned up to where it would have begun to brake
            anchor.time_s = slot.brake_s
            anchor.position_m = slot.brake_m
            anchor.speed_m_s = math.sqrt(2.0 * physics.brake_m_s2 * (slot.end_m - slot.brake_m))
    slot.end_m = authority_end_m(area, net, slot)
    status = follow(area, net, live, desk, i)
    if status != _OK:
        return status
    if slot.has_ghost != 0:
        at_m, at_ms = slot.end_m, slot.end_ms
        if slot.state == LEAVING:
            at_m, at_ms = slot.path_m, slot.stop_ms
        ghost_ms = plan_ghost(slot, ghost, pieces, physics, desk.cells, desk.points_m, desk.passes, desk.trial, at_m)
        lost_ms = at_ms - ghost_ms
        book(area, rows, slot, RUNS, slot.last_causer, -1, clear_ms, clear_ms, lost_ms - slot.lost_ms - booked_ms - slot.booked_ms)
        slot.booked_ms = 0
        slot.lost_ms = lost_ms
    schedule(area, live, i)
    return _OK


@kernel
def _depart(area, net, rows, slot, pieces, depart_ms, booked_ms):
    """Leave a stop: book its delay, and forget the run before it."""
    train = net.trains[slot.train]
    call = net.calls[train.call + slot.arrived_place]
    planned_ms = call.depart_ms if call.depart_ms < _NEVER_MS else slot.plan_ms + call.dwell_ms
    change_ms = (depart_ms - planned_ms) - (slot.arrive_ms - slot.plan_ms)
    book_difference(area, rows, slot, DWELL, -1, depart_ms, change_ms - booked_ms - slot.booked_ms)
    write_call(area, rows, slot.train, train.call + slot.arrived_place, slot.track, slot.arrive_ms, depart_ms)
    for k in range(slot.n_pieces):
        pieces[k].call = -1 if pieces[k].call == train.call + slot.arrived_place else pieces[k].call
    slot.plan_ms = planned_ms
    slot.depart_ms = depart_ms
    slot.booked_ms = 0
    slot.is_departing = 0
    slot.has_ghost = 0
    slot.lost_ms = 0


@kernel
def arrive(area, net, live, rows, i, now_ms):
    """A train is at a stop, or its head is at the border."""
    slot = live.slots[i]
    train = net.trains[slot.train]
    call = net.calls[train.call + slot.place]
    slot.stop_ms = _NEVER_MS
    run_ms = now_ms - slot.depart_ms - (slot.lost_ms if slot.has_ghost != 0 else 0)
    planned_ms = call.arrive_ms if call.arrive_ms < _NEVER_MS else slot.plan_ms + run_ms
    book_difference(area, rows, slot, RUNS, -1, now_ms, run_ms - (planned_ms - slot.plan_ms))
    slot.plan_ms = planned_ms
    slot.arrive_ms = now_ms
    track = net.routes[slot.route].to_option // 2
    if slot.state == LEAVING:
        write_call(area, rows, slot.train, train.call + slot.place, track, now_ms, now_ms)
        _no_call(slot, live.pieces[i], train.call + slot.place)
        return
    stand(area, net, live, rows, i, now_ms)


@kernel
def _no_call(slot, pieces, call):
    """Note that a call is written; the tail may still be at the place before."""
    for k in range(slot.n_pieces):
        if pieces[k].call == call:
            pieces[k].call = -1


@kernel
def stand(area, net, live, rows, i, now_ms):
    """A train stands at a stop, which it reached at `now_ms`."""
    slot = live.slots[i]
    train = net.trains[slot.train]
    way, call = net.ways[train.way + slot.place], net.calls[train.call + slot.place]
    slot.state = STANDING
    slot.arrived_place = slot.place
    slot.track = net.routes[slot.route].to_option // 2
    slot.booked_ms = 0
    anchor = live.anchors[i]
    anchor.position_m = slot.end_m
    anchor.speed_m_s = 0.0
    slot.ask_ms = _NEVER_MS
    slot.brake_ms = now_ms
    if slot.place == train.n_places - 1:
        write_call(area, rows, slot.train, train.call + slot.place, slot.track, now_ms, now_ms + call.dwell_ms)
        _no_call(slot, live.pieces[i], train.call + slot.place)
        slot.free_ms = now_ms + call.dwell_ms
        return
    slot.ready_ms = now_ms + call.dwell_ms
    if call.depart_ms < _NEVER_MS:
        slot.ready_ms = max(slot.ready_ms, call.depart_ms)
    slot.dwell_end_ms = slot.ready_ms
    slot.is_departing = 1
    if way.is_reversal != 0:
        reverse(net, live, i)
        if way.run_round_ms > 0:
            start_waiting(area, live, i, SECOND_TRACK, now_ms, now_ms)
            return
    slot.ask_ms = max(now_ms, slot.ready_ms - area.setup_ms)


@kernel
def reverse(net, live, i):
    """Turn the train's way round: its tail becomes its head, at 0 m."""
    slot = live.slots[i]
    length_m = net.physics[net.trains[slot.train].physics].length_m
    tail_m = slot.end_m - length_m
    slot.path_m = 0.0
    for k in range(slot.n_pieces):
        piece = live.pieces[i][k]
        if piece.section < 0 or piece.clear_ms < _NEVER_MS:  # behind the tail already
            piece.begin_m = _FAR_M
            piece.end_m = _FAR_M
            continue
        begin_m, end_m = piece.begin_m, piece.end_m
        piece.begin_m = tail_m - end_m
        piece.end_m = tail_m - begin_m
        piece.direction = 1 - piece.direction
        piece.slope = -piece.slope
        piece.limit_m_s = net.sections[piece.section].speed_m_s[piece.direction]
        piece.leave_ms = _NEVER_MS
        piece.pass_ms = _NEVER_MS
        slot.path_m = max(slot.path_m, piece.end_m)
    slot.end_m = 0.0
    live.anchors[i].position_m = 0.0


@kernel
def hold_second(area, net, live, rows, i, track, now_ms):
    """The train has its second track: the locomotive runs round."""
    slot = live.slots[i]
    train = net.trains[slot.train]
    slot.booked_ms += close_cause(area, rows, slot, now_ms)
    stop_waiting(area, live, i)
    piece = add_piece(slot, live.pieces[i], live.holders, i, track, track, 0, _FAR_M, _FAR_M, now_ms)
    piece.enter_ms = now_ms
    piece.limit_m_s = 1e9
    way = net.ways[train.way + slot.place]
    piece.leave_ms = now_ms + way.run_round_ms
    piece.clear_ms = piece.leave_ms
    slot.second = track
    slot.ready_ms = max(slot.dwell_end_ms, now_ms + way.run_round_ms)
    slot.ask_ms = max(now_ms, slot.ready_ms - area.setup_ms)
    schedule(area, live, i)


@kernel
def enter(area, net, live, desk, rows, i, now_ms):
    """A train that has its first track comes into the area: it stands at the end of the track, or comes in at its begin at speed."""
    slot = live.slots[i]
    train = net.trains[slot.train]
    physics = net.physics[train.physics]
    enter_ms = max(train.entry_ms, now_ms)
    if train.entry_speed_m_s > 0.0:
        enter_ms = max(enter_ms, now_ms + area.setup_ms + area.sight_reaction_ms)
    close_cause(area, rows, slot, enter_ms)
    slot.booked_ms = 0
    stop_waiting(area, live, i)
    book_difference(area, rows, slot, ENTRY, -1, train.entry_ms, train.entry_ms - train.planned_ms)
    slot.plan_ms = train.planned_ms
    slot.depart_ms = enter_ms
    anchor = live.anchors[i]
    anchor.time_s = enter_ms / _MS_PER_S
    anchor.speed_m_s = min(train.entry_speed_m_s, physics.speed_max_m_s)
    live.pieces[i][slot.n_pieces - 1].enter_ms = enter_ms
    if train.entry_speed_m_s > 0.0:
        anchor.position_m = 0.0
        slot.end_m = authority_end_m(area, net, slot)
        status = follow(area, net, live, desk, i)
        schedule(area, live, i)
        return status
    piece = live.pieces[i][slot.n_pieces - 1]
    piece.end_m -= slot.path_m
    piece.begin_m -= slot.path_m
    piece.pass_ms = enter_ms
    slot.path_m = 0.0
    slot.end_m = 0.0
    slot.state = STANDING
    slot.arrive_ms = enter_ms
    stand(area, net, live, rows, i, enter_ms)
    schedule(area, live, i)
    return _OK


@kernel
def release_due(area, net, live, rows, messages, i, now_ms):
    """Give back all that the tail has been clear of for long enough."""
    slot = live.slots[i]
    k = 0
    while k < slot.n_pieces:
        piece = live.pieces[i][k]
        if piece.clear_ms < _NEVER_MS and piece.clear_ms + area.release_ms <= now_ms:
            _leave_bridge(area, net, slot, messages, i, piece.section, now_ms)
            if piece.section == slot.second and slot.second >= 0:
                slot.second = -1
            release_piece(area, slot, live.pieces[i], live.holders, rows, k, now_ms)
        else:
            k += 1


@kernel
def vanish(area, net, live, rows, messages, i, now_ms):
    """A train is gone: it gives back all that it holds."""
    slot = live.slots[i]
    while slot.n_pieces > 0:
        _leave_bridge(area, net, slot, messages, i, live.pieces[i][0].section, now_ms)
        release_piece(area, slot, live.pieces[i], live.holders, rows, 0, now_ms)
    slot.state = FREE
    slot.due_ms = _NEVER_MS
    slot.token += 1
    live.finals[i, :] = 0
    area.n_active -= 1
    area.is_changed = 1


@kernel
def _leave_bridge(area, net, slot, messages, i, section, now_ms):
    """Tell the bridge of a section that the train is off it."""
    if section >= 0 and net.sections[section].is_called != 0:
        tell_bridge(area, net, messages, slot, i, section, _RELEASE, now_ms)


@kernel
def tell_bridge(area, net, messages, slot, i, section, kind, now_ms):
    """Send a message to the bridge of a section."""
    message = messages[area.n_messages]
    area.n_messages += 1
    message.kind = kind
    message.bridge = net.sections[section].bridge
    message.train = slot.train
    message.slot = i
    message.direction = 0
    message.time_ms = now_ms
    message.eta_ms = now_ms
    message.pass_ms = -1


@kernel
def ask_bridge(area, net, messages, slot, i, section, now_ms):
    """Ask the bridge of a section to let the train pass."""
    tell_bridge(area, net, messages, slot, i, section, _REQUEST, now_ms)


@kernel
def refresh_final(area, net, live, i):
    """Note what a train holds at the end of all that it has reserved; nothing where it runs out."""
    slot = live.slots[i]
    physics = net.physics[net.trains[slot.train].physics]
    final_mask(area, slot, live.pieces[i], physics.length_m, authority_end_m(area, net, slot), live.finals[i])
