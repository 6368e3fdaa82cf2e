"""The charts of the bridges: the openings of a day as bars, and the closed minutes by hour of the day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .charts import INK, MUTED, axis, figure, label, rounded, time_axis
from .content import Figure
from .context import Context, FloatArray
from .lock_frames import ZONE, chosen_day, clock
from .texts import LANGUAGES, Text, given, say, sentence

_FREE, _FORCED = "#0072b2", "#d55e00"
_SHADES = [[0.0, "#f7fafc"], [1.0, "#6fa8d0"]]  # pale enough for a dark number in each
_PANELS = (("x", "y", [0.58, 1.0]), ("x2", "y2", [0.0, 0.42]))


def bridge_title(context: Context, bridge: str) -> Text:
    """Return the name of a bridge, as the network gives it."""
    node = context.facts.get("map", {}).get("nodes", {}).get(bridge, {})
    return given(node.get("title"), str(node.get("name") or bridge))


def bridges_of(context: Context) -> list[str]:
    """Return the bridges that open for ships, from the sea inland."""
    nodes = context.facts.get("map", {}).get("nodes", {})
    found = [str(bridge) for bridge in context.counted("bridge_closures")["bridge"].unique()]
    return sorted(found, key=lambda bridge: (-float(nodes.get(bridge, {}).get("lat", 0.0)), bridge))


def openings_of_day(context: Context, variant: str) -> pd.DataFrame:
    """Return the openings of the chosen day in the first replication."""
    name, _, start, end = chosen_day(context.facts)
    rows = context.table("bridge_closures")
    chosen = (rows["variant"] == variant) & (rows["period"] == name) & (rows["replication"] == min(rows["replication"]))
    found: pd.DataFrame = rows[chosen & (rows["road_open_s"] > start) & (rows["road_closed_s"] < end)].sort_values("road_closed_s")
    return found


def timeline(context: Context, variant: str) -> Figure:
    """Return the openings of the chosen day: a row per bridge, in two halves of the day."""
    name, _, start, end = chosen_day(context.facts)
    period, bridges = context.facts["periods"][name], bridges_of(context)
    rows = openings_of_day(context, variant)
    half = (end - start) / 2.0
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"barmode": "overlay", "bargap": 0, "margin": {"l": 128, "r": 12, "t": 44, "b": 40}, "hovermode": "closest"}
    names = {lang: [label(bridge_title(context, b))[lang] for b in bridges] for lang in LANGUAGES}
    for panel, (x, y, domain) in enumerate(_PANELS):
        low, high = start + panel * half, start + (panel + 1) * half
        seen = rows[(rows["road_open_s"] > low) & (rows["road_closed_s"] < high)]
        for is_forced in (False, True):
            data.append(_bars(context, period, seen[seen["is_forced"] == is_forced], bridges, is_forced, (x, y), panel == 0))
        hours = {"tickformat": "%H:%M", "dtick": 3_600_000, "range": clock(period, [low, high]), "anchor": y}
        layout["xaxis" + x[1:]] = time_axis(say("chart.clock") if panel else None, **hours)
        ticks = {"tickvals": list(range(len(bridges))), "ticktext": names, "range": [len(bridges) - 0.5, -0.5], "tickfont": {"size": 12, "color": INK}}
        layout["yaxis" + y[1:]] = axis(None, domain=domain, anchor=x, fixedrange=True, showgrid=False, zeroline=False, ticks="", **ticks)
    return figure(data, 150 + 2 * 34 * max(len(bridges), 1), **layout)


def _bars(
    context: Context, period: dict[str, Any], rows: pd.DataFrame, bridges: list[str], is_forced: bool, axes: tuple[str, str], has_legend: bool
) -> dict[str, Any]:
    shade = _FORCED if is_forced else _FREE
    return {
        "type": "bar",
        "orientation": "h",
        "name": say("bridges.forced" if is_forced else "bridges.opening"),
        "legendgroup": str(is_forced),
        "showlegend": has_legend,
        "xaxis": axes[0],
        "yaxis": axes[1],
        "base": clock(period, rows["road_closed_s"]),
        "x": [round(float(v) * 1000.0) for v in rows["road_open_s"] - rows["road_closed_s"]],
        "y": [bridges.index(b) if b in bridges else len(bridges) for b in rows["bridge"]],
        "width": 0.56,
        "marker": {
            "color": shade,
            "line": {"width": 0},
            "pattern": {"shape": "/" if is_forced else "", "fgcolor": "#ffffff", "bgcolor": shade, "size": 5, "solidity": 0.25, "fillmode": "overlay"},
        },
        "hovertext": _hover(context, period, rows),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "textposition": "none",
    }


def _hover(context: Context, period: dict[str, Any], rows: pd.DataFrame) -> dict[str, list[str]]:
    begins, ends = ([text[11:16] for text in clock(period, rows[column])] for column in ("road_closed_s", "road_open_s"))
    lasts = ((rows["road_open_s"] - rows["road_closed_s"]) / 60.0).round().astype(int)
    texts: dict[str, list[str]] = {lang: [] for lang in LANGUAGES}
    for bridge, begin, end, minutes, ships in zip(rows["bridge"], begins, ends, lasts, rows["n_ships"], strict=True):
        words = label(say("bridges.hover", name=bridge_title(context, bridge), begin=begin, end=end, minutes=int(minutes), ships=int(ships)))
        for lang in LANGUAGES:
            texts[lang].append(words[lang].replace(" | ", "<br>"))
    return texts


def closed_by_hour(context: Context, variant: str, bridge: str) -> FloatArray:
    """Return the minutes that the road is closed in each hour of the day (local time), mean over days, by replication.

    Returns
    -------
    ndarray of float64, shape (n_replication, 24)
    """
    rows = context.counted("bridge_closures")
    rows = rows[(rows["variant"] == variant) & (rows["bridge"] == bridge) & rows["road_open_s"].notna()]
    replications = np.unique(context.counted("ships")["replication"])
    minutes = np.zeros((replications.size, 24))
    for name, of_period in rows.groupby("period"):
        offset = _clock_offset_s(context.facts["periods"][name])
        begins, ends = (of_period[column].to_numpy(dtype=np.float64) + offset for column in ("road_closed_s", "road_open_s"))
        weights = of_period["weight"].to_numpy(dtype=np.float64)
        replication = np.searchsorted(replications, of_period["replication"])
        first = np.floor(begins / 3600.0)
        for step in range(int(np.max(np.floor(ends / 3600.0) - first, initial=0.0)) + 1):
            hour = first + step
            inside = np.clip(np.minimum(ends, (hour + 1.0) * 3600.0) - np.maximum(begins, hour * 3600.0), 0.0, None)
            np.add.at(minutes, (replication, (hour % 24).astype(np.int64)), inside * weights / 60.0)
    days = sum(period["weight_days"] for period in context.facts["periods"].values())
    return np.asarray(minutes / days)


def _clock_offset_s(period: dict[str, Any]) -> float:
    """Return the local time of day at the period's epoch (s); a change to summer time within a period is left out."""
    local = pd.Timestamp(period["epoch"]).tz_convert(ZONE)
    return float(local.hour * 3600 + local.minute * 60 + local.second)


