"""From result tables to what the charts of a lock show; pure functions of frames, weights included.

Waiting is that of the Richtlijnen Vaarwegen: from arrival until the doors close, the entry included. A ship that was not
through at the end has no time yet: it is in the number of ships, and never in the curve, so that the curve ends below 100 %.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from ..appraisal.registry import weighted_mean, weighted_quantile
from ..appraisal.waterway import queue_length
from .charts import thinned
from .context import Context, FloatArray

ZONE = "Europe/Amsterdam"
PHASES = (
    ("entering", "start_s", "doors_close_s"),
    ("closing", "doors_close_s", "doors_closed_s"),
    ("levelling", "doors_closed_s", "levelled_s"),
    ("opening", "levelled_s", "doors_open_s"),
    ("exiting", "doors_open_s", "end_s"),
)


def ships_of(context: Context, lock: str, variant: str) -> pd.DataFrame:
    """Return the counted ships of a variant that could pass a lock, all replications, with `wait_min` and `passage_min`."""
    ships = context.counted("ships")
    rows = ships[(ships["variant"] == variant) & (ships["lock"] == lock) & (ships["refused_reason"] == "none")]
    return rows.assign(wait_min=rows["wait_rv_s"] / 60.0, passage_min=rows["passage_s"] / 60.0)


def cumulative(ships: pd.DataFrame, column: str) -> tuple[FloatArray, FloatArray]:
    """Return the share of the ships, in per cent, whose time is at most x."""
    order = ships.sort_values(column, kind="stable")
    done = order[order[column].notna()]
    total = float(ships["weight"].sum())
    if done.empty or total <= 0.0:
        return np.array([]), np.array([])
    x = np.concatenate([[0.0], done[column].to_numpy(dtype=np.float64)])
    y = np.concatenate([[0.0], 100.0 * done["weight"].to_numpy(dtype=np.float64).cumsum() / total])
    return thinned(x, y)


def five_numbers(ships: pd.DataFrame, column: str) -> dict[str, float] | None:
    """Return the 10th, 25th, 50th, 75th and 90th percentile and the mean; None of nothing."""
    done = ships[ships[column].notna()]
    if done.empty:
        return None
    values, weights = done[column].to_numpy(dtype=np.float64), done["weight"].to_numpy(dtype=np.float64)
    shares = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}
    return {name: weighted_quantile(values, weights, share) for name, share in shares.items()} | {"mean": weighted_mean(values, weights)}


def clock(period: dict[str, Any], seconds: Any) -> list[str]:
    """Return local clock times of seconds from the period's epoch, as plotly reads them."""
    moments = pd.Timestamp(period["epoch"]) + pd.to_timedelta(np.asarray(seconds, dtype=np.float64), unit="s")
    local = moments.tz_convert(ZONE).tz_localize(None).round("s")
    return [str(text) for text in local.strftime("%Y-%m-%d %H:%M:%S")]


def chosen_day(facts: dict[str, Any]) -> tuple[str, date, float, float]:
    """Return the period of the chosen day, the day, and its first and last second from the period's epoch.

    A day outside every period is replaced by the first measured day.
    """
    day = date.fromisoformat(str(facts["chosen_day"]))
    for _ in range(2):
        for name, period in facts["periods"].items():
            epoch = pd.Timestamp(period["epoch"])
            start, end = (float((pd.Timestamp(d).tz_localize(ZONE) - epoch).total_seconds()) for d in (day, day + timedelta(days=1)))
            if start >= 0.0 and end <= period["warm_up_s"] + period["measure_s"] + period["drain_s"]:
                return name, day, start, end
        day = date.fromisoformat(str(next(iter(facts["periods"].values()))["start"]))
    name, period = next(iter(facts["periods"].items()))
    start = float((pd.Timestamp(day).tz_localize(ZONE) - pd.Timestamp(period["epoch"])).total_seconds())
    return name, day, start, start + 86_400.0


def lockages_of_day(context: Context, lock: str, variant: str) -> pd.DataFrame:
    """Return the lockages of the chosen day in the first replication."""
    name, _, start, end = chosen_day(context.facts)
    rows = context.table("lockages")
    first = min(rows["replication"])
    chosen = (rows["variant"] == variant) & (rows["lock"] == lock) & (rows["replication"] == first) & (rows["period"] == name)
    found: pd.DataFrame = rows[chosen & (rows["end_s"] > start) & (rows["start_s"] < end)].sort_values("lockage_id")
    return found


def closures_of_day(context: Context, lock: str, variant: str) -> pd.DataFrame:
    """Return when chambers were closed on the chosen day in the first replication, cut to the day; nothing for a run without the table."""
    columns = ["chamber", "begin_s", "end_s", "cause"]
    if not context.has("closures"):
        return pd.DataFrame(columns=columns)
    name, _, start, end = chosen_day(context.facts)
    rows = context.table("closures")
    chosen = (rows["variant"] == variant) & (rows["lock"] == lock) & (rows["period"] == name) & (rows["begin_s"] < end) & (rows["end_s"] > start)
    rows = rows[chosen]
    rows = rows[rows["replication"] == rows["replication"].min()]
    found: pd.DataFrame = rows.assign(begin_s=rows["begin_s"].clip(lower=start), end_s=rows["end_s"].clip(upper=end))[columns].sort_values("begin_s")
    return found


def queue_band(context: Context, lock: str, variant: str, period: str) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return hours, and the mean, lowest and highest number of waiting ships over the replications."""
    facts = context.facts["periods"][period]
    hours = np.arange(0.0, facts["warm_up_s"] + facts["measure_s"] + facts["drain_s"] + 1.0, 3600.0)
    step = max(1, -(-hours.size // 400))
    hours = hours[::step]
    ships = context.table("ships")
    able = (ships["variant"] == variant) & (ships["lock"] == lock) & (ships["period"] == period) & (ships["refused_reason"] == "none")
    counts = np.array([queue_length(rows, hours) for _, rows in ships[able].groupby("replication")], dtype=np.float64)
    if not counts.size:
        counts = np.zeros((1, hours.size))
    return hours, counts.mean(axis=0), counts.min(axis=0), counts.max(axis=0)


def ships_per_day(context: Context, variant: str, chamber: str) -> FloatArray:
    """Return the ships that a chamber passes per day, by replication."""
    rows = context.counted("lockages")
    days = sum(period["weight_days"] for period in context.facts["periods"].values())
    chosen = rows[(rows["variant"] == variant) & (rows["chamber"] == chamber)]
    sums = (chosen["n_ships"] * chosen["weight"]).groupby(chosen["replication"]).sum() / days
    values: FloatArray = sums.to_numpy(dtype=np.float64)
    return values
