"""Section 3: the figures, with their intervals and verdicts."""

from __future__ import annotations

import math
from typing import Any

from ...tables.run_folder import FEW_DRAWS
from ..content import Block, Cell, Fold, Prose, Rows, Table
from ..context import Context
from ..measures import (
    empty,
    growth,
    indicator_name,
    is_key,
    is_lost,
    reference_rows,
    rows_of,
    scale_of,
    span,
    tone_of,
    unit_name,
    verdict_name,
    with_interval,
    written,
)
from ..sections import section
from ..texts import Text, general, join, say, say_n, sentence


@section("figures")
def figures(context: Context) -> list[Block]:
    """Key indicators in sight, all others to be opened."""
    has_draws = bool(context.others) and bool(context.comparison["knowledge_low"].notna().any())
    n_draws = len({c.replication for c in context.run.cells(draws=True) if (c.scenario, c.year) == (context.scenario, context.year)})
    blocks: list[Block] = [*_found(context), Prose(say_n("figures.intro", context.matrix.shape[1]))]
    keys = _table(context, True, has_draws)
    if keys is not None:
        blocks.append(keys)
    rest = _table(context, False, has_draws)
    if rest is not None:
        blocks.append(Fold(say("figures.all"), [rest]) if keys is not None else rest)
    blocks.append(Prose(say("figures.knowledge") if has_draws else say("figures.no_knowledge"), "note"))
    if has_draws and n_draws < FEW_DRAWS:
        blocks.append(Prose(say_n("figures.few_draws", n_draws), "note"))
    if any(period["weight_days"] >= 365 for period in context.facts["periods"].values()):
        blocks.append(Prose(say("figures.year"), "note"))
    return blocks


def _found(context: Context) -> list[Block]:
    """Return how many of the comparisons differ, do not, or cannot be told."""
    tones = [
        tone_of(row["verdict"])
        for variant in context.others
        for row in rows_of(context, variant)
        if row["is_key"] and math.isfinite(row["half_width"]) and not is_lost(context, variant, row["indicator"])
    ]
    if not tones:
        return []
    counts = {tone: tones.count(tone) for tone in ("differs", "same", "unclear")}
    return [Prose(say_n("figures.found", len(tones), **counts), "lead")]


def _table(context: Context, with_keys: bool, has_draws: bool) -> Table | None:
    head = [say("figures.indicator"), say("figures.unit"), say("figures.reference")]
    if context.others:
        head += [say("figures.variant"), say("figures.difference"), *([say("figures.band")] if has_draws else []), say("figures.verdict")]
        groups = [
            Rows([_row(context, row, has_draws) for row in rows_of(context, variant) if row["is_key"] == with_keys], _against(context, variant))
            for variant in context.others
        ]
    else:
        groups = [Rows([_reference_row(context, *key) for key in reference_rows(context) if is_key(context, *key[:2]) == with_keys])]
    kept = [group for group in groups if group.rows]
    return Table(say("figures.caption" if with_keys else "figures.caption_all"), head, kept, "figures", _saturated_notes(context)) if kept else None


def _saturated_notes(context: Context) -> list[Text]:
    """Return, for each saturated variant, the growth of its queue, which stands in place of its mean times."""
    return [
        say("figures.saturated_note", variant=sentence(context.title(variant)), growth=growth(context, variant))
        for variant in context.variants
        if context.is_saturated(variant)
    ]


def _against(context: Context, variant: str) -> Text:
    return say("figures.against", variant=sentence(context.title(variant)), reference=context.title(context.reference))


def _first(indicator: str, dimension: str, unit: str) -> list[Cell]:
    return [Cell(sentence(indicator_name(indicator, dimension))), Cell(unit_name(unit))]


def _value(context: Context, variant: str, indicator: str, dimension: str, unit: str) -> Cell:
    if is_lost(context, variant, indicator):
        return Cell(say("figures.saturated"))
    mean, half = context.mean(variant, indicator, dimension)
    return Cell(with_interval(mean, half, unit, is_bound=(variant, indicator, dimension) in context.bounds, indicator=indicator))


def _reference_row(context: Context, indicator: str, dimension: str, unit: str) -> list[Cell]:
    return [*_first(indicator, dimension, unit), _value(context, context.reference, indicator, dimension, unit)]


def _row(context: Context, row: dict[str, Any], has_draws: bool) -> list[Cell]:
    key = (row["indicator"], row["dimension"], row["unit"])
    cells = [*_first(*key), _value(context, context.reference, *key), _value(context, row["variant"], *key)]
    lost = is_lost(context, row["variant"], row["indicator"]) or is_lost(context, context.reference, row["indicator"])
    n_rest = 3 if has_draws else 2
    if lost:
        return cells + [Cell(empty())] * n_rest
    unit, name = row["unit"], row["indicator"]
    interval = span(row["low"], row["high"], unit, sign=True, indicator=name) if math.isfinite(row["half_width"]) else None
    cells.append(Cell(written(row["difference"], unit, sign=True, indicator=name), interval))
    if has_draws:
        has_band = math.isfinite(row["knowledge_low"])
        cells.append(Cell(span(row["knowledge_low"], row["knowledge_high"], unit, sign=True, indicator=name) if has_band else empty()))
    points = say("unit.points") if unit == "–" else unit_name(unit)
    margin = say("figures.margin", margin=join([general(row["margin"] * scale_of(unit)), points])) if row["is_key"] else None
    return [*cells, Cell(verdict_name(row["verdict"]), margin, tone_of(row["verdict"]))]
