"""Indicators of trains: how many run, how late, and why.

The *added delay* of a train is its delay at its last place in the District less the delay with which it came. A train that was not through at
the end of the drain counts as cancelled, and a cancelled train as late. Delays by cause come from the ledger, whose rows add up to the delay of each
train at its end; a gain is negative. Two budgets tell where trains are in conflict: with ships at movable bridges, and passenger with freight trains.

Ships are delayed by a train where that was the longest part of their wait at a bridge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from .registry import Figure, Figures, by, indicator, measured_days, weighted_mean, weighted_quantile

_MIN_S = 60.0
_PUNCTUAL_MIN = (3.0, 6.0)  # the two thresholds that punctuality is published with
KINDS = ("passenger-trains", "freight-trains", "light-engines")
_KIND = dict(zip(("passenger", "freight", "light_engine"), KINDS, strict=True))  # "freight" alone stands for ships
CAUSES = ("entry", "track", "order", "held_by_safety", "bridge", "closure", "reversal_track", "dwell", "running", "recovery")
_BRIDGE = "bridge"
_BEHIND = ("track", "order", "held_by_safety", "reversal_track")
_MIXED = {("passenger", "freight"), ("freight", "passenger")}


def _exits(trains: pd.DataFrame) -> pd.DataFrame:
    """Return one row per train: its last place in the District that has a plan, with the added delay in minutes; infinite where it was cancelled."""
    planned = trains[trains["planned_arrival_s"].notna()]
    key = ["period", "train"]
    inside = planned[planned["in_district"]]
    ends = pd.concat([inside, planned[~planned["train"].isin(inside["train"])]]).sort_values([*key, "seq"], kind="stable").groupby(key, sort=True).tail(1)
    added_min = (ends["delay_s"] - ends["entry_delay_s"]) / _MIN_S
    return ends.assign(added_min=added_min.where(ends["is_finished"] & added_min.notna(), np.inf))


def _with_name(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(kind=frame["kind"].map(_KIND))


def _by_kind(frame: pd.DataFrame, function: Callable[[pd.DataFrame], Figure]) -> Figures:
    return by(_with_name(frame), "kind", function)


def _share(condition: str) -> Any:
    return lambda rows: Figure(weighted_mean(rows[condition].to_numpy(dtype=float), rows["weight"].to_numpy()), len(rows))


@indicator("trains_per_day", "1/day", ("trains",), "train_kind")
def trains_per_day(trains: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Trains per day, cancelled ones included, by kind."""
    days = measured_days(facts)
    return _by_kind(trains[trains["seq"] == 0], lambda rows: Figure(float(rows["weight"].sum()) / days, len(rows)))


