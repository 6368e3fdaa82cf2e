"""The chart of encounters along the canal: a bar per kilometre, with bridges and mouths of docks marked."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .charts import INK, MUTED, axis, figure, label, rounded
from .content import Figure
from .context import Context
from .measures import dimension_name
from .texts import LANGUAGES, Text, given, say, sentence

_PAIR_COLOURS = {
    ("inland", "inland"): "#56b4e9", ("inland", "sea"): "#0072b2", ("sea", "sea"): "#d55e00", ("inland", "recreation"): "#009e73",
    ("recreation", "sea"): "#cc79a7", ("recreation", "recreation"): "#b8860b",
}  # fmt: skip
_PAIR_SHAPES = {("inland", "sea"): "/", ("sea", "sea"): "x", ("inland", "recreation"): ".", ("recreation", "sea"): "-", ("recreation", "recreation"): "|"}
_MARKED = ("bridge", "lock", "berth", "junction", "border")


def per_day(context: Context, variant: str) -> pd.DataFrame:
    """Return the encounters of a variant per day, mean over replications: `stretch, km, kind, pair, per_day, beam_sum_max_m`."""
    rows = context.counted("encounters")
    rows = rows[rows["variant"] == variant]
    days = sum(period["weight_days"] for period in context.facts["periods"].values()) * max(context.matrix.shape[1], 1)
    pairs = [tuple(sorted(pair)) for pair in zip(rows["first_group"], rows["second_group"], strict=True)]
    rows = rows.assign(pair=pd.Series(pairs, index=rows.index, dtype=object), per_day=rows["n"] * rows["weight"] / days)
    found: pd.DataFrame = rows.groupby(["stretch", "km", "kind", "pair"], as_index=False).agg({"per_day": "sum", "beam_sum_max_m": "max"})
    return found


def route_of(context: Context, stretch: str) -> str:
    """Return the fairway that a stretch belongs to: the letters and digits of its route, else its name."""
    found = context.facts.get("map", {}).get("stretches", {}).get(stretch, {})
    return str(found.get("route") or found.get("name") or stretch)


def main_route(context: Context) -> str:
    """Return the fairway with the most encounters in the reference: the canal."""
    rows = per_day(context, context.reference)
    sums = rows.groupby(rows["stretch"].map(lambda s: route_of(context, s)))["per_day"].sum()
    return str(sums.idxmax())


def places_along(context: Context, route: str) -> list[tuple[float, str, Text]]:
    """Return kilometre, kind and name of the places along a fairway, in order; of those at one place the bridge or lock."""
    found: dict[str, tuple[float, str, Text]] = {}
    facts = context.facts.get("map", {})
    for stretch in facts.get("stretches", {}).values():
        if stretch.get("route") != route or "km_begin" not in stretch:
            continue
        for end, km in (("from_node", "km_begin"), ("to_node", "km_end")):
            node = facts["nodes"].get(stretch[end], {})
            if node.get("kind") in _MARKED:
                found[stretch[end]] = (float(stretch[km]), str(node["kind"]), given(node.get("title"), str(node["name"])))
    return sorted(found.values(), key=lambda place: place[:2])


def pair_name(pair: tuple[str, str]) -> Text:
    """Return the name of two groups: binnenvaart en zeevaart."""
    if pair[0] == pair[1]:
        return say("encounters.same", group=dimension_name(pair[0]))
    return say("encounters.pair", first=dimension_name(pair[0]), second=dimension_name(pair[1]))


def encounter_bars(context: Context, variant: str, kind: str, route: str) -> Figure:
    """Return the encounters of a kind per day and kilometre of a fairway, stacked by the two groups."""
    rows = per_day(context, variant)
    rows = rows[(rows["kind"] == kind) & (rows["stretch"].map(lambda s: route_of(context, s)) == route)]
    sums = rows.groupby(["pair", "km"])["per_day"].sum()
    data: list[dict[str, Any]] = []
    for pair in [p for p in _PAIR_COLOURS if p in set(rows["pair"])]:
        of_pair = sums[pair]
        name = sentence(pair_name(pair))
        data.append(
            {
                "type": "bar",
                "name": name,
                "x": [float(km) + 0.5 for km in of_pair.index],
                "y": rounded(of_pair.to_numpy(), 2),
                "width": 0.86,
                "marker": {
                    "color": _PAIR_COLOURS[pair],
                    "pattern": {"shape": _PAIR_SHAPES.get(pair, ""), "fillmode": "overlay", "fgcolor": "rgba(255,255,255,0.75)", "size": 6, "solidity": 0.3},
                },
                "hovertemplate": {lang: f"km %{{x:.1f}}: %{{y:.1f}}<extra>{label(name)[lang]}</extra>" for lang in LANGUAGES},
            }
        )
    places = places_along(context, route)
    first, last = (float(rows["km"].min()), float(rows["km"].max()) + 1.0) if len(rows) else (0.0, 1.0)
    shapes, notes = _marks([place for place in places if first - 1.0 <= place[0] <= last + 1.0])
    layout = {
        "barmode": "stack",
        "xaxis": axis(say("encounters.km_axis"), range=[first - 1.2, last + 1.2], dtick=2, zeroline=False),
        "yaxis": axis(say("encounters.axis"), rangemode="tozero", domain=[0.0, 0.6]),
        "shapes": shapes,
        "annotations": notes,
        "margin": {"l": 56, "r": 16, "t": 8, "b": 48},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top", "traceorder": "normal", "font": {"size": 12.5}},
    }
    return figure(data, 510, **layout)


def _marks(places: list[tuple[float, str, Text]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a line and an upright name for each place; bridges and locks are darker. A place within 0.6 km of the last is not named."""
    shapes, notes = [], []
    kept: list[tuple[float, str, Text]] = []
    for place in sorted(places, key=lambda p: (_rank(p[1]), p[0])):
        if all(abs(place[0] - other[0]) > 0.6 for other in kept):
            kept.append(place)
    for km, kind, name in kept:
        strong = _rank(kind) == 0
        shade = INK if strong else MUTED
        line = {"color": shade, "width": 1.3 if strong else 0.8, "dash": "solid" if strong else "dot"}
        shapes.append({"type": "line", "x0": km, "x1": km, "yref": "paper", "y0": 0, "y1": 0.62, "line": line, "layer": "above" if strong else "below"})
        notes.append(
            {
                "x": km,
                "y": 0.62,
                "yref": "paper",
                "yanchor": "bottom",
                "xanchor": "center",
                "text": label(name),
                "textangle": -90,
                "showarrow": False,
                "font": {"size": 11, "color": shade},
            }
        )
    return shapes, notes


def _rank(kind: str) -> int:
    return 0 if kind in ("bridge", "lock") else 1 if kind == "border" else 2
