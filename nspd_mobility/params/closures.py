"""Parameters of closures: the calendars of locks and bridges, random outages, outer levels, and regimes around low water.

Times of the calendar are local (Europe/Amsterdam) and written by how often they come back: `2023-07-10 16:45` for a closure that
comes once, `16:45` for a daily one, `mon 16:45` for a weekly one.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator

from ..codes import BridgeWindow, ClosureCause, ClosureClass, Quality, RegimeActive, Repeat
from .fields import Params, code_field, param

ALL = "all"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TABLE_57 = "Richtlijnen Vaarwegen 2020, table 57"
_FORMS = {Repeat.NONE: "a date and a time such as 2023-07-10 16:45", Repeat.DAILY: "a time such as 16:45", Repeat.WEEKLY: "a day and a time such as mon 16:45"}
_CLOCK = re.compile(r"^(?:([a-z]{3}) )?(\d{1,2}):(\d{2})(?::(\d{2}))?$")

# Shortest and longest closure of a class (s). Table 57 has no shortest one for class 1 and no longest one for class 5: 0 and infinity.
CLASS_LIMITS_S: dict[ClosureClass, tuple[float, float]] = {
    ClosureClass.UNDER_10_MIN: (0.0, 600.0),
    ClosureClass.UNDER_30_MIN: (600.0, 1800.0),
    ClosureClass.UP_TO_2_H: (1800.0, 7200.0),
    ClosureClass.UP_TO_2_DAYS: (7200.0, 172_800.0),
    ClosureClass.OVER_2_DAYS: (172_800.0, float("inf")),
}
_SHORTEST_OUTAGE_S, _LONGEST_OUTAGE_S = 60.0, 14 * 86_400.0  # where table 57 has no bound; defaults of parameters


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Chambers = Annotated[list[str], BeforeValidator(_as_list)]


def parse_moment(text: str) -> datetime.datetime:
    """Return the time of a closure that comes once; without a zone it is local."""
    if not re.match(r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}", text):
        raise ValueError(f"must be {_FORMS[Repeat.NONE]}, not {text!r}")
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"must be {_FORMS[Repeat.NONE]}, not {text!r}") from None


def parse_clock_s(text: str, repeat: Repeat) -> int:
    """Return the seconds since midnight, or since Monday midnight, of a closure that comes back."""
    match = _CLOCK.match(text)
    if match is not None and (match[1] is not None) == (repeat is Repeat.WEEKLY) and (match[1] is None or match[1] in WEEKDAYS):
        hour, minute, second = (int(part or 0) for part in match.groups()[1:])
        if hour < 24 and minute < 60 and second < 60:
            return (WEEKDAYS.index(match[1]) if match[1] else 0) * 86_400 + hour * 3600 + minute * 60 + second
    days = f"; days are {', '.join(WEEKDAYS)}" if repeat is Repeat.WEEKLY else ""
    raise ValueError(f"must be {_FORMS[repeat]} where repeat is {repeat.word}, not {text!r}{days}")


def parse_day(text: str) -> datetime.date | None:
    """Return a date, or none for an empty text."""
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"must be a date such as 2023-07-10, not {text!r}") from None


class CalendarEntry(Params):
    """When a planned closure holds: once, daily or weekly."""

    begin: str = param(doc="local time from which it holds: by repeat, 2023-07-10 16:45, or 16:45, or mon 16:45")
    end: str = param(doc="local time at which it ends, in the same form; a clock time that is not later is one of the next day or week")
    repeat: code_field(Repeat) = param(Repeat.NONE, doc="how often it comes back: none, daily or weekly", source="a safe default")  # type: ignore[valid-type]
    from_day: str = param("", doc="local date from which a closure that comes back may begin", source="no limit unless given")
    until_day: str = param("", doc="last local date on which a closure that comes back may begin", source="no limit unless given")
    closure_class: code_field(ClosureClass) | None = param(  # type: ignore[valid-type]
        None, doc="class by length; given, the closure must be of that length", source=_TABLE_57, quality=Quality.PUBLISHED
    )
    may_overlap: bool = param(False, doc="whether it may overlap a closure of the same chamber or bridge with another cause", source="a safe default")

    @model_validator(mode="after")
    def _times(self) -> Self:
        for name, parse in (("begin", self._moment), ("end", self._moment), ("from_day", parse_day), ("until_day", parse_day)):
            try:
                parse(getattr(self, name))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        if self.repeat is Repeat.NONE:
            begin, end = parse_moment(self.begin), parse_moment(self.end)
            if (begin.tzinfo is None) == (end.tzinfo is None) and end <= begin:
                raise ValueError(f"end: {self.end} is not after begin, {self.begin}; swap or mend them")
        first, last = parse_day(self.from_day), parse_day(self.until_day)
        if self.repeat is Repeat.NONE and (first or last):
            raise ValueError(f"{'from_day' if first else 'until_day'}: belongs to a closure that comes back; set repeat, or take it away")
        if first and last and last < first:
            raise ValueError(f"until_day: {self.until_day} lies before from_day {self.from_day}; it must be that day or later")
        if self.repeat is not Repeat.NONE and self.begin == self.end:
            raise ValueError(f"end: is the same as begin, {self.begin}; a closure that never ends is written with repeat none and its dates")
        return self

    def _moment(self, text: str) -> object:
        return parse_moment(text) if self.repeat is Repeat.NONE else parse_clock_s(text, self.repeat)


class CalendarClosure(CalendarEntry):
    """One planned closure of a lock's calendar: no lockage begins in it."""

    chambers: Chambers = param([ALL], doc="the chambers that close, or all", source="a safe default", min_length=1)
    cause: code_field(ClosureCause) = param(ClosureCause.MAINTENANCE, doc="why", source="a calendar holds works")  # type: ignore[valid-type]


