"""Compression of a timetable: every train as early as those before it on its sections allow, in one pass over its occupations."""

from __future__ import annotations

from ...kernels.jit import kernel


@kernel
def compress_trains(offsets, section, begin_ms, end_ms, free_from_ms, used_from_ms, shift_ms):
    """Move a sequence of trains together; a train keeps the times between its own sections.

    With E_s the end of the last occupation of section s so far, train i moves by the largest (E_s - begin_is) over its sections, and
    no further back than to the origin 0.

    Parameters
    ----------
    offsets : ndarray of int64, shape (n_train + 1,)
        Occupations of train i, by their begin: `offsets[i]` up to `offsets[i + 1]`; the trains are in their order.
    section : ndarray of int32, shape (n_occupation,)
    begin_ms, end_ms : ndarray of int64, shape (n_occupation,)
    free_from_ms, used_from_ms : ndarray of int64, shape (n_section,)
        Filled with the end of the last and the begin of the first occupation of each section, compressed; 0 and -1 where there is none.
    shift_ms : ndarray of int64, shape (n_train,)
        Filled with what to add to a train's times.
    """
    free_from_ms[:] = 0
    used_from_ms[:] = -1
    for i in range(shift_ms.shape[0]):
        a, b = offsets[i], offsets[i + 1]
        shift = -begin_ms[a]
        for k in range(a, b):  # two passes over a train's occupations, which are in the cache by then
            shift = max(shift, free_from_ms[section[k]] - begin_ms[k])
        shift_ms[i] = shift
        for k in range(a, b):
            s = section[k]
            if used_from_ms[s] < 0:
                used_from_ms[s] = begin_ms[k] + shift
            free_from_ms[s] = end_ms[k] + shift
