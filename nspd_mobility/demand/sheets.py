"""A sheet: a table that a user wrote, read from CSV or Parquet and checked cell by cell.

Every fault is told by file, line (CSV) or row (Parquet) and column, with what is allowed and how to mend it. A column means the
same, with the same bounds, in every sheet. Times without a zone are local.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import Quality, Side
from ..errors import DataError, allowed, nearest
from ..units import LOCAL_ZONE

GROUPS = ("inland", "sea", "recreation")
DIRECTIONS = {"sea": "to_canal", "canal": "to_sea"}  # by the side of the lock where a ship arrives
_INF = float("inf")
_TINY = 1e-9  # lower bound of what must be above 0

# Kinds of columns: text, or a number between two bounds (a whole number where the name says so).
_WHOLE = ("n_cone", "n_long", "n_wide", "month", "weekday", "hour", "priority")
BOUNDS = {
    **dict.fromkeys(("max_length_m", "max_beam_m"), (_TINY, _INF)),
    **dict.fromkeys(("length_m", "length_low_m", "length_high_m", "beam_m", "speed_loaded_m_s", "speed_empty_m_s", "speed_m_s"), (_TINY, _INF)),
    **dict.fromkeys(("draught_loaded_m", "draught_empty_m", "draught_m", "load_mean_tonne", "load_tonne", "power_kw", "factor", "stay_s"), (0.0, _INF)),
    **dict.fromkeys(("air_draught_loaded_m", "air_draught_empty_m", "air_draught_m"), (0.0, _INF)),
    **dict.fromkeys(("share", "loaded_share"), (0.0, 1.0)),
    **dict.fromkeys(("arrival_s", "known_from_s", "priority"), (-_INF, _INF)),
    **dict.fromkeys(("barge_length_m", "barge_beam_m"), (_TINY, _INF)),
    **dict.fromkeys(("pusher_length_m", "pusher_beam_m"), (0.0, _INF)),
    **dict.fromkeys(("n_long", "n_wide"), (1.0, 9.0)),
    "n_cone": (0.0, 3.0),
    "month": (1.0, 12.0),
    "weekday": (1.0, 7.0),
    "hour": (0.0, 23.0),
}
_WORDS: dict[str, Collection[str]] = {
    "group": GROUPS,
    "direction": tuple(DIRECTIONS.values()),
    "side": tuple(side.word for side in Side),
    "quality": tuple(quality.word for quality in Quality),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as read, and how to point at one of its rows.

    Each method that returns a column raises `DataError` for the first cell that does not hold what the column must hold.
    """

    path: Path
    frame: pd.DataFrame
    lines: list[int] | None  # line in a text file; None: count rows

    def where(self, row: int) -> str:
        """Return file and line (CSV) or row (Parquet) of a row."""
        return f"{self.path}:{self.lines[row]}" if self.lines is not None else f"{self.path}, row {row + 1}"

    def refuse(self, bad: npt.NDArray[np.bool_], column: str, must: str) -> None:
        """Raise for the first row marked as bad."""
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            more = f" (and {int(bad.sum()) - 1} more rows)" if bad.sum() > 1 else ""
            value = self.frame[column].iloc[row]
            shown = "nothing" if pd.isna(value) or value == "" else repr(value.item() if isinstance(value, np.generic) else value)
            raise DataError(f"{self.where(row)}: column '{column}' holds {shown}{more}; it must be {must}; mend the cell")

    def expect_columns(self, required: Collection[str], known: Collection[str]) -> None:
        """Refuse a header that lacks a required column, or has an unknown one or one twice."""
        names = [str(name) for name in self.frame.columns]
        hint = " (the file seems to be separated by ';': save it with commas)" if len(names) == 1 and ";" in names[0] else ""
        for name in required:
            if name not in names:
                raise DataError(f"{self.path}: column '{name}' is missing{nearest(name, set(names) - set(known))}{hint}; add it to the header")
        for name in names:
            if name not in known:
                raise DataError(f"{self.path}: unknown column '{name}'{nearest(name, known)}{hint}; allowed are: {allowed(known)}")
            if names.count(name) > 1:
                raise DataError(f"{self.path}: column '{name}' stands in the header twice; remove one")

    def number(self, column: str, empty: float | None = None) -> pd.Series[Any]:
        """Return the numbers of a column, within its bounds; an empty cell is `empty`, or a fault if that is None."""
        low, high = BOUNDS[column]
        raw = self.frame[column]
        values = pd.to_numeric(raw, errors="coerce").astype("float64")
        is_empty = (raw.isna() | (raw.astype("str").str.strip() == "")).to_numpy(dtype=bool) & (empty is not None)
        numbers = values.to_numpy()
        whole = column in _WHOLE
        bad = ~np.isfinite(numbers) | (numbers < low) | (numbers > high)
        if whole:
            bad |= numbers != np.floor(numbers)
        kind = "a whole number" if whole else "a number"
        bound = " above 0" if low == _TINY else f" from {low:g} to {high:g}" if high < _INF else f" of {low:g} or more" if low > -_INF else ""
        self.refuse(bad & ~is_empty, column, kind + bound)
        if empty is not None:
            values = values.mask(is_empty, empty)
        return values.astype("int64") if whole else values

    def text(self, column: str) -> pd.Series[Any]:
        """Return the texts of a column, stripped; none is empty, and each is an allowed word where the column has such."""
        raw = self.frame[column]
        values = raw.astype("str").str.strip()
        self.refuse((raw.isna() | (values == "")).to_numpy(dtype=bool), column, "filled in")
        words = _WORDS.get(column)
        if words is not None:
            odd = ~values.isin(list(words)).to_numpy()
            hint = nearest(values[odd].iloc[0], words) if odd.any() else ""
            self.refuse(odd, column, f"one of: {allowed(words)}{hint}")
        return values

    def truth(self, column: str) -> pd.Series[Any]:
        """Return the truth values of a column: true, false, 1 or 0."""
        values = self.frame[column].astype("str").str.strip().str.lower().map({"true": True, "1": True, "false": False, "0": False})
        self.refuse(values.isna().to_numpy(), column, "true or false")
        return values.astype("bool")

    def times(self, column: str) -> pd.Series[Any]:
        """Return UTC times; a time without a zone is local."""
        raw = self.frame[column]
        # Parquet may hold real times; their text has the zone where there is one, so that one path serves both.
        texts = raw.astype("str").str.strip()
        zoned = texts.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True) & texts.str.contains(":")
        utc = pd.to_datetime(texts.where(zoned), format="ISO8601", errors="coerce", utc=True)
        naive = pd.to_datetime(texts.mask(zoned), format="ISO8601", errors="coerce")
        local = naive.dt.tz_localize(LOCAL_ZONE, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
        times = utc.where(zoned, local)
        must = f"an ISO time; one without a zone is {LOCAL_ZONE} and may not lie in an hour that the change of clocks skips or repeats (write the zone there)"
        self.refuse(times.isna().to_numpy(), column, must)
        return times

    def distinct(self, columns: Collection[str]) -> None:
        """Refuse a key, of one or several columns, that stands in the table twice."""
        texts = [self.frame[column].astype("str").str.strip() for column in columns]
        keys = pd.Series(["|".join(key) for key in zip(*texts, strict=True)], dtype="str")
        is_twice = keys.duplicated().to_numpy()
        if is_twice.any():
            named = list(dict.fromkeys(keys[is_twice]))
            more = f" and {len(named) - 5} more" if len(named) > 5 else ""
            names = ", ".join(f"'{name}'" for name in named[:5]) + more
            raise DataError(f"{self.where(int(is_twice.argmax()))}: {' and '.join(columns)} {names} stands in the table twice; keep one row of each")


def read_csv(path: Path) -> Sheet:
    """Read a CSV file as text, with the line of each row; blank lines are skipped.

    Raises
    ------
    DataError
        For a file that can't be read, has no rows, or a row with more or fewer cells than the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; add it or mend the name") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: can't be read as a CSV file in UTF-8 ({error})") from None
    if len(rows) < 2:
        raise DataError(f"{path}: holds no rows; it must have a header and at least one row")
    header = [name.strip() for name in rows[0][1]]
    for line, row in rows:
        if len(row) != len(header):
            raise DataError(f"{path}:{line}: has {len(row)} cells and the header {len(header)}; mend the row (a comma in a text needs quotes)")
    return Sheet(path, pd.DataFrame([row for _, row in rows[1:]], columns=header, dtype="str"), [line for line, _ in rows[1:]])


def read_parquet(path: Path) -> Sheet:
    """Read a Parquet file.

    Raises
    ------
    DataError
        For a file that can't be read, has another ending, or no rows.
    """
    if path.suffix.lower() not in (".parquet", ".pq"):
        raise DataError(f"{path}: ends in '{path.suffix}'; ships are read from .csv or .parquet")
    try:
        frame = pd.read_parquet(path)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; add it or mend the name") from None
    except (OSError, ValueError, TypeError, KeyError, NotImplementedError) as error:  # what pyarrow's errors derive from
        raise DataError(f"{path}: can't be read as a Parquet file ({str(error).splitlines()[0]})") from None
    if frame.empty:
        raise DataError(f"{path}: holds no rows; it must have at least one")
    return Sheet(path, frame.reset_index(drop=True), None)
