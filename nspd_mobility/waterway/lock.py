"""Ships through a lock complex: the public function and its result.

Times of a ship, each from the moment the one before ends::

    arrival --wait_lineup--> entry_start --entry--> moored -----> doors close -----> exit_start -----> exit
            |<------------------- wait_rv ------------------->|<------------ lockage ------------->|
            |<----------------------------------- passage ------------------------------------------>|

`wait_rv_s` follows the Richtlijnen Vaarwegen (RV 2020, section 4.2): waiting begins at arrival and includes the entry, the
ship's own and that of the ships behind it, until the doors close. `lockage_s` is the rest, to the ship's own exit (RV's
schuttijd runs to the exit of the last ship: `end_s` of the lockage). The two add up to `passage_s`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import LockPolicy, Refusal, Side
from ..errors import DataError
from ..params import LockParams
from ..params.build import build_plain
from ..tables.columns import Columns
from ..units import MS_PER_S, NEVER_MS, to_ms
from .complex import LevelSeries, LockComplex
from .ships import check_ships, reads_notices, to_requests


@dataclass(frozen=True, slots=True)
class LockResult:
    """What ships did at a lock.

    Attributes
    ----------
    ships : DataFrame
        One row per ship, in the order of the input: `id, side, chamber, lockage_id, x_m, y_m, arrival_s, wait_lineup_s,
        entry_start_s, entry_s, moored_s, exit_start_s, exit_s, lockage_s, wait_rv_s, passage_s, refused_reason`. A ship that
        fits nowhere keeps its row with the reason; one that was not through at the end has no `exit_s`.
    lockages : DataFrame
        One row per lockage, empty turns included: `lockage_id, chamber, direction, start_s, doors_close_s, doors_closed_s,
        levelled_s, doors_open_s, end_s, head_m, n_ships, area_share`. Between `start_s` and `doors_close_s` ships enter,
        between `doors_open_s` and `end_s` they leave.
    """

    ships: pd.DataFrame
    lockages: pd.DataFrame

    @property
    def unfinished_share(self) -> float:
        """Share of the ships that could pass and were not through at the end."""
        open_ = self.ships["exit_s"].isna() & (self.ships["refused_reason"] == Refusal.NONE.word)
        return float(open_.mean()) if len(self.ships) else 0.0


def simulate_lock(
    ships: pd.DataFrame,
    lock: LockParams | Mapping[str, Any],
    *,
    policy: LockPolicy | str | None = None,
    level: LevelSeries | pd.DataFrame | None = None,
    closures: Any = None,
    until_s: float | None = None,
) -> LockResult:
    """Lock ships through a complex of parallel chambers.

    Parameters
    ----------
    ships : DataFrame
        `id`, `side` ('sea' or 'canal') and `arrival_s` (float seconds from the run's epoch), and optionally `length_m, beam_m,
        draught_m, air_draught_m, keel_clearance_m, class_id, n_cone, is_sea, known_from_s, eta_s, is_booked, priority`. A size left
        out is zero: the ship takes no room. Ships of a higher `priority` go before those of a lower one at their side. Policies that
        look ahead read `known_from_s`, from when a ship is expected, and `eta_s`, for when (left out: its arrival); `is_booked`
        ships go before others, after sea ships, where the policy is sea_priority. Ships with cones keep their distance.
    lock : LockParams or mapping
        The complex; a mapping is checked like a file, a misspelt parameter is an error.
    policy : LockPolicy or str, optional
        Rule in place of the one in `lock`.
    level : LevelSeries or DataFrame, optional
        Water levels; a table has `time_s, sea_m_nap, canal_m_nap` at equal steps. Without it both sides stand at 0.
    closures : record array of CLOSURE, optional
        When chambers may not begin a lockage: `nspd_mobility.waterway.closures.closure_records` makes them.
    until_s : float, optional
        End of the simulation (s); without it all ships are locked through, but for one that waits for water which `level` does not
        bring any more.

    Returns
    -------
    LockResult

    Raises
    ------
    DataError
        If a table or a parameter can't be used.

    Examples
    --------
    >>> import pandas as pd
    >>> times = dict(entry_first_s=300, entry_follow_s=180, exit_first_s=120, exit_follow_s=120)
    >>> chamber = dict(length_m=260, width_m=24, door_close_s=150, door_open_s=150, levelling_s=480, movements=dict(inland=times, sea=times))
    >>> ships = pd.DataFrame(dict(id=["a"], side=["canal"], arrival_s=[0.0], length_m=[110.0], beam_m=[11.4]))
    >>> simulate_lock(ships, dict(chambers=dict(oost=chamber))).ships.passage_s.item()
    1200.0
    """
    params = lock if isinstance(lock, LockParams) else build_plain(LockParams, "lock", **lock)
    if policy is not None:
        params = params.model_copy(update={"policy": LockPolicy.parse(policy)})
    check_ships(ships)
    requests = to_requests(ships, params)
    complex_ = LockComplex(params, as_levels(level), closures)
    if reads_notices(params):
        complex_.announce(requests)
    complex_.run(requests, NEVER_MS - 1 if until_s is None else to_ms(until_s))
    ship_rows, lockage_rows = complex_.drain()
    return LockResult(ship_frame(ships, ship_rows, complex_), lockage_frame(lockage_rows, complex_))


def as_levels(level: LevelSeries | pd.DataFrame | None) -> LevelSeries:
    """Return a level series for what a user may give.

    Raises
    ------
    DataError
        If a table lacks a column, holds no number somewhere, or has unequal steps.
    """
    if level is None:
        return LevelSeries.constant()
    if isinstance(level, LevelSeries):
        return level
    wanted = ["time_s", "sea_m_nap", "canal_m_nap"]
    for column in wanted:
        if column not in level.columns:
            raise DataError(f"level: column '{column}' is missing; needed are: {', '.join(wanted)}")
    values = level[wanted].to_numpy(dtype=np.float64)
    if len(values) == 0 or not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0]) if len(values) else 0
        raise DataError(f"level: row {row} is missing or not a number; fill the gap first")
    steps = np.diff(values[:, 0])
    if len(steps) and (steps[0] <= 0 or np.abs(steps - steps[0]).max() > 1e-3):
        row = int(np.argmax(np.abs(steps - steps[0]) > 1e-3)) + 1 if steps[0] > 0 else 1
        raise DataError(f"level: the step to row {row} differs from the first ({steps[row - 1]} s and {steps[0]} s); give a series with equal steps above 0")
    step_s = float(steps[0]) if len(steps) else 300.0
    if to_ms(step_s) < 1:
        raise DataError(f"level: steps of {step_s} s are too small; the finest step is 0.001 s")
    return LevelSeries(float(values[0, 0]), step_s, values[:, 1].copy(), values[:, 2].copy())


def _seconds(milliseconds: Any) -> Any:
    return milliseconds / MS_PER_S


def ship_frame(ships: pd.DataFrame, rows: Any, complex_: LockComplex) -> pd.DataFrame:
    """Return the ships' table of a result from the kernel's rows."""
    columns = ship_columns(ships["arrival_s"].to_numpy(dtype=np.float64), rows, complex_)
    frame = pd.DataFrame({"id": ships["id"].array, "side": ships["side"].array, **columns})
    return frame.astype({"chamber": "str", "refused_reason": "str"})


def ship_columns(arrival: npt.NDArray[np.float64], rows: Any, complex_: LockComplex) -> Columns:
    """Return what ships did by their arrivals (s) and the kernel's rows: the columns of `LockResult.ships` but `id` and `side`."""
    n = arrival.size
    at = rows["ship"]
    done = rows["refusal"] == int(Refusal.NONE)
    through, row = at[done], rows[done]

    def column(values: Any) -> Any:
        out = np.full(n, np.nan)
        out[through] = values
        return out

    chamber = np.full(n, -1, dtype=np.int64)
    chamber[through] = row["chamber"]
    lockage = np.full(n, -1, dtype=np.int64)
    lockage[through] = row["lockage_id"]
    refusal = np.zeros(n, dtype=np.int64)
    refusal[at] = rows["refusal"]
    arrival_ms = np.rint(arrival * MS_PER_S).astype(np.int64)[through]
    names = np.array([*complex_.names, ""], dtype=object)
    return {
        "chamber": names[chamber],
        "lockage_id": lockage,
        "x_m": column(row["x_m"]),
        "y_m": column(row["y_m"]),
        "arrival_s": arrival,
        "wait_lineup_s": column(_seconds(row["entry_start_ms"] - arrival_ms)),
        "entry_start_s": column(_seconds(row["entry_start_ms"])),
        "entry_s": column(_seconds(row["moored_ms"] - row["entry_start_ms"])),
        "moored_s": column(_seconds(row["moored_ms"])),
        "doors_close_s": column(_seconds(row["close_ms"])),
        "exit_start_s": column(_seconds(row["exit_start_ms"])),
        "exit_s": column(_seconds(row["exit_ms"])),
        "lockage_s": column(_seconds(row["exit_ms"] - row["close_ms"])),
        "wait_rv_s": column(_seconds(row["close_ms"] - arrival_ms)),
        "passage_s": column(_seconds(row["exit_ms"] - arrival_ms)),
        "refused_reason": np.array([reason.word for reason in Refusal], dtype=object)[refusal],
    }


def lockage_frame(rows: Any, complex_: LockComplex) -> pd.DataFrame:
    """Return the lockages' table of a result from the kernel's rows, in order of their start."""
    order = np.lexsort((rows["lockage_id"], rows["start_ms"]))
    row = rows[order]
    areas = complex_.chambers["area_m2"][row["chamber"]]
    directions = np.array(["to_canal", "to_sea"], dtype=object)
    return pd.DataFrame(
        {
            "lockage_id": row["lockage_id"].astype(np.int64),
            "chamber": pd.array(np.array(complex_.names, dtype=object)[row["chamber"]], dtype="str"),
            "direction": pd.array(directions[(row["from_side"] == int(Side.CANAL)).astype(np.int64)], dtype="str"),
            "start_s": _seconds(row["start_ms"]),
            "doors_close_s": _seconds(row["close_ms"]),
            "doors_closed_s": _seconds(row["closed_ms"]),
            "levelled_s": _seconds(row["levelled_ms"]),
            "doors_open_s": _seconds(row["opened_ms"]),
            "end_s": _seconds(row["end_ms"]),
            "head_m": row["head_m"],
            "n_ships": row["n_ships"].astype(np.int64),
            "area_share": row["ship_area_m2"] / areas,
        }
    )
