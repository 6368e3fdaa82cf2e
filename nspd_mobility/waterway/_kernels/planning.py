"""Look-ahead: the next lockages of all chambers, planned for the ships that are known, by beam search.

A partial plan (node) says for each chamber when it is free, at which side, and which ships are served. The chamber that is free
first decides next: to close with the ships of its side that are there by then, or with one, two, ... that come later (within the
patience); to turn empty; or to do nothing more. A node costs the time of its ships from arrival until their doors open; for the
ships that are left it is valued by going on greedily to the end, as first come would. (A lower bound in place of that makes every plan
that puts lockages off look good: with three chambers the beam held nothing else, and more than half of the lockages were empty.) At each
depth the `beam_width` nodes of the least value are kept. With a beam wide enough for all nodes the plan is the best of these actions: for a
single chamber the optimum of the lock master's problem (Passchyn et al. 2016).

The plan gives each chamber that could act now an order, and is made anew when a chamber could act without one, and when an order ends.
An order that waits for a ship goes when it comes on time, and the chamber closes without a new plan where no plan that was kept waits for more.
Orders are forgotten when a ship comes that is early, late or not announced, or when one becomes known that is due within reach of them.
A plan fills a chamber by area, the lockage itself places its ships; tugs and pilots are not planned.

What is decided by all kept nodes alike is decided: the search ends when they agree what the chambers do first that could act now; the
others are asked when they can. A child that does what going on greedily would do has its parent's value: only the others are valued anew.
"""

from __future__ import annotations

from ...codes import ChamberOrder
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .cycle import ENTERING, IDLE, turn_ms
from .levels import next_level_ms
from .plan_nodes import expand, root
from .plan_rest import rest_ms
from .plan_ships import gather, tabulate

MAX_DEPTH = 24  # decisions of a plan, after which it goes on greedily

_NONE = int(ChamberOrder.NONE)
_GO = int(ChamberOrder.GO)
_HOLD = int(ChamberOrder.HOLD)
_WORST_MS = 1e300


@kernel
def plan(complex_, chambers, slots, levels, closures, expected, nodes, planned, ships, moves, best):
    """Give every chamber of a lock (`complex_`, one record) that could act now its order.

    `nodes` holds `beam_width` nodes and room for all their children; `planned` and `ships` hold `MAX_SHIPS`, `moves` the
    movement times of all chambers and ships, and `best` as many values as nodes are kept.
    """
    lock = complex_[0]
    now_ms = lock.now_ms
    n = gather(lock, chambers, slots, levels, expected, planned, now_ms)
    wake_ms = _nothing_until_ms(lock, chambers, levels, planned, n, now_ms)
    if wake_ms > now_ms:
        for c in range(chambers.shape[0]):
            chambers[c].order = _HOLD
            chambers[c].order_ms = wake_ms
            chambers[c].order_then = 0
        return
    tabulate(lock, chambers, levels, planned, n, ships, moves, now_ms)
    width = lock.beam_width
    root(lock, chambers, slots, levels, closures, nodes[0], now_ms)
    nodes[0].value_ms = rest_ms(lock, chambers, levels, closures, planned, ships, moves, n, nodes, 0, _WORST_MS, now_ms)
    n_nodes = 1
    for _ in range(MAX_DEPTH):
        n_children = width
        is_open = False
        best[:] = _WORST_MS
        for k in range(n_nodes):
            if nodes[k].is_done == 1:
                nodes[n_children] = nodes[k]
                n_children += 1
            else:
                is_open = True
                n_children = expand(lock, chambers, levels, closures, planned, ships, moves, n, nodes, k, n_children, best, now_ms)
        if not is_open:
            break
        n_nodes = _select(nodes, width, n_children)
        if _is_decided(chambers, nodes, n_nodes, now_ms):
            break
    _order(lock, chambers, nodes, n_nodes, levels, now_ms)


@kernel
def _nothing_until_ms(lock, chambers, levels, planned, n, now_ms):
    """Return until when nothing needs a decision: nobody waits or is inside, and the first expected ship is more than two turns away."""
    first_ms = now_ms + lock.horizon_ms
    for j in range(n):
        first_ms = min(first_ms, planned[j].due_ms)
    for c in range(chambers.shape[0]):
        if chambers[c].phase == ENTERING:
            return now_ms
    longest_ms = 0
    for c in range(chambers.shape[0]):
        longest_ms = max(longest_ms, 2 * turn_ms(lock, chambers[c], levels, now_ms))
    return first_ms - longest_ms


@kernel
def _select(nodes, width, n_children):
    """Move the `width` children of the least value to the front, best first, and return how many there are."""
    n_kept = 0
    while n_kept < width and n_kept < n_children - width:
        best = -1
        for k in range(width, n_children):
            if nodes[k].is_taken == 0 and (best < 0 or nodes[k].value_ms < nodes[best].value_ms):
                best = k
        nodes[best].is_taken = 1
        nodes[n_kept] = nodes[best]
        nodes[n_kept].is_taken = 0
        n_kept += 1
    return n_kept


@kernel
def _is_decided(chambers, nodes, n_nodes, now_ms):
    """Say whether all nodes agree what the chambers do first that could act now; the others are asked when they can."""
    is_decided = True
    for c in range(chambers.shape[0]):
        is_decided = is_decided and (not _may_act(chambers[c], now_ms) or _is_agreed(nodes, n_nodes, c))
    return is_decided


@kernel
def _may_act(chamber, now_ms):
    """Say whether a chamber could begin a lockage or close its doors now."""
    return (chamber.phase == IDLE and chamber.is_free == 1) or (chamber.phase == ENTERING and chamber.moored_ms <= now_ms)


@kernel
def _is_agreed(nodes, n_nodes, c):
    """Say whether all nodes know what chamber `c` does first, and agree."""
    is_agreed = nodes[0].order[c] != _NONE
    for k in range(1, n_nodes):
        is_agreed = is_agreed and nodes[k].order[c] == nodes[0].order[c] and nodes[k].order_ms[c] == nodes[0].order_ms[c]
    return is_agreed


@kernel
def _order(lock, chambers, nodes, n_nodes, levels, now_ms):
    """Give the chambers the first orders of the best plan: those that could act now, and others where all nodes agree."""
    node = nodes[0]
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        if not _may_act(chamber, now_ms) and not _is_agreed(nodes, n_nodes, c):
            chamber.order, chamber.order_ms, chamber.order_then = _NONE, NEVER_MS, 0
            continue
        chamber.order, chamber.order_ms, chamber.order_then = node.order[c], node.order_ms[c], node.then[c]
        for k in range(1, n_nodes):
            chamber.order_then = min(chamber.order_then, nodes[k].then[c])  # what not all nodes do is asked again
        if chamber.order == _NONE:
            chamber.order, chamber.order_ms, chamber.order_then = _HOLD, NEVER_MS, 0
        if chamber.order == _HOLD and chamber.order_ms <= now_ms:
            chamber.order = _GO if chamber.phase == ENTERING else _HOLD  # who is there does not fit
            chamber.order_ms = NEVER_MS
        if chamber.order != _HOLD:
            chamber.order_ms = NEVER_MS
        elif chamber.order_ms >= NEVER_MS and lock.n_waiting[0] + lock.n_waiting[1] > 0:
            chamber.order_ms = next_level_ms(lock, levels, now_ms)