def hours_chart(context: Context, bridge: str) -> Figure:
    """Return the closed minutes by hour of the day of a bridge: a row of cells per variant, darker where the road is closed longer."""
    minutes = [closed_by_hour(context, variant, bridge).mean(axis=0) for variant in context.variants]
    names = {lang: [label(sentence(context.title(v)))[lang] for v in context.variants] for lang in LANGUAGES}
    cells = {
        "type": "heatmap",
        "x": [hour + 0.5 for hour in range(24)],
        "y": list(range(len(minutes))),
        "z": [rounded(row, 1) for row in minutes],
        "zmin": 0,
        "colorscale": _SHADES,
        "showscale": False,
        "xgap": 1,
        "ygap": 3,
        "texttemplate": "%{z:.0f}",
        "textfont": {"size": 11, "color": INK},
        "hovertemplate": "%{z:.0f} min<extra></extra>",
    }
    ticks = {"tickvals": list(range(len(minutes))), "ticktext": names, "range": [len(minutes) - 0.5, -0.5], "tickfont": {"size": 12, "color": INK}}
    layout = {
        "xaxis": axis(say("bridges.hour_axis"), range=[0, 24], dtick=3, ticksuffix=":00", showgrid=False, tickfont={"size": 12, "color": MUTED}),
        "yaxis": axis(say("figures.variant"), showgrid=False, zeroline=False, ticks="", **ticks),
        "hovermode": "closest",
        "margin": {"l": 56, "r": 16, "t": 12, "b": 48},
    }
    return figure([cells], 84 + 34 * len(minutes), **layout)
