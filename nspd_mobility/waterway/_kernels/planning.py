"""Look-ahead: the next lockages of all chambers, planned for the ships that are known, by beam search.

A partial plan (node) says for each chamber when it is free, at which side, and which ships are served. The chamber that is free
first decides next: to close with the ships of its side that are there by then, or with one, two, ... that come later (within the
patience); to turn empty; or to do nothing more. A node costs the time of its ships from arrival until their doors open; for the
ships that are left it is valued by going on greedily to the end, as first come would. (A lower bound in place of that makes every plan
that puts lockages off look good: with three chambers the beam held nothing else, and more than half of the lockages were empty.) At each
depth the `beam_width` nodes of the least value are kept. With a beam wide enough for all nodes the plan is the best of these actions: for a
single chamber the optimum of the lock master's problem (Passchyn et al. 2016).

The plan gives each chamber that could act now an order, and is made anew when a ship arrives or becomes known, when a chamber
could act, and when an order ends. A plan fills a chamber by area, the lockage itself places its ships; tugs and pilots are not planned.
"""

from __future__ import annotations

import numpy as np

from ...codes import ChamberOrder
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .claims import exit_ms
from .closures import open_from_ms
from .cycle import ENTERING, EXITING, IDLE, turn_ms
from .expected import expected_ms
from .fitting import eligible_chambers
from .levels import next_level_ms
from .loading import has_water, may_enter, movement_ms
from .records import ENTRY_FIRST, ENTRY_FOLLOW, EXIT_FIRST, EXIT_FOLLOW

MAX_CHAMBERS = 8
MAX_SHIPS = 60
MAX_CHILDREN = 12  # of one node
MAX_DEPTH = 24  # decisions of a plan, after which it goes on greedily

_NONE = int(ChamberOrder.NONE)
_GO = int(ChamberOrder.GO)
_TURN = int(ChamberOrder.TURN)
_HOLD = int(ChamberOrder.HOLD)
_TURN_COST_MS = 1000.0  # of two equal plans the one with fewer empty turns

NODE = np.dtype(
    [
        ("served", "i8"),  # bit k: planned ship k has its lockage
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
    ]
)


