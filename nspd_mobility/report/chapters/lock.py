"""Section 4: the lock: waiting and passage times, the chosen day, the chambers, the queue, the levels."""

from __future__ import annotations

import math
from collections.abc import Callable

from ...appraisal.comparison import mean_interval
from ..charts import colour
from ..content import Block, Cell, Chart, Choice, Fold, Grid, Heading, Key, Keys, Prose, Rows, Table
from ..context import Context, FloatArray
from ..gantt import gantt
from ..lock_charts import boxes, chamber_bars, distribution, levels, queue
from ..lock_frames import chosen_day, five_numbers, lockages_of_day, queue_band, ships_of, ships_per_day
from ..measures import dimension_name, growth, unit_name, with_interval
from ..sections import section
from ..texts import Text, day_text, given, join, number, place_name, plain, say, sentence

_CHAMBER_MEASURES = (
    ("lockages_per_day", "1/day"),
    ("ships_per_day", "1/day"),
    ("ships_per_lockage", "1"),
    ("chamber_fill_share", "–"),
    ("chamber_busy_share", "–"),
    ("empty_turn_share", "–"),
)


@section("lock", needs=("ships", "lockages", "levels"))
def lock(context: Context) -> list[Block]:
    """All charts of every lock."""
    blocks: list[Block] = [Prose(_lead(context), "lead"), Prose(say("lock.intro"))]
    names = list(context.facts["locks"])
    for place, name in enumerate(names):
        prefix = f"lock{place}-"
        if len(names) > 1:
            blocks.append(Heading(_lock_title(context, name)))
        blocks += _times(context, name, prefix)
        blocks += _day(context, name, prefix)
        blocks += _chambers(context, name, prefix)
        blocks += _queue(context, name, prefix)
        blocks.append(_levels(context, name, prefix))
    return blocks


def _lead(context: Context) -> Text:
    """Return how long the slowest tenth of the ships waits in the reference, and how busy the busiest chamber is."""
    reference, parts = context.reference, []
    if context.is_saturated(reference):
        parts.append(say("lock.lead_saturated", growth=growth(context, reference)))
    elif context.values(reference, "wait_p90").size:
        parts.append(say("lock.lead", p90=with_interval(*context.mean(reference, "wait_p90"), "min")))
    busy = {c: context.mean(reference, "chamber_busy_share", c) for lock in context.facts["locks"].values() for c in lock.get(reference, {})}
    known = [c for c in busy if math.isfinite(busy[c][0])]
    if known:
        most = max(known, key=lambda c: busy[c][0])
        parts.append(say("lock.lead_busy", chamber=dimension_name(most), share=with_interval(*busy[most], "–")))
    return join(parts)


def _lock_title(context: Context, name: str) -> Text:
    node = context.facts.get("map", {}).get("nodes", {}).get(name, {})
    return given(node.get("title"), str(node.get("name") or place_name(name)))


def _per_variant(context: Context, draw: Callable[[str], dict[str, object]]) -> list[Choice]:
    return [Choice(sentence(context.title(variant)), draw(variant)) for variant in context.variants]


def _median_alt(context: Context, name: str, column: str, key: str) -> Text:
    parts = []
    for variant in context.variants:
        numbers = five_numbers(ships_of(context, name, variant), column)
        if numbers is not None:
            parts.append(say("chart.median_part", variant=context.title(variant), median=number(numbers["p50"], 0), p90=number(numbers["p90"], 0)))
    return join([say(key), *parts])


def _times(context: Context, name: str, prefix: str) -> list[Block]:
    blocks: list[Block] = [Heading(say("lock.times")), Prose(say("lock.times_text"))]
    curves, summaries = [], []
    for column, word in (("wait_min", "wait"), ("passage_min", "passage")):
        alt = _median_alt(context, name, column, f"chart.{word}_curve_alt")
        curves.append(Chart(f"{prefix}{word}-curve", say(f"chart.{word}_curve"), alt, [Choice(plain(""), distribution(context, name, column))]))
        alt = say(f"chart.{word}_box_alt")
        summaries.append(Chart(f"{prefix}{word}-box", say(f"chart.{word}_box"), alt, [Choice(plain(""), boxes(context, name, column))]))
    blocks += [Grid(curves), Grid(summaries), Prose(say("lock.box_note"), "note")]
    open_ships = sum(int(ships_of(context, name, variant)["wait_min"].isna().sum()) for variant in context.variants)
    if open_ships:
        blocks.append(Prose(say("lock.open_note", n=open_ships), "note"))
    return blocks


