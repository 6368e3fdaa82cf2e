"""When a chamber may not begin a lockage: intervals that were known or drawn before the run.

Closures are sorted by chamber and begin and do not overlap within a chamber. A lockage that has begun is finished; while its chamber
is closed nobody joins it.
"""

from __future__ import annotations

from ...kernels.jit import kernel


@kernel
def closed_until_ms(chamber, closures, now_ms):
    """Return when the closure ends that holds at `now_ms`, or `now_ms` where none does; `now_ms` never falls from call to call."""
    while chamber.past_closures < chamber.n_closures:
        closure = closures[chamber.first_closure + chamber.past_closures]
        if closure.end_ms > now_ms:
            return closure.end_ms if closure.begin_ms <= now_ms else now_ms
        chamber.past_closures += 1
    return now_ms


@kernel
def open_from_ms(chamber, closures, time_ms):
    """Return the first time from `time_ms` on at which the chamber may begin a lockage; for times ahead."""
    for k in range(chamber.first_closure + chamber.past_closures, chamber.first_closure + chamber.n_closures):
        if closures[k].begin_ms > time_ms:
            break
        time_ms = max(time_ms, closures[k].end_ms)
    return time_ms


@kernel
def next_closure_ms(chamber, closures, otherwise_ms):
    """Return when the next closure begins that has not begun, or `otherwise_ms`."""
    k = chamber.past_closures
    return min(closures[chamber.first_closure + k].begin_ms, otherwise_ms) if k < chamber.n_closures else otherwise_ms
