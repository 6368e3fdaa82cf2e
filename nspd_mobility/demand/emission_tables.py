"""The tables of ships' engines: how old they are, what they emit per kWh by year of build, and how that changes at part load.

- `engines.csv`: per group and length, shape and scale of the Weibull distribution of an engine's age.
- `emission_factors.csv`: per group, year of build and power, g/kWh of CO2, NOx, PM10 and fuel. A row holds from its year until the year of
  the next row, so that no year falls between two rows.
- `part_load.csv`: factors on those by load, straight between the rows and level outside them. CO2 and fuel share one curve; the curves
  of NOx are the columns ``nox_<name>_factor``, and each row of the factors names its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError, allowed, nearest
from .sheets import GROUPS, Sheet, read_csv

_ENDING = ("source", "quality")
_ENGINES = ("group", "max_length_m", "weibull_shape", "weibull_scale_years")
_FACTORS = ("group", "from_year", "min_power_kw", "co2_g_kwh", "nox_g_kwh", "pm10_g_kwh", "fuel_g_kwh", "nox_curve")
_LOADS = ("load_share", "co2_factor", "pm10_factor")
_ABOVE_0 = ("weibull_shape", "weibull_scale_years", "co2_g_kwh", "fuel_g_kwh", "max_length_m")


@dataclass(frozen=True, slots=True, eq=False)
class EmissionTables:
    """The validated tables of engines and what they emit.

    Attributes
    ----------
    engines : DataFrame
        group, max_length_m (inf: no limit), weibull_shape, weibull_scale_years; by group and length.
    factors : DataFrame
        group, from_year, min_power_kw, co2_g_kwh, nox_g_kwh, pm10_g_kwh, fuel_g_kwh, nox_curve; by group, year and power.
    part_load : DataFrame
        load_share, co2_factor, pm10_factor and one nox_<curve>_factor per curve; by load.
    """

    engines: pd.DataFrame
    factors: pd.DataFrame
    part_load: pd.DataFrame

    @property
    def nox_curves(self) -> list[str]:
        """The names of the NOx curves, in the order of the columns."""
        return _curves(list(self.part_load.columns))


def read_emission_tables(folder: Path) -> EmissionTables:
    """Read and check the tables of a folder.

    Parameters
    ----------
    folder : Path
        Holds engines.csv, emission_factors.csv and part_load.csv.

    Raises
    ------
    DataError
        With file, row, column, what is allowed and how to mend it, for the first fault.
    """
    return EmissionTables(
        engines=_engines(folder / "engines.csv"),
        part_load=(loads := _part_load(folder / "part_load.csv")),
        factors=_factors(folder / "emission_factors.csv", _curves(list(loads.columns))),
    )


def _engines(path: Path) -> pd.DataFrame:
    sheet = read_csv(path)
    sheet.expect_columns((*_ENGINES, *_ENDING), (*_ENGINES, *_ENDING))
    sheet.distinct(("group", "max_length_m"))
    frame = _frame(sheet, _ENGINES, empty={"max_length_m": np.inf}).sort_values(["group", "max_length_m"], ignore_index=True)
    _every_group(path, frame)
    for group, part in frame.groupby("group"):
        if np.isfinite(part["max_length_m"].max()):
            raise DataError(f"{path}: the longest ships of the group '{group}' have no row; leave max_length_m of its last row empty")
    return frame


def _factors(path: Path, curves: list[str]) -> pd.DataFrame:
    sheet = read_csv(path)
    sheet.expect_columns((*_FACTORS, *_ENDING), (*_FACTORS, *_ENDING))
    sheet.distinct(("group", "from_year", "min_power_kw"))
    frame = _frame(sheet, _FACTORS)
    odd = ~frame["nox_curve"].isin(curves).to_numpy()
    hint = nearest(str(frame["nox_curve"][odd].iloc[0]), curves) if odd.any() else ""
    sheet.refuse(odd, "nox_curve", f"a curve of part_load.csv: {allowed(curves)}{hint}")
    _every_group(path, frame)
    for (group, year), part in frame.groupby(["group", "from_year"]):
        if part["min_power_kw"].min() > 0.0:
            raise DataError(f"{path}: the group '{group}' has no row for engines of the smallest power from {year:.0f}; add one with min_power_kw 0")
    return frame.sort_values(["group", "from_year", "min_power_kw"], ignore_index=True)


def _part_load(path: Path) -> pd.DataFrame:
    sheet = read_csv(path)
    curves = [f"nox_{name}_factor" for name in _curves([str(name) for name in sheet.frame.columns])]
    sheet.expect_columns((*_LOADS, *_ENDING), (*_LOADS, *curves, *_ENDING))
    if not curves:
        raise DataError(f"{path}: holds no curve of NOx; add a column named nox_<curve>_factor")
    sheet.distinct(("load_share",))
    return _frame(sheet, (*_LOADS, *curves)).sort_values("load_share", ignore_index=True)


def _curves(columns: list[str]) -> list[str]:
    return [name.removeprefix("nox_").removesuffix("_factor") for name in columns if name.startswith("nox_") and name.endswith("_factor")]


def _every_group(path: Path, frame: pd.DataFrame) -> None:
    for group in GROUPS:
        if group not in set(frame["group"]):
            raise DataError(f"{path}: has no rows for the group '{group}'; add them")


def _frame(sheet: Sheet, columns: tuple[str, ...], empty: dict[str, float] | None = None) -> pd.DataFrame:
    sheet.text("source")
    sheet.text("quality")
    texts = ("group", "nox_curve")
    return pd.DataFrame({name: sheet.text(name) if name in texts else _numbers(sheet, name, (empty or {}).get(name)) for name in columns})


def _numbers(sheet: Sheet, column: str, empty: float | None) -> npt.NDArray[np.float64]:
    raw: pd.Series[Any] = sheet.frame[column].astype("str").str.strip()
    values = pd.to_numeric(raw, errors="coerce").to_numpy(dtype=np.float64)
    bad = ~np.isfinite(values) | (values < 0.0)
    must = "a number of 0 or more"
    if column in _ABOVE_0 or column.endswith("_factor"):
        bad, must = bad | (values <= 0.0), "a number above 0"
    if column == "load_share":
        bad, must = bad | (values <= 0.0) | (values > 1.0), "a number above 0, and 1 at the most"
    if column == "from_year":
        bad, must = bad | (values < 1900.0) | (values > 2200.0) | (values != np.floor(values)), "a year from 1900 to 2200"
    is_empty = (raw == "").to_numpy() & (empty is not None)
    sheet.refuse(bad & ~is_empty, column, must)
    return np.where(is_empty, np.nan if empty is None else empty, values)
