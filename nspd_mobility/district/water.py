"""Water and salt of the canal in a run, where its parameters are given; without them lockages have neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import CanalLevelRule
from ..errors import DataError
from ..params import LockParams
from ..params.waterway import WaterwayParams
from ..tables.schemas import LOCKAGES, WATER
from ..waterway.canal_level import CanalLevel
from ..waterway.complex import LevelSeries
from ..waterway.facility import LockFacility
from ..waterway.levels import times_of
from ..waterway.salt import volume_of_ships
from ..waterway.water import WaterBalance

if TYPE_CHECKING:
    from .day import Day

Frames = tuple[pd.DataFrame, pd.DataFrame]


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
        self.name, self.day = name, day
        chambers = {chamber: c.salt for chamber, c in lock.chambers.items() if c.salt is not None}
        self.balance: WaterBalance | None = None
        self.level: CanalLevel | None = None
        self.is_fed = params.water is not None and params.water.canal_level is CanalLevelRule.BALANCE
        if self.is_fed and (len(params.locks) > 1 or len(chambers) < len(lock.chambers)):
            raise DataError("water.canal_level: balance needs one lock with 'salt' for each of its chambers; give them, or set it to given")
        if params.water is not None and len(chambers) == len(lock.chambers):
            inflow = pd.Series(discharge_m3_s, index=times_of(levels))
            target = params.canal_level_m_nap if self.is_fed else None
            initial = float(np.interp(0.0, times_of(levels), levels.canal_m_nap)) if self.is_fed else None
            self.balance = WaterBalance(params.water, chambers, levels, lock=name, inflow_m3_s=inflow, target_m_nap=target, initial_level_m_nap=initial)

    def feed_back(self, facility: LockFacility) -> None:
        """Let the lock meet the level that the balance gives, where it is to."""
        if self.is_fed and self.balance is not None:
            self.level = CanalLevel(facility, self.balance)

    def know(self, numbers: npt.NDArray[np.int64], ships: pd.DataFrame) -> None:
        """Tell the level what ships displace, by their number in the fleet."""
        if self.level is not None and self.balance is not None:
            self.level.know(numbers.tolist(), volume_of_ships(ships, self.balance.displacement).tolist())

    def add(self, lockages: pd.DataFrame, ships: pd.DataFrame | None, until_s: float) -> Frames:
        """Take further lockages with the sizes of their ships; return the lockages and the days that are complete."""
        if self.balance is None:
            return self._dressed(lockages.assign(water_loss_m3=np.nan, salt_to_canal_kg=np.nan), pd.DataFrame())
        if self.level is not None:  # the balance has had them, step by step
            self.level.drained()
            return self._dressed(*self.balance.collect(lockages))
        return self._dressed(*self.balance.add(lockages, ships, until_s=until_s))

    def finish(self, end_s: float) -> Frames:
        """Return the lockages and the days that were not complete yet."""
        if self.balance is None:
            return pd.DataFrame(columns=LOCKAGES.names), pd.DataFrame(columns=WATER.names)
        return self._dressed(*self.balance.finish(end_s))

    def _dressed(self, lockages: pd.DataFrame, days: pd.DataFrame) -> Frames:
        return self._dress(lockages, "start_s", LOCKAGES.names), self._dress(days, "day_s", WATER.names)

    def _dress(self, rows: pd.DataFrame, begin: str, names: list[str]) -> pd.DataFrame:
        if len(rows) == 0:
            return pd.DataFrame(columns=names)
        period = self.day.period
        return rows.assign(period=period.name, lock=self.name, is_counted=period.is_counted(rows[begin].to_numpy())).reindex(columns=names)
