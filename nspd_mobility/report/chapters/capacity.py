"""The capacity curve: waiting and passage time against traffic, over all scenarios and years of the run."""

from __future__ import annotations

import math

import pandas as pd

from ...appraisal.capacity import capacity_points, traffic_at_norm
from ...appraisal.waterway import NORM_WAIT_MIN
from ..capacity_charts import reliability_curve, waiting_curve
from ..content import Block, Bullets, Cell, Chart, Choice, Prose, Rows, Table
from ..context import Context
from ..measures import empty, with_interval
from ..sections import section
from ..texts import Text, given, join, number, plain, say, sentence


@section("capacity", needs=("ships",))
def capacity(context: Context) -> list[Block]:
    """Conclusion, curve with the norm, I/C beside the guideline, table; only for a run with several loads."""
    cells = {(cell.scenario, cell.year) for cell in context.run.cells()}
    if len(cells) < 2:
        return []
    points = capacity_points(context.run)
    points = points[points["variant"].isin(context.variants)]
    means = points.groupby(["scenario", "year"])["passages_per_year"].mean()
    if not means.max() > 1.01 * means.min():  # scenarios that differ in something else than traffic make no curve
        return []
    parts = [_words(context, points, variant) for variant in context.variants]
    alt = join([say("capacity.alt"), *parts])
    chart = Chart("capacity-wait", say("capacity.chart"), alt, [Choice(plain(""), waiting_curve(context, points))], say("capacity.note"), None, 560)
    blocks: list[Block] = [Prose(parts[0], "lead"), *([Bullets(parts[1:])] if len(parts) > 1 else []), chart]
    if points["capacity_per_year"].notna().any():
        title = say("capacity.reliability")
        drawn = Choice(plain(""), reliability_curve(context, points))
        blocks += [Prose(say("capacity.share_text")), Chart("capacity-share", title, say("capacity.share_alt"), [drawn], None, None, 560)]
    else:
        blocks.append(Prose(say("capacity.unknown"), "note"))
    return [*blocks, _table(context, points)]


def _words(context: Context, points: pd.DataFrame, variant: str) -> Text:
    """Return at what traffic a variant leaves the norm, or that it keeps or breaks it in all scenarios."""
    rows = points[points["variant"] == variant]
    name, norm = context.title(variant), number(NORM_WAIT_MIN, 0)
    at_norm = traffic_at_norm(points, variant)
    usable = rows[~rows["is_saturated"] & rows["wait_min"].notna()]
    values = {
        "variant": name,
        "norm": norm,
        "low": number(float(rows["passages_per_year"].min()), 0),
        "high": number(float(rows["passages_per_year"].max()), 0),
    }
    if math.isfinite(at_norm):
        words = join([say("capacity.crosses", variant=name, norm=norm, traffic=number(round(at_norm, -2), 0)), _span_words(points, variant)])
    elif usable.empty or bool((usable["wait_min"] > NORM_WAIT_MIN).all()):
        words = say("capacity.broken", **values)
    elif bool((usable["wait_min"] <= NORM_WAIT_MIN).all()) and len(usable) == len(rows):
        words = say("capacity.kept", **values)
    else:
        words = say("capacity.between", variant=name, norm=norm, traffic=number(float(usable["passages_per_year"].max()), 0))
    full = rows[rows["is_saturated"]]
    if full.empty:
        return words
    begins, handles = float(full["passages_per_year"].max()), float(rows["capacity_per_year"].iloc[0])
    return join([words, say("capacity.full", traffic=number(round(begins, -2), 0), capacity=number(round(handles, -2), 0))])


def _span_words(points: pd.DataFrame, variant: str) -> Text:
    """Return at what traffic the ends of the interval of the wait reach the norm, where both do."""
    low, high = (traffic_at_norm(points.assign(wait_min=points["wait_min"] + side * points["wait_min_half"]), variant) for side in (1.0, -1.0))
    if not (math.isfinite(low) and math.isfinite(high)):
        return plain("")
    return say("capacity.crosses_span", low=number(round(low, -2), 0), high=number(round(high, -2), 0))


def _table(context: Context, points: pd.DataFrame) -> Table:
    groups = []
    for variant in context.variants:
        rows = []
        for row in points[points["variant"] == variant].to_dict("records"):
            name = join([sentence(given(context.facts["scenarios"][row["scenario"]], str(row["scenario"]))), plain(str(row["year"]))], ", ")
            is_full = bool(row["is_saturated"])
            times = [Cell(say("figures.saturated")) if is_full else Cell(with_interval(row[k], row[f"{k}_half"], "min")) for k in ("wait_min", "passage_min")]
            share = Cell(number(row["intensity_share"], 2)) if math.isfinite(row["intensity_share"]) else Cell(empty())
            rows.append([Cell(name), Cell(number(row["passages_per_year"], 0)), *times, share])
        groups.append(Rows(rows, sentence(context.title(variant))))
    head = [say(f"capacity.{key}") for key in ("scenario", "traffic", "wait", "passage", "share")]
    return Table(say("capacity.caption"), head, groups, "numbers")
