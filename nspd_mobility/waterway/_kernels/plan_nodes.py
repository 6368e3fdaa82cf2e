"""Partial plans (nodes), and what a chamber may do next in one: lock with fewer or more ships, turn empty, or do nothing more."""

from __future__ import annotations

import numpy as np

from ...codes import ChamberOrder
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .claims import exit_ms
from .closures import open_from_ms
from .cycle import ENTERING, EXITING, IDLE, turn_ms
from .loading import has_water
from .plan_rest import rest_ms
from .plan_ships import MAX_CHAMBERS
from .records import ENTRY_FIRST, ENTRY_FOLLOW, EXIT_FIRST, EXIT_FOLLOW

MAX_CHILDREN = 12  # of one node

_NONE = int(ChamberOrder.NONE)
_GO = int(ChamberOrder.GO)
_TURN = int(ChamberOrder.TURN)
_HOLD = int(ChamberOrder.HOLD)
_TURN_COST_MS = 1000.0  # of two equal plans the one with fewer empty turns

NODE = np.dtype(
    [
        ("served", "i8"),  # bit k: planned ship k has its lockage
        ("first", "i8"),  # no ship before it is without one
        ("cost_ms", "f8"),
        ("value_ms", "f8"),
        ("is_done", "i8"),
        ("is_taken", "i8"),
        ("free_ms", "i8", (MAX_CHAMBERS,)),
        ("side", "i8", (MAX_CHAMBERS,)),
        ("n_inside", "i8", (MAX_CHAMBERS,)),
        ("has_turned", "i8", (MAX_CHAMBERS,)),  # empty, and not locked since
        ("exit_ms", "i8", (MAX_CHAMBERS,)),  # that those inside need to leave
        ("order", "i8", (MAX_CHAMBERS,)),  # the first thing that each chamber does
        ("order_ms", "i8", (MAX_CHAMBERS,)),
        ("then", "i8", (MAX_CHAMBERS,)),  # after it, as `order_then` of a chamber
    ]
)


@kernel
def root(lock, chambers, slots, levels, closures, node, now_ms):
    """Make the node of the present: when each chamber is free, at which side, and with whom inside."""
    node.served = 0
    node.first = 0
    node.cost_ms = 0.0
    node.value_ms = 0.0
    node.is_done = 0
    node.is_taken = 0
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        node.order[c] = _NONE
        node.order_ms[c] = NEVER_MS
        node.then[c] = 0
        node.n_inside[c] = 0
        node.exit_ms[c] = 0
        node.side[c] = chamber.side
        # at once to and fro would have no end where a turn takes no time
        node.has_turned[c] = 1 if chamber.phase == IDLE and chamber.last_slot < 0 and chamber.start_ms == now_ms else 0
        if chamber.phase == IDLE:
            node.free_ms[c] = now_ms
        elif chamber.phase == EXITING:
            node.free_ms[c] = chamber.next_ms
        elif chamber.phase == ENTERING:
            node.free_ms[c] = max(chamber.moored_ms, now_ms)
            node.n_inside[c] = chamber.n_inside
            node.exit_ms[c] = exit_ms(chamber, slots)
        else:
            node.side[c] = 1 - chamber.side
            node.free_ms[c] = chamber.opened_ms + exit_ms(chamber, slots)
        if node.n_inside[c] == 0:
            node.free_ms[c] = open_from_ms(chamber, closures, node.free_ms[c])


