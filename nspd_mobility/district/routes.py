"""How ships sail: the stretches before and after the lock, and the time that each takes.

Stretches are plain in this version: a ship sails at its own speed, on the canal not faster than the rules for its draught
allow; it is not held up by others, by bridges or by the current.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from ..network.waterway import FairwayNetwork
from ..params.waterway import WaterwayParams

CANAL_KIND = "canal"


@dataclass(frozen=True, slots=True)
class Route:
    """The stretches of one relation, split at the lock that it passes."""

    lock: str
    side: str
    before: tuple[str, ...]
    after: tuple[str, ...]


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
    before, after = network.route(origin, lock), network.route(lock, destination)
    side = "canal" if before and before[-1] in network.through(lock).canal else "sea"
    return Route(lock, side, tuple(before), tuple(after))


def stretch_speed_m_s(ships: pd.DataFrame, kind: str, params: WaterwayParams) -> npt.NDArray[np.float64]:
    """Return each ship's speed on a kind of stretch, shape (n_ship,), m/s."""
    own = ships["speed_m_s"].to_numpy(dtype=np.float64)
    speed = np.where(np.isfinite(own) & (own > 0.0), own, params.estuary_speed_m_s)
    if kind != CANAL_KIND:
        return speed
    limits = params.canal_speed
    draught = ships["draught_m"].to_numpy(dtype=np.float64)
    limit = np.where(draught < limits.shallow_draught_m, limits.shallow_m_s, np.where(draught <= limits.deep_draught_m, limits.middle_m_s, limits.deep_m_s))
    return np.minimum(speed, limit)


def sail(
    ships: pd.DataFrame, time_s: npt.NDArray[np.float64], routes: dict[tuple[str, str], Route], network: FairwayNetwork, params: WaterwayParams, *, after_lock: bool
) -> tuple[npt.NDArray[np.float64], pd.DataFrame]:
    """Sail ships to the lock or from it.

    Parameters
    ----------
    ships : DataFrame
        `entity_id, origin, destination, draught_m, speed_m_s, is_counted`.
    time_s : ndarray of float64, shape (n_ship,)
        Arrival at the lock, or exit from it (s); NaN for a ship that does not come to that.
    routes : dict
        Route by (origin, destination).
    network, params
    after_lock : bool
        The part after the lock, otherwise the part before it.

    Returns
    -------
    end_s : ndarray of float64, shape (n_ship,)
        Departure from the origin, or arrival at the destination (s).
    legs : DataFrame
        Rows of the table `legs`, without the period.
    """
    end_s = time_s.copy()
    parts = [_no_legs()]
    for (origin, destination), rows in ships.groupby(["origin", "destination"], sort=True).indices.items():
        route = routes[origin, destination]
        stretches = route.after if after_lock else tuple(reversed(route.before))
        group = ships.iloc[rows]
        now = time_s[rows]
        node = route.lock
        for stretch in stretches:
            line = network.stretches.loc[stretch]
            duration = line["length_m"] / stretch_speed_m_s(group, line["kind"], params)
            other = now + duration if after_lock else now - duration
            # towards the lock the stretch is sailed to `node`, after it from `node`
            is_forward = (line["from_node"] == node) == after_lock
            enter, leave = (now, other) if after_lock else (other, now)
            parts.append(_legs(group, stretch, is_forward, enter, leave))
            node = line["to_node"] if line["from_node"] == node else line["from_node"]
            now = other
        end_s[rows] = now
    legs = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    return end_s, legs[legs["enter_s"].notna()]


def _legs(ships: pd.DataFrame, stretch: str, is_forward: bool, enter_s: npt.NDArray[np.float64], leave_s: npt.NDArray[np.float64]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "entity_id": ships["entity_id"].to_numpy(dtype=np.uint64),
            "stretch": stretch,
            "direction": "forward" if is_forward else "backward",
            "enter_s": enter_s,
            "leave_s": leave_s,
            "is_counted": ships["is_counted"].to_numpy(dtype=bool),
        }
    )


def _no_legs() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "entity_id": np.array([], np.uint64),
            "stretch": np.array([], object),
            "direction": np.array([], object),
            "enter_s": np.array([]),
            "leave_s": np.array([]),
            "is_counted": np.array([], bool),
        }
    )


