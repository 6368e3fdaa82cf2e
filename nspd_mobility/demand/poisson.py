"""Poisson counts from frozen uniforms: more demand never takes a ship away."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MAX_MEAN = 600.0  # exp(-mean) is still a normal number; far beyond any lock


def poisson_quantile(u: npt.NDArray[np.float64], mean: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the smallest n with u < P(N <= n) for Poisson N, by summation; it never falls when the mean rises.

    Parameters
    ----------
    u : ndarray of float64, shape (n,)
        In [0, 1).
    mean : ndarray of float64, shape (n,)
        At most `MAX_MEAN`: beyond that exp(-mean) loses digits.

    Examples
    --------
    >>> poisson_quantile(np.array([0.1, 0.9]), np.array([1.0, 1.0])).tolist()
    [0, 2]
    """
    term = np.exp(-mean)
    below = term.copy()
    counts = np.zeros(len(u), dtype=np.int64)
    active = u >= below
    k = 0
    while active.any():
        k += 1
        counts += active
        term = term * mean / k
        below += term
        # Where u is the last number below 1 the sum may never pass it: stop when terms no longer count.
        active &= (u >= below) & ((k < mean) | (term > 1e-20))
    return counts
