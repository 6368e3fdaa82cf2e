"""Navigation against salt: waiting, salt and water of each variant (policy) in one picture and one table."""

from __future__ import annotations

import math

from ...appraisal.comparison import paired_difference
from ..content import Block, Bullets, Cell, Chart, Choice, Prose, Rows, Table
from ..context import Context
from ..measures import growth, is_key, with_interval
from ..sections import section
from ..texts import Text, join, plain, say, sentence
from ..trade_chart import KG_PER_T, LOSS, SALT, WAIT, trade_picture

_FEWEST = 3
_EXTRA = (("wait_mean", "sea", "min"), ("passage_mean", "", "min"), ("bridge_wait_mean", "", "min"), ("fresh_water_spare_m3_s", "", "m³/s"))


@section("trade_off", needs=("lockages", "water"))
def trade_off(context: Context) -> list[Block]:
    """Conclusion, picture, table; for three variants or more whose water and salt are known."""
    known = [v for v in context.variants if context.values(v, *SALT).size and context.values(v, *WAIT).size]
    if len(known) < _FEWEST or not any(is_key(context, i, d) for i, d in (SALT, LOSS)):  # a study of something else
        return []
    usable = [v for v in known if not context.is_saturated(v)]
    blocks: list[Block] = []
    if usable:
        words = _words(context, usable)
        alt = join([say("trade_off.alt"), words])
        drawn = Choice(plain(""), trade_picture(context, usable))
        blocks += [Prose(words, "lead"), Chart("trade-off", say("trade_off.chart"), alt, [drawn], say("trade_off.note"), None, 560)]
        lost = [say("trade_off.beaten", variant=sentence(context.title(v)), other=context.title(o)) for v, o in beaten(context, usable).items()]
        blocks += [Prose(say("trade_off.beaten_text")), Bullets(lost)] if lost else []
    blocks += [Prose(say("figures.saturated_note", variant=sentence(context.title(v)), growth=growth(context, v)), "note") for v in known if v not in usable]
    return [*blocks, Prose(say("trade_off.net"), "note"), _table(context, known)]


def beaten(context: Context, variants: list[str]) -> dict[str, str]:
    """Return each variant that another one equals or beats on the means of waiting, salt and water, and surely on one of them, with that other one."""
    found = {}
    for variant in variants:
        for other in variants:
            pairs = [_difference(context, variant, other, key) for key in (WAIT, SALT, LOSS)]
            if other != variant and all(mean >= 0.0 for mean, _ in pairs) and any(mean - half > 0.0 for mean, half in pairs):
                found[variant] = other
                break
    return found


def _difference(context: Context, variant: str, other: str, key: tuple[str, str]) -> tuple[float, float]:
    """Return by how much a variant has more than another, and the half-width of its interval; NaN where it is not known."""
    found = paired_difference(context.values(variant, *key), context.values(other, *key))
    return float(found["difference"]), float(found["half_width"])


def _words(context: Context, variants: list[str]) -> Text:
    """Return what the least salt costs in waiting, and in which variant ships wait least."""
    base = context.reference if context.reference in variants else variants[0]
    freshest = min(variants, key=lambda v: context.mean(v, *SALT)[0])
    quickest = min(variants, key=lambda v: context.mean(v, *WAIT)[0])
    parts = []
    if freshest != base:
        size, half = _difference(context, freshest, base, SALT)
        whole = context.mean(base, *SALT)[0]
        values = {
            "variant": context.title(freshest),
            "base": context.title(base),
            "salt": with_interval(-size / whole, half / whole, "–"),
            "wait": _change(_difference(context, freshest, base, WAIT), "min", "longer", "shorter", "same_minutes"),
            "loss": _change(_difference(context, freshest, base, LOSS), "m³/s", "more", "less", "same_water"),
        }
        parts.append(say("trade_off.freshest", **values))
        if not abs(size) > half:  # nor where one replication gives no interval
            parts.append(say("trade_off.unsure"))
    else:
        parts.append(say("trade_off.base_freshest", base=context.title(base)))
    parts.append(say("trade_off.quickest", variant=context.title(quickest), wait=with_interval(*context.mean(quickest, *WAIT), "min")))
    return join(parts)


def _change(difference: tuple[float, float], unit: str, up: str, down: str, same: str) -> Text:
    """Return the size of a difference with its interval and its direction in words."""
    size, half = difference
    if abs(size) < 0.05:  # written as 0.0
        return say(f"trade_off.{same}")
    return say(f"trade_off.{up if size > 0.0 else down}", size=with_interval(abs(size), half, unit))


def _table(context: Context, variants: list[str]) -> Table:
    extra = [(i, d, u) for i, d, u in _EXTRA if any(context.values(v, i, d).size for v in variants)]
    rows = []
    for variant in variants:
        is_full = context.is_saturated(variant)
        salt, half = context.mean(variant, *SALT)
        cells = [Cell(say("figures.saturated")) if is_full else Cell(with_interval(*context.mean(variant, *WAIT), "min"))]
        cells += [Cell(with_interval(salt / KG_PER_T, half / KG_PER_T, "1/year")), Cell(with_interval(*context.mean(variant, *LOSS), "m³/s"))]
        for indicator, dimension, unit in extra:
            lost = is_full and indicator.startswith(("wait_", "passage_"))
            mean, half = context.mean(variant, indicator, dimension)
            cells.append(Cell(say("figures.saturated")) if lost else Cell(with_interval(mean, half, unit) if math.isfinite(mean) else plain("–")))
        rows.append([Cell(sentence(context.title(variant))), *cells])
    names = [say("trade_off.wait"), say("trade_off.salt"), say("trade_off.loss"), *[say(f"trade_off.{i}") for i, _, _ in extra]]
    return Table(say("trade_off.caption"), [say("figures.variant"), *names], [Rows(rows)], "numbers", [say("trade_off.table_note")])
