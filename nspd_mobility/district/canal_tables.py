"""What ships did on the canal and at its bridges, from the rows of those facilities to the tables of a replication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..codes import BridgeCause, BridgeUser, CanalEnd
from ..engine.bridge_state import Bridge
from ..tables.schemas import BRIDGE_CLOSURES, BRIDGE_PASSAGES, ENCOUNTERS, WAITS
from ..units import MS_PER_S
from ..waterway._kernels import canal_records
from ..waterway.canal import leg_frame, wait_frame
from ..waterway.canal_layout import CanalLayout
from ..waterway.encounters import encounter_pairs

if TYPE_CHECKING:
    from .day import Day

_LONGEST_LEG_S = 6.0 * 3600.0  # legs that ended this long before the last row meet nobody any more


class CanalTables:
    """The rows of the canal since the last time, as frames.

    Attributes
    ----------
    legs : DataFrame
        Rows of the table `legs` without energy, with `row` and `number` of the ship in the fleet and `kind` of the stretch.
    waits : DataFrame
        Rows of the table `waits`.
    ends : DataFrame
        By number of the ship: `time_s` and `end` (`codes.CanalEnd`) of its journey on the canal.
    wait_s : Series
        Time lost by each ship, by its number (s).
    """

    def __init__(self, rows: Any, fleet: pd.DataFrame, layout: CanalLayout, day: Day) -> None:
        numbers = fleet.index.to_numpy()
        entity = fleet["entity_id"].to_numpy(dtype=np.uint64)
        ship = rows["ship"].copy()
        rows["ship"] = np.searchsorted(numbers, ship)
        causer = np.searchsorted(numbers, rows["causer"])
        is_here = (causer < len(numbers)) & (rows["causer"] >= 0)
        is_here[is_here] = numbers[causer[is_here]] == rows["causer"][is_here]
        rows["causer"] = np.where(is_here, causer, -1)  # a causer that has been written meanwhile is not named
        legs = self._with_ship(leg_frame(rows, np.arange(len(numbers)), layout), fleet, entity, day)
        self.legs = legs.rename(columns={"id": "row"}).assign(kind=day.district.fairways.stretches["kind"].loc[legs["stretch"]].to_numpy())
        waits = wait_frame(rows, np.arange(len(numbers)), layout)
        known = waits["causer"] != ""
        waits["causer_id"] = np.zeros(len(waits), dtype=np.uint64)
        waits.loc[known, "causer_id"] = entity[waits["causer"][known].to_numpy(dtype=np.int64)]
        waits = self._with_ship(waits.rename(columns={"node": "place"}), fleet, entity, day)
        waits["group"] = fleet["group"].to_numpy()[waits["id"].to_numpy(dtype=np.int64)]
        self.wait_s = (waits["end_s"] - waits["begin_s"]).groupby(waits["number"]).sum().reindex(numbers, fill_value=0.0)
        self.waits = waits[WAITS.names]
        ends = rows["kind"] == canal_records.ROW_END
        words = np.array([kind.word for kind in CanalEnd], dtype=object)
        self.ends = pd.DataFrame({"time_s": rows["end_ms"][ends] / MS_PER_S, "end": words[rows["code"][ends]]}, index=ship[ends])

    @staticmethod
    def _with_ship(frame: pd.DataFrame, fleet: pd.DataFrame, entity: Any, day: Day) -> pd.DataFrame:
        at = frame["id"].to_numpy(dtype=np.int64)
        return frame.assign(
            period=day.period.name, entity_id=entity[at], is_counted=fleet["is_counted"].to_numpy(dtype=bool)[at], number=fleet.index.to_numpy()[at]
        )


class EncounterCount:
    """Counts the encounters of the measured window, piece by piece.

    Legs are kept for some hours past the end of a piece, as a ship of the next one may meet them; pairs of kept legs are not counted twice.
    """

    def __init__(self, stretches: pd.DataFrame, day: Day) -> None:
        self._stretches = stretches
        self._day = day
        self._kept = pd.DataFrame()
        self._counts: list[pd.DataFrame] = []

    def add(self, legs: pd.DataFrame, fleet: pd.DataFrame) -> None:
        """Take further legs, of ships in the fleet."""
        mine = legs[["number", "stretch", "direction", "enter_s", "leave_s"]].rename(columns={"number": "id"})
        mine = mine.assign(group=fleet["group"].reindex(mine["id"]).to_numpy(), beam_m=fleet["beam_m"].reindex(mine["id"]).to_numpy(), is_new=True)
        mine = mine[mine["leave_s"] > mine["enter_s"]]
        everything = pd.concat([self._kept.assign(is_new=False), mine], ignore_index=True) if len(self._kept) else mine.reset_index(drop=True)
        if len(everything) == 0:
            return
        pairs = encounter_pairs(everything.assign(id=np.arange(len(everything))), self._stretches)
        first, second = pairs["first"].to_numpy(dtype=np.int64), pairs["second"].to_numpy(dtype=np.int64)
        is_new = everything["is_new"].to_numpy(dtype=bool)
        counts = (is_new[first] | is_new[second]) & self._day.period.is_counted(pairs["time_s"]).to_numpy()
        self._counts.append(self._count(pairs[counts], everything, first[counts], second[counts]))
        last_s = float(everything["leave_s"].max())
        self._kept = everything[everything["leave_s"] > last_s - _LONGEST_LEG_S]

    def _count(self, pairs: pd.DataFrame, legs: pd.DataFrame, first: Any, second: Any) -> pd.DataFrame:
        group, beam = legs["group"].to_numpy(dtype=object), legs["beam_m"].to_numpy(dtype=np.float64)
        a, b = group[first], group[second]
        swap = (pairs["kind"] == "meeting").to_numpy() & (a > b)
        frame = pd.DataFrame(
            {
                "stretch": pairs["stretch"].to_numpy(),
                "km": np.floor(pairs["km"].to_numpy()).astype(np.int64),
                "kind": pairs["kind"].to_numpy(),
                "first_group": np.where(swap, b, a),
                "second_group": np.where(swap, a, b),
                "beam_sum_m": beam[first] + beam[second],
            }
        )
        return self._sum(frame.assign(n=1), "beam_sum_m")

    @staticmethod
    def _sum(frame: pd.DataFrame, beam: str) -> pd.DataFrame:
        keys = ["stretch", "km", "kind", "first_group", "second_group"]
        counted: pd.DataFrame = frame.groupby(keys, sort=True, as_index=False).agg(n=("n", "sum"), beam_sum_max_m=(beam, "max"))
        return counted

    def table(self) -> pd.DataFrame:
        """Return the table of encounters."""
        if not self._counts:
            return pd.DataFrame(columns=ENCOUNTERS.names)
        return self._sum(pd.concat(self._counts, ignore_index=True), "beam_sum_max_m").assign(period=self._day.period.name)[ENCOUNTERS.names]


def bridge_tables(name: str, bridge: Bridge, fleet: pd.DataFrame, trains: pd.Series[Any], day: Day) -> dict[str, pd.DataFrame]:
    """Return the rows of a bridge since the last time: its closures for road and rail, and who passed; `trains` are entities by number."""
    closures, waits = bridge.drain()
    entity = pd.concat([fleet["entity_id"].astype("uint64"), trains]) if len(trains) else fleet["entity_id"].astype("uint64")

    def ids(numbers: Any) -> Any:
        return entity.reindex(numbers, fill_value=0).to_numpy(dtype=np.uint64)

    of_closure = {"period": day.period.name, "bridge": name, "cause_id": ids(closures["cause_user"]), "n_ships": closures["n_ships"].astype(np.int64)}
    of_closure["is_forced"] = closures["is_forced"] != 0
    for column in ("road_closed", "opening", "open", "closing", "closed", "road_open"):
        of_closure[f"{column}_s"] = closures[f"{column}_ms"] / MS_PER_S
    of_closure["is_counted"] = day.period.is_counted(pd.Series(of_closure["road_closed_s"])).to_numpy()
    users = np.array([user.word for user in BridgeUser], dtype=object)
    causes = np.array([cause.word for cause in BridgeCause], dtype=object)
    passages = {
        "period": day.period.name,
        "bridge": name,
        "entity_id": ids(waits["who"]),
        "user": users[waits["user"]],
        "cause": causes[waits["cause"]],
        "eta_s": waits["eta_ms"] / MS_PER_S,
        "begin_s": waits["begin_ms"] / MS_PER_S,
        "clear_s": waits["clear_ms"] / MS_PER_S,
        "is_counted": day.period.is_counted(pd.Series(waits["begin_ms"] / MS_PER_S)).to_numpy(),
    }
    return {"bridge_closures": pd.DataFrame(of_closure)[BRIDGE_CLOSURES.names], "bridge_passages": pd.DataFrame(passages)[BRIDGE_PASSAGES.names]}
