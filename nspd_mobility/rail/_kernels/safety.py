"""Whether all trains in the area can still finish: the test that a reservation must pass.

State: each train at the end of its authority, with what it holds there. A train *can finish* if, with the others where they are, there are tracks
for it all the way to its end. Trains that can finish are taken out one after the other, which frees what they hold and hurts nobody; if
all go, the state is safe (Dijkstra's banker's algorithm; with one train at a time the greedy choice is exact). If some are left, a bounded search
lets trains move up one place at a time, depth first, and tries again.

An area that was safe stays so: the first train of the order can always be granted its next block.

References
----------
E. W. Dijkstra, EWD-108, 1965: the banker's algorithm.
"""

from __future__ import annotations

from ...kernels.jit import kernel
from .area_records import RUNNING, STANDING
from .occupancy import block_mask, copy, has_bit, meets, set_bit


@kernel
def leaves_by(way, option):
    """Return the option from which a train that stands on a track goes on."""
    return option ^ 1 if way.is_reversal != 0 else option


@kernel
def can_run_round(ways, w, tracks, others, option):
    """Say whether a train that reverses at a place would find the second track that it needs."""
    way = ways[w]
    if way.run_round_ms == 0:
        return True
    is_free = False
    for t in range(way.track, way.track + way.n_tracks):
        is_free = is_free or (tracks[t] != option // 2 and not has_bit(others, tracks[t]))
    return is_free


@kernel
def shares_begin(routes, elements, a, b, n):
    """Say whether the first `n` elements of two routes are the same."""
    if routes[a].from_option != routes[b].from_option or routes[a].n < n or routes[b].n < n:
        return False
    for e in range(n):
        x, y = elements[routes[a].first + e], elements[routes[b].first + e]
        if x.section != y.section or x.direction != y.direction:
            return False
    return True


@kernel
def can_finish(area, sections, routes, elements, masks, ways, choices, tracks, trains, slot, others, reach, work):
    """Say whether a train finds tracks to its end that no other holds."""
    train = trains[slot.train]
    n_words = area.n_words
    w = train.way + slot.place
    area.stamp += 1
    route = routes[slot.route]
    if slot.next_element >= route.n:
        reach[route.to_option] = area.stamp
    else:
        any_track = False
        for c in range(ways[w].first, ways[w].first + ways[w].n):
            r = choices[c]
            if r != slot.route and not shares_begin(routes, elements, slot.route, r, slot.next_element):
                continue
            block_mask(sections, routes, elements, r, slot.next_element, routes[r].n, work)
            if not meets(work, others, n_words):
                reach[routes[r].to_option] = area.stamp
                any_track = True
        if not any_track:
            return False
    for n in range(slot.place + 1, train.n_places):
        w += 1
        before = area.stamp
        area.stamp += 1
        any_track = False
        for c in range(ways[w].first, ways[w].first + ways[w].n):
            r = choices[c]
            start = routes[r].from_option
            came = leaves_by(ways[w - 1], start)
            if reach[came] != before or meets(masks[r], others, n_words):
                continue
            if ways[w - 1].is_reversal != 0 and not (n == slot.place + 1 and slot.second >= 0) and not can_run_round(ways, w - 1, tracks, others, came):
                continue
            reach[routes[r].to_option] = area.stamp
            any_track = True
        if not any_track:
            return False
    return True


@kernel
def cover(sections, routes, elements, r, end, left_m, mask):
    """Write what a train covers that stands at the end of element `end` - 1 of a route; returns the length that reaches back beyond the route."""
    mask[:] = 0
    e = end - 1
    while e >= 0 and left_m > 0.0:
        element = elements[routes[r].first + e]
        section = sections[element.section]
        set_bit(mask, element.section)
        left_m -= section.length_m
        conflict = section.conflict[1 - element.direction]
        if left_m > 0.0 and conflict >= 0:
            set_bit(mask, conflict)
        e -= 1
    return left_m


@kernel
def others_hold(area, finals, gone, i, others):
    """Write what all but slot `i` hold, of those that are not taken out."""
    others[:] = 0
    for j in range(area.n_high):
        if j != i and gone[j] == 0:
            for w in range(area.n_words):
                others[w] |= finals[j, w]


@kernel
def take_out(area, net, slots, finals, gone, reach, work):
    """Take out all trains that can finish one after the other; returns how many are left."""
    n_left = 0
    for i in range(area.n_high):
        n_left += 1 - gone[i]
    others = work[1]
    while n_left > 0:
        before = n_left
        for i in range(area.n_high):
            if gone[i] != 0:
                continue
            others_hold(area, finals, gone, i, others)
            if can_finish(
                area, net.sections, net.routes, net.elements, net.masks, net.ways, net.choices, net.tracks, net.trains, slots[i], others, reach, work[0]
            ):
                gone[i] = 1
                n_left -= 1
        if n_left == before:
            return n_left
    return 0


@kernel
def all_finish(area, net, slots, finals, desk, candidate):
    """Return -1 if an order is found in which all trains finish, else a slot that is left; `candidate` counts whatever its state."""
    gone = desk.gone[0]
    for i in range(area.n_high):
        state = slots[i].state
        gone[i] = 0 if i == candidate or state in (RUNNING, STANDING) else 1
    if take_out(area, net, slots, finals, gone, desk.reach, desk.work) == 0:
        return -1
    stuck = -1
    for i in range(area.n_high):
        if gone[i] == 0 and (stuck < 0 or stuck == candidate):
            stuck = i
    if area.search_states > 0 and _search(area, net, slots, finals, desk):
        return -1
    return stuck


@kernel
def _search(area, net, slots, finals, desk):
    """Say whether trains can move up, one place at a time, to where all can finish: depth first, `search_states` states at most."""
    moves = desk.moves
    n_states, depth = 0, 0
    moves[0].slot = 0
    moves[0].choice = -1
    while True:
        move = moves[depth]
        if n_states < area.search_states and depth < moves.shape[0] - 1 and _next_move(area, net, slots, finals, desk, move, depth):
            n_states += 1
            _make(area, net, slots, finals, desk, move, depth)
            gone = desk.gone[depth + 1]
            copy(desk.gone[depth], gone)
            depth += 1
            if take_out(area, net, slots, finals, gone, desk.reach, desk.work) == 0:
                for d in range(depth - 1, -1, -1):
                    _undo(slots, finals, desk, moves[d], d)
                return True
            moves[depth].slot = 0
            moves[depth].choice = -1
        elif depth == 0:
            return False
        else:
            depth -= 1
            _undo(slots, finals, desk, moves[depth], depth)


@kernel
def _next_move(area, net, slots, finals, desk, move, depth):
    """Find the next move after the present one: a slot and a choice of its way; says whether there is one."""
    gone, others, work = desk.gone[depth], desk.work[1], desk.work[0]
    while move.slot < area.n_high:
        i = move.slot
        slot = slots[i]
        train = net.trains[slot.train]
        is_whole = slot.next_element >= net.routes[slot.route].n
        place = slot.place + 1 if is_whole else slot.place
        if gone[i] == 0 and place < train.n_places:
            w = train.way + place
            way = net.ways[w]
            others_hold(area, finals, gone, i, others)
            while move.choice + 1 < way.n:
                move.choice += 1
                r = net.choices[way.first + move.choice]
                if is_whole:
                    came = leaves_by(net.ways[w - 1], net.routes[r].from_option)
                    if came != net.routes[slot.route].to_option or meets(net.masks[r], others, area.n_words):
                        continue
                    if net.ways[w - 1].is_reversal != 0 and slot.second < 0 and not can_run_round(net.ways, w - 1, net.tracks, others, came):
                        continue
                else:
                    if r != slot.route and not shares_begin(net.routes, net.elements, slot.route, r, slot.next_element):
                        continue
                    block_mask(net.sections, net.routes, net.elements, r, slot.next_element, net.routes[r].n, work)
                    if meets(work, others, area.n_words):
                        continue
                length_m = net.physics[train.physics].length_m + area.overlap_m
                if cover(net.sections, net.routes, net.elements, r, net.routes[r].n, length_m, work) <= 0.0:
                    move.place = place
                    move.route = r
                    return True
        move.slot += 1
        move.choice = -1
    return False


@kernel
def _make(area, net, slots, finals, desk, move, depth):
    """Make a move, and remember what was before."""
    slot = slots[move.slot]
    move.old_place, move.old_route, move.old_next = slot.place, slot.route, slot.next_element
    copy(finals[move.slot], desk.kept[depth])
    slot.place, slot.route, slot.next_element = move.place, move.route, net.routes[move.route].n
    length_m = net.physics[net.trains[slot.train].physics].length_m + area.overlap_m
    cover(net.sections, net.routes, net.elements, move.route, net.routes[move.route].n, length_m, finals[move.slot])


@kernel
def _undo(slots, finals, desk, move, depth):
    """Take a move back."""
    slot = slots[move.slot]
    slot.place, slot.route, slot.next_element = move.old_place, move.old_route, move.old_next
    copy(desk.kept[depth], finals[move.slot])