@kernel
def expand(lock, chambers, levels, closures, planned, ships, moves, n, nodes, k, n_children, best, now_ms):
    """Write the children of node `k` from `n_children` on and return the number written so far.

    The chamber that is free first decides. Each child is a copy of the node with one more action.
    """
    node = nodes[k]
    c, free_ms = -1, now_ms + lock.horizon_ms
    for other in range(chambers.shape[0]):
        if node.free_ms[other] < free_ms:
            c, free_ms = other, node.free_ms[other]
    while node.first < n and (node.served >> node.first) & 1 == 1:
        node.first += 1
    first = n_children
    if c >= 0:
        n_children, takes_now = _lock_through(lock, chambers, levels, closures, planned, ships, moves, n, nodes, k, c, n_children, best, now_ms)
        if node.n_inside[c] == 0:
            due_ms = _wanted_ms(lock, chambers[c], c, levels, ships, n, node, free_ms)
            if node.has_turned[c] == 0 and due_ms < NEVER_MS:
                child = nodes[n_children]
                nodes[n_children] = node
                _first_order(child, c, _TURN if free_ms <= now_ms else _HOLD, free_ms, 0)
                child.side[c] = 1 - node.side[c]
                child.has_turned[c] = 1
                child.free_ms[c] = open_from_ms(chambers[c], closures, free_ms + turn_ms(lock, chambers[c], levels, free_ms))
                child.cost_ms += _TURN_COST_MS
                if due_ms <= free_ms and not takes_now:
                    _rank(child, node.value_ms + _TURN_COST_MS, best)
                else:
                    _value(lock, chambers, levels, closures, planned, ships, moves, n, nodes, n_children, best, now_ms)
                n_children += 1
            if n_children == first or chambers.shape[0] > 1:
                child = nodes[n_children]
                nodes[n_children] = node
                _first_order(child, c, _HOLD, NEVER_MS, 0)
                child.free_ms[c] = NEVER_MS
                _value(lock, chambers, levels, closures, planned, ships, moves, n, nodes, n_children, best, now_ms)
                n_children += 1
    if n_children == first:
        nodes[n_children] = node
        nodes[n_children].is_done = 1
        n_children += 1
    return n_children


@kernel
def _value(lock, chambers, levels, closures, planned, ships, moves, n, nodes, k, best, now_ms):
    """Value node `k` by what the rest costs where all chambers go on greedily."""
    node = nodes[k]
    most_ms = best[best.shape[0] - 1] - node.cost_ms
    _rank(node, node.cost_ms + rest_ms(lock, chambers, levels, closures, planned, ships, moves, n, nodes, k, most_ms, now_ms), best)


@kernel
def _rank(node, value_ms, best):
    """Give a node its value and put it among the `best` of this depth, which are as many as are kept and in order."""
    node.value_ms = value_ms
    last = best.shape[0] - 1
    if node.value_ms < best[last]:
        i = last
        while i > 0 and best[i - 1] > node.value_ms:
            best[i] = best[i - 1]
            i -= 1
        best[i] = node.value_ms


@kernel
def _first_order(node, c, order, order_ms, then):
    """Note what chamber `c` does first."""
    if node.order[c] == _NONE:
        node.order[c] = order
        node.order_ms[c] = order_ms
        node.then[c] = then


@kernel
def _wanted_ms(lock, chamber, c, levels, ships, n, node, free_ms):
    """Return when somebody is first at the other side that the chamber could take within the patience after an empty turn, else NEVER."""
    latest_ms = free_ms + turn_ms(lock, chamber, levels, free_ms) + lock.patience_ms
    for j in range(node.first, n):
        ship = ships[j]
        if (node.served >> j) & 1 == 0 and (ship.eligible >> c) & 1 == 1 and ship.side != node.side[c] and ship.due_ms <= latest_ms:
            return ship.due_ms
    return NEVER_MS


