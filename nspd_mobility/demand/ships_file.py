"""Ships read from a user's own file in place of drawn ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from ..streams import entity_ids
from .sheets import BOUNDS, DIRECTIONS, Sheet, read_csv, read_parquet

_OPTIONAL = ("class_id", "group", "direction", "origin", "destination", "length_m", "beam_m", "draught_m", "air_draught_m", "is_loaded", "load_tonne")
_FILE_COLUMNS = ("id", "side", "arrival", "arrival_s", *_OPTIONAL, "n_cone", "flag", "known_from_s", "priority", "speed_m_s", "stay_s")


def read_ships_file(path: Path, *, dataset: str = "ships", epoch: pd.Timestamp | None = None) -> pd.DataFrame:
    """Read a user's own ships from CSV or Parquet, in order of arrival.

    Parameters
    ----------
    path : Path
        Columns `id`, `side` (sea or canal), and `arrival` (ISO time; without a zone it is local time) or `arrival_s` (s since the
        run's epoch); any of the other columns of `draw_ships`.
    dataset : str
        Namespace of the ids.
    epoch : Timestamp, optional
        Zero of `arrival_s`, with a time zone, for a file that gives `arrival`; left out, `arrival` stays (UTC) and there is no `arrival_s`.

    Returns
    -------
    DataFrame
        The file's columns, with `entity_id`, `direction`, `group` (inland), `is_sea`, `n_cone` (0), `priority` (0) and `known_from_s`
        (the arrival) filled in where absent. Sizes are not made up: a column that the file lacks stays absent.

    Raises
    ------
    DataError
        For a file or a cell that can't be used, with the line (CSV) or row (Parquet).
    """
    sheet = read_csv(path) if path.suffix.lower() == ".csv" else read_parquet(path)
    time = "arrival_s" if "arrival_s" in sheet.frame.columns else "arrival"
    sheet.expect_columns(("id", "side", time), _FILE_COLUMNS)
    if time == "arrival_s" and "arrival" in sheet.frame.columns:
        raise DataError(f"{path}: has both 'arrival' and 'arrival_s'; remove one")
    ships = pd.DataFrame(dict(_file_columns(sheet)))
    sheet.distinct(("id",))
    direction = ships["side"].map(DIRECTIONS).astype("str")
    if "direction" in ships:
        sheet.refuse((ships["direction"] != direction).to_numpy(), "direction", "to_canal for a ship at the side sea, to_sea at the side canal")
    ships["direction"] = direction
    ships.insert(0, "entity_id", entity_ids(dataset, ships["id"]))
    if time == "arrival" and epoch is not None:
        ships["arrival_s"] = (ships["arrival"] - epoch).dt.total_seconds()
        ships = ships.drop(columns="arrival")
        time = "arrival_s"
    if "group" not in ships:
        ships["group"] = pd.array(["inland"] * len(ships), dtype="str")
    for name in ("n_cone", "priority"):
        if name not in ships:
            ships[name] = np.zeros(len(ships), dtype=np.int64)
    if time == "arrival_s" and "known_from_s" not in ships:
        ships["known_from_s"] = ships["arrival_s"]
    ships["is_sea"] = ships["group"] == "sea"
    return ships.sort_values([time, "id"], ignore_index=True)


def _file_columns(sheet: Sheet) -> Iterator[tuple[str, pd.Series[Any]]]:
    for column in map(str, sheet.frame.columns):
        if column == "arrival":
            yield column, sheet.times(column)
        elif column == "is_loaded":
            yield column, sheet.truth(column)
        else:
            yield column, sheet.number(column) if column in BOUNDS else sheet.text(column)
