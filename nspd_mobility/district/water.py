"""Water and salt of the canal in a run, where its parameters are given; without them lockages have neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import CanalLevelRule
from ..errors import DataError
from ..params import LockParams
from ..params.water import CANAL_PLACE, LOCK_PLACE
from ..params.waterway import WaterwayParams
from ..tables.schemas import LOCKAGES, SALINITY, WATER
from ..waterway.canal_level import CanalLevel
from ..waterway.complex import LevelSeries
from ..waterway.facility import LockFacility
from ..waterway.levels import times_of
from ..waterway.salt import volume_of_ships
from ..waterway.triggered import TriggeredRegimes, rest_spans, seconds_inside, split_regimes
from ..waterway.water import WaterBalance

if TYPE_CHECKING:
    from .day import Day

Frames = dict[str, pd.DataFrame]
_SALINITY = {LOCK_PLACE: "salinity_lock_end_kg_m3", CANAL_PLACE: "salinity_mean_kg_m3"}
"""Columns of the balance by place; another place has its own name in its column."""


class Balance:
    """The water and salt balance behind one lock, fed with its lockages piece by piece.

    Parameters
    ----------
    name : str
        The lock.
    params : WaterwayParams
    lock : LockParams
    levels : LevelSeries
    discharge_m3_s : ndarray of float64, shape (n,)
        Inflow at the times of the levels (m³/s).
    day : Day
    """

    def __init__(self, name: str, params: WaterwayParams, lock: LockParams, levels: LevelSeries, discharge_m3_s: npt.NDArray[np.float64], day: Day) -> None:
        self.name, self.day, self.lock, self.discharge_m3_s = name, day, lock, discharge_m3_s
        chambers = {chamber: c.salt for chamber, c in lock.chambers.items() if c.salt is not None}
        self.balance: WaterBalance | None = None
        self.level: CanalLevel | None = None
        self.regimes: TriggeredRegimes | None = None
        self._closures = self._rest_of = pd.DataFrame()
        self._rest_spans = np.empty((0, 2))
        self.is_fed = params.water is not None and params.water.canal_level is CanalLevelRule.BALANCE
        if self.is_fed and (len(params.locks) > 1 or len(chambers) < len(lock.chambers)):
            raise DataError("water.canal_level: balance needs one lock with 'salt' for each of its chambers; give them, or set it to given")
        if params.water is not None and len(chambers) == len(lock.chambers):
            inflow = pd.Series(discharge_m3_s, index=times_of(levels))
            target = params.canal_level_m_nap if self.is_fed else None
            initial = float(np.interp(0.0, times_of(levels), levels.canal_m_nap)) if self.is_fed else None
            self.balance = WaterBalance(params.water, chambers, levels, lock=name, inflow_m3_s=inflow, target_m_nap=target, initial_level_m_nap=initial)

    def connect(self, facility: LockFacility, closures: pd.DataFrame) -> None:
        """Let the lock and its triggered regimes meet the level that the balance gives, where they are to, and the balance the rest of a spill regime."""
        self._closures = closures
        if self.balance is None:
            return
        self.balance.rest_seconds = self._rest_seconds
        if self.is_fed:
            _, triggered = split_regimes(self.lock.regimes)
            window_s = (0.0, self.day.period.end_s)
            self.regimes = TriggeredRegimes(triggered, list(self.lock.chambers), self.balance.levels, self.discharge_m3_s, closures, window_s, self.name)
            self.level = CanalLevel(facility, self.balance, self.regimes)

    @property
    def closures(self) -> pd.DataFrame:
        """When the chambers are closed, by what is known by now."""
        return self._closures if self.regimes is None else self.regimes.table

    def _rest_seconds(self, begin_s: npt.NDArray[np.float64], length_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return how long lockages rest in some intervals so that water can be let out (s)."""
        if self._rest_of is not self.closures:  # a new table at each block that holds
            self._rest_of = self.closures
            self._rest_spans = rest_spans(self._rest_of, len(self.lock.chambers))
        return seconds_inside(self._rest_spans, begin_s, length_s)

    def know(self, numbers: npt.NDArray[np.int64], ships: pd.DataFrame) -> None:
        """Tell the level what ships displace, by their number in the fleet."""
        if self.level is not None and self.balance is not None:
            self.level.know(numbers.tolist(), volume_of_ships(ships, self.balance.displacement).tolist())

    def add(self, lockages: pd.DataFrame, ships: pd.DataFrame | None, until_s: float) -> Frames:
        """Take further lockages with the sizes of their ships; return the tables of lockages and days that are complete."""
        if self.balance is None:
            return self._dressed(lockages.assign(water_loss_m3=np.nan, salt_to_canal_kg=np.nan), pd.DataFrame())
        if self.level is not None:  # the balance has had them, step by step
            self.level.drained()
            return self._dressed(*self.balance.collect(lockages))
        return self._dressed(*self.balance.add(lockages, ships, until_s=until_s))

    def finish(self, end_s: float) -> Frames:
        """Return the tables of lockages and days that were not complete yet."""
        if self.balance is None:
            return {}
        return self._dressed(*self.balance.finish(end_s))

    def _dressed(self, lockages: pd.DataFrame, days: pd.DataFrame) -> Frames:
        frames = {"lockages": self._dress(lockages, "start_s", LOCKAGES.names)}
        if len(days):
            frames |= {"water": self._dress(days, "day_s", WATER.names), "salinity": self._dress(self._by_place(days), "day_s", SALINITY.names)}
        return frames

    def _by_place(self, days: pd.DataFrame) -> pd.DataFrame:
        """Return the salinity of the days in rows, day by day, each in the order of the places."""
        places = self.balance.params.canal.places if self.balance is not None else ()
        frames = [pd.DataFrame({"place_id": p, "day_s": days["day_s"], "salinity_kg_m3": days[_SALINITY.get(p, f"salinity_{p}_kg_m3")]}) for p in places]
        return pd.concat(frames).sort_values("day_s", kind="stable", ignore_index=True)

    def _dress(self, rows: pd.DataFrame, begin: str, names: list[str]) -> pd.DataFrame:
        if len(rows) == 0:
            return pd.DataFrame(columns=names)
        period = self.day.period
        return rows.assign(period=period.name, lock=self.name, is_counted=period.is_counted(rows[begin].to_numpy())).reindex(columns=names)
