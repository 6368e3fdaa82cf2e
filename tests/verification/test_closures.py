"""Closures against clocks, published regimes, and the theory of random outages; and what a calendar may not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.codes import ClosureCause, ClosureClass
from nspd_mobility.engine.calendar import class_of
from nspd_mobility.errors import DataError
from nspd_mobility.network.dataset import find_dataset
from nspd_mobility.params.build import build, build_plain
from nspd_mobility.params.closures import ClosureParams, OuterLimits, RegimeParams
from nspd_mobility.params.tree import load_yaml
from nspd_mobility.streams import Streams
from nspd_mobility.waterway import LevelSeries
from nspd_mobility.waterway.closures import closed_share, closure_intervals, closure_records
from nspd_mobility.waterway.levels import sea_levels
from nspd_mobility.waterway.tide import read_constituents

H, DAY, YEAR = 3600.0, 86_400.0, 365.25 * 86_400.0
CHAMBERS = ["oostsluis", "westsluis", "nieuwe-sluis"]
EPOCH = "2023-07-09T22:00"  # Monday 10 July 2023, 00:00 local
M2_H = 360.0 / 28.984104


def closed(end_s: float = 7 * DAY, epoch: str = EPOCH, **options: Any) -> pd.DataFrame:
    return closure_intervals(CHAMBERS, epoch=epoch, end_s=end_s, lock="terneuzen", **options)


def by_calendar(end_s: float = 7 * DAY, epoch: str = EPOCH, **entries: dict[str, Any]) -> pd.DataFrame:
    return closed(end_s, epoch, closures={"calendar": entries})


def hours(table: pd.DataFrame, chamber: str = "oostsluis") -> list[tuple[float, float]]:
    mine = table[table["chamber"] == chamber]
    return [(float(b) / H, float(e) / H) for b, e in zip(mine["begin_s"], mine["end_s"], strict=True)]


def tide(days: float = 30.0, canal_m_nap: float = 2.13, margin_s: float = DAY, amplitude_m: float = 2.0) -> LevelSeries:
    """Return an M2 tide with low water at 6 h, then every 12.42 h."""
    times = np.arange(-margin_s, days * DAY + margin_s + 1.0, 300.0)
    return LevelSeries(-margin_s, 300.0, -amplitude_m * np.cos(2 * np.pi * (times / H - 6.0) / M2_H), np.full(times.size, canal_m_nap))


# --- the calendar


def test_staffing_gap_of_summer_2023_is_closed_by_local_clock() -> None:
    # Schuttevaer, July 2023: Oostsluis closed 16:45 to 22:45.
    table = by_calendar(once={"chambers": "oostsluis", "begin": "2023-07-11 16:45", "end": "2023-07-11 22:45", "cause": "staffing"})
    assert table.values.tolist() == [["oostsluis", (24 + 16.75) * H, (24 + 22.75) * H, "staffing"]]
    daily = {"chambers": ["oostsluis"], "begin": "16:45", "end": "22:45", "repeat": "daily", "cause": "staffing"}
    assert hours(by_calendar(d=daily)) == [(24 * d + 16.75, 24 * d + 22.75) for d in range(7)]
    assert hours(by_calendar(d={**daily, "from_day": "2023-07-12", "until_day": "2023-07-13"})) == [(64.75, 70.75), (88.75, 94.75)]
    weekly = {**daily, "begin": "wed 16:45", "end": "wed 22:45", "repeat": "weekly"}
    assert hours(by_calendar(14 * DAY, w=weekly)) == [(48 + 16.75, 48 + 22.75), (216 + 16.75, 216 + 22.75)]


def test_nights_and_weekends_run_over_midnight_and_sunday() -> None:
    night = {"begin": "22:00", "end": "06:00", "repeat": "daily", "cause": "staffing", "from_day": "2023-07-10"}
    assert hours(by_calendar(2 * DAY, n=night), "westsluis") == [(22.0, 30.0), (46.0, 48.0)]
    assert hours(by_calendar(2 * DAY, "2023-07-10T22:00", n=night), "westsluis") == [(0.0, 6.0), (22.0, 30.0), (46.0, 48.0)]  # began the day before
    weekend = {"begin": "sat 20:00", "end": "mon 06:00", "repeat": "weekly"}
    assert hours(by_calendar(7 * DAY, w=weekend)) == [(0.0, 6.0), (5 * 24 + 20.0, 7 * 24.0)]
    last = {**night, "until_day": "2023-07-10"}
    assert hours(by_calendar(7 * DAY, n=last)) == [(22.0, 30.0)]


def test_closure_with_a_zone_of_its_own() -> None:
    table = by_calendar(once={"begin": "2023-07-10T14:00Z", "end": "2023-07-10T18:00+02:00"})
    assert table["begin_s"].tolist() == [16 * H] * 3 and table["end_s"].tolist() == [18 * H] * 3
    assert table["chamber"].tolist() == CHAMBERS and set(table["cause"]) == {"maintenance"}


def test_a_daily_closure_keeps_its_clock_time_when_clocks_change() -> None:
    # 26 March 2023: 02:00 becomes 03:00, the day has 23 hours. 29 October 2023: 03:00 becomes 02:00, the day has 25 hours.
    day = {"begin": "08:00", "end": "10:00", "repeat": "daily"}
    assert hours(by_calendar(3 * DAY, "2023-03-24T23:00", d=day)) == [(8.0, 10.0), (31.0, 33.0), (55.0, 57.0)]
    assert hours(by_calendar(3 * DAY, "2023-10-27T22:00", d=day)) == [(8.0, 10.0), (33.0, 35.0), (57.0, 59.0)]
    skipped = {"begin": "02:30", "end": "04:00", "repeat": "daily"}  # begins when the clocks go from 02:00 to 03:00; ends at 04:00 summer time
    assert hours(by_calendar(DAY, "2023-03-25T23:00", s=skipped)) == [(2.0, 3.0)]
    doubled = {"begin": "02:30", "end": "02:45", "repeat": "daily"}  # begins in the first 02:30, ends in the second 02:45
    assert hours(by_calendar(DAY, "2023-10-28T22:00", s=doubled)) == [(2.5, 3.75)]


@pytest.mark.parametrize(("text", "word"), [("2023-03-26 02:30", "skips"), ("2023-10-29 02:30", "repeats")])
def test_a_closure_that_comes_once_must_say_which_hour_it_means(text: str, word: str) -> None:
    entry = {"begin": text, "end": "2023-10-30 12:00"}
    with pytest.raises(
        DataError, match=rf"closure 'w': begin {text} lies in an hour that the change of clocks {word}; write the offset, such as {text}\+01:00"
    ):
        by_calendar(w=entry)
    late = {"begin": "2023-10-29 02:30+01:00", "end": "2023-10-29 04:00"}
    assert hours(by_calendar(DAY, "2023-10-28T22:00", w=late)) == [(3.5, 5.0)]


def test_closures_of_one_cause_merge_and_of_two_are_told_apart_by_precedence() -> None:
    first = {"begin": "2023-07-10 06:00", "end": "2023-07-10 12:00", "cause": "staffing"}
    second = {"begin": "2023-07-10 10:00", "end": "2023-07-10 16:00", "cause": "staffing"}
    assert hours(by_calendar(a=first, b=second)) == [(6.0, 16.0)]
    works = {**second, "cause": "maintenance", "may_overlap": True}
    table = by_calendar(a=first, b=works)
    assert hours(table) == [(6.0, 10.0), (10.0, 16.0)]
    assert table.loc[table["chamber"] == "oostsluis", "cause"].tolist() == ["staffing", "maintenance"]
    inside = {"begin": "2023-07-10 08:00", "end": "2023-07-10 09:00", "cause": "maintenance", "may_overlap": True}
    assert hours(by_calendar(a=first, b=inside)) == [(6.0, 8.0), (8.0, 9.0), (9.0, 12.0)]
    touching = by_calendar(a=first, b={**works, "begin": "2023-07-10 12:00", "may_overlap": False})
    assert hours(touching) == [(6.0, 12.0), (12.0, 16.0)]


ONCE = {"begin": "2023-07-10 06:00", "end": "2023-07-10 12:00"}
NIGHT = {"begin": "22:00", "end": "06:00", "repeat": "daily"}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"w": {**ONCE, "end": "2023-07-10 05:00"}}, r"'calendar\.w': end: 2023-07-10 05:00 is not after begin, 2023-07-10 06:00; swap or mend them"),
        ({"w": {**ONCE, "end": "2023-07-10 06:00"}}, r"'calendar\.w': end: .* is not after begin"),
        ({"w": {**ONCE, "end": "2023-07-10T04:00Z"}}, r"closure 'w': ends at 2023-07-10T04:00Z, not after it begins, 2023-07-10 06:00; swap"),
        ({"w": {**ONCE, "chambers": "westluis"}}, r"terneuzen: closure 'w': there is no chamber 'westluis' \(did you mean 'westsluis'\?\); chambers are"),
        ({"w": ONCE, "s": {**ONCE, "cause": "staffing"}}, r"closures 'w' \(maintenance\) and 's' \(staffing\) of chamber 'oostsluis' overlap; .*may_over"),
        ({"n": {**NIGHT, "cause": "staffing"}, "w": {**ONCE, "begin": "2023-07-10 05:00"}}, r"'n' \(staffing\) and 'w' \(maintenance\) of .*oost"),
        ({"w": {**ONCE, "closure_class": "up_to_2_h"}}, r"closure 'w': lasts 6 h, which is of class up_to_2_days, not up_to_2_h; mend its times or its class"),
        ({"w": {**ONCE, "begin": "10-07-2023 06:00"}}, r"'calendar\.w': begin: must be a date and a time such as 2023-07-10 16:45, not '10-07-2023 06:00'"),
        ({"w": {**ONCE, "begin": "2023-07-32 06:00"}}, r"'calendar\.w': begin: must be a date and a time"),
        ({"w": {**ONCE, "begin": "16:45"}}, r"'calendar\.w': begin: must be a date and a time such as"),
        ({"n": {**NIGHT, "begin": "2023-07-10 06:00"}}, r"'calendar\.n': begin: must be a time such as 16:45 where repeat is daily"),
        ({"n": {**NIGHT, "end": "24:00"}}, r"'calendar\.n': end: must be a time such as 16:45 where repeat is daily, not '24:00'"),
        ({"n": {**NIGHT, "repeat": "weekly"}}, r"must be a day and a time such as mon 16:45 where repeat is weekly, not '22:00'; days are mon, tue"),
        ({"n": {**NIGHT, "end": "22:00"}}, r"'calendar\.n': end: is the same as begin, 22:00; a closure that never ends is written with repeat none"),
        ({"n": {**NIGHT, "until_day": "July"}}, r"'calendar\.n': until_day: must be a date such as 2023-07-10, not 'July'"),
        ({"n": {**NIGHT, "from_day": "2023-07-12", "until_day": "2023-07-11"}}, r"'calendar\.n': until_day: 2023-07-11 lies before from_day 2023-07-12"),
        ({"w": {**ONCE, "from_day": "2023-07-12"}}, r"'calendar\.w': from_day: belongs to a closure that comes back; set repeat"),
        ({"w": {**ONCE, "cause": "staff"}}, r"'calendar\.w\.cause': 'staff' is not one of: .*staffing \(did you mean 'staffing'\?\)"),
        ({"w": {**ONCE, "reason": "staff"}}, r"unknown key 'reason'"),
        ({"w": {**ONCE, "chambers": []}}, r"'calendar\.w\.chambers': is empty; it needs at least 1"),
    ],
)  # fmt: skip
def test_what_a_calendar_may_not_say(entries: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        by_calendar(**entries)
    assert "\n" not in str(caught.value)


def test_a_closure_of_all_chambers_all_the_time_is_an_error_unless_allowed() -> None:
    long = {"begin": "2023-07-01 00:00", "end": "2023-09-01 00:00"}
    two = {**long, "chambers": ["oostsluis", "westsluis"]}
    third = {**long, "chambers": "nieuwe-sluis", "cause": "staffing"}
    measured = (DAY, 6 * DAY)
    with pytest.raises(DataError, match=r"terneuzen: every chamber is closed for the whole measured period \(maintenance, staffing\), so that nothing passes"):
        closed(closures={"calendar": {"a": two, "b": third}}, measured_s=measured)
    assert len(closed(closures={"calendar": {"a": two}}, measured_s=measured)) == 2
    assert len(closed(closures={"calendar": {"a": two, "b": third}, "may_close_all": True}, measured_s=measured)) == 3
    assert len(closed(closures={"calendar": {"a": two, "b": {**third, "end": "2023-07-15 23:59"}}}, measured_s=measured)) == 3


def test_a_file_gives_clock_times_as_text_and_errors_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "closures.yaml"
    path.write_text("calendar:\n  evening:\n    chambers: [oostsluis]\n    begin: 16:45\n    end: 22:45\n    repeat: daily\n    cause: staffing\n")
    params = build(ClosureParams, load_yaml(path))
    assert hours(closed(DAY, closures=params)) == [(16.75, 22.75)]
    path.write_text("calendar:\n  evening:\n    begin: 2023-07-10 16:45\n    end: 22:45\n")
    with pytest.raises(DataError, match=r"closures\.yaml:4: 'calendar\.evening\.end': must be a date and a time"):
        build(ClosureParams, load_yaml(path))


@pytest.mark.parametrize(("seconds", "number"), [(0, 1), (599, 1), (600, 2), (1799, 2), (1800, 3), (7200, 3), (7201, 4), (172_800, 4), (172_801, 5), (1e9, 5)])
def test_class_follows_from_the_length(seconds: float, number: int) -> None:
    # Richtlijnen Vaarwegen 2020, table 57: under 10 min, under 30 min, at most 2 h, at most 2 days, longer.
    assert class_of(seconds) is ClosureClass(number)


# --- random outages


def outages(streams: Streams, end_s: float = YEAR, epoch: str = "2023-01-01", **classes: dict[str, float]) -> pd.DataFrame:
    return closure_intervals(["oost"], epoch=epoch, end_s=end_s, closures={"outages": {"all": classes}}, streams=streams)


def test_outages_come_at_their_rate_and_close_the_share_that_theory_gives() -> None:
    # Begins are Poisson, lengths log-uniform with mean (b - a) / ln(b / a); outages overlap freely, so the closed share is that of M/G/infinity,
    # 1 - exp(-rate * mean). The rate is high to have many; the share's spread over years is bounded by that of a compound Poisson sum.
    rate, low, high, years = 200.0, 7200.0, 172_800.0, 40
    mean_s = (high - low) / np.log(high / low)
    square = (high**2 - low**2) / (2 * np.log(high / low))
    shares = [closed_share(outages(Streams(5, k), up_to_2_days={"rate_per_year": rate}), ["oost"], 0.0, YEAR)["outage"].item() for k in range(years)]
    error = np.sqrt(rate * square / years) / YEAR
    assert np.mean(shares) == pytest.approx(1 - np.exp(-rate * mean_s / YEAR), abs=4 * error)


def test_number_and_length_of_rare_outages() -> None:
    # 12 a year of half an hour to 2 hours rarely overlap (12 * 1.1 h / 8766 h = 0.15 %): rows are outages, but for 1 in 600.
    rate, low, high, years = 12.0, 1800.0, 7200.0, 60
    tables = [outages(Streams(9, k), up_to_2_h={"rate_per_year": rate}) for k in range(years)]
    counts, lengths = np.array([len(t) for t in tables]), np.concatenate([(t["end_s"] - t["begin_s"]).to_numpy() for t in tables])
    assert counts.mean() == pytest.approx(rate, abs=4 * np.sqrt(rate / years) + rate / 600)
    assert counts.var() == pytest.approx(rate, rel=4 * np.sqrt(2 / years))
    assert np.median(lengths) == pytest.approx(np.sqrt(low * high), rel=0.10)  # log-uniform: the geometric mean
    assert lengths.min() >= low - 1e-6
    begins = np.concatenate([t["begin_s"].to_numpy() for t in tables]) % DAY / DAY
    assert np.histogram(begins, bins=4, range=(0, 1))[0].min() > 0.25 * begins.size - 4 * np.sqrt(begins.size * 0.1875)


def test_an_outage_that_began_before_the_window_lasts_into_it() -> None:
    streams, rates = Streams(2, 0), {"up_to_2_days": {"rate_per_year": 100.0}, "over_2_days": {"rate_per_year": 5.0}}
    whole = outages(streams, **rates)
    for row in whole.iloc[3:9].itertuples():
        middle = (row.begin_s + row.end_s) / 2
        epoch = pd.Timestamp("2023-01-01") + pd.Timedelta(seconds=middle)
        part = outages(streams, end_s=DAY, epoch=str(epoch), **rates)
        assert part["begin_s"].iloc[0] == 0.0
        assert part["end_s"].iloc[0] == pytest.approx(min(row.end_s - middle, DAY), abs=1e-3)


def test_a_higher_rate_adds_outages_and_chambers_fail_apart() -> None:
    few, many = (outages(Streams(2, 0), up_to_2_h={"rate_per_year": rate}) for rate in (20.0, 60.0))
    assert len(many) > len(few)
    for row in few.itertuples():
        assert ((many["begin_s"] <= row.begin_s) & (many["end_s"] >= row.end_s)).any()
    both = closed(YEAR, closures={"outages": {"all": {"up_to_2_h": {"rate_per_year": 20.0}}, "westsluis": {}}}, streams=Streams(2, 0))
    assert set(both["chamber"]) == {"oostsluis", "nieuwe-sluis"}  # westsluis has its own, none
    assert not set(hours(both)) & set(hours(both, "nieuwe-sluis"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"oostluis": {}}, r"terneuzen: outages: there is no chamber 'oostluis' \(did you mean 'oostsluis'\?\); chambers are: all, nieuwe"),
        ({"all": {"up_to_2_h": {"rate_per_year": 1.0, "max_s": 9000.0}}}, r"up_to_2_h: outages of this class last 1800 to 7200 s, .*not 1800 to 9000 s"),
        ({"all": {"up_to_2_h": {"rate_per_year": 1.0, "min_s": 7000.0, "max_s": 6000.0}}}, r"shortest first, not 7000 to 6000 s"),
        ({"all": {"up_to_2_h": {"rate_per_year": -1.0}}}, r"'outages\.all\.up_to_2_h\.rate_per_year': should be greater than or equal to 0"),
        ({"all": {"up_to_2_hours": {}}}, r"unknown key 'up_to_2_hours' \(did you mean 'up_to_2_h'\?\)"),
    ],
)  # fmt: skip
def test_faulty_outages(given: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        closed(closures={"outages": given}, streams=Streams(1, 0))


# --- rules on levels


def test_limits_of_the_sea_close_a_chamber_between_the_crossings() -> None:
    # z = -2 cos(2 pi (t - 6 h) / T) lies below -0.5 m for |t - 6 h| < T / (2 pi) arccos(0.25), the old Middensluis; above 1.5 m around high water.
    # A straight line over 300 s lies at most 300^2 / 8 |z''| off, which moves a crossing by 300^2 / 8 |z'' / z'| < 2 s = 0.0006 h.
    levels = tide()
    half = M2_H / (2 * np.pi) * np.arccos(0.25)
    below = hours(closed(DAY, limits={"oostsluis": {"closed_below_m_nap": -0.5}}, levels=levels))
    np.testing.assert_allclose(below, [(6 - half, 6 + half), (6 + M2_H - half, 6 + M2_H + half)], atol=6e-4)
    half = M2_H / (2 * np.pi) * np.arccos(0.75)
    above = closed(DAY, limits={"westsluis": {"closed_above_m_nap": 1.5}}, levels=levels)
    highs = [6 + k * M2_H / 2 for k in (-1, 1, 3)]
    np.testing.assert_allclose(hours(above, "westsluis"), [(max(0.0, high - half), min(24.0, high + half)) for high in highs], atol=6e-4)
    assert set(above["cause"]) == {"outer_level"} and set(above["chamber"]) == {"westsluis"}
    assert len(closed(limits={name: OuterLimits() for name in CHAMBERS})) == 0


def test_levels_are_constant_beyond_their_ends() -> None:
    low, high = LevelSeries.constant(-1.0, 2.13), LevelSeries.constant(1.0, 2.13)
    limits = {"oostsluis": {"closed_below_m_nap": 0.0}}
    assert hours(closed(DAY, limits=limits, levels=low)) == [(0.0, 24.0)]
    assert hours(closed(DAY, limits=limits, levels=high)) == []


def test_drought_regime_rests_two_hours_on_both_sides_of_low_water() -> None:
    # Summer of 2018: no lockage from 2 h before to 2 h after low water, about 8 h a day. Two tides last 24.84 h: 4 h of 12.42 h is 7.7 h a day.
    table = closed(30 * DAY, regimes={"drought": {"active": "always"}}, levels=tide())
    expected = [(max(0.0, 6 + k * M2_H - 2), 6 + k * M2_H + 2) for k in range(58)]
    np.testing.assert_allclose(hours(table), expected, atol=1e-3)
    share = closed_share(table, CHAMBERS, 0.0, 30 * DAY)["drought"]
    np.testing.assert_allclose(share, 4 / M2_H, rtol=0.02)
    assert 24 * share.iloc[0] == pytest.approx(8.0, abs=0.5)


def test_low_water_just_outside_the_window_counts() -> None:
    levels = tide()
    early = closed(
        DAY, "2023-07-10T05:00", regimes={"d": {"active": "always"}}, levels=LevelSeries(levels.start_s - 7 * H, 300.0, levels.sea_m_nap, levels.canal_m_nap)
    )
    np.testing.assert_allclose(hours(early)[0], (0.0, 1.0), atol=1e-3)  # low water an hour before the window


def test_drought_triggers_on_the_canal_level_at_the_beginning_of_a_block() -> None:
    # Canal falls from 2.05 m NAP by 1 cm an hour: below 1.99 m after 6 h, so the first block (4 h) is let through and the second not.
    levels = tide(2.0)
    falling = LevelSeries(levels.start_s, 300.0, levels.sea_m_nap, 2.05 - 0.01 * (levels.start_s + 300.0 * np.arange(levels.sea_m_nap.size)) / H)
    drought = {"active": "triggered", "canal_below_m_nap": 1.99, "chambers": ["oostsluis"]}
    found = hours(closed(2 * DAY, regimes={"drought": drought}, levels=falling))
    np.testing.assert_allclose(found[0], (4 + M2_H, 8 + M2_H), atol=1e-3)
    assert hours(closed(2 * DAY, regimes={"drought": drought}, levels=levels)) == []
    assert hours(closed(2 * DAY, regimes={"drought": {**drought, "active": "never"}})) == []


def test_spill_regime_of_a_high_canal_closes_each_chamber_for_its_hours() -> None:
    # Published (nu.nl): canal at NAP +2.40 m, Middensluis stopped 10:00 to 17:30, Oost- and Westsluis 11:30 to 15:30 around low water, 13:30.
    levels = tide(2.0, canal_m_nap=2.40)
    shifted = LevelSeries(levels.start_s + 7.5 * H, 300.0, levels.sea_m_nap, levels.canal_m_nap)
    spill = {"active": "triggered", "cause": "spill", "canal_above_m_nap": 2.35}
    regimes = {
        "spill-midden": {**spill, "chambers": "midden", "before_low_water_s": 3.5 * H, "after_low_water_s": 4.0 * H},
        "spill-others": {**spill, "chambers": ["oost", "west"]},
    }
    table = closure_intervals(["oost", "west", "midden"], epoch=EPOCH, end_s=DAY, regimes=regimes, levels=shifted)
    day = table[table["begin_s"] > 8 * H]
    for chamber, begin, end in (("oost", 11.5, 15.5), ("west", 11.5, 15.5), ("midden", 10.0, 17.5)):
        np.testing.assert_allclose(hours(day, chamber)[0], (begin, end), atol=1e-3)
    assert set(table["cause"]) == {"spill"}


def test_spill_triggers_on_the_discharge() -> None:
    levels = tide(2.0)
    discharge = np.where(levels.start_s + 300.0 * np.arange(levels.sea_m_nap.size) < 12 * H, 20.0, 60.0)
    spill = {"active": "triggered", "cause": "spill", "discharge_above_m3_s": 35.0}
    found = hours(closed(2 * DAY, regimes={"s": spill}, levels=levels, discharge_m3_s=discharge))
    np.testing.assert_allclose(found[0], (4 + M2_H, 8 + M2_H), atol=1e-3)
    assert len(hours(closed(2 * DAY, regimes={"s": spill}, levels=levels, discharge_m3_s=60.0))) == 4
    dry = {"active": "triggered", "discharge_below_m3_s": 13.0}
    assert hours(closed(2 * DAY, regimes={"s": dry}, levels=levels, discharge_m3_s=13.0)) == []


def test_drought_at_terneuzen_follows_the_real_tide() -> None:
    levels = sea_levels("2018-07-30", 300.0, 31 * 288, read_constituents(find_dataset("networks", "nspd") / "tide_terneuzen.csv"), 0.09)
    series = LevelSeries(-DAY, 300.0, levels, np.full(levels.size, 1.95))
    table = closed(28 * DAY, "2018-07-31", regimes={"drought": {"active": "triggered", "canal_below_m_nap": 1.99}}, levels=series)
    share = closed_share(table, CHAMBERS, 0.0, 28 * DAY)["drought"]
    np.testing.assert_allclose(share, 4.0 / M2_H, atol=0.01)
    inside = (series.start_s + 300.0 * np.arange(levels.size))[:, None]
    mine = table[table["chamber"] == "oostsluis"]
    is_closed = ((inside >= mine["begin_s"].to_numpy()) & (inside < mine["end_s"].to_numpy())).any(axis=1)
    assert levels[is_closed].max() < levels[~is_closed].mean()  # what is saved is water at low tide


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"regimes": {"drought": {"active": "triggered"}}}, r"regime 'drought': 'active': is triggered, and there is no trigger; give one of canal_below"),
        ({"regimes": {"drought": {"chambers": "oost"}}}, r"terneuzen: regime 'drought': there is no chamber 'oost'"),
        ({"regimes": {"drought": {"active": "sometimes"}}}, r"'active': 'sometimes' is not one of: always, never, triggered"),
        ({"limits": {"oostsluis": {"closed_below_m_nap": 2.0, "closed_above_m_nap": 1.0}}}, r"'oostsluis': 'closed_below_m_nap': must lie below closed_above"),
        ({"limits": {"oost": {}}}, r"terneuzen: limits: there is no chamber 'oost'"),
    ],
)  # fmt: skip
def test_faulty_rules_on_levels(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        closed(levels=tide(1.0), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"regimes": {"d": {"active": "always"}}}, "needs levels"),
        ({"limits": {"oostsluis": {"closed_below_m_nap": 0.0}}}, "need levels"),
        ({"closures": {"outages": {"all": {}}}}, "outages need streams"),
        ({"regimes": {"d": {"active": "triggered", "discharge_above_m3_s": 1.0}}, "levels": tide(1.0)}, "needs discharge_m3_s"),
    ],
)
def test_what_a_rule_needs_must_be_given(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        closed(**options)


# --- the table, its records and its shares


def test_causes_that_coincide_are_booked_in_the_order_of_what_can_not_be_lifted() -> None:
    day = {"begin": "2023-07-10 00:00", "end": "2023-07-11 00:00", "cause": "staffing", "chambers": "oostsluis"}
    table = closed(
        DAY, closures={"calendar": {"day": day}}, regimes={"d": {"active": "always"}}, limits={"oostsluis": {"closed_below_m_nap": -1.9}}, levels=tide(1.0)
    )
    mine = table[table["chamber"] == "oostsluis"]
    assert mine["cause"].tolist() == ["staffing", "drought", "outer_level", "drought"] * 2 + ["staffing"]
    assert mine["begin_s"].tolist()[1:] == mine["end_s"].tolist()[:-1]
    assert (mine["begin_s"].iloc[0], mine["end_s"].iloc[-1]) == (0.0, DAY)


def test_records_are_sorted_by_time_and_hold_milliseconds() -> None:
    a = {"begin": "2023-07-10 06:00", "end": "2023-07-10 12:00", "chambers": ["westsluis", "nieuwe-sluis"]}
    b = {"begin": "2023-07-10 03:00:01", "end": "2023-07-10 04:00", "chambers": "nieuwe-sluis", "cause": "other"}
    records = closure_records(by_calendar(DAY, a=a, b=b), CHAMBERS)
    hour, works, other = 3_600_000, int(ClosureCause.MAINTENANCE), int(ClosureCause.OTHER)
    assert [tuple(map(int, row)) for row in records] == [
        (2, 3 * hour + 1000, 4 * hour, other),
        (1, 6 * hour, 12 * hour, works),
        (2, 6 * hour, 12 * hour, works),
    ]
    assert len(closure_records(closed(DAY), CHAMBERS)) == 0


def test_shares_add_up_by_chamber_and_cause() -> None:
    works = {"begin": "2023-07-10 06:00", "end": "2023-07-10 12:00", "chambers": "westsluis"}
    gap = {"begin": "2023-07-10 12:00", "end": "2023-07-10 15:00", "chambers": ["westsluis", "oostsluis"], "cause": "staffing"}
    share = closed_share(by_calendar(2 * DAY, a=works, b=gap), CHAMBERS, 0.0, DAY)
    assert share.loc["westsluis"].to_dict() == {"maintenance": 0.25, "staffing": 0.125}
    assert share.loc["nieuwe-sluis"].tolist() == [0.0, 0.0]
    assert share.index.tolist() == CHAMBERS
    nothing = closed_share(closed(DAY), CHAMBERS, 0.0, DAY)
    assert nothing.shape == (3, 0) and nothing.sum(axis=1).tolist() == [0.0] * 3


def test_parameters_may_be_models() -> None:
    params = build_plain(ClosureParams, "lock", calendar={"w": ONCE})
    assert len(closed(closures=params, regimes={"d": RegimeParams()}, limits={"oostsluis": OuterLimits()})) == 3
