"""The form of a study file: scenarios x years x variants x replications, the calendar, and what is compared."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from ..codes import Quality
from ..errors import allowed, nearest
from ..units import parse_duration_s
from .fields import Params, param

Duration = Annotated[float, BeforeValidator(parse_duration_s)]


def _text(value: Any) -> Any:
    is_by_language = isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    if not isinstance(value, str) and not is_by_language:
        raise ValueError(f"{value!r} is not a text; write a text, or one per language such as {{nl: ..., en: ...}}")
    return value


Text = Annotated[dict[str, str] | str, BeforeValidator(_text)]


def _iso_date(value: Any) -> str:
    try:
        date = datetime.date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a date; write it as 2023-04-17") from None
    if not 1900 <= date.year <= 2199:
        raise ValueError(f"{value!r} can't be simulated; the year of a date lies from 1900 to 2199")
    return date.isoformat()


Date = Annotated[str, BeforeValidator(_iso_date)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class PeriodParams(Params):
    """How long a run warms up and how long it is followed after the measured window."""

    warm_up: Duration = param(86_400.0, doc="simulated before the measured window, such as '1 d'", source="default", quality=Quality.ESTIMATE)
    drain: Duration = param(86_400.0, doc="simulated after the measured window, to follow what arrived in it", source="default", quality=Quality.ESTIMATE)


class TypicalPeriod(Params):
    """One typical period of the calendar."""

    start: Date = param(doc="local date of the first measured day")
    measure: Duration = param(doc="length of the measured window, such as '7 d'")
    weight_days: float = param(doc="days of the year that it stands for", gt=0)

    @model_validator(mode="after")
    def _measures_something(self) -> Self:
        if self.measure <= 0.0:
            raise ValueError("measure: must be longer than 0, such as '7 d'")
        return self


class Overlay(Params):
    """A scenario or a year: values laid over the datasets."""

    title: Text = param("", doc="title, by language")
    values: dict[str, Any] = param({}, doc="tree of values over the datasets: network, demand")


class Measure(Overlay):
    """Something that can be decided: one reversible overlay."""

    requires: list[str] = param([], doc="measures that must be there too")
    excludes: list[str] = param([], doc="measures that can't be there too")
    overrides: list[str] = param([], doc="measures whose values this one may replace; it is laid over them")
    opening_year: int | None = param(None, doc="first year in which it is in effect; none: always")
    cost_eur: float | None = param(None, doc="investment (EUR)", ge=0)
    funder: str = param("", doc="who pays")


class VariantParams(Params):
    """A name for a set of measures."""

    title: Text = param("", doc="title, by language")
    measures: list[str] = param([], doc="the measures")


class KeyIndicator(Params):
    """An indicator that the study's conclusions rest on."""

    margin: float = param(0.0, doc="difference that would not matter, in the indicator's unit; 0: any difference matters", ge=0)


class Saturation(Params):
    """When a mean stops to mean something."""

    unfinished_share: float = param(0.05, doc="share of the ships that is not through at the end", source="default", quality=Quality.ESTIMATE, ge=0, le=1)
    queue_growth_per_day: float = param(5.0, doc="growth of the queue in the measured window (ships per day)", source="default", quality=Quality.ESTIMATE, ge=0)


class StudyParams(Params):
    """A study file."""

    study: Name = param(doc="name of the study: small letters, digits and hyphens")
    extends: str = param("", doc="a study, by name or path, that this one is laid over")
    title: Text = param("", doc="title, by language")
    question: Text = param("", doc="what the study is to answer, by language")
    network: str = param(doc="network dataset, by name or path")
    demand: str = param(doc="demand dataset, by name or path")
    seed: int = param(1, doc="seed of all random numbers", source="any number", quality=Quality.ESTIMATE, ge=0)
    replications: int = param(5, doc="replications per variant", source="default", quality=Quality.ESTIMATE, ge=1, le=100_000)
    period: PeriodParams = param(PeriodParams(), doc="warm-up and drain")
    calendar: dict[Name, TypicalPeriod] = param(doc="typical periods; their weights add up to the days of a year", min_length=1)
    values: dict[str, Any] = param({}, doc="values laid over the datasets in all variants")
    scenarios: dict[Name, Overlay] = param({"base": Overlay()}, doc="what nobody here decides", min_length=1)
    years: dict[str, Overlay] = param(doc="years of demand", min_length=1)
    measures: dict[Name, Measure] = param({}, doc="what can be decided")
    variants: dict[Name, VariantParams] = param(doc="sets of measures", min_length=1)
    reference: str = param("reference", doc="the variant that others are compared with: the autonomous development")
    key_indicators: dict[str, KeyIndicator] = param({}, doc="indicators that conclusions rest on, with the margin that would not matter")
    saturation: Saturation = param(Saturation(), doc="when a mean is replaced by the growth of the queue")
    chosen_day: Date | None = param(None, doc="day that the report draws lockage by lockage; none: the first measured day")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        days = sum(period.weight_days for period in self.calendar.values())
        if abs(days - 365.0) > 1e-6 and abs(days - 366.0) > 1e-6:
            raise ValueError(f"calendar: the weights add up to {days:g} days; make the weight_days of the typical periods add up to 365 or 366")
        if self.reference not in self.variants:
            raise ValueError(
                f"reference: '{self.reference}' is not a variant{nearest(self.reference, self.variants)}; name one of the variants: {allowed(self.variants)}"
            )
        for year in self.years:
            if not (year.isascii() and year.isdecimal() and 1000 <= int(year) <= 2999 and len(year) == 4):
                raise ValueError(f"years: '{year}' is not a year of four digits, such as 2030")
        return self


def text_in(text: Text, language: str, default: str = "") -> str:
    """Return a text in a language, in any language where that one is missing, or the default."""
    if isinstance(text, str):
        return text or default
    return text.get(language) or next(iter(text.values()), "") or default
