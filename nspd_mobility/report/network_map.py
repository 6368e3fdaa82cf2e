"""The map of the fairways, offline: lines of longitude and latitude, drawn with equal distances in both directions.

Width is flow, colour is country, so that the border shows as a change of colour. Estuary stretches are paler than canals.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from .charts import INK, MUTED, faded, figure, label
from .content import Figure
from .context import Context
from .labels import Box, place_labels
from .texts import LANGUAGES, Text, given, number, say, say_or, sentence

COUNTRY_COLOURS = {"NL": "#0072b2", "BE": "#d55e00"}
_OTHER_COLOUR, _WIDEST_PX, _THINNEST_PX = "#4b4b4b", 15.0, 1.4
_SYMBOLS = {"lock": "square", "bridge": "diamond", "boundary": "triangle-up", "border": "line-ew-open", "berth": "circle"}
_RANK = {"lock": 0, "bridge": 1, "border": 2, "boundary": 3, "berth": 4}
_WIDTH_PX, _DEGREE_M = 730.0, 111_195.0


def flows(context: Context, variant: str) -> dict[str, float]:
    """Return the counted ships per day of each stretch, mean over replications."""
    legs = context.counted("legs")
    rows = legs[legs["variant"] == variant]
    n = max(context.matrix.shape[1], 1)
    days = sum(period["weight_days"] for period in context.facts["periods"].values())
    return {str(stretch): float(weight) / days / n for stretch, weight in rows.groupby("stretch")["weight"].sum().items()}


def stretch_title(context: Context, stretch: str) -> Text:
    """Return the name of a stretch with the places at its ends: Kanaal Gent-Terneuzen, Axelse Vlakte tot Brug Sluiskil."""
    facts = context.facts["map"]
    found = facts["stretches"].get(stretch)
    if found is None or "from_node" not in found:
        return place_title(found or {}, stretch)
    begin, end = (place_title(facts["nodes"].get(found[key], {}), str(found[key])) for key in ("from_node", "to_node"))
    return say("network.between", name=place_title(found, stretch), begin=begin, end=end)


def place_title(place: dict[str, Any], otherwise: str) -> Text:
    """Return the name of a node or a stretch in both languages."""
    return given(place.get("title"), str(place.get("name") or otherwise))


def network_map(context: Context) -> Figure:
    """Return the map with the flows of the reference."""
    found = context.facts["map"]
    per_day = flows(context, context.reference)
    points = np.array([point for s in found["stretches"].values() for point in s["line"]], dtype=np.float64)
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    squeeze = math.cos(math.radians((south + north) / 2.0))
    widest = max(east - west, north - south, 0.01)  # degrees; a network on one line or one point still gets a frame around it
    pad_lon, pad_lat = max(0.07 * (east - west), 0.05 * widest), max(0.06 * (north - south), 0.05 * widest)
    frame = (west - pad_lon, east + pad_lon, south - pad_lat, north + pad_lat)
    height_px = _WIDTH_PX * (frame[3] - frame[2]) / ((frame[1] - frame[0]) * squeeze)
    data = [_stretch(name, stretch, per_day.get(name, 0.0), max(per_day.values(), default=1.0)) for name, stretch in found["stretches"].items()]
    data += _legend(found["stretches"], max(per_day.values(), default=1.0))
    data += _nodes(found["nodes"], frame, height_px, [s["line"] for s in found["stretches"].values()])
    hidden: dict[str, Any] = {"visible": False, "showgrid": False, "zeroline": False}
    layout: dict[str, Any] = {
        "xaxis": hidden | {"range": list(frame[:2]), "constrain": "domain"},
        "yaxis": hidden | {"range": list(frame[2:]), "scaleanchor": "x", "scaleratio": 1.0 / squeeze, "constrain": "domain"},
        "margin": {"l": 6, "r": 6, "t": 40, "b": 6},
        "hovermode": "closest",
        "dragmode": "pan",
    }
    shapes, notes = _scale(frame, squeeze)
    return figure(data, round(height_px * 1.22) + 46, **layout, shapes=shapes, annotations=notes)


def _width(per_day: float, most: float) -> float:
    return round(_THINNEST_PX + (_WIDEST_PX - _THINNEST_PX) * per_day / most, 2) if most > 0.0 else _THINNEST_PX


def _stretch(name: str, stretch: dict[str, Any], per_day: float, most: float) -> dict[str, Any]:
    shade = COUNTRY_COLOURS.get(stretch["country"], _OTHER_COLOUR)
    title = label(place_title(stretch, name))
    kind, length = say_or(f"kind.{stretch['kind']}", str(stretch["kind"])), number(stretch["length_m"] / 1000.0, 1)
    words = say("chart.map_hover", name=title, kind=kind, country=str(stretch["country"]), length=length, ships=number(per_day, 0))
    return {
        "type": "scatter",
        "mode": "lines",
        "showlegend": False,
        "x": [p[0] for p in stretch["line"]],
        "y": [p[1] for p in stretch["line"]],
        "line": {"width": _width(per_day, most), "color": faded(shade, 0.45 if stretch["kind"] == "estuary" else 0.9), "dash": "solid" if per_day else "dot"},
        "text": {lang: [words[lang].replace(" | ", "<br>")] * len(stretch["line"]) for lang in LANGUAGES},
        "hovertemplate": "%{text}<extra></extra>",
    }


def _legend(stretches: dict[str, Any], most: float) -> list[dict[str, Any]]:
    """Return traces without points: countries by colour, flows by width."""
    base = {"type": "scatter", "mode": "lines", "x": [None], "y": [None], "hoverinfo": "skip"}
    countries = sorted({str(s["country"]) for s in stretches.values()}, reverse=True)
    entries = [base | {"name": say_or(f"country.{c}", c), "line": {"color": COUNTRY_COLOURS.get(c, _OTHER_COLOUR), "width": 5}} for c in countries]
    for share in (0.25, 1.0):
        ships = max(1, round(share * most / 10.0) * 10)
        entries.append(base | {"name": say("chart.map_flow", ships=ships), "line": {"color": MUTED, "width": _width(ships, most)}})
    return entries


def _nodes(nodes: dict[str, Any], frame: tuple[float, float, float, float], height_px: float, lines: list[Any]) -> list[dict[str, Any]]:
    """Return the named points by kind; junctions are left out, as they carry no name that a reader knows."""

    def pixel(lon: float, lat: float) -> tuple[float, float]:
        return _WIDTH_PX * (lon - frame[0]) / (frame[1] - frame[0]), height_px * (frame[3] - lat) / (frame[3] - frame[2])

    shown = sorted((n for n in nodes.values() if n["kind"] in _RANK), key=lambda n: (_RANK[n["kind"]], n["name"]))
    pixels = [pixel(n["lon"], n["lat"]) for n in shown]
    ways = [Box(x - 4, y - 4, x + 4, y + 4) for line in lines for x, y in _between([pixel(*p) for p in line])]
    longest = [(x, y, max(place_title(n, "").values(), key=len)) for (x, y), n in zip(pixels, shown, strict=True)]
    positions = place_labels(longest, ways, Box(0, 0, _WIDTH_PX, height_px))
    traces = []
    for kind in _RANK:
        chosen = [(n, position) for n, position in zip(shown, positions, strict=True) if n["kind"] == kind]
        if chosen:
            titles = [label(place_title(n, "")) for n, _ in chosen]
            names = {lang: [f"\N{NO-BREAK SPACE}{title[lang]}\N{NO-BREAK SPACE}" for title in titles] for lang in LANGUAGES}
            text = sentence(say(f"kind.{kind}"))
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers+text",
                    "name": text,
                    "x": [n["lon"] for n, _ in chosen],
                    "y": [n["lat"] for n, _ in chosen],
                    "text": names,
                    "textposition": [position for _, position in chosen],
                    "textfont": {"size": 12 if kind != "berth" else 11, "color": INK if kind != "berth" else MUTED},
                    "marker": {
                        "symbol": _SYMBOLS[kind],
                        "size": 11 if kind != "berth" else 6,
                        "color": INK if kind != "berth" else MUTED,
                        "line": {"color": "#ffffff" if kind != "border" else INK, "width": 1.5 if kind != "border" else 2.5},
                    },
                    "hovertemplate": {lang: f"%{{text}}<extra>{text[lang]}</extra>" for lang in LANGUAGES},
                }
            )
    return traces


def _between(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points along a line, at most 10 pixels apart."""
    found = list(points)
    for (x0, y0), (x1, y1) in pairwise(points):
        n = int(math.hypot(x1 - x0, y1 - y0) / 10.0) + 1
        found += [(x0 + (x1 - x0) * i / n, y0 + (y1 - y0) * i / n) for i in range(1, n)]
    return found


def _scale(frame: tuple[float, float, float, float], squeeze: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a scale bar of 10 km with a north arrow in the lower right corner."""
    length = 10_000.0 / (_DEGREE_M * squeeze)
    right, low = frame[1] - 0.03 * (frame[1] - frame[0]), frame[2] + 0.05 * (frame[3] - frame[2])
    bar = {"type": "line", "x0": right - length, "x1": right, "y0": low, "y1": low, "line": {"color": INK, "width": 3}}
    base = {"showarrow": False, "font": {"size": 11.5, "color": INK}, "yanchor": "bottom"}
    return [bar], [
        base | {"x": right - length / 2.0, "y": low, "text": "10 km", "yshift": 2},
        base | {"x": right, "y": low, "text": "N ↑", "yshift": 20, "xanchor": "right"},
    ]
