"""The day of a lock as a Gantt chart: per chamber two lanes, to sea above and to the canal below, in two halves of a day.

The number on a levelling bar is the number of ships. An empty turn (lege schutting) is one hatched bar.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .charts import INK, MUTED, axis, faded, figure, label, time_axis
from .content import Figure
from .context import Context
from .lock_frames import PHASES, chosen_day, clock, closures_of_day, lockages_of_day
from .texts import LANGUAGES, Text, format_number, place_name, plain, say, say_or

_COLOURS = {"entering": "#7fb8da", "closing": "#aeb9c0", "levelling": "#12466b", "opening": "#d3dade", "exiting": "#5aa98f"}
CLOSED_COLOUR = "#b8860b"
_HALF_LANE, _LANE = 0.34, 0.19
_PANELS = (("x", "y", [0.57, 1.0]), ("x2", "y2", [0.0, 0.43]))


def gantt(context: Context, lock: str, variant: str) -> Figure:
    """Return the chart of the chosen day of a variant."""
    name, _, start, end = chosen_day(context.facts)
    period = context.facts["periods"][name]
    chambers = list(context.facts["locks"][lock].get(variant, {}))
    rows = lockages_of_day(context, lock, variant)
    rows = rows.assign(y=[_row(chambers, chamber, direction) for chamber, direction in zip(rows["chamber"], rows["direction"], strict=True)])
    data: list[dict[str, Any]] = []
    half, closed = (end - start) / 2.0, closures_of_day(context, lock, variant)
    for panel, (x, y, _) in enumerate(_PANELS):
        low, high = start + panel * half, start + (panel + 1) * half
        seen = rows[(rows["end_s"] > low) & (rows["start_s"] < high)]
        loaded, turns = seen[seen["n_ships"] > 0], seen[seen["n_ships"] == 0]
        for phase, begins, ends in PHASES:
            data.append(_bars(period, loaded, phase, begins, ends, (x, y), panel == 0))
        data.append(_turns(period, turns, (x, y), panel == 0))
        data += _closed(period, closed[(closed["end_s"] > low) & (closed["begin_s"] < high)], chambers, (x, y), panel == 0)
        data.append(_numbers(period, loaded, low, high, (x, y)))
    layout: dict[str, Any] = {"barmode": "overlay", "bargap": 0, "margin": {"l": 128, "r": 12, "t": 52, "b": 40}, "hovermode": "closest"}
    for panel, (x, y, domain) in enumerate(_PANELS):
        hours = {"tickformat": "%H:%M", "dtick": 3_600_000, "range": clock(period, [start + panel * half, start + (panel + 1) * half]), "anchor": y}
        layout["xaxis" + x[1:]] = time_axis(say("chart.clock") if panel else None, **hours)
        layout["yaxis" + y[1:]] = axis(None, domain=domain, anchor=x, fixedrange=True, showgrid=False, zeroline=False, ticks="", **_ticks(chambers))
    layout["shapes"] = [
        {"type": "line", "xref": "paper", "x0": -0.12, "x1": 1, "yref": y, "y0": i - 0.5, "y1": i - 0.5, "line": {"color": "#c9d3d8", "width": 1}}
        for _, y, _ in _PANELS
        for i in range(1, len(chambers))
    ]
    return figure(data, 150 + 2 * 74 * max(len(chambers), 1), **layout)


def _row(chambers: list[str], chamber: str, direction: str) -> float:
    place = float(chambers.index(chamber)) if chamber in chambers else float(len(chambers))
    return place - _LANE if direction == "to_sea" else place + _LANE


def _ticks(chambers: list[str]) -> dict[str, Any]:
    """Return the labels of the chambers with the direction of their two lanes."""
    texts = {
        lang: [f"{say('chart.lane_sea')[lang]}<br><b>{label(plain(place_name(c)))[lang]}</b><br>{say('chart.lane_canal')[lang]}" for c in chambers]
        for lang in LANGUAGES
    }
    return {"tickvals": list(range(len(chambers))), "ticktext": texts, "range": [len(chambers) - 0.5, -0.5], "tickfont": {"size": 11.5, "color": INK}}


def _bars(period: dict[str, Any], rows: pd.DataFrame, phase: str, begins: str, ends: str, axes: tuple[str, str], has_legend: bool) -> dict[str, Any]:
    lasts_s = (rows[ends] - rows[begins]).to_numpy(dtype=np.float64)
    name = say(f"phase.{phase}")
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "legendgroup": phase,
        "showlegend": has_legend,
        "xaxis": axes[0],
        "yaxis": axes[1],
        "base": clock(period, rows[begins]),
        "x": [round(float(v) * 1000.0) for v in lasts_s],
        "y": [float(y) for y in rows["y"]],
        "width": _HALF_LANE,
        "marker": {"color": _COLOURS[phase], "line": {"width": 0}},
        "hovertext": _hover(period, rows, name, begins, ends),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "textposition": "none",
    }


def _turns(period: dict[str, Any], rows: pd.DataFrame, axes: tuple[str, str], has_legend: bool) -> dict[str, Any]:
    name = say("phase.empty_turn")
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "legendgroup": "empty_turn",
        "showlegend": has_legend,
        "xaxis": axes[0],
        "yaxis": axes[1],
        "base": clock(period, rows["start_s"]),
        "x": [round(float(v) * 1000.0) for v in rows["end_s"] - rows["start_s"]],
        "y": [float(y) for y in rows["y"]],
        "width": _HALF_LANE * 0.62,
        "marker": {
            "color": "#ffffff",
            "line": {"color": MUTED, "width": 1},
            "pattern": {"shape": "/", "fgcolor": MUTED, "bgcolor": "#ffffff", "size": 5, "solidity": 0.25},
        },
        "hovertext": _hover(period, rows, name, "start_s", "end_s"),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "textposition": "none",
    }


def _closed(period: dict[str, Any], rows: pd.DataFrame, chambers: list[str], axes: tuple[str, str], has_legend: bool) -> list[dict[str, Any]]:
    """Return a shade over both lanes of a chamber while it may begin no lockage; pointed at, it tells the cause."""
    rows = rows[rows["chamber"].isin(chambers)]
    if rows.empty and not has_legend:
        return []
    times = [f"{a[11:16]}–{b[11:16]}" for a, b in zip(clock(period, rows["begin_s"]), clock(period, rows["end_s"]), strict=True)]
    causes = [closure_text(str(chamber), str(cause)) for chamber, cause in zip(rows["chamber"], rows["cause"], strict=True)]
    return [
        {
            "type": "bar",
            "orientation": "h",
            "name": say("chart.closed"),
            "legendgroup": "closed",
            "showlegend": has_legend and len(rows) > 0,
            "xaxis": axes[0],
            "yaxis": axes[1],
            "base": clock(period, rows["begin_s"]),
            "x": [round(float(v) * 1000.0) for v in rows["end_s"] - rows["begin_s"]],
            "y": [float(chambers.index(chamber)) for chamber in rows["chamber"]],
            "width": 0.94,
            "marker": {"color": faded(CLOSED_COLOUR, 0.22), "line": {"color": CLOSED_COLOUR, "width": 1}},
            "hovertext": {lang: [f"{text[lang]}<br>{time}" for text, time in zip(causes, times, strict=True)] for lang in LANGUAGES},
            "hovertemplate": "%{hovertext}<extra></extra>",
            "textposition": "none",
        }
    ]


def closure_text(chamber: str, cause: str) -> Text:
    """Return which chamber is closed and why: Oostsluis: onderhoud."""
    return label(say("chart.closure", chamber=place_name(chamber), cause=say_or(f"closure.{cause}", cause)))


def _numbers(period: dict[str, Any], rows: pd.DataFrame, low: float, high: float, axes: tuple[str, str]) -> dict[str, Any]:
    """Return the number of ships in the middle of each levelling bar."""
    middle = (rows["doors_closed_s"] + rows["levelled_s"]) / 2.0
    seen = rows[(middle > low) & (middle < high)]
    centre = middle[seen.index]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "marker": {"symbol": "circle", "size": 15, "color": _COLOURS["levelling"]},
        "showlegend": False,
        "hoverinfo": "skip",
        "xaxis": axes[0],
        "yaxis": axes[1],
        "cliponaxis": True,
        "x": clock(period, centre),
        "y": [float(y) for y in seen["y"]],
        "text": [str(int(n)) for n in seen["n_ships"]],
        "textfont": {"size": 11, "color": "#ffffff"},
    }


def _hover(period: dict[str, Any], rows: pd.DataFrame, phase: Text, begins: str, ends: str) -> dict[str, list[str]]:
    """Return what a bar says when pointed at, by language."""
    from_times, to_times = ([text[11:16] for text in clock(period, rows[column])] for column in (begins, ends))
    columns = zip(rows["chamber"], rows["direction"], rows["n_ships"], rows["head_m"], from_times, to_times, strict=True)
    texts: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for chamber, direction, ships, head, begin, end in columns:
        for language in LANGUAGES:
            known = say(
                "chart.gantt_hover",
                chamber=place_name(chamber),
                direction=say(f"direction.{direction}"),
                phase=phase,
                begin=begin,
                end=end,
                ships=int(ships),
                head=format_number(float(head), 2, language),
            )[language]
            lines = known.split(" | ")
            texts[language].append("<br>".join(label(plain(line))[language] for line in lines))
    return texts
