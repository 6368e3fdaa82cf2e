"""The charts of a lock: distributions, use of the chambers, queue, levels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ..appraisal.comparison import mean_interval
from ..appraisal.waterway import NORM_WAIT_MIN
from .charts import INK, MUTED, axis, colour, dash, faded, figure, label, norm_line, rounded, time_axis
from .content import Figure
from .context import Context, FloatArray
from .gantt import CLOSED_COLOUR, closure_text
from .lock_frames import chosen_day, clock, closures_of_day, cumulative, five_numbers, lockages_of_day, queue_band, ships_of
from .measures import dimension_name
from .texts import LANGUAGES, place_name, plain, say, sentence

GROUPS = ("inland", "sea", "recreation")
_HATCH = {"fillmode": "overlay", "fgcolor": "rgba(255,255,255,0.75)", "size": 6, "solidity": 0.3}
_SEA, _CANAL, _TO_SEA, _TO_CANAL = "#0072b2", "#6b7a84", "#009e73", "#d55e00"


def distribution(context: Context, lock: str, column: str) -> Figure:
    """Return cumulative curves of the waiting or passage time, one per variant."""
    data, reach = [], 60.0
    for variant in context.variants:
        ships = ships_of(context, lock, variant)
        x, y = cumulative(ships, column)
        numbers = five_numbers(ships, column)
        if numbers is not None:
            reach = max(reach, float(np.interp(99.0, y, x)) if y.size and y[-1] >= 99.0 else float(x[-1]))
        title = label(context.title(variant))
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": title,
                "x": rounded(x, 2),
                "y": rounded(y, 2),
                "line": {"color": colour(context, variant), "dash": dash(context, variant), "width": 2.2, "shape": "hv"},
                "hovertemplate": {lang: f"%{{y:.0f}} % ≤ %{{x:.0f}} min<extra>{title[lang]}</extra>" for lang in LANGUAGES},
            }
        )
    layout: dict[str, Any] = {
        "xaxis": axis(say("chart.wait_axis" if column == "wait_min" else "chart.passage_axis"), range=[0, round(reach / 10.0 + 0.5) * 10]),
        "yaxis": axis(say("chart.share_axis"), range=[0, 101], ticksuffix=" %"),
        "hovermode": "closest",
    }
    if column == "wait_min":
        line, note = norm_line(NORM_WAIT_MIN, say("chart.norm"))
        layout |= {"shapes": [line], "annotations": [note | {"y": 0.02, "yanchor": "bottom"}]}
    return figure(data, 320 + 18 * len(data), **layout)


def boxes(context: Context, lock: str, column: str) -> Figure:
    """Return boxes by group and variant: 10th, 25th, 50th, 75th and 90th percentile, and the mean as a diamond."""
    found = {variant: _by_group(context, lock, variant, column) for variant in context.variants}
    groups = [g for g in GROUPS if any(g in numbers for numbers in found.values())]
    data = []
    n = len(context.variants)
    for place, variant in enumerate(context.variants):
        numbers = [found[variant].get(g) for g in groups]
        kept = [(i, five) for i, five in enumerate(numbers) if five is not None]
        shift = (place - (n - 1) / 2) * 0.8 / n
        parts = {name: rounded([five[key] for _, five in kept], 1) for name, key in _BOX.items()}
        title = label(context.title(variant))
        data.append(
            {
                "type": "box",
                "orientation": "h",
                "name": title,
                "y": [round(i + shift, 4) for i, _ in kept],
                **parts,
                "width": 0.62 / n,
                "boxpoints": False,
                "line": {"color": colour(context, variant), "width": 1.6},
                "fillcolor": faded(colour(context, variant), 0.18),
                "boxmean": True,
                "hoverinfo": "x+name",
            }
        )
    ticks = {lang: [sentence(dimension_name(g))[lang] for g in groups] for lang in LANGUAGES}
    values = axis(
        None,
        tickvals=list(range(len(groups))),
        ticktext=ticks,
        range=[len(groups) - 0.5, -0.5],
        showgrid=False,
        ticks="",
        zeroline=False,
        tickfont={"size": 12.5, "color": INK},
    )
    times = axis(say("chart.wait_axis" if column == "wait_min" else "chart.passage_axis"), rangemode="tozero")
    layout: dict[str, Any] = {"xaxis": times, "yaxis": values, "boxmode": "overlay"}
    if column == "wait_min":
        layout["shapes"] = [norm_line(NORM_WAIT_MIN, plain(""))[0]]
    return figure(data, 110 + len(groups) * (34 + 30 * n), **layout)


_BOX = {"lowerfence": "p10", "q1": "p25", "median": "p50", "q3": "p75", "upperfence": "p90", "mean": "mean"}


def _by_group(context: Context, lock: str, variant: str, column: str) -> dict[str, dict[str, float]]:
    ships = ships_of(context, lock, variant)
    found = {str(group): five_numbers(rows, column) for group, rows in ships.groupby("group")}
    return {group: numbers for group, numbers in found.items() if numbers is not None}


def chamber_bars(context: Context, lock: str, values: Callable[[str, str], FloatArray], factor: float, suffix: str) -> Figure:
    """Return bars of one measure per chamber and variant, with the interval over replications."""
    chambers = list(dict.fromkeys(c for variant in context.variants for c in context.facts["locks"][lock].get(variant, {})))
    names = [label(plain(place_name(c)))["nl"] for c in chambers]
    data = []
    for variant in context.variants:
        pairs = [mean_interval(factor * values(variant, chamber)) for chamber in chambers]
        title = label(context.title(variant))
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": title,
                "y": names,
                "x": rounded([m for m, _ in pairs]),
                "error_x": {"type": "data", "array": rounded([h for _, h in pairs]), "thickness": 1.2, "width": 3, "color": INK},
                "marker": {"color": colour(context, variant), "pattern": _HATCH | {"shape": "" if variant == context.reference else "/"}},
                "hovertemplate": {lang: f"%{{y}}: %{{x:,.2f}}{suffix}<extra>{title[lang]}</extra>" for lang in LANGUAGES},
            }
        )
    layout = {
        "xaxis": axis(None, rangemode="tozero", nticks=5),
        "yaxis": axis(None, autorange="reversed", showgrid=False, ticks="", tickfont={"size": 12, "color": INK}),
        "barmode": "group",
        "bargap": 0.3,
        "margin": {"l": 86, "r": 24, "t": 6, "b": 30},
        "showlegend": False,
    }
    return figure(data, 54 + len(chambers) * (14 + 18 * len(context.variants)), **layout)


def queue(context: Context, lock: str, period_name: str) -> Figure:
    """Return the number of waiting ships through time: mean over replications, band from the lowest to the highest."""
    period = context.facts["periods"][period_name]
    data: list[dict[str, Any]] = []
    for variant in context.variants:
        hours, mean, low, high = queue_band(context, lock, variant, period_name)
        times = clock(period, hours)
        shade, title = colour(context, variant), label(context.title(variant))
        quiet = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False, "x": times, "legendgroup": variant}
        data += [quiet | {"y": rounded(low, 1)}, quiet | {"y": rounded(high, 1), "fill": "tonexty", "fillcolor": faded(shade, 0.16)}]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": title,
                "x": times,
                "y": rounded(mean, 2),
                "line": {"color": shade, "dash": dash(context, variant), "width": 2},
                "legendgroup": variant,
                "hovertemplate": {lang: f"%{{x|%a %H:%M}}: %{{y:.1f}}<extra>{title[lang]}</extra>" for lang in LANGUAGES},
            }
        )
    warm, measured = period["warm_up_s"], period["warm_up_s"] + period["measure_s"]
    zero, begin, end, last = clock(period, [0.0, warm, measured, measured + period["drain_s"]])
    shades, notes = [], []
    for x0, x1, key in ((zero, begin, "chart.warm_up"), (end, last, "chart.drain")):
        if x0 != x1:
            shades.append(
                {
                    "type": "rect",
                    "x0": x0,
                    "x1": x1,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "fillcolor": "#8a979f",
                    "opacity": 0.13,
                    "line": {"width": 0},
                    "layer": "below",
                }
            )
            notes.append(
                {
                    "x": x0,
                    "y": 1,
                    "yref": "paper",
                    "xanchor": "left",
                    "yanchor": "top",
                    "text": say(key),
                    "showarrow": False,
                    "font": {"size": 11.5, "color": MUTED},
                }
            )
    layout = {
        "xaxis": time_axis(None, tickformat="%a<br>%-d %b", dtick=86_400_000, range=[zero, last]),
        "yaxis": axis(say("chart.queue_axis"), rangemode="tozero"),
        "shapes": shades,
        "annotations": notes,
        "hovermode": "closest",
    }
    return figure(data, 330, **layout)


def levels(context: Context, lock: str, variant: str) -> Figure:
    """Return tide and canal level of the chosen day, and the head of each lockage as a line between the two."""
    name, _, start, end = chosen_day(context.facts)
    period = context.facts["periods"][name]
    rows = context.table("levels")
    first = min(rows["replication"])
    chosen = (rows["variant"] == variant) & (rows["lock"] == lock) & (rows["period"] == name) & (rows["replication"] == first)
    rows = rows[chosen & (rows["time_s"] >= start) & (rows["time_s"] <= end)].sort_values("time_s")
    data = [
        _heads(period, lockages_of_day(context, lock, variant), rows, direction, shade) for direction, shade in (("to_sea", _TO_SEA), ("to_canal", _TO_CANAL))
    ]
    for column, shade, style in (("sea_m_nap", _SEA, "solid"), ("canal_m_nap", _CANAL, "dash")):
        text = say(f"chart.{column}")
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": text,
                "x": clock(period, rows["time_s"]),
                "y": rounded(rows[column]),
                "line": {"color": shade, "width": 2.2, "dash": style},
                "legendrank": 1,
                "hovertemplate": {lang: f"%{{x|%H:%M}}: %{{y:.2f}} m<extra>{text[lang]}</extra>" for lang in LANGUAGES},
            }
        )
    low, high = clock(period, [start, end])
    times = time_axis(say("chart.clock"), tickformat="%H:%M", dtick=7_200_000, range=[low, high])
    shades, notes = _closures(context, lock, variant, period)
    return figure(data, 340 + 14 * len(notes), xaxis=times, yaxis=axis(say("chart.level_axis")), hovermode="closest", shapes=shades, annotations=notes)


def _closures(context: Context, lock: str, variant: str, period: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a shade for each closure of a chamber, and above the lower edge its chamber and cause, each on a line of its own."""
    shades, notes = [], []
    for place, row in enumerate(closures_of_day(context, lock, variant).itertuples(index=False)):
        x0, x1 = clock(period, [row.begin_s, row.end_s])
        edges = {"x0": x0, "x1": x1, "yref": "paper", "y0": 0, "y1": 1}
        shades.append({"type": "rect", **edges, "fillcolor": CLOSED_COLOUR, "opacity": 0.14, "line": {"width": 0}, "layer": "below"})
        font = {"size": 11.5, "color": INK}
        at = {"x": x0, "y": 0, "yref": "paper", "xanchor": "left", "yanchor": "bottom", "yshift": 2 + 15 * (place % 4)}
        notes.append(at | {"text": closure_text(str(row.chamber), str(row.cause)), "showarrow": False, "font": font, "bgcolor": "rgba(255,255,255,0.75)"})
    return shades, notes


def _heads(period: dict[str, Any], lockages: pd.DataFrame, levels_of_day: pd.DataFrame, direction: str, shade: str) -> dict[str, Any]:
    rows = lockages[lockages["direction"] == direction]
    time_s = rows["doors_closed_s"].to_numpy(dtype=np.float64)
    canal = np.interp(time_s, levels_of_day["time_s"], levels_of_day["canal_m_nap"]) if len(levels_of_day) else np.zeros(time_s.size)
    sea = canal + rows["head_m"].to_numpy(dtype=np.float64)
    times = clock(period, time_s)
    x = [part for moment in times for part in (moment, moment, None)]
    y = [part for c, s in zip(rounded(canal), rounded(sea), strict=True) for part in (c, s, None)]
    text = say(f"chart.head_{direction}")
    return {
        "type": "scatter",
        "mode": "lines",
        "name": text,
        "x": x,
        "y": y,
        "line": {"color": faded(shade, 0.55), "width": 1.3},
        "hoverinfo": "skip",
    }
