"""A stationary normal process on an absolute grid of time, from frozen random numbers.

On the grid ``t = k d`` (seconds since 1970) the process is autoregressive of first order, written as a sum of the past:

    x_k = sd * sum_j w_j e_{k-j},    w_j = rho^j / sqrt(sum_i rho^(2 i)),    rho = exp(-d / correlation_s),

with e_k a standard normal that belongs to (seed, replication, name, k) alone. The sum ends where rho^j is below 1e-8, and the weights
are scaled so that the variance is exactly sd². A window that begins elsewhere therefore has the same values, to the last bit, and
variants with the same seed have the same weather.

References
----------
G.E.P. Box and G.M. Jenkins, Time series analysis: forecasting and control, 1970: chapter 3 (autoregressive processes).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..streams import Streams

_SMALLEST_WEIGHT = 1e-8  # what is cut off changes the autocorrelation by 1e-16
_SMALLEST_UNIFORM = 2.0**-54  # half of the finest step of a uniform: its normal is -8.2, not minus infinity


def correlated_normals(streams: Streams, name: str, first: int, n: int, *, sd: float, grid_s: float, correlation_s: float) -> npt.NDArray[np.float64]:
    """Return the process at the `n` points of the grid from number `first` on.

    Parameters
    ----------
    streams : Streams
        The random numbers of the replication.
    name : str
        Name of the stream.
    first, n : int
        Number of the first point, ``t = first * grid_s`` since 1970, and how many.
    sd : float
        Standard deviation, and unit, of the process.
    grid_s, correlation_s : float
        Step of the grid, and time after which the correlation is 1/e (s).

    Returns
    -------
    ndarray of float64, shape (n,)

    Examples
    --------
    >>> options = dict(sd=1.0, grid_s=3600.0, correlation_s=43_200.0)
    >>> whole = correlated_normals(Streams(1, 0), "wind", 100, 24, **options)
    >>> bool((whole[6:] == correlated_normals(Streams(1, 0), "wind", 106, 18, **options)).all())
    True
    """
    from scipy.special import ndtri

    rho = float(np.exp(-grid_s / correlation_s))
    n_weights = max(1, int(np.ceil(np.log(_SMALLEST_WEIGHT) / np.log(rho)))) if rho > _SMALLEST_WEIGHT else 1
    weights = rho ** np.arange(n_weights)
    weights *= sd / np.sqrt((weights**2).sum())
    points = np.arange(first - n_weights + 1, first + n, dtype=np.int64)
    normal = ndtri(np.maximum(streams.uniform(name, points.astype(np.uint64))[:, 0], _SMALLEST_UNIFORM))
    values = np.zeros(n)
    for j, weight in enumerate(weights):  # one order of adding for every window: the sums are equal to the last bit
        begin = n_weights - 1 - j
        values += weight * normal[begin : begin + n]
    return values
