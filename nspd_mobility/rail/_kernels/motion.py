"""The motion of a train under its authority: its course over the pieces that it holds, and the times at which it passes them.

A train always runs to a standstill at the end of its authority, and every longer authority is a new run from where it is when the
driver acts on it; before it has begun to brake that costs nothing. The *ghost* of a train that was hindered runs on from where the
train began to brake, with every authority in time: how far the train is behind it at the end of an authority is the time that it has lost.

What is held and what is fast is known by piece: a limit holds until the tail is out of the piece.
"""

from __future__ import annotations

import math

from ...kernels.jit import kernel
from ...units import MS_PER_S, NEVER_MS
from .running import OK, run

_NEVER_MS = int(NEVER_MS)
_MS_PER_S = float(MS_PER_S)
_SAME_M = 1e-6
_BEYOND_S = 1e15


@kernel
def to_ms(time_s):
    """Return whole milliseconds, never before the time."""
    if time_s >= _BEYOND_S:
        return _NEVER_MS
    return math.ceil(time_s * _MS_PER_S - 1e-6)


@kernel
def mean_slope(pieces, n, tail_m, head_m):
    """Return the mean sine of the gradient under a train; what is behind the first piece goes on as that begins."""
    total, first = 0.0, -1
    covered = 0.0
    for k in range(n):
        if pieces[k].section < 0:
            continue
        if first < 0:
            first = k
        part = min(pieces[k].end_m, head_m) - max(pieces[k].begin_m, tail_m)
        if part > 0.0:
            total += part * pieces[k].slope
            covered += part
    if first >= 0 and covered < head_m - tail_m:
        total += (head_m - tail_m - covered) * pieces[first].slope
    return total / max(head_m - tail_m, _SAME_M)


@kernel
def make_course(pieces, n, train, from_m, to_m, cells):
    """Cut the way from `from_m` to `to_m` into cells; returns their number."""
    length_m = train.length_m
    is_flat = True
    for k in range(n):
        if pieces[k].slope != 0.0:
            is_flat = False
    x, n_cell = from_m, 0
    while x < to_m - _SAME_M or n_cell == 0:
        far_m = to_m
        limit = train.speed_max_m_s
        for k in range(n):
            piece = pieces[k]
            if piece.section < 0:
                continue
            if piece.begin_m <= x + _SAME_M:
                if piece.end_m + length_m > x + _SAME_M:
                    limit = min(limit, piece.limit_m_s)
                    far_m = min(far_m, piece.end_m + length_m)
                if piece.end_m > x + _SAME_M:
                    far_m = min(far_m, piece.end_m)
            else:
                far_m = min(far_m, piece.begin_m)
        if far_m > to_m - _SAME_M:
            far_m = to_m
        cell = cells[n_cell]
        cell.begin_m = x
        cell.end_m = max(far_m, x + _SAME_M)
        cell.limit_m2_s2 = limit * limit
        cell.slope = 0.0
        cell.slope_per_m = 0.0
        if not is_flat:
            begin = mean_slope(pieces, n, x - length_m, x)
            cell.slope = begin
            cell.slope_per_m = (mean_slope(pieces, n, far_m - length_m, far_m) - begin) / (cell.end_m - x)
        n_cell += 1
        x = far_m
    after = math.inf
    for c in range(n_cell - 1, -1, -1):
        cell = cells[c]
        cell.after_m2_s2 = min(after, cell.limit_m2_s2)
        after = min(cell.limit_m2_s2, cell.after_m2_s2 + 2.0 * train.brake_m_s2 * (cell.end_m - cell.begin_m))
    return n_cell


@kernel
def add_point(points_m, n, x):
    """Put a position into its place among the points, once."""
    k = n
    while k > 0 and points_m[k - 1] > x:
        k -= 1
    if k > 0 and points_m[k - 1] == x:
        return n
    for i in range(n, k, -1):
        points_m[i] = points_m[i - 1]
    points_m[k] = x
    return n + 1


