"""The tables that ships are drawn from: classes, profiles, relations, cargo, loading and flags.

Shares sum to 1 and factors have mean 1, per group. A relation may hold for small ships only (`max_length_m`, `max_beam_m`; an empty
cell is no limit); each class then needs a relation that its largest ship fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import DataError, allowed
from .convoys import CONVOYS, read_convoys
from .sheets import BOUNDS, DIRECTIONS, read_csv

TOLERANCE = 1e-6  # of shares that sum to 1 and factors with mean 1: tables are written with 6 to 9 digits
LENGTHS = ("length_low_m", "length_m", "length_high_m")
_SIZES = ("beam_m", "draught_loaded_m", "draught_empty_m", "air_draught_loaded_m", "air_draught_empty_m", "load_mean_tonne", "power_kw")
_TABLES: dict[str, tuple[str, ...]] = {
    "classes": ("class_id", "group", "name", "cemt", "share", *LENGTHS, *_SIZES, "speed_loaded_m_s", "speed_empty_m_s"),
    "profile_month": ("group", "month", "factor"),
    "profile_day": ("group", "weekday", "factor"),
    "profile_hour": ("group", "hour", "factor"),
    "od": ("group", "origin", "destination", "direction", "share"),
    "cargo": ("group", "cargo", "n_cone", "share"),
    "loading": ("group", "direction", "loaded_share"),
    "flags": ("group", "flag", "share"),
}
_LIMITS = {"od": ("max_length_m", "max_beam_m")}  # columns that may be absent and cells that may be empty: no limit
_KEYS = {
    "classes": ("class_id",),
    "od": ("group", "origin", "destination"),
    "cargo": ("group", "cargo", "n_cone"),
    "loading": ("group", "direction"),
    "flags": ("group", "flag"),
}


@dataclass(frozen=True, slots=True, eq=False)
class ShipTables:
    """The validated tables that ships are drawn from; one row per table row, with its `source` and `quality`.

    Two objects are never equal, so that what is derived from one can be cached by it: change no frame in place, make a new object.

    Parameters
    ----------
    dataset : str
        Namespace of the ships' ids.
    classes : DataFrame
        Ship classes: share within the group, sizes (m), mean load (t), speeds (m/s).
    profile_month, profile_day, profile_hour : DataFrame
        Factors with mean 1 per group; weekday 1 is Monday, hour 0 begins at local midnight.
    od : DataFrame
        Relations between nodes, with direction and share per group, and the largest length and beam (m; inf: no limit).
    cargo, flags : DataFrame
        Shares of cargo with its cones, and of flag or country of residence, per group.
    loading : DataFrame
        Share of loaded ships per direction, for all groups but inland (which has a parameter).
    """

    dataset: str
    classes: pd.DataFrame
    profile_month: pd.DataFrame
    profile_day: pd.DataFrame
    profile_hour: pd.DataFrame
    od: pd.DataFrame
    cargo: pd.DataFrame
    loading: pd.DataFrame
    flags: pd.DataFrame


def read_ship_tables(folder: Path, dataset: str = "ships") -> ShipTables:
    """Read and check the tables of a folder.

    Parameters
    ----------
    folder : Path
        Holds classes.csv, profile_month.csv, profile_day.csv, profile_hour.csv, od.csv, cargo.csv, loading.csv and flags.csv.
    dataset : str
        Namespace of the ships' ids: another name gives other random numbers.

    Raises
    ------
    DataError
        With file, row, column, what is allowed and how to mend it, for the first fault.
    """
    frames = {name: _table(folder / f"{name}.csv", name) for name in _TABLES}
    classes, relations = frames["classes"], frames["od"]
    groups = set(classes["group"])
    for name, frame in frames.items():
        for group in sorted(groups - set(frame["group"]) - ({"inland"} if name == "loading" else set())):
            raise DataError(f"{folder / f'{name}.csv'}: has no rows for the group '{group}' of classes.csv; add them")
    for ship in classes.itertuples():
        of_group = relations[(relations["group"] == ship.group) & (relations["share"] > 0)]
        if not ((of_group["max_length_m"] >= ship.length_high_m) & (of_group["max_beam_m"] >= ship.beam_m)).any():
            size = f"{ship.length_high_m:g} m by {ship.beam_m:g} m"
            raise DataError(f"{folder / 'od.csv'}: the class '{ship.class_id}' ({size}) fits no relation of the group '{ship.group}'; add one or raise a limit")
    if (folder / CONVOYS).is_file():
        read_convoys(folder / CONVOYS, classes)  # a check of the sizes of the classes; nothing is drawn from it
    return ShipTables(dataset=dataset, **frames)


def _table(path: Path, name: str) -> pd.DataFrame:
    sheet = read_csv(path)
    columns = (*_TABLES[name], "source", "quality")
    limits = _LIMITS.get(name, ())
    sheet.expect_columns(columns, (*columns, *limits))
    frame = pd.DataFrame({column: sheet.number(column) if column in BOUNDS else sheet.text(column) for column in columns})
    for column in limits:
        frame[column] = sheet.number(column, empty=np.inf) if column in sheet.frame.columns else np.inf
    period = {"profile_month": ("month", 12), "profile_day": ("weekday", 7), "profile_hour": ("hour", 24)}.get(name)
    sheet.distinct(("group", period[0]) if period else _KEYS[name])
    if name == "classes":
        low, middle, high = (frame[column] for column in LENGTHS)
        sheet.refuse(((low > middle) | (middle > high)).to_numpy(), "length_m", "between length_low_m and length_high_m")
    if name == "loading":
        sheet.refuse((frame["group"] == "inland").to_numpy(), "group", "another group: inland takes the parameter loaded_share")
        short = frame.groupby("group")["direction"].nunique() < 2
        if short.any():
            raise DataError(f"{path}: the group '{short[short].index[0]}' lacks a direction; give a row each for: {allowed(DIRECTIONS.values())}")
    for group, part in frame.groupby("group"):
        if "share" in frame and abs(part["share"].sum() - 1.0) > TOLERANCE:
            raise DataError(f"{path}: column 'share' of the group '{group}' sums to {part['share'].sum():.6g}, and must sum to 1; mend the shares")
        if period and len(part) != period[1]:
            raise DataError(f"{path}: the group '{group}' has {len(part)} rows, and must have one for each {period[0]}: {period[1]}")
        if period and abs(part["factor"].mean() - 1.0) > TOLERANCE:
            raise DataError(f"{path}: column 'factor' of the group '{group}' has mean {part['factor'].mean():.6g}, and must have mean 1; divide by it")
    return frame
