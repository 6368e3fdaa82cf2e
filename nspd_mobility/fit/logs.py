"""Logs as people have them: read from CSV, Parquet or a DataFrame, columns found by name, alias or map, times made UTC.

A missing cell is allowed everywhere but is never filled in. What is not empty and can't be read is a fault of the file, told by
line and column. Times are ISO; without a zone they are local (Europe/Amsterdam). A local time in the hour that the change of
clocks skips does not exist, one in the hour that it repeats is two times: both are refused by line, or left empty on request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..demand.sheets import GROUPS, Sheet, read_csv, read_parquet
from ..errors import DataError, UsageError, allowed, nearest
from ..params.tree import load_yaml
from ..units import LOCAL_ZONE
from .result import Dropped, Floats

AMBIGUOUS = ("error", "drop")
STEPS_S = (60.0, 30.0, 15.0, 10.0, 5.0, 1.0)
_SHARE_OF_STEP = 0.95
YEARS = (1980, 2199)  # a date outside is a fault of an export, such as the year 1900 for an empty cell


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of log holds: its times in their order, its other columns, and those that must be there."""

    name: str
    times: tuple[str, ...]
    texts: tuple[str, ...]
    numbers: dict[str, tuple[float, float]]
    required: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read."""
        return (*self.texts, *self.times, *self.numbers)


PASSAGES = Form(
    "passages",
    ("arrival", "entry_start", "moored", "doors_close", "exit_start", "exit"),
    ("ship_id", "class_id", "group", "side", "chamber"),
    {"length_m": (1.0, 500.0)},
    ("side", "chamber", "arrival"),
)
LOCKAGES = Form(
    "lockages",
    ("doors_close", "doors_closed", "levelled", "doors_open"),
    ("chamber", "direction"),
    {},
    ("chamber", "doors_close", "doors_closed", "levelled", "doors_open"),
)
BRIDGES = Form(
    "bridges",
    ("road_closed", "opening", "open", "closing", "road_open"),
    ("bridge",),
    {"n_ships": (0.0, 1000.0)},
    ("bridge", "road_closed", "open", "closing", "road_open"),
)
LEVELS = Form("levels", ("time",), (), {"sea_m_nap": (-20.0, 20.0), "canal_m_nap": (-20.0, 20.0)}, ("time", "sea_m_nap", "canal_m_nap"))
FORMS = {form.name: form for form in (PASSAGES, LOCKAGES, BRIDGES, LEVELS)}

# Names that logs use, in small letters with underscores; each is read as the column on its right.
ALIASES = {
    **dict.fromkeys(("id", "mmsi", "eni", "imo", "vessel_id", "ship", "schip", "scheepsnummer", "reisnummer"), "ship_id"),
    **dict.fromkeys(("class", "rws_class", "klasse", "rws_klasse"), "class_id"),
    **dict.fromkeys(("groep", "vessel_group"), "group"),
    **dict.fromkeys(("zijde",), "side"),
    **dict.fromkeys(("kolk", "sluiskolk", "lock_chamber"), "chamber"),
    **dict.fromkeys(("aankomst", "arrival_time", "ata"), "arrival"),
    **dict.fromkeys(("entry_begin", "invaart_begin", "begin_invaart"), "entry_start"),
    **dict.fromkeys(("afgemeerd", "entry_end", "invaart_einde", "einde_invaart"), "moored"),
    **dict.fromkeys(("doors_closing", "deuren_sluiten", "begin_sluiten"), "doors_close"),
    **dict.fromkeys(("deuren_gesloten", "deuren_dicht"), "doors_closed"),
    **dict.fromkeys(("genivelleerd", "levelling_end", "gelijk_water"), "levelled"),
    **dict.fromkeys(("deuren_open", "deuren_geopend", "doors_opened"), "doors_open"),
    **dict.fromkeys(("exit_begin", "uitvaart_begin", "begin_uitvaart"), "exit_start"),
    **dict.fromkeys(("exit_end", "uitvaart_einde", "einde_uitvaart", "departure"), "exit"),
    **dict.fromkeys(("length", "lengte", "lengte_m", "loa", "loa_m"), "length_m"),
    **dict.fromkeys(("richting",), "direction"),
    **dict.fromkeys(("brug",), "bridge"),
    **dict.fromkeys(("weg_dicht", "weg_gesloten"), "road_closed"),
    **dict.fromkeys(("weg_open", "weg_vrij"), "road_open"),
    **dict.fromkeys(("brug_open", "bridge_open"), "open"),
    **dict.fromkeys(("brug_sluit", "bridge_closing"), "closing"),
    **dict.fromkeys(("ships", "schepen", "n_schepen", "aantal_schepen"), "n_ships"),
    **dict.fromkeys(("timestamp", "datetime", "tijd", "tijdstip", "datum_tijd"), "time"),
    **dict.fromkeys(("sea", "buitenpeil", "buitenpeil_m_nap"), "sea_m_nap"),
    **dict.fromkeys(("canal", "binnenpeil", "binnenpeil_m_nap", "kanaalpeil", "kanaalpeil_m_nap"), "canal_m_nap"),
}
WORDS: dict[str, dict[str, str]] = {
    "side": {"sea": "sea", "canal": "canal", "zee": "sea", "kanaal": "canal", "zeezijde": "sea", "kanaalzijde": "canal"},
    "group": {**{g: g for g in GROUPS}, "binnenvaart": "inland", "zeevaart": "sea", "recreatie": "recreation", "recreatievaart": "recreation"},
    "direction": {"to_canal": "to_canal", "to_sea": "to_sea", "naar_kanaal": "to_canal", "naar_zee": "to_sea"},
}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Names of a user's own: columns per log, and words per column (a chamber that the log calls W)."""

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Log:
    """A log as read: one row per row of the file, times in seconds since 1970 (UTC), nan where a cell is empty.

    `clock_s` are the moments, taken as the first of the two, of cells that a change of clocks left without a sure time.
    """

    form: Form
    sheet: Sheet
    frame: pd.DataFrame
    dropped: list[Dropped]
    clock_s: Floats

    @property
    def name(self) -> str:
        """Name of the file, or of the kind of log."""
        return self.sheet.path.name

    @property
    def step_s(self) -> float:
        """Time step in which nearly all times are written (s): 60 for whole minutes; below a second 0."""
        seconds = self.frame[[f"{name}_s" for name in self.form.times]].to_numpy().ravel()
        seconds = seconds[np.isfinite(seconds)]
        for step in STEPS_S:
            if seconds.size and (np.abs(seconds / step - np.round(seconds / step)) * step < 0.0005).mean() > _SHARE_OF_STEP:
                return step
        return 0.0


