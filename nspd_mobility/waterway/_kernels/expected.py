"""Ships that are announced and have not arrived: a pool without order, which is small.

A ship is expected from its `known_ms` until it arrives. What is known of its arrival is its `eta_ms`; a ship that is late is
expected in a minute, always anew, until a policy gives it up: `has_lost_slot`, and the patience of a plan.
"""

from __future__ import annotations

from ...codes import KernelStatus
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .queues import copy_request

LATE_MS = 60_000
_OK = int(KernelStatus.OK)
_EXPECTED_FULL = int(KernelStatus.EXPECTED_FULL)


@kernel
def announce(lock, notices, expected, now_ms):
    """Take the notices that are due into the pool, and return (status, number taken)."""
    first = lock.next_notice
    end = first
    while end < notices.shape[0] and notices[end].known_ms <= now_ms:
        end += 1
    if lock.n_expected + end - first > expected.shape[0]:
        return _EXPECTED_FULL, 0
    for k in range(first, end):
        copy_request(expected[lock.n_expected], notices[k])
        lock.n_expected += 1
    lock.next_notice = end
    return _OK, end - first


@kernel
def next_notice_ms(lock, notices):
    """Return when the next ship becomes known, NEVER where none does."""
    return notices[lock.next_notice].known_ms if lock.next_notice < notices.shape[0] else NEVER_MS


@kernel
def arrived(lock, expected, ship, now_ms):
    """Take a ship that has arrived out of the pool, and say whether it was there and comes on time."""
    for k in range(lock.n_expected):
        if expected[k].ship == ship:
            is_on_time = expected[k].eta_ms == now_ms
            lock.n_expected -= 1
            if k < lock.n_expected:
                expected[k] = expected[lock.n_expected]
            return is_on_time
    return False


@kernel
def expected_ms(request, now_ms):
    """Return when an expected ship is thought to arrive, seen from `now_ms`."""
    return request.eta_ms if request.eta_ms > now_ms else now_ms + LATE_MS


@kernel
def has_lost_slot(lock, request, now_ms):
    """Say whether an expected ship is so late that no chamber is kept for it any more."""
    return now_ms > request.eta_ms + lock.hold_ms
