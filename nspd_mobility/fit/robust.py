"""A robust straight line through durations, with intervals that allow for days being unlike each other.

The model is ``y = X b + e``. Outliers are found from a Huber fit, as what lies outside Tukey's outer fences of its residuals; on
the rest ordinary least squares gives `b`. For durations that do not depend on anything this is the mean without outliers. The
mean, not the median, is what a simulation needs, and it survives a log in whole minutes, where a median jumps by 60 s. Durations of
such a log take a few values only; a fence between two of them would cut by the fitted line, so it keeps clear of the next step.

The half-width of an interval is the wider of two: Student's with n - p degrees of freedom (independent errors), and that of the
sandwich estimator clustered by day (CR1) with G - 1 degrees of freedom for G days. The second grows where whole days are slow.

References
----------
P. J. Huber, Robust estimation of a location parameter, Annals of Mathematical Statistics 35, 1964.
J. W. Tukey, Exploratory data analysis, 1977 (fences).
A. C. Cameron and D. L. Miller, A practitioner's guide to cluster-robust inference, Journal of Human Resources 50, 2015.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .result import Floats
from .settings import FitSettings

METHOD = "least squares without outliers; wider of Student's interval and that clustered by day"
CLOCK_STEP_S = 0.0005  # half of the engine's millisecond: no duration is known better than that
_HUBER = 1.345  # in standard deviations; 95 % efficient for normal errors (Huber 1964)
_NORMAL_MAD = 1.4826  # standard deviation over median absolute deviation of a normal distribution
_MIN_DAYS = 5  # fewer clusters say nothing of the spread between days


@dataclass(frozen=True, slots=True)
class Line:
    """A fitted line.

    Attributes
    ----------
    coefficients, half_widths, p_values : ndarray of float64, shape (p,)
        In the order of the columns; the p-value is that of a coefficient of zero.
    is_kept : ndarray of bool, shape (n,)
        False for an outlier.
    """

    coefficients: Floats
    half_widths: Floats
    p_values: Floats
    is_kept: npt.NDArray[np.bool_]

    @property
    def n(self) -> int:
        """Observations used."""
        return int(self.is_kept.sum())

    @property
    def n_outliers(self) -> int:
        """Observations left out."""
        return int(self.is_kept.size - self.is_kept.sum())


def fit_line(columns: Floats, y_s: Floats, day: npt.NDArray[np.int64], settings: FitSettings) -> Line:
    """Fit a line robustly.

    Parameters
    ----------
    columns : ndarray of float64, shape (n, p)
        What the durations depend on; a column of ones for the constant. Of full rank.
    y_s : ndarray of float64, shape (n,)
        Durations (s); n > p.
    day : ndarray of int64, shape (n,)
        The day of each: the clusters.
    settings : FitSettings

    Returns
    -------
    Line
    """
    kept = _inside_fences(y_s - columns @ _huber(columns, y_s), settings)
    if kept.sum() <= columns.shape[1] or np.linalg.matrix_rank(columns[kept]) < columns.shape[1]:
        kept = np.ones(y_s.size, dtype=bool)
    x, y, days = columns[kept], y_s[kept], day[kept]
    b = _least_squares(x, y)
    half, p = _inference(x, y - x @ b, b, days, settings.confidence_share)
    return Line(b, half, p, kept)


def mean_line(y_s: Floats, day: npt.NDArray[np.int64], settings: FitSettings) -> Line:
    """Fit a constant robustly: the mean without outliers."""
    return fit_line(np.ones((y_s.size, 1)), y_s, day, settings)


def _least_squares(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=np.float64)


def _huber(x: Floats, y: Floats) -> Floats:
    """Return the coefficients of Huber's estimator, by reweighting."""
    b = _least_squares(x, y)
    if x.shape[1] == 1 and np.all(x == 1.0):
        return np.array([np.median(y)])
    for _ in range(30):
        r = y - x @ b
        scale = max(_NORMAL_MAD * float(np.median(np.abs(r - np.median(r)))), 1e-9)
        root = np.sqrt(np.minimum(1.0, _HUBER * scale / np.maximum(np.abs(r), 1e-12)))
        new = _least_squares(x * root[:, None], y * root)
        if np.allclose(new, b, rtol=1e-9, atol=1e-9):
            break
        b = new
    return b


def _inside_fences(residual: Floats, settings: FitSettings) -> npt.NDArray[np.bool_]:
    low, high = np.percentile(residual, [25, 75])
    reach = max(settings.fence_iqr * (high - low), settings.fence_floor_steps * settings.step_s)
    kept: npt.NDArray[np.bool_] = (residual >= low - reach) & (residual <= high + reach)
    return kept


def _inference(x: Floats, r: Floats, b: Floats, day: npt.NDArray[np.int64], confidence_share: float) -> tuple[Floats, Floats]:
    """Return half-widths of the intervals and p-values of zero coefficients."""
    from scipy.stats import t as student

    n, p = x.shape
    bread = np.linalg.inv(x.T @ x)
    candidates = [(np.sqrt(np.diag(bread) * (r @ r) / (n - p)), n - p)]
    _, cluster = np.unique(day, return_inverse=True)
    n_days = int(cluster.max()) + 1
    if n_days >= _MIN_DAYS:
        scores = np.zeros((n_days, p))
        np.add.at(scores, cluster, x * r[:, None])
        factor = n_days / (n_days - 1) * (n - 1) / (n - p)
        candidates.append((np.sqrt(np.maximum(np.diag(bread @ (scores.T @ scores) @ bread) * factor, 0.0)), n_days - 1))
    upper = 0.5 + confidence_share / 2
    half = np.maximum.reduce([error * student.ppf(upper, df) for error, df in candidates])
    floor = CLOCK_STEP_S / np.abs(x).max(axis=0)  # errors of exact data are rounding noise
    chances = [2.0 * student.sf(np.abs(b) / np.maximum(error, floor), df) for error, df in candidates]
    return np.maximum(half, floor), np.maximum.reduce(chances)
