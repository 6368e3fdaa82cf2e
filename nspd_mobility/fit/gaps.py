"""Silences of a log that chance does not explain: the log was off, and those hours say nothing of how many ships come.

With arrivals as usual at rate r(t) the chance of no record between two moments is exp(-R), R the integral of r between them. Of n
silences in a log about n exp(-R) are so long by chance; one with ``n exp(-R)`` below `gap_p_value` is a gap. The usual rate goes by
the hour of the day, and by the weekday where the log has three weeks, so that quiet nights and Sundays are no gaps. It is
found without the gaps, and the gaps anew with it, until nothing changes.

Left out: a log that misses part of the ships all the time; and a gap that comes at the same hour every day, which looks like a
quiet hour.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .logs import local_times
from .result import Floats, Gap
from .settings import FitSettings

HOUR_S = 3600.0
_WEEKDAYS_FROM_DAYS = 21.0
_ROUNDS = 5


def hour_grid(begin_s: float, end_s: float) -> Floats:
    """Return the begins of the whole hours (s since 1970) that cover a span."""
    return np.arange(np.floor(begin_s / HOUR_S), np.floor(end_s / HOUR_S) + 1.0) * HOUR_S


def exposed_share(grid: Floats, begin_s: float, end_s: float, gaps: list[tuple[float, float]]) -> Floats:
    """Return the share of each hour that lies in the log and outside its gaps."""
    share = _overlap(grid, begin_s, end_s)
    for gap_begin, gap_end in gaps:
        share -= _overlap(grid, max(gap_begin, begin_s), min(gap_end, end_s))
    return np.clip(share, 0.0, 1.0)


def _overlap(grid: Floats, begin_s: float, end_s: float) -> Floats:
    shared: Floats = np.clip(np.minimum(grid + HOUR_S, end_s) - np.maximum(grid, begin_s), 0.0, HOUR_S) / HOUR_S
    return shared


def find_gaps(records_s: Floats, settings: FitSettings) -> list[Gap]:
    """Return the gaps of a log.

    Parameters
    ----------
    records_s : ndarray of float64, shape (n,)
        Moments of records (s since 1970), sorted.
    settings : FitSettings
    """
    if records_s.size < settings.min_n:
        return []
    grid = hour_grid(records_s[0], records_s[-1])
    local = local_times(grid)
    hour, weekday = np.asarray(local.hour), np.asarray(local.day_of_week)
    count = np.bincount(((records_s - grid[0]) // HOUR_S).astype(np.int64), minlength=grid.size).astype(np.float64)
    found: list[tuple[float, float]] = []
    expected = np.zeros(records_s.size - 1)
    for _ in range(_ROUNDS):
        exposed = exposed_share(grid, records_s[0], records_s[-1], found)
        rate = _usual_rate(count, exposed, hour, weekday)
        total = np.concatenate([[0.0], np.cumsum(rate)])  # expected records up to each whole hour
        at = np.interp((records_s - grid[0]) / HOUR_S, np.arange(total.size), total)
        expected = np.diff(at)
        is_gap = (records_s.size - 1) * np.exp(-expected) < settings.gap_p_value
        new = list(zip(records_s[:-1][is_gap].tolist(), records_s[1:][is_gap].tolist(), strict=True))
        if new == found:
            break
        found = new
    of_gap = dict(zip(zip(records_s[:-1].tolist(), records_s[1:].tolist(), strict=True), expected.tolist(), strict=True))
    return [Gap(local_times([a])[0], local_times([b])[0], of_gap[(a, b)], "no record") for a, b in found]


def _usual_rate(count: Floats, exposed: Floats, hour: npt.NDArray[np.int32], weekday: npt.NDArray[np.int32]) -> Floats:
    """Return the expected records in each whole hour of the grid."""
    mean = count.sum() / max(float(exposed.sum()), 1e-9)
    by_hour = (np.bincount(hour, count, 24) + mean) / (np.bincount(hour, exposed, 24) + 1.0)  # one hour of the mean added: no hour is sure to be silent
    rate: Floats = by_hour[hour]
    if exposed.sum() >= _WEEKDAYS_FROM_DAYS * 24.0:
        by_day = (np.bincount(weekday, count, 7) + mean) / (np.bincount(weekday, exposed * rate, 7) + mean)
        rate = rate * by_day[weekday]
    return rate


def clock_gaps(clock_s: Floats) -> list[Gap]:
    """Return the hours whose times a change of clocks left unsure, as gaps: the hour and its repetition."""
    begins = np.unique(np.floor(clock_s / HOUR_S) * HOUR_S)
    return [Gap(local_times([b])[0], local_times([b + 2.0 * HOUR_S])[0], float("nan"), "change of clocks") for b in begins]


def seconds_of(gap: Gap) -> tuple[float, float]:
    """Return begin and end of a gap (s since 1970)."""
    return gap.begin.timestamp(), gap.end.timestamp()


def outside(moments_s: Floats, gaps: list[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    """Say of each moment whether it lies outside all gaps; the records at the ends of a gap do."""
    inside = np.zeros(moments_s.size, dtype=bool)
    for begin, end in gaps:
        inside |= (moments_s > begin) & (moments_s < end)
    return ~inside


def total_hours(gaps: list[Gap]) -> float:
    """Return the hours in gaps, overlaps counted once."""
    spans = sorted(seconds_of(gap) for gap in gaps)
    total, until = 0.0, -np.inf
    for begin, end in spans:
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total / HOUR_S
