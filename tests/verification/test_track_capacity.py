"""Occupancy, conflicts, headways and insertion against arithmetic that can be done by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.errors import DataError
from nspd_mobility.rail.compression import compress
from nspd_mobility.rail.insertion import insert_paths
from nspd_mobility.rail.overlaps import conflicts, headways

pytestmark = pytest.mark.kernel

HOUR_S = 3600.0


def occupations(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["train", "section", "begin_s", "end_s"])


def single_track(n_passenger: int, n_freight: int) -> pd.DataFrame:
    """Trains on one section: passenger 6 min running, freight 11, and half a minute each for set-up and release."""
    minutes = [7.0] * (2 * n_passenger) + [12.0] * n_freight
    begin = np.cumsum([0.0, *(m * 60 for m in minutes[:-1])])
    return occupations(*((f"t{k}", "A-B", float(b), float(b + m * 60)) for k, (b, m) in enumerate(zip(begin, minutes, strict=True))))


@pytest.mark.parametrize(("n_passenger", "n_freight", "minutes"), [(1, 0, 14), (2, 0, 28), (2, 1, 40), (4, 0, 56)])
@pytest.mark.parametrize(("limit_share", "is_day"), [(0.75, False), (0.60, True)])
def test_single_track_of_alternating_trains(n_passenger: int, n_freight: int, minutes: float, limit_share: float, is_day: bool) -> None:
    """Without fleeting every train has the section for itself: compressed time is the sum; verdicts are those of the worked example."""
    row = compress(single_track(n_passenger, n_freight), window_s=HOUR_S, limit_share=limit_share).decisive
    assert row["compressed_s"] == minutes * 60
    assert row["occupancy_share"] == pytest.approx(minutes / 60)
    rate = 1 / limit_share - 1
    assert row["consumption_share"] == pytest.approx(minutes / 60 * (1 + rate))
    assert row["is_over"] == (row["consumption_share"] > 1)
    fits = {14: (True, True), 28: (True, True), 40: (True, False), 56: (False, False)}[int(minutes)]
    assert row["is_over"] == (not fits[is_day])


def test_published_occupancy() -> None:
    """(4500 + 900) s in 7200 s are 75.0 %."""
    row = compress(occupations(("a", "s", 0, 4500), ("b", "s", 5000, 5900)), window_s=7200, limit_share=0.75).decisive
    assert row["occupancy_share"] == 0.75
    assert not row["is_over"]


def test_followers_come_as_close_as_their_tightest_section_allows() -> None:
    """A slow train (100 s per section) before a fast one (50 s): the last section decides, 300 - 100 = 200 s."""
    slow = [("slow", f"s{k}", 100.0 * k, 100.0 * (k + 1)) for k in range(3)]
    fast = [("fast", f"s{k}", 1000 + 50.0 * k, 1000 + 50.0 * (k + 1)) for k in range(3)]
    result = compress(occupations(*slow, *fast), window_s=HOUR_S, is_cyclic=False)
    assert result.trains.set_index("train")["shift_s"]["fast"] == 200 - 1000
    assert result.decisive["compressed_s"] == 200 + 150
    least = headways(occupations(*slow, *((t, s, b - 1000, e - 1000) for t, s, b, e in fast)))
    assert least.loc["slow", "fast"] == 200
    assert least.loc["fast", "slow"] == 50
    assert np.isnan(headways(occupations(("a", "s", 0, 1), ("b", "t", 0, 1))).loc["a", "b"])


def test_segments_are_compressed_apart_and_the_worst_decides() -> None:
    trains = occupations(("a", "west", 0, 600), ("a", "east", 600, 700), ("b", "east", 500, 600), ("b", "west", 700, 1300))
    result = compress(trains, {"west": "1", "east": "2"}, window_s=HOUR_S)
    assert result.segments.set_index("segment")["compressed_s"].to_dict() == {"1": 1200.0, "2": 200.0}
    assert result.decisive["segment"] == "1"
    with pytest.raises(DataError, match="they cross or overtake each other there: end the segment at that loop"):
        compress(trains, window_s=HOUR_S)


def test_conflicts_are_the_overlaps_of_occupations() -> None:
    found = conflicts(occupations(("a", "s", 0, 100), ("b", "s", 50, 70), ("c", "s", 60, 120), ("d", "s", 120, 130), ("a", "t", 0, 500)))
    assert found.values.tolist() == [["a", "b", "s", 50.0, 70.0], ["a", "c", "s", 60.0, 100.0], ["b", "c", "s", 60.0, 70.0]]


def test_paths_fill_the_gaps() -> None:
    """One train of 600 s at the begin of an hour leaves 3000 s: five paths of 600 s at the earliest, fewer at random moments."""
    given = occupations(("a", "s", 0, 600))
    path = pd.DataFrame({"path": "f", "section": ["s"], "begin_s": [0.0], "end_s": [600.0]})
    assert insert_paths(given, path, window_s=HOUR_S, placement="earliest").orders["n_paths"].eq(5).all()
    anywhere = insert_paths(given, path, window_s=HOUR_S)
    assert anywhere.high <= 5
    assert anywhere.low >= 3  # gaps below 600 s only: 3000 = 3 * 600 + 2 * 600
    assert anywhere.orders["n_paths"].nunique() > 1
    assert insert_paths(given, path, window_s=HOUR_S, n_orders=10).orders.equals(anywhere.orders.head(10))


def test_no_path_fits_where_the_window_is_full() -> None:
    path = pd.DataFrame({"path": "f", "section": ["s"], "begin_s": [0.0], "end_s": [600.0]})
    assert insert_paths(occupations(("a", "s", 0, 3500)), path, window_s=HOUR_S, n_orders=2).median == 0
    assert insert_paths(occupations(), path, window_s=500, n_orders=2).median == 0


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"train": ["a"]}), "column 'section' is missing"),
        (occupations(("a", "s", 10, 10)), "'a' leaves section 's' at 10 s, not after 10 s"),
        (occupations(("a", "s", float("nan"), 10)), "begin_s of 'a' at section 's' is"),
    ],
)
def test_bad_occupations(frame: pd.DataFrame, message: str) -> None:
    for function in (lambda: compress(frame, window_s=1), lambda: conflicts(frame), lambda: headways(frame)):
        with pytest.raises(DataError, match=message):
            function()


def test_bad_requests() -> None:
    good = occupations(("a", "s", 0, 10))
    path = pd.DataFrame({"path": "f", "section": ["s"], "begin_s": [0.0], "end_s": [600.0]})
    with pytest.raises(DataError, match="window_s is 0"):
        compress(good, window_s=0)
    with pytest.raises(DataError, match=r"limit_share is 1\.5"):
        compress(good, window_s=1, limit_share=1.5)
    with pytest.raises(DataError, match="no occupation lies in a segment"):
        compress(good, {"x": "1"}, window_s=1)
    with pytest.raises(DataError, match="weights name path 'g'"):
        insert_paths(good, path, window_s=1000, weights={"g": 1.0})
    with pytest.raises(DataError, match="conflict on section 's'"):
        insert_paths(occupations(("a", "s", 0, 10), ("b", "s", 5, 20)), path, window_s=1000)
    with pytest.raises(DataError, match="placement 'late' is not one of"):
        insert_paths(good, path, window_s=1000, placement="late")
