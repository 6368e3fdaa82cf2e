"""What ships did on the canal and at its bridges, from the rows of those facilities to the tables of a replication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import BridgeCause, BridgeUser
from ..demand.sheets import GROUPS
from ..engine.bridge_state import Bridge
from ..tables.columns import Columns, join, take
from ..units import MS_PER_S
from ..waterway._kernels import canal_records
from ..waterway.canal import leg_columns, wait_columns
from ..waterway.canal_layout import CanalLayout
from ..waterway.encounters import KINDS, encounters_of

if TYPE_CHECKING:
    from .day import Day

_LONGEST_LEG_S = 6.0 * 3600.0  # legs that ended this long before the last row meet nobody any more


class CanalTables:
    """The rows of the canal since the last time, as columns.

    Attributes
    ----------
    legs : dict of ndarray
        Rows of the table `legs` without energy, with `row` of the ship in the fleet and `kind` of the stretch; `place` and `code` are
        stretch and direction as the kernel has them.
    waits : dict of ndarray
        Rows of the table `waits`, without the period.
    wait_s : ndarray of float64, shape (n_ship,)
        Time lost by each ship (s).
    ends : dict of ndarray
        `row` of ships whose journey on the canal has ended, `time_s`, and `end` (`codes.CanalEnd`).
    """

    def __init__(self, rows: Any, fleet: Columns, layout: CanalLayout, day: Day) -> None:
        rows["ship"] = np.searchsorted(fleet["number"], rows["ship"])
        kinds = day.district.fairways.stretches["kind"].loc[layout.stretch_names].to_numpy(dtype=object)
        leg, wait, end = (rows[rows["kind"] == kind] for kind in (canal_records.ROW_LEG, canal_records.ROW_WAIT, canal_records.ROW_END))
        self.legs = leg_columns(leg, layout) | {"row": leg["ship"], "place": leg["place"], "code": leg["code"], "kind": kinds[leg["place"]]}
        self.legs |= {name: fleet[name][leg["ship"]] for name in ("entity_id", "is_counted")}
        self.waits = wait_columns(wait, layout)
        self.waits |= {name: fleet[name][wait["ship"]] for name in ("entity_id", "group", "is_counted")}
        self.waits["causer_id"] = entity_of(fleet, wait["causer"])  # 0 for one that has been written meanwhile
        lost_s = pd.Series(self.waits["end_s"] - self.waits["begin_s"]).groupby(wait["ship"]).sum()
        self.wait_s = np.zeros(len(fleet["number"]))
        self.wait_s[lost_s.index] = lost_s
        self.ends = {"row": end["ship"], "time_s": end["end_ms"] / MS_PER_S, "end": end["code"]}


def entity_of(fleet: Columns, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return the entities of ships by their number; 0 for one that is not in the fleet."""
    if len(fleet["number"]) == 0:
        return np.zeros(len(numbers), dtype=np.uint64)
    row = np.minimum(np.searchsorted(fleet["number"], numbers), len(fleet["number"]) - 1)
    return np.where(fleet["number"][row] == numbers, fleet["entity_id"][row], np.uint64(0))


