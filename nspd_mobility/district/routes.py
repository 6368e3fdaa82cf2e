"""How ships sail: the stretches before and after the lock, and the time that each takes.

Stretches are plain in this version: a ship sails at its own speed, on the canal not faster than the rules for its draught
allow; it is not held up by others, by bridges or by the current.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..errors import DataError
from ..network.waterway import STRETCH_KINDS, FairwayNetwork
from ..params.waterway import WaterwayParams
from ..tables.columns import Columns

CANAL_KIND = "canal"


@dataclass(frozen=True, slots=True)
class Part:
    """The stretches between the lock and one end of a relation, from the lock outwards.

    Attributes
    ----------
    stretches : tuple of str
    lengths_m : tuple of float
    kinds : tuple of str
    is_outward_forward : tuple of bool
        Whether sailing away from the lock is from the stretch's from_node to its to_node.
    """

    stretches: tuple[str, ...] = ()
    lengths_m: tuple[float, ...] = ()
    kinds: tuple[str, ...] = ()
    is_outward_forward: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """The stretches of one relation, split at the lock that it passes."""

    lock: str
    side: str
    before: Part
    after: Part


@lru_cache(maxsize=4096)
def route_through_lock(network: FairwayNetwork, origin: str, destination: str, locks: frozenset[str]) -> Route:
    """Return the route from origin to destination through the one lock on its way.

    Raises
    ------
    DataError
        If the way passes no lock of the district, or more than one.
    """
    passed = [lock for lock in network.locks_on(origin, destination) if lock in locks]
    if len(passed) != 1:
        which = "no lock" if not passed else f"the locks {', '.join(passed)}"
        raise DataError(f"the way from '{origin}' to '{destination}' passes {which}; a ship passes exactly one of: {', '.join(sorted(locks))}")
    lock = passed[0]
    before, after = _part(network, lock, origin), _part(network, lock, destination)
    side = "canal" if before.stretches and before.stretches[0] in network.through(lock).canal else "sea"
    return Route(lock, side, before, after)


def _part(network: FairwayNetwork, lock: str, end: str) -> Part:
    stretches = network.route(lock, end)
    lines = network.stretches.loc[stretches]
    node = lock
    forward: list[bool] = []
    for begin, end_node in zip(lines["from_node"].astype(str), lines["to_node"].astype(str), strict=True):
        forward.append(begin == node)
        node = end_node if begin == node else begin
    return Part(tuple(stretches), tuple(lines["length_m"].astype(float)), tuple(lines["kind"].astype(str)), tuple(forward))


def stretch_speed_m_s(ships: Columns, kind: str, params: WaterwayParams) -> npt.NDArray[np.float64]:
    """Return each ship's speed on a kind of stretch, shape (n_ship,), m/s."""
    own = ships["speed_m_s"]
    speed = np.where(np.isfinite(own) & (own > 0.0), own, params.estuary_speed_m_s)
    if kind != CANAL_KIND:
        return speed
    limits = params.canal_speed
    draught = ships["draught_m"]
    limit = np.where(draught < limits.shallow_draught_m, limits.shallow_m_s, np.where(draught <= limits.deep_draught_m, limits.middle_m_s, limits.deep_m_s))
    return np.minimum(speed, limit)


def sail(
    ships: Columns, time_s: npt.NDArray[np.float64], routes: dict[tuple[str, str], Route], params: WaterwayParams, *, after_lock: bool
) -> tuple[npt.NDArray[np.float64], Columns]:
    """Sail ships to the lock or from it.

    Parameters
    ----------
    ships : dict of ndarray
        `entity_id, draught_m, speed_m_s, is_counted`, and `route`: the place of its route in `routes`.
    time_s : ndarray of float64, shape (n_ship,)
        Arrival at the lock, or exit from it (s); NaN for a ship that does not come to that.
    routes : dict
        Route by (origin, destination).
    params : WaterwayParams
    after_lock : bool
        The part after the lock, otherwise the part before it.

    Returns
    -------
    end_s : ndarray of float64, shape (n_ship,)
        Departure from the origin, or arrival at the destination (s).
    legs : dict of ndarray
        Rows of the table `legs`, without period, energy and emissions, but with `row` (of the ship) and `kind` (of the stretch).
    """
    end_s = time_s.copy()
    speeds = {kind: stretch_speed_m_s(ships, kind, params) for kind in STRETCH_KINDS}
    rows_of: list[npt.NDArray[np.intp]] = []
    stretches: list[str] = []
    directions: list[str] = []
    enter: list[npt.NDArray[np.float64]] = []
    leave: list[npt.NDArray[np.float64]] = []
    sailed: list[str] = []
    numbers = {pair: number for number, pair in enumerate(routes)}
    for pair in sorted(routes):
        part = routes[pair].after if after_lock else routes[pair].before
        rows = np.flatnonzero((ships["route"] == numbers[pair]) & np.isfinite(time_s))
        now = time_s[rows]
        for stretch, length_m, kind, is_forward in zip(part.stretches, part.lengths_m, part.kinds, part.is_outward_forward, strict=True):
            duration = length_m / speeds[kind][rows]
            other = now + duration if after_lock else now - duration
            rows_of.append(rows)
            stretches.append(stretch)
            sailed.append(kind)
            directions.append("forward" if is_forward == after_lock else "backward")
            enter.append(now if after_lock else other)
            leave.append(other if after_lock else now)
            now = other
        end_s[rows] = now
    n_each = [rows.size for rows in rows_of]
    at = np.concatenate(rows_of) if rows_of else np.array([], dtype=np.intp)
    legs = {
        "entity_id": ships["entity_id"][at],
        "stretch": np.repeat(np.array(stretches, dtype=object), n_each),
        "direction": np.repeat(np.array(directions, dtype=object), n_each),
        "enter_s": np.concatenate(enter) if enter else np.array([]),
        "leave_s": np.concatenate(leave) if leave else np.array([]),
        "is_counted": ships["is_counted"][at],
        "row": at,
        "kind": np.repeat(np.array(sailed, dtype=object), n_each),
    }
    return end_s, legs
