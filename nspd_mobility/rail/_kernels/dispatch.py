"""Who may have which track now: the grants of one moment, and why the others wait.

Trains that wait are looked at in the order of the dispatching code. A train that has waited longer than its longest wait goes before all others and
yields to nobody. Any other yields to one before it that waits for a track which will come free without a further grant: what stands in
its way is not where another train will stand, so that yielding never locks.
"""

from __future__ import annotations

from ...codes import Dispatching, RailStatus
from ...kernels.jit import kernel
from ...units import MS_PER_S, NEVER_MS
from .area_records import BRIDGE_ASKED, BRIDGE_NONE, N_PIECE, NOTHING, OUTSIDE, RUNNING, SECOND_TRACK, STANDING
from .authority import ask_bridge, enter, go, hold_second, refresh_final, schedule
from .ledger import BRIDGE, CLOSURE, NONE, ORDER, REVERSAL_TRACK, SAFETY, TRACK, set_cause
from .occupancy import block_end, block_mask, copy, holder_of, meets, set_bit, take_block
from .safety import all_finish, cover, shares_begin

_TIMETABLE = int(Dispatching.TIMETABLE)
_PRIORITY = int(Dispatching.PRIORITY)
_LOOK_AHEAD = int(Dispatching.LOOK_AHEAD)
_NEVER_MS = int(NEVER_MS)
_PIECES_FULL = int(RailStatus.PIECES_FULL)
_MS_PER_S = float(MS_PER_S)


@kernel
def pressing_ms(net, slot):
    """Return from when a waiting train goes before all others."""
    return max(slot.ready_ms, slot.asked_ms) + net.trains[slot.train].max_wait_ms


@kernel
def goes_before(area, net, a, b, now_ms):
    """Say whether waiting train `a` is looked at before `b`."""
    press_a, press_b = pressing_ms(net, a), pressing_ms(net, b)
    if press_a <= now_ms or press_b <= now_ms:
        return press_a < press_b or (press_a == press_b and a.key < b.key)
    first, second = 0, 0
    if area.dispatching == _PRIORITY:
        first, second = -net.trains[a.train].priority, -net.trains[b.train].priority
    elif area.dispatching == _TIMETABLE:
        first, second = order_ms(net, a), order_ms(net, b)
    if first != second:
        return first < second
    if a.asked_ms != b.asked_ms:
        return a.asked_ms < b.asked_ms
    return a.key < b.key


@kernel
def order_ms(net, slot):
    """Return the planned time of a train where it waits."""
    return net.calls[net.trains[slot.train].call + slot.place].order_ms


@kernel
def sort_waiting(area, net, live, now_ms):
    """Put those that wait in the order in which they are looked at."""
    waiting, slots = live.waiting, live.slots
    for k in range(1, area.n_waiting):
        i = waiting[k]
        j = k
        while j > 0 and goes_before(area, net, slots[i], slots[waiting[j - 1]], now_ms):
            waiting[j] = waiting[j - 1]
            j -= 1
        waiting[j] = i


@kernel
def grant_all(area, net, live, desk, rows, messages, now_ms):
    """Grant what can be granted now; returns a code of `codes.RailStatus`."""
    while area.is_changed != 0:
        area.is_changed = 0
        sort_waiting(area, net, live, now_ms)
        k = 0
        while k < area.n_waiting:
            i = live.waiting[k]
            slot = live.slots[i]
            if slot.bridge == BRIDGE_ASKED:
                k += 1
                continue
            if slot.want == SECOND_TRACK:
                status, is_granted = _try_second(area, net, live, desk, rows, i, now_ms)
            else:
                status, is_granted = _try_block(area, net, live, desk, rows, messages, i, k, now_ms)
            if status != 0:
                return status
            if not is_granted or slot.bridge == BRIDGE_ASKED:
                k += 1
    return 0


@kernel
def _try_second(area, net, live, desk, rows, i, now_ms):
    """Give a train that reverses a second track, if one is free and all can still finish."""
    slot = live.slots[i]
    way = net.ways[net.trains[slot.train].way + slot.place]
    cause, causer, at = REVERSAL_TRACK, -1, -1
    for t in range(way.track, way.track + way.n_tracks):
        track = net.tracks[t]
        if track == slot.track:
            continue
        holder = live.holders[track, 0]
        if holder >= 0:
            if causer < 0:
                causer, at = live.slots[holder].train, track
            continue
        hold_second(area, net, live, rows, i, track, now_ms)
        return 0, True
    set_cause(area, rows, slot, cause, causer, at, now_ms)
    return 0, False


@kernel
def closed_until(net, routes_first, first, end, begin_ms, end_ms):
    """Return when the last closure that meets [begin_ms, end_ms) of the elements `first` to `end` is over, and its section; -1, -1 for none."""
    until_ms, at = -1, -1
    for e in range(routes_first + first, routes_first + end):
        s = net.elements[e].section
        section = net.sections[s]
        for c in range(section.closure, section.closure_end):
            closure = net.closures[c]
            if closure.begin_ms >= end_ms:
                break
            if closure.end_ms > begin_ms and closure.end_ms > until_ms:
                until_ms, at = closure.end_ms, s
    return until_ms, at