def read_columns_file(path: Path) -> ColumnMap:
    """Read a map of columns: a section per log with ``our name: name in the file``, and `words` per column.

    Raises
    ------
    DataError
        For an unknown section or column, with the nearest spelling.
    """
    tree = load_yaml(path)
    tree.expect_keys((*FORMS, "words"), "a map of columns")
    columns: dict[str, dict[str, str]] = {}
    for name, form in FORMS.items():
        section = tree.branch(name)
        section.expect_keys(form.columns, f"the columns of {name}")
        columns[name] = {key: section.text(key) for key in section}
    words = tree.branch("words")
    words.expect_keys(("side", "group", "direction", "chamber", "bridge", "class_id"), "words")
    return ColumnMap(columns, {key: {word: words.branch(key).text(word) for word in words.branch(key)} for key in words})


def read_log(source: pd.DataFrame | str | Path, form: Form, names: ColumnMap | None = None, ambiguous: str = "error") -> Log:
    """Read a log.

    Parameters
    ----------
    source : DataFrame, str or Path
        A table, or a CSV or Parquet file.
    form : Form
    names : ColumnMap, optional
    ambiguous : str
        What becomes of local times that a change of clocks skips or repeats: error, or drop (the cells are left empty).

    Raises
    ------
    DataError
        For a file or cell that can't be used, with its line and what is allowed.
    UsageError
        For another word of `ambiguous`.
    """
    if ambiguous not in AMBIGUOUS:
        raise UsageError(f"ambiguous is '{ambiguous}'{nearest(ambiguous, AMBIGUOUS)}; allowed are: {allowed(AMBIGUOUS)}")
    sheet = _open(source, form)
    found = _find_columns(sheet, form, names or ColumnMap())
    sheet = Sheet(sheet.path, sheet.frame[list(found.values())].set_axis(list(found), axis=1), sheet.lines)
    words = (names or ColumnMap()).words
    n = len(sheet.frame)
    columns: dict[str, Any] = {}
    dropped: list[Dropped] = []
    clock: list[Floats] = []
    for column in form.texts:
        columns[column] = _words(sheet, column, words.get(column, {})) if column in found else pd.array([""] * n, dtype="str")
    for column in form.numbers:
        columns[column] = _numbers(sheet, column, form, dropped) if column in found else np.full(n, np.nan)
    for column in form.times:
        seconds, clocked = _times(sheet, column, found[column], ambiguous) if column in found else (np.full(n, np.nan), np.zeros(0))
        columns[f"{column}_s"] = seconds
        clock.append(clocked)
    clock_s = np.concatenate(clock)
    if clock_s.size:
        dropped.append(Dropped(sheet.path.name, "cells in an hour that a change of clocks skips or repeats, left empty", clock_s.size, n * len(form.times)))
    return Log(form, sheet, pd.DataFrame(columns), dropped, clock_s)


