"""A lock complex in memory: the records of the kernel made from parameters, levels and ships, and driven through time.

Two drivers run the same compiled step: `LockComplex.run` drives it over sorted arrivals, `LockComplex.step` is called by the
clock of a coupled run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..codes import ChamberPhase, KernelStatus
from ..errors import SimulationError
from ..params import ChamberParams, LockParams, MovementTime, fill_record
from ..units import GRAVITY_M_S2, MS_PER_S, NEVER_MS, to_ms
from ._kernels import records
from ._kernels.lock import run, step
from ._kernels.queues import link_free

_FIRST_CAPACITY = 256


@dataclass(frozen=True, slots=True)
class LevelSeries:
    """Water levels at both sides of a lock.

    Parameters
    ----------
    start_s : float
        Time of the first point, seconds from the run's epoch.
    step_s : float
        Step between points (s).
    sea_m_nap, canal_m_nap : ndarray of float64, shape (n,)
        Levels (m NAP); linear between the points, constant outside.
    """

    start_s: float
    step_s: float
    sea_m_nap: npt.NDArray[np.float64]
    canal_m_nap: npt.NDArray[np.float64]

    @classmethod
    def constant(cls, sea_m_nap: float = 0.0, canal_m_nap: float = 0.0) -> LevelSeries:
        """Return levels that do not change."""
        return cls(0.0, 300.0, np.array([float(sea_m_nap)]), np.array([float(canal_m_nap)]))


class LockComplex:
    """The state of a lock complex and its result rows.

    Parameters
    ----------
    params : LockParams
    levels : LevelSeries
    """

    def __init__(self, params: LockParams, levels: LevelSeries) -> None:
        self.names = list(params.chambers)
        self.lock = _lock_record(params, levels)
        self.chambers = records.records(records.CHAMBER, len(params.chambers))
        for record, chamber in zip(self.chambers, params.chambers.values(), strict=True):
            _fill_chamber(record, chamber)
        self.levels = np.ascontiguousarray(np.vstack([levels.sea_m_nap, levels.canal_m_nap]), dtype=np.float64)
        self.slots = records.records(records.SLOT, _FIRST_CAPACITY)
        with np.errstate(over="ignore"):
            link_free(self.lock[0], self.slots, 0)
        self._ship_rows = records.records(records.SHIP_ROW, 2 * _FIRST_CAPACITY)
        self._lockage_rows = records.records(records.LOCKAGE_ROW, 4 * _FIRST_CAPACITY)

    @property
    def next_ms(self) -> int:
        """When something is due next without further requests."""
        return min(int(self.lock["recheck_ms"][0]), int(self.chambers["next_ms"].min()))

    def step(self, requests: Any, first: int, n_requests: int, now_ms: int) -> int:
        """Do all that is due at `now_ms` and return the next time; the coupled driver."""
        while True:
            status, next_ms = step(self.lock, self.chambers, self.slots, self.levels, requests, first, n_requests, now_ms, self._ship_rows, self._lockage_rows)
            if status == KernelStatus.OK:
                return int(next_ms)
            self._grow(status)

    def run(self, requests: Any, until_ms: int) -> None:
        """Drive the complex over sorted requests up to `until_ms`; the compiled driver."""
        while True:
            status = run(self.lock, self.chambers, self.slots, self.levels, requests, until_ms, self._ship_rows, self._lockage_rows)
            if status == KernelStatus.OK:
                return
            self._grow(status)

    def drain(self) -> tuple[Any, Any]:
        """Return the ship rows and the lockage rows since the last call, and forget them."""
        state = self.lock[0]
        ships = self._ship_rows[: state["n_ship_rows"]].copy()
        lockages = self._lockage_rows[: state["n_lockage_rows"]].copy()
        state["n_ship_rows"] = 0
        state["n_lockage_rows"] = 0
        return ships, lockages

    def earliest_unwritten_ms(self) -> int:
        """Return a time before which no later result row will name anything but an arrival."""
        busy = self.chambers["phase"] != int(ChamberPhase.IDLE)
        return int(self.chambers["start_ms"][busy].min()) if busy.any() else NEVER_MS

    @property
    def has_rows(self) -> bool:
        """Whether there are result rows to drain."""
        return bool(self.lock["n_ship_rows"][0] or self.lock["n_lockage_rows"][0])

    def _grow(self, status: int) -> None:
        """Double what is full; anything else is a fault of the model."""
        if status == KernelStatus.SHIP_ROWS_FULL:
            self._ship_rows = _doubled(self._ship_rows)
        elif status == KernelStatus.LOCKAGE_ROWS_FULL:
            self._lockage_rows = _doubled(self._lockage_rows)
        elif status == KernelStatus.SLOTS_FULL:
            begin = len(self.slots)
            self.slots = _doubled(self.slots)
            link_free(self.lock[0], self.slots, begin)
        else:
            now_s = float(self.lock["now_ms"][0]) / MS_PER_S
            word = KernelStatus(status).word.replace("_", " ")
            raise SimulationError(f"lock complex {', '.join(self.names)}: {word} at {now_s:.3f} s; please report this with the input")


def _doubled(rows: Any) -> Any:
    larger = records.records(rows.dtype, 2 * len(rows))
    larger[: len(rows)] = rows
    return larger


def _lock_record(params: LockParams, levels: LevelSeries) -> Any:
    lock = records.records(records.LOCK, 1)
    record = lock[0]
    fill_record(record, params)
    record["first_slot"][:] = -1
    record["last_slot"][:] = -1
    record["free_slot"] = -1
    record["now_ms"] = -NEVER_MS
    record["recheck_ms"] = NEVER_MS
    record["level_start_ms"] = to_ms(levels.start_s)
    record["level_step_ms"] = to_ms(levels.step_s)
    record["highest_m_nap"] = np.minimum(levels.sea_m_nap, levels.canal_m_nap).max()
    return lock


def _fill_chamber(record: Any, chamber: ChamberParams) -> None:
    fill_record(record, chamber)
    levelling = chamber.levelling_s
    record["area_m2"] = chamber.length_m * chamber.width_m
    record["door_close_ms"] = to_ms(chamber.door_close_s)
    record["door_open_ms"] = to_ms(chamber.door_open_s)
    record["clearance_ms"] = to_ms(chamber.clearance_s)
    record["level_base_ms"] = to_ms(levelling.base_s)
    if levelling.opening_m2 > 0.0:
        record["level_per_root_ms"] = MS_PER_S * 2.0 * chamber.water_area_m2 / (levelling.opening_m2 * (2.0 * GRAVITY_M_S2) ** 0.5)
    for group, movements in enumerate((chamber.movements.inland, chamber.movements.sea)):
        times = (movements.entry_first_s, movements.entry_follow_s, movements.exit_first_s, movements.exit_follow_s)
        for kind, time in enumerate(times):
            record["movement"][group, kind] = _coefficients(time)
    record["side"] = int(chamber.initial_side)
    record["next_ms"] = NEVER_MS
    record["first_slot"] = record["last_slot"] = -1


def _coefficients(time: MovementTime) -> tuple[float, float, float]:
    return time.base_s, time.per_length_s_m, time.distance_m / time.speed_m_s