@kernel
def occupation_ms(area, net, r, first, end, physics):
    """Return an estimate of how long a train needs to be clear of elements: from a standstill, at the limits."""
    time_s = 0.5 * physics.speed_max_m_s / physics.brake_m_s2
    slowest = physics.speed_max_m_s
    for e in range(net.routes[r].first + first, net.routes[r].first + end):
        element = net.elements[e]
        section = net.sections[element.section]
        speed = min(section.speed_m_s[element.direction], physics.speed_max_m_s)
        slowest = min(slowest, speed)
        time_s += section.length_m / speed
    return int((time_s + (physics.length_m + area.overlap_m) / slowest) * _MS_PER_S) + area.setup_ms + area.sight_reaction_ms


@kernel
def _yields_to(area, net, live, k, mask, now_ms):
    """Return the slot before place `k` of the list to which a train that wants `mask` yields, -1 for none."""
    for p in range(k):
        j = live.waiting[p]
        other = live.slots[j]
        if other.cause != TRACK and (other.cause != ORDER or area.dispatching == _LOOK_AHEAD):
            continue  # look-ahead chose that one to wait
        if not meets(live.wants[j], mask, area.n_words):
            continue
        is_coming_free = True
        for h in range(area.n_high):
            if h != j and meets(live.wants[j], live.finals[h], area.n_words):
                is_coming_free = False
        if is_coming_free:
            return j
    return -1


@kernel
def _better_first(area, net, live, i, r, first, now_ms):
    """Return the slot that had better go before slot `i`: the pair loses less weighted time that way; -1 for none."""
    slot = live.slots[i]
    train = net.trains[slot.train]
    own_ms = occupation_ms(area, net, r, first, net.routes[r].n, net.physics[train.physics]) + area.release_ms
    for j in range(area.n_high):
        other = live.slots[j]
        if j == i or (other.state != RUNNING and other.state != STANDING) or other.bridge == BRIDGE_ASKED:
            continue
        if other.want != NOTHING and other.cause == ORDER:
            continue  # it yields itself: three that yield in a ring would wait
        rival = net.trains[other.train]
        if other.next_element < net.routes[other.route].n:
            q, begin = other.route, other.next_element
        elif other.place + 1 < rival.n_places:
            way = net.ways[rival.way + other.place + 1]
            q, begin = -1, 0
            for c in range(way.first, way.first + way.n):
                came = net.routes[net.choices[c]].from_option ^ (1 if net.ways[rival.way + other.place].is_reversal != 0 else 0)
                is_clear = not meets(net.masks[net.choices[c]], live.finals[i], area.n_words)
                if q < 0 and is_clear and came == net.routes[other.route].to_option:
                    q = net.choices[c]
            if q < 0:
                continue
        else:
            continue
        if not meets(net.masks[q], net.masks[r], area.n_words) or meets(net.masks[q], live.finals[i], area.n_words):
            continue
        ready_ms = other.brake_ms if other.is_departing == 0 else other.ready_ms
        ready_ms = max(ready_ms, now_ms)
        if ready_ms > now_ms + int(area.look_ahead_s * _MS_PER_S):
            continue
        his_ms = occupation_ms(area, net, q, begin, net.routes[q].n, net.physics[rival.physics]) + area.release_ms
        is_behind = net.elements[net.routes[q].first + begin].section == net.elements[net.routes[r].first + first].section
        if is_behind and meets(live.finals[j], live.finals[i], area.n_words):
            continue
        he_waits_ms = max(0, now_ms + own_ms - ready_ms)
        i_wait_ms = ready_ms + his_ms - now_ms
        if rival.weight * he_waits_ms > train.weight * i_wait_ms:
            return j
    return -1


@kernel
def _try_block(area, net, live, desk, rows, messages, i, k, now_ms):
    """Give a train its next block, on the first of its tracks that can be had; says (status, granted)."""
    slot = live.slots[i]
    train = net.trains[slot.train]
    physics = net.physics[train.physics]
    is_whole = slot.state != OUTSIDE and slot.next_element >= net.routes[slot.route].n
    place, done = slot.place, slot.next_element
    if is_whole:
        place, done = slot.place + 1, 0
    way = net.ways[train.way + place]
    standing_at = -1
    if is_whole:
        standing_at = net.routes[slot.route].to_option
        if net.ways[train.way + slot.place].is_reversal != 0:
            standing_at = standing_at ^ 1
    cause, causer, at = NONE, -1, -1
    mask = desk.work[2]
    for c in range(way.first, way.first + way.n):
        r = net.choices[c]
        if is_whole and net.routes[r].from_option != standing_at:
            continue
        if done > 0 and r != slot.route and not shares_begin(net.routes, net.elements, slot.route, r, done):
            continue
        end = block_end(net.sections, net.routes, net.elements, r, done, physics.length_m)
        found = _obstacle(area, net, live, desk, i, k, r, place, done, end, mask, now_ms)
        if found[0] == NONE:
            status = _take(area, net, live, desk, rows, messages, i, r, place, done, end, now_ms)
            return status, True
        if cause == NONE:
            cause, causer, at = found
            copy(mask, live.wants[i])
    set_cause(area, rows, slot, cause, live.slots[causer].train if causer >= 0 else -1, at, now_ms)
    return 0, False


