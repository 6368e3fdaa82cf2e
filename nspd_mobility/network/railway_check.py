"""Checks of a railway's frames: what can't be a railway at all, told by table, id and column.

One function per question, each raises `DataError` for the first fault. They hold for frames made by hand and for files alike; what
only a drawing can show (a length that is far off its line) is checked where the files are read.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError, allowed, nearest
from .geojson import COUNTRIES

NODE_KINDS = ("joint", "switch", "ladder", "crossing", "buffer", "boundary")
PLACE_KINDS = ("station", "stop", "yard", "junction", "loop", "border")
ELECTRIFICATION = ("none", "3kv", "1.5kv")
PROTECTION = ("guarded", "unguarded")
ENDS = (("from", "from_node", "from_side"), ("to", "to_node", "to_side"))
_ALL = ("country", "source", "quality", "note", "measure")
_DRAWN = ("lon_deg", "lat_deg")

# The columns of each frame with the value of those that may be left out; None: must be given.
SECTION_DEFAULTS: dict[str, Any] = {
    "line": "",
    "track": "",
    "km_from": np.nan,
    "km_to": np.nan,
    "from_node": None,
    "from_side": 1,
    "to_node": None,
    "to_side": 0,
    "length_m": None,
    "speed_m_s": None,
    "speed_back_m_s": None,  # as speed_m_s
    "signal_to": True,
    "signal_from": True,
    "gradient_permille": 0.0,
    "electrification": "none",
    "place": "",
    "platform_m": 0.0,
    "bridge": "",
    **dict.fromkeys(_ALL, ""),
}
NODE_DEFAULTS: dict[str, Any] = {"kind": "joint", "conflict": "", "name": "", **dict.fromkeys(_ALL, ""), **dict.fromkeys(_DRAWN, np.nan)}
PLACE_DEFAULTS: dict[str, Any] = {
    "name": "",
    "kind": "station",
    "run_round_s": 0.0,
    "in_district": True,
    "capacity": -1,
    "stop_code": "",  # of the station in a GTFS feed
    **dict.fromkeys(_ALL, ""),
    **dict.fromkeys(_DRAWN, np.nan),
}
CROSSING_DEFAULTS: dict[str, Any] = {"section": None, "position_m": None, "protection": None, "name": "", **dict.fromkeys(_ALL, "")}
_NUMBERS = {
    "length_m": (0.1, 100_000.0),
    "speed_m_s": (0.0, 100.0),
    "speed_back_m_s": (0.0, 100.0),
    "gradient_permille": (-50.0, 50.0),
    "platform_m": (0.0, 2_000.0),
    "from_side": (0, 1),
    "to_side": (0, 1),
    "run_round_s": (0.0, 86_400.0),
    "capacity": (-1, 10_000),
    "position_m": (0.0, 100_000.0),
}
_WHOLE = ("from_side", "to_side", "capacity")
_TRUTH = ("signal_to", "signal_from", "in_district")
_OPTIONAL_NUMBERS = ("km_from", "km_to", *_DRAWN)
KM_TOLERANCE_SHARE = 0.01  # kilometres and length of one section are two spellings of one thing


@dataclass(frozen=True, slots=True)
class Where:
    """How messages name the tables: their files, or what they are called in Python."""

    sections: str = "sections"
    nodes: str = "nodes"
    places: str = "places"
    crossings: str = "crossings"


def complete(frame: pd.DataFrame, defaults: dict[str, Any], where: str) -> pd.DataFrame:
    """Return a frame indexed by id, with all columns, of their types.

    Raises
    ------
    DataError
        For an unknown or missing column, an id that comes twice or is empty, or a cell that is no number or truth value.
    """
    frame = frame if "id" in frame.columns else frame.rename_axis("id").reset_index()
    for column in map(str, frame.columns):
        if column not in defaults and column != "id":
            raise DataError(f"{where}: unknown column '{column}'{nearest(column, defaults)}; allowed are: id, {allowed(defaults, limit=40)}")
    for column, value in defaults.items():
        if value is None and column not in frame.columns and column != "speed_back_m_s":
            raise DataError(f"{where}: column '{column}' is missing; add it")
    ids = frame["id"].astype("str")
    if (ids == "").any():
        raise DataError(f"{where}, row {int((ids == '').argmax()) + 1}: the id is empty; give each row an id of its own")
    if ids.duplicated().any():
        raise DataError(f"{where}: the id '{ids[ids.duplicated()].iloc[0]}' stands there twice; give each row an id of its own")
    index = pd.Index(ids, name="id", dtype="object")
    columns = {}
    for column, value in defaults.items():
        if column in frame.columns:
            columns[column] = _typed(frame[column], column, index, where)
        elif column == "speed_back_m_s":
            columns[column] = columns["speed_m_s"].copy()
        else:
            columns[column] = np.full(len(frame), value) if not isinstance(value, str) else np.array([value] * len(frame), dtype=object)
    return pd.DataFrame(columns, index=index)


def _typed(cells: pd.Series[Any], column: str, index: pd.Index[Any], where: str) -> npt.NDArray[Any]:
    if column in _TRUTH:
        texts = cells.astype("str").str.strip().str.lower()
        _refuse(~texts.isin(["true", "false", "1", "0"]).to_numpy(), cells, column, index, where, "true or false")
        return texts.isin(["true", "1"]).to_numpy()
    if column in _NUMBERS or column in _OPTIONAL_NUMBERS:
        numbers = pd.to_numeric(cells, errors="coerce").to_numpy(dtype="float64")
        if column in _OPTIONAL_NUMBERS:
            is_empty = (cells.isna() | (cells.astype("str") == "")).to_numpy(dtype=bool)
            _refuse(~np.isfinite(numbers) & ~is_empty, cells, column, index, where, "a number, or empty")
            return numbers
        low, high = _NUMBERS[column]
        _refuse(~((numbers >= low) & (numbers <= high)), cells, column, index, where, f"a number from {low:g} to {high:g}")
        if column in _WHOLE:
            _refuse(numbers != np.floor(numbers), cells, column, index, where, f"a whole number from {low:g} to {high:g}")
            return numbers.astype("int64")
        return numbers
    return cells.fillna("").astype("str").str.strip().to_numpy(dtype=object)


def _refuse(bad: npt.NDArray[np.bool_], cells: pd.Series[Any], column: str, index: pd.Index[Any], where: str, must: str) -> None:
    if bad.any():
        row = int(bad.argmax())
        value = cells.iloc[row]
        shown = "nothing" if pd.isna(value) or value == "" else repr(value.item() if isinstance(value, np.generic) else value)
        raise DataError(f"{where}: '{index[row]}': {column} is {shown}; it must be {must}")


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a frame; a cell may be anything."""
    yield from frame.itertuples()


