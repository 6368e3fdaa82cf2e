"""When the chambers of a lock may not lock, known before t = 0.

Four sources: the calendar and random outages (`engine.calendar`), the level of the sea beyond what a chamber allows, and regimes
around low water in which lockages rest, to save fresh water in a drought or to let surplus water out (`regimes`). Together they become
one table per lock: for each chamber, intervals that do not overlap, each with one cause. Where causes coincide the interval is of the
first in this order: maintenance, outage, outer_level, spill, drought, staffing, other. What can't be lifted comes before what can:
the time booked to staffing is the time that staff would win.

A closure forbids that a lockage *begins*: that doors begin to close. Ships that are moored then, finish. Left out: a chamber that fails
with ships inside, and speed or size limits in place of a closure.

References
----------
Rijkswaterstaat, Richtlijnen Vaarwegen 2020, table 57 (classes of closures by length).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import ClosureCause
from ..engine.calendar import Closure, check_overlaps, drawn_outages, occurrences
from ..errors import DataError, allowed, nearest
from ..params import Params
from ..params.build import build_plain
from ..params.closures import ALL, ClosureParams, OuterLimits, RegimeParams
from ..streams import Streams
from ..units import MS_PER_S
from ._kernels.records import CLOSURE, as_records
from .complex import LevelSeries
from .level_file import Moment, as_utc
from .regimes import outer_level_spans, regime_spans

ModelT = TypeVar("ModelT", bound=Params)
Span = tuple[float, float]

PRECEDENCE = (
    ClosureCause.MAINTENANCE,
    ClosureCause.OUTAGE,
    ClosureCause.OUTER_LEVEL,
    ClosureCause.SPILL,
    ClosureCause.DROUGHT,
    ClosureCause.STAFFING,
    ClosureCause.OTHER,
)
COLUMNS = ("chamber", "begin_s", "end_s", "cause")


def closure_intervals(
    chambers: Sequence[str],
    *,
    epoch: Moment,
    end_s: float,
    begin_s: float = 0.0,
    closures: ClosureParams | Mapping[str, Any] | None = None,
    regimes: Mapping[str, RegimeParams | Mapping[str, Any]] | None = None,
    limits: Mapping[str, OuterLimits | Mapping[str, Any]] | None = None,
    levels: LevelSeries | None = None,
    discharge_m3_s: npt.ArrayLike | None = None,
    streams: Streams | None = None,
    lock: str = "lock",
    measured_s: Span | None = None,
) -> pd.DataFrame:
    """Return when each chamber may not begin a lockage, and why.

    Parameters
    ----------
    chambers : sequence of str
        The chambers of the lock.
    epoch : datetime, datetime64 or str
        Zero of all times; without a zone it is UTC.
    begin_s, end_s : float
        The window (s); intervals are cut to it.
    closures : ClosureParams or mapping, optional
        Calendar and outages.
    regimes : mapping of str to RegimeParams or mapping, optional
        Regimes around low water by name.
    limits : mapping of str to OuterLimits or mapping, optional
        Levels of the sea beyond which a chamber is closed, by chamber.
    levels : LevelSeries, optional
        Needed for regimes that are active and for limits. It should reach a tide beyond the window, as low waters outside it count.
    discharge_m3_s : array_like of float, shape (n,), optional
        Discharge at the points of `levels` (m³/s); needed where a regime has a trigger on it.
    streams : Streams, optional
        Random numbers of the replication; needed where there are outages.
    lock : str
        Name of the lock, part of what the outages of a chamber are drawn by, and of messages.
    measured_s : tuple of float, optional
        The measured window (s): it is an error when no chamber is open at any time in it, unless `may_close_all`.

    Returns
    -------
    DataFrame
        chamber, begin_s, end_s, cause (its word); by chamber in the given order, then by time. Intervals of one chamber do not
        overlap; those that touch have different causes.

    Raises
    ------
    DataError
        If a parameter can't be used, names an unknown chamber, closures of different causes overlap, or nothing is ever open.
    ValueError
        If levels, discharge or streams are needed and not given.

    Examples
    --------
    >>> evening = dict(begin="16:45", end="22:45", repeat="daily", chambers="oost", cause="staffing")
    >>> closure_intervals(["oost", "west"], epoch="2023-07-09T22:00", end_s=86_400.0, closures=dict(calendar=dict(evening=evening))).values.tolist()
    [['oost', 60300.0, 81900.0, 'staffing']]
    """
    names, start, window = list(chambers), as_utc(epoch), (begin_s, end_s)
    params = closures if isinstance(closures, ClosureParams) else build_plain(ClosureParams, f"{lock}: closures", **(closures or {}))
    own_regimes = {name: _model(RegimeParams, f"{lock}: regime '{name}'", given) for name, given in (regimes or {}).items()}
    own_limits = {name: _model(OuterLimits, f"{lock}: limits of '{name}'", given) for name, given in (limits or {}).items()}
    found = _planned(params, names, start, window, lock)
    check_overlaps(found, "chamber")
    found += _random(params, names, start, window, lock, streams)
    for name in own_limits:
        _expect_chamber(name, names, f"{lock}: limits")
    found += _of_levels(own_regimes, own_limits, names, levels, discharge_m3_s, lock)
    table = merged(found, names, window)
    if measured_s is not None and not params.may_close_all:
        _expect_open(table, names, measured_s, lock)
    return table


def closure_records(intervals: pd.DataFrame, chamber_names: Sequence[str]) -> Any:
    """Return the closures as the lock kernel reads them: sorted by begin, then chamber.

    Parameters
    ----------
    intervals : DataFrame
        As `closure_intervals` gives them.
    chamber_names : sequence of str
        The chambers in the order of the kernel's records.

    Returns
    -------
    ndarray of CLOSURE, shape (n,)
        chamber, begin_ms, end_ms, cause.
    """
    records = np.zeros(len(intervals), CLOSURE)
    places = {name: k for k, name in enumerate(chamber_names)}
    records["chamber"] = [places[name] for name in intervals["chamber"]]
    records["cause"] = [int(ClosureCause.parse(word)) for word in intervals["cause"]]
    for end in ("begin", "end"):
        records[f"{end}_ms"] = np.rint(intervals[f"{end}_s"].to_numpy(dtype=np.float64) * MS_PER_S)
    return as_records(records[np.lexsort((records["chamber"], records["begin_ms"]))])


def closed_share(intervals: pd.DataFrame, chambers: Sequence[str], begin_s: float, end_s: float) -> pd.DataFrame:
    """Return the share of a window in which each chamber is closed, by cause.

    Returns
    -------
    DataFrame
        One row per chamber, in the given order, and one column per cause that occurs, in order of precedence; shares of 1.

    Examples
    --------
    >>> table = pd.DataFrame(dict(chamber=["oost"], begin_s=[-100.0], end_s=[50.0], cause=["outage"]))
    >>> closed_share(table, ["oost", "west"], 0.0, 200.0)["outage"].tolist()
    [0.25, 0.0]
    """
    inside_s = np.maximum(np.minimum(intervals["end_s"], end_s) - np.maximum(intervals["begin_s"], begin_s), 0.0)
    frame = pd.DataFrame({"chamber": intervals["chamber"], "cause": intervals["cause"], "share": inside_s / (end_s - begin_s)})
    shares = frame.pivot_table(index="chamber", columns="cause", values="share", aggfunc="sum")
    causes = [cause.word for cause in PRECEDENCE if cause.word in set(frame["cause"])]
    return shares.reindex(index=list(chambers), columns=causes).fillna(0.0)


def _model(kind: type[ModelT], what: str, given: Params | Mapping[str, Any]) -> ModelT:
    return given if isinstance(given, kind) else build_plain(kind, what, **given)  # type: ignore[arg-type]


def _expect_chamber(name: str, chambers: Sequence[str], where: str) -> None:
    if name not in chambers:
        raise DataError(f"{where}: there is no chamber '{name}'{nearest(name, chambers)}; chambers are: {allowed(chambers)}")


def chosen_chambers(words: Sequence[str], chambers: Sequence[str], where: str) -> list[str]:
    """Return the chambers that a list of names, or 'all', stands for."""
    if list(words) == [ALL]:
        return list(chambers)
    for name in words:
        _expect_chamber(name, (*chambers, ALL) if name == ALL else chambers, where)
    return list(chambers) if ALL in words else list(dict.fromkeys(words))


def _planned(params: ClosureParams, chambers: list[str], epoch: pd.Timestamp, window: Span, lock: str) -> list[Closure]:
    return [
        Closure(chamber, first, last, entry.cause, name, entry.may_overlap)
        for name, entry in params.calendar.items()
        for chosen in [chosen_chambers(entry.chambers, chambers, f"{lock}: closure '{name}'")]
        for first, last in occurrences(entry, name, epoch, *window)
        for chamber in chosen
    ]


def _random(params: ClosureParams, chambers: list[str], epoch: pd.Timestamp, window: Span, lock: str, streams: Streams | None) -> list[Closure]:
    for name in params.outages:
        _expect_chamber(name, (*chambers, ALL), f"{lock}: outages")
    found = []
    for chamber in chambers:
        outages = params.outages.get(chamber, params.outages.get(ALL))
        if outages is not None:
            if streams is None:
                raise ValueError("outages need streams, the random numbers of a replication")
            spans = drawn_outages(outages, f"{lock}/{chamber}", streams, epoch=epoch, begin_s=window[0], end_s=window[1])
            found += [Closure(chamber, first, last, ClosureCause.OUTAGE) for first, last in spans]
    return found


def _of_levels(
    regimes: Mapping[str, RegimeParams],
    limits: Mapping[str, OuterLimits],
    chambers: list[str],
    levels: LevelSeries | None,
    discharge_m3_s: npt.ArrayLike | None,
    lock: str,
) -> list[Closure]:
    found = []
    for name, regime in regimes.items():
        chosen = chosen_chambers(regime.chambers, chambers, f"{lock}: regime '{name}'")
        spans = regime_spans(regime, levels, discharge_m3_s)
        found += [Closure(chamber, first, last, regime.cause) for first, last in spans for chamber in chosen]
    for chamber, limit in limits.items():
        found += [Closure(chamber, first, last, ClosureCause.OUTER_LEVEL) for first, last in outer_level_spans(limit, levels)]
    return found


def merged(closures: Iterable[Closure], chambers: Sequence[str], window: Span) -> pd.DataFrame:
    """Return intervals that do not overlap, cut to the window, each of the cause that comes first."""
    by_chamber: dict[str, list[Closure]] = {name: [] for name in chambers}
    for closure in closures:
        if closure.end_s > window[0] and closure.begin_s < window[1] and closure.end_s > closure.begin_s:
            by_chamber[closure.place].append(closure)
    rows = [(name, *row) for name, mine in by_chamber.items() if mine for row in _merged_chamber(mine, window)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"chamber": "str", "begin_s": "float64", "end_s": "float64", "cause": "str"})


def _merged_chamber(closures: Sequence[Closure], window: Span) -> list[tuple[float, float, str]]:
    spans = np.clip([(closure.begin_s, closure.end_s) for closure in closures], *window)
    rank = np.array([PRECEDENCE.index(closure.cause) for closure in closures])
    points = np.unique(spans)
    n_open = np.zeros((len(PRECEDENCE), points.size), dtype=np.int64)  # closures of each cause that hold from a point to the next
    np.add.at(n_open, (rank, np.searchsorted(points, spans[:, 0])), 1)
    np.add.at(n_open, (rank, np.searchsorted(points, spans[:, 1])), -1)
    holds = np.cumsum(n_open, axis=1) > 0
    first = np.where(holds.any(axis=0), holds.argmax(axis=0), -1)
    begins = np.flatnonzero(np.concatenate([[True], first[1:] != first[:-1]]))  # where the cause, or none, changes
    ends = np.append(begins[1:], points.size - 1)
    return [(float(points[b]), float(points[e]), PRECEDENCE[first[b]].word) for b, e in zip(begins, ends, strict=True) if first[b] >= 0]


def _expect_open(table: pd.DataFrame, chambers: Sequence[str], measured_s: Span, lock: str) -> None:
    """Refuse closures that leave no chamber open at any time of the measured window."""
    shares = closed_share(table, chambers, *measured_s)
    if len(chambers) and (shares.sum(axis=1) > 1.0 - 1e-9).all():
        causes = ", ".join(str(name) for name in shares.columns if shares[name].any())
        raise DataError(
            f"{lock}: every chamber is closed for the whole measured period ({causes}), so that nothing passes; mend the closures, or set may_close_all to true"
        )
