"""fit.html: observations beside the fitted lines, profiles with intervals, and what was left out, in one file that asks nothing of a network.

plotly.js and all data are inside, and a content security policy forbids every request. Texts of the logs are untrusted: the
template escapes them, and they reach the figures as JSON only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..html import json_in_html, page_template
from ..units import LOCAL_ZONE
from ..version import __version__
from .result import FitResult, Floats, Sample
from .texts import check_language, say

MAX_POINTS = 400
_BINS = 30
_INK, _LINE, _DATA, _FIT, _OUT = "#1d2a33", "#dfe5e8", "#0072b2", "#d55e00", "#9fb0ba"


def render(result: FitResult, lock: str, source: str, language: str = "nl") -> str:
    """Return the page as HTML.

    Raises
    ------
    UsageError
        If the language does not exist.
    """
    check_language(language)
    charts = [(sample.path, _sample_figure(sample, language)) for sample in result.samples]
    profiles = _profile_figures(result.profiles, language)
    return page_template(__package__ or "nspd_mobility.fit").render(
        language=language,
        t=lambda key, **values: say(key, language, **values),
        lock=lock,
        source=source,
        begin=_date(result.begin),
        end=_date(result.end),
        version=__version__,
        estimates=[
            (e.path, _number(e.value, language), f"{_number(e.low, language)} … {_number(e.high, language)}", e.unit, e.n, e.n_outliers, e.is_param)
            for e in result.estimates
        ],
        dropped=[d.text for d in result.dropped],
        gaps=[(f"{g.begin:%Y-%m-%d %H:%M}", f"{g.end:%Y-%m-%d %H:%M}", _number(g.hours, language), _number(g.expected, language)) for g in result.gaps],
        notes=result.notes,
        charts=[path for path, _ in charts],
        profiles=[path for path, _ in profiles],
        data=json_in_html({"separators": ",." if language == "nl" else ".,", "figures": [figure for _, figure in [*charts, *profiles]]}),
    )


def _date(moment: pd.Timestamp | None) -> str:
    return "–" if moment is None else f"{moment.tz_convert(LOCAL_ZONE):%Y-%m-%d}"


def _number(value: float, language: str) -> str:
    if not np.isfinite(value):
        return "–"
    size = abs(value)
    text = f"{value:,.{0 if size >= 1000 else 1 if size >= 10 else 3}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text


def _rounded(values: Any) -> list[float | None]:
    return [round(float(v), 4) if np.isfinite(v) else None for v in np.asarray(values, dtype=np.float64)]


def _axis(title: str, **settings: Any) -> dict[str, Any]:
    return {"title": {"text": title, "font": {"size": 12}}, "gridcolor": _LINE, "linecolor": _OUT, "zeroline": False, "automargin": True, **settings}


def _figure(data: list[dict[str, Any]], x: str, y: str, **layout: Any) -> dict[str, Any]:
    base = {
        "height": 280,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 12, "color": _INK, "family": "'Source Sans 3', 'Segoe UI', Arial, sans-serif"},
        "margin": {"l": 50, "r": 12, "t": 28, "b": 44},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "xaxis": _axis(x),
        "yaxis": _axis(y, rangemode="tozero"),
    }
    return {"data": data, "layout": base | layout}


def _sample_figure(sample: Sample, language: str) -> dict[str, Any]:
    """Return the picture of one estimate: a histogram with its mean, or points with their line."""
    return _histogram(sample, language) if sample.x is None else _scatter(sample, sample.x, language)


def _histogram(sample: Sample, language: str) -> dict[str, Any]:
    kept = sample.y_s[sample.is_kept]
    low, high = float(kept.min()), float(kept.max())
    edges = np.linspace(low, high, _BINS + 1) if high - low > 1.0 else np.linspace(low - 5.0, high + 5.0, 11)
    counts = np.histogram(kept, edges)[0]
    mean = sample.coefficients[0]
    bars = {
        "type": "bar", "x": _rounded((edges[:-1] + edges[1:]) / 2), "y": counts.tolist(), "marker": {"color": _DATA},
        "width": float(edges[1] - edges[0]), "name": say("observed", language),
    }  # fmt: skip
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": [mean, mean],
        "y": [0, int(counts.max())],
        "line": {"color": _FIT, "width": 3},
        "name": say("fitted", language),
    }
    return _figure([bars, line], say("duration", language), say("number", language), bargap=0)


def _scatter(sample: Sample, x: Floats, language: str) -> dict[str, Any]:
    data = []
    for mask, colour, name in ((sample.is_kept, _DATA, "observed"), (~sample.is_kept, _OUT, "outlier")):
        chosen = np.flatnonzero(mask)
        chosen = chosen[np.unique(np.linspace(0, chosen.size - 1, MAX_POINTS).round().astype(np.int64))] if chosen.size > MAX_POINTS else chosen
        if chosen.size:
            marker = {"color": colour, "size": 5, "opacity": 0.6, "symbol": "circle" if name == "observed" else "x"}
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": _rounded(x[chosen]),
                    "y": _rounded(sample.y_s[chosen]),
                    "marker": marker,
                    "name": say(name, language),
                }
            )
    grid = np.linspace(float(x.min()), float(x.max()), 60)
    base, slope = sample.coefficients
    curve = base + slope * (np.sqrt(grid) if sample.x_kind == "head" else grid)
    data.append(
        {"type": "scatter", "mode": "lines", "x": _rounded(grid), "y": _rounded(curve), "line": {"color": _FIT, "width": 3}, "name": say("fitted", language)}
    )
    return _figure(data, say(f"x_{sample.x_kind}", language), say("duration", language))


def _profile_figures(profiles: pd.DataFrame, language: str) -> list[tuple[str, dict[str, Any]]]:
    """Return one picture per profile and group: bars with intervals; what the log did not show is grey."""
    figures: list[tuple[str, dict[str, Any]]] = []
    if profiles.empty:
        return figures
    for (group, profile), rows in profiles.groupby(["group", "profile"], sort=False):
        error = {
            "type": "data", "symmetric": False, "array": _rounded((rows["high"] - rows["factor"]).fillna(0.0)),
            "arrayminus": _rounded((rows["factor"] - rows["low"]).fillna(0.0)), "color": _INK, "thickness": 1,
        }  # fmt: skip
        colours = [_DATA if seen else _OUT for seen in rows["is_measured"]]
        bars = {"type": "bar", "x": rows["key"].tolist(), "y": _rounded(rows["factor"]), "marker": {"color": colours}, "error_y": error, "name": str(group)}
        figures.append(
            (f"{group}: {say(f'profile_{profile}', language)}", _figure([bars], say(f"profile_{profile}", language), say("factor", language), showlegend=False))
        )
    return figures
