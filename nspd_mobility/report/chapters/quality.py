"""Section 6: what the results rest on: quality of the values, sources, licences, and what the model leaves out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..charts import INK, axis, figure
from ..content import Block, Bullets, Cell, Chart, Choice, Fold, Heading, Prose, Rows, Table
from ..context import Context
from ..sections import section
from ..texts import LANGUAGES, Text, general, given, join, place_name, plain, say, sentence

_QUALITIES = ("measured", "published", "estimate", "assumption")
_COLOURS = {"measured": "#12466b", "published": "#5b9bc4", "estimate": "#e2c27a", "assumption": "#c4702d"}
_FILE = re.compile(r"^set in (?P<path>.+?)(?P<line>:\d+)?$")


@section("quality")
def quality(context: Context) -> list[Block]:
    """Counts, the uncertain values, licences, limits."""
    inventory = context.facts["inventory"]
    counts = Counter(str(row["quality"]) for row in inventory)
    numbers = {name: counts.get(name, 0) for name in _QUALITIES}
    blocks: list[Block] = [Heading(say("quality.limits")), Prose(say("quality.limits_text")), Bullets(_limits(context))]
    blocks += [Heading(say("quality.values")), Prose(say("quality.intro", total=len(inventory), **numbers))]
    if inventory:
        blocks.append(_chart(inventory, numbers, context.facts["locks"]))
    uncertain = [row for row in inventory if row["quality"] in ("assumption", "estimate")]
    if uncertain:
        blocks.append(Fold(say("quality.list", n=len(uncertain)), [Prose(say("quality.list_text"), "note"), _uncertain(context, uncertain)]))
    blocks += [Heading(say("quality.licences")), _licences(context), Fold(say("quality.sources"), [_sources(context)])]
    return blocks


def _limits(context: Context) -> list[Text]:
    items = [] if _has_rows(context, "encounters") else [say("limit.canal")]
    items.append(say("limit.road") if _has_rows(context, "bridge_closures") else say("limit.bridges"))
    items.append(say("limit.tugs"))
    values = {row["path"]: row["value"] for row in context.facts["inventory"]}
    if any(path.endswith(".policy") and value == "first_come" for path, value in values.items()):
        items.append(say("limit.policy"))
    if any(".tide." in path for path in values) and not any(".surge." in path for path in values):
        items.append(say("limit.tide"))
    if any(period["weight_days"] >= 365 for period in context.facts["periods"].values()):
        items.append(say("limit.year"))
    return items


def _has_rows(context: Context, table: str) -> bool:
    return context.has(table) and not context.table(table).empty


def _part(path: str) -> str:
    """Return the part of the model that a value belongs to: the chamber or lock where there is one, else the mode."""
    words = path.split(".")
    for word in ("chambers", "locks"):
        if word in words[:-2]:
            return words[words.index(word) + 1]
    return "demand" if words[0] == "demand" else words[1] if len(words) > 1 else words[0]


def _part_name(part: str, locks: Iterable[str]) -> Text:
    if part in ("demand", "waterway"):
        return say(f"part.{part}")
    return say("part.lock", name=place_name(part)) if part in locks else plain(place_name(part))


def _chart(inventory: list[dict[str, Any]], numbers: dict[str, int], locks: Iterable[str]) -> Chart:
    parts = list(dict.fromkeys(_part(str(row["path"])) for row in inventory))
    counts = Counter((_part(str(row["path"])), str(row["quality"])) for row in inventory)
    names = {lang: [_part_name(part, locks)[lang] for part in parts] for lang in LANGUAGES}
    data = []
    for name in _QUALITIES:
        values = [counts[(part, name)] for part in parts]
        if not any(values):
            continue
        text = sentence(say(f"quality.{name}"))
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": text,
                "y": names,
                "x": values,
                "marker": {"color": _COLOURS[name], "line": {"color": "#fff", "width": 1}},
                "text": [str(v) if v else "" for v in values],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "hovertemplate": {lang: f"%{{y}}: %{{x}}<extra>{text[lang]}</extra>" for lang in LANGUAGES},
            }
        )
    layout = {
        "barmode": "stack",
        "bargap": 0.32,
        "xaxis": axis(say("quality.axis"), rangemode="tozero"),
        "hovermode": "closest",
        "yaxis": axis(None, autorange="reversed", showgrid=False, ticks="", tickfont={"size": 12.5, "color": INK}),
    }
    alt = say("quality.intro", total=len(inventory), **numbers)
    return Chart("quality-counts", say("quality.chart"), alt, [Choice(plain(""), figure(data, 92 + 34 * len(parts), **layout))])


def _uncertain(context: Context, rows: list[dict[str, Any]]) -> Table:
    head = [say(f"quality.{key}") for key in ("path", "value", "unit", "band", "quality", "source")]
    groups: dict[tuple[str, str], list[list[Cell]]] = {}
    for row in rows:
        band = _band(row)
        part = _part(str(row["path"]))
        groups.setdefault((str(row["variant"]), part), []).append(
            [
                Cell(plain(_short(str(row["path"]), part))),
                Cell(general(row["value"])),
                Cell(plain(str(row["unit"] or "–"))),
                Cell(band),
                Cell(say(f"quality.{row['quality']}")),
                Cell(source_text(context.facts["sources"], str(row["source"]))),
            ]
        )
    made = []
    for (variant, part), cells in groups.items():
        name = _part_name(part, context.facts["locks"])
        made.append(Rows(cells, name if variant == context.facts["reference"] else join([name, given(context.facts["variants"][variant]["title"])], ", ")))
    return Table(say("quality.caption"), head, made, "values")


def _band(row: dict[str, Any]) -> Text:
    if row["low"] is None or row["high"] is None:
        return plain("–")
    return say("value.span", low=general(row["low"]), high=general(row["high"]))


def _short(path: str, part: str) -> str:
    """Return a path without what its heading says."""
    _, found, rest = path.partition(f".{part}.")
    return rest if found else path.partition(".")[2]


def source_text(sources: dict[str, Any], source: str) -> Text:
    """Return what a source is: its title for a key, the place for a value that was set in a file, else the words themselves."""
    if source in sources:
        return plain(_cite(sources[source]))
    if source == "default":
        return say("quality.default")
    place = _FILE.match(source)
    if place is not None:
        return say("quality.set_in", file="/".join(place["path"].replace("\\", "/").split("/")[-2:]) + (place["line"] or ""))
    return plain(source)


def _cite(source: dict[str, Any]) -> str:
    rest = ", ".join(str(source[key]) for key in ("organisation", "year") if source.get(key))
    return f"{source.get('title', '')} ({rest})" if rest else str(source.get("title", ""))


def _licences(context: Context) -> Table:
    rows = [
        [
            Cell(sentence(say(f"dataset.{kind}") if kind in ("network", "demand") else plain(kind))),
            Cell(given(d.get("title"), d["name"])),
            Cell(plain(str(d.get("licence") or "–"))),
        ]
        for kind, d in context.facts["datasets"].items()
    ]
    return Table(say("quality.licences_caption"), [say("quality.dataset"), say("quality.title_of"), say("quality.licence")], [Rows(rows)], "words")


def _sources(context: Context) -> Table:
    rows = [
        [Cell(plain(key)), Cell(plain(_cite(source))), Cell(plain(str(source.get("note") or "–")))] for key, source in sorted(context.facts["sources"].items())
    ]
    return Table(say("quality.sources_caption"), [say("quality.key"), say("quality.source"), say("quality.note")], [Rows(rows)], "words")
