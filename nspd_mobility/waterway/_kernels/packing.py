"""Placing ships in a lock chamber: a skyline across the width.

x runs along the chamber from the exit doors backwards, y across it. The skyline tells for every y up to which x the chamber is
taken. A ship enters from the open end and sails straight forward, so the place it takes lies behind everything in its path:
with a skyline every place that is found can be reached, and ships can leave in the order in which they came.

Which place is best is a heuristic: the smallest x, then the least wasted area. `loading` may let one or two ships take their
second-best or third-best place instead and keeps what places most ships, a limited-discrepancy search (Harvey and Ginsberg 1995)
in the spirit of the multi-order best fit of Verstichel et al. (2014), with the order fixed to the order of arrival.

A ship with dangerous goods keeps a distance to all others: it takes a rectangle that is larger by that distance on every side that
is not a wall or the exit doors. Between two such ships the distances add, which is more than the rules ask.
"""

from __future__ import annotations

from ...kernels.jit import kernel
from .records import MAX_SEGMENTS

_EPSILON = 1e-9


@kernel
def _score(skyline, n_segments, width_m, y_m, beam_m):
    """Return (x, wasted area) of a ship that lies between `y_m` and `y_m` + `beam_m`."""
    x, taken = 0.0, 0.0
    for k in range(n_segments):
        k_end = skyline[k + 1, 0] if k + 1 < n_segments else width_m
        overlap = min(k_end, y_m + beam_m) - max(skyline[k, 0], y_m)
        if overlap > _EPSILON:
            x = max(x, skyline[k, 1])
            taken += overlap * skyline[k, 1]
    return x, x * beam_m - taken


@kernel
def find_place(skyline, n_segments, width_m, length_m, beam_m, ship_length_m, rank):
    """Return (x, y) of a ship's best place (rank 0), second-best (rank 1) and so on; x < 0 where there is none.

    Candidates touch a corner of the skyline on their left or right; they are ordered by x, then by the area wasted in front
    of the ship, then by y.

    Parameters
    ----------
    skyline : ndarray of float64, shape (MAX_SEGMENTS, 2)
        Begin y and taken x of each segment, in metres.
    n_segments : int
    width_m, length_m : float
        Free size of the chamber, gaps included.
    beam_m, ship_length_m : float
        Size that the ship takes, gaps included.
    rank : int
    """
    last_x, last_waste, last_y = -1.0, -1.0, -1.0
    for _ in range(rank + 1):
        best_x, best_waste, best_y = -1.0, 1e300, 0.0
        for i in range(2 * n_segments):
            segment = i >> 1
            if i & 1 == 0:
                y = skyline[segment, 0]
            else:
                y = (skyline[segment + 1, 0] if segment + 1 < n_segments else width_m) - beam_m
            if y < -_EPSILON or y + beam_m > width_m + _EPSILON:
                continue
            y = max(y, 0.0)
            x, waste = _score(skyline, n_segments, width_m, y, beam_m)
            if x + ship_length_m > length_m + _EPSILON:
                continue
            if not _before(last_x, last_waste, last_y, x, waste, y):
                continue
            if best_x < 0.0 or _before(x, waste, y, best_x, best_waste, best_y):
                best_x, best_waste, best_y = x, waste, y
        if best_x < 0.0:
            return -1.0, 0.0
        last_x, last_waste, last_y = best_x, best_waste, best_y
    return last_x, last_y


@kernel
def _before(x, waste, y, other_x, other_waste, other_y):
    """Say whether a place comes before another in the order of preference, by more than rounding."""
    if x < other_x - _EPSILON:
        return True
    if x > other_x + _EPSILON:
        return False
    if waste < other_waste - _EPSILON:
        return True
    if waste > other_waste + _EPSILON:
        return False
    return y < other_y - _EPSILON


@kernel
def take_place(skyline, n_segments, width_m, y_m, beam_m, end_x_m):
    """Raise the skyline over [y, y + beam] to `end_x_m` and return the number of segments, -1 where they do not fit the array."""
    right = min(y_m + beam_m, width_m)
    first = 0
    while first + 1 < n_segments and skyline[first + 1, 0] <= y_m + _EPSILON:
        first += 1
    last = first
    while last + 1 < n_segments and skyline[last + 1, 0] < right - _EPSILON:
        last += 1
    keep_left = 1 if skyline[first, 0] < y_m - _EPSILON else 0
    last_end = skyline[last + 1, 0] if last + 1 < n_segments else width_m
    keep_right = 1 if last_end > right + _EPSILON else 0
    right_x = skyline[last, 1]
    shift = keep_left + 1 + keep_right - (last - first + 1)
    if n_segments + shift > MAX_SEGMENTS:
        return -1
    if shift > 0:
        for k in range(n_segments - 1, last, -1):
            skyline[k + shift, 0] = skyline[k, 0]
            skyline[k + shift, 1] = skyline[k, 1]
    elif shift < 0:
        for k in range(last + 1, n_segments):
            skyline[k + shift, 0] = skyline[k, 0]
            skyline[k + shift, 1] = skyline[k, 1]
    at = first + keep_left
    skyline[at, 0] = y_m if keep_left == 1 else skyline[first, 0]
    skyline[at, 1] = end_x_m
    if keep_right == 1:
        skyline[at + 1, 0] = right
        skyline[at + 1, 1] = right_x
    return n_segments + shift


@kernel
def find_place_apart(skyline, n_segments, width_m, length_m, beam_m, ship_length_m, distance_m, rank):
    """Return (x, y, taken from y, taken width, taken up to x) for a ship that keeps a distance to others; x < 0 where there is none.

    At a wall it needs its distance at one side only; if no such place is found it lies free of both walls.
    """
    taken_beam = min(beam_m + distance_m, width_m)
    x, y = find_place(skyline, n_segments, width_m, length_m, taken_beam, ship_length_m, rank)
    ship_y = y
    if x < 0.0 or (y > _EPSILON and y + taken_beam < width_m - _EPSILON):
        taken_beam = min(beam_m + 2.0 * distance_m, width_m)
        x, y = find_place(skyline, n_segments, width_m, length_m, taken_beam, ship_length_m, rank)
        if x < 0.0:
            return -1.0, 0.0, 0.0, 0.0, 0.0
        ship_y = min(y + distance_m, y + taken_beam - beam_m)
    elif y > _EPSILON:
        ship_y = y + taken_beam - beam_m  # at the other wall
    if x > 0.0:
        x += distance_m
        if x + ship_length_m > length_m + _EPSILON:
            return -1.0, 0.0, 0.0, 0.0, 0.0
    return x, ship_y, y, taken_beam, x + ship_length_m + distance_m
