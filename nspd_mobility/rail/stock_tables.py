"""The tables of rolling stock of a dataset: vehicles, and the trains composed from them.

`rolling_stock.csv` holds one vehicle a row, with the fields of `VehicleParams` (wires separated by spaces); `compositions.csv` holds one train a
row: engines or units, and wagons. `load_share` is how full the wagons are, or the unit where there are none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ..demand.sheets import Sheet, read_csv
from ..errors import DataError, allowed, nearest
from ..params.build import build_plain
from ..params.rolling_stock import RunningParams, VehicleParams
from .rolling_stock import Train, train_of

_TEXTS = ("name", "traction")
_WHOLE = ("n_seats", "n_doors")
_NOT_IN_TABLE = ("effort", "davis_newton")
_ENDING = ("source", "quality")
_FIELDS = tuple(name for name in VehicleParams.model_fields if name not in _NOT_IN_TABLE)
_COMPOSITION = ("id", "name", "engine", "n_engines", "wagon", "n_wagons", "load_share", *_ENDING)


def read_vehicles(path: Path) -> dict[str, VehicleParams]:
    """Read `rolling_stock.csv`: vehicles by id.

    Raises
    ------
    DataError
        With file, row and column, for the first fault.
    """
    sheet = read_csv(path)
    sheet.expect_columns(("id", *_FIELDS, *_ENDING), ("id", *_FIELDS, *_ENDING))
    ids = _keys(sheet)
    numbers = {name: _numbers(sheet, name) for name in _FIELDS if name not in (*_TEXTS, "wires", "is_reversible")}
    reversible = sheet.truth("is_reversible")
    vehicles = {}
    for k, key in enumerate(ids):
        values: dict[str, Any] = {name: int(column[k]) if name in _WHOLE else float(column[k]) for name, column in numbers.items()}
        values |= {name: str(sheet.frame[name][k]).strip() for name in _TEXTS}
        wires = tuple(str(sheet.frame["wires"][k]).split())
        vehicles[key] = build_plain(VehicleParams, f"{sheet.where(k)} ({key})", wires=wires, is_reversible=bool(reversible[k]), **values)
    return vehicles


def read_compositions(path: Path, vehicles: dict[str, VehicleParams], running: RunningParams | None = None) -> dict[str, Train]:
    """Read `compositions.csv`: trains by id.

    Raises
    ------
    DataError
        With file, row and column, for the first fault.
    """
    sheet = read_csv(path)
    sheet.expect_columns(_COMPOSITION, _COMPOSITION)
    ids = _keys(sheet)
    n_engines, n_wagons, shares = (_numbers(sheet, name) for name in ("n_engines", "n_wagons", "load_share"))
    trains = {}
    for k, key in enumerate(ids):
        engine, wagon = (str(sheet.frame[name][k]).strip() for name in ("engine", "wagon"))
        for column, value in (("engine", engine), ("wagon", wagon)):
            if value not in vehicles and (value or column == "engine"):
                hint = nearest(value, vehicles)
                raise DataError(f"{sheet.where(k)}: column '{column}' holds '{value}', which is no vehicle{hint}; there are: {allowed(vehicles)}")
        if (n_wagons[k] > 0) != bool(wagon):
            raise DataError(f"{sheet.where(k)}: wagon and n_wagons must both be given, or wagon be empty and n_wagons 0")
        share = float(shares[k])
        parts: list[tuple[VehicleParams, int, float]] = [(vehicles[engine], n_engines[k], 0.0 if wagon else share)]
        if wagon:
            parts.append((vehicles[wagon], n_wagons[k], share))
        try:
            trains[key] = train_of(parts, name=key, running=running)
        except DataError as error:
            raise DataError(f"{sheet.where(k)}: {error}") from None
    return trains


def _keys(sheet: Sheet) -> list[str]:
    sheet.distinct(("id",))
    sheet.text("source")
    sheet.text("quality")
    return [str(key) for key in sheet.text("id")]


def _numbers(sheet: Sheet, column: str) -> list[Any]:
    values = pd.to_numeric(sheet.frame[column], errors="coerce")
    is_whole = column.startswith("n_")
    bad = values.isna() | (values < 0.0) | ((values % 1.0 != 0.0) & is_whole)
    sheet.refuse(bad.to_numpy(), column, "a whole number of 0 or more" if is_whole else "a number of 0 or more")
    return [int(value) if is_whole else float(value) for value in values]
