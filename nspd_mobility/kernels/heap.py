"""A binary heap on a record array: what is due next, in the order (time, phase, id).

The order of insertion never decides: entries of one time and phase come out by ascending id. A caller that wants to move an
entry pushes a new one with another token and drops the old one when it comes out (a stale entry); so an entity has at most one
live entry. The caller keeps the number of entries, so that the heap is one array that can be made longer.
"""

from __future__ import annotations

import numpy as np

from .jit import kernel

HEAP_ENTRY = np.dtype(
    [
        ("time_ms", "i8"),
        ("phase", "i8"),
        ("id", "i8"),
        ("payload", "i8"),
        ("token", "i8"),
    ]
)


@kernel
def heap_push(heap, n, time_ms, phase, id_, payload, token):
    """Put an entry into a heap of `n` entries and return n + 1.

    Precondition: ``heap`` has room for one more.
    """
    i = n
    while i > 0:
        parent = (i - 1) // 2
        above = heap[parent]
        if above.time_ms < time_ms:
            break
        if above.time_ms == time_ms and (above.phase < phase or (above.phase == phase and above.id <= id_)):
            break
        _copy(heap, parent, i)
        i = parent
    entry = heap[i]
    entry.time_ms = time_ms
    entry.phase = phase
    entry.id = id_
    entry.payload = payload
    entry.token = token
    return n + 1


@kernel
def heap_pop(heap, n):
    """Drop the first of `n` entries, ``heap[0]``, and return n - 1.

    Precondition: ``n > 0``; the caller has read ``heap[0]``.
    """
    n -= 1
    last = heap[n]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and _is_before(heap, child + 1, child):
            child += 1
        below = heap[child]
        if last.time_ms < below.time_ms:
            break
        if last.time_ms == below.time_ms and (last.phase < below.phase or (last.phase == below.phase and last.id <= below.id)):
            break
        _copy(heap, child, i)
        i = child
    _copy(heap, n, i)
    return n


@kernel
def _is_before(heap, i, j):
    """Say whether entry `i` comes out before entry `j`."""
    a, b = heap[i], heap[j]
    if a.time_ms != b.time_ms:
        return a.time_ms < b.time_ms
    if a.phase != b.phase:
        return a.phase < b.phase
    return a.id < b.id


@kernel
def _copy(heap, source, target):
    """Copy entry `source` over entry `target`."""
    a, b = heap[source], heap[target]
    b.time_ms = a.time_ms
    b.phase = a.phase
    b.id = a.id
    b.payload = a.payload
    b.token = a.token
