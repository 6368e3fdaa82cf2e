"""Water levels at the two sides of a lock, and the time that levelling takes."""

from __future__ import annotations

import numpy as np

from ...kernels.jit import kernel
from ...units import NEVER_MS


@kernel
def level_at(lock, levels, side, now_ms):
    """Return the level at a side (m NAP), linear between the points of the series and constant outside it."""
    n = levels.shape[1]
    if n == 1 or now_ms <= lock.level_start_ms:
        return levels[side, 0]
    steps = (now_ms - lock.level_start_ms) / lock.level_step_ms
    k = int(steps)
    if k >= n - 1:
        return levels[side, n - 1]
    part = steps - k
    return levels[side, k] * (1.0 - part) + levels[side, k + 1] * part


@kernel
def head_at(lock, levels, now_ms):
    """Return the head over the lock, sea level minus canal level (m)."""
    return level_at(lock, levels, 0, now_ms) - level_at(lock, levels, 1, now_ms)


@kernel
def levelling_ms(chamber, head_m):
    """Return the levelling time at a head in whole milliseconds."""
    return chamber.level_base_ms + np.int64(np.rint(chamber.level_per_root_ms * np.sqrt(abs(head_m))))


@kernel
def next_level_ms(lock, levels, now_ms):
    """Return the time of the next point of the level series, NEVER after its end, where levels do not change any more."""
    if now_ms >= lock.level_start_ms + (levels.shape[1] - 1) * lock.level_step_ms:
        return NEVER_MS
    past = max((now_ms - lock.level_start_ms) // lock.level_step_ms, 0)
    return lock.level_start_ms + (past + 1) * lock.level_step_ms