class BridgeClosure(CalendarEntry):
    """One planned window of a bridge's calendar."""

    kind: code_field(BridgeWindow) = param(  # type: ignore[valid-type]
        BridgeWindow.OUT_OF_SERVICE, doc="out_of_service (works, nobody operates it), outage, wind, peak_block or train", source="a calendar holds works"
    )


class OutageClassParams(Params):
    """Random outages of one class at one chamber or bridge."""

    rate_per_year: float = param(0.0, doc="outages per year (1/year)", source="none unless given", ge=0, le=100_000)
    min_s: float = param(doc="shortest outage (s); left out, that of the class, or 60 s", gt=0)
    max_s: float = param(doc="longest outage (s); left out, that of the class, or 14 days", gt=0)


def _outage_limits(kind: ClosureClass) -> dict[str, float]:
    low, high = CLASS_LIMITS_S[kind]
    return {"min_s": low or _SHORTEST_OUTAGE_S, "max_s": min(high, _LONGEST_OUTAGE_S)}


def _outage_class(kind: ClosureClass, text: str) -> Any:
    return param(OutageClassParams(**_outage_limits(kind)), doc=f"outages {text}", source=_TABLE_57)


class OutageParams(Params):
    """Random outages of a chamber or a bridge, by class of length."""

    under_10_min: OutageClassParams = _outage_class(ClosureClass.UNDER_10_MIN, "of less than 10 minutes")
    under_30_min: OutageClassParams = _outage_class(ClosureClass.UNDER_30_MIN, "of less than 30 minutes")
    up_to_2_h: OutageClassParams = _outage_class(ClosureClass.UP_TO_2_H, "of at most 2 hours")
    up_to_2_days: OutageClassParams = _outage_class(ClosureClass.UP_TO_2_DAYS, "of at most 2 days")
    over_2_days: OutageClassParams = _outage_class(ClosureClass.OVER_2_DAYS, "of more than 2 days")

    @model_validator(mode="before")
    @classmethod
    def _limits_of_class(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        filled = dict(data)
        for kind in ClosureClass:
            if isinstance(filled.get(kind.word), dict):
                filled[kind.word] = {**_outage_limits(kind), **filled[kind.word]}
        return filled

    @model_validator(mode="after")
    def _within_class(self) -> Self:
        for kind, (low, high) in CLASS_LIMITS_S.items():
            mine = self.of(kind)
            if not low <= mine.min_s <= mine.max_s <= high:
                raise ValueError(f"{kind.word}: outages of this class last {low:g} to {high:g} s, shortest first, not {mine.min_s:g} to {mine.max_s:g} s")
        return self

    def of(self, kind: ClosureClass) -> OutageClassParams:
        """Return the outages of a class."""
        outages: OutageClassParams = getattr(self, kind.word)
        return outages


class ClosureParams(Params):
    """When the chambers of a lock may not lock: the calendar and random outages."""

    calendar: dict[str, CalendarClosure] = param({}, doc="planned closures by name", source="none unless given")
    outages: dict[str, OutageParams] = param({}, doc="random outages by chamber; those of 'all' hold for every chamber that is not named", source="none")
    may_close_all: bool = param(False, doc="whether all chambers may be closed for the whole measured period", source="a safe default")


class OuterLimits(Params):
    """Levels of the sea beyond which a chamber may not lock."""

    closed_below_m_nap: float = param(-1000.0, doc="no lockage while the sea stands below this (m NAP); the default never limits", source="none unless given")
    closed_above_m_nap: float = param(1000.0, doc="no lockage while the sea stands above this (m NAP); the default never limits", source="none unless given")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closed_below_m_nap >= self.closed_above_m_nap:
            raise ValueError(f"closed_below_m_nap: must lie below closed_above_m_nap, {self.closed_above_m_nap:g}, not at {self.closed_below_m_nap:g}")
        return self


class RegimeParams(Params):
    """No lockages around each low water, to save fresh water in a drought or to let surplus water out (spuien)."""

    active: code_field(RegimeActive) = param(  # type: ignore[valid-type]
        RegimeActive.NEVER, doc="never, always, or triggered: while one of the four triggers is passed when a block would begin", source="a safe default"
    )
    cause: code_field(ClosureCause) = param(ClosureCause.DROUGHT, doc="cause that is written: drought or spill", source="the common one")  # type: ignore[valid-type]
    chambers: Chambers = param([ALL], doc="the chambers that close, or all", source="a safe default", min_length=1)
    before_low_water_s: float = param(
        7200.0, doc="from the beginning of a block to low water (s)", source="drought of 2018 (press)", quality=Quality.PUBLISHED, ge=0, le=86_400
    )
    after_low_water_s: float = param(
        7200.0, doc="from low water to the end of a block (s)", source="drought of 2018 (press)", quality=Quality.PUBLISHED, ge=0, le=86_400
    )
    canal_below_m_nap: float = param(-1000.0, doc="trigger: canal below this (m NAP); the default never triggers", source="none unless given")
    canal_above_m_nap: float = param(1000.0, doc="trigger: canal above this (m NAP); the default never triggers", source="none unless given")
    discharge_below_m3_s: float = param(-1.0, doc="trigger: discharge below this (m³/s); the default never triggers", source="none unless given")
    discharge_above_m3_s: float = param(1e6, doc="trigger: discharge above this (m³/s); the default never triggers", source="none unless given")

    @model_validator(mode="after")
    def _has_trigger(self) -> Self:
        triggers = [name for name in type(self).model_fields if name.startswith(("canal_", "discharge_"))]
        if self.active is RegimeActive.TRIGGERED and all(getattr(self, name) == type(self).model_fields[name].default for name in triggers):
            raise ValueError(f"active: is triggered, and there is no trigger; give one of {', '.join(triggers)}")
        return self
