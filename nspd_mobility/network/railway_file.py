"""Reading a railway from a dataset, with its measures.

A folder holds sections.geojson, nodes.geojson, places.geojson, crossings.csv and measures.csv. A row whose column `measure` is empty
exists today; a row that names a measure exists only with it (`a+b`: only with both). measures.csv sets single cells of rows for
what a measure changes: a speed, a platform, the kind of a node that gets a third track. A change of a row that is not there, because
it belongs to another measure, does nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import DataError, allowed, nearest
from ..params.tree import Branch, load_yaml
from .dataset import DATASET_FILE, inside
from .geojson import features, line_length_m
from .railway import TrackNetwork
from .railway_check import CROSSING_DEFAULTS, NODE_DEFAULTS, PLACE_DEFAULTS, SECTION_DEFAULTS, Where, rows_of

LENGTH_TOLERANCE_SHARE = 0.25  # lines are drawn through estimated points
LENGTH_TOLERANCE_M = 150.0  # of short sections: a switch zone is drawn as it can be seen on a map
CHANGE_COLUMNS = ("measure", "table", "id", "column", "value", "source", "quality", "note")
_TABLES = {"sections": SECTION_DEFAULTS, "nodes": NODE_DEFAULTS, "places": PLACE_DEFAULTS, "crossings": CROSSING_DEFAULTS}


@dataclass(frozen=True, eq=False)
class RailwayPlan:
    """All rows of a railway dataset, those of measures too, and the cells that measures change.

    Attributes
    ----------
    tables : dict of str to DataFrame
        sections, nodes, places, crossings: cells as read, indexed by id.
    changes : DataFrame
        measure, table, id, column, value.
    lines : dict of str to list
        Drawn line of each section.
    bridges : collection of str or None
        Movable bridges of the waterway.
    where : Where
        The files.
    """

    tables: dict[str, pd.DataFrame]
    changes: pd.DataFrame
    lines: dict[str, list[list[float]]]
    bridges: Collection[str] | None
    where: Where

    @property
    def measures(self) -> list[str]:
        """The measures that rows or changes name, sorted."""
        named = {word for frame in self.tables.values() for cell in frame["measure"] for word in cell.split("+")}
        return sorted((named | {word for cell in self.changes["measure"] for word in cell.split("+")}) - {""})

    def network(self, measures: Iterable[str] = ()) -> TrackNetwork:
        """Return the network with these measures built."""
        chosen = set(measures)
        for name in sorted(chosen - set(self.measures)):
            raise DataError(f"unknown rail measure '{name}'{nearest(name, self.measures)}; known are: {allowed(self.measures) or 'none'}")
        tables = {name: frame[[_is_built(cell, chosen) for cell in frame["measure"]]].copy() for name, frame in self.tables.items()}
        self._change(tables, chosen)
        network = TrackNetwork.from_frames(*(tables[name] for name in _TABLES), bridges=self.bridges, where=self.where)
        lines = {section: self.lines[section] for section in map(str, network.sections.index)}
        return TrackNetwork(network.sections, network.nodes, network.places, network.crossings, lines, self)

    def _change(self, tables: dict[str, pd.DataFrame], chosen: set[str]) -> None:
        made: dict[tuple[str, str, str], tuple[str, str]] = {}
        for row in rows_of(self.changes):
            if not _is_built(str(row.measure), chosen) or row.id not in tables[str(row.table)].index:
                continue
            cell, value = (str(row.table), str(row.id), str(row.column)), str(row.value)
            measure, other = made.setdefault(cell, (str(row.measure), value))
            if other != value:
                raise DataError(
                    f"measures '{measure}' and '{row.measure}' set {row.column} of '{row.id}' ({row.table}) to {other} and {value}; "
                    "leave one out, or give the rows of both together a value under '+'"
                )
            tables[cell[0]].at[cell[1], cell[2]] = value


def _is_built(cell: str, chosen: set[str]) -> bool:
    return set(cell.split("+")) - {""} <= chosen


def read_railway(folder: Path, tree: Branch | None = None, bridges: Collection[str] | None = None, measures: Iterable[str] = ()) -> TrackNetwork:
    """Read the railway that a network dataset names.

    Parameters
    ----------
    folder : Path
        Folder with dataset.yaml, whose key ``railway`` names the folder of the rail files.
    tree : Branch, optional
        The content of dataset.yaml where it was read already.
    bridges : collection of str, optional
        Movable bridges of the waterway that sections may name.
    measures : iterable of str
        Measures that are built.

    Raises
    ------
    DataError
        For the first fault, with the file, the id and the column.
    """
    tree = load_yaml(folder / DATASET_FILE) if tree is None else tree
    name = tree.text("railway")
    path = {key: inside(folder, f"{name}/{key}.{end}", f"{tree.where}: 'railway'") for key, end in _FILES.items()}
    tables, lines = {}, {}
    for key, geometry in (("sections", "LineString"), ("nodes", "Point"), ("places", "Point")):
        rows = _rows(path[key], geometry, _TABLES[key])
        if key == "sections":
            lines = {row["id"]: row["coordinates"] for row in rows}
            for row in rows:
                _check_line(path[key], row)
        tables[key] = _table(rows, _TABLES[key], point=geometry == "Point")
    tables["crossings"] = _csv(path["crossings"], ("id", *CROSSING_DEFAULTS)).set_index("id", drop=True)
    where = Where(*(str(path[key]) for key in _TABLES))
    plan = RailwayPlan(tables, _changes(path["measures"], tables), lines, bridges, where)
    plan.network(plan.measures)  # a fault in the rows of a measure is told at once
    return plan.network(measures)


_FILES = {"sections": "geojson", "nodes": "geojson", "places": "geojson", "crossings": "csv", "measures": "csv"}


def _rows(path: Path, geometry: str, columns: dict[str, Any]) -> list[dict[str, Any]]:
    needed = tuple(name for name, value in columns.items() if value is None)
    rows = features(path, geometry, ("id", "country", "source", "quality", *needed))
    for row in rows:
        for key in row.keys() - columns.keys() - {"id", "coordinates", "type"}:
            raise DataError(f"{path}: feature {row['id']}: unknown property '{key}'{nearest(key, columns)}; allowed are: {allowed(columns, limit=40)}")
    return rows


def _table(rows: list[dict[str, Any]], columns: dict[str, Any], point: bool) -> pd.DataFrame:
    if point:
        for row in rows:
            row["lon_deg"], row["lat_deg"] = row["coordinates"][:2]
    index = pd.Index([row["id"] for row in rows], name="id", dtype="object")
    # As objects: a measure writes its text into any cell, and the types are made afterwards.
    return pd.DataFrame(
        {name: pd.Series([row.get(name, _or_default(row, name, value)) for row in rows], dtype=object, index=index) for name, value in columns.items()}
    )


def _or_default(row: dict[str, Any], name: str, value: Any) -> Any:
    return row["speed_m_s"] if name == "speed_back_m_s" else value


def _check_line(path: Path, row: dict[str, Any]) -> None:
    length, drawn = row["length_m"], line_length_m(row["coordinates"])
    if isinstance(length, int | float) and abs(drawn - length) > max(LENGTH_TOLERANCE_M, LENGTH_TOLERANCE_SHARE * length):
        raise DataError(
            f"{path}: feature {row['id']}: length_m is {length:g} and the drawn line is {drawn:.0f} m, more than {LENGTH_TOLERANCE_SHARE:.0%} apart; "
            "mend the length or the line"
        )


def _csv(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig").astype("object")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{path}: can't be read as a CSV file in UTF-8 ({str(error).splitlines()[0]})") from None
    for column in map(str, frame.columns):
        if column not in columns:
            raise DataError(f"{path}: unknown column '{column}'{nearest(column, columns)}; allowed are: {', '.join(columns)}")
    for column in columns:
        if column not in frame.columns:
            raise DataError(f"{path}: column '{column}' is missing; add it to the header")
    return frame


def _changes(path: Path, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    changes = _csv(path, CHANGE_COLUMNS)
    for row in rows_of(changes):
        where = f"{path}:{int(row.Index) + 2}"
        if row.measure == "":
            raise DataError(f"{where}: the measure is empty; name the measure that makes the change")
        for key, word, words in (("table", row.table, _TABLES), ("column", row.column, _TABLES.get(row.table, ())), ("id", row.id, ())):
            known = list(tables[row.table].index) if key == "id" else list(words)
            if word not in known:
                raise DataError(f"{where}: {key} '{word}' is unknown{nearest(word, known)}; allowed are: {allowed(known)}")
    return changes
