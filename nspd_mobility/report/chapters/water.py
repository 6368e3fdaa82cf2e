"""Water and salt: what lockages bring and take by chamber, the balance against the treaty's flow, and the salinity of the canal."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ...appraisal.comparison import mean_interval
from ...appraisal.water import treaty_flow_m3_s, treaty_window_days
from ...params.water import LOCK_PLACE
from ..charts import colour
from ..content import Block, Bullets, Cell, Chart, Choice, Grid, Heading, Key, Keys, Prose, Rows, Table
from ..context import Context, FloatArray
from ..lock_charts import chamber_bars
from ..measures import change, dimension_name, empty, with_interval, written
from ..sections import section
from ..texts import Text, join, number, place_name, plain, say, say_n, say_or, sentence
from ..water_charts import FLOWS, flows_m3_s, places, salinity

_KG_PER_T = 1000.0
_SHORT_DAYS = 60.0  # about the memory of the canal


@section("water", needs=("lockages", "water", "salinity"))
def water(context: Context) -> list[Block]:
    """Conclusion, salt and water by chamber, balance, salinity."""
    locks = sorted(context.table("water")["lock"].unique())
    if not locks or not context.values(context.reference, "salt_to_canal_per_day_kg").size:
        return []
    blocks: list[Block] = [Prose(_lead(context), "lead")]
    if context.others:
        blocks += [Prose(say("water.against")), Bullets([_other(context, variant) for variant in context.others])]
    for place, lock in enumerate(locks):
        prefix = f"water{place}-"
        blocks += _chambers(context, str(lock), prefix)
        blocks += [Heading(say("water.balance")), _balance(context, str(lock))]
        blocks += _salinity(context, str(lock), prefix)
    return blocks


def _tonnes(context: Context, variant: str, chamber: str = "") -> FloatArray:
    return context.values(variant, "salt_to_canal_per_day_kg", chamber) / _KG_PER_T


def _lead(context: Context) -> Text:
    """Return what lockages cost in the reference against the treaty's flow."""
    reference, treaty = context.reference, treaty_flow_m3_s(context.facts)
    loss, half = context.mean(reference, "water_loss_mean_m3_s")
    spare = with_interval(*context.mean(reference, "fresh_water_spare_m3_s"), "m³/s")
    parts = [say("water.lead", salt=with_interval(*mean_interval(_tonnes(context, reference)), "1/year"), loss=with_interval(loss, half, "m³/s"), spare=spare)]
    if math.isfinite(treaty):
        key = "water.lead_enough" if loss <= treaty else "water.lead_short"
        key = "water.lead_unclear" if abs(treaty - loss) < half else key  # never where there is no interval
        parts.append(say(key, treaty=number(treaty, 1), room=number(abs(treaty - loss), 1)))
    return join(parts)


def _other(context: Context, variant: str) -> Text:
    """Return what a variant changes in salt and water."""
    before, after = (float(_tonnes(context, v).mean()) for v in (context.reference, variant))
    share = written(after / before - 1.0, "–", sign=True) if before else empty()
    salt, loss = (change(context, variant, key) for key in ("salt_to_canal_per_day_kg", "water_loss_mean_m3_s"))
    return say("water.lead_variant", variant=sentence(context.title(variant)), salt=salt, share=share, loss=loss)


def _per_lockage(context: Context, variant: str, chamber: str) -> FloatArray:
    """Return the salt (t) that a lockage to the canal brings: salt enters when the doors to the canal open."""
    rows = context.counted("lockages")
    rows = rows[(rows["variant"] == variant) & (rows["chamber"] == chamber)]
    counts = rows.loc[rows["direction"] == "to_canal", "weight"].groupby(rows["replication"]).sum()
    sums = (rows["salt_to_canal_kg"] * rows["weight"]).groupby(rows["replication"]).sum()
    return (sums / counts / _KG_PER_T).dropna().to_numpy(dtype=np.float64)