class EncounterCount:
    """Counts the encounters of the measured window, piece by piece.

    Legs are kept for some hours past the end of a piece, as a ship of the next one may meet them; pairs of kept legs are not counted twice.
    Counts are by stretch, kilometre, kind and both groups, in the order of their names.
    """

    def __init__(self, stretches: pd.DataFrame, day: Day) -> None:
        self._stretches = stretches
        self._day = day
        self._kept: Columns = {}
        self._names = (np.sort(stretches["id"].to_numpy(dtype=object)), np.sort(np.array(KINDS, dtype=object)), np.sort(np.array(GROUPS, dtype=object)))
        names, kinds, groups = map(len, self._names)
        ends = stretches[["km_begin", "km_end"]].to_numpy(dtype=np.float64)
        self._first_km = int(np.floor(ends.min(initial=0.0))) - 1
        n_km = int(np.floor(ends.max(initial=0.0))) + 2 - self._first_km
        self._n = np.zeros((names, n_km, kinds, groups, groups), dtype=np.int64)
        self._beam_sum_m = np.full(self._n.shape, np.nan)

    def add(self, legs: Columns, fleet: Columns) -> None:
        """Take further legs, of ships in the fleet."""
        mine = {name: legs[name] for name in ("place", "code", "enter_s", "leave_s")}
        mine |= {"group": np.searchsorted(self._names[2], fleet["group"])[legs["row"]], "beam_m": fleet["beam_m"][legs["row"]]}
        mine = take(mine, legs["leave_s"] > legs["enter_s"])
        n_kept = len(self._kept.get("place", ()))
        everything = join([self._kept, mine])
        pairs = encounters_of(everything, self._stretches)
        is_new = np.maximum(pairs["first"], pairs["second"]) >= n_kept
        self._count(take(pairs, is_new & self._day.period.is_counted(pairs["time_s"])), everything)
        last_s = everything["leave_s"].max(initial=-np.inf)
        self._kept = take(everything, everything["leave_s"] > last_s - _LONGEST_LEG_S)

    def _count(self, pairs: Columns, legs: Columns) -> None:
        names, kinds, _ = self._names
        a, b = legs["group"][pairs["first"]], legs["group"][pairs["second"]]
        is_meeting = pairs["is_meeting"] == 1
        first, second = np.where(is_meeting, np.minimum(a, b), a), np.where(is_meeting, np.maximum(a, b), b)
        stretch = np.searchsorted(names, self._stretches["id"].to_numpy(dtype=object))[pairs["place"]]
        kind = np.searchsorted(kinds, np.array(KINDS, dtype=object))[pairs["is_meeting"]]
        at = (stretch, np.floor(pairs["km"]).astype(np.int64) - self._first_km, kind, first, second)
        np.add.at(self._n, at, 1)
        np.fmax.at(self._beam_sum_m, at, legs["beam_m"][pairs["first"]] + legs["beam_m"][pairs["second"]])

    def table(self) -> Mapping[str, Any]:
        """Return the table of encounters."""
        at = np.nonzero(self._n)
        stretch, km, kind, first, second = at
        names, kinds, groups = self._names
        of_groups = {"first_group": groups[first], "second_group": groups[second]}
        counts = {"n": self._n[at], "beam_sum_max_m": self._beam_sum_m[at]}
        return {"period": self._day.period.name, "stretch": names[stretch], "km": km + self._first_km, "kind": kinds[kind], **of_groups, **counts}


def bridge_tables(name: str, bridge: Bridge, users: Columns, day: Day) -> dict[str, Mapping[str, Any]]:
    """Return the rows of a bridge since the last time: its closures for road and rail, and who passed; `users` are ships and trains by number."""
    closures, waits = bridge.drain()
    here = {"period": day.period.name, "bridge": name}
    times = {f"{moment}_s": closures[f"{moment}_ms"] / MS_PER_S for moment in ("road_closed", "opening", "open", "closing", "closed", "road_open")}
    of_closure = {
        "cause_id": entity_of(users, closures["cause_user"]),
        "n_ships": closures["n_ships"].astype(np.int64),
        "is_forced": closures["is_forced"] != 0,
        "is_counted": day.period.is_counted(times["road_closed_s"]),
    }
    passages = {
        "entity_id": entity_of(users, waits["who"]),
        "user": np.array([user.word for user in BridgeUser], dtype=object)[waits["user"]],
        "cause": np.array([cause.word for cause in BridgeCause], dtype=object)[waits["cause"]],
        "eta_s": waits["eta_ms"] / MS_PER_S,
        "begin_s": waits["begin_ms"] / MS_PER_S,
        "clear_s": waits["clear_ms"] / MS_PER_S,
        "is_counted": day.period.is_counted(waits["begin_ms"] / MS_PER_S),
    }
    return {"bridge_closures": here | times | of_closure, "bridge_passages": here | passages}
