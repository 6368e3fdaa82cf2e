"""Indicators of the canal: what ships lose on it, and how often they meet.

A loss is the time over free sailing: waiting for a section or a bridge, for a ship of extreme size, for a berth, or sailing behind
a slower ship. Encounters are those on the stretches with a limited profile, between ships that are both on the same stretch.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..codes import CanalWait
from .registry import Figure, Figures, by, indicator, measured_days, weighted_mean
from .waterway import FREIGHT, FREIGHT_GROUPS

_MIN_S = 60.0
KINDS = ("meeting", "overtaking")
CAUSES = tuple(cause.word for cause in CanalWait if cause is not CanalWait.NONE)


def _on_canal(ships: pd.DataFrame) -> pd.DataFrame:
    """Return the ships whose loss on the canal is known."""
    return ships[(ships["refused_reason"] == "none") & ships["canal_wait_s"].notna()]


@indicator("canal_wait_mean", "min", ("ships",), "group", (FREIGHT,))
def canal_wait_mean(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean loss of time on the canal per ship, bridges included and the lock not, by group."""
    if "canal_wait_s" not in ships.columns:
        return {}

    def mean(rows: pd.DataFrame) -> Figure:
        is_bound = bool((~rows["is_finished"]).any())
        return Figure(weighted_mean(rows["canal_wait_s"].to_numpy() / _MIN_S, rows["weight"].to_numpy()), len(rows), is_bound)

    sailed = _on_canal(ships)
    freight = sailed[sailed["group"].isin(FREIGHT_GROUPS)]
    return by(sailed, "group", mean) | ({FREIGHT: mean(freight)} if len(freight) else {})


@indicator("canal_wait_cause_mean", "min", ("ships", "waits"), "cause")
def canal_wait_cause_mean(ships: pd.DataFrame, waits: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Loss of time on the canal per ship, spread over all ships, by cause."""
    total = float(ships.loc[ships["refused_reason"] == "none", "weight"].sum())
    if total <= 0.0:
        return {}
    ended = waits[waits["end_s"].notna()]
    lost_min = (ended["end_s"] - ended["begin_s"]) * ended["weight"] / _MIN_S
    figures = by(ended.assign(lost_min=lost_min), "cause", lambda rows: Figure(float(rows["lost_min"].sum()) / total, len(rows)))
    return {"": figures[""]} | {cause: figures.get(cause, Figure(0.0, 0)) for cause in CAUSES}


@indicator("encounters_per_day", "1/day", ("encounters",), "kind")
def encounters_per_day(encounters: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Encounters of ships on the canal per day, by kind: meeting or overtaking."""
    days = measured_days(facts)
    figures = by(encounters, "kind", lambda rows: Figure(float((rows["n"] * rows["weight"]).sum()) / days, int(rows["n"].sum())))
    return {"": figures[""]} | {kind: figures.get(kind, Figure(0.0, 0)) for kind in KINDS}


@indicator("encounter_beam_sum_max", "m", ("encounters",), "kind")
def encounter_beam_sum_max(encounters: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Largest sum of the beams of two ships that met or overtook, by kind."""
    seen = encounters[encounters["n"] > 0]
    return by(seen, "kind", lambda rows: Figure(float(rows["beam_sum_max_m"].max()), int(rows["n"].sum())))