@kernel
def time_at(points_m, passes, n, x):
    """Return when the head is at one of the points, in whole ms."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if points_m[middle] < x:
            low = middle + 1
        else:
            high = middle
    return to_ms(passes[low].time_s)


@kernel
def _renewed(old_ms, points_m, passes, n, x, from_m):
    """Return when the head is at `x`: what was known stays where that lies behind the head."""
    if x > from_m or (x == from_m and old_ms == _NEVER_MS):
        return time_at(points_m, passes, n, x)
    return old_ms


@kernel
def plan(area, slot, anchor, pieces, train, cells, points_m, passes, trial):
    """Run the train from its anchor to the end of its authority, and note when it passes what; returns a code of `codes.RunStatus`.

    `trial` (1,) is room for a state. Times of positions behind the anchor stay as they are.
    """
    from_m, end_m, length_m = anchor.position_m, slot.end_m, train.length_m
    n_piece = slot.n_pieces
    n_cell = make_course(pieces, n_piece, train, from_m, end_m, cells)
    n = 0
    for k in range(n_piece):
        piece = pieces[k]
        n = add_point(points_m, n, piece.begin_m)
        n = add_point(points_m, n, piece.end_m)
        n = add_point(points_m, n, piece.end_m + length_m)
        n = add_point(points_m, n, piece.end_m + length_m + area.overlap_m)
    ask_m = end_m - area.approach_m
    n = add_point(points_m, n, ask_m)
    n = add_point(points_m, n, end_m)
    for k in range(n):
        passes[k].time_s = 2.0 * _BEYOND_S if points_m[k] > from_m else anchor.time_s
    state = trial[0]
    state.time_s = anchor.time_s
    state.position_m = from_m
    state.speed_m_s = anchor.speed_m_s
    status = run(train, cells[:n_cell], points_m[:n], passes, state, end_m, math.inf)
    if status != OK:
        return status
    slot.end_ms = to_ms(state.time_s)
    slot.brake_ms = slot.end_ms if math.isnan(state.brake_begin_s) else to_ms(state.brake_begin_s)
    slot.brake_s = state.brake_begin_s
    slot.brake_m = from_m if math.isnan(state.brake_begin_s) else state.brake_begin_m
    slot.ask_ms = slot.brake_ms
    if area.approach_m > 0.0:
        slot.ask_ms = min(slot.ask_ms, time_at(points_m, passes, n, ask_m) if ask_m > from_m else to_ms(anchor.time_s))
    for k in range(n_piece):
        piece = pieces[k]
        piece.enter_ms = _renewed(piece.enter_ms, points_m, passes, n, piece.begin_m, from_m)
        piece.pass_ms = _renewed(piece.pass_ms, points_m, passes, n, piece.end_m, from_m)
        piece.leave_ms = _renewed(piece.leave_ms, points_m, passes, n, piece.end_m + length_m, from_m)
        piece.clear_ms = _renewed(piece.clear_ms, points_m, passes, n, piece.end_m + length_m + area.overlap_m, from_m)
    return status


@kernel
def advance(slot, anchor, pieces, train, cells, points_m, passes, end_m, until_ms):
    """Move a state along its run to a stop at `end_m`, up to a time; who stands there waits for it."""
    until_s = until_ms / _MS_PER_S
    if anchor.time_s < until_s and anchor.position_m < end_m:
        n_cell = make_course(pieces, slot.n_pieces, train, anchor.position_m, end_m, cells)
        run(train, cells[:n_cell], points_m[:0], passes, anchor, end_m, until_s)
    if anchor.position_m >= end_m:
        anchor.speed_m_s = 0.0
    if anchor.time_s < until_s:
        anchor.time_s = until_s


@kernel
def plan_ghost(slot, ghost, pieces, train, cells, points_m, passes, trial, at_m):
    """Run the ghost to the end of the authority and leave it where it begins to brake; returns when it is at `at_m`."""
    end_m = slot.end_m
    state = trial[0]
    state.time_s = ghost.time_s
    state.position_m = ghost.position_m
    state.speed_m_s = ghost.speed_m_s
    n_cell = make_course(pieces, slot.n_pieces, train, ghost.position_m, end_m, cells)
    points_m[0] = at_m
    passes[0].time_s = ghost.time_s
    run(train, cells[:n_cell], points_m[:1], passes, state, end_m, math.inf)
    if not math.isnan(state.brake_begin_s) and state.brake_begin_s > ghost.time_s:
        run(train, cells[:n_cell], points_m[:0], passes, ghost, end_m, state.brake_begin_s)
    return to_ms(passes[0].time_s)
