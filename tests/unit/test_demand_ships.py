"""Ships drawn for a year and for a day, against the tables they are drawn from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.demand.poisson import poisson_quantile
from nspd_mobility.demand.ship_tables import ShipTables, read_ship_tables
from nspd_mobility.demand.ships import draw_ships
from nspd_mobility.errors import DataError
from nspd_mobility.params.build import build
from nspd_mobility.params.tree import load_yaml
from nspd_mobility.params.waterway import DemandParams, WaterwayDemandParams
from nspd_mobility.streams import Streams
from nspd_mobility.units import LOCAL_ZONE

DATASET = Path(__file__).parents[2] / "demand" / "nspd"
TABLES = DATASET / "waterway"


@pytest.fixture(scope="module")
def tables() -> ShipTables:
    return read_ship_tables(TABLES)


@pytest.fixture(scope="module")
def params() -> WaterwayDemandParams:
    return build(DemandParams, load_yaml(DATASET / "dataset.yaml").branch("values")).waterway


@pytest.fixture(scope="module")
def ships_2019(tables: ShipTables, params: WaterwayDemandParams) -> pd.DataFrame:
    start = midnight("2019-01-01")
    return draw_ships(tables, params, Streams(1, 0), year=2019, start=start, days=365, epoch=start)


def midnight(day: str) -> pd.Timestamp:
    return pd.Timestamp(day, tz=LOCAL_ZONE)


def test_the_realised_year_lies_within_four_sigma(ships_2019: pd.DataFrame, params: WaterwayDemandParams) -> None:
    for group, total in params.passages["2019"].items():
        assert abs((ships_2019["group"] == group).sum() - total) < 4 * total**0.5, group


def test_a_ship_has_all_that_the_lock_asks(ships_2019: pd.DataFrame) -> None:
    ships = ships_2019
    assert ships["entity_id"].is_unique
    assert ships["id"].is_unique
    assert ships["arrival_s"].is_monotonic_increasing
    assert ships["arrival_s"].between(0, 365 * 86_400, inclusive="left").all()
    assert not ships.isna().any().any()
    assert (ships["side"] == "sea").equals(ships["direction"] == "to_canal")
    assert (ships["is_sea"] == (ships["group"] == "sea")).all()
    assert (ships.loc[~ships["is_loaded"], "load_tonne"] == 0).all()
    notice_h = (ships["arrival_s"] - ships["known_from_s"]) / 3600
    assert notice_h.groupby(ships["group"]).mean().round(9).to_dict() == {"inland": 2, "recreation": 0, "sea": 24}


def test_sizes_lie_within_the_band_of_the_class(ships_2019: pd.DataFrame, tables: ShipTables) -> None:
    ships = ships_2019.merge(tables.classes, on="class_id", suffixes=("", "_class"))
    assert ships["length_m"].between(ships["length_low_m"], ships["length_high_m"]).all()
    assert (ships["beam_m"] == ships["beam_m_class"]).all()
    assert (ships["draught_m"] == ships["draught_loaded_m"].where(ships["is_loaded"], ships["draught_empty_m"])).all()
    assert ships.loc[ships["class_id"] == "coaster", "length_m"].median() == pytest.approx(85, abs=1.0)  # 4 300 ships: 0.3 m standard error


def test_shares_are_recovered(ships_2019: pd.DataFrame, tables: ShipTables, params: WaterwayDemandParams) -> None:
    inland = ships_2019[ships_2019["group"] == "inland"]
    n = len(inland)

    def close(found: float, share: float) -> bool:
        return bool(abs(found - share) < 4 * (share * (1 - share) / n) ** 0.5)

    assert close(inland["is_loaded"].mean(), params.loaded_share)
    for frame, column in ((tables.classes, "class_id"), (tables.flags, "flag")):
        part = frame[frame["group"] == "inland"]
        for name, share in zip(part[column], part["share"], strict=True):
            assert close((inland[column] == name).mean(), share), name
    assert close((inland["direction"] == "to_canal").mean(), 0.5)
    assert close((inland["n_cone"] == 2).mean(), 0.025)
    sea = ships_2019[ships_2019["group"] == "sea"]
    inbound = sea[sea["direction"] == "to_canal"]
    assert abs(inbound["is_loaded"].mean() - 0.7) < 4 * (0.21 / len(inbound)) ** 0.5


def test_what_a_ship_is_given_is_independent(ships_2019: pd.DataFrame) -> None:
    inland = ships_2019[ships_2019["group"] == "inland"]
    traits = pd.DataFrame(
        {
            "time": inland["arrival_s"] % 3600,
            "class": inland["beam_m"] > 9,
            "relation": inland["direction"] == "to_canal",
            "loaded": inland["is_loaded"],
            "cone": inland["n_cone"] > 0,
            "flag": inland["flag"] == "NL",
            "size": inland["length_m"].groupby(inland["class_id"]).rank(pct=True),
        }
    ).astype("float64")
    correlation = traits.corr().to_numpy() - np.eye(len(traits.columns))
    assert np.abs(correlation).max() < 4 / len(inland) ** 0.5


def test_the_profile_of_barges_is_recovered(ships_2019: pd.DataFrame) -> None:
    inland = ships_2019[ships_2019["group"] == "inland"]
    local = (pd.Timestamp("2019-01-01", tz=LOCAL_ZONE).tz_convert("UTC") + pd.to_timedelta(inland["arrival_s"], unit="s")).dt.tz_convert(LOCAL_ZONE)
    n = len(inland)
    sunday, tuesday = ((local.dt.day_of_week == day).sum() for day in (6, 1))
    # 8 % against 16 %, with 52 Sundays and 53 Tuesdays in 2019; standard error of the ratio 0.9 %.
    assert sunday / tuesday == pytest.approx(0.5 * 52 / 53, rel=0.05)
    night = ((local.dt.hour >= 22) | (local.dt.hour < 6)).sum() / n
    assert night == pytest.approx(20 / 102, abs=4 * (0.16 / n) ** 0.5)
    days_busy, days_all = 31 + 30 + 31 + 30 + 31 + 30, 365
    busy = local.dt.month.isin([3, 4, 5, 9, 10, 11]).sum() / n
    expected = 1.06 * days_busy / (1.06 * days_busy + 0.94 * (days_all - days_busy))
    assert busy == pytest.approx(expected, abs=0.012)  # 4 sigma is 0.009, and weekdays are not spread evenly over months


def test_yachts_sail_by_day(ships_2019: pd.DataFrame) -> None:
    yachts = ships_2019[ships_2019["group"] == "recreation"]
    local = (pd.Timestamp("2019-01-01", tz=LOCAL_ZONE).tz_convert("UTC") + pd.to_timedelta(yachts["arrival_s"], unit="s")).dt.tz_convert(LOCAL_ZONE)
    assert local.dt.hour.between(9, 19).all()
    assert local.dt.month.between(5, 9).mean() == pytest.approx(0.8, abs=4 * (0.16 / len(yachts)) ** 0.5)


def is_at_evergem(ships: pd.DataFrame) -> pd.Series[bool]:
    return (ships["origin"] == "evergem") | (ships["destination"] == "evergem")


def test_ships_too_large_for_evergem_sail_elsewhere(ships_2019: pd.DataFrame, tables: ShipTables) -> None:
    inland = ships_2019[ships_2019["group"] == "inland"]
    wide = inland[inland["beam_m"] > 11.4]
    assert len(wide) > 2000  # 4.5 % of 51 500
    assert not is_at_evergem(wide).any()
    narrow = inland[inland["beam_m"] <= 11.4]
    # 35 % of the relations have Evergem at an end. A wide ship has the other 65 %, of which zijkanaal-c 25 points.
    assert is_at_evergem(narrow).mean() == pytest.approx(0.35, abs=4 * (0.35 * 0.65 / len(narrow)) ** 0.5)
    at_canal_c = (wide["origin"] == "zijkanaal-c") | (wide["destination"] == "zijkanaal-c")
    assert at_canal_c.mean() == pytest.approx(25 / 65, abs=4 * (0.385 * 0.615 / len(wide)) ** 0.5)


def test_a_limit_moves_only_the_ships_that_it_stops(ships_2019: pd.DataFrame, tables: ShipTables, params: WaterwayDemandParams) -> None:
    start = midnight("2019-01-01")
    open_tables = replace(tables, od=tables.od.assign(max_length_m=np.inf, max_beam_m=np.inf))
    free = draw_ships(open_tables, params, Streams(1, 0), year=2019, start=start, days=60, epoch=start)
    limited = ships_2019.iloc[: len(free)]
    ends = ["origin", "destination", "direction", "side"]
    pd.testing.assert_frame_equal(free.drop(columns=ends), limited.drop(columns=ends))
    fits = (limited["group"] != "inland") | (limited["beam_m"] <= 11.4)
    pd.testing.assert_frame_equal(free[fits], limited[fits])
    # Ships by length: with a limit of 100 m, 110 m ships leave Evergem and 85 m ships stay.
    short = replace(tables, od=tables.od.assign(max_length_m=tables.od["max_length_m"].replace(190.0, 100.0)))
    drawn = draw_ships(short, params, Streams(1, 0), year=2019, start=start, days=60, epoch=start)
    at_evergem = drawn[is_at_evergem(drawn) & (drawn["group"] == "inland")]
    assert 80 < at_evergem["length_m"].max() <= 100


def test_a_year_in_pieces_of_a_day_is_the_year(ships_2019: pd.DataFrame, tables: ShipTables, params: WaterwayDemandParams) -> None:
    begin = midnight("2019-01-01")
    # 365 times 24 hours: after the clock changes the pieces begin at 1 or 23 h local time, so both changes are crossed.
    starts = [begin.tz_convert("UTC") + pd.Timedelta(hours=24 * day) for day in range(365)]
    pieces = [draw_ships(tables, params, Streams(1, 0), year=2019, start=start, days=1, epoch=begin) for start in starts]
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), ships_2019)


def test_replications_and_seeds_differ_and_repeat(tables: ShipTables, params: WaterwayDemandParams) -> None:
    start = midnight("2023-05-08")

    def day(seed: int, replication: int) -> pd.DataFrame:
        return draw_ships(tables, params, Streams(seed, replication), year=2023, start=start, days=1, epoch=start)

    pd.testing.assert_frame_equal(day(1, 0), day(1, 0))
    assert not day(1, 0).equals(day(1, 1))
    assert not day(1, 0).equals(day(2, 0))


def test_an_empty_window_has_the_columns(tables: ShipTables, params: WaterwayDemandParams) -> None:
    start = midnight("2023-05-08")
    full = draw_ships(tables, params, Streams(1, 0), year=2023, start=start, days=1, epoch=start)
    for empty in (
        draw_ships(tables, params, Streams(1, 0), year=2023, start=start, days=0, epoch=start),
        draw_ships(tables, params.model_copy(update={"factor": 0.0}), Streams(1, 0), year=2023, start=start, days=1, epoch=start),
    ):
        assert len(empty) == 0
        assert empty.dtypes.equals(full.dtypes)


def test_unusable_windows(tables: ShipTables, params: WaterwayDemandParams) -> None:
    start = midnight("2019-01-01")
    with pytest.raises(DataError, match="start 2019-01-01 00:00:00 has no time zone; give one, for example Europe/Amsterdam"):
        draw_ships(tables, params, Streams(1, 0), year=2019, start=pd.Timestamp("2019-01-01"), days=1, epoch=start)
    with pytest.raises(DataError, match="days is -1, and must be 0 or more"):
        draw_ships(tables, params, Streams(1, 0), year=2019, start=start, days=-1, epoch=start)
    with pytest.raises(DataError, match=r"ships of the group 'inland' per hour, at most 600 are possible; lower waterway.factor"):
        draw_ships(tables, params.model_copy(update={"factor": 1000.0}), Streams(1, 0), year=2019, start=start, days=1, epoch=start)


def test_the_quantile_survives_the_last_uniform_below_one() -> None:
    u = np.full(3, np.nextafter(1.0, 0.0))
    counts = poisson_quantile(u, np.array([0.0, 5.0, 500.0]))
    assert counts[0] == 0
    assert 5 < counts[1] < 100
    assert 500 < counts[2] < 800


def test_passages_of_a_group_without_classes(tables: ShipTables, params: WaterwayDemandParams) -> None:
    few = replace(tables, classes=tables.classes[tables.classes["group"] != "sea"])
    start = midnight("2019-01-01")
    with pytest.raises(DataError, match=r"waterway.passages gives 9055 ships of the group 'sea', which classes.csv lacks"):
        draw_ships(few, params, Streams(1, 0), year=2019, start=start, days=1, epoch=start)
