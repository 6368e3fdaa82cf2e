"""Insertion of train paths into the gaps of a timetable, until none fits any more."""

from __future__ import annotations

from ...kernels.jit import kernel
from ...units import NEVER_MS


@kernel
def insert_until_full(used_from_ms, used_to_ms, n_used, offsets, section, begin_ms, end_ms, window_ms, kinds, moments_ms, n_inserted):
    """Insert paths in a given order of kinds, each at its first departure that fits from a given moment on, round the window once.

    A kind that does not fit anywhere is passed over from then on: what is inserted later only makes the gaps smaller.

    Parameters
    ----------
    used_from_ms, used_to_ms : ndarray of int64, shape (n_section, room)
        Occupations of each section, disjoint and in order; those inserted are added.
    n_used : ndarray of int64, shape (n_section,)
    offsets : ndarray of int64, shape (n_kind + 1,)
        Occupations of one path of each kind.
    section, begin_ms, end_ms : ndarray of int64, shape (n_occupation,)
        From the path's own origin: the first begins at 0.
    window_ms : int
        All occupations of a path lie in [0, window_ms].
    kinds, moments_ms : ndarray of int64, shape (n_attempt,)
    n_inserted : ndarray of int64, shape (n_kind,)
        Counted here.
    """
    for attempt in range(kinds.shape[0]):
        kind = kinds[attempt]
        if n_inserted[kind] < 0:
            continue
        a, b = offsets[kind], offsets[kind + 1]
        at_ms = first_fit(used_from_ms, used_to_ms, n_used, section, begin_ms, end_ms, a, b, moments_ms[attempt], window_ms)
        if at_ms == NEVER_MS:
            at_ms = first_fit(used_from_ms, used_to_ms, n_used, section, begin_ms, end_ms, a, b, 0, window_ms)
        if at_ms == NEVER_MS:
            n_inserted[kind] = -1 - n_inserted[kind]  # full for this kind
            continue
        n_inserted[kind] += 1
        for k in range(a, b):
            _occupy(used_from_ms[section[k]], used_to_ms[section[k]], n_used[section[k]], at_ms + begin_ms[k], at_ms + end_ms[k])
            n_used[section[k]] += 1


@kernel
def first_fit(used_from_ms, used_to_ms, n_used, section, begin_ms, end_ms, a, b, at_ms, window_ms):
    """Return the first moment from `at_ms` on at which a path meets no occupation, NEVER_MS where none is left.

    A conflict moves the path to the end of the occupation that it meets: no earlier moment could do.
    """
    k = a
    n_clear = 0
    while n_clear < b - a:
        s = section[k]
        free_ms = _free_from(used_from_ms[s], used_to_ms[s], n_used[s], at_ms + begin_ms[k], at_ms + end_ms[k])
        if free_ms > at_ms + begin_ms[k]:
            at_ms = free_ms - begin_ms[k]
            n_clear = 0
        if at_ms + end_ms[k] > window_ms:
            return NEVER_MS
        n_clear += 1
        k += 1
        if k == b:
            k = a
    return at_ms


@kernel
def _free_from(used_from_ms, used_to_ms, n, from_ms, to_ms):
    """Return the first moment from `from_ms` at which a section is free for to_ms - from_ms."""
    low, high = 0, n  # the first occupation that ends after from_ms
    while low < high:
        middle = (low + high) // 2
        if used_to_ms[middle] <= from_ms:
            low = middle + 1
        else:
            high = middle
    need_ms = to_ms - from_ms
    while low < n and used_from_ms[low] < from_ms + need_ms:
        from_ms = max(from_ms, used_to_ms[low])
        low += 1
    return from_ms


@kernel
def _occupy(used_from_ms, used_to_ms, n, from_ms, to_ms):
    """Add an occupation of a section, in its place."""
    k = n
    while k > 0 and used_from_ms[k - 1] > from_ms:
        used_from_ms[k] = used_from_ms[k - 1]
        used_to_ms[k] = used_to_ms[k - 1]
        k -= 1
    used_from_ms[k] = from_ms
    used_to_ms[k] = to_ms
