"""Profiles: how the passages of a year spread over its hours.

The mean of an hour is

    m(hour) = passages(year) * w(hour) / (sum of w over the calendar year),   w = month * weekday * hour factors,

so that the means of a calendar year (local time, with the 23 h and 25 h days as they are) add up to the yearly passages. The
profiles are of arrivals *at the lock*.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..units import LOCAL_ZONE
from .group_arrays import Floats, group_arrays
from .ship_tables import ShipTables


def hour_means(tables: ShipTables, group: str, passages: float, hours: pd.DatetimeIndex) -> Floats:
    """Return the expected ships of a group in each hour.

    Parameters
    ----------
    tables : ShipTables
    group : str
    passages : float
        Passages in a year (1/year).
    hours : DatetimeIndex, shape (n,)
        Begins of hours, with a time zone.

    Returns
    -------
    ndarray of float64, shape (n,)
        Over all hours of a calendar year in local time they add up to `passages`.
    """
    weights = group_arrays(tables, group).weights
    month, weekday, hour, years = _calendar(hours.tz_convert(LOCAL_ZONE))
    means: Floats = weights[month, weekday, hour]
    for year in np.unique(years):
        means[years == year] *= passages / (weights * hours_of_year(int(year))).sum()
    return means


@lru_cache(maxsize=128)  # 20 kB a year
def hours_of_year(year: int) -> npt.NDArray[np.int64]:
    """Return how often each month, weekday and hour of the day comes in a calendar year, in local time; it takes 3 ms once.

    Returns
    -------
    ndarray of int64, shape (13, 8, 24)
        Read-only; by month (1 to 12), weekday (1 to 7) and hour.

    Examples
    --------
    >>> int(hours_of_year(2019).sum()), int(hours_of_year(2020).sum())
    (8760, 8784)
    """
    whole = pd.date_range(f"{year}-01-01", f"{year + 1}-01-01", freq="h", inclusive="left", tz=LOCAL_ZONE)
    counts = np.zeros((13, 8, 24), dtype=np.int64)
    np.add.at(counts, _calendar(whole)[:3], 1)
    counts.setflags(write=False)
    return counts


def _calendar(local: pd.DatetimeIndex) -> tuple[npt.NDArray[np.int32], ...]:
    """Return month, weekday (1 is Monday), hour and year."""
    return tuple(np.asarray(part, dtype=np.int32) for part in (local.month, local.day_of_week + 1, local.hour, local.year))