def _open(source: pd.DataFrame | str | Path, form: Form) -> Sheet:
    if isinstance(source, pd.DataFrame):
        if source.empty:
            raise DataError(f"{form.name}: the table holds no rows; it must have at least one")
        return Sheet(Path(form.name), source.reset_index(drop=True), None)
    path = Path(source)
    if path.suffix.lower() in (".parquet", ".pq"):
        return read_parquet(path)
    if path.suffix.lower() not in (".csv", ".txt"):
        raise DataError(f"{path}: ends in '{path.suffix}'; logs are read from .csv or .parquet")
    return read_csv(path)


def _key(name: object) -> str:
    return str(name).strip().lower().replace(" ", "_").replace("-", "_")


def _find_columns(sheet: Sheet, form: Form, names: ColumnMap) -> dict[str, Any]:
    """Return for each of our columns the file's column: by the user's map, by its own name, or by an alias."""
    there: dict[str, Any] = {}
    for name in sheet.frame.columns:
        if _key(name) in there and _key(name) in {*form.columns, *ALIASES, *map(_key, names.columns.get(form.name, {}).values())}:
            raise DataError(f"{sheet.path}: column '{name}' stands in the header twice; remove one")
        there.setdefault(_key(name), name)
    given = names.columns.get(form.name, {})
    found: dict[str, Any] = {}
    for column in form.columns:
        if column in given:
            if _key(given[column]) not in there:
                hint = nearest(given[column], map(str, sheet.frame.columns))
                raise DataError(f"{sheet.path}: the map of columns reads '{column}' from '{given[column]}', which is not in the header{hint}; mend the map")
            found[column] = there[_key(given[column])]
        elif column in there:
            found[column] = there[column]
        else:
            candidates = [there[alias] for alias, meant in ALIASES.items() if meant == column and alias in there and alias not in form.columns]
            if len(candidates) > 1:
                both = " and ".join(f"'{name}'" for name in candidates)
                raise DataError(f"{sheet.path}: {both} can both be the column '{column}'; say which with a map of columns (--columns)")
            if candidates:
                found[column] = candidates[0]
    for column in form.required:
        if column not in found:
            header = [str(name) for name in sheet.frame.columns]
            hint = " (the file seems to be separated by ';': save it with commas)" if len(header) == 1 and ";" in header[0] else ""
            raise DataError(
                f"{sheet.path}: column '{column}' is missing{nearest(column, header)}{hint}; columns there are: {allowed(header)}; "
                f"add it, or give its name in a map of columns (--columns map.yaml with '{form.name}: {{{column}: NAME}}')"
            )
    return found


def _texts(sheet: Sheet, column: str) -> pd.Series[Any]:
    raw = sheet.frame[column]
    text = raw.astype("str").str.strip()
    return text.mask(raw.isna() | text.str.lower().isin(["nan", "none", "nat", "<na>", "null", "-"]), "").astype("str")


def _words(sheet: Sheet, column: str, own: Mapping[str, str]) -> Any:
    """Return the texts of a column; words of the user's own first, then the known ones, whatever their capitals."""
    text = _texts(sheet, column)
    text = text.map(lambda word: own.get(word, word)).astype("str")
    known = WORDS.get(column)
    if known is not None:
        word = text.map(_key).map({**known, "": ""})
        bad = word.isna().to_numpy()
        if bad.any():
            odd = text[bad].iloc[0]
            targets = sorted(set(known.values()))
            hint = f"one of: {allowed(targets)}{nearest(odd, known)}; other words go into a map (--columns map.yaml with 'words: {{{column}: {{{odd}: ...}}}}')"
            sheet.refuse(bad, column, hint)
        text = word.astype("str")
    return text.array


