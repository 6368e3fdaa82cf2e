"""Trains: published weekly counts, common random numbers, timetables and GTFS."""

import os
from pathlib import Path

import pandas as pd
import pytest

from nspd_mobility.demand.timetable import read_timetable
from nspd_mobility.demand.train_gtfs import read_train_gtfs
from nspd_mobility.demand.trains import draw_freight, pattern_trains, read_flows, read_patterns, weekly
from nspd_mobility.errors import DataError
from nspd_mobility.network.railway_file import read_railway
from nspd_mobility.params.train_demand import TrainDemandParams
from nspd_mobility.streams import Streams

FOLDER = Path("demand/nspd/rail")
PLACES = read_railway(Path("networks/nspd")).plan.tables["places"]
MONDAY = pd.Timestamp("2024-03-04")
FEED = Path(os.environ.get("NSPD_TEST_DATA", ".")) / "nmbs_gtfs_2018-06-01.zip"


def test_flows_add_up_to_the_published_trains_a_week() -> None:
    flows = read_flows(FOLDER / "freight.csv", PLACES.index)
    sloe = flows["id"].str.startswith("sloe")
    for year, nl, be in ((2017, 53, 248), (2030, 106, 389)):
        counts = weekly(flows, year)
        assert counts[(flows["country"] == "NL") & ~sloe].sum() == pytest.approx(nl)
        assert counts[flows["country"] == "BE"].sum() == pytest.approx(be, abs=0.01)
        assert 2850 <= 52 * counts[sloe].sum() <= 3310


def test_more_freight_keeps_every_train() -> None:
    flows = read_flows(FOLDER / "freight.csv", PLACES.index)
    few, many = (draw_freight(flows, TrainDemandParams(freight_factor=f), Streams(1, 0), 2017, MONDAY, 7) for f in (1.0, 1.5))
    both = few.trains.merge(many.trains, on="id", suffixes=("", "_many"))
    assert len(both) == len(few.trains) < len(many.trains)
    assert (both["entry_delay_s"] == both["entry_delay_s_many"]).all()
    assert 280 < len(few.trains) < 450  # 53 + 248 + 63.5 a week


def test_patterns_of_the_line_to_eeklo() -> None:
    trains = pattern_trains(read_patterns(FOLDER / "patterns.csv", PLACES.index), TrainDemandParams(), Streams(1, 0), MONDAY, 1)
    stops = trains.stops
    assert 32 <= (stops["place"] == "eeklo").sum() <= 38  # 32.3 a day on average, 38 on a weekday of 2018
    assert (stops["place"] == "gent-dampoort").sum() == pytest.approx(188.7, rel=0.05)
    assert (stops["dwell_s"] >= 42).all()


HEADER = "train,seq,place,arrival,departure\n"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("t,0,goes,,8:00\nt,1,gos,8:10,\n", "unknown station 'gos' (did you mean 'goes'?)"),
        ("t,0,goes,,8:00\nt,1,middelburg,7:50,\n", "arrives at middelburg before it left"),
        ("t,0,goes,8:00,7:59\nt,1,middelburg,8:20,\n", "a negative dwell of -60 s"),
        ("t,0,goes,,8:00\nt,2,middelburg,8:20,\n", "has a gap: seq is 2 after 0"),
        ("t,0,goes,,8:00\nt,0,middelburg,8:20,\n", "stands in the table twice"),
        ("t,0,goes,,8.00\nt,1,middelburg,8:20,\n", "'8.00' is no time"),
        ("t,0,goes,,8:00\n", "has one stop"),
    ],
)
def test_bad_timetables_are_told(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEADER + rows)
    with pytest.raises(DataError) as caught:
        read_timetable(path, PLACES.index)
    assert message in str(caught.value)


def test_times_past_midnight_are_legal(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEADER + "t,0,goes,,23:55\nt,1,middelburg,24:10,\n")
    assert read_timetable(path, PLACES.index).stops["arrival_s"][1] == 87_000
    assert len(read_timetable(FOLDER / "timetable.csv", PLACES.index).trains) == 1


@pytest.mark.skipif(not FEED.exists(), reason="the feed may not be committed")
def test_the_nmbs_feed_gives_the_trains_of_l58_and_l59() -> None:
    codes = {code: place for place, code in PLACES["stop_code"].items() if code}
    day = read_train_gtfs(FEED, pd.Timestamp("2018-06-07"), codes)
    count = day.stops.groupby("place")["train"].nunique()
    assert count["eeklo"] == 38 and count["gent-dampoort"] == 206  # counted from the feed; 32.3 and 188.7 a day on average with weekends


def test_an_archive_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    path.write_text("x")
    with pytest.raises(DataError, match="can't be read as a GTFS archive"):
        read_train_gtfs(path, MONDAY, {})
