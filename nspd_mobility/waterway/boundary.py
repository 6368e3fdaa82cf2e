"""Locks at the edge of the simulated waterway, by a distribution of the passage time in place of chambers and doors.

How long a lock takes follows from how full it is: the intensity I (passages a year) over the capacity C. C is what full chambers
pass in the hours of service,

    C = 52.18 service_h_per_week * sum over chambers of 2 n_ships / cycle.

Table 33 of the Richtlijnen Vaarwegen gives the mean passage time m and the time p that 90 % do not exceed, by I/C; in between it is
taken as linear. A passage is a fixed lockage L plus a wait W that is exponential: of all the shapes with two numbers that is the one
of a queue. Both follow from the table, since p = L + w ln 10 and m = L + w:

    w = (p - m) / (ln 10 - 1),  L = m - w

Each ship's wait comes from one frozen uniform of its own, so that a change of traffic moves every ship's wait by one factor.
Assumptions: waits of ships are independent, and alike at all hours; below and beyond the table its ends hold. Left out: queues of
ships in one platoon, tides, and what the District's own delays do to such a lock.

References
----------
Rijkswaterstaat (2020), Richtlijnen Vaarwegen 2020, section 4.2 and table 33.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError, allowed
from ..params.boundary import BoundaryLockParams
from ..params.build import build_plain
from ..streams import Streams, entity_ids
from ..tables.columns import Columns

S_PER_H = 3600.0
S_PER_MIN = 60.0
WEEKS_PER_YEAR = 365.25 / 7.0


@dataclass(frozen=True, slots=True)
class BoundaryTimes:
    """How a boundary lock passes ships in a year.

    Attributes
    ----------
    passages, capacity : float
        Intensity and capacity (ships a year).
    lockage_s, wait_mean_s : float
        The fixed part of a passage and the mean of its wait (s).
    is_beyond_table : bool
        Whether I/C lies outside the table, whose end is then taken.
    """

    passages: float
    capacity: float
    lockage_s: float
    wait_mean_s: float
    is_beyond_table: bool

    @property
    def intensity_share(self) -> float:
        """Intensity over capacity (share)."""
        return self.passages / self.capacity

    @property
    def passage_mean_s(self) -> float:
        """Mean passage time (s)."""
        return self.lockage_s + self.wait_mean_s


def boundary_times(lock: BoundaryLockParams | Mapping[str, Any], year: int) -> BoundaryTimes:
    """Return how a boundary lock passes ships in a year.

    Raises
    ------
    DataError
        If the passages have a key that is no year, or the table is not usable.

    Examples
    --------
    >>> lock = dict(node="gent", passages={"2020": 43830.0}, chambers=dict(one=dict(length_m=230.0, width_m=25.0, n_ships=5.0, cycle_s=3600.0)))
    >>> times = boundary_times(lock, 2020)
    >>> times.intensity_share, round(times.passage_mean_s / 60), round(times.wait_mean_s / 60, 1)
    (0.5, 45, 24.6)
    """
    params = _params(lock)
    table = params.reliability
    share, mean, p90 = (np.asarray(values, dtype=np.float64) for values in (table.intensity_share, table.passage_mean_min, table.passage_p90_min))
    if not (share.size == mean.size == p90.size > 0 and (np.diff(share) > 0.0).all() and (p90 > mean).all() and (p90 <= math.log(10.0) * mean).all()):
        raise DataError(
            "reliability: the three lists must be of one length, intensity_share rising, and passage_p90_min above the mean and at most 2.3 times it; mend them"
        )
    passages = _passages_in(params, year)
    per_s = sum(2.0 * chamber.n_ships / chamber.cycle_s for chamber in params.chambers.values())
    capacity = per_s * S_PER_H * params.service_h_per_week * WEEKS_PER_YEAR
    at = passages / capacity
    mean_min, p90_min = float(np.interp(at, share, mean)), float(np.interp(at, share, p90))
    wait_min = (p90_min - mean_min) / (math.log(10.0) - 1.0)
    is_beyond = not share[0] <= at <= share[-1]
    return BoundaryTimes(passages, capacity, (mean_min - wait_min) * S_PER_MIN, wait_min * S_PER_MIN, is_beyond)


def boundary_lock(ships: pd.DataFrame, lock: BoundaryLockParams | Mapping[str, Any], *, year: int, streams: Streams, name: str = "lock") -> pd.DataFrame:
    """Draw the passages of ships through a boundary lock.

    Parameters
    ----------
    ships : DataFrame
        `entity_id` or `id`, and `arrival_s`: when each ship calls at the lock (s).
    lock : BoundaryLockParams or mapping
        A mapping is checked like a file, a misspelt parameter is an error.
    year : int
        Year whose passages hold.
    streams : Streams
        The random numbers of the replication.
    name : str
        Name of the lock; another name gives other random numbers.

    Returns
    -------
    DataFrame
        One row per ship, with its index: `arrival_s, wait_s, lockage_s, passage_s, exit_s`.

    Raises
    ------
    DataError
        If a parameter or the table can't be used.

    Examples
    --------
    >>> import pandas as pd
    >>> from nspd_mobility.streams import Streams
    >>> lock = dict(node="gent", passages={"2020": 43830.0}, chambers=dict(one=dict(length_m=230.0, width_m=25.0, n_ships=5.0, cycle_s=3600.0)))
    >>> passed = boundary_lock(pd.DataFrame(dict(id=["a", "b"], arrival_s=[0.0, 60.0])), lock, year=2020, streams=Streams(1, 0))
    >>> bool((passed["exit_s"] - passed["arrival_s"] > passed["wait_s"]).all())
    True
    """
    times = boundary_times(lock, year)
    for column in ("arrival_s",) if "id" in ships.columns else ("entity_id", "arrival_s"):
        if column not in ships.columns:
            raise DataError(f"ships: column '{column}' is missing; a boundary lock needs arrival_s, and id or entity_id")
    ids = ships["entity_id"].to_numpy(dtype=np.uint64) if "entity_id" in ships.columns else entity_ids("ships", ships["id"])
    wait_s = _exponential(streams.uniform(f"boundary-{name}", ids)[:, 0], times.wait_mean_s)
    arrival_s = ships["arrival_s"].to_numpy(dtype=np.float64)
    passage_s = wait_s + times.lockage_s
    columns = {"arrival_s": arrival_s, "wait_s": wait_s, "lockage_s": times.lockage_s, "passage_s": passage_s, "exit_s": arrival_s + passage_s}
    return pd.DataFrame(columns, index=ships.index)


def goes_through(ships: Columns, params: BoundaryLockParams, streams: Streams, name: str) -> npt.NDArray[np.bool_]:
    """Return which ships at the node go on through the lock, shape (n_ship,): of its groups, in its share, and not too large for it.

    Parameters
    ----------
    ships : dict of ndarray
        `entity_id, group, length_m, beam_m`.
    """
    fits = np.zeros(len(ships["entity_id"]), dtype=bool)
    for chamber in params.chambers.values():
        fits |= (ships["length_m"] <= chamber.length_m) & (ships["beam_m"] <= chamber.width_m)
    u = streams.uniform(f"boundary-choice-{name}", ships["entity_id"])[:, 0]
    return fits & np.isin(ships["group"], list(params.groups)) & (u < params.share)


def _exponential(u: npt.NDArray[np.float64], mean: float) -> npt.NDArray[np.float64]:
    return -mean * np.log1p(-u)


def _passages_in(params: BoundaryLockParams, year: int) -> float:
    """Return the passages of a year: linear between the years given, grown after the last, those of the first before it."""
    for key in params.passages:
        if not (key.isdecimal() and len(key) == 4):
            raise DataError(f"passages: {key!r} is not a year; write years such as '2019' (given: {allowed(params.passages)})")
    years = sorted(map(int, params.passages))
    value = float(np.interp(year, years, [params.passages[str(given)] for given in years]))
    return value * (1.0 + params.growth_share_per_year) ** max(year - years[-1], 0)


def _params(lock: BoundaryLockParams | Mapping[str, Any]) -> BoundaryLockParams:
    return lock if isinstance(lock, BoundaryLockParams) else build_plain(BoundaryLockParams, "boundary lock", **lock)
