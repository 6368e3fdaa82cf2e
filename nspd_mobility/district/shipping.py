"""The shipping step: ships arrive at the locks, are locked through on the common clock, and sail on.

The period is done in pieces of a week. Ships of a piece are drawn, given to the locks, and written when they are through, so
that memory holds the ships that are under way and no more. The ships of the next piece are drawn one piece ahead: they may
depart within this one, and the spine of events is written in order of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..demand.ships import draw_ships
from ..demand.ships_file import read_ships_file
from ..engine.clock import Clock
from ..errors import DataError
from ..params import LockParams
from ..tables.schemas import CLOSURES, LEGS, LEVELS, SHIPS
from ..units import MS_PER_S, S_PER_DAY, to_ms
from ..waterway.closures import closure_intervals, closure_records
from ..waterway.complex import LevelSeries
from ..waterway.facility import LockFacility
from ..waterway.levels import discharge_m3_s, times_of, water_levels
from ..waterway.lock import lockage_frame, ship_frame
from ..waterway.ships import SIZES, to_requests
from .events import arrival_events, passage_events, write_events
from .routes import Part, Route, route_through_lock, sail

if TYPE_CHECKING:
    from .day import Day

PIECE_S = 7.0 * S_PER_DAY
_LOCK_COLUMNS = ("id", "side", "arrival_s", *SIZES, "is_sea", "priority")


def shipping(day: Day) -> Iterator[float]:
    """Run the step; yields the simulated time reached (s)."""
    run = _Shipping(day)
    end_s = day.period.end_s
    n_pieces = max(1, int(np.ceil(end_s / PIECE_S)))
    ahead = run.arrivals(0.0, min(PIECE_S, end_s))
    for piece in range(n_pieces):
        until_s = min((piece + 1) * PIECE_S, end_s)
        run.admit(ahead)
        if piece + 1 < n_pieces:
            ahead = run.arrivals(until_s, min(until_s + PIECE_S, end_s))
        run.advance(until_s)
        yield until_s
    run.finish()


class _Shipping:
    """The state of the step: the locks on the clock, and the ships under way."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.params = day.district.params.network.waterway
        self.epoch = day.period.epoch
        levels = self._levels()
        self.locks = {name: LockFacility(name, lock, levels, self._closures(name, lock, levels)) for name, lock in self.params.locks.items()}
        self.clock = Clock(*self.locks.values())
        self.routes: dict[tuple[str, str], Route] = {}
        self.under_way = {name: pd.DataFrame() for name in self.locks}
        self.n_given = dict.fromkeys(self.locks, 0)
        self.events: list[pd.DataFrame] = []
        self.n_events = 0
        self._write_levels(levels)

    def _levels(self) -> LevelSeries:
        params, district = self.params, self.day.district
        return water_levels(
            params.levels,
            epoch=self.epoch,
            end_s=self.day.period.end_s,
            step_s=params.tide.step_s,
            constituents=district.constituents,
            mean_m_nap=params.tide.mean_m_nap,
            canal_level_m_nap=params.canal_level_m_nap,
            streams=self.day.streams,
            file=district.level_file,
        )

    def _closures(self, name: str, lock: LockParams, levels: LevelSeries) -> Any:
        """Return when the chambers of a lock may not lock: calendar, outages, outer levels and regimes."""
        period = self.day.period
        discharge = discharge_m3_s(self.params.levels.discharge, times_of(levels), epoch=self.epoch, end_s=period.end_s, file=self.day.district.discharge_file)
        table = closure_intervals(
            list(lock.chambers),
            epoch=self.epoch,
            end_s=period.end_s,
            closures=lock.closures,
            regimes=lock.regimes,
            limits=dict(lock.chambers),
            levels=levels,
            discharge_m3_s=discharge,
            streams=self.day.streams,
            lock=name,
            measured_s=(period.warm_up_s, period.warm_up_s + period.measure_s),
        )
        table = table.assign(period=period.name, lock=name)
        self.day.recorder.write("closures", table[CLOSURES.names])
        return closure_records(table, list(lock.chambers))

    def _write_levels(self, levels: LevelSeries) -> None:
        times = times_of(levels)
        within = (times >= 0.0) & (times <= self.day.period.end_s)
        columns = {"time_s": times[within], "sea_m_nap": levels.sea_m_nap[within], "canal_m_nap": levels.canal_m_nap[within]}
        for name in self.locks:
            self.day.recorder.write("levels", pd.DataFrame({"period": self.day.period.name, "lock": name, **columns})[LEVELS.names])

    def arrivals(self, from_s: float, to_s: float) -> pd.DataFrame:
        """Return the ships that arrive at a lock in [from_s, to_s), with their departure; their events are kept."""
        day, demand = self.day, self.day.district.params.demand.waterway
        if day.district.own_ships is not None:
            everyone = read_ships_file(day.district.own_ships, epoch=self.epoch)
            ships = everyone[(everyone["arrival_s"] >= from_s) & (everyone["arrival_s"] < to_s)]
        else:
            start = self.epoch + pd.Timedelta(seconds=from_s)
            ships = draw_ships(day.district.ship_tables, demand, day.streams, year=day.year, start=start, days=(to_s - from_s) / S_PER_DAY, epoch=self.epoch)
        ships = self._complete(ships)
        ships["is_counted"] = day.period.is_counted(ships["arrival_s"])
        departures, legs = sail(ships, ships["arrival_s"].to_numpy(), self.routes, self.params, after_lock=False)
        ships["depart_s"] = departures
        self._write_legs(legs)
        self.events.append(arrival_events(ships))
        return ships

    def _complete(self, ships: pd.DataFrame) -> pd.DataFrame:
        """Give every ship the columns that later parts read, and its lock."""
        defaults: dict[str, Any] = dict.fromkeys(SIZES, 0.0)
        defaults |= {"class_id": "", "group": "inland", "flag": "", "origin": "", "destination": "", "is_loaded": False, "load_tonne": 0.0}
        defaults |= {"is_sea": False, "priority": 0, "speed_m_s": np.nan}
        ships = ships.reset_index(drop=True)
        for column, value in defaults.items():
            if column not in ships.columns:
                ships[column] = np.where(ships["is_sea"], "sea", value) if column == "group" and "is_sea" in ships.columns else value
        for origin, destination in ships[["origin", "destination"]].drop_duplicates().itertuples(index=False):
            if (origin, destination) not in self.routes:
                self.routes[origin, destination] = self._route(origin, destination)
        pairs = list(zip(ships["origin"], ships["destination"], strict=True))
        ships["lock"] = [self.routes[pair].lock for pair in pairs]
        from_route = pd.Series([self.routes[pair].side for pair in pairs], index=ships.index, dtype="object")
        if "side" not in ships.columns:
            ships["side"] = from_route
        wrong = (from_route != "") & (ships["side"] != from_route)
        if wrong.any():
            ship = ships[wrong].iloc[0]
            relation = f"from '{ship['origin']}' to '{ship['destination']}'"
            raise DataError(f"ship {ship['id']!r} {relation} comes to the {from_route[wrong].iloc[0]} side, and its side is {ship['side']!r}; mend one")
        return ships

    def _route(self, origin: str, destination: str) -> Route:
        locks = frozenset(self.locks)
        if not origin and not destination and len(locks) == 1:  # a user's ship of which only the lock passage is known
            return Route(next(iter(locks)), "", Part(), Part())
        return route_through_lock(self.day.district.fairways, origin, destination, locks)

    def admit(self, ships: pd.DataFrame) -> None:
        """Give the ships of a piece to their locks."""
        for name, group in ships.groupby("lock", sort=True):
            facility = self.locks[str(name)]
            first = self.n_given[str(name)]
            group = group.set_axis(pd.RangeIndex(first, first + len(group)), axis=0)
            self.n_given[str(name)] += len(group)
            requests = to_requests(group[list(_LOCK_COLUMNS)], self.params.locks[str(name)])
            requests["ship"] += first
            facility.add_arrivals(requests)
            self.under_way[str(name)] = pd.concat([self.under_way[str(name)], group]) if len(self.under_way[str(name)]) else group

    def advance(self, until_s: float) -> None:
        """Run the clock to just before a time, as ships that arrive then are not given yet, and write what is done."""
        self.clock.run(to_ms(until_s) - 1)
        safe_s = until_s
        for name, facility in self.locks.items():
            self._collect(name, facility)
            safe_s = min(safe_s, facility.complex.earliest_unwritten_ms() / MS_PER_S)
        self._release_events(safe_s)

    def _collect(self, name: str, facility: LockFacility) -> None:
        ship_rows, lockage_rows = facility.complex.drain()
        lockages = lockage_frame(lockage_rows, facility.complex)
        lockages["period"] = self.day.period.name
        lockages["lock"] = name
        lockages["is_counted"] = self.day.period.is_counted(lockages["start_s"])
        self.day.recorder.write("lockages", lockages)
        if len(ship_rows):
            ships = self.under_way[name].loc[ship_rows["ship"]]
            self.under_way[name] = self.under_way[name].drop(index=ship_rows["ship"])
            ship_rows["ship"] = np.arange(len(ship_rows))
            self._write_ships(ships, ship_frame(ships, ship_rows, facility.complex))

    def _write_ships(self, ships: pd.DataFrame, passed: pd.DataFrame) -> None:
        ships = ships.reset_index(drop=True)
        frame = pd.concat([ships.drop(columns=["id", "side", "arrival_s"]), passed], axis=1)
        frame["period"] = self.day.period.name
        frame["is_finished"] = frame["exit_s"] <= self.day.period.end_s
        arrive, legs = sail(ships, frame["exit_s"].to_numpy(), self.routes, self.params, after_lock=True)
        frame["arrive_s"] = arrive
        self._write_legs(legs)
        self.events.append(passage_events(frame))
        self.day.recorder.write("ships", frame[SHIPS.names])

    def _write_legs(self, legs: pd.DataFrame) -> None:
        legs = legs.assign(period=self.day.period.name)
        self.day.recorder.write("legs", legs[LEGS.names])

    def _release_events(self, before_s: float) -> None:
        """Write the kept events that lie before a time to which everything is known."""
        self.n_events, self.events = write_events(self.day, self.events, before_s, self.n_events)

    def finish(self) -> None:
        """Write the ships that were not through at the end of the drain, and the last events."""
        for name, facility in self.locks.items():
            ships = self.under_way[name]
            if len(ships):
                nothing, _ = facility.complex.drain()
                self._write_ships(ships, ship_frame(ships, nothing, facility.complex))
        self._release_events(np.inf)