@kernel
def plan(complex_, chambers, slots, levels, closures, expected, nodes, planned):
    """Give every chamber of a lock (`complex_`, one record) that could act now its order.

    `nodes` holds `beam_width` nodes and room for all their children; `planned` holds `MAX_SHIPS`.
    """
    lock = complex_[0]
    now_ms = lock.now_ms
    n = _gather(lock, chambers, slots, levels, expected, planned, now_ms)
    wake_ms = _nothing_until_ms(lock, chambers, levels, planned, n, now_ms)
    if wake_ms > now_ms:
        for c in range(chambers.shape[0]):
            chambers[c].order = _HOLD
            chambers[c].order_ms = wake_ms
        return
    width = lock.beam_width
    _root(lock, chambers, slots, levels, closures, nodes[0], now_ms)
    n_nodes = 1
    for _ in range(MAX_DEPTH):
        n_children = width
        is_open = False
        for k in range(n_nodes):
            if nodes[k].is_done == 1:
                nodes[n_children] = nodes[k]
                n_children += 1
            else:
                is_open = True
                n_children = _expand(lock, chambers, levels, closures, planned, n, nodes, k, n_children, now_ms)
        if not is_open:
            break
        n_nodes = _select(nodes, width, n_children)
    _order(lock, chambers, nodes[0], levels, now_ms)


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
def _gather(lock, chambers, slots, levels, expected, planned, now_ms):
    """Collect the ships to plan for: those that wait, in the order of their queues, then the expected ones by time; return their number."""
    n = 0
    for side in range(2):
        i = lock.first_slot[side]
        seen = 0
        while i >= 0 and seen < min(lock.window, MAX_SHIPS // 3):
            planned[n] = slots[i]
            planned[n].due_ms = now_ms
            for c in range(chambers.shape[0]):
                if may_enter(lock, chambers[c], c, slots[i], levels, now_ms) == -2:  # it waits for tugs or a pilot
                    planned[n].eligible &= ~(1 << c)
            i = slots[i].next
            n += 1
            seen += 1
    n_waiting = n
    for k in range(lock.n_expected):
        due_ms = expected_ms(expected[k], now_ms)
        eligible, _ = eligible_chambers(lock, chambers, expected[k])
        if due_ms > now_ms + lock.horizon_ms or eligible == 0 or now_ms > expected[k].eta_ms + lock.patience_ms:
            continue
        j = n
        while j > n_waiting and _is_later(planned[j - 1], due_ms, expected[k].key):
            if j < MAX_SHIPS:
                planned[j] = planned[j - 1]
            j -= 1
        if j < MAX_SHIPS:
            planned[j] = expected[k]
            planned[j].due_ms = due_ms
            planned[j].time_ms = due_ms
            planned[j].eligible = eligible
            n = min(n + 1, MAX_SHIPS)
    return n


@kernel
def _is_later(ship, due_ms, key):
    return ship.due_ms > due_ms or (ship.due_ms == due_ms and ship.key > key)


@kernel
def _root(lock, chambers, slots, levels, closures, node, now_ms):
    """Make the node of the present: when each chamber is free, at which side, and with whom inside."""
    node.served = 0
    node.cost_ms = 0.0
    node.value_ms = 0.0
    node.is_done = 0
    node.is_taken = 0
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        node.order[c] = _NONE
        node.order_ms[c] = NEVER_MS
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
def _expand(lock, chambers, levels, closures, planned, n, nodes, k, n_children, now_ms):
    """Write the children of node `k` from `n_children` on and return the number written so far.

    The chamber that is free first decides. Each child is a copy of the node with one more action.
    """
    node = nodes[k]
    c, free_ms = -1, now_ms + lock.horizon_ms
    for other in range(chambers.shape[0]):
        if node.free_ms[other] < free_ms:
            c, free_ms = other, node.free_ms[other]
    first = n_children
    if c >= 0:
        n_children = _lock_through(lock, chambers, levels, closures, planned, n, nodes, k, c, n_children, now_ms)
        if node.n_inside[c] == 0:
            if node.has_turned[c] == 0 and _is_wanted(lock, chambers[c], c, levels, planned, n, node, free_ms):
                child = nodes[n_children]
                nodes[n_children] = node
                _first_order(child, c, _TURN if free_ms <= now_ms else _HOLD, free_ms)
                child.side[c] = 1 - node.side[c]
                child.has_turned[c] = 1
                child.free_ms[c] = open_from_ms(chambers[c], closures, free_ms + turn_ms(lock, chambers[c], levels, free_ms))
                child.cost_ms += _TURN_COST_MS
                child.value_ms = child.cost_ms + _rest_ms(lock, chambers, levels, closures, planned, n, nodes, n_children, now_ms)
                n_children += 1
            if n_children == first or chambers.shape[0] > 1:
                child = nodes[n_children]
                nodes[n_children] = node
                _first_order(child, c, _HOLD, NEVER_MS)
                child.free_ms[c] = NEVER_MS
                child.value_ms = child.cost_ms + _rest_ms(lock, chambers, levels, closures, planned, n, nodes, n_children, now_ms)
                n_children += 1
    if n_children == first:
        nodes[n_children] = node
        nodes[n_children].is_done = 1
        n_children += 1
    return n_children


@kernel
def _first_order(node, c, order, order_ms):
    """Note what chamber `c` does first."""
    if node.order[c] == _NONE:
        node.order[c] = order
        node.order_ms[c] = order_ms


@kernel
def _is_wanted(lock, chamber, c, levels, planned, n, node, free_ms):
    """Say whether at the other side somebody is or comes that the chamber could take within the patience after an empty turn."""
    latest_ms = free_ms + turn_ms(lock, chamber, levels, free_ms) + lock.patience_ms
    for j in range(n):
        ship = planned[j]
        if (node.served >> j) & 1 == 0 and (ship.eligible >> c) & 1 == 1 and ship.side != node.side[c] and ship.due_ms <= latest_ms:
            return True
    return False


@kernel
def _lock_through(lock, chambers, levels, closures, planned, n, nodes, k, c, n_children, now_ms):
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
    for j in range(n):
        ship = planned[j]
        if is_full:
            break
        if (served >> j) & 1 == 1 or ship.side != side or (ship.eligible >> c) & 1 == 0 or (was_tried and ship.due_ms <= now_ms):
            continue
        if ship.due_ms > close_ms:
            if n_inside > 0 and n_children >= limit:
                break
            if n_inside > 0:
                _close(
                    lock, chambers, c, levels, closures, planned, n, nodes, k, n_children, served, close_ms, since_ms, n_inside, leave_ms, first_due_ms, now_ms
                )
                n_children += 1
            if ship.due_ms > close_ms + lock.patience_ms:
                break
        if (ship.is_alone == 1 and n_inside > 0) or (chamber.max_ships > 0 and n_inside >= chamber.max_ships):
            is_full = chamber.max_ships > 0 and n_inside >= chamber.max_ships
            continue
        if n_inside > 0 and area + ship.length_m * ship.beam_m > lock.plan_fill_share * chamber.area_m2:
            continue
        start_ms = max(close_ms, ship.due_ms)
        if not has_water(lock, chamber, ship, levels, start_ms):
            continue
        if n_inside == was_inside:
            first_due_ms = ship.due_ms
        close_ms = start_ms + movement_ms(chamber, ENTRY_FIRST if n_inside == 0 else ENTRY_FOLLOW, ship)
        leave_ms += movement_ms(chamber, EXIT_FIRST if n_inside == 0 else EXIT_FOLLOW, ship)
        area += ship.length_m * ship.beam_m
        since_ms += float(ship.time_ms - now_ms)
        served |= 1 << j
        n_inside += 1
        is_full = ship.is_alone == 1
    if n_inside > 0:
        _close(lock, chambers, c, levels, closures, planned, n, nodes, k, n_children, served, close_ms, since_ms, n_inside, leave_ms, first_due_ms, now_ms)
        n_children += 1
    return n_children


@kernel
def _close(lock, chambers, c, levels, closures, planned, n, nodes, k, child_k, served, close_ms, since_ms, n_inside, leave_ms, first_due_ms, now_ms):
    """Write the child in which chamber `c` closes at `close_ms`; `first_due_ms` is when the first ship that goes in is there, NEVER where none does."""
    nodes[child_k] = nodes[k]
    child = nodes[child_k]
    chamber = chambers[c]
    open_ms = close_ms + turn_ms(lock, chamber, levels, close_ms)
    if first_due_ms >= NEVER_MS:  # it leaves with those inside
        _first_order(child, c, _GO if close_ms <= now_ms else _HOLD, close_ms)
    else:
        is_now = first_due_ms <= now_ms and child.n_inside[c] == 0
        _first_order(child, c, _GO if is_now else _HOLD, first_due_ms)
    child.served = served
    child.cost_ms += float(n_inside) * float(open_ms - now_ms) - since_ms
    child.side[c] = 1 - child.side[c]
    child.n_inside[c] = 0
    child.has_turned[c] = 0
    child.exit_ms[c] = 0
    child.free_ms[c] = open_from_ms(chamber, closures, open_ms + leave_ms + chamber.clearance_ms)
    child.value_ms = child.cost_ms + _rest_ms(lock, chambers, levels, closures, planned, n, nodes, child_k, now_ms)


@kernel
def _rest_ms(lock, chambers, levels, closures, planned, n, nodes, k, now_ms):
    """Return what the rest costs where every chamber goes on greedily: it takes who is there, turns for who waits at the other side, or waits.

    Ships that this does not serve within twice the horizon cost as much. Works on a copy of node `k` in the last node.
    """
    scratch = nodes.shape[0] - 1
    nodes[scratch] = nodes[k]
    node = nodes[scratch]
    end_ms = now_ms + 2 * lock.horizon_ms
    everybody = (1 << n) - 1
    total = 0.0
    for _ in range(4 * MAX_SHIPS):
        c, free_ms = -1, end_ms
        for other in range(chambers.shape[0]):
            if node.free_ms[other] < free_ms:
                c, free_ms = other, node.free_ms[other]
        if c < 0 or (node.served == everybody and node.n_inside[c] == 0):
            break
        total += _go_on(lock, chambers, c, levels, closures, planned, n, node, now_ms)
    for j in range(n):
        if (node.served >> j) & 1 == 0:
            total += float(end_ms - planned[j].time_ms)
    return total


@kernel
def _go_on(lock, chambers, c, levels, closures, planned, n, node, now_ms):
    """Let chamber `c` of a node do the next thing greedily and return what it costs."""
    chamber = chambers[c]
    side, close_ms, n_inside, leave_ms = node.side[c], node.free_ms[c], node.n_inside[c], node.exit_ms[c]
    free_ms = close_ms
    area = chamber.ship_area_m2 if n_inside > 0 else 0.0
    is_full = n_inside > 0 and chamber.is_alone == 1
    was_tried = n_inside > 0 and close_ms <= now_ms
    since_ms, next_ms, is_asked = float(n_inside) * float(now_ms), NEVER_MS, False
    for j in range(n):
        ship = planned[j]
        if (node.served >> j) & 1 == 1 or (ship.eligible >> c) & 1 == 0:
            continue
        if ship.due_ms > close_ms or ship.side != side:
            next_ms = min(next_ms, max(ship.due_ms, free_ms))
            is_asked = is_asked or (ship.side != side and ship.due_ms <= free_ms)
            continue
        if is_full or (was_tried and ship.due_ms <= now_ms) or (ship.is_alone == 1 and n_inside > 0):
            continue
        if (chamber.max_ships > 0 and n_inside >= chamber.max_ships) or (
            n_inside > 0 and area + ship.length_m * ship.beam_m > lock.plan_fill_share * chamber.area_m2
        ):
            continue
        if not has_water(lock, chamber, ship, levels, close_ms):
            continue
        close_ms += movement_ms(chamber, ENTRY_FIRST if n_inside == 0 else ENTRY_FOLLOW, ship)
        leave_ms += movement_ms(chamber, EXIT_FIRST if n_inside == 0 else EXIT_FOLLOW, ship)
        area += ship.length_m * ship.beam_m
        since_ms += float(ship.time_ms)
        node.served |= 1 << j
        n_inside += 1
        is_full = ship.is_alone == 1
    node.n_inside[c] = 0
    node.exit_ms[c] = 0
    if n_inside > 0 or is_asked:
        open_ms = close_ms + turn_ms(lock, chamber, levels, close_ms)
        node.side[c] = 1 - side
        node.free_ms[c] = open_from_ms(chamber, closures, open_ms + (leave_ms + chamber.clearance_ms if n_inside > 0 else 0))
        if node.free_ms[c] <= free_ms and n_inside == 0:
            node.free_ms[c] = free_ms + 1  # to and fro without end, where a turn takes no time
        return float(n_inside) * float(open_ms) - since_ms
    node.free_ms[c] = next_ms if next_ms > free_ms else (free_ms + 60_000 if next_ms < NEVER_MS else NEVER_MS)
    return 0.0


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
def _order(lock, chambers, node, levels, now_ms):
    """Give the chambers the first orders of the best plan."""
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        chamber.order, chamber.order_ms = node.order[c], node.order_ms[c]
        if chamber.order == _NONE:
            chamber.order, chamber.order_ms = _HOLD, NEVER_MS
        if chamber.order == _HOLD and chamber.order_ms <= now_ms:
            chamber.order = _GO if chamber.phase == ENTERING else _HOLD  # who is there does not fit
            chamber.order_ms = NEVER_MS
        if chamber.order != _HOLD:
            chamber.order_ms = NEVER_MS
        elif chamber.order_ms >= NEVER_MS and lock.n_waiting[0] + lock.n_waiting[1] > 0:
            chamber.order_ms = next_level_ms(lock, levels, now_ms)
