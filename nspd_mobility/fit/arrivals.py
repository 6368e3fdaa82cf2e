"""Arrivals per group: passages in a year, and how they spread over hours, weekdays and months.

The model is that of the demand: the count of an hour is Poisson with mean ``c * month * weekday * hour`` (factors with mean 1). The
factors are the maximum of the likelihood, found by fitting the margins one after another; only the hours in which the log was on
count (their exposure). Intervals are Garwood's for a Poisson count, given the other factors. Where counts of days vary more than
Poisson counts do, the intervals are widened by the root of the dispersion (Pearson's chi square over its degrees of freedom).

A month, weekday or hour that the log has not seen takes the factor of the base profile; the seen ones then keep the mean that
they have in the base. Passages of a year are the counted ones over the share of the year's weight that the log saw.

References
----------
F. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28, 1936.
W. E. Deming and F. F. Stephan, On a least squares adjustment of a sampled frequency table, Annals of Mathematical Statistics 11, 1940.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..demand.profiles import hours_of_year
from ..demand.sheets import GROUPS
from ..demand.ship_tables import ShipTables
from .gaps import HOUR_S, exposed_share, hour_grid, outside
from .logs import local_times
from .result import Estimate, FitResult, Floats
from .settings import FitSettings

# Profile, name of its key in the files, first key, number of keys: the axes of all arrays here, in this order.
AXES = (("month", "month", 1, 12), ("day", "weekday", 1, 7), ("hour", "hour", 0, 24))
METHOD = "Poisson (Garwood), widened where days vary more"
_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Hours:
    """The whole hours of a log: local month, weekday and hour from 0 (the axes), year, day, and the exposed share."""

    keys: tuple[npt.NDArray[np.int64], ...]
    year: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]
    exposed: Floats
    begin_s: float


def hours_of_log(begin_s: float, end_s: float, gaps: list[tuple[float, float]]) -> Hours:
    """Return the hours of a log that runs from one moment to another, with gaps."""
    grid = hour_grid(begin_s, end_s)
    local = local_times(grid)
    keys = tuple(np.asarray(part, dtype=np.int64) for part in (local.month - 1, local.day_of_week, local.hour))
    return Hours(keys, np.asarray(local.year, dtype=np.int64), local.tz_localize(None).normalize().asi8, exposed_share(grid, begin_s, end_s, gaps), grid[0])


def fit_arrivals(
    ships: pd.DataFrame, span_s: tuple[float, float], gaps: list[tuple[float, float]], base: ShipTables | None, settings: FitSettings, result: FitResult
) -> pd.DataFrame:
    """Estimate passages of a year and profiles, and return the profiles.

    Parameters
    ----------
    ships : DataFrame
        `group` and `at_s`, the arrival (s since 1970).
    span_s : tuple of float
        First and last moment of the log.
    gaps : list of tuple of float
    base : ShipTables or None
        Profiles for what the log has not seen; none: flat.
    settings : FitSettings
    result : FitResult
        Gets the estimates and notes.

    Returns
    -------
    DataFrame
        The profiles, as in `FitResult.profiles`.
    """
    hours = hours_of_log(*span_s, gaps)
    kept = ships[outside(ships["at_s"].to_numpy(dtype=np.float64), gaps)]
    rows: list[dict[str, object]] = []
    if hours.exposed.sum() <= 0.0:
        result.notes.append("the arrivals of the log span no time: neither passages of a year nor profiles can be given")
    for group in GROUPS if hours.exposed.sum() > 0.0 else ():
        at = kept.loc[kept["group"] == group, "at_s"].to_numpy(dtype=np.float64)
        if at.size == 0:
            continue
        count = np.bincount(((at - hours.begin_s) // HOUR_S).astype(np.int64), minlength=hours.exposed.size).astype(np.float64)
        of_base = [_base_factors(base, group, axis) for axis in range(3)]
        seen = _seen(hours, settings)
        if at.size >= settings.min_n_profile:
            factors, scale = _factors(count, hours, seen, of_base)
        else:
            factors, scale = of_base, _scale(count, hours, of_base)
            result.notes.append(f"passages of {group}: {at.size}, and profiles need {settings.min_n_profile}; its profiles stay as they were")
        spread = _dispersion(count, hours, factors, scale)
        if at.size >= settings.min_n_profile:
            rows += _profile_rows(group, count, hours, seen, factors, spread, settings)
        _passages(group, count, hours, factors, spread, settings, result)
    return pd.DataFrame(rows, columns=["profile", "group", "key", "factor", "low", "high", "n", "is_measured"])


def _base_factors(base: ShipTables | None, group: str, axis: int) -> Floats:
    profile, key, _, size = AXES[axis]
    if base is None:
        return np.ones(size)
    table: pd.DataFrame = getattr(base, f"profile_{profile}")
    mine = table[table["group"] == group].sort_values(key)
    return mine["factor"].to_numpy(dtype=np.float64) if len(mine) == size else np.ones(size)


def _seen(hours: Hours, settings: FitSettings) -> list[npt.NDArray[np.bool_]]:
    """Return which months, weekdays and hours the log has seen; a month needs some days, unless no month has them."""
    exposure = [np.bincount(key, hours.exposed, size) for key, (_, _, _, size) in zip(hours.keys, AXES, strict=True)]
    months = exposure[0] >= 24.0 * settings.min_days_seen
    return [months if months.any() else exposure[0] > 0.0, exposure[1] > 0.0, exposure[2] > 0.0]


def _product(keys: tuple[npt.NDArray[np.int64], ...], factors: list[Floats]) -> Floats:
    product: Floats = factors[0][keys[0]] * factors[1][keys[1]] * factors[2][keys[2]]
    return product


def _scale(count: Floats, hours: Hours, factors: list[Floats]) -> float:
    return float(count.sum() / max(float((hours.exposed * _product(hours.keys, factors)).sum()), 1e-12))


def _factors(count: Floats, hours: Hours, seen: list[npt.NDArray[np.bool_]], of_base: list[Floats]) -> tuple[list[Floats], float]:
    """Return the factors of greatest likelihood, unseen ones from the base, and the ships per hour at factors of 1."""
    counts_in = seen[0][hours.keys[0]]
    c, e = count * counts_in, hours.exposed * counts_in
    factors = [values.copy() for values in of_base]
    for axis in range(3):
        factors[axis][seen[axis]] = 1.0
    for _ in range(_ROUNDS):
        before = [values.copy() for values in factors]
        for axis, (key, (_, _, _, size)) in enumerate(zip(hours.keys, AXES, strict=True)):
            others = _product(hours.keys, [np.ones(s) if a == axis else values for a, (values, (_, _, _, s)) in enumerate(zip(factors, AXES, strict=True))])
            expected = np.bincount(key, e * others, size)
            new = np.divide(np.bincount(key, c, size), expected, out=np.zeros(size), where=expected > 0.0)
            mask = seen[axis]
            level = of_base[axis][mask].mean()
            factors[axis][mask] = new[mask] * level / max(float(new[mask].mean()), 1e-12)
        if all(np.allclose(a, b, rtol=1e-10, atol=1e-12) for a, b in zip(before, factors, strict=True)):
            break
    factors = [values / values.mean() for values in factors]
    return factors, _scale(count, hours, factors)


def _dispersion(count: Floats, hours: Hours, factors: list[Floats], scale: float) -> float:
    """Return by how much days vary more than Poisson counts do, at least 1."""
    expected = scale * hours.exposed * _product(hours.keys, factors)
    _, day = np.unique(hours.day, return_inverse=True)
    n, mu = np.bincount(day, count), np.bincount(day, expected)
    free = int((mu > 1.0).sum()) - 8
    if free < 5:
        return 1.0
    usable = mu > 1.0
    return max(1.0, float(((n[usable] - mu[usable]) ** 2 / mu[usable]).sum() / free))


def garwood(n: Floats, confidence_share: float) -> tuple[Floats, Floats]:
    """Return the exact interval of Poisson means for counts.

    Examples
    --------
    >>> low, high = garwood(np.array([10.0]), 0.95)
    >>> round(float(low[0]), 2), round(float(high[0]), 2)
    (4.8, 18.39)
    """
    from scipy.stats import chi2

    tail = (1.0 - confidence_share) / 2.0
    low = np.where(n > 0.0, chi2.ppf(tail, 2.0 * np.maximum(n, 0.5)) / 2.0, 0.0)
    return low, chi2.ppf(1.0 - tail, 2.0 * (n + 1.0)) / 2.0


def _interval(n: Floats, spread: float, settings: FitSettings) -> tuple[Floats, Floats]:
    """Return the interval of the means of counts, widened by the root of the dispersion."""
    low, high = garwood(n, settings.confidence_share)
    root = np.sqrt(spread)
    return np.maximum(0.0, n - (n - low) * root), n + (high - n) * root


def _profile_rows(
    group: str, count: Floats, hours: Hours, seen: list[npt.NDArray[np.bool_]], factors: list[Floats], spread: float, settings: FitSettings
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for axis, (profile, _, first, size) in enumerate(AXES):
        n = np.bincount(hours.keys[axis], count, size).astype(np.float64)
        low, high = _interval(n, spread, settings)
        is_one = seen[axis].sum() < 2  # one month alone says nothing of how months differ
        for k in range(size):
            factor = float(factors[axis][k])
            is_measured = bool(seen[axis][k]) and not is_one
            ratio = (low[k] / n[k], high[k] / n[k]) if n[k] > 0.0 else (0.0, np.nan)
            bounds = (factor * ratio[0], factor * ratio[1]) if is_measured else (np.nan, np.nan)
            row = {"profile": profile, "group": group, "key": k + first, "factor": factor, "low": float(bounds[0]), "high": float(bounds[1])}
            rows.append({**row, "n": int(n[k]), "is_measured": is_measured})
    return rows


def _passages(group: str, count: Floats, hours: Hours, factors: list[Floats], spread: float, settings: FitSettings, result: FitResult) -> None:
    """Estimate the passages of each year that the log has seen some days of."""
    weight = _product(hours.keys, factors)
    for year in np.unique(hours.year).tolist():
        mine = hours.year == year
        if hours.exposed[mine].sum() < min(24.0 * settings.min_days_seen, 0.5 * float(hours.exposed.sum())):
            continue
        whole = hours_of_year(year)[1:, 1:, :] * factors[0][:, None, None] * factors[1][None, :, None] * factors[2][None, None, :]
        seen_weight = float((hours.exposed * weight)[mine].sum())
        n = float(count[mine].sum())
        if seen_weight <= 0.0:
            continue
        times = float(whole.sum()) / seen_weight
        low, high = _interval(np.array([n]), spread, settings)
        method = f"{METHOD} (dispersion {spread:.2f}); the log saw {100 / times:.1f} % of the year's weight"
        result.estimates.append(
            Estimate(f"demand.waterway.passages.{year}.{group}", n * times, float(low[0]) * times, float(high[0]) * times, "1/year", int(n), 0, method)
        )