def _chambers(context: Context, lock: str, prefix: str) -> list[Block]:
    measures: dict[str, Callable[[str, str], FloatArray]] = {
        "salt": lambda v, c: _tonnes(context, v, c),
        "salt_lockage": lambda v, c: _per_lockage(context, v, c),
        "loss": lambda v, c: context.values(v, "water_loss_mean_m3_s", c),
    }
    charts, rows = [], []
    chambers = list(dict.fromkeys(c for variant in context.variants for c in context.facts["locks"].get(lock, {}).get(variant, {})))
    for key, values in measures.items():
        title = say(f"water.{key}")
        drawn = chamber_bars(context, lock, values, 1.0, "")
        drawn["layout"]["xaxis"] |= {"tickformat": ",.0f", "nticks": 4}
        charts.append(Chart(f"{prefix}{key.replace('_', '-')}", title, say("water.chamber_alt", measure=title), [Choice(plain(""), drawn)]))
        for chamber in chambers:
            cells = []
            for variant in context.variants:
                found = values(variant, chamber)
                cells.append(Cell(with_interval(*mean_interval(found), "1/year" if key == "salt" else "1/day")) if found.size else Cell(empty()))
            rows.append([Cell(join([title, dimension_name(chamber)], ": ")), *cells])
    keys = Keys([Key(sentence(context.title(v)), colour(context, v), v != context.reference) for v in context.variants])
    head = [say("water.what"), *[sentence(context.title(v)) for v in context.variants]]
    table = Table(say("water.chambers_caption"), head, [Rows(rows)], "numbers")
    return [Heading(say("water.chambers")), Prose(say("water.chambers_text")), keys, Grid(charts, 3), table]


def _balance(context: Context, lock: str) -> Table:
    found = {variant: flows_m3_s(context, variant, lock) for variant in context.variants}
    treaty, window = treaty_flow_m3_s(context.facts), treaty_window_days(context.facts)
    measured = int(context.counted("water").groupby(["variant", "replication", "period"]).size().min())
    rows = []
    for flow in (*FLOWS, "spare"):
        cells = [Cell(with_interval(*mean_interval(found[v][flow]), "m³/s")) for v in context.variants]
        rows.append([Cell(sentence(say(f"flow.{flow}"))), *cells])
    if math.isfinite(treaty):
        rows.append([Cell(sentence(say("flow.treaty"))), *[Cell(number(treaty, 1)) for _ in context.variants]])
        lowest = [mean_interval(context.values(v, "inflow_lowest_mean_m3_s")) for v in context.variants]
        rows.append([Cell(sentence(say("flow.lowest_mean", n=str(min(window, measured))))), *[Cell(with_interval(*mean, "m³/s")) for mean in lowest]])
    if math.isfinite(treaty) and measured >= window:
        shares = [context.mean(v, "treaty_shortage_share")[0] for v in context.variants]
        rows.append([Cell(sentence(say("flow.below_treaty", n=str(window)))), *[Cell(join([written(s, "–"), plain("%")])) for s in shares]])
    head = [say("water.flow"), *[sentence(context.title(v)) for v in context.variants]]
    return Table(
        say("water.balance_caption"),
        head,
        [Rows(rows)],
        "numbers",
        [say("water.balance_note" if measured >= window else "water.balance_note_short", window=str(window), n=str(measured))],
    )


def _place(place: str) -> Text:
    return say_or(f"place.{place}", place_name(place))


def _salinity(context: Context, lock: str, prefix: str) -> list[Block]:
    choices, parts = [], []
    known = places(context, lock)
    for place in known:
        choices.append(Choice(sentence(_place(place)), salinity(context, lock, place)))
    shown = next((place for place in known if place != LOCK_PLACE), LOCK_PLACE)
    for variant in context.variants:
        value = number(context.mean(variant, "canal_salinity_end", shown)[0], 2)
        parts.append(say("water.salinity_part", variant=context.title(variant), place=_place(shown), value=value))
    days = max(period["measure_s"] for period in context.facts["periods"].values()) / 86_400.0
    words = [Prose(say_n("water.memory", round(days)), "warning")] if days < _SHORT_DAYS else []
    alt = join([say("water.salinity_alt"), *parts])
    chart = Chart(f"{prefix}salinity", say("water.salinity"), alt, choices, say("water.salinity_note"), say("water.select"), 560)
    return [Heading(say("water.salinity_heading")), *words, chart]
