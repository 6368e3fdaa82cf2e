"""Pairs of ships that meet or overtake each other on one stretch, by a sweep over the times at which they enter it."""

from __future__ import annotations

import numpy as np

from ...kernels.jit import kernel

LEG_TIME = np.dtype([("stretch", "i8"), ("direction", "i8"), ("enter_s", "f8"), ("leave_s", "f8")])
PAIR = np.dtype([("first", "i8"), ("second", "i8"), ("is_meeting", "i8")])


@kernel
def find_pairs(legs, active, ends, pairs):
    """Write the encounters of legs into `pairs` and return their number.

    A leg is compared with those on its stretch only: of the other direction all that are on it (every one is a meeting), of its
    own direction those that leave after it (every one is overtaken). Each list is kept in the order of leaving, so that the work
    goes with the number of legs and of encounters.

    Parameters
    ----------
    legs : record array of LEG_TIME
        In the order (stretch, enter_s, direction).
    active : ndarray of int64, shape (2, n_leg)
        Work space: by direction the legs that are sailed.
    ends : ndarray of int64, shape (2, 2)
        Work space: where those begin and end.
    pairs : record array of PAIR
        `first` overtakes `second`, or sails forward and meets it; rows of `legs`. What does not fit is counted only.
    """
    n_pairs = 0
    first, last = ends[0], ends[1]  # active[d, first[d]:last[d]], by leave_s
    for i in range(legs.shape[0]):
        leg = legs[i]
        if i == 0 or legs[i - 1].stretch != leg.stretch:
            first[:] = 0
            last[:] = 0
        own = leg.direction
        for d in range(2):
            # A backward ship is gone when it leaves as a forward one enters, but for the meeting at that node: it counts here.
            while first[d] < last[d] and (
                legs[active[d, first[d]]].leave_s < leg.enter_s or (legs[active[d, first[d]]].leave_s == leg.enter_s and (d == own or d == 0))
            ):
                first[d] += 1
        for k in range(first[1 - own], last[1 - own]):
            n_pairs = _write(pairs, n_pairs, i if own == 0 else active[1 - own, k], active[1 - own, k] if own == 0 else i, 1)
        k = last[own]
        while k > first[own] and legs[active[own, k - 1]].leave_s > leg.leave_s:
            if legs[active[own, k - 1]].enter_s < leg.enter_s:
                n_pairs = _write(pairs, n_pairs, i, active[own, k - 1], 0)
            active[own, k] = active[own, k - 1]
            k -= 1
        active[own, k] = i
        last[own] += 1
    return n_pairs


@kernel
def _write(pairs, n_pairs, first, second, is_meeting):
    """Append a pair where there is room, and return the number of pairs so far."""
    if n_pairs < pairs.shape[0]:
        pair = pairs[n_pairs]
        pair.first = first
        pair.second = second
        pair.is_meeting = is_meeting
    return n_pairs + 1
