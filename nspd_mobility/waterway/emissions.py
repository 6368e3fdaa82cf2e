"""What a ship's engine emits: its year of build, its factors per kWh, and how they change with load.

Model: an engine's age is Weibull by group and length of the ship, from one frozen uniform per ship: age = scale (-ln(1 - u))^(1/shape), in whole
years before the simulated year. A ship thus keeps its age from one simulated year to the next, as the fleet renews itself. Emission in g is
energy times the factor of that year times the factor of the load, power over installed power.

Assumptions: one engine drives everything on board at one load; an engine is not replaced before its drawn age; years after the last row of
the table take that row. Sea ships and yachts have factors of their own that are estimates. Left out: shore power, other fuels, methane, sulphur, and
what fuel emits before it is on board (well to tank).

References
----------
TNO (2019), emission factors by engine year, and part load factors, as coded in OpenTNSim (TU Delft, MIT licence).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..demand.emission_tables import EmissionTables
from ..streams import Streams

Floats = npt.NDArray[np.float64]
STREAM = "engine-age"
OLDEST_YEARS = 120.0  # beyond all rows of the tables; keeps the year of a very small chance printable
POLLUTANTS = ("fuel", "co2", "nox", "pm10")


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Factors of ships' engines at full curves; arrays of shape (n_ship,).

    Attributes
    ----------
    g_kwh : dict of str to ndarray of float64
        Factor of fuel, co2, nox and pm10 (g/kWh).
    nox_curve : ndarray of int64
        Column of `nox_factor`.
    load_share : ndarray of float64, shape (n_load,)
        Loads of the part load curves.
    co2_factor, pm10_factor : ndarray of float64, shape (n_load,)
    nox_factor : ndarray of float64, shape (n_load, n_curve)
    """

    g_kwh: dict[str, Floats]
    nox_curve: npt.NDArray[np.int64]
    load_share: Floats
    co2_factor: Floats
    pm10_factor: Floats
    nox_factor: Floats

    def at_load(self, rows: npt.NDArray[np.intp] | slice, load_share: Floats) -> dict[str, Floats]:
        """Return g/kWh of fuel, co2, nox and pm10 for ships at a load.

        Parameters
        ----------
        rows : ndarray of int or slice
            The ships.
        load_share : ndarray of float64
            Their power over installed power, one per row.
        """
        last = self.load_share.size - 1
        place = np.interp(load_share, self.load_share, np.arange(last + 1))
        i = np.minimum(place.astype(np.intp), max(last - 1, 0))
        j = np.minimum(i + 1, last)
        part = place - i
        curve = self.nox_curve[rows]
        carbon = self.co2_factor[i] * (1.0 - part) + self.co2_factor[j] * part
        soot = self.pm10_factor[i] * (1.0 - part) + self.pm10_factor[j] * part
        nitrogen = self.nox_factor[i, curve] * (1.0 - part) + self.nox_factor[j, curve] * part
        factor = {"fuel": carbon, "co2": carbon, "nox": nitrogen, "pm10": soot}
        return {name: self.g_kwh[name][rows] * factor[name] for name in POLLUTANTS}


def engine_years(ships: pd.DataFrame, tables: EmissionTables, streams: Streams, year: int) -> npt.NDArray[np.int64]:
    """Return the year in which each ship's engine was built.

    Parameters
    ----------
    ships : DataFrame
        `entity_id, group, length_m`.
    tables : EmissionTables
    streams : Streams
        The random numbers of the replication.
    year : int
        The simulated year.

    Returns
    -------
    ndarray of int64, shape (n_ship,)
    """
    ids = np.array(ships["entity_id"], dtype=np.uint64)  # a copy: a frame's own column is read-only, for which the kernel would compile once more
    uniform = streams.uniform(STREAM, ids)[:, 0]
    groups = ships["group"].to_numpy(dtype=object)
    length = ships["length_m"].to_numpy(dtype=np.float64)
    shape, scale = np.ones(len(ships)), np.zeros(len(ships))
    for group, part in tables.engines.groupby("group"):
        mine = np.flatnonzero(groups == group)
        row = np.searchsorted(part["max_length_m"].to_numpy(), length[mine], side="left")
        row = np.minimum(row, len(part) - 1)  # a length that is not known
        shape[mine], scale[mine] = part["weibull_shape"].to_numpy()[row], part["weibull_scale_years"].to_numpy()[row]
    age = np.minimum(scale * (-np.log1p(-uniform)) ** (1.0 / shape), OLDEST_YEARS)
    return year - np.floor(age).astype(np.int64)