def _numbers(sheet: Sheet, column: str, form: Form, dropped: list[Dropped]) -> Floats:
    """Return the numbers of a column; a number out of bounds is left empty and told, a text is a fault."""
    text = _texts(sheet, column)
    values = pd.to_numeric(text.mask(text == ""), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan).copy()
    sheet.refuse(((text != "") & np.isnan(values)).to_numpy(), column, "a number with a decimal point, or empty")
    low, high = form.numbers[column]
    with np.errstate(invalid="ignore"):
        odd = (values < low) | (values > high)
    if odd.any():
        places = tuple(f"{sheet.where(int(row))} ({values[row]:g})" for row in np.flatnonzero(odd)[:3])
        dropped.append(Dropped(sheet.path.name, f"cells of '{column}' outside {low:g} to {high:g}, left empty", int(odd.sum()), len(values), places))
        values[odd] = np.nan
    return values


def _times(sheet: Sheet, column: str, name_in_file: Any, ambiguous: str) -> tuple[Floats, Floats]:
    """Return the times of a column (s since 1970), and the moments of cells that a change of clocks left without a sure time."""
    raw = sheet.frame[column]
    if isinstance(raw.dtype, pd.DatetimeTZDtype):  # real times with a zone: nothing to be read
        return _seconds(raw), np.zeros(0)
    texts = _texts(sheet, column)
    zoned = texts.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True) & texts.str.contains(":")
    is_empty = (texts == "").to_numpy()
    utc = pd.to_datetime(texts.where(zoned), format="ISO8601", errors="coerce", utc=True)
    naive = pd.to_datetime(texts.mask(zoned | is_empty), format="ISO8601", errors="coerce")
    local = naive.dt.tz_localize(LOCAL_ZONE, ambiguous="NaT", nonexistent="NaT")
    times = utc.where(zoned, local.dt.tz_convert("UTC"))
    unread = (times.isna() & naive.isna()).to_numpy() & ~is_empty
    unread |= ~is_empty & ~texts.str.contains(":").to_numpy(dtype=bool)  # a date alone is no moment
    shown = f"'{name_in_file}' (read as '{column}')" if str(name_in_file) != column else f"'{column}'"
    _refuse(sheet, unread, column, shown, "an ISO date and time such as 2023-10-29 02:30 (local) or 2023-10-29T00:30Z (UTC), or empty")
    year = times.dt.year.to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        _refuse(sheet, (year < YEARS[0]) | (year > YEARS[1]), column, shown, f"a time in the years {YEARS[0]} to {YEARS[1]}, or empty")
    clocked = (naive.notna() & local.isna()).to_numpy()
    if clocked.any() and ambiguous == "error":
        places = ", ".join(sheet.where(int(row)).removeprefix(f"{sheet.path}").lstrip(":, ") for row in np.flatnonzero(clocked)[:5])
        more = f" and {int(clocked.sum()) - 5} more" if clocked.sum() > 5 else ""
        row = int(np.flatnonzero(clocked)[0])
        raise DataError(
            f"{sheet.where(row)}: column {shown} holds {texts.iloc[row]!r}, in an hour that the change of clocks skips or repeats "
            f"(rows {places}{more}); write times in UTC, such as 2023-10-29T00:30Z, or leave such cells empty with --ambiguous drop"
        )
    first = naive[clocked].dt.tz_localize(LOCAL_ZONE, ambiguous=np.ones(int(clocked.sum()), dtype=bool), nonexistent="shift_forward")
    return _seconds(times), _seconds(first.dt.tz_convert("UTC"))


def _refuse(sheet: Sheet, bad: npt.NDArray[np.bool_], column: str, shown: str, must: str) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        more = f" (and {int(bad.sum()) - 1} more rows)" if bad.sum() > 1 else ""
        value = str(sheet.frame[column].iloc[row])
        raise DataError(f"{sheet.where(row)}: column {shown} holds {value!r}{more}; it must be {must}; mend the cell")


def _seconds(times: pd.Series[Any]) -> Floats:
    """Return seconds since 1970; nan where there is no time."""
    epoch = pd.Timestamp(0, tz="UTC")
    return np.asarray(((times - epoch) / pd.Timedelta(seconds=1)).to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def local_times(seconds: Any) -> pd.DatetimeIndex:
    """Return local times of seconds since 1970."""
    return pd.to_datetime(np.asarray(seconds, dtype=np.float64), unit="s", utc=True).tz_convert(LOCAL_ZONE)


def day_of(seconds: Floats) -> npt.NDArray[np.int64]:
    """Return the number of the local day of each moment; nan counts as day 0."""
    days: npt.NDArray[np.int64] = local_times(np.nan_to_num(seconds)).tz_localize(None).normalize().asi8
    return days
