"""The water and salt balance of a canal behind a lock complex, from the lockages of a simulation, in pieces.

The period is cut into steps, several a day. In each step

- lockages whose open doors end in it exchange water and salt (`salt`, the Zeesluisformulering), at the canal's salinity of the step
  in which their own doors were closed;
- water is shared out: the inflow at the head, what the locks lost, flushing, and spill of what lies over the target level. Below the
  lowest level water is *short*: it is counted, and comes in at the head as if there were some;
- the canal is advanced (`canal_salinity`) with the salt of the lockages. Its salinity at the locks is what the next step meets.

A lockage counts with the open doors after it, so it is known when the doors of its chamber close again: rows come out a lockage
late, and the last of each chamber from `finish`. Signs: salt positive into the canal, water loss positive where the canal loses.
Left out: evaporation and rain, other inflows, spill at high water (the sea takes all that is spilt), leakage, and what water managers
do when water is short: lockages go on as they were simulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError, allowed, nearest
from ..params.build import build_plain
from ..params.salt import DisplacementParams, SaltChamberParams
from ..params.water import MONTHS, WaterParams
from ..units import LOCAL_ZONE, S_PER_DAY
from ._kernels import canal_salinity as kernels
from ._kernels import salt as salt_kernels
from ._kernels.records import as_records, records
from .canal_salinity import CanalState, check_status, profile_on, salinity_at
from .checks import check_columns, check_number, numbers_of, series_at
from .complex import LevelSeries
from .lock import as_levels
from .salt import CANAL, SEA, chamber_steps, check_depth, salt_steps, volume_of_ships

Floats = npt.NDArray[np.float64]
NEVER = np.iinfo(np.int64).max
_COLUMNS = ("lockage_id", "chamber", "direction", "doors_close_s", "doors_closed_s", "levelled_s", "doors_open_s", "end_s", "head_m")
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
        The levels that the lockages are simulated with; both sides at 0 m NAP without it.
    lock : str
        Name of the complex, for the daily table.
    displacement : DisplacementParams, optional
        Block coefficients of the ships.
    epoch : Timestamp, optional
        Time of second 0, for inflows by month; local time counts.
    inflow_m3_s, salinity_sea_kg_m3 : Series, optional
        In place of those of `params`: over times in seconds, linear between its points and constant outside.
    initial_salinity_kg_m3 : float, Series or array, optional
        Salinity of the canal at second 0, in place of that of `params`: one number, a series over kilometres, or one value per cell.

    Raises
    ------
    DataError
        If a parameter or a series can't be used.

    Examples
    --------
    >>> balance = WaterBalance(dict(initial_salinity_kg_m3=4.0), {})
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
        lock: str = "lock",
        displacement: DisplacementParams | None = None,
        epoch: pd.Timestamp | None = None,
        inflow_m3_s: pd.Series[float] | None = None,
        salinity_sea_kg_m3: pd.Series[float] | None = None,
        initial_salinity_kg_m3: float | pd.Series[float] | npt.ArrayLike | None = None,
    ) -> None:
        self.params = params if isinstance(params, WaterParams) else build_plain(WaterParams, "water", **params)
        self.lock = lock
        self.chambers = {n: c if isinstance(c, SaltChamberParams) else build_plain(SaltChamberParams, f"chambers.{n}", **c) for n, c in chambers.items()}
        self.levels = as_levels(levels)
        self.displacement = DisplacementParams() if displacement is None else displacement
        self.step_s = S_PER_DAY / self.params.steps_per_day
        self._inflow = _inflow(self.params, epoch, inflow_m3_s)
        self._sea: float | pd.Series[float] = self.params.salinity_sea_kg_m3 if salinity_sea_kg_m3 is None else salinity_sea_kg_m3
        self.canal = CanalState(self.params.canal)
        self._set_initial(self.params.initial_salinity_kg_m3 if initial_salinity_kg_m3 is None else initial_salinity_kg_m3)
        self._water = records(kernels.WATER, 1)
        surface_m2 = self.params.canal.length_m * self.params.canal.width_m
        self._water[0] = (0.0, self.params.lowest_m * surface_m2, self.params.flushing_salinity_ratio, self.params.exchange_factor)
        self._records = _chamber_records(self.chambers)
        self._states = records(salt_kernels.SALT_STATE, len(self.chambers))
        self._now = records(kernels.CHAMBER_NOW, len(self.chambers))
        self._now["closed"] = -1
        self._is_known = dict.fromkeys(self.chambers, False)
        self._waiting = pd.DataFrame()
        self._ships_m3: dict[int, float] = {}
        self._n_steps = 0
        self._given_to_s = 0.0
        self._is_finished = False
        self._day_rows: list[tuple[Any, Floats]] = []

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
        self._take(lockages, ships, until_s)
        n_steps = int(np.ceil(until_s / self.step_s - 1e-9)) - 1  # doors may close just at `until_s`, and that step is theirs
        return self._run(max(n_steps, self._n_steps), until_s, is_last=False)

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
        result = self._run(n_steps, until_s, is_last=True)
        self._is_finished = True
        return result

    @property
    def profile_kg_m3(self) -> pd.Series[float]:
        """Salinity by kilometre of the fairway, now (kg/m³); another balance can start from it."""
        return pd.Series(self.canal.salinity_kg_m3, index=pd.Index(self.canal.km, name="km"), name="salinity_kg_m3")

    def _set_initial(self, given: Any) -> None:
        if isinstance(given, pd.Series):
            self.canal.set_salinity(profile_on(self.params.canal, self.canal.km, given))
        elif given is not None:
            self.canal.set_salinity(given)
        else:
            steady = CanalState(self.params.canal, has_reach=True)
            at_start = np.array([0.0])
            sea = float(series_at(self._sea, at_start, "salinity_sea_kg_m3")[0])
            steady.make_steady(float(self._inflow(at_start)[0]), sea, self.params.salinity_head_kg_m3)
            self.canal.set_salinity(steady.salinity_kg_m3)

    def _take(self, lockages: pd.DataFrame, ships: pd.DataFrame | None, until_s: float) -> None:
        """Check and keep further lockages and ships."""
        if self._is_finished:
            raise DataError("water balance: it is finished; make a new one for another period")
        check_number("until_s", until_s, low=self._given_to_s)
        check_columns(lockages, _COLUMNS, "lockages")
        for name in lockages["chamber"].unique():
            if name not in self.chambers:
                raise DataError(f"chambers: '{name}' of the lockages is missing{nearest(name, self.chambers)}; given are: {allowed(self.chambers)}")
        starts = numbers_of(lockages, "doors_close_s")
        done_s = self._n_steps * self.step_s
        for row in np.flatnonzero(starts < done_s)[:1]:
            lockage = lockages["lockage_id"].iloc[row]
            raise DataError(f"lockages: {lockage} closes its doors at {starts[row]:g} s, and {done_s:g} s is done; give lockages in time")
        if len(lockages):
            self._waiting = pd.concat([self._waiting, lockages], ignore_index=True) if len(self._waiting) else lockages.reset_index(drop=True)
        if ships is not None and len(ships):
            check_columns(ships, ("lockage_id", "length_m", "beam_m", "draught_m"), "ships")
            for lockage, volume in zip(ships["lockage_id"].tolist(), volume_of_ships(ships, self.displacement).tolist(), strict=True):
                if lockage >= 0:
                    self._ships_m3[lockage] = self._ships_m3.get(lockage, 0.0) + volume
        self._given_to_s = float(until_s)

    def _run(self, n_steps: int, until_s: float, *, is_last: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Advance to a number of steps; return the lockages and the days that are complete then."""
        steps = self._steps_to(n_steps, until_s)
        rows, jobs, conditions = self._jobs(n_steps, until_s, is_last)
        exchanges = records(salt_kernels.SALT_EXCHANGE, len(jobs))
        days = self._advance(jobs, conditions, exchanges, steps, is_last)
        complete = self._complete(rows, jobs, exchanges)
        if len(rows):
            keep = np.ones(len(self._waiting), dtype=bool)
            keep[rows] = False
            for lockage in complete["lockage_id"].tolist():
                self._ships_m3.pop(lockage, None)
            self._waiting = self._waiting[keep].reset_index(drop=True)
        return complete, days

    def _steps_to(self, n_steps: int, until_s: float) -> Any:
        """Return the steps from where the balance stands to a number of them; the last one ends at `until_s` at the latest."""
        numbers = np.arange(self._n_steps, n_steps)
        steps = records(kernels.WATER_STEP, len(numbers))
        begin = numbers * self.step_s
        lengths = np.minimum(begin + self.step_s, max(until_s, 0.0)) - begin
        middle = begin + 0.5 * lengths
        steps["step"], steps["step_s"], steps["head_kg_m3"] = numbers, lengths, self.params.salinity_head_kg_m3
        steps["inflow_m3"] = self._inflow(middle) * lengths
        steps["flushing_m3"] = self.params.flushing_m3_s * lengths
        return steps

    def _jobs(self, n_steps: int, until_s: float, is_last: bool) -> tuple[npt.NDArray[np.int64], Any, Any]:
        """Return the waiting lockages that are due before a number of steps, in the order in which they are done."""
        waiting = self._waiting
        if not len(waiting):
            return np.empty(0, dtype=np.int64), records(kernels.JOB, 0), records(salt_kernels.SALT_STEP, 0)
        conditions = self._conditions(waiting)
        names = waiting["chamber"].to_numpy(dtype=object)
        close, closed = numbers_of(waiting, "doors_close_s"), numbers_of(waiting, "doors_closed_s")
        ships = np.array([self._ships_m3.get(k, 0.0) for k in waiting["lockage_id"].tolist()])
        jobs = records(kernels.JOB, len(waiting))
        latest = n_steps - 1 if is_last else NEVER  # what happens after the end counts in the last step
        jobs["closed"] = np.minimum(np.floor(closed / self.step_s).astype(np.int64), latest)
        jobs["ships_m3"], jobs["due"], jobs["next_closed"] = ships, NEVER, -1
        ends = np.full(len(waiting), np.inf)
        for number, name in enumerate(self.chambers):
            rows = np.flatnonzero(names == name)
            if not len(rows):
                continue
            rows = rows[np.argsort(close[rows], kind="stable")]
            mine = chamber_steps(waiting, conditions, ships, rows, self.chambers[name], until_s)
            check_depth(self.chambers[name], mine, name, np.maximum(ships[rows], mine["ship_in_m3"].max(axis=1)))
            conditions[rows] = mine
            jobs["chamber"][rows] = number
            ends[rows[:-1]] = close[rows[1:]]
            jobs["due"][rows[:-1]] = np.minimum(np.floor(close[rows[1:]] / self.step_s).astype(np.int64), latest)
            jobs["next_closed"][rows[:-1]] = jobs["closed"][rows[1:]]
            if is_last:
                jobs["due"][rows[-1]], ends[rows[-1]] = latest, np.inf
            if not self._is_known[name]:
                self._is_known[name] = True
                self._now["closed"][number] = jobs["closed"][rows[0]]
        due = np.flatnonzero(jobs["due"] < n_steps)
        due = due[np.lexsort((jobs["chamber"][due], close[due], ends[due], jobs["due"][due]))]
        return due, as_records(np.ascontiguousarray(jobs[due])), as_records(np.ascontiguousarray(conditions[due]))

    def _conditions(self, lockages: pd.DataFrame) -> Any:
        """Return levels, temperatures and the sea's salinity of lockages; the canal's salinity comes from the canal."""
        closed_s, series = numbers_of(lockages, "doors_closed_s"), self.levels
        canal = np.interp(closed_s, series.start_s + series.step_s * np.arange(len(series.canal_m_nap)), series.canal_m_nap)
        sea = series_at(self._sea, closed_s, "salinity_sea_kg_m3")
        temperatures = (self.params.temperature_sea_celsius, self.params.temperature_canal_celsius)
        steps = salt_steps(len(lockages), (canal + numbers_of(lockages, "head_m"), canal), (sea, np.zeros(len(lockages))), temperatures)
        for word in sorted(set(lockages["direction"].unique()) - {"to_canal", "to_sea"}):
            raise DataError(f"lockages: direction {word!r} is not one of: to_canal, to_sea")
        steps["side"] = np.where(lockages["direction"] == "to_canal", CANAL, SEA)
        return steps

    def _advance(self, jobs: Any, conditions: Any, exchanges: Any, steps: Any, is_last: bool) -> pd.DataFrame:
        """Do the steps a day at a time, and return the days that are complete."""
        per_day = self.params.steps_per_day
        days = []
        first = first_job = 0
        while first < len(steps):
            end = min(len(steps), first + per_day - int(steps["step"][first]) % per_day)
            end_job = int(np.searchsorted(jobs["due"], steps["step"][end - 1], side="right"))
            mine, taken = steps[first:end], slice(first_job, end_job)
            status, _ = kernels.water_steps(
                self.canal.record, self.canal.cells, self._water, self._records, self._states, self._now, jobs[taken], conditions[taken], exchanges[taken], mine
            )
            check_status(int(status))
            self._day_rows.append((mine, self.canal.salinity_kg_m3))
            is_whole = (int(mine["step"][-1]) + 1) % per_day == 0
            if is_whole or (is_last and end == len(steps)):
                days.append(self._day())
            first, first_job = end, end_job
        self._n_steps += len(steps)
        return _day_frame(days, self)

    def _day(self) -> dict[str, float]:
        """Return the values of the day whose steps are kept, and forget them."""
        steps = np.concatenate([np.asarray(rows) for rows, _ in self._day_rows])
        profile = self._day_rows[-1][1]
        self._day_rows = []
        volume = float(self.canal.cells["volume_m3"].sum())
        day: dict[str, float] = {"day_s": float(int(steps["step"][0]) // self.params.steps_per_day * S_PER_DAY)}
        day |= {name: float(steps[name].sum()) for name in _SUMS}
        day["storage_m3"] = float(steps["storage_m3"][-1])
        day["salinity_lock_end_kg_m3"] = float(profile[-1])
        day["salinity_mean_kg_m3"] = float(steps["salt_kg"][-1]) / volume
        places = salinity_at(self.canal.km, profile, self.params.canal.points_km)
        return day | {f"salinity_{name}_kg_m3": value for name, value in places.items()}

    def _complete(self, rows: npt.NDArray[np.int64], jobs: Any, exchanges: Any) -> pd.DataFrame:
        """Return the lockages of some rows with what they cost, in order of time."""
        if not len(rows):
            return self._waiting.iloc[:0].assign(**dict.fromkeys(ADDED_COLUMNS, pd.Series(dtype=np.float64)))
        frame = self._waiting.iloc[rows].copy()
        loss = exchanges["water_in_m3"][:, CANAL] - exchanges["water_out_m3"][:, CANAL]
        carried = -jobs["canal_kg_m3"] * loss
        frame["water_loss_m3"] = loss
        frame["salt_to_canal_kg"] = carried + self.params.exchange_factor * (-exchanges["salt_in_kg"][:, CANAL] - carried)
        frame["salinity_after_kg_m3"] = exchanges["salinity_after_kg_m3"]
        by = [c for c in ("start_s", "doors_close_s", "lockage_id") if c in frame.columns]
        return frame.sort_values(by, kind="stable", ignore_index=True)


def _inflow(params: WaterParams, epoch: pd.Timestamp | None, series: pd.Series[float] | None) -> Any:
    """Return the discharge at the head as a function of times (s)."""
    if series is not None:
        check_number("inflow_m3_s", np.asarray(series, dtype=np.float64))
        series_at(series, np.zeros(1), "inflow_m3_s")
        return lambda time_s: series_at(series, time_s, "inflow_m3_s")
    if not params.inflow_by_month_m3_s:
        return lambda time_s: np.full(len(time_s), params.inflow_m3_s)
    if epoch is None:
        raise DataError("epoch: inflow_by_month_m3_s needs the time of second 0; give it, or a series of the inflow")
    start = epoch if epoch.tzinfo is not None else epoch.tz_localize("UTC")
    by_month = np.array([params.inflow_by_month_m3_s[month] for month in MONTHS])

    def by_time(time_s: Floats) -> Floats:
        times = pd.DatetimeIndex(start + pd.to_timedelta(time_s, unit="s")).tz_convert(LOCAL_ZONE)
        return np.asarray(by_month[times.month.to_numpy() - 1], dtype=np.float64)

    return by_time


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
