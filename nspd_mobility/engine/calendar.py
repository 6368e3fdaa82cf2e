"""Closures that are known by date or by chance: the calendar of a lock or a bridge, and random outages drawn before t = 0.

A closure of the calendar has local clock times. One that comes back is laid out day by day or week by week; where the clocks change,
a time that is skipped becomes the next one that exists, and of an hour that comes twice a closure begins in the first and ends in the
second. A closure that comes once and names such an hour is refused: it must say which of the two it means.

Outages of a facility and class are a Poisson process with `rate_per_year`. The outages of each UTC day are drawn from frozen numbers of
(seed, replication, facility, class, day): a count, then for each a moment of the day and a length, log-uniform between the
shortest and the longest of the class (short ones are commoner). A window that begins later has the same outages, those that began
before it and last into it included, and a higher rate adds outages and keeps those that there were.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import ClosureClass, Code, Repeat
from ..demand.poisson import poisson_quantile
from ..errors import DataError
from ..params.closures import CLASS_LIMITS_S, CalendarEntry, OutageParams, parse_clock_s, parse_day, parse_moment
from ..streams import Streams
from ..units import LOCAL_ZONE, S_PER_DAY

DAYS_PER_YEAR = 365.25
_ZONE = ZoneInfo(LOCAL_ZONE)
_UNIX_DAY = datetime.date(1970, 1, 1).toordinal()
_DAYS_PER_REPEAT = {Repeat.DAILY: 1, Repeat.WEEKLY: 7}


@dataclass(frozen=True, slots=True)
class Closure:
    """One closure of one place: a chamber of a lock, or a bridge.

    Attributes
    ----------
    place : str
    begin_s, end_s : float
        Seconds from the run's epoch.
    cause : Code
        A `ClosureCause` of a chamber, a `BridgeWindow` of a bridge.
    name : str
        The entry that it comes from, for messages.
    may_overlap : bool
        Whether it may overlap one with another cause.
    """

    place: str
    begin_s: float
    end_s: float
    cause: Code
    name: str = ""
    may_overlap: bool = True


def class_of(duration_s: float) -> ClosureClass:
    """Return the class of a closure by its length (s).

    Examples
    --------
    >>> class_of(6 * 3600.0).word
    'up_to_2_days'
    """
    for kind in (ClosureClass.UNDER_10_MIN, ClosureClass.UNDER_30_MIN):  # table 57: less than 10, less than 30 minutes
        if duration_s < CLASS_LIMITS_S[kind][1]:
            return kind
    for kind in (ClosureClass.UP_TO_2_H, ClosureClass.UP_TO_2_DAYS):  # and at most 2 hours, at most 2 days
        if duration_s <= CLASS_LIMITS_S[kind][1]:
            return kind
    return ClosureClass.OVER_2_DAYS


def occurrences(entry: CalendarEntry, name: str, epoch: pd.Timestamp, begin_s: float, end_s: float) -> list[tuple[float, float]]:
    """Return when a closure of the calendar holds within a window, each time with its full length (s from the epoch).

    Raises
    ------
    DataError
        If it ends before it begins, names an hour that the change of clocks skips or repeats, or is not of its class.
    """
    zero = epoch.to_pydatetime(warn=False)
    if entry.repeat is Repeat.NONE:
        span = tuple(_once_s(getattr(entry, key), f"closure '{name}': {key}", zero) for key in ("begin", "end"))
        if span[1] <= span[0]:
            raise DataError(f"closure '{name}': ends at {entry.end}, not after it begins, {entry.begin}; swap or mend them")
        found = [(span[0], span[1])]
    else:
        found = list(_repeated(entry, zero, begin_s, end_s))
    for first, last in found:
        _check_class(entry, name, last - first)
    return [span for span in found if span[1] > begin_s and span[0] < end_s]


def _once_s(text: str, what: str, zero: datetime.datetime) -> float:
    moment = parse_moment(text)
    if moment.tzinfo is None:
        local = moment.replace(tzinfo=_ZONE)
        there_and_back = local.astimezone(datetime.UTC).astimezone(_ZONE)
        is_skipped = there_and_back.replace(tzinfo=None) != moment
        if is_skipped or local.utcoffset() != local.replace(fold=1).utcoffset():
            word = "skips" if is_skipped else "repeats"
            raise DataError(f"{what} {text} lies in an hour that the change of clocks {word}; write the offset, such as {text}+01:00")
        moment = local
    return (moment - zero).total_seconds()


def _repeated(entry: CalendarEntry, zero: datetime.datetime, begin_s: float, end_s: float) -> Iterator[tuple[float, float]]:
    period = _DAYS_PER_REPEAT[entry.repeat]
    start, stop = (parse_clock_s(text, entry.repeat) for text in (entry.begin, entry.end))
    stop += period * S_PER_DAY if stop <= start else 0
    first_day, last_day = parse_day(entry.from_day), parse_day(entry.until_day)
    day = (zero + datetime.timedelta(seconds=begin_s)).astimezone(_ZONE).date() - datetime.timedelta(days=2 * period)
    end = zero + datetime.timedelta(seconds=end_s)
    day -= datetime.timedelta(days=day.weekday() if entry.repeat is Repeat.WEEKLY else 0)
    while _local(day, 0, fold=0) <= end:
        begins = day + datetime.timedelta(days=start // S_PER_DAY)
        if (first_day is None or begins >= first_day) and (last_day is None or begins <= last_day):
            yield tuple((_local(day, at, fold) - zero).total_seconds() for at, fold in ((start, 0), (stop, 1)))  # type: ignore[misc]
        day += datetime.timedelta(days=period)


def _local(day: datetime.date, at_s: int, fold: int) -> datetime.datetime:
    """Return a clock time as UTC; one that is skipped becomes the moment at which the clocks change."""
    date, seconds = day + datetime.timedelta(days=at_s // S_PER_DAY), at_s % S_PER_DAY
    local = datetime.datetime.combine(date, datetime.time(), _ZONE) + datetime.timedelta(seconds=seconds)
    utc = local.replace(fold=fold).astimezone(datetime.UTC)
    if utc.astimezone(_ZONE).replace(tzinfo=None) != local.replace(tzinfo=None):
        before, after = (local.replace(fold=k).utcoffset() or datetime.timedelta() for k in (0, 1))
        full_hour = local.replace(tzinfo=None, minute=0, second=0)  # clocks change at a full hour here
        return (full_hour - min(before, after)).replace(tzinfo=datetime.UTC)
    return utc


def _check_class(entry: CalendarEntry, name: str, duration_s: float) -> None:
    if entry.closure_class is not None and class_of(duration_s) is not entry.closure_class:
        raise DataError(
            f"closure '{name}': lasts {duration_s / 3600:g} h, which is of class {class_of(duration_s).word}, not {entry.closure_class.word}; "
            f"mend its times or its class (RV 2020, table 57)"
        )


def drawn_outages(outages: OutageParams, facility: str, streams: Streams, *, epoch: pd.Timestamp, begin_s: float, end_s: float) -> list[tuple[float, float]]:
    """Return the random outages of a facility that touch a window, each with its full length (s from the epoch), in no order.

    The name of the facility, such as ``terneuzen/oostsluis``, is part of what its outages are drawn by.
    """
    zero_s = (epoch - pd.Timestamp(0, tz="UTC")).total_seconds()
    found: list[tuple[float, float]] = []
    for kind in ClosureClass:
        mine = outages.of(kind)
        if mine.rate_per_year > 0.0:
            first_day = int(np.floor((zero_s + begin_s - mine.max_s) / S_PER_DAY))
            days = np.arange(first_day, int(np.floor((zero_s + end_s) / S_PER_DAY)) + 1, dtype=np.int64)
            begins, lengths = _outages_of_days(days, mine.rate_per_year, (mine.min_s, mine.max_s), f"outage/{facility}/{kind.word}", streams)
            begins -= zero_s
            touches = (begins < end_s) & (begins + lengths > begin_s)
            found += list(zip(begins[touches].tolist(), (begins + lengths)[touches].tolist(), strict=True))
    return found


def _outages_of_days(
    days: npt.NDArray[np.int64], rate_per_year: float, limits_s: tuple[float, float], name: str, streams: Streams
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return begin (s since 1970) and length (s) of the outages that begin on these days."""
    keys = days.astype(np.uint64)
    counts = poisson_quantile(streams.uniform(name, keys)[:, 0], np.full(days.size, rate_per_year / DAYS_PER_YEAR))
    most = int(counts.max(initial=0))
    if most == 0:
        return np.empty(0), np.empty(0)
    u = streams.uniform(name, keys, 2 * most, first=1).reshape(days.size, most, 2)
    is_there = np.arange(most) < counts[:, None]
    begins = (days[:, None] + u[:, :, 0]) * S_PER_DAY
    low, high = limits_s
    return begins[is_there], (low * (high / low) ** u[:, :, 1])[is_there]


def check_overlaps(closures: Iterable[Closure], what: str) -> None:
    """Refuse two closures of a place that overlap and have different causes, unless one of them says that it may.

    Parameters
    ----------
    closures : iterable of Closure
    what : str
        What the places are, for the message: chamber or bridge.

    Raises
    ------
    DataError
        For the first such pair, which it names.
    """
    by_place: dict[str, list[Closure]] = {}
    for closure in closures:
        by_place.setdefault(closure.place, []).append(closure)
    for place, mine in by_place.items():
        mine.sort(key=lambda closure: closure.begin_s)
        latest: dict[Code, Closure] = {}  # of each cause, the strict one that ends last
        for closure in mine:
            for other in latest.values():
                if other.cause is not closure.cause and other.end_s > closure.begin_s and not closure.may_overlap:
                    raise DataError(
                        f"closures '{other.name}' ({other.cause.word}) and '{closure.name}' ({closure.cause.word}) of {what} '{place}' overlap; "
                        f"move one of them, give them one cause, or let one say 'may_overlap: true'"
                    )
            if not closure.may_overlap and (closure.cause not in latest or latest[closure.cause].end_s < closure.end_s):
                latest[closure.cause] = closure
