"""Energy and emissions of the ships of a run: engines, sailing, waiting and locking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..network.waterway import STRETCH_KINDS
from ..params.energy import FairwayParams
from ..params.waterway import WaterwayParams
from ..tables.columns import Columns, columns_of
from ..waterway.energy import fleet_of, idle_energy, leg_energy_by_kind, with_engines
from .routes import CANAL_KIND, stretch_speed_m_s

if TYPE_CHECKING:
    from .day import Day

_OF_SHIP = ("id", "group", "length_m", "beam_m", "draught_m", "power_kw", "engine_year")
_IDLE = ("energy_kwh", "co2_kg", "nox_kg", "pm10_kg")


class Emissions:
    """What ships of a run use and emit.

    Parameters
    ----------
    day : Day
    """

    def __init__(self, day: Day) -> None:
        self._day = day
        self._tables = day.district.emission_tables
        self._params = day.district.params.network.waterway
        self._fairways = {**self._params.fairways, **_canal(self._params)}

    def with_engines(self, ships: Columns) -> Columns:
        """Return ships with their installed power and the year of their engine."""
        frame = pd.DataFrame({column: ships[column] for column in ("entity_id", "class_id", "group", "length_m", "beam_m")})
        found = with_engines(frame, self._day.district.ship_tables.classes, self._tables, self._day.streams, self._day.year)
        return ships | {column: found[column].to_numpy() for column in ("power_kw", "engine_year")}

    def of_legs(self, ships: Columns, legs: Columns) -> Columns:
        """Return legs with energy and emissions; a leg has the `row` of its ship and the `kind` of its stretch."""
        fleet = fleet_of(self._frame(ships), self._tables, self._params.energy)
        speeds = {kind: stretch_speed_m_s(ships, kind, self._params) for kind in STRETCH_KINDS}
        duration_s = legs["leave_s"] - legs["enter_s"]
        energy = leg_energy_by_kind(fleet, speeds, self._fairways, kinds=legs["kind"], rows=legs["row"], duration_s=duration_s)
        return legs | columns_of(energy)

    def with_idling(self, ships: Columns) -> Columns:
        """Return ships with what they use and emit while they wait, at the lock and on the canal, and while they are in the lock."""
        fleet = fleet_of(self._frame(ships), self._tables, self._params.energy)
        waiting_s, locking_s = idle_seconds(ships, self._day.period.end_s)
        waiting, locking = idle_energy(fleet, waiting_s, "waiting"), idle_energy(fleet, locking_s, "locking")
        return ships | {f"idle_{name}": (waiting[name] + locking[name]).to_numpy() for name in _IDLE}

    @staticmethod
    def _frame(ships: Columns) -> pd.DataFrame:
        return pd.DataFrame({column: ships[column] for column in _OF_SHIP})


def idle_seconds(ships: Columns, end_s: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return how long ships wait, at the lock and on the canal, and how long they are in the lock (s); NaN where they did not come in.

    Who is at the lock at the end of the run and not through has waited until then. Who is still on the canal on its way to the lock has
    not begun to wait there, whatever the time at which it would have come: its waits on the canal are all.
    """
    is_there = ships["has_come"] & (ships["refused_reason"] == "none")
    still_s = np.where(is_there, np.maximum(end_s - ships["arrival_s"], 0.0), 0.0)
    waited_s, exit_s = ships["wait_lineup_s"], ships["exit_s"]
    waiting_s = np.where(np.isnan(waited_s), still_s, waited_s) + ships["canal_wait_s"]
    return waiting_s, np.where(np.isnan(exit_s), end_s, exit_s) - ships["entry_start_s"]


def _canal(params: WaterwayParams) -> dict[str, FairwayParams]:
    """Return the canal as energy sees it: the narrowest of its cross sections; deep and wide where it has none."""
    sections = params.canal.cross_sections.values()
    if not sections:
        return {CANAL_KIND: FairwayParams(depth_m=20.0)}
    narrow = min(sections, key=lambda section: section.area_m2)
    return {CANAL_KIND: FairwayParams(depth_m=narrow.depth_m, section_area_m2=narrow.area_m2, surface_width_m=narrow.surface_width_m)}
