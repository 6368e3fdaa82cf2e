"""Levels against theory (an autoregressive process), published high and low waters, and files that are not what they say they are."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.errors import DataError
from nspd_mobility.network.dataset import find_dataset
from nspd_mobility.params.build import build_plain
from nspd_mobility.params.levels import DischargeParams, LevelFileParams, LevelParams, SurgeParams
from nspd_mobility.streams import Streams
from nspd_mobility.waterway.level_file import read_levels
from nspd_mobility.waterway.levels import discharge_m3_s, sea_levels, surge_m, tidal_extremes, times_of, water_levels
from nspd_mobility.waterway.tide import read_constituents, tide_level_m_nap

NSPD = find_dataset("networks", "nspd")
H, DAY = 3600.0, 86_400.0
EPOCH, N_DAYS = "2023-04-10T22:00", 12  # local midnight
SURGE = SurgeParams(sd_m=0.25, correlation_s=12 * H)


@pytest.fixture(scope="module")
def terneuzen() -> pd.DataFrame:
    return read_constituents(NSPD / "tide_terneuzen.csv")


@pytest.fixture(scope="module")
def measured(terneuzen: pd.DataFrame) -> pd.DataFrame:
    """A file as a user may have it: 12 days at 10 minutes, in UTC, with wind."""
    n = N_DAYS * 144 + 1
    level = sea_levels(EPOCH, 600.0, n, terneuzen, 0.09, surge=SURGE, streams=Streams(7, 0))
    return pd.DataFrame({"time": utc_texts(EPOCH, n), "sea_m_nap": level.round(3)})


def utc_texts(start: str, n: int, step_s: int = 600) -> list[str]:
    return pd.date_range(start, periods=n, freq=f"{step_s}s").strftime("%Y-%m-%dT%H:%MZ").tolist()


def write(folder: Path, table: pd.DataFrame, name: str = "levels.csv") -> Path:
    path = folder / name
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path, index=False)
    return path


def read(path: Path, terneuzen: pd.DataFrame, epoch: str = EPOCH, days: float = 7.0, times_s: Any = None, **params: Any) -> pd.DataFrame:
    times = np.arange(0.0, days * DAY + 1.0, 300.0) if times_s is None else times_s
    options = build_plain(LevelFileParams, "levels", **params)
    return read_levels(path, times, epoch=epoch, end_s=days * DAY, params=options, constituents=terneuzen, mean_m_nap=0.09, canal_level_m_nap=2.13)


# --- surge


@pytest.mark.parametrize(("sd_m", "correlation_s"), [(0.25, 12 * H), (0.4, 36 * H), (0.1, 3 * H)])
def test_surge_has_the_variance_and_autocorrelation_of_the_process(sd_m: float, correlation_s: float) -> None:
    # Sample variance: var(s2) / sd^4 = 2 (1 + rho^2) / (1 - rho^2) / n. Sample autocorrelation: Bartlett's formula for an AR(1). 4 sd each.
    n = 60_000
    x = surge_m(SurgeParams(sd_m=sd_m, correlation_s=correlation_s), Streams(3, 1), "1990-01-01", H, n)
    rho = np.exp(-H / correlation_s)
    spread = np.sqrt((1 + rho**2) / (1 - rho**2) / n)
    assert x.mean() == pytest.approx(0.0, abs=4 * sd_m * np.sqrt((1 + rho) / (1 - rho) / n))
    assert x.var() == pytest.approx(sd_m**2, rel=4 * np.sqrt(2) * spread)
    for lag in (1, 6, 24):
        bartlett = ((1 + rho**2) * (1 - rho ** (2 * lag)) / (1 - rho**2) - 2 * lag * rho ** (2 * lag)) / n
        sample = np.mean((x[lag:] - x.mean()) * (x[:-lag] - x.mean())) / x.var()
        assert sample == pytest.approx(rho**lag, abs=4 * np.sqrt(bartlett) + 1 / n)


def test_surge_at_one_moment_is_normal_over_replications() -> None:
    x = np.array([surge_m(SURGE, Streams(3, k), "2023-04-17", H, 1)[0] for k in range(2000)])
    assert x.std() == pytest.approx(0.25, rel=4 / np.sqrt(2 * 2000))
    assert np.mean(np.abs(x) < 0.25 * 1.96) == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 2000))


def test_surge_between_grid_points_is_linear_with_the_variance_that_follows() -> None:
    # Half way var = sd^2 (1 + rho) / 2, here 0.60 of sd^2; 4 sd of the sample variance, as if points were independent, times 2 for the rest.
    n, rho = 40_000, 0.2
    x = surge_m(SurgeParams(sd_m=1.0, correlation_s=-H / np.log(rho)), Streams(5, 0), "1990-01-01", H / 2, n)
    np.testing.assert_allclose(x[1:-1:2], (x[0:-2:2] + x[2::2])[: x[1:-1:2].size] / 2, atol=1e-12)
    assert x[1::2].var() == pytest.approx((1 + rho) / 2, rel=8 * np.sqrt(2 / (n / 2)))


@pytest.mark.parametrize("offset_s", [600.0, H, 5 * H + 300.0, 3 * DAY])
def test_a_window_that_begins_elsewhere_has_the_same_surge(offset_s: float) -> None:
    start = pd.Timestamp("2023-10-28T11:15")
    whole = surge_m(SURGE, Streams(1, 2), start, 300.0, 2000)
    part = surge_m(SURGE, Streams(1, 2), start + pd.Timedelta(seconds=offset_s), 300.0, 900)
    first = round(offset_s / 300)
    np.testing.assert_array_equal(whole[first : first + 900], part)


def test_variants_share_the_weather() -> None:
    small, large = (surge_m(SurgeParams(sd_m=sd), Streams(1, 0), "2023-01-01", H, 500) for sd in (0.2, 0.4))
    np.testing.assert_allclose(2 * small, large, rtol=1e-12)
    slow = surge_m(SurgeParams(sd_m=0.2, correlation_s=24 * H), Streams(1, 0), "2023-01-01", H, 500)
    assert np.corrcoef(small, slow)[0, 1] > 0.8  # the same normals, smoothed otherwise
    for other in (Streams(1, 1), Streams(2, 0)):
        assert abs(np.corrcoef(small, surge_m(SurgeParams(sd_m=0.2), other, "2023-01-01", H, 500))[0, 1]) < 0.5


def test_no_surge_is_none_and_old_years_have_theirs(terneuzen: pd.DataFrame) -> None:
    assert not surge_m(SurgeParams(), Streams(1, 0), "2023-01-01", H, 5).any()
    assert surge_m(SURGE, Streams(1, 0), "1953-02-01", H, 0).size == 0
    assert np.ptp(surge_m(SURGE, Streams(1, 0), "1953-02-01", H, 50)) > 0.0
    tide = tide_level_m_nap(terneuzen, 0.09, EPOCH, 600.0, 9)
    np.testing.assert_array_equal(sea_levels(EPOCH, 600.0, 9, terneuzen, 0.09), tide)
    np.testing.assert_array_equal(sea_levels(EPOCH, 600.0, 9, terneuzen, 0.09, surge=SURGE, streams=Streams(1, 0)) - tide != 0, True)
    with pytest.raises(ValueError, match="surge needs streams"):
        sea_levels(EPOCH, 600.0, 9, terneuzen, surge=SURGE)


def test_a_correlation_shorter_than_the_grid_is_white_noise() -> None:
    x = surge_m(SurgeParams(sd_m=1.0, correlation_s=1.0), Streams(1, 0), "2023-01-01", H, 5000)
    assert x.std() == pytest.approx(1.0, rel=4 / np.sqrt(2 * 5000))
    assert np.corrcoef(x[1:], x[:-1])[0, 1] == pytest.approx(0.0, abs=4 / np.sqrt(5000))


# --- high and low waters


def test_extremes_of_a_cosine_are_where_they_must_be() -> None:
    # The parabola through three samples 10 minutes apart misses a cosine of 12.42 h by less than a second and a micrometre.
    period, first = 12.42 * H, 1_000.0
    times = first + 600.0 * np.arange(720)
    found = tidal_extremes(times, 0.1 + 2.0 * np.cos(2 * np.pi * (times - 5_000.0) / period))
    expected = np.array([5_000.0 + k * period / 2 for k in range(30)])
    expected = expected[(expected > times[0]) & (expected < times[-1])]
    np.testing.assert_allclose(found["time_s"], expected, atol=1.0)
    np.testing.assert_allclose(found["level_m_nap"], np.where(found["is_high"], 2.1, -1.9), atol=1e-5)
    assert found["is_high"].tolist() == [k % 2 == 0 for k in range(len(expected))]


def test_series_without_extremes_and_unequal_steps() -> None:
    for level in ([], [1.0], [1.0, 2.0], [1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0]):
        assert len(tidal_extremes(300.0 * np.arange(len(level)), level)) == 0
    with pytest.raises(ValueError, match="equal steps above 0"):
        tidal_extremes([0.0, 1.0, 3.0], [0.0, 1.0, 0.0])
    with pytest.raises(ValueError, match="of one length"):
        tidal_extremes([0.0, 1.0], [0.0, 1.0, 0.0])


def test_a_year_at_terneuzen_has_the_published_medians_and_lags_vlissingen(terneuzen: pd.DataFrame) -> None:
    # Scheldemonitor: medians of high and low water +2.34 and -1.90 m NAP. Lag of M2 to Vlissingen 9.80 degrees = 20.3 min (Rijkswaterstaat).
    n = 365 * 144
    times = 600.0 * np.arange(n)
    here = tidal_extremes(times, sea_levels("2019-01-01", 600.0, n, terneuzen, 0.09))
    there = tidal_extremes(times, sea_levels("2019-01-01", 600.0, n, read_constituents(NSPD / "tide_vlissingen.csv"), 0.01))
    medians = here.groupby("is_high")["level_m_nap"].median()
    assert medians[True] == pytest.approx(2.34, abs=0.10)
    assert medians[False] == pytest.approx(-1.90, abs=0.10)
    for is_high in (True, False):
        ours, theirs = (table.loc[table["is_high"] == is_high, "time_s"].to_numpy() for table in (here, there))
        matched = theirs[np.abs(ours[:, None] - theirs).argmin(axis=1)]
        lag_min = (ours - matched)[1:-1] / 60.0
        assert np.median(lag_min) == pytest.approx(20.3, abs=5.0)
        assert np.mean(np.abs(lag_min - 20.3) <= 15.0) > 0.99


# --- a user's series


def test_a_series_is_read_whatever_its_clock_and_datum(tmp_path: Path, measured: pd.DataFrame, terneuzen: pd.DataFrame) -> None:
    utc = pd.to_datetime(measured["time"])
    forms = {
        "zoned": measured,
        "offset": measured.assign(time=utc.dt.tz_convert("Europe/Amsterdam").map(lambda t: t.isoformat())),
        "local": measured.assign(time=utc.dt.tz_convert("Europe/Amsterdam").dt.strftime("%Y-%m-%d %H:%M:%S")),
        "seconds": pd.DataFrame({"time_s": 600.0 * np.arange(len(measured)), "sea_m_nap": measured["sea_m_nap"]}),
        "taw": pd.DataFrame({"time": measured["time"], "sea_m_taw": measured["sea_m_nap"] + 2.32}),
    }
    times = np.arange(0.0, 7 * DAY + 1, 300.0)
    expected = np.interp(times, 600.0 * np.arange(len(measured)), measured["sea_m_nap"])
    for name, table in forms.items():
        for ending in ("csv", "parquet"):
            found = read(write(tmp_path, table, f"{name}.{ending}"), terneuzen)
            np.testing.assert_allclose(found["time_s"], times)
            np.testing.assert_allclose(found["sea_m_nap"], expected, atol=1e-9)
    winter = measured.assign(time=(utc + pd.Timedelta(hours=1)).dt.strftime("%Y-%m-%d %H:%M"))
    np.testing.assert_allclose(read(write(tmp_path, winter), terneuzen, time_zone="UTC+1")["sea_m_nap"], expected, atol=1e-9)


def test_times_beyond_the_run_come_as_far_as_the_file_reaches(tmp_path: Path, measured: pd.DataFrame, terneuzen: pd.DataFrame) -> None:
    found = read(write(tmp_path, measured), terneuzen, epoch="2023-04-11T22:00", days=10.5, times_s=np.arange(-5 * DAY, 20 * DAY, 300.0))
    assert (found["time_s"].iloc[0], found["time_s"].iloc[-1]) == (-DAY, 11 * DAY)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(index=range(300, 319)), r"levels\.csv:301: .* gap from 2023-04-12T23:50Z to 2023-04-13T03:10Z, 3\.3 h; .* max_gap_s to 12000"),
        (lambda t: t.assign(sea_m_nap=t["sea_m_nap"].where(~t.index.isin([400, 401, 700]))), r"gap from 2023-04-13T16:30Z to .* \(and 1 more gaps\)"),
        (lambda t: t.assign(sea_m_nap=t["sea_m_nap"] + 2.33), r"lies 2\.[34]\d m above .* near 2\.32 to 2\.33 m, the shift from NAP to TAW: .* sea_m_taw"),
        (lambda t: t.rename(columns={"sea_m_nap": "sea_m_taw"}), r"'sea_m_taw' lies 2\.[23]\d m below .* if it is in NAP already, name the column sea_m_nap"),
        (lambda t: t.assign(sea_m_nap=t["sea_m_nap"] + 1.2), r"lies 1\.[12]\d m above the tide .* 0\.5 m is allowed; if it is right, set is_checked"),
        (lambda t: t.assign(sea_m_nap=t["sea_m_nap"] * 100), r"moves 1?\d\d times as much as the tide, so it seems to be in centimetres"),
        (lambda t: t.assign(sea_m_nap=t["sea_m_nap"] * 1000), r"it seems to be in millimetres; divide it by 1000"),
        (lambda t: t.assign(time=utc_texts("2023-04-10T23:00", len(t))), r"runs from 2023-04-10T23:00Z to .* the first 1\.0 h are missing"),
        (lambda t: t.assign(time=utc_texts("2023-04-10T21:00", len(t))), r"comes 1\.\d h earlier than the tide .* summer time and winter time are mixed up"),
        (lambda t: t.assign(time=utc_texts("2023-04-10T20:00", len(t))), r"comes [12]\.\d h earlier than the tide"),
        (lambda t: t.iloc[200:], r"2023-04-22T22:00Z, and the run from 2023-04-10T22:00Z to 2023-04-17T22:00Z: the first 33\.3 h are missing; give a longer"),
        (lambda t: t.iloc[200:700], r"the first 33\.3 h and the last 51\.5 h are missing"),
        (lambda t: t.assign(time=t["time"].where(t.index != 9, "2023-04-10T23:34Z")), r"csv:11: the step to .* is 840 s, and the others 600 s; .* may_res"),
        (lambda t: t.iloc[[*range(50), 49, *range(50, len(t))]], r"levels\.csv:52: column 'time' holds .* later than the time of the row before"),
        (lambda t: t.assign(time=t["time"].where(t.index != 9, "yesterday")), r"csv:11: column 'time' holds 'yesterday'; it must be an ISO time"),
        (lambda t: t.assign(sea_m_nap=t["sea_m_nap"].astype("str").where(t.index != 9, "high")), r"csv:11: column 'sea_m_nap' holds 'high'; it must be a num"),
        (lambda t: t.assign(sea_m_nap=np.where(t.index != 9, t["sea_m_nap"], np.inf)), r"levels\.csv:11: column 'sea_m_nap' holds 'inf'; it must be a number"),
        (lambda t: t.rename(columns={"sea_m_nap": "sea_m_npa"}), r"unknown column 'sea_m_npa' \(did you mean 'sea_m_nap'\?\)"),
        (lambda t: t[["time"]], r"has no column with a level, such as sea_m_nap; add one of: sea_m_nap, sea_m_taw, canal_m_nap, canal_m_taw"),
        (lambda t: t[["sea_m_nap"]], r"must have one of the columns 'time' and 'time_s', and has none"),
        (lambda t: t.assign(time_s=0.0), r"must have one of the columns 'time' and 'time_s', and has both"),
        (lambda t: t.assign(sea_m_taw=0.0), r"has both 'sea_m_nap' and 'sea_m_taw'; remove one"),
        (lambda t: t.assign(sea_m_nap=np.nan), r"column 'sea_m_nap' is empty; fill it, or take it away"),
        (lambda t: t.iloc[:1], r"holds one row; a series needs two or more"),
        (lambda t: t.iloc[::18], r"'sea_m_nap' has steps of 10800 s, and at most 3600 s is allowed, as the tide bends in between"),
        (lambda t: t.assign(canal_m_nap=4.45), r"'canal_m_nap' lies 2\.32 m above the canal's target level, 2\.13 m NAP, .* name the column canal_m_taw"),
        (lambda t: t.assign(canal_m_nap=213.0), r"'canal_m_nap' lies 210\.87 m above .* it seems to be in centimetres"),
        (lambda t: t.assign(canal_m_nap=3.0), r"'canal_m_nap' lies 0\.87 m above .* 0\.5 m is allowed; if it is right, set is_checked to false"),
    ],
)  # fmt: skip
def test_a_series_that_can_not_be_right_is_refused(tmp_path: Path, measured: pd.DataFrame, terneuzen: pd.DataFrame, change: Any, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(write(tmp_path, change(measured)), terneuzen)
    assert "\n" not in str(caught.value)


def test_what_a_parameter_allows_is_read(tmp_path: Path, measured: pd.DataFrame, terneuzen: pd.DataFrame, caplog: pytest.LogCaptureFixture) -> None:
    with_gap = write(tmp_path, measured.drop(index=range(300, 303)))
    filled = read(with_gap, terneuzen, max_gap_s=2400.0)
    ends = measured["sea_m_nap"].iloc[[299, 303]]
    at = {t: filled.loc[filled["time_s"] == t, "sea_m_nap"].item() for t in (600.0 * 300, 600.0 * 301)}
    assert at[600.0 * 301] == pytest.approx(ends.mean(), abs=1e-9)  # half way of four steps
    assert at[600.0 * 300] == pytest.approx(0.75 * ends.iloc[0] + 0.25 * ends.iloc[1], abs=1e-9)
    unequal = write(tmp_path, measured.assign(time=measured["time"].where(measured.index != 9, "2023-04-10T23:34Z")))
    with caplog.at_level(logging.WARNING):
        assert len(read(unequal, terneuzen, may_resample=True)) == 7 * 288 + 1
    assert "'sea_m_nap' has 2 unequal steps, which are read as straight lines" in caplog.text
    shifted = write(tmp_path, measured.assign(sea_m_nap=measured["sea_m_nap"] + 2.33))
    assert read(shifted, terneuzen, is_checked=False)["sea_m_nap"].mean() > 2.0
    assert read(shifted, terneuzen, max_mean_difference_m=3.0)["sea_m_nap"].mean() > 2.0


@pytest.mark.parametrize(("date", "word"), [("2023-10-28", "repeats"), ("2023-03-25", "skips")])
def test_hours_in_which_clocks_change_ask_for_utc(tmp_path: Path, terneuzen: pd.DataFrame, date: str, word: str) -> None:
    level = tide_level_m_nap(terneuzen, 0.09, date, 600.0, 400)
    naive = pd.DataFrame({"time": pd.date_range(date, periods=400, freq="600s").strftime("%Y-%m-%d %H:%M"), "sea_m_nap": level})
    with pytest.raises(
        DataError, match=rf"levels\.csv:158: column 'time' holds '\S+ 02:00' .*the hour that the change of clocks {word}; give the series in UTC"
    ):
        read(write(tmp_path, naive), terneuzen, epoch=date, days=2.0)
    assert len(read(write(tmp_path, naive), terneuzen, epoch=date, days=2.0, time_zone="UTC")) == 577


def test_a_series_in_winter_time_all_year_is_caught_in_summer_only(tmp_path: Path, terneuzen: pd.DataFrame) -> None:
    # Rijkswaterstaat gives UTC+1 all year; read as local time that is right until the clocks change, on 26 March 2023.
    n = 28 * 144
    level = tide_level_m_nap(terneuzen, 0.09, "2023-03-11T23:00", 600.0, n)
    texts = pd.date_range("2023-03-12T00:00", periods=n, freq="600s")
    texts = texts.where(~((texts >= "2023-03-26T02:00") & (texts < "2023-03-26T03:00")))  # the hour that does not exist is left out
    table = pd.DataFrame({"time": texts.strftime("%Y-%m-%d %H:%M"), "sea_m_nap": level}).dropna()
    path = write(tmp_path, table)
    assert len(read(path, terneuzen, epoch="2023-03-12T00:00", days=10.0)) == 10 * 288 + 1
    with pytest.raises(DataError, match=r"comes 1\.\d h earlier .* set time_zone \(UTC\+1 is winter time all year\)"):
        read(path, terneuzen, epoch="2023-03-28T00:00", days=10.0)


def test_a_storm_is_no_fault(tmp_path: Path, measured: pd.DataFrame, terneuzen: pd.DataFrame) -> None:
    hours = np.arange(len(measured)) / 6.0
    storm = 2.5 * np.exp(-(((hours - 60.0) / 10.0) ** 2))
    assert read(write(tmp_path, measured.assign(sea_m_nap=measured["sea_m_nap"] + storm)), terneuzen)["sea_m_nap"].max() > 3.0


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (LevelFileParams, {"time_zone": "CET"}, r"'time_zone': must be one of Europe/Amsterdam, UTC, UTC\+1, not 'CET'"),
        (DischargeParams, {"time_zone": "CET"}, r"'time_zone': must be one of"),
        (DischargeParams, {"monthly_m3_s": [1.0, 2.0]}, r"'monthly_m3_s': holds 2 numbers; give one for each of the 12 months"),
        (DischargeParams, {"monthly_m3_s": [1.0] * 11 + [-1.0]}, r"'monthly_m3_s': a discharge is 0 or more"),
        (SurgeParams, {"sd": 0.2}, r"unknown key 'sd' \(did you mean 'sd_m'\?\)"),
    ],
)  # fmt: skip
def test_faulty_parameters(kind: Any, values: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        build_plain(kind, "levels", **values)


# --- the levels of a run, and the discharge


def test_levels_of_a_run_have_a_margin_and_their_parts(terneuzen: pd.DataFrame) -> None:
    params = LevelParams(surge=SURGE, canal_offset_m=-0.18)
    run = {"epoch": EPOCH, "end_s": 3 * DAY, "step_s": 300.0, "constituents": terneuzen, "mean_m_nap": 0.09, "canal_level_m_nap": 2.13}
    levels = water_levels(params, **run, streams=Streams(1, 0))
    times = times_of(levels)
    assert (times[0], times[-1]) == (-DAY, 4 * DAY + 300.0)
    assert set(levels.canal_m_nap) == {2.13 - 0.18}
    later = water_levels(params, **{**run, "epoch": "2023-04-11T22:00"}, streams=Streams(1, 0))
    np.testing.assert_allclose(levels.sea_m_nap[288:], later.sea_m_nap[:-288], atol=1e-9)  # the tide moves in the last digits only
    with pytest.raises(ValueError, match="surge needs streams"):
        water_levels(params, **run)


def test_a_file_replaces_what_it_has(tmp_path: Path, measured: pd.DataFrame, terneuzen: pd.DataFrame) -> None:
    run = {"epoch": EPOCH, "end_s": 11 * DAY, "step_s": 600.0, "constituents": terneuzen, "mean_m_nap": 0.09, "canal_level_m_nap": 2.13}
    sea = water_levels(LevelParams(), **run, file=write(tmp_path, measured))
    assert (sea.start_s, sea.sea_m_nap.size) == (0.0, len(measured))
    np.testing.assert_allclose(sea.sea_m_nap, measured["sea_m_nap"], atol=1e-9)
    assert set(sea.canal_m_nap) == {2.13}
    canal_only = pd.DataFrame({"time": utc_texts(EPOCH, N_DAYS + 1, 86_400), "canal_m_taw": 4.45 + 0.01 * np.arange(N_DAYS + 1)})
    canal = water_levels(LevelParams(surge=SURGE), **run, streams=Streams(1, 0), file=write(tmp_path, canal_only))
    np.testing.assert_allclose(canal.canal_m_nap, 2.13 + 0.01 * times_of(canal) / DAY, atol=1e-9)
    assert np.ptp(canal.sea_m_nap) > 3.0


def test_discharge_is_constant_monthly_or_given(tmp_path: Path) -> None:
    times = DAY * np.arange(4.0)
    constant = discharge_m3_s(DischargeParams(constant_m3_s=13.0), times, epoch=EPOCH, end_s=DAY)
    assert constant.tolist() == [13.0] * 4
    months = DischargeParams(constant_m3_s=1.0, monthly_m3_s=[10.0 * k for k in range(1, 13)])
    # 2023-07-31 21:59 UTC is 23:59 local, still July; a minute later it is August.
    assert discharge_m3_s(months, [0.0, 60.0], epoch="2023-07-31T21:59", end_s=60.0).tolist() == [70.0, 80.0]
    table = pd.DataFrame({"time": utc_texts(EPOCH, 4, 86_400), "discharge_m3_s": [10.0, 20.0, 40.0, 40.0]})
    path = write(tmp_path, table)
    found = discharge_m3_s(months, [-DAY, DAY / 2, 1.5 * DAY, 9 * DAY], epoch=EPOCH, end_s=2 * DAY, file=path)
    assert found.tolist() == [10.0, 15.0, 30.0, 40.0]
    for change, message in (
        (table.assign(discharge_m3_s=[1.0, 2.0, -3.0, 4.0]), r"levels\.csv:4: column 'discharge_m3_s' holds '-3.0'; it must be a number of 0 or more"),
        (table.drop(index=1), r"'discharge_m3_s' has a gap from 2023-04-10T22:00Z to 2023-04-12T22:00Z, 48\.0 h"),
        (table.rename(columns={"discharge_m3_s": "discharge"}), r"unknown column 'discharge' \(did you mean 'discharge_m3_s'\?\)"),
        (table.iloc[1:], r"the first 24\.0 h are missing"),
    ):
        with pytest.raises(DataError, match=message):
            discharge_m3_s(months, times, epoch=EPOCH, end_s=3 * DAY, file=write(tmp_path, change))
