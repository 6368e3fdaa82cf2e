"""The astronomical tide against an independent program, against published levels, and against what must hold for any tide.

Reference values were made with hatyan 2.14.0 (Deltares), from the Vlissingen constituents as Rijkswaterstaat publishes them:
``hatyan.prediction`` with source schureman, nodal factors at all times and no x-factors, mean level +0.01 m, at 10 minutes (levels) and
1 minute (high and low waters, ``hatyan.calc_HWLW``). Times are UTC+1.
"""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.errors import DataError
from nspd_mobility.network.dataset import find_dataset
from nspd_mobility.waterway.tide import constituent_speed_deg_h, high_and_low_waters, known_constituents, read_constituents, tide_level_m_nap

NSPD = find_dataset("networks", "nspd")
MET = datetime.timezone(datetime.timedelta(hours=1))
M2_SPEED = 28.984104


@pytest.fixture(scope="module")
def vlissingen() -> pd.DataFrame:
    return read_constituents(NSPD / "tide_vlissingen.csv")


@pytest.fixture(scope="module")
def terneuzen() -> pd.DataFrame:
    return read_constituents(NSPD / "tide_terneuzen.csv")


@pytest.mark.parametrize(
    ("year", "sample", "level_m_nap"),
    [
        (2019, 0, 1.0185), (2019, 6000, 0.1726), (2019, 20000, -1.9671), (2019, 45000, 1.8017), (2019, 52000, 2.1589),
        (2023, 0, 0.4370), (2023, 6000, 0.7702), (2023, 20000, -1.5400), (2023, 45000, 1.5203), (2023, 52000, 2.1143),
    ],
)  # fmt: skip
def test_level_at_vlissingen_equals_that_of_hatyan(vlissingen: pd.DataFrame, year: int, sample: int, level_m_nap: float) -> None:
    # Over both years the largest difference is 0.7 mm, from the lunar longitudes, given with other last digits; 2 mm is far below any use.
    start = datetime.datetime(year, 1, 1, tzinfo=MET) + sample * datetime.timedelta(minutes=10)
    assert tide_level_m_nap(vlissingen, 0.01, start, 600.0, 1)[0] == pytest.approx(level_m_nap, abs=0.002)


@pytest.mark.parametrize(
    ("day", "minute_of_day", "level_m_nap", "is_high"),
    [
        ("2019-06-01", 6 * 60 + 46, -1.9407, False), ("2019-06-01", 12 * 60 + 48, 2.2186, True), ("2019-06-01", 19 * 60 + 1, -1.8074, False),
        ("2023-03-01", 9 * 60 + 8, 1.2759, True), ("2023-03-01", 15 * 60 + 34, -1.2232, False),
    ],
)  # fmt: skip
def test_high_and_low_water_at_vlissingen_come_when_hatyan_says(
    vlissingen: pd.DataFrame, day: str, minute_of_day: int, level_m_nap: float, is_high: bool
) -> None:
    # Near a turn the level changes less than 1 mm a minute, so 1 mm of difference may move the turn by a minute or two.
    start = datetime.datetime.fromisoformat(day).replace(tzinfo=MET)
    turns = high_and_low_waters(tide_level_m_nap(vlissingen, 0.01, start, 60.0, 26 * 60), 60.0)
    nearest = turns.iloc[(turns["time_s"] - minute_of_day * 60).abs().argmin()]
    assert nearest["time_s"] / 60 == pytest.approx(minute_of_day, abs=3.0)
    assert nearest["level_m_nap"] == pytest.approx(level_m_nap, abs=0.002)
    assert bool(nearest["is_high"]) is is_high


def test_medians_at_terneuzen_are_those_published(terneuzen: pd.DataFrame) -> None:
    # Scheldemonitor, yearly medians since 1998: high water +2.34, low water -1.90 m NAP. The years here span one cycle of the node.
    medians = []
    for year in range(2001, 2020, 3):
        turns = high_and_low_waters(tide_level_m_nap(terneuzen, 0.09, f"{year}-01-01", 600.0, 365 * 144), 600.0)
        medians.append(turns.groupby("is_high")["level_m_nap"].median())
    mean = pd.DataFrame(medians).mean()
    assert mean[True] == pytest.approx(2.34, abs=0.10)
    assert mean[False] == pytest.approx(-1.90, abs=0.10)


def test_terneuzen_is_the_set_of_vlissingen_transferred(vlissingen: pd.DataFrame, terneuzen: pd.DataFrame) -> None:
    # M2, S2 and M4 as published for Terneuzen; other semidiurnals times 1.0877 and 9.80 degrees later; all others 20.3 minutes later.
    here, there = terneuzen.set_index("name"), vlissingen.set_index("name")
    assert list(here.index) == list(there.index)
    fixed = ["M2", "S2", "M4"]
    assert here.loc[fixed, "amplitude_m"].tolist() == [1.90, 0.50, 0.12]
    assert here.loc[fixed, "phase_deg"].tolist() == [69.0, 130.0, 130.0]
    rest = there.index.difference(fixed)
    speed = there.loc[rest, "speed_deg_h"]
    is_semidiurnal = speed.between(26, 32)
    amplitude = there.loc[rest, "amplitude_m"] * np.where(is_semidiurnal, 1.0877, 1.0)
    lag = np.where(is_semidiurnal, 9.80, 9.80 * speed / M2_SPEED)
    np.testing.assert_allclose(here.loc[rest, "amplitude_m"], amplitude, atol=6e-6)  # the file gives five decimals
    turned = (here.loc[rest, "phase_deg"] - there.loc[rest, "phase_deg"] - lag + 180) % 360 - 180
    np.testing.assert_allclose(turned, 0.0, atol=0.006)  # and two decimals of a degree


