"""Indicators of shipping and locks.

Waiting is counted as in the Richtlijnen Vaarwegen 2020, section 4.2: from arrival until the doors close, the entry included;
their norm for main waterways is a mean of at most 30 minutes for freight. A ship that was not through at the end has waited at
least until then: it counts with that, and the figure is marked as a bound.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .registry import Figure, Figures, by, indicator, weighted_mean, weighted_quantile

_MIN_S = 60.0
NORM_WAIT_MIN = 30.0  # RV 2020, section 4.2.2: main waterways, freight, design period
FREIGHT = "freight"
FREIGHT_GROUPS = ("inland", "sea")


def _waits(ships: pd.DataFrame) -> pd.DataFrame:
    """Return the ships that could pass, with `wait_min`, `passage_min` and `is_open`: not through, the times are bounds."""
    able = ships[ships["refused_reason"] == "none"]
    is_open = able["wait_rv_s"].isna()
    at_least_s = able["end_s"] - able["arrival_s"]
    wait_s = able["wait_rv_s"].where(~is_open, at_least_s)
    passage_s = able["passage_s"].where(~is_open, at_least_s)
    return able.assign(wait_min=wait_s / _MIN_S, passage_min=passage_s / _MIN_S, is_open=is_open)


def _mean(column: str) -> Any:
    return lambda rows: Figure(weighted_mean(rows[column].to_numpy(), rows["weight"].to_numpy()), len(rows), bool(rows["is_open"].any()))


def _quantile(column: str, share: float) -> Any:
    def function(rows: pd.DataFrame) -> Figure:
        return Figure(weighted_quantile(rows[column].to_numpy(), rows["weight"].to_numpy(), share), len(rows), bool(rows["is_open"].any()))

    return function


@indicator("passages_per_year", "1/year", ("ships",), "group")
def passages_per_year(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Ships that pass a lock in a year, by group."""
    able = ships[ships["refused_reason"] == "none"]
    return by(able, "group", lambda rows: Figure(float(rows["weight"].sum()), len(rows)))