def _day(context: Context, name: str, prefix: str) -> list[Block]:
    day = day_text(chosen_day(context.facts)[1])
    counts = []
    for variant in context.variants:
        rows = lockages_of_day(context, name, variant)
        turns = int((rows["n_ships"] == 0).sum())
        counts.append(say("chart.gantt_count", variant=context.title(variant), n=len(rows), ships=int(rows["n_ships"].sum()), turns=turns))
    chart = Chart(
        f"{prefix}gantt",
        say("chart.gantt_title", day=day),
        join([say("chart.gantt_alt"), *counts]),
        _per_variant(context, lambda v: gantt(context, name, v)),
        say("chart.gantt_note"),
        say("chart.select"),
        760,
    )
    return [Heading(say("lock.day", day=day)), Prose(say("lock.day_text")), chart, Prose(say("lock.doors_text"), "note")]


def _measure(context: Context, indicator: str) -> Callable[[str, str], FloatArray]:
    if indicator == "ships_per_day":
        return lambda variant, chamber: ships_per_day(context, variant, chamber)
    return lambda variant, chamber: context.values(variant, indicator, chamber)


def _chambers(context: Context, name: str, prefix: str) -> list[Block]:
    charts, rows = [], []
    chambers = list(dict.fromkeys(c for variant in context.variants for c in context.facts["locks"][name].get(variant, {})))
    for indicator, unit in _CHAMBER_MEASURES:
        is_share = unit == "–"
        drawn = chamber_bars(context, name, _measure(context, indicator), 100.0 if is_share else 1.0, " %" if is_share else "")
        title = say(f"chart.{indicator}")
        charts.append(Chart(f"{prefix}{indicator.replace('_', '-')}", title, say("chart.chamber_alt", measure=title), [Choice(plain(""), drawn)]))
        for chamber in chambers:
            cells = [Cell(join([title, plain(place_name(chamber))], ": ")), Cell(unit_name(unit))]
            for variant in context.variants:
                mean, half = mean_interval(_measure(context, indicator)(variant, chamber))
                cells.append(Cell(with_interval(mean, half, unit)))
            rows.append(cells)
    head = [say("figures.indicator"), say("figures.unit"), *[sentence(context.title(variant)) for variant in context.variants]]
    keys = Keys([Key(sentence(context.title(variant)), colour(context, variant), variant != context.reference) for variant in context.variants])
    table = Fold(say("lock.chambers_table"), [Table(say("lock.chambers"), head, [Rows(rows)], "figures")])
    return [Heading(say("lock.chambers")), Prose(say("lock.chambers_text")), keys, Grid(charts, 3), table]


def _queue(context: Context, name: str, prefix: str) -> list[Block]:
    choices, parts = [], []
    for period in context.facts["periods"]:
        choices.append(Choice(plain(period), queue(context, name, period)))
    first = next(iter(context.facts["periods"]))
    for variant in context.variants:
        _, mean, _, high = queue_band(context, name, variant, first)
        parts.append(say("chart.queue_part", variant=context.title(variant), mean=number(float(mean.max()), 1), high=number(float(high.max()), 0)))
    chart = Chart(
        f"{prefix}queue", say("chart.queue_title"), join([say("chart.queue_alt"), *parts]), choices, say("chart.queue_note"), say("chart.select_period"), 560
    )
    return [Heading(say("lock.queue")), chart]


def _levels(context: Context, name: str, prefix: str) -> Chart:
    day = day_text(chosen_day(context.facts)[1])
    return Chart(
        f"{prefix}levels",
        say("chart.levels_title", day=given(day)),
        say("chart.levels_alt"),
        _per_variant(context, lambda v: levels(context, name, v)),
        say("chart.levels_note"),
        say("chart.select"),
        560,
    )
