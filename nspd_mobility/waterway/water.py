"""The water and salt balance of a canal behind a lock complex, from the lockages of a simulation, in pieces.

The period is cut into steps, several a day. In each step

- lockages whose open doors end in it exchange water and salt (`salt`, the Zeesluisformulering), at the canal's salinity of the step
  in which their own doors were closed;
- water is shared out: the inflow at the head, what the locks lost, flushing, and spill of what lies over the target level, as far as
  tide and outlet let it. Below the lowest level water is *short*: it is counted, and comes in at the head as if there were some;
- the canal is advanced (`canal_salinity`) with the salt of the lockages. Its salinity at the locks is what the next step meets.

A lockage counts with the open doors after it, so it is known when the doors of its chamber close again: rows come out a lockage
late, and the last of each chamber from `finish`. Signs: salt positive into the canal, water loss positive where the canal loses.
Left out: evaporation and rain, other inflows, leakage, and what water managers do when water is short: lockages go on as they were
simulated. `canal_level` gives the level of the balance back to the locks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError, allowed, nearest
from ..params.build import build_plain
from ..params.salt import DisplacementParams, SaltChamberParams
from ..params.water import WaterParams
from ..units import S_PER_DAY
from ._kernels import canal_salinity as kernels
from ._kernels import salt as salt_kernels
from ._kernels.records import as_records, records
from .canal_salinity import CanalState, check_status, profile_on, salinity_at
from .checks import check_columns, check_number, numbers_of, series_at
from .complex import LevelSeries
from .lock import as_levels
from .salt import CANAL, SEA, chamber_steps, check_depth, salt_steps, volume_of_ships

Floats = npt.NDArray[np.float64]
Seconds = Callable[[Floats, Floats], Floats]
_COLUMNS = ("lockage_id", "chamber", "direction", "doors_close_s", "doors_closed_s", "levelled_s", "doors_open_s", "end_s", "head_m")
_TIMES = _COLUMNS[3:]
_SUMS = ("inflow_m3", "lock_loss_m3", "flushing_m3", "spill_m3", "shortage_m3", "salt_in_kg", "salt_head_kg", "salt_out_kg")
ADDED_COLUMNS = ("water_loss_m3", "salt_to_canal_kg", "salinity_after_kg_m3")


class WaterBalance:
    """The balance of one canal and its lock complex.

    Parameters
    ----------
    params : WaterParams or mapping
    chambers : mapping of str to SaltChamberParams or mapping
        The chambers by name.
    levels : LevelSeries or DataFrame, optional
        The levels that the lockages are simulated with; both sides at 0 m NAP without it. Read when it is needed: who changes the
        canal's level ahead of the balance is followed.
    inflow_m3_s : float or Series
        Discharge that comes in at the head (m³/s): a number, or over times in seconds, linear between its points and constant outside.
        `levels.discharge_m3_s` makes one of parameters, months or a file.
    lock : str
        Name of the complex, for the daily table.
    displacement : DisplacementParams, optional
        Block coefficients of the ships.
    salinity_sea_kg_m3 : float or Series, optional
        In place of that of `params`; a series as the inflow.
    initial_salinity_kg_m3 : float, Series or array, optional
        Salinity of the canal at second 0, in place of that of `params`: one number, a series over kilometres, or one value per cell.
    initial_level_m_nap, target_m_nap : float
        Level of the canal at second 0, and its target (m NAP); at the target without them.

    Raises
    ------
    DataError
        If a parameter or a series can't be used.

    Examples
    --------
    >>> balance = WaterBalance(dict(initial_salinity_kg_m3=4.0), {}, inflow_m3_s=25.0)
    >>> _, days = balance.finish(86_400.0)
    >>> days[["inflow_m3", "spill_m3"]].round(0).iloc[0].tolist()
    [2160000.0, 2160000.0]
    """

    def __init__(
        self,
        params: WaterParams | Mapping[str, Any],
        chambers: Mapping[str, SaltChamberParams | Mapping[str, Any]],
        levels: LevelSeries | pd.DataFrame | None = None,
        *,
        inflow_m3_s: float | pd.Series[float],
        lock: str = "lock",
        displacement: DisplacementParams | None = None,
        salinity_sea_kg_m3: float | pd.Series[float] | None = None,
        initial_salinity_kg_m3: float | pd.Series[float] | npt.ArrayLike | None = None,
        initial_level_m_nap: float | None = None,
        target_m_nap: float | None = None,
    ) -> None:
        self.params = params if isinstance(params, WaterParams) else build_plain(WaterParams, "water", **params)
        self.lock = lock
        self.chambers = {n: c if isinstance(c, SaltChamberParams) else build_plain(SaltChamberParams, f"chambers.{n}", **c) for n, c in chambers.items()}
        self.levels = as_levels(levels)
        self.displacement = DisplacementParams() if displacement is None else displacement
        self.step_s = S_PER_DAY / self.params.steps_per_day
        self._inflow = _over_time(inflow_m3_s, "inflow_m3_s", np.inf)
        self._sea = _over_time(self.params.salinity_sea_kg_m3 if salinity_sea_kg_m3 is None else salinity_sea_kg_m3, "salinity_sea_kg_m3", 45.0)
        self._target_m_nap = float(self.levels.canal_m_nap[0]) if target_m_nap is None else target_m_nap
        self._initial_storage_m3 = 0.0 if initial_level_m_nap is None else (initial_level_m_nap - self._target_m_nap) * self.surface_m2
        self.canal = CanalState(self.params.canal)
        self.canal.set_storage(self._initial_storage_m3)
        self._set_initial(self.params.initial_salinity_kg_m3 if initial_salinity_kg_m3 is None else initial_salinity_kg_m3)
        self._water = self._water_record()
        self._chamber_records = _chamber_records(self.chambers)
        self._states = records(salt_kernels.SALT_STATE, len(self.chambers))
        self._now = records(kernels.CHAMBER_NOW, len(self.chambers))
        self._now["closed"] = -1
        self._now["motion_share"] = [c.door_motion_share for c in self.chambers.values()]
        self._waiting = records(kernels.WAITING, 0)
        self._frames = pd.DataFrame()
        self._ships_m3: dict[int, float] = {}
        self._done: list[Any] = []
        self._days: list[dict[str, float]] = []
        self._day_steps: list[Any] = []
        self._n_steps = 0
        self._given_to_s = 0.0
        self._is_finished = False
        self.rest_seconds: Seconds | None = None  # of begins and lengths of steps (s): how long lockages rest for water to be let out

    def add(self, lockages: pd.DataFrame, ships: pd.DataFrame | None = None, *, until_s: float) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Take further lockages and give what is known by now.

        Parameters
        ----------
        lockages : DataFrame
            Lockages as in `LockResult`; further columns are carried along.
        ships : DataFrame, optional
            Ships that passed: `lockage_id, length_m, beam_m, draught_m` and optionally `is_sea`. A lockage's ships come with it or
            before it.
        until_s : float
            All lockages that start before this time have been given (s).

        Returns
        -------
        lockages : DataFrame
            The lockages that are complete, in order of time, with `water_loss_m3, salt_to_canal_kg, salinity_after_kg_m3`.
        days : DataFrame
            The days that are complete, but for one that ends at `until_s`: `day_s, lock, inflow_m3, lock_loss_m3, flushing_m3,
            spill_m3, shortage_m3, storage_m3, salt_in_kg, salt_head_kg, salt_out_kg, salinity_lock_end_kg_m3,
            salinity_mean_kg_m3` and `salinity_<place>_kg_m3`; salinities and storage are those of the day's end.

        Raises
        ------
        DataError
            If a table can't be used, or comes too late.
        """
        self.feed(self._records_of(lockages, ships, until_s), until_s=until_s)
        return self.collect(lockages)

    def feed(self, rows: Any, *, until_s: float) -> None:
        """Take further lockages as records of `WAITING`, unchecked, and advance; for a driver that goes step by step.

        Parameters
        ----------
        rows : record array of WAITING
        until_s : float
            All lockages that start before this time have been given (s).
        """
        if len(rows):
            rows["sea_kg_m3"] = self._sea(rows["doors_closed_s"])
            waiting = np.concatenate([self._waiting, rows]) if len(self._waiting) else rows
            self._waiting = as_records(np.ascontiguousarray(waiting[np.lexsort((waiting["chamber"], waiting["doors_close_s"]))]))
        self._given_to_s = max(self._given_to_s, float(until_s))
        n_steps = int(np.ceil(until_s / self.step_s - 1e-9)) - 1  # doors may close just at `until_s`, and that step is theirs
        if n_steps > self._n_steps:
            self._run(n_steps, until_s, -1.0)

    def collect(self, lockages: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the lockages and the days that are complete, as `add`.

        Parameters
        ----------
        lockages : DataFrame
            The lockages that were fed since the last call.
        """
        if len(lockages):
            self._frames = pd.concat([self._frames, lockages], ignore_index=True) if len(self._frames) else lockages.reset_index(drop=True)
        days, self._days = _day_frame(self._days, self), []
        done, self._done = self._done, []
        if not done:
            return self._frames.iloc[:0].assign(**dict.fromkeys(ADDED_COLUMNS, pd.Series(dtype=np.float64))), days
        values = pd.concat(done).set_index("lockage_id")
        is_done = self._frames["lockage_id"].isin(values.index)
        complete = self._frames[is_done]
        self._frames = self._frames[~is_done].reset_index(drop=True)
        complete = complete.assign(**{name: values[name].reindex(complete["lockage_id"]).to_numpy() for name in ADDED_COLUMNS})
        by = [c for c in ("start_s", "doors_close_s", "lockage_id") if c in complete.columns]
        return complete.sort_values(by, kind="stable", ignore_index=True), days

    def finish(self, until_s: float) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Close the balance: doors that stand open do so until `until_s`. A last day that is not whole is given as it is.

        Returns
        -------
        lockages, days : DataFrame
            As in `add`.
        """
        if self._is_finished:
            raise DataError("water balance: it is finished; make a new one for another period")
        if until_s < self._given_to_s:
            raise DataError(f"until_s: {until_s:g} s lies before {self._given_to_s:g} s, to which lockages were given")
        n_steps = int(np.ceil(until_s / self.step_s - 1e-9))
        if n_steps == 0 and len(self._waiting):
            raise DataError(f"until_s: {until_s:g} s leaves no time for the lockages that were given; it must be above 0")
        self._run(n_steps, until_s, until_s)
        self._is_finished = True
        return self.collect(self._frames.iloc[:0])

    @property
    def surface_m2(self) -> float:
        """Surface of the canal (m²)."""
        return self.params.canal.length_m * self.params.canal.width_m

    @property
    def level_m_nap(self) -> float:
        """Level of the canal by the water in it, at the end of the last step that was done (m NAP)."""
        return self._target_m_nap + float(self._water["storage_m3"][0]) / self.surface_m2

    @property
    def profile_kg_m3(self) -> pd.Series[float]:
        """Salinity by kilometre of the fairway, now (kg/m³); another balance can start from it."""
        return pd.Series(self.canal.salinity_kg_m3, index=pd.Index(self.canal.km, name="km"), name="salinity_kg_m3")

    def _water_record(self) -> Any:
        p, water = self.params, records(kernels.WATER, 1)
        values = {
            "step_s": self.step_s,
            "storage_m3": self._initial_storage_m3,
            "lowest_m3": p.lowest_m * self.surface_m2,
            "highest_m3": p.highest_m * self.surface_m2,
            "target_m_nap": self._target_m_nap,
            "surface_m2": self.surface_m2,
            "spill_m3_s": -1.0 if p.spill_m3_s is None else p.spill_m3_s,
            "spill_most_m3_s": p.spill_most_m3_s,
            "level_start_s": self.levels.start_s,
            "level_step_s": self.levels.step_s,
            "flushing_ratio": p.flushing_salinity_ratio,
            "exchange_factor": p.exchange_factor,
        }
        for name, value in values.items():
            water[name] = value
        water["temperature_celsius"][0, SEA] = p.temperature_sea_celsius
        water["temperature_celsius"][0, CANAL] = p.temperature_canal_celsius
        return water

    def _set_initial(self, given: Any) -> None:
        if isinstance(given, pd.Series):
            self.canal.set_salinity(profile_on(self.params.canal, self.canal.km, given))
        elif given is not None:
            self.canal.set_salinity(given)
        else:
            steady = CanalState(self.params.canal, has_reach=True)
            at_start = np.array([0.0])
            steady.make_steady(float(self._inflow(at_start)[0]), float(self._sea(at_start)[0]), self.params.salinity_head_kg_m3)
            self.canal.set_salinity(steady.salinity_kg_m3)

    def _records_of(self, lockages: pd.DataFrame, ships: pd.DataFrame | None, until_s: float) -> Any:
        """Return a table of lockages as records, checked together with those that wait."""
        if self._is_finished:
            raise DataError("water balance: it is finished; make a new one for another period")
        check_number("until_s", until_s, low=self._given_to_s)
        check_columns(lockages, _COLUMNS, "lockages")
        for name in lockages["chamber"].unique():
            if name not in self.chambers:
                raise DataError(f"chambers: '{name}' of the lockages is missing{nearest(name, self.chambers)}; given are: {allowed(self.chambers)}")
        for word in sorted(set(lockages["direction"].unique()) - {"to_canal", "to_sea"}):
            raise DataError(f"lockages: direction {word!r} is not one of: to_canal, to_sea")
        starts = numbers_of(lockages, "doors_close_s")
        done_s = self._n_steps * self.step_s
        for row in np.flatnonzero(starts < done_s)[:1]:
            lockage = lockages["lockage_id"].iloc[row]
            raise DataError(f"lockages: {lockage} closes its doors at {starts[row]:g} s, and {done_s:g} s is done; give lockages in time")
        if ships is not None and len(ships):
            check_columns(ships, ("lockage_id", "length_m", "beam_m", "draught_m"), "ships")
            for lockage, volume in zip(ships["lockage_id"].tolist(), volume_of_ships(ships, self.displacement).tolist(), strict=True):
                if lockage >= 0:
                    self._ships_m3[lockage] = self._ships_m3.get(lockage, 0.0) + volume
        rows = records(kernels.WAITING, len(lockages))
        rows["lockage_id"] = lockages["lockage_id"]
        rows["chamber"] = lockages["chamber"].map({name: number for number, name in enumerate(self.chambers)}).to_numpy(dtype=np.int64)
        rows["side"] = np.where(lockages["direction"] == "to_canal", CANAL, SEA)
        rows["ships_m3"] = [self._ships_m3.pop(k, 0.0) for k in lockages["lockage_id"].tolist()]
        for name in _TIMES:
            rows[name] = numbers_of(lockages, name)
        self._check(rows)
        return rows

    def _check(self, rows: Any) -> None:
        """Check lockages that come, after those of their chamber that wait: turns, times, depth, and room for the ships."""
        for number, (name, params) in enumerate(self.chambers.items()):
            mine: Any = np.concatenate([part[part["chamber"] == number] for part in (self._waiting, rows)])
            if not len(mine):
                continue
            mine = mine[np.argsort(mine["doors_close_s"], kind="stable")]
            canal = np.interp(mine["doors_closed_s"], self._level_times(), self.levels.canal_m_nap)
            zero = np.zeros(len(mine))
            steps = salt_steps(len(mine), (canal + mine["head_m"], canal), (zero, zero), (0.0, 0.0))
            steps["side"] = mine["side"]
            steps = chamber_steps(mine, steps, mine["ships_m3"], np.arange(len(mine)), params, None)
            check_depth(params, steps, name, np.maximum(mine["ships_m3"], steps["ship_in_m3"].max(axis=1)))

    def _level_times(self) -> Floats:
        return self.levels.start_s + self.levels.step_s * np.arange(len(self.levels.canal_m_nap), dtype=np.float64)

    def _run(self, n_steps: int, until_s: float, last_s: float) -> None:
        """Advance to a number of steps, with the lockages that are due before; all of them where `last_s` is the end of the period."""
        steps = self._steps_to(n_steps, until_s)
        jobs, conditions = records(kernels.JOB, len(self._waiting)), records(salt_kernels.SALT_STEP, len(self._waiting))
        n_jobs = int(kernels.make_jobs(self._water, self._now, self._waiting, self.levels.canal_m_nap, n_steps, last_s, jobs, conditions))
        jobs, conditions = jobs[:n_jobs], conditions[:n_jobs]
        exchanges = records(salt_kernels.SALT_EXCHANGE, n_jobs)
        self._advance(jobs, conditions, exchanges, steps, last_s >= 0.0)
        if n_jobs:
            self._done.append(self._results(jobs, exchanges))
            self._waiting = as_records(self._waiting[self._waiting["is_done"] == 0])

    def _steps_to(self, n_steps: int, until_s: float) -> Any:
        """Return the steps from where the balance stands to a number of them; the last one ends at `until_s` at the latest."""
        numbers = np.arange(self._n_steps, n_steps)
        steps = records(kernels.WATER_STEP, len(numbers))
        begin = numbers * self.step_s
        lengths = np.minimum(begin + self.step_s, max(until_s, 0.0)) - begin
        steps["step"], steps["step_s"], steps["head_kg_m3"] = numbers, lengths, self.params.salinity_head_kg_m3
        steps["inflow_m3"] = self._inflow(begin + 0.5 * lengths) * lengths
        steps["flushing_m3"] = self.params.flushing_m3_s * lengths
        if self.rest_seconds is not None:
            steps["rest_s"] = self.rest_seconds(np.asarray(begin, dtype=np.float64), np.asarray(lengths, dtype=np.float64))
        return steps

    def _advance(self, jobs: Any, conditions: Any, exchanges: Any, steps: Any, is_last: bool) -> None:
        """Do the steps a day at a time, and keep the days that are complete."""
        per_day = self.params.steps_per_day
        first = first_job = 0
        while first < len(steps):
            end = min(len(steps), first + per_day - int(steps["step"][first]) % per_day)
            end_job = int(np.searchsorted(jobs["due"], steps["step"][end - 1], side="right"))
            mine, taken = steps[first:end], slice(first_job, end_job)
            state = (self.canal.record, self.canal.cells, self._water, self._chamber_records, self._states, self._now, self.levels.sea_m_nap)
            status, _ = kernels.water_steps(*state, jobs[taken], conditions[taken], exchanges[taken], mine)
            check_status(int(status))
            self._day_steps.append(mine)
            is_whole = (int(mine["step"][-1]) + 1) % per_day == 0
            if is_whole or (is_last and end == len(steps)):
                self._days.append(self._day())
            first, first_job = end, end_job
        self._n_steps += len(steps)

    def _day(self) -> dict[str, float]:
        """Return the values of the day whose steps are kept, and forget them."""
        steps = np.concatenate([np.asarray(rows) for rows in self._day_steps])
        profile = self.canal.salinity_kg_m3
        self._day_steps = []
        volume = float(self.canal.cells["volume_m3"].sum())
        day: dict[str, float] = {"day_s": float(int(steps["step"][0]) // self.params.steps_per_day * S_PER_DAY)}
        day |= {name: float(steps[name].sum()) for name in _SUMS}
        day["storage_m3"] = float(steps["storage_m3"][-1])
        day["salinity_lock_end_kg_m3"] = float(profile[-1])
        day["salinity_mean_kg_m3"] = float(steps["salt_kg"][-1]) / volume
        places = salinity_at(self.canal.km, profile, self.params.canal.points_km)
        return day | {f"salinity_{name}_kg_m3": value for name, value in places.items()}

    def _results(self, jobs: Any, exchanges: Any) -> pd.DataFrame:
        """Return what the lockages of some jobs cost."""
        loss = exchanges["water_in_m3"][:, CANAL] - exchanges["water_out_m3"][:, CANAL]
        carried = -jobs["canal_kg_m3"] * loss
        salt = carried + self.params.exchange_factor * (-exchanges["salt_in_kg"][:, CANAL] - carried)
        ids = self._waiting["lockage_id"][jobs["row"]]
        return pd.DataFrame({"lockage_id": ids, "water_loss_m3": loss, "salt_to_canal_kg": salt, "salinity_after_kg_m3": exchanges["salinity_after_kg_m3"]})


def _over_time(value: float | pd.Series[float], what: str, high: float) -> Callable[[Floats], Floats]:
    """Return a number or a series, checked, as a function of times (s)."""
    given: Floats = np.asarray(value, dtype=np.float64)
    check_number(what, given, high=high)
    if not isinstance(value, pd.Series):
        return lambda time_s: np.full(len(time_s), float(value))
    series_at(value, np.zeros(1), what)
    times, values = np.asarray(value.index, dtype=np.float64), np.asarray(value, dtype=np.float64)
    return lambda time_s: np.asarray(np.interp(time_s, times, values), dtype=np.float64)


def _chamber_records(chambers: Mapping[str, SaltChamberParams]) -> Any:
    made = records(salt_kernels.SALT_CHAMBER, len(chambers))
    for number, params in enumerate(chambers.values()):
        made[number : number + 1] = salt_kernels.chamber_record(params)
    return made


def _day_frame(days: list[dict[str, float]], balance: WaterBalance) -> pd.DataFrame:
    """Return the daily table, with its columns also where there is no day."""
    places = [f"salinity_{name}_kg_m3" for name in balance.params.canal.points_km]
    columns = ["day_s", *_SUMS[:5], "storage_m3", *_SUMS[5:], "salinity_lock_end_kg_m3", "salinity_mean_kg_m3", *places]
    frame = pd.DataFrame(days, columns=columns, dtype=np.float64)
    frame.insert(1, "lock", pd.Series([balance.lock] * len(days), index=frame.index, dtype="str"))
    return frame