@kernel
def _obstacle(area, net, live, desk, i, k, r, place, done, end, mask, now_ms):
    """Return (cause, slot that causes it, resource) of what keeps a train from a block; (NONE, -1, -1) if nothing does."""
    slot = live.slots[i]
    train = net.trains[slot.train]
    physics = net.physics[train.physics]
    block_mask(net.sections, net.routes, net.elements, r, done, end, mask)
    resource, holder = holder_of(net.sections, net.routes, net.elements, live.holders, r, done, end, i)
    if resource >= 0:
        return TRACK, holder, resource
    if net.closures.shape[0] > 0:
        need_ms = occupation_ms(area, net, r, done, end, physics)
        begin_ms = max(now_ms, slot.ready_ms)
        until_ms, at = closed_until(net, net.routes[r].first, done, end, begin_ms, begin_ms + need_ms)
        if until_ms >= 0:
            slot.wake_ms = min(slot.wake_ms, until_ms) if slot.wake_ms > now_ms else until_ms
            schedule(area, live, i)
            return BRIDGE if net.sections[at].bridge >= 0 else CLOSURE, -1, at
    if pressing_ms(net, slot) > now_ms:
        other = _yields_to(area, net, live, k, mask, now_ms)
        if other < 0 and area.dispatching == _LOOK_AHEAD:
            other = _better_first(area, net, live, i, r, done, now_ms)
        if other >= 0:
            return ORDER, other, -1
    if area.has_avoidance != 0:
        stuck = _unsafe(area, net, live, desk, i, r, place, end, mask)
        if stuck >= 0:
            return SAFETY, stuck, -1
    return NONE, -1, -1


@kernel
def _unsafe(area, net, live, desk, i, r, place, end, mask):
    """Return a slot that could not finish if slot `i` had the block, -1 if all can."""
    slot = live.slots[i]
    train = net.trains[slot.train]
    physics = net.physics[train.physics]
    kept = desk.work[3]
    copy(live.finals[i], kept)
    old_place, old_route, old_next = slot.place, slot.route, slot.next_element
    slot.place, slot.route, slot.next_element = place, r, end
    is_gone = end >= net.routes[r].n and place == train.n_places - 1 and train.is_exit != 0
    final = live.finals[i]
    final[:] = 0
    if not is_gone:
        left_m = cover(net.sections, net.routes, net.elements, r, end, physics.length_m + area.overlap_m, final)
        if left_m > 0.0 and old_place != place:
            reach_m = live.slots[i].path_m - left_m
            for k in range(slot.n_pieces):
                piece = live.pieces[i][k]
                if piece.end_m > reach_m:
                    set_bit(final, piece.resource)
    stuck = all_finish(area, net, live.slots, live.finals, desk, -1 if is_gone else i)
    copy(kept, live.finals[i])
    slot.place, slot.route, slot.next_element = old_place, old_route, old_next
    return stuck


@kernel
def _take(area, net, live, desk, rows, messages, i, r, place, done, end, now_ms):
    """Give a train a block, and let it go on as soon as the signal is clear and the bridge is closed for it."""
    slot = live.slots[i]
    if slot.n_pieces + 2 * (end - done) + 1 > N_PIECE:
        area.fault_train = slot.train
        return _PIECES_FULL
    slot.route = r
    slot.place = place
    slot.next_element = end
    slot.bridge_section = -1
    train = net.trains[slot.train]
    take_block(net.sections, net.routes, net.elements, slot, live.pieces[i], live.holders, i, r, done, end, train.call + place, now_ms)
    refresh_final(area, net, live, i)
    if slot.state == OUTSIDE:
        return enter(area, net, live, desk, rows, i, now_ms)
    if slot.bridge_section >= 0 and net.sections[slot.bridge_section].is_called != 0:
        slot.bridge = BRIDGE_ASKED
        set_cause(area, rows, slot, BRIDGE, -1, slot.bridge_section, now_ms)
        ask_bridge(area, net, messages, slot, i, slot.bridge_section, now_ms)
        return 0
    return go(area, net, live, desk, rows, i, signal_ms(area, slot, now_ms), now_ms)


@kernel
def signal_ms(area, slot, now_ms):
    """Return when the driver acts on a grant of now: at a stop the departure is prepared meanwhile."""
    if slot.is_departing != 0:
        return max(slot.ready_ms, now_ms + area.setup_ms)
    return now_ms + area.setup_ms + area.sight_reaction_ms


@kernel
def bridge_granted(area, net, live, desk, rows, i, begin_ms, now_ms):
    """The bridge lets a train pass from `begin_ms` on."""
    slot = live.slots[i]
    slot.bridge = BRIDGE_NONE
    return go(area, net, live, desk, rows, i, signal_ms(area, slot, max(begin_ms, now_ms)), now_ms)
