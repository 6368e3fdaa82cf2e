"""A file of the user's own ships."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.demand.ships_file import read_ships_file
from nspd_mobility.errors import DataError
from nspd_mobility.units import LOCAL_ZONE


def midnight(day: str) -> pd.Timestamp:
    return pd.Timestamp(day, tz=LOCAL_ZONE)


def ships_csv(tmp_path: Path, *rows: str, header: str = "id,side,arrival,length_m") -> Path:
    path = tmp_path / "ships.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_own_ships_are_sorted_and_their_times_understood(tmp_path: Path) -> None:
    path = ships_csv(tmp_path, "b,canal,2023-07-01T12:00:00,110", "a,sea,2023-07-01 09:30Z,85.5", "c,sea,2023-07-01T14:00+02:00,85.5")
    ships = read_ships_file(path, epoch=midnight("2023-07-01"))
    assert ships["id"].tolist() == ["a", "b", "c"]
    # Local midnight is 22:00 UTC the day before: 9:30 UTC is 11.5 h later, 12:00 local 12 h, 14:00+02:00 14 h.
    assert ships["arrival_s"].tolist() == [11.5 * 3600, 12 * 3600, 14 * 3600]
    assert ships["direction"].tolist() == ["to_canal", "to_sea", "to_canal"]
    assert ships["known_from_s"].equals(ships["arrival_s"].rename("known_from_s"))
    assert ships["entity_id"].is_unique
    assert ships["priority"].tolist() == [0, 0, 0]
    assert "beam_m" not in ships
    assert read_ships_file(path)["arrival"].iloc[0] == pd.Timestamp("2023-07-01 09:30", tz="UTC")


def test_parquet_and_csv_give_the_same_ships(tmp_path: Path) -> None:
    path = ships_csv(tmp_path, "b,canal,500,110,true", "a,sea,20.5,85.5,false", header="id,side,arrival_s,length_m,is_loaded")
    frame = pd.DataFrame({"id": ["b", "a"], "side": ["canal", "sea"], "arrival_s": [500.0, 20.5], "length_m": [110.0, 85.5], "is_loaded": [True, False]})
    frame.to_parquet(tmp_path / "ships.parquet")
    pd.testing.assert_frame_equal(read_ships_file(path), read_ships_file(tmp_path / "ships.parquet"))


@pytest.mark.parametrize("zone", [None, "UTC", LOCAL_ZONE])
def test_times_of_parquet_keep_their_zone(tmp_path: Path, zone: str | None) -> None:
    times = pd.to_datetime(["2023-07-01 12:00", "2023-07-01 12:00:00.25"], format="ISO8601").tz_localize(zone)
    pd.DataFrame({"id": [1, 2], "side": "sea", "arrival": times}).to_parquet(tmp_path / "ships.parquet")
    arrival = read_ships_file(tmp_path / "ships.parquet")["arrival"]
    assert arrival.iloc[0] == pd.Timestamp("2023-07-01 12:00", tz=zone or LOCAL_ZONE)
    assert arrival.iloc[1] - arrival.iloc[0] == pd.Timedelta(milliseconds=250)


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        ("id,sied,arrival", ["a,sea,2023-01-01"], "column 'side' is missing (did you mean 'sied'?); add it to the header"),
        ("id,side,arival", ["a,sea,2023-01-01"], "column 'arrival' is missing (did you mean 'arival'?)"),
        ("id;side;arrival", ["a;sea;2023-01-01"], "column 'id' is missing (the file seems to be separated by ';': save it with commas)"),
        ("id,side,arrival,lenght_m", ["a,sea,2023-01-01,9"], "unknown column 'lenght_m' (did you mean 'length_m'?); allowed are: air_draught_m, arrival,"),
        ("id,side,arrival,arrival_s", ["a,sea,2023-01-01,9"], "has both 'arrival' and 'arrival_s'; remove one"),
        ("id,side,arrival", ["a,sea,2023-01-01", "b,sea,2023-01-01", "a,sea,2023-01-02"], "ships.csv:4: id 'a' stands in the table twice"),
        ("id,side,arrival_s,beam_m", ["a,sea,1,9", "b,sea,2,-9"], "ships.csv:3: column 'beam_m' holds '-9'; it must be a number above 0; mend the cell"),
        ("id,side,arrival_s,beam_m", ["a,sea,1,", "b,sea,2,"], "ships.csv:2: column 'beam_m' holds nothing (and 1 more rows)"),
        ("id,side,arrival_s", ["a,see,1"], "column 'side' holds 'see'; it must be one of: canal, sea (did you mean 'sea'?)"),
        ("id,side,arrival_s", ["a,sea,soon"], "column 'arrival_s' holds 'soon'; it must be a number; mend the cell"),
        ("id,side,arrival_s,direction", ["a,sea,1,to_sea"], "column 'direction' holds 'to_sea'; it must be to_canal for a ship at the side sea"),
        ("id,side,arrival_s,is_loaded", ["a,sea,1,perhaps"], "column 'is_loaded' holds 'perhaps'; it must be true or false"),
        ("id,side,arrival_s,n_cone", ["a,sea,1,4"], "column 'n_cone' holds '4'; it must be a whole number from 0 to 3"),
        ("id,side,arrival", ["a,sea,yesterday"], "column 'arrival' holds 'yesterday'; it must be an ISO time"),
        ("id,side,arrival", ["a,sea,2023-10-29 02:30"], "may not lie in an hour that the change of clocks skips or repeats (write the zone there)"),
        ("id,side,arrival", ["a,sea"], "ships.csv:2: has 2 cells and the header 3"),
        ("id,side,side,arrival", ["a,sea,sea,2023-01-01"], "column 'side' stands in the header twice"),
        ("id,side,arrival", [], "ships.csv: holds no rows"),
    ],
)
def test_faults_in_own_ships_are_named(tmp_path: Path, header: str, rows: list[str], message: str) -> None:
    with pytest.raises(DataError) as error:
        read_ships_file(ships_csv(tmp_path, *rows, header=header))
    assert message in str(error.value)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"ships.csv: no such file"):
        read_ships_file(tmp_path / "ships.csv")
    (tmp_path / "ships.csv").write_bytes(b"id,side\xff\xfe")
    with pytest.raises(DataError, match="can't be read as a CSV file in UTF-8"):
        read_ships_file(tmp_path / "ships.csv")
    (tmp_path / "ships.parquet").write_bytes(b"no parquet")
    with pytest.raises(DataError, match="can't be read as a Parquet file"):
        read_ships_file(tmp_path / "ships.parquet")
    with pytest.raises(DataError, match=r"none.parquet: no such file"):
        read_ships_file(tmp_path / "none.parquet")
    with pytest.raises(DataError, match=r"ends in '.xlsx'; ships are read from .csv or .parquet"):
        read_ships_file(tmp_path / "ships.xlsx")
    pd.DataFrame({"id": ["a"], "side": ["sea"], "arrival_s": [1.0], "length_m": [np.nan]}).to_parquet(tmp_path / "nan.parquet")
    with pytest.raises(DataError, match=r"nan.parquet, row 1: column 'length_m' holds nothing; it must be a number above 0"):
        read_ships_file(tmp_path / "nan.parquet")
