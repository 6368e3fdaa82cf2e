"""What the rest of a plan costs: every chamber goes on greedily, as first come would."""

from __future__ import annotations

from ...kernels.jit import inlined_kernel, kernel
from ...units import NEVER_MS
from .closures import open_from_ms
from .cycle import turn_ms
from .loading import has_water
from .plan_ships import MAX_SHIPS
from .records import ENTRY_FIRST, ENTRY_FOLLOW, EXIT_FIRST, EXIT_FOLLOW


@kernel
def rest_ms(lock, chambers, levels, closures, planned, ships, moves, n, nodes, k, most_ms, now_ms):
    """Return what the rest costs where every chamber goes on greedily: it takes who is there, turns for who waits at the other side, or waits.

    Ships that this does not serve within twice the horizon cost as much. A sum above `most_ms` is not finished: the node is not kept.
    Works on a copy of node `k` in the last node.
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
        if total > most_ms:
            return total
        total += _go_on(lock, chambers, c, levels, closures, planned, ships, moves, n, node, now_ms)
    for j in range(node.first, n):
        if (node.served >> j) & 1 == 0:
            total += float(end_ms - ships[j].time_ms)
    return total


@inlined_kernel
def _go_on(lock, chambers, c, levels, closures, planned, ships, moves, n, node, now_ms):
    """Let chamber `c` of a node do the next thing greedily and return what it costs."""
    chamber = chambers[c]
    while node.first < n and (node.served >> node.first) & 1 == 1:
        node.first += 1
    side, close_ms, n_inside, leave_ms = node.side[c], node.free_ms[c], node.n_inside[c], node.exit_ms[c]
    free_ms = close_ms
    area = chamber.ship_area_m2 if n_inside > 0 else 0.0
    is_full = n_inside > 0 and chamber.is_alone == 1
    was_tried = n_inside > 0 and close_ms <= now_ms
    since_ms, next_ms, is_asked = float(n_inside) * float(now_ms), NEVER_MS, False
    for j in range(node.first, n):
        ship = ships[j]
        if (node.served >> j) & 1 == 1 or (ship.eligible >> c) & 1 == 0:
            continue
        if ship.due_ms > close_ms or ship.side != side:
            next_ms = min(next_ms, max(ship.due_ms, free_ms))
            is_asked = is_asked or (ship.side != side and ship.due_ms <= free_ms)
            if ship.due_ms > close_ms:
                break  # ships are in the order of time: none of the others is there either
            continue
        if is_full or (was_tried and ship.due_ms <= now_ms) or (ship.is_alone == 1 and n_inside > 0):
            continue
        if (chamber.max_ships > 0 and n_inside >= chamber.max_ships) or (n_inside > 0 and area + ship.area_m2 > lock.plan_fill_share * chamber.area_m2):
            continue
        if (ship.has_water >> c) & 1 == 0 and not has_water(lock, chamber, planned[j], levels, close_ms):
            continue
        close_ms += moves[c, j, ENTRY_FIRST if n_inside == 0 else ENTRY_FOLLOW]
        leave_ms += moves[c, j, EXIT_FIRST if n_inside == 0 else EXIT_FOLLOW]
        area += ship.area_m2
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
