"""Whether all trains in the area can still finish: the test that a reservation must pass.

State: each train at the end of its authority, with what it holds there. A train *can finish* if, with the others where they are, there are tracks
for it all the way to its end. Trains that can finish are taken out one after the other, which frees what they hold and hurts nobody; if
all go, the state is safe (Dijkstra's banker's algorithm; with one train at a time the greedy choice is exact). If some are left, a bounded search
lets trains move up one place at a time, depth first, and tries again.

An area that was safe stays so: the first train of the order can always be granted its next block.

References
----------
E. W. Dijkstra, EWD-108, 1965; the exact problem on railways is NP-hard: W. Lu, M. Dessouky, R. Leachman (2004), Modeling train movements through complex rail networks.
"""

from __future__ import annotations

from ...kernels.jit import kernel
from .area_records import RUNNING, STANDING
from .occupancy import block_mask, has_bit, meets


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
    for t in range(way.track, way.track + way.n_tracks):
        if tracks[t] != option // 2 and not has_bit(others, tracks[t]):
            return True
    return False


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
def all_finish(area, sections, routes, elements, masks, ways, choices, tracks, trains, slots, finals, gone, reach, work, candidate):
    """Return -1 if all trains can finish one after the other, else a slot that can't; `candidate` is in the area whatever its state."""
    n_left = 0
    for i in range(area.n_high):
        state = slots[i].state
        is_in = i == candidate or state == RUNNING or state == STANDING
        gone[i] = 0 if is_in else 1
        n_left += 1 if is_in else 0
    others = work[1]
    while n_left > 0:
        left = n_left
        for i in range(area.n_high):
            if gone[i] != 0:
                continue
            others[:] = 0
            for j in range(area.n_high):
                if j != i and gone[j] == 0:
                    for w in range(area.n_words):
                        others[w] |= finals[j, w]
            if can_finish(area, sections, routes, elements, masks, ways, choices, tracks, trains, slots[i], others, reach, work[0]):
                gone[i] = 1
                n_left -= 1
        if n_left == left:
            stuck = -1
            for i in range(area.n_high):
                if gone[i] == 0 and (stuck < 0 or stuck == candidate):
                    stuck = i
            return stuck
    return -1
