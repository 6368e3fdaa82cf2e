"""Parameters estimated from logs: known ones are found again, through noise, whole minutes, missing cells, gaps and a change of clocks."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML
from support.logs import CHAMBERS, EPOCH, jittered, logs_of, times_of, truth, with_missing, without
from support.studies import ROOT

from nspd_mobility.demand.ship_tables import read_ship_tables
from nspd_mobility.errors import DataError, UsageError
from nspd_mobility.fit import FitResult, FitSettings, fit_bridges, fit_lock, log_of_result, write_fit
from nspd_mobility.fit.arrivals import fit_arrivals, garwood
from nspd_mobility.fit.chamber_times import heads_at
from nspd_mobility.fit.gaps import find_gaps
from nspd_mobility.fit.lockages import lockage_of_ships
from nspd_mobility.fit.logs import PASSAGES, ColumnMap, read_columns_file, read_log
from nspd_mobility.fit.robust import mean_line
from nspd_mobility.fit.write import overlay_text
from nspd_mobility.params import LockParams
from nspd_mobility.params.bridge import BridgeParams
from nspd_mobility.params.build import build_plain
from nspd_mobility.study.definition import load_study
from nspd_mobility.waterway import simulate_lock

SETTINGS = FitSettings(step_s=1.0)
DEMAND = ROOT / "demand" / "nspd" / "waterway"
N_SEEDS = 6


def fitted(seed: int, **options: Any) -> FitResult:
    logs = logs_of(seed)
    passages = with_missing(jittered(logs.passages, seed + 100, 15.0), seed + 200, 0.02)
    return fit_lock(passages, jittered(logs.lockages, seed + 300, 15.0), logs.levels, chambers=CHAMBERS, **options)


@pytest.fixture(scope="module")
def noisy() -> list[FitResult]:
    return [fitted(seed) for seed in range(N_SEEDS)]


@pytest.fixture(scope="module")
def exact() -> FitResult:
    logs = logs_of(3)
    return fit_lock(logs.passages, logs.lockages, logs.levels, chambers=CHAMBERS)


def test_a_log_without_errors_gives_the_parameters_themselves(exact: FitResult) -> None:
    # Levels are every 10 minutes and linear between, as in the simulation; what is left is the millisecond of the engine.
    for path, value in truth().items():
        assert exact[path].value == pytest.approx(value, rel=1e-5, abs=2e-3), path
        assert exact[path].low - 2e-3 <= value <= exact[path].high + 2e-3, path
    assert exact.dropped == []
    assert exact.gaps == []


def test_known_parameters_lie_in_the_intervals(noisy: list[FitResult]) -> None:
    # Times off by 15 s, in whole minutes, 2 % missing. Of N intervals of 95 % at least 90 % must hold the truth: with N = 6 * 32 = 192
    # a right method fails with the chance that a binomial count of misses (5 %) exceeds 19.2: below 0.2 %.
    known = truth()
    inside = [result[path].low <= value <= result[path].high for result in noisy for path, value in known.items()]
    assert len(inside) == N_SEEDS * len(known) == 192
    assert np.mean(inside) >= 0.90
    # And the intervals are narrow enough to be of use: the doors within 5 s.
    assert max(result["chambers.oostsluis.door_close_s"].high - result["chambers.oostsluis.door_close_s"].low for result in noisy) < 10.0


def test_every_estimate_has_an_interval_a_number_and_a_method(noisy: list[FitResult]) -> None:
    for e in noisy[0].estimates:
        assert e.low <= e.value <= e.high
        assert e.n >= FitSettings().min_n
        assert e.method
        assert e.unit
    table = noisy[0].table()
    assert {"path", "value", "low", "high", "unit", "n", "n_outliers", "method"} <= set(table.columns)
    with pytest.raises(KeyError, match=r"did you mean 'chambers\.oostsluis\.door_close_s'"):
        noisy[0]["chambers.oostsluis.door_closes_s"]


def test_ships_of_one_lockage_are_found_from_their_times_alone() -> None:
    logs = logs_of(5, days=7)
    passages = with_missing(jittered(logs.passages, 1, 15.0), 2, 0.05)
    log = read_log(passages, PASSAGES)
    found = lockage_of_ships(log.frame, 120.0)
    true = pd.factorize(logs.passages["chamber"] + logs.passages["doors_close"].astype(str))[0]  # who shares a moment of closing doors was together
    pairs = pd.DataFrame({"found": found, "true": true})[found >= 0]
    assert len(pairs) > 0.99 * len(passages)
    assert pairs.groupby("found")["true"].nunique().max() == 1
    assert pairs.groupby("true")["found"].nunique().max() == 1


def test_outliers_do_not_move_the_mean_and_the_interval_covers() -> None:
    # 300 durations of 180 +- 20 s, 5 % of them doubled (a ship missing in the log): 200 intervals of 95 % hold 180 at least 90 % of the time;
    # a plain mean would be 9 s off, seven of its standard errors.
    rng = np.random.default_rng(1)
    day = np.repeat(np.arange(30), 10)
    held = 0
    for _ in range(200):
        y = rng.normal(180.0, 20.0, 300)
        y[rng.random(300) < 0.05] *= 2.0
        line = mean_line(y, day, SETTINGS)
        held += abs(line.coefficients[0] - 180.0) <= line.half_widths[0]
    assert held >= 180


def test_days_that_differ_widen_the_interval() -> None:
    # Each day has an error of its own of 20 s: the mean of 20 days is known to 20 / sqrt(20) = 4.5 s, however many ships a day has.
    rng = np.random.default_rng(2)
    day = np.repeat(np.arange(20), 50)
    y = 180.0 + rng.normal(0.0, 20.0, 20)[day] + rng.normal(0.0, 5.0, 1000)
    half = mean_line(y, day, SETTINGS).half_widths[0]
    assert 6.0 < half < 15.0  # t(19) 2.09 times 4.5 is 9.4; independent errors would give 1.3


def test_levelling_without_levels_is_the_mean_and_says_so() -> None:
    logs = logs_of(1, days=7)
    result = fit_lock(logs.passages, logs.lockages, chambers=CHAMBERS)
    assert result["chambers.oostsluis.levelling_s"].is_param
    assert any("without water levels the levelling is taken as fixed" in note for note in result.notes)


def test_without_a_lockage_log_the_sum_is_reported_and_is_no_parameter() -> None:
    logs = logs_of(1, days=7)
    result = fit_lock(logs.passages, chambers=CHAMBERS)
    total = result["chambers.oostsluis.locking_s"]
    real = (logs.lockages["doors_open"] - logs.lockages["doors_close"])[logs.lockages["chamber"] == "oostsluis"].dt.total_seconds()
    assert not total.is_param
    assert total.value == pytest.approx(real.mean(), rel=0.03)  # empty turns are not in it
    assert any("can't be told apart" in note for note in result.notes)
    assert "door_close_s" not in result.at("chambers")["oostsluis"]


def test_empty_turns_take_doors_and_levelling(exact: FitResult) -> None:
    turn = exact["chambers.oostsluis.turn_empty_s"]
    doors = CHAMBERS["oostsluis"]["door_close_s"] + CHAMBERS["oostsluis"]["door_open_s"]
    # Heads lie from 0.1 to 3.9 m: between 120 s and 120 + 2 * 6240 * sqrt(3.94) / (11 * sqrt(19.62)) s.
    most = 120.0 + 2.0 * 6240.0 * math.sqrt(3.94) / (11.0 * math.sqrt(19.62))
    assert doors + 120.0 < turn.low < turn.high < doors + most


def test_heads_are_interpolated_and_unknown_outside_and_in_gaps() -> None:
    time = np.array([0.0, 600.0, 1200.0, 6000.0, 6600.0])
    levels = pd.DataFrame({"time_s": time, "sea_m_nap": time / 600.0, "canal_m_nap": 1.0})
    assert heads_at(np.array([300.0, 1200.0, 6300.0]), levels).tolist() == [-0.5, 1.0, 9.5]
    assert np.isnan(heads_at(np.array([-1.0, 3000.0, 7000.0, np.nan]), levels)).all()


# Gaps and arrivals


def test_a_gap_is_found_and_does_not_count_as_time_without_ships() -> None:
    logs = logs_of(8, days=20)
    off = without(logs.passages, "2023-03-12 06:00+01:00", "2023-03-14 06:00+01:00", "arrival")
    result = fit_lock(off, chambers=CHAMBERS)
    (gap,) = result.gaps
    assert abs(gap.hours - 48.0) < 2.0
    assert gap.expected == pytest.approx(240.0, rel=0.2)
    yearly = sum(result[f"demand.waterway.passages.2023.{group}"].value for group in ("inland", "sea"))
    with_it = len(off) * 365.0 / 20.0
    n = len(off)
    assert abs(yearly - 120.0 * 365.0) < 3.0 * 120.0 * 365.0 / math.sqrt(n)
    assert yearly > 1.08 * with_it  # two of twenty days


def test_quiet_nights_are_no_gaps() -> None:
    # 60 ships a day, ten times as many by day as by night, for 28 days; the limit is a false gap in 1 % of the logs, so 20 logs have none.
    hours = np.arange(28 * 24)
    rate = np.where((hours % 24 < 6), 0.1, 1.0) * 60.0 / 18.6
    found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        at = np.repeat(hours, rng.poisson(rate)) * 3600.0
        at = np.sort(at + rng.uniform(0.0, 3600.0, at.size)) + EPOCH.timestamp()
        found += len(find_gaps(at, SETTINGS))
    assert found <= 1


@pytest.mark.parametrize("seed", range(3))
def test_profiles_of_the_dataset_are_found_again(seed: int) -> None:
    # Ships drawn with the hour and weekday profiles of the dataset for a year. Of 43 factors a group 95 % lie in their intervals; 88 % is three
    # standard deviations of a binomial count below.
    base = read_ship_tables(DEMAND)
    rng = np.random.default_rng(seed)
    grid = pd.date_range("2023-01-01", "2024-01-01", freq="h", inclusive="left", tz="Europe/Amsterdam")

    def factors(name: str, key: str) -> Any:
        table = getattr(base, f"profile_{name}")
        return table[table["group"] == "inland"].sort_values(key)["factor"].to_numpy()

    known = {"month": factors("month", "month"), "day": factors("day", "weekday"), "hour": factors("hour", "hour")}
    weight = known["month"][grid.month - 1] * known["day"][grid.day_of_week] * known["hour"][grid.hour]
    count = rng.poisson(20_000.0 * weight / weight.sum())
    begin = grid.tz_convert("UTC").as_unit("s").asi8.astype(float)
    at = np.repeat(begin, count) + rng.uniform(0.0, 3600.0, int(count.sum()))
    result = FitResult()
    ships = pd.DataFrame({"group": "inland", "at_s": at})
    profiles = fit_arrivals(ships, (begin[0], begin[-1] + 3600.0), [], None, FitSettings(), result)
    inside = []
    for name, values in known.items():
        mine = profiles[profiles["profile"] == name]
        assert mine["factor"].mean() == pytest.approx(1.0, abs=1e-9)
        inside += list((mine["low"] <= values) & (values <= mine["high"]))
    assert len(inside) == 43
    assert np.mean(inside) >= 0.88
    passages = result["demand.waterway.passages.2023.inland"]
    assert passages.value == pytest.approx(count.sum(), rel=1e-6)
    assert passages.low < 20_000.0 < passages.high


def test_a_month_gives_a_year_through_the_base_profile_and_unseen_months_stay() -> None:
    # All of March and April: their base factors are known, and 2 of 12 months must give the year.
    base = read_ship_tables(DEMAND)
    rng = np.random.default_rng(4)
    begin, end = pd.Timestamp("2023-03-01", tz="Europe/Amsterdam"), pd.Timestamp("2023-05-01", tz="Europe/Amsterdam")
    at = np.sort(rng.uniform(begin.timestamp(), end.timestamp(), 6000))
    result = FitResult()
    profiles = fit_arrivals(pd.DataFrame({"group": "inland", "at_s": at}), (begin.timestamp(), end.timestamp()), [], base, FitSettings(), result)
    months = profiles[profiles["profile"] == "month"].set_index("key")
    of_base = base.profile_month[base.profile_month["group"] == "inland"].set_index("month")["factor"]
    assert months["is_measured"][months["is_measured"]].index.tolist() == [3, 4]
    assert months["factor"].mean() == pytest.approx(1.0, abs=1e-9)
    assert months["factor"].loc[[1, 2, 5, 12]].tolist() == pytest.approx(of_base.loc[[1, 2, 5, 12]].tolist(), rel=1e-6)
    share = (of_base.loc[3] * 31 + of_base.loc[4] * 30) / (of_base * [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]).sum()
    assert result["demand.waterway.passages.2023.inland"].value == pytest.approx(6000.0 / share, rel=0.02)


def test_garwood_is_the_exact_interval() -> None:
    # Table of E. S. Pearson and H. O. Hartley, Biometrika tables for statisticians I (1966), table 40: 0 -> 0, 3.69; 1 -> 0.0253, 5.57; 30 -> 20.24, 42.83.
    low, high = garwood(np.array([0.0, 1.0, 30.0]), 0.95)
    assert low.round(4).tolist() == pytest.approx([0.0, 0.0253, 20.2409], abs=1e-3)
    assert high.round(2).tolist() == [3.69, 5.57, 42.83]


# Clocks


def in_local_time(log: pd.DataFrame) -> pd.DataFrame:
    log = log.copy()
    for column in times_of(log):
        log[column] = log[column].dt.tz_convert("Europe/Amsterdam").dt.strftime("%Y-%m-%d %H:%M:%S").astype("str")
    return log


def test_the_repeated_hour_is_refused_by_row_and_can_be_left_out(tmp_path: Path) -> None:
    # The clock goes back on 2023-10-29 at 03:00; the log is local, and its errors are those of whole minutes.
    logs = logs_of(2, days=14, epoch=pd.Timestamp("2023-10-23", tz="Europe/Amsterdam"))
    passages, lockages = in_local_time(jittered(logs.passages, 1, 15.0)), in_local_time(jittered(logs.lockages, 2, 15.0))
    passages.to_csv(tmp_path / "passages.csv", index=False)
    with pytest.raises(DataError, match=r"passages.csv:\d+: column 'arrival' holds '2023-10-29 02:\d\d:00', in an hour that the change of clocks .*") as error:
        fit_lock(tmp_path / "passages.csv", chambers=CHAMBERS)
    for part in ("(rows ", "write times in UTC, such as 2023-10-29T00:30Z", "--ambiguous drop"):
        assert part in str(error.value)
    result = fit_lock(passages, lockages, logs.levels, chambers=CHAMBERS, ambiguous="drop")
    assert [(gap.reason, gap.hours) for gap in result.gaps] == [("change of clocks", 2.0)]
    assert "an hour that a change of clocks skips or repeats, left empty" in result.dropped[0].text
    known = truth()
    inside = [result[path].low <= value <= result[path].high for path, value in known.items()]
    assert sum(inside) >= len(known) - 5  # 32 intervals of 95 %: more than 5 misses come once in 80 000 logs
    # 21 days after the change a row is an hour later than local time without a zone would say: UTC is what counts.
    assert result.end is not None
    assert abs((result.end - logs.passages["exit"].max()).total_seconds()) < 120.0


def test_the_skipped_hour_does_not_exist(tmp_path: Path) -> None:
    rows = pd.DataFrame({"side": "sea", "chamber": "oostsluis", "arrival": ["2023-03-26 01:30", "2023-03-26 02:30", "2023-03-26 03:30"]})
    with pytest.raises(DataError, match=r"passages, row 2: column 'arrival' holds '2023-03-26 02:30'.*\(rows row 2\)"):
        fit_lock(rows, chambers=CHAMBERS)
    zoned = rows.assign(arrival=["2023-03-26T00:30Z", "2023-03-26T01:30Z", "2023-03-26T03:30+02:00"])
    assert read_log(zoned, PASSAGES).frame["arrival_s"].diff().dropna().tolist() == [3600.0, 0.0]


def test_another_word_for_ambiguous_is_refused() -> None:
    with pytest.raises(UsageError, match=r"ambiguous is 'dropp' \(did you mean 'drop'\?\); allowed are: drop, error"):
        read_log(pd.DataFrame({"a": [1]}), PASSAGES, ambiguous="dropp")


# Rows that can't be true


def test_duplicates_and_negative_durations_are_dropped_and_shown() -> None:
    logs = logs_of(4, days=7)
    passages = logs.passages.copy()
    first = passages.index[:20]
    passages.loc[first, "exit"] = passages.loc[first, "arrival"] - pd.Timedelta(hours=1)
    damaged = pd.concat([passages, passages.iloc[100:110]]).sample(frac=1.0, random_state=1)  # also out of order
    result = fit_lock(damaged, logs.lockages, logs.levels, chambers=CHAMBERS)
    assert [(d.reason, d.n) for d in result.dropped] == [
        ("rows that stand in the log twice", 10),
        ("rows with times in the wrong order (negative durations)", 20),
    ]
    assert "(exit 2023-03-0" in result.dropped[1].text
    assert "is before exit_start 2023-03-0" in result.dropped[1].text
    for path in ("chambers.oostsluis.movements.inland.entry_first_s", "chambers.westsluis.door_open_s"):
        assert result[path].value == pytest.approx(truth()[path], rel=0.01)


def test_too_many_negative_durations_are_an_error() -> None:
    logs = logs_of(4, days=7)
    swapped = logs.passages.rename(columns={"arrival": "exit", "exit": "arrival"})
    with pytest.raises(DataError, match=r"rows have times in the wrong order, and at most 5% may: .*the order must be arrival, entry_start, moored"):
        fit_lock(swapped, chambers=CHAMBERS)


def test_whole_minutes_and_clocks_that_differ_a_little_drop_nothing(noisy: list[FitResult]) -> None:
    assert [d for result in noisy for d in result.dropped] == []


def test_too_few_observations_keep_the_dataset_and_say_so() -> None:
    logs = logs_of(6, days=1, per_day=30.0)
    result = fit_lock(logs.passages, logs.lockages, logs.levels, chambers=CHAMBERS)
    assert any("observations, and at least 10 are needed; the value of the dataset stays" in note for note in result.notes)


# What a log may look like


def base_log() -> pd.DataFrame:
    return in_local_time(logs_of(1, days=3).passages)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda log: log.drop(columns="chamber"), "passages: column 'chamber' is missing; columns there are: arrival, doors_close"),
        (lambda log: log.rename(columns={"chamber": "chambre"}), "column 'chamber' is missing (did you mean 'chambre'?)"),
        (lambda log: log.assign(side="north"), "passages, row 1: column 'side' holds 'north' (and "),
        (lambda log: log.assign(side="north"), "with 'words: {side: {north: ...}}'"),
        (lambda log: log.assign(chamber="oostsluiss"), "chamber 'oostsluiss' (and "),
        (lambda log: log.assign(chamber="oostsluiss"), "is not one of the lock (did you mean 'oostsluis'?); allowed are: oostsluis, westsluis"),
        (lambda log: log.assign(moored="29-10-2023 02:30"), "column 'moored' holds '29-10-2023 02:30' (and "),
        (
            lambda log: log.assign(moored="29-10-2023 02:30"),
            "it must be an ISO date and time such as 2023-10-29 02:30 (local) or 2023-10-29T00:30Z (UTC), or empty",
        ),
        (lambda log: log.assign(arrival="2023-03-06"), "column 'arrival' holds '2023-03-06' (and "),
        (lambda log: pd.concat([log, log[["moored"]]], axis=1), "passages: column 'moored' stands in the header twice; remove one"),
        (lambda log: log.assign(arrival="1900-01-01 00:00"), "it must be a time in the years 1980 to 2199, or empty"),
        (lambda log: log.assign(length_m="110,5"), "column 'length_m' holds '110,5' (and "),
        (lambda log: log.assign(group="cargo"), "it must be one of: inland, recreation, sea"),
        (lambda log: log.head(0), "passages: the table holds no rows"),
        (lambda log: log.assign(aankomst=log["arrival"], ata="").drop(columns="arrival"), "'aankomst' and 'ata' can both be the column 'arrival'"),
    ],
)
def test_a_fault_is_told_with_its_place(change: Any, message: str) -> None:
    with pytest.raises(DataError) as error:
        fit_lock(change(base_log()), chambers=CHAMBERS)
    assert message in str(error.value)


def test_a_log_that_spans_no_time_and_one_with_a_stray_year_are_told() -> None:
    log = base_log()
    still = fit_lock(log.assign(**dict.fromkeys(PASSAGES.times, "2023-03-06 10:00")), chambers=CHAMBERS)
    assert any("the arrivals of the log span no time" in note for note in still.notes)
    stray = log.head(1).assign(ship_id="x", **dict.fromkeys(PASSAGES.times, "1981-01-01 00:00"))
    result = fit_lock(pd.concat([log, stray]), chambers=CHAMBERS)
    assert [gap.begin.year for gap in result.gaps] == [1981]
    assert result.year == 2023
    assert result["demand.waterway.passages.2023.inland"].value == pytest.approx(
        fit_lock(log, chambers=CHAMBERS)["demand.waterway.passages.2023.inland"].value, rel=0.02
    )


def test_columns_are_found_by_alias_and_by_map(tmp_path: Path) -> None:
    log = base_log()
    dutch = log.rename(columns={"arrival": "Aankomst", "moored": "afgemeerd", "side": "Zijde", "length_m": "lengte", "chamber": "K"})
    dutch["Zijde"] = dutch["Zijde"].map({"sea": "Zee", "canal": "Kanaal"})
    dutch["K"] = dutch["K"].map({"oostsluis": "O", "westsluis": "W"})
    (tmp_path / "map.yaml").write_text("passages: {chamber: K}\nwords: {chamber: {O: oostsluis, W: westsluis}}\n", encoding="utf-8")
    names = read_columns_file(tmp_path / "map.yaml")
    found, known = fit_lock(dutch, chambers=CHAMBERS, columns=names), fit_lock(log, chambers=CHAMBERS)
    assert [e.value for e in found.estimates] == [e.value for e in known.estimates]
    with pytest.raises(DataError, match=r"the map of columns reads 'chamber' from 'Kolk', which is not in the header"):
        fit_lock(dutch, chambers=CHAMBERS, columns=ColumnMap({"passages": {"chamber": "Kolk"}}))
    (tmp_path / "map.yaml").write_text("passages: {chambre: K}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"map.yaml:1: unknown key 'chambre' in the columns of passages \(did you mean 'chamber'\?\)"):
        read_columns_file(tmp_path / "map.yaml")


def test_a_length_out_of_bounds_is_left_empty_and_told() -> None:
    log = base_log()
    log["length_m"] = log["length_m"].astype(float)
    log.loc[3, "length_m"] = 11_000.0
    result = fit_lock(log, chambers=CHAMBERS)
    assert result.dropped[0].text == "passages: cells of 'length_m' outside 1 to 500, left empty: 1 of " + f"{len(log)}: passages, row 4 (11000)"


def test_groups_come_from_the_class_where_there_is_no_group() -> None:
    log = base_log()
    log["class_id"] = log["group"].map({"sea": "S1", "inland": "M8"})
    log.loc[0, "class_id"] = "?"
    result = fit_lock(log.drop(columns="group"), chambers=CHAMBERS, classes={"S1": "sea", "M8": "inland"})
    assert result["demand.waterway.passages.2023.sea"].n == (log["class_id"] == "S1").sum()
    assert result.dropped[0].text.startswith("passages: rows without a group or a known class, taken as inland: 1 of ")
    assert any("all ships are taken as inland" in note for note in fit_lock(log.drop(columns=["group", "class_id"]), chambers=CHAMBERS).notes)


def test_a_chamber_can_be_its_water_surface_alone() -> None:
    logs = logs_of(1, days=7)
    result = fit_lock(logs.passages, logs.lockages, logs.levels, chambers={"oostsluis": 6240.0, "westsluis": 11020.0})
    assert result["chambers.oostsluis.levelling_s.opening_m2"].value == pytest.approx(11.0, rel=1e-4)
    with pytest.raises(DataError, match="chambers: 'oostsluis' is 'big'; give its parameters, or its water surface"):
        fit_lock(logs.passages, logs.lockages, logs.levels, chambers={"oostsluis": "big", "westsluis": 1.0})  # type: ignore[dict-item]


# Written and read again


def test_the_overlay_is_accepted_by_a_study_and_gives_the_parameters(tmp_path: Path, exact: FitResult) -> None:
    folder = write_fit(exact, tmp_path / "fit", lock="terneuzen", sources={"passages": "ivs.csv", "lockages": "plc.csv", "levels": "levels.csv"})
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.yaml").write_text("study: calibrated\nextends: district-today\n" + (folder / "fit.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    variant = load_study(study).resolve("base", "2023", "reference")
    lock = variant.params.network.waterway.locks["terneuzen"]
    for name, known in CHAMBERS.items():
        expected = build_plain(LockParams, "lock", chambers={name: known}).chambers[name]
        chamber = lock.chambers[name]
        for key in ("door_close_s", "door_open_s", "clearance_s"):
            assert getattr(chamber, key) == pytest.approx(getattr(expected, key), rel=1e-4, abs=1e-3)
        assert chamber.levelling_s.opening_m2 == pytest.approx(expected.levelling_s.opening_m2, rel=1e-4)
        for group in ("inland", "sea"):
            for key in ("entry_first_s", "entry_follow_s", "exit_first_s", "exit_follow_s"):
                mine, wanted = getattr(getattr(chamber.movements, group), key), getattr(getattr(expected.movements, group), key)
                assert mine.model_dump() == pytest.approx(wanted.model_dump(), rel=1e-4, abs=2e-3)
    assert variant.params.demand.waterway.passages["2023"]["inland"] == pytest.approx(exact["demand.waterway.passages.2023.inland"].value, rel=1e-5)
    values = {value.path: value for value in variant.inventory()}
    door = values["network.waterway.locks.terneuzen.chambers.oostsluis.door_close_s"]
    assert (door.quality.word, door.source) == ("measured", "plc.csv")
    assert door.low is not None
    assert values["network.waterway.locks.terneuzen.chambers.oostsluis.levelling_s.opening_m2"].source == "plc.csv, levels.csv"


def test_a_distance_of_the_dataset_does_not_come_on_top(tmp_path: Path) -> None:
    logs = logs_of(1, days=7)
    known = {"base_s": 30.0, "per_length_s_m": 3.0, "distance_m": 300.0, "speed_m_s": 1.0}
    sea = {**CHAMBERS["oostsluis"]["movements"]["sea"], "entry_first_s": known}
    changed = {**CHAMBERS, "oostsluis": {**CHAMBERS["oostsluis"], "movements": {**CHAMBERS["oostsluis"]["movements"], "sea": sea}}}
    result = fit_lock(logs.passages, logs.lockages, logs.levels, chambers=build_plain(LockParams, "lock", chambers=changed))
    assert result.at("chambers")["oostsluis"]["movements"]["sea"]["entry_first_s"]["distance_m"] == 0.0
    assert "distance_m" not in result.at("chambers")["westsluis"]["movements"]["sea"]["entry_first_s"]


def test_profile_tables_take_the_place_of_those_of_a_dataset(tmp_path: Path) -> None:
    base = read_ship_tables(DEMAND)
    result = fitted(2, base=base)
    folder = write_fit(result, tmp_path / "fit", lock="terneuzen", sources={"passages": "ivs, 2023.csv"}, base=base)
    shutil.copytree(DEMAND, tmp_path / "waterway")
    for name in ("profile_hour.csv", "profile_day.csv"):
        shutil.copy(folder / name, tmp_path / "waterway" / name)
    tables = read_ship_tables(tmp_path / "waterway")
    hour = tables.profile_hour[tables.profile_hour["group"] == "sea"]
    assert set(hour["quality"]) == {"measured"}
    assert set(hour["source"]) == {"ivs; 2023.csv"}
    assert hour["factor"].mean() == pytest.approx(1.0, abs=1e-8)
    unseen = tables.profile_hour[tables.profile_hour["group"] == "recreation"]
    assert unseen["factor"].tolist() == base.profile_hour[base.profile_hour["group"] == "recreation"]["factor"].tolist()


def test_simulating_with_the_estimates_gives_the_same_lockages(exact: FitResult) -> None:
    logs = logs_of(3)
    ships = pd.DataFrame(
        {"id": ["a", "b"], "side": ["sea", "canal"], "arrival_s": [0.0, 60.0], "length_m": [110.0, 85.0], "beam_m": 11.4, "is_sea": [True, False]}
    )
    sizes = {name: {key: chamber[key] for key in ("length_m", "width_m")} for name, chamber in CHAMBERS.items()}
    found = {name: {**sizes[name], **values} for name, values in exact.at("chambers").items()}
    mine, real = (simulate_lock(ships, {"chambers": chambers}).ships for chambers in (found, CHAMBERS))
    assert mine["passage_s"].tolist() == pytest.approx(real["passage_s"].tolist(), abs=0.1)
    assert len(logs.lockages) > 0


def test_the_log_of_a_simulation_has_the_columns_of_a_log() -> None:
    ships = pd.DataFrame({"id": ["a"], "side": ["sea"], "arrival_s": [0.0]})
    passages, lockages = log_of_result(simulate_lock(ships, {"chambers": CHAMBERS}), ships, EPOCH)
    assert passages["arrival"].tolist() == [EPOCH.tz_convert("UTC")]
    assert set(lockages.columns) == {"chamber", "direction", "doors_close", "doors_closed", "levelled", "doors_open"}


# Bridges


def bridge_log(seed: int, n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    begin = pd.Timestamp("2023-03-06", tz="UTC") + pd.to_timedelta(np.sort(rng.uniform(0.0, 20 * 86_400.0, n)), unit="s")
    ships = rng.integers(1, 5, n)
    steps = np.cumsum(
        [rng.normal(60.0, 8.0, n), rng.normal(180.0, 15.0, n), 240.0 + 150.0 * (ships - 1) + rng.normal(0.0, 30.0, n), rng.normal(200.0, 15.0, n)], axis=0
    )
    opening, opened, closing, road = (begin + pd.to_timedelta(step, unit="s") for step in steps)
    return pd.DataFrame(
        {"bridge": "sluiskil", "road_closed": begin, "opening": opening, "open": opened, "closing": closing, "road_open": road, "n_ships": ships}
    )


def test_times_of_a_bridge_are_found_again() -> None:
    # 12 logs of 5 intervals of 95 %: fewer than 52 of 60 hold the truth once in 300.
    known = {"clear_road_s": 60.0, "open_s": 180.0, "hold_first_s": 240.0, "follow_s": 150.0, "close_s": 200.0}
    inside = 0
    for seed in range(12):
        result = fit_bridges(bridge_log(seed))
        inside += sum(result[f"bridges.sluiskil.{key}"].low <= value <= result[f"bridges.sluiskil.{key}"].high for key, value in known.items())
    assert inside >= 52


def test_without_the_moment_of_opening_clearing_and_opening_are_one() -> None:
    result = fit_bridges(bridge_log(1).drop(columns=["opening", "n_ships"]))
    assert result["bridges.sluiskil.open_s"].value == pytest.approx(240.0, abs=5.0)
    assert result["bridges.sluiskil.hold_s"].value > 240.0
    assert result.fixed == {"bridges.sluiskil.clear_road_s": 0.0, "bridges.sluiskil.reopen_road_s": 0.0}


def test_bridges_are_written_as_measured_parameters_of_the_network() -> None:
    text = overlay_text(fit_bridges(bridge_log(1)), "terneuzen", {"bridges": "openings.csv"})
    bridge = YAML().load(text)["values"]["network"]["waterway"]["bridges"]["sluiskil"]
    assert set(bridge) == {"clear_road_s", "open_s", "follow_s", "close_s", "reopen_road_s"}
    assert all(value["source"] == "openings.csv" and value["quality"] == "measured" for value in bridge.values())
    plain = {key: value["value"] for key, value in bridge.items()}
    build_plain(BridgeParams, "bridge", **plain)


def test_a_log_with_gaps_and_outliers_gives_the_times_of_a_bridge_all_the_same() -> None:
    log = bridge_log(2)
    log = log[~log["road_closed"].dt.day.isin([10, 11, 12])].reset_index(drop=True)  # three days are missing
    slow = log.index % 40 == 7
    log.loc[slow, "road_open"] += pd.Timedelta(hours=1)  # jammed while closing: an outage, not the time of a turn
    result = fit_bridges(log)
    found = result["bridges.sluiskil.close_s"]
    assert found.n_outliers == slow.sum()
    assert abs(found.value - 200.0) < 4.0 * 15.0 / math.sqrt(found.n)