def check_words(frame: pd.DataFrame, column: str, words: Collection[str], where: str, what: str = "allowed are") -> None:
    """Refuse a cell that is none of some words."""
    for row, value in frame[column].items():
        if value not in words:
            known = [word for word in words if word]
            hint = nearest(str(value), known)
            raise DataError(f"{where}: '{row}': {column} '{value}' is unknown{hint}; {what}: {allowed(known, limit=60) or 'none'}")


def check_frames(
    sections: pd.DataFrame, nodes: pd.DataFrame, places: pd.DataFrame, crossings: pd.DataFrame, bridges: Collection[str] | None, at: Where
) -> None:
    """Check completed frames against each other.

    Parameters
    ----------
    bridges : collection of str or None
        Nodes of the waterway that are movable bridges; None: the names of bridges are not checked.
    """
    check_words(nodes, "kind", NODE_KINDS, at.nodes)
    check_words(places, "kind", PLACE_KINDS, at.places)
    check_words(sections, "electrification", ELECTRIFICATION, at.sections)
    for frame, where in ((sections, at.sections), (nodes, at.nodes), (places, at.places), (crossings, at.crossings)):
        check_words(frame, "country", ("", *COUNTRIES), where)
    for _, node, _ in ENDS:
        check_words(sections, node, set(nodes.index), at.sections, "nodes are")
    check_words(sections, "place", {"", *places.index}, at.sections, "places are")
    if bridges is not None:
        check_words(sections, "bridge", {"", *bridges}, at.sections, "movable bridges of the waterway are")
    check_sections(sections, at.sections)
    check_overlap(sections, at.sections)
    check_degree(sections, nodes, at.nodes)
    check_end_signals(sections, nodes, at.sections)
    check_places(sections, places, at.places)
    check_crossings(crossings, sections, at.crossings)