@indicator("train_cancelled_share", "–", ("trains",), "train_kind")
def train_cancelled_share(trains: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Share of the trains that were not through at the end of the drain, by kind."""
    firsts = trains[trains["seq"] == 0]
    return _by_kind(firsts.assign(is_cancelled=~firsts["is_finished"]), _share("is_cancelled"))


@indicator("train_punctuality_3_min", "–", ("trains",), "train_kind")
def train_punctuality_3_min(trains: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Share of the trains whose added delay at the last place in the District is under 3 minutes, by kind; cancelled counts as late."""
    exits = _exits(trains)
    return _by_kind(exits.assign(is_punctual=exits["added_min"] < _PUNCTUAL_MIN[0]), _share("is_punctual"))


@indicator("train_punctuality_6_min", "–", ("trains",), "train_kind")
def train_punctuality_6_min(trains: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Share of the trains whose added delay there is under 6 minutes, by kind; cancelled counts as late."""
    exits = _exits(trains)
    return _by_kind(exits.assign(is_punctual=exits["added_min"] < _PUNCTUAL_MIN[1]), _share("is_punctual"))


@indicator("train_added_delay_mean", "min", ("trains",), "train_kind")
def train_added_delay_mean(trains: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean added delay of the trains that finished, by kind; gains count as negative."""
    exits = _exits(trains)
    done = exits[np.isfinite(exits["added_min"])]
    return _by_kind(done, lambda rows: Figure(weighted_mean(rows["added_min"].to_numpy(), rows["weight"].to_numpy()), len(rows)))


@indicator("train_added_delay_p80", "min", ("trains",), "train_kind")
def train_added_delay_p80(trains: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Added delay that 80 % of the trains do not exceed, by kind; a cancelled train exceeds all."""
    return _by_kind(_exits(trains), lambda rows: Figure(weighted_quantile(rows["added_min"].to_numpy(), rows["weight"].to_numpy(), 0.8), len(rows)))


@indicator("train_run_minutes_mean", "min", ("trains",), "train_service")
def train_run_minutes_mean(trains: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean time from departure to arrival at the end of the freight trains that finished, by service."""
    done = trains[trains["is_finished"] & (trains["kind"] == "freight")].sort_values(["period", "train", "seq"], kind="stable")
    ends = done.groupby(["period", "train"], sort=True).agg(
        service=("service", "first"), weight=("weight", "first"), departure_s=("departure_s", "first"), arrival_s=("arrival_s", "last")
    )
    ends = ends[ends["arrival_s"].notna()]
    ends = ends.assign(run_min=(ends["arrival_s"] - ends["departure_s"]) / _MIN_S)
    return by(ends, "service", lambda rows: Figure(weighted_mean(rows["run_min"].to_numpy(), rows["weight"].to_numpy()), len(rows)))


@indicator("train_delay_minutes_per_day", "min/day", ("train_waits",), "train_cause")
def train_delay_minutes_per_day(train_waits: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Delay of all trains at their ends per day, by cause; the causes add up to the total."""
    return _minutes_per_day(train_waits, "cause", facts)


@indicator("train_bridge_minutes_per_day", "min/day", ("train_waits",), "train_kind")
def train_bridge_minutes_per_day(train_waits: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Budget of bridges: minutes per day that trains lose to ships at movable bridges, by kind."""
    return _minutes_per_day(_with_name(train_waits[train_waits["cause"] == _BRIDGE]), "kind", facts)


@indicator("train_mixed_minutes_per_day", "min/day", ("train_waits",), "train_kind")
def train_mixed_minutes_per_day(train_waits: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Budget of mixed traffic: minutes per day that passenger and freight trains cost each other, by kind of the one that waits."""
    pairs = pd.Series(list(zip(train_waits["kind"], train_waits["causer_kind"], strict=True)), index=train_waits.index, dtype=object)
    is_mixed = pairs.isin(_MIXED) & train_waits["cause"].isin(_BEHIND)
    return _minutes_per_day(_with_name(train_waits[is_mixed]), "kind", facts)


@indicator("train_bridge_waits_per_day", "1/day", ("train_waits",), "train_kind")
def train_bridge_waits_per_day(train_waits: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Waits of trains for ships at movable bridges per day, by kind."""
    days = measured_days(facts)
    at_bridge = train_waits[(train_waits["cause"] == _BRIDGE) & (train_waits["delay_s"] > 0.0)]
    return _by_kind(at_bridge, lambda rows: Figure(float(rows["weight"].sum()) / days, len(rows)))


@indicator("ship_minutes_by_trains_per_day", "min/day", ("trains", "bridge_passages"), "bridge")
def ship_minutes_by_trains_per_day(trains: pd.DataFrame, bridge_passages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Minutes per day that ships wait at movable bridges mainly for trains, by bridge."""
    days = measured_days(facts)
    rows = bridge_passages[(bridge_passages["user"] == "ship") & (bridge_passages["cause"] == "train") & bridge_passages["begin_s"].notna()]
    wait_min = rows.assign(wait_min=(rows["begin_s"] - rows["eta_s"]) / _MIN_S)
    return by(wait_min, "bridge", lambda part: Figure(float((part["wait_min"] * part["weight"]).sum()) / days, len(part)))


def _minutes_per_day(waits: pd.DataFrame, column: str, facts: dict[str, Any]) -> Figures:
    days = measured_days(facts)
    return by(waits, column, lambda rows: Figure(float((rows["delay_s"] * rows["weight"]).sum()) / _MIN_S / days, len(rows)))
