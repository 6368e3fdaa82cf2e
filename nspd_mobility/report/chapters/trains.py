"""Trains: how punctual they are, the two budgets of conflicts side by side, and the train graph of a day."""

from __future__ import annotations

from ..content import Block, Bullets, Cell, Chart, Choice, Heading, Prose, Rows, Table
from ..context import Context
from ..lock_frames import chosen_day
from ..measures import with_interval
from ..sections import section
from ..texts import Text, day_text, join, say, sentence
from ..train_graph import lines_of, place_title, train_graph

_KINDS = ("passenger-trains", "freight-trains")
_PUNCTUALITY = (
    ("trains_per_day", "1/day"),
    ("train_cancelled_share", "–"),
    ("train_punctuality_3_min", "–"),
    ("train_punctuality_6_min", "–"),
    ("train_added_delay_mean", "min"),
)
_BUDGETS = (
    ("train_bridge_minutes_per_day", ""),
    ("train_mixed_minutes_per_day", ""),
    ("train_mixed_minutes_per_day", "passenger-trains"),
    ("train_mixed_minutes_per_day", "freight-trains"),
    ("ship_minutes_by_trains_per_day", ""),
)
_MANY_VARIANTS = 4


@section("trains", needs=("trains", "train_waits"))
def trains(context: Context) -> list[Block]:
    """Conclusion, budgets, punctuality, causes of delay, the train graph."""
    blocks: list[Block] = [Prose(_lead(context), "lead")]
    if context.others:
        blocks.append(Bullets([_other(context, variant) for variant in context.others]))
    blocks += [Heading(say("trains.budgets")), _budgets(context), Heading(say("trains.punctuality")), _punctuality(context), _causes(context)]
    return [*blocks, *_graph(context)]


def _budget(context: Context, variant: str) -> dict[str, Text]:
    bridge, mixed = (with_interval(*context.mean(variant, key), "min") for key in ("train_bridge_minutes_per_day", "train_mixed_minutes_per_day"))
    return {"bridge": bridge, "mixed": mixed}


def _lead(context: Context) -> Text:
    punctual = with_interval(*context.mean(context.reference, "train_punctuality_6_min"), "–")
    return say("trains.lead", punctual=punctual, **_budget(context, context.reference))


def _other(context: Context, variant: str) -> Text:
    return say("trains.lead_variant", variant=sentence(context.title(variant)), **_budget(context, variant))


def _budgets(context: Context) -> Table:
    rows = []
    for variant in context.variants:
        cells = [Cell(with_interval(*context.mean(variant, key, dimension), "min")) for key, dimension in _BUDGETS]
        rows.append([Cell(sentence(context.title(variant))), *cells])
    head = [say("trains.variant"), *[say(f"trains.budget.{key}{'.' + part if part else ''}") for key, part in _BUDGETS]]
    return Table(say("trains.budgets_caption"), head, [Rows(rows)], "numbers", [say("trains.budgets_note")])


def _punctuality(context: Context) -> Table:
    groups = []
    for variant in context.variants:
        rows = []
        for kind in _KINDS:
            cells = [Cell(with_interval(*context.mean(variant, key, kind), unit)) for key, unit in _PUNCTUALITY]
            rows.append([Cell(say(f"dimension.{kind}")), *cells])
        groups.append(Rows(rows, sentence(context.title(variant)) if context.others else None))
    head = [say("trains.kind"), *[say(f"trains.{key}") for key, _ in _PUNCTUALITY]]
    return Table(say("trains.punctuality_caption"), head, groups, "numbers", [say("trains.punctuality_note")])


def _causes(context: Context) -> Table:
    """Return the delay by cause, which adds up to the last row."""
    key = "train_delay_minutes_per_day"
    causes = sorted({cause for v in context.variants for cause in context.table("train_waits")["cause"].unique()})
    rows = [[Cell(say(f"trains.cause.{cause}")), *[Cell(with_interval(*context.mean(v, key, cause), "min")) for v in context.variants]] for cause in causes]
    rows.append([Cell(say("trains.total")), *[Cell(with_interval(*context.mean(v, key), "min")) for v in context.variants]])
    head = [say("trains.cause"), *[sentence(context.title(variant)) for variant in context.variants]]
    return Table(say("trains.causes_caption"), head, [Rows(rows)], "numbers", [say("trains.causes_note")])


def _graph(context: Context) -> list[Block]:
    n = 3 if len(context.variants) <= _MANY_VARIANTS else 2
    choices = []
    for variant in context.variants:
        for line in lines_of(context, variant, n):
            ends = join([place_title(context, line[0]), place_title(context, line[-1])], " – ")
            choices.append(Choice(join([sentence(context.title(variant)), ends], ": "), train_graph(context, variant, line)))
    if not choices:
        return []
    day = day_text(chosen_day(context.facts)[1])
    return [Chart("trains-graph", say("trains.graph", day=day), say("trains.graph_alt"), choices, say("trains.graph_note"), say("trains.select"), 760)]