def check_sections(sections: pd.DataFrame, where: str) -> None:
    """Refuse a section from a node to itself, without a direction, with a platform beyond its length, or with other kilometres than metres."""
    for row in rows_of(sections):
        if row.from_node == row.to_node:
            raise DataError(f"{where}: '{row.Index}' begins and ends at '{row.from_node}'; a section joins two nodes")
        if row.speed_m_s == 0 and row.speed_back_m_s == 0:
            raise DataError(f"{where}: '{row.Index}': speed_m_s and speed_back_m_s are both 0; give the speed of at least one direction")
        if row.platform_m > row.length_m:
            raise DataError(f"{where}: '{row.Index}': the platform of {row.platform_m:g} m is longer than the section, {row.length_m:g} m; mend one of both")
        by_km = 1000 * abs(row.km_to - row.km_from)
        if abs(by_km - row.length_m) > max(1.0, KM_TOLERANCE_SHARE * row.length_m):
            raise DataError(f"{where}: '{row.Index}': length_m is {row.length_m:g} and km_from to km_to is {by_km:.0f} m; mend one of both")


def check_overlap(sections: pd.DataFrame, where: str) -> None:
    """Refuse two sections that lie over each other: the same line and track, and kilometres that both cover."""
    placed = sections[sections["km_from"].notna() & sections["km_to"].notna()]
    for (line, track), part in placed.groupby(["line", "track"], sort=True):
        begin, end = part[["km_from", "km_to"]].min(axis=1), part[["km_from", "km_to"]].max(axis=1)
        order = begin.sort_values(kind="stable").index
        for one, other in itertools.pairwise(order):
            if begin[other] < end[one] - 1e-6:
                both = f"km {begin[other]:g} to {min(end[one], end[other]):g}"
                raise DataError(f"{where}: '{one}' and '{other}' overlap: both are {both} of line {line}, track '{track}'; mend their kilometres or remove one")


def ends_at(sections: pd.DataFrame) -> dict[str, dict[int, list[str]]]:
    """Return the sections that lie on each side of each node."""
    found: dict[str, dict[int, list[str]]] = {}
    for _, node, side in ENDS:
        for section, at, on in zip(sections.index, sections[node], sections[side], strict=True):
            found.setdefault(at, {0: [], 1: []})[int(on)].append(section)
    return found


def check_degree(sections: pd.DataFrame, nodes: pd.DataFrame, where: str) -> None:
    """Refuse a node with another number of sections on its sides than its kind has."""
    rules = {
        "joint": ("one section on each side", {(1, 1)}),
        "switch": ("one section on one side and two on the other", {(1, 2)}),
        "crossing": ("two sections on each side", {(2, 2)}),
        "buffer": ("one section", {(0, 1)}),
        "boundary": ("one section", {(0, 1)}),
    }
    ends = ends_at(sections)
    for node, kind in nodes["kind"].items():
        at = ends.get(str(node), {0: [], 1: []})
        few, many = sorted((len(at[0]), len(at[1])))
        if kind == "ladder":
            must, is_right = "one section on one side and two or more on the other", few == 1 and many >= 2
        else:
            must, is_right = rules[kind][0], (few, many) in rules[kind][1]
        if not is_right:
            sides = "; ".join(f"side {side}: {', '.join(at[side]) or 'none'}" for side in (0, 1))
            raise DataError(f"{where}: '{node}' is a {kind} and must have {must}; it has {sides}; mend from_side, to_side or the kind")


def check_end_signals(sections: pd.DataFrame, nodes: pd.DataFrame, where: str) -> None:
    """Refuse a track that runs to a buffer or a boundary without a signal there: a train must be able to stop at the end of its path."""
    for end, node, _ in ENDS:
        is_end = nodes["kind"].reindex(sections[node]).isin(["buffer", "boundary"]).to_numpy()
        speed = "speed_m_s" if end == "to" else "speed_back_m_s"
        bad = is_end & ~sections[f"signal_{end}"].to_numpy(dtype=bool) & (sections[speed].to_numpy() > 0)
        if bad.any():
            section = sections.index[bad][0]
            raise DataError(f"{where}: '{section}' ends at {sections[node][section]}, the end of a path, without a signal; set signal_{end} to true")


def check_places(sections: pd.DataFrame, places: pd.DataFrame, where: str) -> None:
    """Refuse a place that no section names."""
    for place in sorted(set(places.index) - set(sections["place"])):
        raise DataError(f"{where}: '{place}' has no track; name it in the column 'place' of a section, or remove it")


def check_crossings(crossings: pd.DataFrame, sections: pd.DataFrame, where: str) -> None:
    """Refuse a level crossing on an unknown section, or beyond its end."""
    check_words(crossings, "section", set(sections.index), where, "sections are")
    check_words(crossings, "protection", PROTECTION, where)
    for row in rows_of(crossings):
        length_m = sections["length_m"][row.section]
        if row.position_m > length_m:
            raise DataError(f"{where}: '{row.Index}' lies at {row.position_m:g} m of '{row.section}', which is {length_m:g} m long; mend position_m")
