"""Trains of one day from a GTFS feed, as far as they stop in the network.

Kept are rail routes (route_type 2 and 100 to 117) with two or more stops that a place names in its `stop_code`; what lies between is left
out. The archive is untrusted: only members of known names are read, in memory, each up to a size, and nothing is unpacked.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import DataError
from ..streams import entity_ids
from .timetable import clock_s
from .trains import STOP_COLUMNS, TRAIN_COLUMNS, Trains

MAX_MEMBER_BYTES = 500_000_000
RAIL_TYPES = {2, *range(100, 118)}
_DIGITS = re.compile(r"\d{6,9}")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_train_gtfs(path: Path, date: pd.Timestamp, codes: Mapping[str, str], *, country: str = "BE", rolling_stock: str = "") -> Trains:
    """Read the trains of a date.

    Parameters
    ----------
    path : Path
        Zip archive.
    date : Timestamp
        Day of service.
    codes : mapping of str to str
        Place by station code, such as 8893120; a stop's id may carry a letter before and a platform behind it.

    Raises
    ------
    DataError
        If the archive, a table or a column is missing or can't be read, or no train of the day stops twice in the network.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            routes = _table(archive, path, "routes.txt", ("route_id", "route_type"))
            trips = _table(archive, path, "trips.txt", ("route_id", "service_id", "trip_id"))
            times = _table(archive, path, "stop_times.txt", ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"))
            active = _services(archive, path, date)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise DataError(f"{path}: can't be read as a GTFS archive ({error})") from None
    rail = routes["route_id"][pd.to_numeric(routes["route_type"], errors="coerce").isin(RAIL_TYPES)]
    trips = trips[trips["route_id"].isin(rail) & trips["service_id"].isin(active)]
    times = times[times["trip_id"].isin(trips["trip_id"])].copy()
    found = times["stop_id"].str.extract(f"({_DIGITS.pattern})")[0]
    times["place"] = found.map(dict(codes))
    times = times[times["place"].notna()]
    times = times[times.groupby("trip_id")["trip_id"].transform("size") > 1]
    if times.empty:
        raise DataError(f"{path}: no train of {date:%Y-%m-%d} stops at two places of the network; check the date and the column 'stop_code' of the places")
    try:
        for name in ("arrival", "departure"):
            times[f"{name}_s"] = times[f"{name}_time"].map(clock_s)
        times["order"] = times["stop_sequence"].astype("int64")
    except ValueError as error:
        raise DataError(f"{path}: stop_times.txt: {error}") from None
    times = times.sort_values(["trip_id", "order"], kind="stable")
    times["seq"] = times.groupby("trip_id").cumcount()
    stops = times.rename(columns={"trip_id": "train"}).assign(stops=True, reverses=False, track="")
    stops["dwell_s"] = np.maximum((stops["departure_s"] - stops["arrival_s"]).fillna(0.0), 0.0)
    trains = pd.DataFrame({"id": stops["train"].unique()}).assign(kind="passenger", rolling_stock=rolling_stock, priority=1, country=country)
    trains = trains.assign(commodity="passengers", entry_delay_s=0.0, entity_id=entity_ids("rail", trains["id"]))
    return Trains(trains[list(TRAIN_COLUMNS)], stops[list(STOP_COLUMNS)].reset_index(drop=True))


def _table(archive: zipfile.ZipFile, path: Path, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    try:
        member = archive.getinfo(name)
    except KeyError:
        raise DataError(f"{path}: holds no {name}; a GTFS feed has it at the top of the archive") from None
    if member.file_size > MAX_MEMBER_BYTES:
        raise DataError(f"{path}: {name} is {member.file_size} bytes, more than {MAX_MEMBER_BYTES}; cut the feed to the district")
    with archive.open(member) as file:
        try:
            frame = pd.read_csv(file, dtype="str", keep_default_na=False, encoding="utf-8-sig")
        except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise DataError(f"{path}: {name} can't be read ({str(error).splitlines()[0]})") from None
    for column in columns:
        if column not in frame.columns:
            raise DataError(f"{path}: {name} has no column '{column}'; GTFS requires it")
    return frame


def _services(archive: zipfile.ZipFile, path: Path, date: pd.Timestamp) -> set[str]:
    day, names = f"{date:%Y%m%d}", archive.namelist()
    active: set[str] = set()
    if "calendar.txt" in names:
        weekday = _WEEKDAYS[date.weekday()]
        calendar = _table(archive, path, "calendar.txt", ("service_id", weekday, "start_date", "end_date"))
        active |= set(calendar["service_id"][(calendar[weekday] == "1") & (calendar["start_date"] <= day) & (calendar["end_date"] >= day)])
    if "calendar_dates.txt" in names:
        dates = _table(archive, path, "calendar_dates.txt", ("service_id", "date", "exception_type"))
        dates = dates[dates["date"] == day]
        active |= set(dates["service_id"][dates["exception_type"] == "1"])
        active -= set(dates["service_id"][dates["exception_type"] == "2"])
    return active