@indicator("wait_mean", "min", ("ships",), "group", (FREIGHT,))
def wait_mean(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean waiting time at the lock, entry included, by group; freight is inland and sea ships together, for whom the norm is."""
    waits = _waits(ships)
    figures = by(waits, "group", _mean("wait_min"))
    freight = waits[waits["group"].isin(FREIGHT_GROUPS)]
    return figures | ({FREIGHT: _mean("wait_min")(freight)} if len(freight) else {})


@indicator("wait_p90", "min", ("ships",), "group")
def wait_p90(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Waiting time that 90 % of the ships do not exceed, by group."""
    return by(_waits(ships), "group", _quantile("wait_min", 0.9))


@indicator("wait_over_norm_share", "–", ("ships",), "group")
def wait_over_norm_share(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Share of the ships that wait longer than 30 minutes."""
    waits = _waits(ships).assign(over=lambda rows: (rows["wait_min"] > NORM_WAIT_MIN).astype(float))
    return by(waits, "group", _mean("over"))


@indicator("passage_mean", "min", ("ships",), "group")
def passage_mean(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean time from arrival at the lock to the exit, by group."""
    return by(_waits(ships), "group", _mean("passage_min"))


@indicator("passage_p90", "min", ("ships",), "group")
def passage_p90(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Passage time that 90 % of the ships do not exceed, by group."""
    return by(_waits(ships), "group", _quantile("passage_min", 0.9))


@indicator("wait_ship_hours_per_year", "h/year", ("ships",), "group")
def wait_ship_hours_per_year(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Hours that ships wait at the lock in a year, by group."""
    waits = _waits(ships)
    return by(waits, "group", lambda rows: Figure(float((rows["wait_min"] * rows["weight"]).sum() / 60.0), len(rows), bool(rows["is_open"].any())))


@indicator("journey_mean", "min", ("ships",), "group")
def journey_mean(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean time from origin to destination of the ships that arrived, lock included, by group."""
    arrived = ships[ships["arrive_s"].notna() & (ships["origin"] != "")]
    arrived = arrived.assign(journey_min=(arrived["arrive_s"] - arrived["depart_s"]) / _MIN_S, is_open=False)
    return by(arrived, "group", _mean("journey_min"))


@indicator("unfinished_share", "–", ("ships",))
def unfinished_share(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Share of the ships that were not through at the end of the drain."""
    waits = _waits(ships).assign(open=lambda rows: (~rows["is_finished"]).astype(float), is_open=False)
    return by(waits, None, _mean("open"))


@indicator("refused_per_year", "1/year", ("ships",), "reason")
def refused_per_year(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Ships that fit no chamber, in a year, by reason."""
    refused = ships[ships["refused_reason"] != "none"]
    return by(refused, "refused_reason", lambda rows: Figure(float(rows["weight"].sum()), len(rows)))


@indicator("queue_growth_per_day", "1/day", ("ships",))
def queue_growth_per_day(ships: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Growth of the number of waiting ships over the measured window, ships per day: the slope of an hourly count."""
    slopes, weights = [], []
    for name, period in facts["periods"].items():
        rows = ships[(ships["period"] == name) & (ships["refused_reason"] == "none")]
        times = np.arange(period["warm_up_s"], period["warm_up_s"] + period["measure_s"] + 1.0, 3600.0)
        waiting = queue_length(rows, times)
        days = (times - times[0]) / 86_400.0
        if days.size > 2:
            slopes.append(float(np.polyfit(days, waiting, 1)[0]))
            weights.append(period["weight_days"])
    return {"": Figure(weighted_mean(np.array(slopes), np.array(weights)), len(ships))}


def queue_length(ships: pd.DataFrame, times_s: Any) -> Any:
    """Return how many of the ships wait at each time: arrived and not yet entering."""
    arrivals = np.sort(ships["arrival_s"].to_numpy())
    entries = np.sort(ships["entry_start_s"].dropna().to_numpy())
    return np.searchsorted(arrivals, times_s, side="right") - np.searchsorted(entries, times_s, side="right")


@indicator("lockages_per_day", "1/day", ("lockages",), "chamber")
def lockages_per_day(lockages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Lockages per day, empty turns included, by chamber."""
    days = sum(period["weight_days"] for period in facts["periods"].values())
    return by(lockages, "chamber", lambda rows: Figure(float(rows["weight"].sum()) / days, len(rows)))


@indicator("empty_turn_share", "–", ("lockages",), "chamber")
def empty_turn_share(lockages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Share of the lockages without a ship, by chamber."""
    rows = lockages.assign(empty=(lockages["n_ships"] == 0).astype(float), is_open=False)
    return by(rows, "chamber", _mean("empty"))


@indicator("ships_per_lockage", "1", ("lockages",), "chamber")
def ships_per_lockage(lockages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Ships per lockage that carries any, by chamber."""
    rows = lockages[lockages["n_ships"] > 0].assign(is_open=False)
    return by(rows.assign(n=rows["n_ships"].astype(float)), "chamber", _mean("n"))


@indicator("chamber_fill_share", "–", ("lockages",), "chamber")
def chamber_fill_share(lockages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean share of the chamber's area that ships take in a lockage that carries any, by chamber."""
    return by(lockages[lockages["n_ships"] > 0].assign(is_open=False), "chamber", _mean("area_share"))


@indicator("chamber_busy_share", "–", ("lockages",), "chamber")
def chamber_busy_share(lockages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Share of the time that a chamber is in a lockage or an empty turn, by chamber."""
    available_s = sum(period["measure_s"] * period["year_factor"] for period in facts["periods"].values())
    figures = {}
    for chamber, rows in lockages.groupby("chamber", sort=True):
        figures[str(chamber)] = Figure(float(((rows["end_s"] - rows["start_s"]) * rows["weight"]).sum()) / available_s, len(rows))
    return figures
