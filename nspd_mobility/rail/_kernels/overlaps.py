"""Pairs of occupations of one section that overlap in time, by a sweep."""

from __future__ import annotations

from ...kernels.jit import kernel


@kernel
def find_overlaps(section, train, begin_ms, end_ms, active, pairs):
    """Write the pairs of occupations that overlap into `pairs` and return their number.

    Parameters
    ----------
    section, train, begin_ms, end_ms : ndarray of int64, shape (n,)
        In the order (section, begin_ms, train).
    active : ndarray of int64, shape (n,)
        Work space: the occupations that have not ended, in no order.
    pairs : ndarray of int64, shape (room, 2)
        Rows of the earlier and the later one. What does not fit is counted only.
    """
    n_pairs = 0
    n_active = 0
    for i in range(section.shape[0]):
        if i > 0 and section[i] != section[i - 1]:
            n_active = 0
        kept = 0
        for k in range(n_active):
            other = active[k]
            if end_ms[other] <= begin_ms[i]:
                continue
            active[kept] = other
            kept += 1
            if train[other] != train[i]:
                if n_pairs < pairs.shape[0]:
                    pairs[n_pairs, 0] = other
                    pairs[n_pairs, 1] = i
                n_pairs += 1
        active[kept] = i
        n_active = kept + 1
    return n_pairs
