"""Indicators of water and salt: what lockages take and bring, how salt the canal is, whether the fresh water suffices.

Salt and water of lockages are rates over the measured window. The salinity of a canal answers to lockages over weeks (volume over
flow): over a window of days it mostly shows the state that the run began with, and is to be compared between variants only.
Days may be cut off by the end of the run: rates divide by the time that a day lasts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .registry import Figure, Figures, by, indicator, measured_days, weighted_mean

_DAY_S = 86_400.0
_PLACES = {"": "mean", "lock": "lock_end", "sluiskil": "sluiskil", "sas-van-gent": "sas_van_gent", "zelzate": "zelzate"}
PLACES = tuple(name for name in _PLACES if name)
"""Places of the canal whose salinity is told, from the lock inland."""


def salinity_column(place: str) -> str:
    """Return the column of the table `water` with the salinity of a place; the empty place is the mean of the canal."""
    return f"salinity_{_PLACES[place]}_kg_m3"


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


@indicator("canal_salinity_end", "kg/m³", ("water",), "place")
def canal_salinity_end(water: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Salinity at the end of the last measured day, mean of the canal and by place."""
    last = water.sort_values("day_s").groupby(["period", "lock"], sort=True).tail(1)
    figures = {}
    for place in _PLACES:
        values = last[salinity_column(place)].to_numpy(dtype=np.float64)
        if np.isfinite(values).all() and values.size:
            figures[place] = Figure(weighted_mean(values, last["weight"].to_numpy()), len(last))
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
    """Share of the measured days with less inflow than the treaty's flow, which the treaty sets as a mean of two months."""
    treaty = treaty_flow_m3_s(facts)
    if water.empty or not np.isfinite(treaty):
        return {}
    is_below = water["inflow_m3"].to_numpy(dtype=np.float64) / day_lengths_s(water) < treaty * (1.0 - 1e-9)
    return {"": Figure(weighted_mean(is_below.astype(np.float64), water["weight"].to_numpy()), len(water))}


def treaty_flow_m3_s(facts: dict[str, Any]) -> float:
    """Return the mean flow that the treaty on the canal asks for (m³/s), as the run was given it; NaN where it was not."""
    found = (row["value"] for row in facts.get("inventory", []) if str(row["path"]).endswith(".water.treaty_flow_m3_s"))
    return float(next(found, float("nan")))
