"""Indicators of movable bridges: openings, what they cost the road, what they cost ships.

An opening is a closure of the road: it lasts from the lights and barriers that stop the road until the road is free again, which is
more than the bridge stands open. A ship needs a bridge where it can't pass under it; its wait is the time from the stop board until
it may go, delays by slower sailing before the board not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from .registry import Figure, Figures, by, indicator, measured_days, weighted_mean

_MIN_S, _HOUR_S = 60.0, 3600.0


def _per_bridge(frame: pd.DataFrame, function: Callable[[pd.DataFrame], Figure]) -> Figures:
    return {key: figure for key, figure in by(frame, "bridge", function).items() if key}


@indicator("bridge_openings_per_day", "1/day", ("bridge_closures",), "bridge")
def bridge_openings_per_day(bridge_closures: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Openings of movable bridges per day, all bridges together and by bridge."""
    days = measured_days(facts)
    return by(bridge_closures, "bridge", lambda rows: Figure(float(rows["weight"].sum()) / days, len(rows)))


@indicator("bridge_open_minutes_mean", "min", ("bridge_closures",), "bridge")
def bridge_open_minutes_mean(bridge_closures: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean time that an opening closes the road, from barriers down to road free, by bridge."""
    lasts = _road_closed(bridge_closures)
    return by(lasts, "bridge", lambda rows: Figure(weighted_mean(rows["closed_s_of_road"].to_numpy() / _MIN_S, rows["weight"].to_numpy()), len(rows)))


@indicator("bridge_closed_hours_per_day", "h/day", ("bridge_closures",), "bridge")
def bridge_closed_hours_per_day(bridge_closures: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Hours per day that the road over a bridge is closed for ships, by bridge."""
    days = measured_days(facts)
    lasts = _road_closed(bridge_closures)
    return _per_bridge(lasts, lambda rows: Figure(float((rows["closed_s_of_road"] * rows["weight"]).sum()) / _HOUR_S / days, len(rows)))


@indicator("bridge_wait_mean", "min", ("bridge_passages",), "bridge")
def bridge_wait_mean(bridge_passages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean wait at a bridge of the ships that needed it opened, by bridge."""
    ships = bridge_passages[(bridge_passages["user"] == "ship") & bridge_passages["begin_s"].notna()]
    ships = ships.assign(wait_min=(ships["begin_s"] - ships["eta_s"]) / _MIN_S)
    return by(ships, "bridge", lambda rows: Figure(weighted_mean(rows["wait_min"].to_numpy(), rows["weight"].to_numpy()), len(rows)))


def _road_closed(bridge_closures: pd.DataFrame) -> pd.DataFrame:
    """Return the openings that ended, with the time that the road was closed."""
    ended = bridge_closures[bridge_closures["road_open_s"].notna()]
    return ended.assign(closed_s_of_road=ended["road_open_s"] - ended["road_closed_s"])
