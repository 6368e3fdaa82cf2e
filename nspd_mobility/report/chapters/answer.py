"""Section 1: the question, and what the run says to it in plain words."""

from __future__ import annotations

import math
from typing import Any

from ...appraisal.waterway import FREIGHT, NORM_WAIT_MIN
from ..charts import INK, axis, colour, figure, label, norm_line, rounded, symbol
from ..content import Block, Bullets, Chart, Choice, Heading, Prose, Tile, Tiles
from ..context import Context
from ..measures import (
    dimension_name,
    growth,
    indicator_name,
    is_lost,
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
from ..texts import Text, given, join, number, plain, say, say_n, sentence

_WAIT, _UNIT = "wait_mean", "min"


@section("answer")
def answer(context: Context) -> list[Block]:
    """Question, large figures, conclusion per variant."""
    blocks: list[Block] = []
    question = given(context.facts.get("question"))
    if question["nl"] or question["en"]:
        blocks.append(Prose(question, "question"))
    if context.values(context.reference, _WAIT).size:
        blocks += [Tiles([_tile(context, variant) for variant in context.variants]), Prose(_reference_words(context), "lead")]
        if len(context.others) > 1 and not context.is_saturated(context.reference):
            blocks.append(Prose(_all_words(context), "lead"))
    for variant in context.others:
        rows = [row for row in rows_of(context, variant) if row["is_key"]] or [row for row in rows_of(context, variant) if row["indicator"] == _WAIT]
        blocks.append(Heading(sentence(context.title(variant))))
        blocks.append(Prose(conclusion(context, variant, rows), "text"))
        kept = [row for row in rows if not is_lost(context, variant, row["indicator"]) and not is_lost(context, context.reference, row["indicator"])]
        if kept:
            blocks.append(Bullets(_bullets(kept)))
    if not context.others:
        blocks.append(Prose(say("answer.only_reference")))
    if context.values(context.reference, _WAIT).size and not all(context.is_saturated(variant) for variant in context.variants):
        blocks.append(_chart(context))
    own = [variant for variant in context.variants if variant in context.facts.get("own_ships", [])]
    if own:
        blocks.append(Prose(say("answer.own_ships", variants=join([context.title(variant) for variant in own], ", ")), "note"))
    blocks.append(Prose(say_n("answer.how", context.matrix.shape[1]), "note"))
    return blocks


def norm_word(mean: float, half_width: float) -> str:
    """Return whether a mean waiting time keeps the norm: kept, broken, unclear where the interval holds the norm, single where there is no interval."""
    if not math.isfinite(half_width):
        return "single"
    if mean + half_width <= NORM_WAIT_MIN:
        return "kept"
    return "broken" if mean - half_width > NORM_WAIT_MIN else "unclear"


def _tile(context: Context, variant: str) -> Tile:
    if context.is_saturated(variant):
        rate, rate_half = context.mean(variant, "queue_growth_per_day")
        detail = say("answer.tile_growth", half=number(rate_half, 1))
        return Tile(sentence(context.title(variant)), join([number(rate, 1, sign=True), say("answer.ships_per_day")]), detail, say("answer.saturated"), "bad")
    group = FREIGHT if context.values(variant, _WAIT, FREIGHT).size else ""  # the norm is for freight
    mean, half = context.mean(variant, _WAIT, group)
    word = norm_word(mean, half) if group else "none"
    tone = {"kept": "good", "broken": "bad"}.get(word, "open")
    value = join([with_interval(mean, float("nan"), _UNIT, is_bound=(variant, _WAIT, group) in context.bounds), plain("min")])
    name = indicator_name(_WAIT, group)
    if math.isfinite(half):
        detail = say("answer.tile_detail", name=name, low=number(max(mean - half, 0.0)), high=number(mean + half))
    else:
        detail = say("answer.tile_single", name=name)
    return Tile(sentence(context.title(variant)), value, detail, say(f"answer.norm_{word}"), tone)


def _reference_words(context: Context) -> Text:
    name = context.title(context.reference)
    if context.is_saturated(context.reference):
        return _saturated_words(context, context.reference, "answer.reference_saturated")
    first = say("answer.reference", variant=name, mean=_mean_words(context, context.reference))
    return join([first, _norm_words(context, context.reference)])


def _norm_words(context: Context, variant: str) -> Text:
    """Return what the norm says to the waiting of freight, the ships that it is for."""
    if not context.values(variant, _WAIT, FREIGHT).size:
        return say("answer.norm_sentence_none", norm=number(NORM_WAIT_MIN, 0))
    word = norm_word(*context.mean(variant, _WAIT, FREIGHT))
    return join([say("answer.freight", mean=_mean_words(context, variant, FREIGHT)), say(f"answer.norm_sentence_{word}", norm=number(NORM_WAIT_MIN, 0))])


def _mean_words(context: Context, variant: str, group: str = "") -> Text:
    mean, half = context.mean(variant, _WAIT, group)
    key = "answer.mean_at_least" if (variant, _WAIT, group) in context.bounds else "answer.mean"
    words = say(key, mean=number(mean))
    if not math.isfinite(half):
        return words
    return join([words, say("answer.interval", low=number(max(mean - half, 0.0)), high=number(mean + half))])


def _saturated_words(context: Context, variant: str, key: str) -> Text:
    share = context.mean(variant, "unfinished_share")[0]
    return say(key, variant=context.title(variant), growth=growth(context, variant), share=written(share, "–"))


def conclusion(context: Context, variant: str, rows: list[dict[str, Any]]) -> Text:
    """Return the conclusion on a variant in plain words."""
    if context.is_saturated(variant):
        return _saturated_words(context, variant, "answer.saturated_sentence")
    wait = next((row for row in rows if (row["indicator"], row["dimension"]) == (_WAIT, "")), None)
    if wait is None or context.is_saturated(context.reference):
        return say("answer.no_wait", variant=context.title(variant))
    first = say("answer.variant", variant=context.title(variant), mean=_mean_words(context, variant), reference=number(wait["reference_mean"]))
    return join([first, _difference_words(wait, context.matrix.shape[1]), _norm_words(context, variant)])


def _difference_words(row: dict[str, Any], n: int) -> Text:
    direction = "more" if row["difference"] > 0.0 else "less"
    size = number(abs(row["difference"]))
    if not math.isfinite(row["half_width"]):
        return say(f"answer.single_{direction}", size=size)
    ends = sorted((abs(row["low"]), abs(row["high"]))) if row["low"] * row["high"] > 0.0 else [row["low"], row["high"]]
    interval = say("answer.interval", low=number(ends[0]), high=number(ends[1]))
    tone = tone_of(row["verdict"])
    if tone == "same":
        return say("answer.same", margin=number(row["margin"]), interval=interval)
    if tone == "unclear":
        return say("answer.unclear", n=n, interval=span(row["low"], row["high"], _UNIT, sign=True))
    return say(f"answer.differs_{direction}", size=size, interval=interval)


def _all_words(context: Context) -> Text:
    """Return in which variants ships wait demonstrably longer or shorter, as long, or cannot be told."""
    found: dict[str, list[Text]] = {"saturated": [], "longer": [], "shorter": [], "same": [], "unclear": []}
    for variant in context.others:
        row = next((r for r in rows_of(context, variant) if (r["indicator"], r["dimension"]) == (_WAIT, "")), None)
        if context.is_saturated(variant):
            found["saturated"].append(context.title(variant))
        elif row is not None:
            tone = tone_of(row["verdict"])
            found[tone if tone != "differs" else "longer" if row["difference"] > 0.0 else "shorter"].append(context.title(variant))
    parts = [say(f"answer.all_{word}", variants=join([say("value.quoted", text=title) for title in titles], ", ")) for word, titles in found.items() if titles]
    return sentence(say("answer.all", parts=join(parts, "; ")))


def _bullets(rows: list[dict[str, Any]]) -> list[Text]:
    """Return a bullet for each indicator that differs, and one for those that do not and one for those of which it cannot be told."""
    found = []
    for tone in ("differs", "same", "unclear"):
        chosen = [row for row in rows if tone_of(row["verdict"]) == tone]
        if tone == "differs" or not all(math.isfinite(row["half_width"]) for row in chosen):
            found += [_bullet(row) for row in chosen]
        elif chosen:
            names = [indicator_name(row["indicator"], row["dimension"]) for row in chosen]
            found.append(say(f"answer.bullet_{tone}", names=join(names, "; ")))
    return found


def _bullet(row: dict[str, Any]) -> Text:
    unit = row["unit"]
    size = join([written(row["difference"], unit, sign=True), say("unit.points") if unit == "–" else unit_name(unit)])
    name = sentence(indicator_name(row["indicator"], row["dimension"]))
    if not math.isfinite(row["half_width"]):
        return say("answer.bullet_single", name=name, size=size)
    return say("answer.bullet", name=name, size=size, span=span(row["low"], row["high"], unit, sign=True), verdict=verdict_name(row["verdict"]))


def _chart(context: Context) -> Chart:
    """Mean waiting time with its interval, by group and variant."""
    groups = ["", *[g for g in ("inland", "sea", "recreation") if context.values(context.reference, _WAIT, g).size]]
    names = [say("dimension.all") if not g else dimension_name(g) for g in groups]
    shown = [variant for variant in context.variants if not context.is_saturated(variant)]
    data = []
    for place, variant in enumerate(shown):
        means = [context.mean(variant, _WAIT, g) for g in groups]
        shift = (place - (len(shown) - 1) / 2) * min(0.22, 0.7 / len(shown))
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": label(context.title(variant)),
                "x": rounded([m for m, _ in means]),
                "y": rounded([i + shift for i in range(len(groups))]),
                "error_x": {"type": "data", "array": rounded([h for _, h in means]), "thickness": 2, "width": 5, "color": colour(context, variant)},
                "marker": {"size": 10, "color": colour(context, variant), "symbol": symbol(context, variant)},
                "hovertemplate": {
                    lang: f"%{{x:.1f}} ± %{{error_x.array:.1f}} min<extra>{label(context.title(variant))[lang]}</extra>" for lang in ("nl", "en")
                },
            }
        )
    line, note = norm_line(NORM_WAIT_MIN, say("chart.norm"))
    ticks = {lang: [sentence(name)[lang] for name in names] for lang in ("nl", "en")}
    values = axis(
        None,
        tickvals=list(range(len(groups))),
        ticktext=ticks,
        range=[len(groups) - 0.4, -0.7],
        showgrid=False,
        zeroline=False,
        ticks="",
        tickfont={"size": 13, "color": INK},
    )
    most = max(context.mean(variant, _WAIT, g)[0] for variant in shown for g in groups)
    reach = max(m + (h if math.isfinite(h) else 0.0) for m, h in (context.mean(variant, _WAIT, g) for variant in shown for g in groups))
    edge = max(1.1 * NORM_WAIT_MIN, min(1.05 * reach, 2.0 * most))  # an interval that dwarfs the means runs off the edge
    layout = {
        "xaxis": axis(say("chart.wait_axis"), range=[0, round(edge, 1)]),
        "yaxis": values,
        "shapes": [line],
        "annotations": [note],
        "hovermode": "closest",
    }
    alt = join(
        [say("chart.means_alt")]
        + [say("chart.means_alt_part", variant=context.title(v), mean=number(context.mean(v, _WAIT)[0] * scale_of(_UNIT))) for v in shown]
    )
    height = 110 + max(62, 20 * len(shown)) * len(groups) + 18 * len(shown)
    return Chart(
        "wait-means",
        say("chart.means_title"),
        alt,
        [Choice(plain(""), figure(data, height, **layout))],
        say("chart.means_note"),
    )
