"""Waiting against traffic: what several scenarios and years of one run say about the capacity of a lock.

The intensity I is the ships that pass in a year. The capacity C is what the complex handles when there is always a ship waiting: in a
scenario that is saturated ships pass at the rate at which they arrive, less the growth of the queue. A run without a saturated
scenario says nothing of C, and C is left unknown. C holds for the mix of ships and the policy of that variant.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..tables.run_folder import RunFolder
from .summary import is_saturated, summary_table
from .waterway import FREIGHT, NORM_WAIT_MIN

_DAYS_PER_YEAR = 365.0
_VALUES = {
    "passages_per_year": ("passages_per_year", ""),
    "wait_min": ("wait_mean", FREIGHT),
    "passage_min": ("passage_mean", ""),
    "unfinished_share": ("unfinished_share", ""),
    "growth_per_day": ("queue_growth_per_day", ""),
}


def capacity_points(run: RunFolder) -> pd.DataFrame:
    """Return a row per scenario, year and variant.

    Returns
    -------
    DataFrame
        `scenario, year, variant, passages_per_year, wait_min` (freight), `passage_min`, each with its half-width `.._half`;
        `is_saturated`; `capacity_per_year` of the variant, NaN where it is unknown; `intensity_share`, I/C.
    """
    table = summary_table(run)
    rows: list[dict[str, Any]] = []
    key: Any
    for key, cell in table.groupby(["scenario", "year", "variant"], sort=False):
        row: dict[str, Any] = dict(zip(("scenario", "year", "variant"), key, strict=True))
        for name, (indicator, dimension) in _VALUES.items():
            found = cell[(cell["indicator"] == indicator) & (cell["dimension"] == dimension)]
            row[name] = float(found["mean"].iloc[0]) if len(found) else np.nan
            row[f"{name}_half"] = float(found["half_width"].iloc[0]) if len(found) else np.nan
        row["is_saturated"] = is_saturated(row["unfinished_share"], (row["growth_per_day"], row["growth_per_day_half"]), run.facts)
        rows.append(row)
    points = pd.DataFrame(rows)
    points["capacity_per_year"] = [_capacity(points, variant) for variant in points["variant"]]
    points["intensity_share"] = points["passages_per_year"] / points["capacity_per_year"]
    return points.sort_values(["variant", "passages_per_year"], ignore_index=True)


def _capacity(points: pd.DataFrame, variant: str) -> float:
    """Return what a variant handles in a year, from its saturated scenario with the most traffic."""
    rows = points[(points["variant"] == variant) & points["is_saturated"]]
    if rows.empty:
        return float("nan")
    busiest = rows.sort_values("passages_per_year").iloc[-1]
    return float(busiest["passages_per_year"] - _DAYS_PER_YEAR * max(0.0, busiest["growth_per_day"]))


def traffic_at_norm(points: pd.DataFrame, variant: str) -> float:
    """Return the passages a year at which the mean wait reaches the norm, on straight lines between points; NaN where it does not.

    Examples
    --------
    >>> rows = [("a", 40e3, 20.0, False), ("a", 60e3, 40.0, False)]
    >>> traffic_at_norm(pd.DataFrame(rows, columns=["variant", "passages_per_year", "wait_min", "is_saturated"]), "a")
    50000.0
    """
    rows = points[(points["variant"] == variant) & ~points["is_saturated"] & points["wait_min"].notna()].sort_values("passages_per_year")
    traffic, waits = rows["passages_per_year"].to_numpy(dtype=np.float64), rows["wait_min"].to_numpy(dtype=np.float64)
    for i in range(1, len(rows)):
        if waits[i - 1] <= NORM_WAIT_MIN < waits[i]:
            share = (NORM_WAIT_MIN - waits[i - 1]) / (waits[i] - waits[i - 1])
            return float(traffic[i - 1] + share * (traffic[i] - traffic[i - 1]))
    return float("nan")
