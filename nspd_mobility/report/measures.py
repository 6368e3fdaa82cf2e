"""How an indicator is written: its name, its unit, its decimals, and its interval in words."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from ..appraisal.indicators import INDICATORS
from .context import Context
from .texts import Text, number, place_name, plain, say, say_or

_DECIMALS = {"min": 1, "%": 1, "1/year": 0, "h/year": 0, "1/day": 1, "1": 2, "h/day": 1, "kg/day": 0, "m³/s": 1, "kg/m³": 2, "m": 1}
_MORE_DECIMALS = {"queue_growth_per_day": 2}
_SCALES = {"–": 100.0, "kg/day": 1e-3}
_TIMES = ("wait_", "passage_", "journey_")


def indicator_name(indicator: str, dimension: str) -> Text:
    """Return the name of an indicator with what it is split by, such as: mean waiting time, inland ships."""
    name = say_or(f"indicator.{indicator}", indicator.replace("_", " "))
    if not dimension:
        return name
    part = dimension_name(dimension)
    return {language: f"{name[language]}, {part[language]}" for language in name}


def dimension_name(dimension: str) -> Text:
    """Return the name of a group of ships, a reason or a chamber."""
    return say_or(f"dimension.{dimension}", place_name(dimension))


def unit_name(unit: str) -> Text:
    """Return how a unit is written: a share in per cent, kilograms of salt in tonnes."""
    return say_or(f"unit.{unit}", unit)


def decimals_of(unit: str, indicator: str = "") -> int:
    """Return the number of decimals in which a unit is written, and an indicator that needs more."""
    return _MORE_DECIMALS.get(indicator, _DECIMALS.get("%" if unit == "–" else unit, 2))


def scale_of(unit: str) -> float:
    """Return the factor from a value to what is written: shares become per cent, kilograms of salt become tonnes."""
    return _SCALES.get(unit, 1.0)


def written(value: float, unit: str, *, sign: bool = False, indicator: str = "") -> Text:
    """Return a value without its unit."""
    return number(value * scale_of(unit), decimals_of(unit, indicator), sign=sign)


def with_interval(mean: float, half_width: float, unit: str, *, is_bound: bool = False, indicator: str = "") -> Text:
    """Return a mean with its interval: 24,9 ± 1,0; the interval is left out where it can't be known."""
    value = written(mean, unit, indicator=indicator)
    if math.isfinite(half_width):
        value = say("value.plus_minus", value=value, half=written(half_width, unit, indicator=indicator))
    return say("value.at_least", value=value) if is_bound else value


def span(low: float, high: float, unit: str, *, sign: bool = False, indicator: str = "") -> Text:
    """Return an interval in words: 14,3 tot 21,9."""
    return say("value.span", low=written(low, unit, sign=sign, indicator=indicator), high=written(high, unit, sign=sign, indicator=indicator))


def change(context: Context, variant: str, indicator: str, dimension: str = "") -> Text:
    """Return the difference of a variant with the reference in words: −1,6 uur per dag (−2,9 tot −0,3; verschilt)."""
    row = next((r for r in rows_of(context, variant) if (r["indicator"], r["dimension"]) == (indicator, dimension)), None)
    if row is None or is_lost(context, variant, indicator) or is_lost(context, context.reference, indicator):
        return empty()
    unit = row["unit"]
    size = {lang: f"{written(row['difference'], unit, sign=True)[lang]} {part}" for lang, part in _points(unit).items()}
    if not math.isfinite(row["half_width"]):
        return size
    return say("value.change", size=size, span=span(row["low"], row["high"], unit, sign=True), verdict=verdict_name(row["verdict"]))


def _points(unit: str) -> Text:
    return say("unit.points") if unit == "–" else unit_name(unit)


def is_lost(context: Context, variant: str, indicator: str) -> bool:
    """Return whether an indicator is a mean time of a saturated variant, which says nothing."""
    return indicator.startswith(_TIMES) and context.is_saturated(variant)


def growth(context: Context, variant: str) -> Text:
    """Return the growth of the queue of a variant, in words."""
    mean, half = context.mean(variant, "queue_growth_per_day")
    return say("value.growth", value=with_interval(mean, half, "1/day"))


def tone_of(verdict: str) -> str:
    """Return the mark of a verdict."""
    return {"differs": "differs", "does not differ": "same"}.get(verdict, "unclear")


def verdict_name(verdict: str) -> Text:
    """Return a verdict in words."""
    return say(f"verdict.{tone_of(verdict)}")


def rows_of(context: Context, variant: str) -> list[dict[str, Any]]:
    """Return the comparison of a variant with the reference, in the order of the registry."""
    table = context.comparison
    if table.empty:
        return []
    rows = [{str(key): value for key, value in row.items()} for row in table[table["variant"] == variant].to_dict("records")]
    return sorted(rows, key=lambda row: _rank(row["indicator"], row["dimension"]))


def _rank(indicator: str, dimension: str) -> tuple[int, str, str]:
    order = _order()
    return (order.get(indicator, len(order)), indicator, dimension)


@cache
def _order() -> dict[str, int]:
    """Return the places of the indicators in their registry, waiting before all else."""
    names = sorted(INDICATORS, key=lambda name: not name.startswith("wait_"))
    return {name: place for place, name in enumerate(names)}


def reference_rows(context: Context) -> list[tuple[str, str, str]]:
    """Return indicator, dimension and unit of all that the reference has, in the order of the registry."""
    rows = [key for key in context.matrix.index if key[0] == context.reference]
    return sorted(((str(i), str(d), str(u)) for _, i, d, u in rows), key=lambda key: _rank(key[0], key[1]))


def is_key(context: Context, indicator: str, dimension: str) -> bool:
    """Return whether an indicator is one of the study's key indicators."""
    return (f"{indicator}/{dimension}" if dimension else indicator) in context.facts["key_indicators"]


def empty() -> Text:
    """Return the mark of a cell without a value."""
    return plain("–")
