"""Properties of closures, for any calendar, outages, regimes and window: one cause at a time, nothing lost, and windows that agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nspd_mobility.codes import ClosureCause
from nspd_mobility.engine.calendar import occurrences
from nspd_mobility.params.closures import WEEKDAYS, CalendarClosure
from nspd_mobility.streams import Streams
from nspd_mobility.waterway import LevelSeries
from nspd_mobility.waterway.closures import PRECEDENCE, closed_share, closure_intervals, closure_records

H, DAY = 3600.0, 86_400.0
CHAMBERS = ["oost", "west", "nieuw"]
CAUSES = [cause.word for cause in ClosureCause]
YEAR_START = pd.Timestamp("2023-01-01", tz="UTC")
anything = settings(deadline=None)

some_chambers = st.lists(st.sampled_from(CHAMBERS), min_size=1, max_size=3, unique=True) | st.just("all")
clocks = st.builds(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}", st.integers(0, 24 * 60 - 1))


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    entry: dict[str, Any] = {"chambers": draw(some_chambers), "cause": draw(st.sampled_from(CAUSES)), "may_overlap": True}
    repeat = draw(st.sampled_from(["none", "daily", "weekly"]))
    if repeat == "none":
        begin = YEAR_START + pd.Timedelta(minutes=draw(st.integers(0, 365 * 1440)))
        end = begin + pd.Timedelta(minutes=draw(st.integers(1, 14 * 1440)))
        return entry | {"begin": begin.isoformat(), "end": end.isoformat()}
    begin, end = draw(st.lists(clocks, min_size=2, max_size=2, unique=True))
    if repeat == "weekly":
        begin, end = (f"{draw(st.sampled_from(WEEKDAYS))} {clock}" for clock in (begin, end))
    return entry | {"begin": begin, "end": end, "repeat": repeat}


windows = st.tuples(st.integers(0, 350 * 24), st.integers(1, 14 * 24))  # hours: begin in the year, length
calendars = st.lists(entries(), max_size=5)
rates = st.floats(0.0, 400.0)


def tide(epoch: pd.Timestamp, end_s: float) -> LevelSeries:
    times = np.arange(-DAY, end_s + DAY + 1, 600.0)
    hours = (epoch - YEAR_START).total_seconds() / H + times / H
    return LevelSeries(-DAY, 600.0, 2.0 * np.cos(2 * np.pi * hours / 12.42), 2.0 + 0.3 * np.cos(2 * np.pi * hours / 200.0))


def intervals(window: tuple[int, int], calendar: list[dict[str, Any]], rate: float = 0.0, limit_m_nap: float = -1000.0, regime: str = "never") -> pd.DataFrame:
    epoch, end_s = YEAR_START + pd.Timedelta(hours=window[0]), window[1] * H
    return closure_intervals(
        CHAMBERS,
        epoch=epoch,
        end_s=end_s,
        closures={"calendar": {f"e{k}": entry for k, entry in enumerate(calendar)}, "outages": {"all": {"up_to_2_days": {"rate_per_year": rate}}}},
        regimes={"d": {"active": regime, "canal_below_m_nap": 1.95, "chambers": ["oost", "west"]}},
        limits={"west": {"closed_below_m_nap": limit_m_nap}},
        levels=tide(epoch, end_s),
        streams=Streams(4, 0),
    )


def cause_at(table: pd.DataFrame, chamber: str, times_s: np.ndarray[Any, Any]) -> list[str]:
    """Return the cause at each time; none is an empty text. More than one fails."""
    mine = table[table["chamber"] == chamber]
    holds = (times_s[:, None] >= mine["begin_s"].to_numpy()) & (times_s[:, None] < mine["end_s"].to_numpy())
    assert holds.sum(axis=1).max(initial=0) <= 1
    causes = [*mine["cause"], ""]
    return [causes[row.argmax() if row.any() else -1] for row in holds]


@anything
@given(windows, calendars, rates, st.floats(-2.5, 2.5), st.sampled_from(["never", "always", "triggered"]))
def test_a_chamber_has_one_cause_at_a_time(window: tuple[int, int], calendar: list[dict[str, Any]], rate: float, limit: float, regime: str) -> None:
    table = intervals(window, calendar, rate, limit, regime)
    assert (table["begin_s"] < table["end_s"]).all()
    assert table["begin_s"].min() >= 0.0 or table.empty
    assert table["end_s"].max() <= window[1] * H or table.empty
    assert table["chamber"].map(CHAMBERS.index).is_monotonic_increasing
    for _, mine in table.groupby("chamber"):
        begins, ends, causes = mine["begin_s"].to_numpy()[1:], mine["end_s"].to_numpy()[:-1], mine["cause"].to_numpy()
        assert (begins >= ends).all()
        assert all(causes[1:][begins == ends] != causes[:-1][begins == ends])
    shares = closed_share(table, CHAMBERS, 0.0, window[1] * H)
    assert (shares.sum(axis=1) <= 1 + 1e-9).all()
    lengths = (table["end_s"] - table["begin_s"]).groupby(table["chamber"]).sum()
    np.testing.assert_allclose(shares.sum(axis=1) * window[1] * H, lengths.reindex(CHAMBERS).fillna(0.0), atol=1e-6)


@anything
@given(windows, calendars)
def test_the_cause_at_any_moment_is_the_first_that_holds(window: tuple[int, int], calendar: list[dict[str, Any]]) -> None:
    epoch, end_s = YEAR_START + pd.Timedelta(hours=window[0]), window[1] * H
    table = intervals(window, calendar)
    times = np.linspace(0.5, end_s - 0.5, 97)
    for chamber in CHAMBERS:
        expected = np.full(times.size, len(PRECEDENCE))
        for k, entry in enumerate(calendar):
            if chamber in entry["chambers"] or entry["chambers"] == "all":
                for begin, end in occurrences(CalendarClosure.model_validate(entry), f"e{k}", epoch, 0.0, end_s):
                    rank = PRECEDENCE.index(ClosureCause.parse(entry["cause"]))
                    expected = np.where((times >= begin) & (times < end), np.minimum(expected, rank), expected)
        words = [*(cause.word for cause in PRECEDENCE), ""]
        assert cause_at(table, chamber, times) == [words[k] for k in expected]


@anything
@given(calendars, st.permutations(range(5)), windows)
def test_the_order_of_a_calendar_means_nothing(calendar: list[dict[str, Any]], order: list[int], window: tuple[int, int]) -> None:
    shuffled = [calendar[k] for k in order if k < len(calendar)]
    pd.testing.assert_frame_equal(intervals(window, calendar), intervals(window, shuffled))


@anything
@given(st.integers(0, 350 * 24), st.integers(0, 200), st.integers(1, 100), calendars, rates, st.floats(-2.5, 2.5), st.sampled_from(["always", "triggered"]))
def test_windows_that_overlap_agree(begin_h: int, later_h: int, length_h: int, calendar: list[dict[str, Any]], rate: float, limit: float, regime: str) -> None:
    whole = intervals((begin_h, later_h + length_h + 24), calendar, rate, limit, regime)
    part = intervals((begin_h + later_h, length_h), calendar, rate, limit, regime)
    times = np.linspace(0.0, length_h * H, 211)[1:-1] + 0.137  # off the points at which closures of whole minutes begin
    for chamber in CHAMBERS:
        assert cause_at(part, chamber, times) == cause_at(whole, chamber, times + later_h * H)


@anything
@given(windows, rates, rates, st.floats(-2.5, 2.5), st.floats(-2.5, 2.5))
def test_more_outages_or_a_stricter_limit_close_more(window: tuple[int, int], rate: float, more: float, limit: float, other: float) -> None:
    less = intervals(window, [], min(rate, more), min(limit, other))
    greater = intervals(window, [], max(rate, more), max(limit, other))
    times = np.linspace(0.5, window[1] * H - 0.5, 97)
    for chamber in CHAMBERS:
        closed_less, closed_more = (np.array(cause_at(table, chamber, times)) != "" for table in (less, greater))
        assert not (closed_less & ~closed_more).any()


@anything
@given(windows, calendars, rates)
def test_records_hold_the_same_closures(window: tuple[int, int], calendar: list[dict[str, Any]], rate: float) -> None:
    table = intervals(window, calendar, rate)
    records = closure_records(table, CHAMBERS)
    keys = list(zip(records["begin_ms"].tolist(), records["chamber"].tolist(), strict=True))
    assert keys == sorted(keys)
    back = sorted((CHAMBERS[r["chamber"]], int(r["begin_ms"]), int(r["end_ms"]), ClosureCause(int(r["cause"])).word) for r in records)
    expected = sorted((row.chamber, round(row.begin_s * 1000), round(row.end_s * 1000), row.cause) for row in table.itertuples())
    assert back == expected
    for chamber in range(len(CHAMBERS)):
        mine = records[records["chamber"] == chamber]
        assert (mine["begin_ms"][1:] >= mine["end_ms"][:-1]).all()


@anything
@given(entries().filter(lambda e: e.get("repeat") == "daily"), st.integers(0, 350))
def test_a_daily_closure_begins_once_a_local_day(entry: dict[str, Any], day: int) -> None:
    epoch = (YEAR_START + pd.Timedelta(days=day)).tz_convert("Europe/Amsterdam").normalize().tz_convert("UTC")
    local = epoch.tz_convert("Europe/Amsterdam")
    end_s = ((local + pd.DateOffset(days=7)) - local).total_seconds()
    spans = occurrences(CalendarClosure.model_validate(entry), "d", epoch, 0.0, end_s)
    dates = [(epoch + pd.Timedelta(seconds=begin)).tz_convert("Europe/Amsterdam").date() for begin, _ in spans if 0 <= begin < end_s]
    assert dates == [(local + pd.DateOffset(days=k)).date() for k in range(7)]
    assert [begin for begin, _ in spans] == pytest.approx(sorted(begin for begin, _ in spans))