def with_engines(ships: pd.DataFrame, classes: pd.DataFrame, tables: EmissionTables, streams: Streams, year: int) -> pd.DataFrame:
    """Return ships with their installed power and the year of their engine.

    Parameters
    ----------
    ships : DataFrame
        `entity_id, class_id, group, length_m, beam_m`.
    classes : DataFrame
        `class_id, group, length_m, beam_m, power_kw`: the ship classes.
    tables : EmissionTables
    streams : Streams
        The random numbers of the replication.
    year : int
        The simulated year.

    Returns
    -------
    DataFrame
        The ships with `power_kw` (kW) and `engine_year`. A ship without a class takes the power of the class of its group that is
        nearest in length and beam (by the logarithms of both); without a length or beam its power is NaN.
    """
    known = pd.Series(classes["power_kw"].to_numpy(dtype=np.float64), index=classes["class_id"].to_numpy(dtype=object))
    power = ships["class_id"].astype("object").map(known).to_numpy(dtype=np.float64, copy=True)
    size = ships[["length_m", "beam_m"]].to_numpy(dtype=np.float64)
    groups = ships["group"].to_numpy(dtype=object)
    for group, part in classes.groupby("group"):
        rows = np.flatnonzero(np.isnan(power) & (groups == group) & (size > 0.0).all(axis=1))
        distance = np.log(size[rows])[:, None, :] - np.log(part[["length_m", "beam_m"]].to_numpy(dtype=np.float64))[None, :, :]
        power[rows] = part["power_kw"].to_numpy(dtype=np.float64)[(distance**2).sum(axis=2).argmin(axis=1)]
    return ships.assign(power_kw=power, engine_year=engine_years(ships, tables, streams, year))


def factors_of(group: npt.NDArray[np.object_], engine_year: npt.NDArray[np.int64], power_kw: Floats, tables: EmissionTables) -> Factors:
    """Return the factors of ships' engines; the arguments have shape (n_ship,)."""
    values = np.full((len(group), len(POLLUTANTS)), np.nan)
    curve = np.zeros(len(group), dtype=np.int64)
    for name, (limits, factors, curves) in _factors_by_group(tables).items():
        mine = np.flatnonzero(group == name)
        best = np.zeros(mine.size, dtype=np.intp)  # rows are by year, then power: the last that fits holds; before the first year the first does
        for k, (year, least) in enumerate(limits):
            best[(engine_year[mine] >= year) & (power_kw[mine] >= least)] = k
        values[mine], curve[mine] = factors[best], curves[best]
    loads = tables.part_load
    return Factors(
        g_kwh={name: values[:, k] for k, name in enumerate(POLLUTANTS)},
        nox_curve=curve,
        load_share=loads["load_share"].to_numpy(dtype=np.float64),
        co2_factor=loads["co2_factor"].to_numpy(dtype=np.float64),
        pm10_factor=loads["pm10_factor"].to_numpy(dtype=np.float64),
        nox_factor=loads[[f"nox_{name}_factor" for name in tables.nox_curves]].to_numpy(dtype=np.float64),
    )


@lru_cache(maxsize=32)  # a few kB each; made anew it is most of the time of a fleet
def _factors_by_group(tables: EmissionTables) -> dict[str, tuple[list[tuple[float, float]], Floats, npt.NDArray[np.int64]]]:
    """Return by group the year and the power from which each row holds, its factors (g/kWh), and its column of `nox_factor`."""
    curves = {name: k for k, name in enumerate(tables.nox_curves)}
    found: dict[str, tuple[list[tuple[float, float]], Floats, npt.NDArray[np.int64]]] = {}
    for name, part in tables.factors.groupby("group"):
<<<<<<< HEAD
        limits: list[tuple[float, float]] = list(zip(part["from_year"].tolist(), part["min_power_kw"].tolist(), strict=True))
        factors: Floats = part[[f"{pollutant}_g_kwh" for pollutant in POLLUTANTS]].to_numpy(dtype=np.float64)
        of_curve: npt.NDArray[Any] = part["nox_curve"].map(curves).to_numpy(dtype=np.int64)
        found[str(name)] = (limits, factors, of_curve)
=======
        limits = list(zip(part["from_year"].tolist(), part["min_power_kw"].tolist(), strict=True))
        factors = part[[f"{pollutant}_g_kwh" for pollutant in POLLUTANTS]].to_numpy(dtype=np.float64)
        found[str(name)] = (limits, factors, np.array([curves[curve] for curve in part["nox_curve"]], dtype=np.int64))
>>>>>>> h-tables
    return found