def test_nieuwe_sluis_loses_water_nine_tenths_of_the_time(terneuzen: pd.DataFrame) -> None:
    # The sea stands above the canal (NAP +2.13 m) about 9 % of the time by the same recipe without nodal factors; they move it by a percent.
    level = tide_level_m_nap(terneuzen, 0.09, "2019-01-01", 600.0, 365 * 144)
    assert (level > 2.13).mean() == pytest.approx(0.09, abs=0.02)


def test_every_speed_of_the_file_follows_from_doodson_numbers(vlissingen: pd.DataFrame) -> None:
    # 94 constituents, six decimals in the file: half a unit of the last digit, and the slow change of the speeds since 1900.
    assert len(vlissingen) == 94
    np.testing.assert_allclose(constituent_speed_deg_h(list(vlissingen["name"])), vlissingen["speed_deg_h"], atol=2e-6)


def test_every_known_constituent_has_a_tide() -> None:
    names = list(known_constituents())
    table = pd.DataFrame({"name": names, "speed_deg_h": constituent_speed_deg_h(names), "amplitude_m": 1.0, "phase_deg": 0.0})
    for i in range(len(table)):
        level = tide_level_m_nap(table.iloc[[i]], 0.0, "2026-01-01", 3600.0, 24)
        assert np.isfinite(level).all()


def test_level_depends_on_time_alone(terneuzen: pd.DataFrame) -> None:
    # Blocks of samples begin elsewhere, which moves the last digits only.
    whole = tide_level_m_nap(terneuzen, 0.09, "2030-03-01", 600.0, 9000)
    part = tide_level_m_nap(terneuzen, 0.09, "2030-03-04", 600.0, 5000)
    np.testing.assert_allclose(whole[3 * 144 : 3 * 144 + 5000], part, atol=1e-9)


def test_time_zone_of_the_start_is_heeded(terneuzen: pd.DataFrame) -> None:
    utc = tide_level_m_nap(terneuzen, 0.09, "2030-03-01T11:00", 600.0, 3)
    met = tide_level_m_nap(terneuzen, 0.09, datetime.datetime(2030, 3, 1, 12, tzinfo=MET), 600.0, 3)
    np.testing.assert_array_equal(utc, met)


def test_moons_node_makes_large_tides_in_2015_and_small_ones_in_2006() -> None:
    # f of M2 is cos^4(I/2) / 0.9154 (Schureman, equation 78) with I, the inclination of the moon's orbit to the equator, between
    # 23.45 - 5.15 = 18.31 degrees (1997, 2015), so 1.038, and 23.45 + 5.15 = 28.60 degrees (2006), so 0.963.
    m2 = pd.DataFrame({"name": ["M2"], "speed_deg_h": [M2_SPEED], "amplitude_m": [1.0], "phase_deg": [0.0]})
    for year, factor in ((1997, 1.038), (2015, 1.038), (2006, 0.963)):
        level = tide_level_m_nap(m2, 0.0, f"{year}-07-01", 60.0, 1500)
        assert level.max() == pytest.approx(factor, abs=0.002)


def test_unknown_constituents_are_named_not_dropped(terneuzen: pd.DataFrame) -> None:
    faulty = terneuzen.replace({"name": {"M2": "MM2", "S2": "XYZ9"}})
    with pytest.raises(DataError, match="tidal constituents MM2, XYZ9 have no known astronomical argument"):
        tide_level_m_nap(faulty, 0.0, "2026-01-01", 600.0, 1)


def test_speed_of_another_constituent_is_refused(terneuzen: pd.DataFrame) -> None:
    faulty = terneuzen.copy()
    faulty.loc[faulty["name"] == "M2", "speed_deg_h"] = 30.0
    with pytest.raises(DataError, match=r"speed_deg_h does not belong to the constituent for M2 \(30, known as 28\.984104\)"):
        tide_level_m_nap(faulty, 0.0, "2026-01-01", 600.0, 1)


def test_faulty_tables_are_refused(terneuzen: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="columns phase_deg are missing"):
        tide_level_m_nap(terneuzen.drop(columns="phase_deg"), 0.0, "2026-01-01", 600.0, 1)
    with pytest.raises(DataError, match="constituents M2 stand there twice"):
        tide_level_m_nap(pd.concat([terneuzen, terneuzen[terneuzen["name"] == "M2"]]), 0.0, "2026-01-01", 600.0, 1)
    with pytest.raises(DataError, match="constituents M2 need a finite speed, amplitude and phase"):
        tide_level_m_nap(terneuzen.assign(amplitude_m=terneuzen["amplitude_m"].where(terneuzen["name"] != "M2")), 0.0, "2026-01-01", 600.0, 1)
    with pytest.raises(ValueError, match="step_s must be more than 0"):
        tide_level_m_nap(terneuzen, 0.0, "2026-01-01", 0.0, 1)
    with pytest.raises(DataError, match="no such file"):
        read_constituents(NSPD / "no_such_tide.csv")