@kernel
def _lock_through(lock, chambers, levels, closures, planned, ships, moves, n, nodes, k, c, n_children, best, now_ms):
    """Write the children in which chamber `c` closes with ships inside: with those that are there, and with further ones."""
    node = nodes[k]
    chamber = chambers[c]
    side, close_ms, n_inside = node.side[c], node.free_ms[c], node.n_inside[c]
    was_inside = n_inside
    area = chamber.ship_area_m2 if was_inside > 0 else 0.0
    served, first_due_ms = node.served, NEVER_MS
    since_ms, leave_ms = 0.0, node.exit_ms[c]  # those inside have waited until now, which no plan changes
    limit, is_full = n_children + min(MAX_CHILDREN - 3, lock.n_holds), was_inside > 0 and chamber.is_alone == 1
    was_tried = was_inside > 0 and close_ms <= now_ms
    takes_now, has_waited, holds = False, False, False
    for j in range(node.first, n):
        ship = ships[j]
        if is_full:
            break
        if (served >> j) & 1 == 1 or ship.side != side or (ship.eligible >> c) & 1 == 0 or (was_tried and ship.due_ms <= now_ms):
            continue
        if ship.due_ms > close_ms:
            if n_inside > 0 and n_children >= limit:
                break
            if n_inside > 0:
                takes_now = takes_now or not has_waited
                _close(
                    lock,
                    chambers,
                    c,
                    levels,
                    closures,
                    planned,
                    ships,
                    moves,
                    n,
                    nodes,
                    k,
                    n_children,
                    served,
                    close_ms,
                    since_ms,
                    n_inside,
                    leave_ms,
                    first_due_ms,
                    has_waited,
                    holds,
                    best,
                    now_ms,
                )
                n_children += 1
            if ship.due_ms > close_ms + lock.patience_ms:
                break
        if (ship.is_alone == 1 and n_inside > 0) or (chamber.max_ships > 0 and n_inside >= chamber.max_ships):
            is_full = chamber.max_ships > 0 and n_inside >= chamber.max_ships
            continue
        if n_inside > 0 and area + ship.area_m2 > lock.plan_fill_share * chamber.area_m2:
            continue
        start_ms = max(close_ms, ship.due_ms)
        if (ship.has_water >> c) & 1 == 0 and not has_water(lock, chamber, planned[j], levels, start_ms):
            continue
        if n_inside == was_inside:
            first_due_ms = ship.due_ms
        has_waited = has_waited or ship.due_ms > close_ms
        holds = holds or (n_inside > 0 and ship.due_ms > close_ms)
        close_ms = start_ms + moves[c, j, ENTRY_FIRST if n_inside == 0 else ENTRY_FOLLOW]
        leave_ms += moves[c, j, EXIT_FIRST if n_inside == 0 else EXIT_FOLLOW]
        area += ship.area_m2
        since_ms += float(ship.time_ms - now_ms)
        served |= 1 << j
        n_inside += 1
        is_full = ship.is_alone == 1
    if n_inside > 0:
        takes_now = takes_now or not has_waited
        _close(
            lock,
            chambers,
            c,
            levels,
            closures,
            planned,
            ships,
            moves,
            n,
            nodes,
            k,
            n_children,
            served,
            close_ms,
            since_ms,
            n_inside,
            leave_ms,
            first_due_ms,
            has_waited,
            holds,
            best,
            now_ms,
        )
        n_children += 1
    return n_children, takes_now


@kernel
def _close(
    lock,
    chambers,
    c,
    levels,
    closures,
    planned,
    ships,
    moves,
    n,
    nodes,
    k,
    child_k,
    served,
    close_ms,
    since_ms,
    n_inside,
    leave_ms,
    first_due_ms,
    has_waited,
    holds,
    best,
    now_ms,
):
    """Write the child in which chamber `c` closes at `close_ms`; `first_due_ms` is when the first ship that goes in is there, NEVER where none does."""
    nodes[child_k] = nodes[k]
    child = nodes[child_k]
    chamber = chambers[c]
    open_ms = close_ms + turn_ms(lock, chamber, levels, close_ms)
    if first_due_ms >= NEVER_MS:  # it leaves with those inside
        _first_order(child, c, _GO if close_ms <= now_ms else _HOLD, close_ms, 0)
    else:
        is_now = first_due_ms <= now_ms and child.n_inside[c] == 0
        then = 0 if child.n_inside[c] > 0 else (1 if holds else 2)
        _first_order(child, c, _GO if is_now else _HOLD, first_due_ms, then)
    child.served = served
    child.cost_ms += float(n_inside) * float(open_ms - now_ms) - since_ms
    child.side[c] = 1 - child.side[c]
    child.n_inside[c] = 0
    child.has_turned[c] = 0
    child.exit_ms[c] = 0
    child.free_ms[c] = open_from_ms(chamber, closures, open_ms + leave_ms + chamber.clearance_ms)
    if has_waited:
        _value(lock, chambers, levels, closures, planned, ships, moves, n, nodes, child_k, best, now_ms)
    else:  # that is what going on greedily does
        _rank(child, nodes[k].value_ms, best)
