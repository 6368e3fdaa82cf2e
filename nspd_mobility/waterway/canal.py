"""Ships on a canal: the public function and its result.

A ship sails its stretches one after another, each at the least of its own speed, the rule for its draught, and a share of the
physical limit speed. It loses time

- behind a ship on the same stretch that it may not overtake (follow): it leaves the stretch `follow_headway_s` after that ship;
- at a passing place, for a section in which it could not meet a ship that comes (section, oversize);
- before a bridge (bridge), and for a berth at its destination (berth).

So ``arrive_s - depart_s`` is the free sailing time plus the sum of its waits. Assumptions: stop boards, passing places and side
waters have room for any number of ships; a ship keeps its speed on a stretch but for the ship ahead; a ship that follows loses its time
on that stretch, and slows nobody that may overtake it. Left out: acceleration, current and wind, squat (but for the limit
speed), the way back of a ship, which is demand of its own. Times are whole milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..codes import CanalEnd, CanalWait
from ..errors import DataError, allowed, nearest
from ..params.build import build_plain
from ..params.canal import CanalParams
from ..tables.columns import Columns
from ..units import MS_PER_S, NEVER_MS, to_ms
from ._kernels import canal_records
from .canal_facility import CanalFacility
from .canal_layout import CanalLayout
from .canal_ships import check_ships, limit_speed_m_s, to_requests
from .canal_state import Canal
from .tables import check_columns

__all__ = ["CanalFacility", "CanalLayout", "CanalResult", "limit_speed_m_s", "simulate_canal"]

DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True, slots=True)
class CanalResult:
    """What ships did on a canal.

    Attributes
    ----------
    legs : DataFrame
        One row per ship and stretch, in order of leaving: `id, stretch, direction, enter_s, leave_s`.
    waits : DataFrame
        One row per loss of time: `id, node, cause, causer, begin_s, end_s`. `causer` is the id of the ship that was in the way first,
        empty where it was none. The loss behind another ship (follow) lies between when the ship would have come to the node and
        when it did, on the stretch.
    ships : DataFrame
        One row per ship, in the order of the input: `id, origin, destination, depart_s, arrive_s, travel_s, free_s, wait_s, end`.
        A ship that has not arrived at the end has no `arrive_s`.
    """

    legs: pd.DataFrame
    waits: pd.DataFrame
    ships: pd.DataFrame

    @property
    def unfinished_share(self) -> float:
        """Share of the ships that had not arrived at the end."""
        return float(self.ships["arrive_s"].isna().mean()) if len(self.ships) else 0.0


def simulate_canal(
    ships: pd.DataFrame,
    stretches: pd.DataFrame,
    canal: CanalParams | Mapping[str, Any],
    *,
    nodes: pd.DataFrame | None = None,
    closures: pd.DataFrame | None = None,
    until_s: float | None = None,
) -> CanalResult:
    """Sail ships over a canal.

    Parameters
    ----------
    ships : DataFrame
        `id, origin, destination` (nodes), `depart_s` (float seconds from the run's epoch) and `speed_m_s`, and optionally `length_m,
        beam_m, draught_m, stay_s` (at a berth), `needs_opening` (bool: of the bridges on its way, True) and `class_id`.
    stretches : DataFrame
        `id, from_node, to_node, length_m`, and optionally `section, cross_section, has_speed_limit, overtaking_max_beam_sum_m`;
        see `CanalLayout`.
    canal : CanalParams or mapping
        The rules; a mapping is checked like a file, a misspelt parameter is an error.
    nodes : DataFrame, optional
        `id`, and optionally `kind` ('berth' and 'bridge' have a meaning) and `n_berths` (0: unlimited).
    closures : DataFrame, optional
        Times at which bridges do not open: `node, begin_s, end_s`. Without it bridges hold nobody up.
    until_s : float, optional
        End of the simulation (s); without it all ships arrive.

    Returns
    -------
    CanalResult

    Raises
    ------
    DataError
        If a table or a parameter can't be used.

    Examples
    --------
    >>> import pandas as pd
    >>> stretches = pd.DataFrame(dict(id=["s"], from_node=["lock"], to_node=["quay"], length_m=[6000.0], section=["narrow"]))
    >>> ships = pd.DataFrame(dict(id=["a", "b"], origin=["lock", "quay"], destination=["quay", "lock"], depart_s=[0.0, 60.0]))
    >>> result = simulate_canal(ships.assign(beam_m=20.0, speed_m_s=3.0), stretches, dict(sections=dict(narrow=dict(meeting_max_beam_sum_m=30.0))))
    >>> result.waits[["id", "cause", "begin_s", "end_s"]].values.tolist()
    [['b', 'section', 60.0, 2000.0]]
    """
    params = canal if isinstance(canal, CanalParams) else build_plain(CanalParams, "canal", **canal)
    check_ships(ships)
    layout = CanalLayout(stretches, params, nodes)
    requests = to_requests(ships, layout)
    state = Canal(layout, _closures_ms(closures, layout))
    state.run(requests, NEVER_MS - 1 if until_s is None else to_ms(until_s))
    return _result(state.drain(), ships, layout)


def leg_columns(row: Any, layout: CanalLayout) -> Columns:
    """Return stretch, direction and times of the kernel's rows that are legs."""
    return {
        "stretch": np.array(layout.stretch_names, dtype=object)[row["place"]],
        "direction": np.array(DIRECTIONS, dtype=object)[row["code"]],
        "enter_s": row["begin_ms"] / MS_PER_S,
        "leave_s": row["end_ms"] / MS_PER_S,
    }


def wait_columns(row: Any, layout: CanalLayout) -> Columns:
    """Return place, cause and times of the kernel's rows that are waits."""
    return {
        "place": np.array(layout.node_names, dtype=object)[row["place"]],
        "cause": np.array([cause.word for cause in CanalWait], dtype=object)[row["code"]],
        "begin_s": row["begin_ms"] / MS_PER_S,
        "end_s": row["end_ms"] / MS_PER_S,
    }


def _result(rows: Any, ships: pd.DataFrame, layout: CanalLayout) -> CanalResult:
    names = ships["id"].to_numpy(dtype=object)
    leg, wait = (rows[rows["kind"] == kind] for kind in (canal_records.ROW_LEG, canal_records.ROW_WAIT))
    causers = np.append(names, "")[wait["causer"]]  # -1 is none
    legs = pd.DataFrame({"id": names[leg["ship"]], **leg_columns(leg, layout)}).astype({"stretch": "str", "direction": "str"})
    waits = pd.DataFrame({"id": names[wait["ship"]], "causer": causers, **wait_columns(wait, layout)}).astype({"place": "str", "cause": "str"})
    waits = waits.rename(columns={"place": "node"})[["id", "node", "cause", "causer", "begin_s", "end_s"]]
    return CanalResult(legs, waits, _ship_frame(ships, rows))


def _ship_frame(ships: pd.DataFrame, rows: Any) -> pd.DataFrame:
    n = len(ships)
    ends = rows[rows["kind"] == canal_records.ROW_END]
    waits = rows[rows["kind"] == canal_records.ROW_WAIT]
    wait_s = np.zeros(n)
    np.add.at(wait_s, waits["ship"], (waits["end_ms"] - waits["begin_ms"]) / MS_PER_S)
    arrive, travel = np.full(n, np.nan), np.full(n, np.nan)
    arrive[ends["ship"]] = ends["end_ms"] / MS_PER_S
    travel[ends["ship"]] = (ends["end_ms"] - ends["begin_ms"]) / MS_PER_S
    end = np.full(n, "", dtype=object)
    end[ends["ship"]] = np.array([kind.word for kind in CanalEnd], dtype=object)[ends["code"]]
    return pd.DataFrame(
        {
            "id": ships["id"].array,
            "origin": ships["origin"].array,
            "destination": ships["destination"].array,
            "depart_s": ships["depart_s"].to_numpy(dtype=np.float64),
            "arrive_s": arrive,
            "travel_s": travel,
            "free_s": np.round(travel - wait_s, 3),
            "wait_s": np.round(wait_s, 3),
            "end": pd.array(end, dtype="str"),
        }
    )


def _closures_ms(closures: pd.DataFrame | None, layout: CanalLayout) -> dict[str, list[tuple[int, int]]]:
    """Return the closed times of each bridge, joined where they overlap or touch."""
    if closures is None:
        return {}
    check_columns("closures", closures, ("node", "begin_s", "end_s"), ())
    joined: dict[str, list[tuple[int, int]]] = {}
    for row, (node, begin_s, end_s) in enumerate(closures.sort_values(["node", "begin_s"]).itertuples(index=False)):
        if node not in layout.bridges:
            raise DataError(f"closures: node '{node}' is not a bridge{nearest(str(node), layout.bridges)}; bridges are: {allowed(layout.bridges) or 'none'}")
        if not (np.isfinite(begin_s) and np.isfinite(end_s) and begin_s < end_s):
            raise DataError(f"closures: row {row} of '{node}' runs from {begin_s} to {end_s} s; it must end after it begins")
        times = joined.setdefault(str(node), [])
        if times and to_ms(begin_s) <= times[-1][1]:
            times[-1] = (times[-1][0], max(times[-1][1], to_ms(end_s)))
        else:
            times.append((to_ms(begin_s), to_ms(end_s)))
    return joined
