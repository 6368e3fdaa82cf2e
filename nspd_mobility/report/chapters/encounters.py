"""The canal: where ships meet and overtake, and what they lose on the way."""

from __future__ import annotations

import numpy as np

from ...appraisal.canal import CAUSES, KINDS
from ..canal_charts import encounter_bars, main_route, pair_name, per_day, places_along, route_of
from ..content import Block, Cell, Chart, Choice, Heading, Prose, Rows, Table
from ..context import Context
from ..measures import dimension_name, with_interval
from ..network_map import stretch_title
from ..sections import section
from ..texts import Text, join, number, plain, say, sentence

_MOST_SHOWN = 2  # variants that a reader can choose from in the chart


@section("encounters", needs=("encounters", "waits"))
def encounters(context: Context) -> list[Block]:
    """Conclusion, encounters by kilometre, by pair of groups, and losses by cause."""
    if context.table("encounters").empty:
        return []
    route = main_route(context)
    blocks: list[Block] = [Prose(_lead(context, route), "lead"), _chart(context, route), _pairs(context)]
    return [*blocks, Heading(say("encounters.losses")), Prose(_loss_words(context)), _losses(context)]


def _busiest(context: Context, kind: str, route: str) -> tuple[float, int]:
    """Return the most encounters per day on one kilometre, and the kilometre."""
    rows = per_day(context, context.reference)
    rows = rows[(rows["kind"] == kind) & (rows["stretch"].map(lambda s: route_of(context, s)) == route)]
    sums = rows.groupby("km")["per_day"].sum()
    return (float(sums.max()), int(sums.index[int(sums.to_numpy().argmax())])) if len(sums) else (0.0, 0)


def _near(context: Context, route: str, km: int) -> Text:
    """Return the place nearest to the middle of a kilometre, in words, or nothing."""
    places = places_along(context, route)
    if not places:
        return plain("")
    return say("encounters.near", name=min(places, key=lambda p: abs(p[0] - km - 0.5))[2])


def _rule_m(context: Context) -> float:
    """Return the largest sum of beams with which ships may meet, as given for the sections of the canal; NaN where none is."""
    values = [float(r["value"]) for r in context.facts["inventory"] if str(r["path"]).endswith(".meeting_max_beam_sum_m")]
    return min(values) if values else float("nan")


def _widest(context: Context) -> tuple[float, str] | None:
    """Return the largest sum of the beams of two ships that met in the reference (m), and the stretch."""
    rows = per_day(context, context.reference)
    rows = rows[rows["kind"] == "meeting"]
    if rows.empty:
        return None
    at = int(rows["beam_sum_max_m"].to_numpy().argmax())
    return float(rows["beam_sum_max_m"].to_numpy(dtype=np.float64)[at]), str(rows["stretch"].iat[at])


def _lead(context: Context, route: str) -> Text:
    counts = {kind: with_interval(*context.mean(context.reference, "encounters_per_day", kind), "1/year") for kind in KINDS}
    most, km = _busiest(context, "meeting", route)
    parts = [say("encounters.lead", **counts), say("encounters.lead_km", km=km, end=km + 1, near=_near(context, route, km), most=number(most, 0))]
    rule, widest = _rule_m(context), _widest(context)
    if widest is not None and np.isfinite(rule):
        parts.append(say("encounters.lead_beam", beam=number(widest[0], 1), where=stretch_title(context, widest[1]), rule=number(rule, 1)))
    return join(parts)


def _chart(context: Context, route: str) -> Chart:
    choices, parts = [], []
    shown = context.variants if len(context.variants) <= _MOST_SHOWN else (context.reference,)  # of more the tables below tell
    for variant in shown:
        for kind in KINDS:
            words = say(f"encounters.{kind}")
            name = join([sentence(words), context.title(variant)], ", ") if context.others else sentence(words)
            choices.append(Choice(name, encounter_bars(context, variant, kind, route)))
    for kind in KINDS:
        most, km = _busiest(context, kind, route)
        parts.append(say("encounters.alt_part", kind=say(f"encounters.{kind}"), km=km, most=number(most, 1)))
    alt = join([say("encounters.alt"), *parts])
    return Chart("encounters-km", say("encounters.chart"), alt, choices, say("encounters.note"), say("encounters.select"), 760)


def _pairs(context: Context) -> Table:
    tables = {variant: per_day(context, variant) for variant in context.variants}
    keys = list(dict.fromkeys((kind, pair) for kind in KINDS for rows in tables.values() for pair in sorted(rows.loc[rows["kind"] == kind, "pair"].unique())))
    rows = []
    for kind, pair in keys:
        cells = []
        for variant in context.variants:
            found = tables[variant]
            chosen = found[(found["kind"] == kind) & (found["pair"] == pair)]
            widest = say("encounters.widest", beam=number(float(chosen["beam_sum_max_m"].max()), 1)) if len(chosen) else None
            cells.append(Cell(number(float(chosen["per_day"].sum()), 1), widest))
        rows.append([Cell(sentence(join([say(f"encounters.{kind}"), pair_name(pair)], ", "))), *cells])
    head = [say("encounters.what"), *[sentence(context.title(variant)) for variant in context.variants]]
    return Table(say("encounters.caption"), head, [Rows(rows)], "numbers")


def _loss_words(context: Context) -> Text:
    total = with_interval(*context.mean(context.reference, "canal_wait_mean"), "min")
    values = {cause: float(np.nan_to_num(context.mean(context.reference, "canal_wait_cause_mean", cause)[0])) for cause in CAUSES}
    most = max(values, key=lambda cause: values[cause])
    return say("encounters.loss_words", total=total, cause=say(f"cause.{most}"), most=number(values[most], 1))


def _losses(context: Context) -> Table:
    rows = []
    for cause in CAUSES:
        cells = [Cell(with_interval(*context.mean(v, "canal_wait_cause_mean", cause), "min")) for v in context.variants]
        rows.append([Cell(sentence(say(f"cause.{cause}"))), *cells])
    groups = []
    for group in ("inland", "sea", "recreation"):
        if context.values(context.reference, "canal_wait_mean", group).size:
            cells = [Cell(with_interval(*context.mean(v, "canal_wait_mean", group), "min")) for v in context.variants]
            groups.append([Cell(sentence(dimension_name(group))), *cells])
    head = [say("encounters.cause"), *[sentence(context.title(variant)) for variant in context.variants]]
    return Table(say("encounters.losses_caption"), head, [Rows(rows, say("encounters.by_cause")), Rows(groups, say("encounters.by_group"))], "numbers")
