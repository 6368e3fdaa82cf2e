"""The train graph: distance upwards, time to the right, one line per train; a steep line is a fast train, a flat part a stop.

A *line* is a sequence of places that trains run over. Drawn are the lines whose trains lose most to ships at bridges and to trains of the other
kind. Distances between places are as the crow flies.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from .charts import MUTED, axis, figure, label, time_axis
from .content import Figure
from .context import Context
from .lock_frames import chosen_day, clock
from .texts import Text, plain, say

_COLOURS = {"passenger": "#0072b2", "freight": "#d55e00", "light_engine": "#7a7a7a"}
_KM_PER_DEG = 111.195
_LOST = ("track", "order", "held_by_safety", "bridge", "reversal_track")


def trains_of_day(context: Context, variant: str) -> pd.DataFrame:
    """Return the calls of the trains on the way on the chosen day, in the first replication, ordered along each train."""
    name, _, start, end = chosen_day(context.facts)
    rows = context.table("trains")
    rows = rows[(rows["variant"] == variant) & (rows["period"] == name) & (rows["replication"] == min(rows["replication"]))]
    times = rows.groupby("train").agg(begin_s=("arrival_s", "min"), end_s=("departure_s", "max"))
    seen = times.index[(times["end_s"] > start) & (times["begin_s"] < end)]
    found: pd.DataFrame = rows[rows["train"].isin(seen)].sort_values(["train", "seq"], kind="stable")
    return found


def lines_of(context: Context, variant: str, n: int) -> list[tuple[str, ...]]:
    """Return the lines with the largest losses, at most `n`, none that is a part of another."""
    calls = trains_of_day(context, variant)
    waits = context.table("train_waits")
    waits = waits[(waits["variant"] == variant) & (waits["replication"] == min(waits["replication"])) & waits["cause"].isin(_LOST)]
    waits = waits[(waits["causer_kind"] != waits["kind"]) & (waits["causer_kind"] != "")]
    lost_s = waits.groupby("train")["delay_s"].sum()
    score: dict[tuple[str, ...], float] = {}
    for train, places in calls.groupby("train", sort=True)["place"]:
        way = tuple(map(str, places))
        way = min(way, way[::-1])
        score[way] = score.get(way, 0.0) + float(lost_s.get(train, 0.0))
    found: list[tuple[str, ...]] = []
    for way in sorted(score, key=lambda w: (-score[w] * len(w), w)):
        if len(found) < n and len(set(way)) == len(way) > 2 and not any(set(way) <= set(other) for other in found):
            found.append(way)
    return found


def place_title(context: Context, place: str) -> Text:
    """Return the name of a place of the railway."""
    return plain(str(context.facts.get("railway", {}).get("places", {}).get(place, {}).get("name") or place))


def distances_km(context: Context, line: tuple[str, ...]) -> list[float]:
    """Return the distance of each place from the first of a line (km)."""
    places = context.facts.get("railway", {}).get("places", {})
    km = [0.0]
    for one, other in pairwise(line):
        a, b = places.get(one), places.get(other)
        if a is None or b is None:
            km.append(km[-1] + 1.0)
            continue
        east = (b["lon"] - a["lon"]) * np.cos(np.radians((a["lat"] + b["lat"]) / 2.0))
        km.append(km[-1] + float(np.hypot(east, b["lat"] - a["lat"])) * _KM_PER_DEG)
    return km


def train_graph(context: Context, variant: str, line: tuple[str, ...]) -> Figure:
    """Return the trains of the chosen day on a line; trains of a kind are one trace with gaps."""
    name, _, start, end = chosen_day(context.facts)
    period = context.facts["periods"][name]
    km = dict(zip(line, distances_km(context, line), strict=True))
    calls = trains_of_day(context, variant)
    calls = calls[calls["place"].isin(km)]
    data: list[dict[str, Any]] = []
    for kind, colour in _COLOURS.items():
        x, y, hover = _points(calls[calls["kind"] == kind], line, km)
        if not x:
            continue
        moments = [None if np.isnan(v) else text for v, text in zip(x, clock(period, np.nan_to_num(x)), strict=True)]
        style = {"color": colour, "width": 1.4, "dash": "solid" if kind == "passenger" else "dash"}
        data.append(
            {"type": "scatter", "mode": "lines", "name": label(say(f"trains.kind.{kind}")), "x": moments, "y": y, "text": hover, "line": style}
            | {"connectgaps": False, "hovertemplate": "%{text}<br>%{x|%H:%M}<extra></extra>"}
        )
    names = [place_title(context, place)["nl"] for place in line]
    first, last = clock(period, [start + 5 * 3600.0, min(start + 14 * 3600.0, end)])
    ticks = {"tickvals": [round(km[p], 2) for p in line], "ticktext": names, "tickfont": {"size": 11, "color": MUTED}, "zeroline": False}
    layout = {
        "xaxis": time_axis(say("chart.clock"), tickformat="%H:%M", dtick=3_600_000, range=[first, last]),
        "yaxis": axis(None, **ticks),
        "hovermode": "closest",
        "margin": {"l": 128, "r": 12, "t": 40, "b": 48},
    }
    return figure(data, 200 + 26 * len(line), **layout)


def _points(calls: pd.DataFrame, line: tuple[str, ...], km: dict[str, float]) -> tuple[list[float], list[float | None], list[str]]:
    """Return times, distances and names: arrival and departure at each place, and a gap after each train and where it leaves the line."""
    at = {place: k for k, place in enumerate(line)}
    x: list[float] = []
    y: list[float | None] = []
    hover: list[str] = []

    def add(time_s: float, distance_km: float | None, name: str) -> None:
        x.append(time_s)
        y.append(distance_km)
        hover.append(name)

    for train, rows in calls.groupby("train", sort=True):
        name, before = str(train).partition("|")[0], -1
        times = rows[["arrival_s", "departure_s"]].to_numpy(dtype=np.float64)
        for place, moments in zip(rows["place"].astype(str), times, strict=True):
            if before >= 0 and abs(at[place] - before) != 1:
                add(np.nan, None, "")
            for moment in moments[np.isfinite(moments)]:
                add(float(moment), round(km[place], 2), name)
            before = at[place]
        add(np.nan, None, "")
    return x, y, hover
