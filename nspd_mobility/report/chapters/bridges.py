"""The movable bridges: the openings of a day, what they cost the road by the hour, and what is published about them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...appraisal.comparison import mean_interval
from ..bridge_charts import bridge_title, bridges_of, closed_by_hour, hours_chart, openings_of_day, timeline
from ..content import Block, Bullets, Cell, Chart, Choice, Heading, Prose, Rows, Table
from ..context import Context
from ..lock_frames import chosen_day
from ..measures import change, with_interval
from ..published import outside, published, source_of
from ..sections import section
from ..texts import Text, day_text, join, number, plain, say, sentence

_MEASURES = (
    ("bridge_openings_per_day", "1/day"),
    ("bridge_open_minutes_mean", "min"),
    ("bridge_closed_hours_per_day", "h/day"),
    ("bridge_wait_mean", "min"),
)
_FAR_SHARE = 0.25  # a difference that is put in words besides the table


@section("bridges", needs=("bridge_closures", "bridge_passages"))
def bridges(context: Context) -> list[Block]:
    """Conclusion, figures, the chosen day, the hours of the day, published counts."""
    names = bridges_of(context)
    if not names:
        return []
    worst = max(names, key=lambda b: (np.nan_to_num(_hours_closed(context, context.reference, b)), b))
    blocks: list[Block] = [Prose(_lead(context, worst), "lead")]
    if context.others:
        blocks += [Prose(say("bridges.against", name=bridge_title(context, worst))), Bullets([_other(context, variant, worst) for variant in context.others])]
    blocks += [_table(context, names), _day(context), *_hours(context, names)]
    known = [b for b in names if b in published()["bridges"]]
    if known:
        apart = [say("bridges.published_text"), *_apart(context, known)]
        blocks += [Heading(say("bridges.published")), Prose(join(apart)), _published(context, known)]
    return blocks


def _hours_closed(context: Context, variant: str, bridge: str) -> float:
    return context.mean(variant, "bridge_closed_hours_per_day", bridge)[0]


def _other(context: Context, variant: str, worst: str) -> Text:
    hours, wait = (change(context, variant, key, worst) for key in ("bridge_closed_hours_per_day", "bridge_wait_mean"))
    return say("bridges.lead_variant", variant=sentence(context.title(variant)), hours=hours, wait=wait)


def _lead(context: Context, worst: str) -> Text:
    """Return what the bridge that is closed longest costs road and ships, and at what hour most."""
    values = {key: with_interval(*context.mean(context.reference, key, worst), unit) for key, unit in _MEASURES}
    by_hour = closed_by_hour(context, context.reference, worst)
    hour = int(np.argmax(by_hour.mean(axis=0)))
    parts = [
        say(
            "bridges.lead",
            name=bridge_title(context, worst),
            hours=values["bridge_closed_hours_per_day"],
            openings=values["bridge_openings_per_day"],
            minutes=values["bridge_open_minutes_mean"],
            wait=values["bridge_wait_mean"],
        ),
        say("bridges.lead_hour", begin=hour, end=hour + 1, minutes=with_interval(*mean_interval(by_hour[:, hour]), "1/year")),
    ]
    return join(parts)


def _table(context: Context, names: list[str]) -> Table:
    groups = []
    for variant in context.variants:
        rows = []
        for bridge in names:
            cells = [Cell(with_interval(*context.mean(variant, key, bridge), unit)) for key, unit in _MEASURES]
            rows.append([Cell(bridge_title(context, bridge)), *cells])
        groups.append(Rows(rows, sentence(context.title(variant)) if context.others else None))
    head = [say("bridges.bridge"), *[say(f"bridges.{key.removeprefix('bridge_')}") for key, _ in _MEASURES]]
    return Table(say("bridges.caption"), head, groups, "numbers", [say("bridges.table_note")])


def _day(context: Context) -> Chart:
    day = day_text(chosen_day(context.facts)[1])
    counts = []
    for variant in context.variants:
        rows = openings_of_day(context, variant)
        counts.append(say("bridges.count", variant=context.title(variant), n=len(rows), forced=int(rows["is_forced"].sum())))
    choices = [Choice(sentence(context.title(variant)), timeline(context, variant)) for variant in context.variants]
    title = say("bridges.day", day=day)
    return Chart("bridges-day", title, join([say("bridges.day_alt"), *counts]), choices, say("bridges.day_note"), say("chart.select"), 760)


def _hours(context: Context, names: list[str]) -> list[Block]:
    choices, parts = [], []
    for bridge in names:
        choices.append(Choice(bridge_title(context, bridge), hours_chart(context, bridge)))
        by_hour = closed_by_hour(context, context.reference, bridge).mean(axis=0)
        hour = int(np.argmax(by_hour))
        parts.append(say("bridges.hours_part", name=bridge_title(context, bridge), hour=hour, minutes=number(float(by_hour[hour]), 0)))
    alt = join([say("bridges.hours_alt"), *parts])
    return [Chart("bridges-hours", say("bridges.hours"), alt, choices, say("bridges.hours_note"), say("bridges.select"), 900)]


def _apart(context: Context, names: list[str]) -> list[Text]:
    """Return a sentence for each bridge that opens far more or less often than was counted."""
    found = []
    for bridge in names:
        row = next((r for r in published()["bridges"][bridge] if r["measure"] == "openings_per_day" and "value" in r), None)
        value = context.mean(context.reference, "bridge_openings_per_day", bridge)[0]
        if row is not None and abs(value / float(row["value"]) - 1.0) > _FAR_SHARE:
            found.append(say("bridges.apart", name=bridge_title(context, bridge), model=number(value, 0), known=number(float(row["value"]), 0)))
    return [*found, say("bridges.apart_reading")] if found else []


def _published(context: Context, names: list[str]) -> Table:
    """Return published figures beside those of the reference; the difference is to the nearest end of a range."""
    rows, sources = [], []
    for bridge in names:
        for row in published()["bridges"][bridge]:
            value = context.mean(context.reference, f"bridge_{row['measure']}", bridge)[0]
            difference = outside(value, row)
            word = number(difference, 1, sign=True) if difference else say("bridges.within")
            what = join([bridge_title(context, bridge), say(f"bridges.{row['measure']}")], ": ")
            rows.append([Cell(what), Cell(_range(row), _year(row)), Cell(number(value, 1)), Cell(word)])
            sources.append(join([bridge_title(context, bridge), source_of(row)], ": "))
    head = [say("bridges.what"), say("bridges.was_published"), say("bridges.model"), say("bridges.difference")]
    notes = [say("bridges.sources", sources=join(list({text["nl"]: text for text in sources}.values()), "; "))]
    return Table(say("bridges.published_caption"), head, [Rows(rows)], "numbers", notes)


def _range(row: dict[str, Any]) -> Text:
    if "value" not in row:
        return say("value.span", low=number(float(row["low"]), 0), high=number(float(row["high"]), 0))
    value = number(float(row["value"]), 0)
    return say("bridges.at_least", value=value) if row.get("note") == "more than" else value


def _year(row: dict[str, Any]) -> Text:
    words = {"before 2015": "bridges.before_2015", "unknown": "bridges.year_unknown"}
    year = str(row["year"])
    return join([say(words[year]) if year in words else plain(year), say(f"quality.{row['quality']}")], ", ")
