"""The tables of a rail area: trains and stops that a user gives, checked, and results made into frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..codes import TrainWaitCause
from ..errors import DataError, allowed, nearest
from ..network.railway import TrackNetwork
from ..units import MS_PER_S, NEVER_MS
from ._kernels import area_records as layout
from .rolling_stock import Train

TRAIN_DEFAULTS: dict[str, Any] = {
    "id": None,
    "stock": None,
    "priority": 0,
    "weight": 1.0,
    "max_wait_s": np.nan,
    "entry_delay_s": 0.0,
    "entry_speed_m_s": 0.0,
}
STOP_DEFAULTS: dict[str, Any] = {
    "train": None,
    "seq": None,
    "place": None,
    "arrival_s": np.nan,
    "departure_s": np.nan,
    "dwell_s": np.nan,
    "track": "",
    "platform_m": 0.0,
}
CLOSURE_COLUMNS = ("section", "begin_s", "end_s")
_MAY_BE_MISSING = ("max_wait_s", "arrival_s", "departure_s", "dwell_s")
_LARGEST_S = 4e12


def tuples(table: pd.DataFrame) -> Iterator[Any]:
    """Return the rows of a table, with columns as attributes."""
    return iter(table.itertuples())


def complete(table: pd.DataFrame, name: str, defaults: Mapping[str, Any]) -> pd.DataFrame:
    """Return a table with all its columns, of the right kinds.

    Raises
    ------
    DataError
        For a missing or unknown column, or a value that is not a number where one must be.
    """
    for column in table.columns:
        if column not in defaults:
            raise DataError(f"{name}: unknown column '{column}'{nearest(str(column), defaults)}; allowed are: {allowed(defaults)}")
    full = {}
    for column, default in defaults.items():
        if column not in table.columns:
            if default is None:
                raise DataError(f"{name}: column '{column}' is missing; required are: {', '.join(key for key, value in defaults.items() if value is None)}")
            full[column] = pd.Series([default] * len(table), index=table.index)
            continue
        values = table[column]
        if isinstance(default, float | int) or column == "seq":
            if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
                raise DataError(f"{name}: column '{column}' must hold numbers and holds {values.dtype}")
            numbers = values.to_numpy(dtype=np.float64)
            bad = np.isinf(numbers) | (np.abs(numbers) > _LARGEST_S)
            if column not in _MAY_BE_MISSING:
                bad |= np.isnan(numbers)
            if bad.any():
                row = int(np.flatnonzero(bad)[0])
                raise DataError(f"{name}: {column} of row {row} is {numbers[row]}, and must be a finite number")
        else:
            values = values.fillna("").astype(str)
        full[column] = values
    return pd.DataFrame(full).reset_index(drop=True)


def check_trains(trains: pd.DataFrame, stops: pd.DataFrame, stock: Mapping[str, Train], network: TrackNetwork) -> None:
    """Refuse trains and stops that an area can't take, and name the train and the place at fault.

    Raises
    ------
    DataError
    """
    twice = trains["id"].duplicated()
    if twice.any():
        raise DataError(f"trains: id '{trains['id'][twice].iloc[0]}' occurs more than once; every train needs an id of its own")
    ids, places, sections = set(trains["id"]), set(network.places.index), set(network.sections.index)
    for one in tuples(trains):
        if one.stock not in stock:
            raise DataError(f"trains: '{one.id}' has unknown stock '{one.stock}'{nearest(str(one.stock), stock)}; given are: {allowed(stock)}")
        for column in ("entry_speed_m_s", "weight"):
            if getattr(one, column) < 0:
                raise DataError(f"trains: {column} of '{one.id}' is {getattr(one, column):g}, and must be 0 or more")
        if one.max_wait_s <= 0:
            raise DataError(f"trains: max_wait_s of '{one.id}' is {one.max_wait_s:g}, and must be above 0")
    for row in tuples(stops):
        what = f"stops: train '{row.train}' at '{row.place}'"
        if row.train not in ids:
            raise DataError(f"stops: unknown train '{row.train}'{nearest(str(row.train), ids)}; it must be in the table of trains")
        if row.place not in places:
            raise DataError(f"stops: unknown place '{row.place}' of train '{row.train}'{nearest(str(row.place), places)}; known are: {allowed(places)}")
        if row.track and row.track not in sections:
            raise DataError(f"{what}: unknown track '{row.track}'{nearest(str(row.track), sections)}; the place has: {allowed(network.tracks(str(row.place)))}")
        if row.track and network.sections["place"][row.track] != row.place:
            raise DataError(f"{what}: section '{row.track}' is no track of the place, which has: {allowed(network.tracks(str(row.place)))}")
        if row.dwell_s < 0:
            raise DataError(f"{what}: dwell_s is {row.dwell_s:g}, and must be 0 or more")
        if row.departure_s < row.arrival_s:
            raise DataError(f"{what}: departs at {row.departure_s:g} s, before it arrives at {row.arrival_s:g} s; a time past midnight goes on beyond 86 400 s")


def wait_frame(rows: Any, ids: Any, resources: list[str]) -> pd.DataFrame:
    """Return the ledger: one row per stretch of time that a train lost or gained."""
    rows = rows[rows["kind"] == layout.ROW_WAIT]
    causes = np.array([cause.word for cause in TrainWaitCause], dtype=object)
    frame = pd.DataFrame(
        {
            "train": _named(ids, rows["train"]),
            "at": _named(np.array([*resources, ""], dtype=object), rows["place"]),
            "begin_s": rows["begin_ms"] / MS_PER_S,
            "end_s": rows["end_ms"] / MS_PER_S,
            "delay_s": rows["delay_ms"] / MS_PER_S,
            "cause": pd.array(causes[rows["code"]], dtype="str"),
            "causer": _named(np.array([*ids, ""], dtype=object), rows["causer"]),
        }
    )
    ships = (frame["cause"] == TrainWaitCause.BRIDGE.word) & (frame["causer"] == "")
    frame.loc[ships, "causer"] = "ships"
    return _sorted(frame, ["train", "begin_s", "end_s", "cause", "causer"])


def section_frame(rows: Any, ids: Any, sections: list[str]) -> pd.DataFrame:
    """Return when each train had each section."""
    rows = rows[rows["kind"] == layout.ROW_SECTION]
    frame = {
        "train": _named(ids, rows["train"]),
        "section": _named(np.array(sections, dtype=object), rows["place"]),
        "direction": np.where(rows["code"] == 0, 1, -1),
    }
    for name, column in (("reserve_s", "begin_ms"), ("enter_s", "enter_ms"), ("leave_s", "leave_ms"), ("release_s", "end_ms")):
        times = rows[column].astype(np.float64) / MS_PER_S
        times[rows[column] >= NEVER_MS] = np.nan
        frame[name] = times
    return _sorted(pd.DataFrame(frame), ["train", "reserve_s", "enter_s", "section"])


def call_rows(rows: Any) -> Any:
    """Return the rows of calls in order of call."""
    rows = rows[rows["kind"] == layout.ROW_CALL]
    return rows[np.argsort(rows["place"], kind="stable")]


def _named(names: Any, index: Any) -> Any:
    return pd.array(np.asarray(names, dtype=object)[index], dtype="str")


def _sorted(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return frame.sort_values(by, kind="stable", ignore_index=True)
