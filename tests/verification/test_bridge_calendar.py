"""Windows of a bridge against theory: rate and length of outages, the distribution of wind; and what a calendar may not say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.engine.bridge import simulate_bridge
from nspd_mobility.engine.bridge_calendar import bridge_windows
from nspd_mobility.engine.weather import hourly_wind, weather_days
from nspd_mobility.errors import DataError
from nspd_mobility.params.bridge import BridgeParams
from nspd_mobility.params.build import build_plain
from nspd_mobility.params.weather import WindParams
from nspd_mobility.streams import Streams

H, DAY, YEAR = 3600.0, 86_400.0, 365.25 * 86_400.0
EPOCH = pd.Timestamp("2023-04-16T22:00", tz="UTC")
SWING = {"clear_road_s": 60, "open_s": 240, "close_s": 240, "reopen_road_s": 60}


def bridge(**changes: Any) -> BridgeParams:
    return build_plain(BridgeParams, "bridge", **{**SWING, **changes})


def windows(params: BridgeParams, end_s: float = 7 * DAY, replication: int = 0, name: str = "sluiskil", **options: Any) -> pd.DataFrame:
    return bridge_windows(name, params, epoch=EPOCH, end_s=end_s, streams=Streams(1, replication), **options)


def test_outages_have_the_rate_and_the_lengths_of_their_class() -> None:
    years, rate = 40, 24.0
    found = windows(bridge(outages={"up_to_2_h": {"rate_per_year": rate}}), years * YEAR)
    expected = years * rate
    assert set(found["kind"]) == {"outage"}
    assert abs(len(found) - expected) < 4.0 * math.sqrt(expected)  # Poisson; the few that overlap are one window
    length = (found["end_s"] - found["begin_s"]).to_numpy()
    low, high = 1800.0, 7200.0  # Richtlijnen Vaarwegen 2020, table 57, class 3
    assert length.min() >= low
    log = math.log(high / low)
    mean = (high - low) / log  # of a log-uniform length
    variance = (high**2 - low**2) / (2.0 * log) - mean**2
    assert abs(length.mean() - mean) < 4.0 * math.sqrt(variance / len(found))


def test_another_regime_meets_the_same_outages_and_the_same_seed_gives_the_same_calendar() -> None:
    outages = {"up_to_2_h": {"rate_per_year": 50.0}, "up_to_2_days": {"rate_per_year": 5.0}}
    plain = windows(bridge(outages=outages), YEAR)
    block = {"kind": "peak_block", "begin_min": 420.0, "end_min": 540.0, "days": "weekdays"}
    other = windows(bridge(outages=outages, bundle_s=900.0, daily_windows={"morning": block}), YEAR)
    pd.testing.assert_frame_equal(plain, windows(bridge(outages=outages), YEAR))
    pd.testing.assert_frame_equal(plain, other[other["kind"] == "outage"].reset_index(drop=True))
    assert not plain.equals(windows(bridge(outages=outages), YEAR, replication=1))
    assert not plain.equals(windows(bridge(outages=outages), YEAR, name="zelzate")), "each bridge has its own"


def test_a_planned_window_holds_by_local_time_and_is_cut_to_the_run() -> None:
    works = {"begin": "2023-04-16 20:00", "end": "2023-04-17 06:00"}
    found = windows(bridge(calendar={"works": works, "night": {"begin": "22:00", "end": "05:00", "repeat": "daily", "from_day": "2023-04-18"}}), 3 * DAY)
    assert found.values.tolist() == [
        ["out_of_service", 0.0, 6 * H],
        ["out_of_service", DAY + 22 * H, 2 * DAY + 5 * H],
        ["out_of_service", 2 * DAY + 22 * H, 3 * DAY],
    ]


def test_planned_windows_of_two_kinds_may_not_overlap_unless_one_says_so() -> None:
    works = {"begin": "2023-04-17 06:00", "end": "2023-04-17 12:00"}
    repair: dict[str, Any] = {"begin": "2023-04-17 10:00", "end": "2023-04-17 14:00", "kind": "outage"}
    with pytest.raises(DataError, match=r"closures 'works' \(out_of_service\) and 'repair' \(outage\) of bridge 'sluiskil' overlap; move one"):
        windows(bridge(calendar={"works": works, "repair": repair}))
    assert len(windows(bridge(calendar={"works": works, "repair": repair | {"may_overlap": True}}))) == 2
    assert len(windows(bridge(calendar={"works": works, "repair": repair | {"kind": "out_of_service"}}))) == 1, "of one kind they are one"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"calendar": {"works": {"begin": "2023-04-17 06:00", "end": "2023-04-17 05:00"}}}, "end: 2023-04-17 05:00 is not after begin"),
        ({"calendar": {"works": {"begin": "06:00", "end": "07:00", "repeat": "daily", "kind": "outtage"}}}, "did you mean 'outage'"),
        ({"outages": {"up_to_2_h": {"rate_per_year": 5.0, "max_s": 9000.0}}}, "up_to_2_h: outages of this class last 1800 to 7200 s"),
        ({"wind_limit_m_s": -1.0}, "wind_limit_m_s"),
    ],
)
def test_a_faulty_calendar_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        bridge(**change)


def test_hours_above_the_limit_are_as_many_as_the_weibull_tail_gives() -> None:
    wind, years, limit = WindParams(scale_m_s=7.0, shape=2.0, correlation_s=6 * H), 20, 14.0
    hours = hourly_wind(wind, Streams(1, 0), EPOCH, years * YEAR)
    share = math.exp(-((limit / 7.0) ** 2))  # P(V > v) of a Weibull distribution: 1.8 %
    rho = math.exp(-1 / 6)
    n_independent = len(hours) * (1 - rho) / (1 + rho)  # at least: the indicator is less correlated than the process
    assert abs((hours["wind_m_s"] > limit).mean() - share) < 4.0 * math.sqrt(share / n_independent)
    assert hours["wind_m_s"].mean() == pytest.approx(7.0 * math.gamma(1.5), rel=0.02)
    blocked = windows(bridge(wind_limit_m_s=limit), years * YEAR, wind=hours)
    assert (blocked["end_s"] - blocked["begin_s"]).sum() == (hours["wind_m_s"] > limit).sum() * H


def test_bridges_see_one_wind_and_a_lower_limit_is_beyond_more_often() -> None:
    hours = hourly_wind(WindParams(), Streams(1, 0), EPOCH, YEAR)
    high = windows(bridge(wind_limit_m_s=12.0), YEAR, name="sluiskil", wind=hours)
    pd.testing.assert_frame_equal(high, windows(bridge(wind_limit_m_s=12.0), YEAR, name="zelzate", wind=hours))
    low = windows(bridge(wind_limit_m_s=10.0), YEAR, name="zelzate", wind=hours)
    for begin, end in high[["begin_s", "end_s"]].itertuples(index=False):
        assert ((low["begin_s"] <= begin) & (low["end_s"] >= end)).any()


def test_a_later_window_sees_the_same_hours_and_days() -> None:
    wind, later = WindParams(), EPOCH + pd.Timedelta(days=3)
    hours = hourly_wind(wind, Streams(1, 0), EPOCH, 10 * DAY)
    same = hourly_wind(wind, Streams(1, 0), later, 7 * DAY)
    np.testing.assert_array_equal(hours["wind_m_s"].to_numpy()[72:], same["wind_m_s"])
    days, same_days = weather_days(wind, Streams(1, 0), EPOCH, 10 * DAY), weather_days(wind, Streams(1, 0), later, 7 * DAY)
    np.testing.assert_array_equal(days["severity_share"].to_numpy()[3:], same_days["severity_share"])


def test_the_severity_of_days_is_uniform_and_rises_with_the_wind() -> None:
    wind, years = WindParams(correlation_s=6 * H), 20
    days = weather_days(wind, Streams(1, 0), EPOCH, years * YEAR)
    u = np.sort(days["severity_share"].to_numpy())
    gap = np.abs(u - (np.arange(u.size) + 0.5) / u.size).max()
    assert gap < 2.5 / math.sqrt(u.size)  # Kolmogorov-Smirnov: 1.63 is the 1 % point of independent days, which these nearly are
    assert days["severity_share"].corr(days["wind_mean_m_s"], method="spearman") > 0.98


@pytest.mark.parametrize("given", ["wind", "outage"])
def test_ships_wait_at_a_bridge_that_never_opens_and_the_run_ends(given: str) -> None:
    end_s = 2 * DAY
    params = (
        bridge(wind_limit_m_s=0.0) if given == "wind" else bridge(calendar={"all": {"begin": "2023-04-01 00:00", "end": "2023-06-01 00:00", "kind": "outage"}})
    )
    hours = hourly_wind(WindParams(), Streams(1, 0), EPOCH, end_s)
    found = windows(params, end_s, wind=hours)
    assert found.values.tolist() == [[given, 0.0, end_s]]
    ships = pd.DataFrame({"id": [f"s{k}" for k in range(50)], "user": "ship", "eta_s": np.linspace(0.0, end_s - H, 50), "pass_s": 200.0})
    shut = simulate_bridge(ships, params.model_copy(update={"ship_max_wait_s": 1800.0, "max_wait_beats_block": True}), found, until_s=end_s - 1.0)
    assert shut.closures.empty
    assert shut.waits["begin_s"].isna().all(), "nothing beats wind and outages"
    served = simulate_bridge(ships, params, found)  # the window ends with the run: all go then, the first has waited longest
    waits = served.waits
    assert waits["wait_s"].max() == waits["wait_s"].iloc[0] == end_s + SWING["clear_road_s"] + SWING["open_s"]
    assert waits["cause"].iloc[0] == given
    assert waits["begin_s"].notna().all()
