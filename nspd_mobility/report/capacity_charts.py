"""The charts of capacity: waiting against passages a year, and passage time against I/C beside the Dutch guideline."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..appraisal.waterway import NORM_WAIT_MIN
from .charts import INK, MUTED, NORM_COLOUR, axis, colour, dash, figure, label, rounded, symbol
from .content import Figure
from .context import Context
from .published import published
from .texts import LANGUAGES, say


def waiting_curve(context: Context, points: pd.DataFrame) -> Figure:
    """Return the mean wait of freight against passages a year, a line per variant; a saturated point stands on the upper edge."""
    usable = points[~points["is_saturated"]]
    top = _top(usable, "wait_min", 1.4 * NORM_WAIT_MIN)
    data: list[dict[str, Any]] = []
    for variant in context.variants:
        data += _line(context, usable[usable["variant"] == variant], variant, "passages_per_year", "wait_min", "%{x:,.0f}: %{y:.1f} min")
    full = points[points["is_saturated"]]
    if len(full):
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": say("capacity.saturated"),
                "x": rounded(full["passages_per_year"], 0),
                "y": [round(0.97 * top, 2)] * len(full),
                "marker": {"symbol": "triangle-up-open", "size": 13, "color": [colour(context, str(v)) for v in full["variant"]], "line": {"width": 2}},
                "text": {lang: [label(context.title(str(v)))[lang] for v in full["variant"]] for lang in LANGUAGES},
                "hovertemplate": "%{text}: %{x:,.0f}<extra></extra>",
            }
        )
    norm = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": NORM_WAIT_MIN, "y1": NORM_WAIT_MIN}
    layout = {
        "xaxis": axis(say("capacity.traffic_axis"), tickformat=",.0f", nticks=7),
        "yaxis": axis(say("capacity.wait_axis"), range=[0, round(top, 1)]),
        "shapes": [norm | {"line": {"color": NORM_COLOUR, "width": 1.5, "dash": "dot"}}],
        "annotations": [_norm_note()],
        "hovermode": "closest",
        "margin": {"l": 56, "r": 100, "t": 34, "b": 48},
    }
    return figure(data, 380, **layout)


def _top(rows: pd.DataFrame, column: str, least: float) -> float:
    """Return the upper end of an axis: room for the intervals, though not for one that dwarfs the means."""
    means = rows[column].dropna()
    if means.empty:
        return 1.15 * least
    reach = float((rows[column] + rows[f"{column}_half"].fillna(0.0)).max())
    return 1.15 * max(min(reach, 1.6 * float(means.max())), least)


def _norm_note() -> dict[str, Any]:
    font = {"size": 11.5, "color": NORM_COLOUR}
    at = {"xref": "paper", "x": 1.0, "xanchor": "left", "yanchor": "middle", "xshift": 4, "y": NORM_WAIT_MIN}
    return at | {"text": say("chart.norm"), "showarrow": False, "font": font}


def _line(context: Context, rows: pd.DataFrame, variant: str, x: str, y: str, hover: str) -> list[dict[str, Any]]:
    rows = rows[rows[y].notna() & rows[x].notna()].sort_values(x)
    if rows.empty:
        return []
    title = label(context.title(variant))
    bars = {"type": "data", "array": rounded(rows[f"{y}_half"], 2), "thickness": 1.2, "width": 4, "color": colour(context, variant)}
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": title,
            "x": rounded(rows[x]),
            "y": rounded(rows[y], 2),
            "error_y": bars,
            "line": {"color": colour(context, variant), "dash": dash(context, variant), "width": 2},
            "marker": {"symbol": symbol(context, variant), "size": 9, "line": {"color": "#ffffff", "width": 1}},
            "hovertemplate": {lang: f"{hover}<extra>{title[lang]}</extra>" for lang in LANGUAGES},
        }
    ]


def reliability_curve(context: Context, points: pd.DataFrame) -> Figure:
    """Return the mean passage time against I/C beside table 33 of the guideline, for the variants whose capacity is known."""
    table = published()["lock_reliability"]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": say("capacity.table"),
            "x": table["intensity_share"],
            "y": table["passage_mean_min"],
            "line": {"color": MUTED, "width": 2, "dash": "dot"},
            "marker": {"symbol": "x-thin", "size": 8, "line": {"color": INK, "width": 1.5}},
            "hovertemplate": "I/C %{x:.2f}: %{y:.0f} min<extra></extra>",
        }
    ]
    for variant in context.variants:
        rows = points[(points["variant"] == variant) & ~points["is_saturated"]]
        data += _line(context, rows, variant, "intensity_share", "passage_min", "I/C %{x:.2f}: %{y:.1f} min")
    layout = {
        "xaxis": axis(say("capacity.share_axis"), range=[0, 1.02], dtick=0.1),
        "yaxis": axis(say("capacity.passage_axis"), range=[0, round(_top(points[~points["is_saturated"]], "passage_min", 250.0), 1)]),
        "hovermode": "closest",
    }
    return figure(data, 360, **layout)
