"""Indicators of water and salt: what lockages take and bring, how salt the canal is, whether the fresh water suffices.

Salt and water of lockages are rates over the measured window. The salinity of a canal answers to lockages over weeks (volume over
flow): over a window of days it mostly shows the state that the run began with, and is to be compared between variants only.
Days may be cut off by the end of the run: rates divide by the time that a day lasts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..params.water import CANAL_PLACE, WaterParams
from .registry import Figure, Figures, FloatArray, by, indicator, measured_days, weighted_mean

_DAY_S = 86_400.0


@indicator("salt_to_canal_per_day_kg", "kg/day", ("lockages",), "chamber")
def salt_to_canal_per_day_kg(lockages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Net salt that lockages bring into the canal per day, by chamber."""
    return _lockage_rate(lockages, "salt_to_canal_kg", measured_days(facts))


@indicator("water_loss_mean_m3_s", "m³/s", ("lockages",), "chamber")
def water_loss_mean_m3_s(lockages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Water that lockages take from the canal, mean over the measured window, by chamber."""
    return _lockage_rate(lockages, "water_loss_m3", measured_days(facts) * _DAY_S)


def _lockage_rate(lockages: pd.DataFrame, column: str, divisor: float) -> Figures:
    if column not in lockages.columns or lockages[column].isna().all():
        return {}  # the run has no water and salt
    known = lockages[lockages[column].notna()]
    return by(known, "chamber", lambda rows: Figure(float((rows[column] * rows["weight"]).sum()) / divisor, len(rows)))


def day_lengths_s(water: pd.DataFrame) -> Any:
    """Return how long each day of the table `water` lasts (s): the last one ends with the run."""
    return np.minimum(_DAY_S, water["end_s"].to_numpy(dtype=np.float64) - water["day_s"].to_numpy(dtype=np.float64))


@indicator("canal_salinity_end", "kg/m³", ("salinity",), "place")
def canal_salinity_end(salinity: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Salinity at the end of the last measured day, mean of the canal and by place."""
    last = salinity.sort_values("day_s", kind="stable").groupby(["period", "lock", "place_id"], sort=True).tail(1)
    figures = {}
    for place, rows in last.groupby("place_id", sort=True):
        values = rows["salinity_kg_m3"].to_numpy(dtype=np.float64)
        figures["" if place == CANAL_PLACE else str(place)] = Figure(weighted_mean(values, rows["weight"].to_numpy()), len(rows))
    return figures


@indicator("fresh_water_spare_m3_s", "m³/s", ("water",))
def fresh_water_spare_m3_s(water: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Fresh water that comes in less what lockages and flushing take, mean of the measured days; negative is a shortage."""
    if water.empty:
        return {}
    spare = (water["inflow_m3"] - water["lock_loss_m3"] - water["flushing_m3"]) * water["weight"]
    return {"": Figure(float(spare.sum()) / float((day_lengths_s(water) * water["weight"]).sum()), len(water))}


@indicator("water_shortage_share", "–", ("water",))
def water_shortage_share(water: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Share of the measured days on which water is missing to keep the lowest level."""
    if water.empty:
        return {}
    return {"": Figure(weighted_mean(np.asarray(water["shortage_m3"] > 0.0, dtype=np.float64), water["weight"].to_numpy()), len(water))}


@indicator("treaty_shortage_share", "–", ("water",))
def treaty_shortage_share(water: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Share of the windows of two months in the measured days whose mean inflow lies below the treaty's flow; none where fewer days are measured."""
    treaty, days = treaty_flow_m3_s(facts), treaty_window_days(facts)
    windows = [(means, weight) for means, weight, _, is_whole in _inflow_means(water, days) if is_whole]
    if not windows or not np.isfinite(treaty):
        return {}
    is_below = np.concatenate([means < treaty * (1.0 - 1e-9) for means, _ in windows])
    weights = np.concatenate([np.full(means.size, weight) for means, weight in windows])
    return {"": Figure(weighted_mean(is_below.astype(np.float64), weights), is_below.size)}


@indicator("inflow_lowest_mean_m3_s", "m³/s", ("water",))
def inflow_lowest_mean_m3_s(water: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Lowest mean inflow of a window of the treaty's two months in the measured days; where fewer are measured, their mean."""
    means = [(float(values.min()), n) for values, _, n, _ in _inflow_means(water, treaty_window_days(facts))]
    return {"": Figure(*min(means))} if means else {}


def _inflow_means(water: pd.DataFrame, window_days: int) -> list[tuple[FloatArray, float, int, bool]]:
    """Return the mean inflow (m³/s) of each window of a period; with it the period's weight, the days of a window, and whether it is whole.

    A window begins on each day and lies whole in the days of a period; a period that is shorter gives one mean, over all that it has.
    """
    found = []
    for _, rows in water.sort_values("day_s").groupby(["period", "lock"], sort=True):
        whole = rows[day_lengths_s(rows) >= _DAY_S]  # no window holds a day that the end of the run cuts off
        is_whole = len(whole) >= window_days
        days, n = (whole, window_days) if is_whole else (rows, len(rows))
        sums_m3, sums_s = (np.concatenate([[0.0], np.cumsum(values)]) for values in (days["inflow_m3"].to_numpy(dtype=np.float64), day_lengths_s(days)))
        found.append(((sums_m3[n:] - sums_m3[:-n]) / (sums_s[n:] - sums_s[:-n]), float(days["weight"].iloc[0]), n, is_whole))
    return found


def treaty_flow_m3_s(facts: dict[str, Any]) -> float:
    """Return the mean flow that the treaty on the canal asks for (m³/s), as the run was given it; NaN where it was not."""
    return float(_given(facts, "treaty_flow_m3_s", float("nan")))


def treaty_window_days(facts: dict[str, Any]) -> int:
    """Return the days over which the treaty takes its mean, as the run was given them."""
    return int(_given(facts, "treaty_window_days", WaterParams().treaty_window_days))


def _given(facts: dict[str, Any], name: str, otherwise: float) -> float:
    return next((row["value"] for row in facts.get("inventory", []) if str(row["path"]).endswith(f".water.{name}")), otherwise)
