"""The shipping step: ships sail, are locked through and pass bridges on the common clock.

The period is done in pieces of four weeks. Ships of a piece are drawn, given to locks and canal, and written when they are through, so
that memory holds the ships that are under way and no more. The ships of the next piece are drawn one piece ahead: they may
depart within this one, and the spine of events is written in order of time.

Demand gives when a ship comes to the lock. A ship from the sea comes then, whatever happens; one from the canal departs so that it
would come then if nothing were in its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..codes import CanalEnd
from ..demand.ships import draw_ships
from ..demand.ships_file import read_ships_file
from ..engine.bridge_calendar import bridge_windows
from ..engine.weather import hourly_wind
from ..errors import DataError
from ..params import LockParams
from ..tables.schemas import BRIDGE_WINDOWS, CLOSURES, LEGS, LEVELS, SHIPS
from ..units import MS_PER_S, NEVER_MS, S_PER_DAY, to_ms
from ..waterway.canal_ships import free_sailing_s
from ..waterway.canal_ships import to_requests as canal_requests
from ..waterway.closures import closure_intervals, closure_records
from ..waterway.complex import LevelSeries
from ..waterway.facility import LockFacility
from ..waterway.levels import discharge_m3_s, times_of, water_levels
from ..waterway.lock import lockage_frame, ship_frame
from ..waterway.ships import SIZES, reads_notices, to_requests
from ..waterway.triggered import split_regimes
from .boundaries import boundary_passages
from .canal_tables import CanalTables, EncounterCount, bridge_tables
from .emissions import Emissions
from .events import arrival_events, departure_events, passage_events, reached_events, write_events
from .fairways import bridges_on_canal, build_fairways, openings_needed
from .routes import Part, Route, route_through_lock, sail
from .trains import TrainTraffic
from .water import Balance

if TYPE_CHECKING:
    from .day import Day

PIECE_S = 28.0 * S_PER_DAY  # a week takes half as long again: the frames of a piece cost a fixed time
_LOCK_COLUMNS = ("id", "side", "arrival_s", *SIZES, "n_cone", "is_sea", "known_from_s", "eta_s", "is_booked", "priority")


def shipping(day: Day) -> Iterator[float]:
    """Run the step; yields the simulated time reached (s)."""
    run = _Shipping(day)
    end_s = day.period.end_s
    n_pieces = max(1, int(np.ceil(end_s / PIECE_S)))
    run.draw(0.0, min(PIECE_S, end_s))
    for piece in range(n_pieces):
        until_s = min((piece + 1) * PIECE_S, end_s)
        run.admit()
        if piece + 1 < n_pieces:
            run.draw(until_s, min(until_s + PIECE_S, end_s))
        run.advance(until_s)
        yield until_s
    run.finish()


class _Shipping:
    """The state of the step: the facilities on the clock, and the ships under way.

    `fleet` holds every ship that was drawn and has not been written, by its number in the period; `passed` holds the lock's columns of
    those that are through the lock and still on the canal.
    """

    def __init__(self, day: Day) -> None:
        self.day = day
        self.params = day.district.params.network.waterway
        self.epoch = day.period.epoch
        levels = self._levels()
        self.discharge = discharge_m3_s(
            self.params.levels.discharge, times_of(levels), epoch=self.epoch, end_s=day.period.end_s, file=day.district.discharge_file
        )
        self.balances = {name: Balance(name, self.params, lock, levels, self.discharge, day) for name, lock in self.params.locks.items()}
        tables = {name: self._closures(name, lock, levels) for name, lock in self.params.locks.items()}
        closures = {name: closure_records(tables[name], list(lock.chambers)) for name, lock in self.params.locks.items()}
        bridges = bridges_on_canal(day.district.fairways, self.params)
        self.trains = TrainTraffic(day, bridges) if day.district.railway is not None else None
        others = [self.trains.facility] if self.trains is not None else []
        self.fairways = build_fairways(day.district.fairways, self.params, levels, closures, self._windows(), others)
        self.train_entities = self.trains.entities() if self.trains is not None else pd.Series(dtype="uint64")
        self.locks = self.fairways.locks
        self.canal = self.fairways.canal
        for name, balance in self.balances.items():
            balance.connect(self.locks[name], tables[name])
        self.emissions = Emissions(day)
        self.encounters = EncounterCount(self.fairways.stretches, day)
        self.routes: dict[tuple[str, str], Route] = {}
        self.fleet = pd.DataFrame()
        self.passed = pd.DataFrame()
        self.reached = pd.Series(dtype=np.float64)
        self.n_drawn = 0
        self.departures: list[Any] = []
        self.coming: list[tuple[LockFacility, Any]] = []
        self.events: list[pd.DataFrame] = []
        self.n_events = 0
        self.levels = levels

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

    def _closures(self, name: str, lock: LockParams, levels: LevelSeries) -> pd.DataFrame:
        """Return when the chambers of a lock may not lock, as far as it is known before the run: calendar, outages, outer levels and regimes."""
        period = self.day.period
        return closure_intervals(
            list(lock.chambers),
            epoch=self.epoch,
            end_s=period.end_s,
            closures=lock.closures,
            regimes=split_regimes(lock.regimes)[0] if self.balances[name].is_fed else lock.regimes,
            limits=dict(lock.chambers),
            levels=levels,
            discharge_m3_s=self.discharge,
            streams=self.day.streams,
            lock=name,
            measured_s=(period.warm_up_s, period.warm_up_s + period.measure_s),
        )

    def _windows(self) -> dict[str, pd.DataFrame]:
        """Return when each bridge is not free to open: daily windows, calendar, outages and wind."""
        period, streams = self.day.period, self.day.streams
        wind = hourly_wind(self.day.district.params.network.weather.wind, streams, self.epoch, period.end_s)
        found = {}
        for name, bridge in self.params.bridges.items():
            found[name] = bridge_windows(name, bridge, epoch=self.epoch, end_s=period.end_s, streams=streams, wind=wind)
            self.day.recorder.write("bridge_windows", found[name].assign(period=period.name, bridge=name)[BRIDGE_WINDOWS.names])
        return found

    def _write_levels(self, levels: LevelSeries) -> None:
        times = times_of(levels)
        within = (times >= 0.0) & (times <= self.day.period.end_s)
        columns = {"time_s": times[within], "sea_m_nap": levels.sea_m_nap[within], "canal_m_nap": levels.canal_m_nap[within]}
        for name in self.params.locks:
            self.day.recorder.write("levels", pd.DataFrame({"period": self.day.period.name, "lock": name, **columns})[LEVELS.names])

    def _complete(self, ships: pd.DataFrame) -> pd.DataFrame:
        """Give every ship the columns that later parts read, and its lock."""
        defaults: dict[str, Any] = dict.fromkeys(SIZES, 0.0)
        defaults |= {"class_id": "", "group": "inland", "flag": "", "origin": "", "destination": "", "is_loaded": False, "load_tonne": 0.0}
        defaults |= {"is_sea": False, "n_cone": 0, "is_booked": False, "priority": 0, "speed_m_s": np.nan, "stay_s": 0.0}
        ships = ships.reset_index(drop=True)
        for column, value in defaults.items():
            if column not in ships.columns:
                ships[column] = np.where(ships["is_sea"], "sea", value) if column == "group" and "is_sea" in ships.columns else value
        for origin, destination in ships[["origin", "destination"]].drop_duplicates().itertuples(index=False):
            if (origin, destination) not in self.routes:
                self.routes[origin, destination] = self._route(origin, destination)
        known_from_s = ships["known_from_s"] if "known_from_s" in ships.columns else ships["arrival_s"]
        ships["known_from_s"] = known_from_s.clip(lower=0.0)  # what was announced before is known at the begin, and no lock turns earlier
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
        locks = frozenset(self.params.locks)
        if not origin and not destination and len(locks) == 1:  # a user's ship of which only the lock passage is known
            return Route(next(iter(locks)), "", Part(), Part())
        return route_through_lock(self.day.district.fairways, origin, destination, locks)

    def draw(self, from_s: float, to_s: float) -> None:
        """Add the ships that demand brings to a lock in [from_s, to_s) to the fleet, and write how those from the sea come there."""
        day, demand = self.day, self.day.district.params.demand.waterway
        if day.district.own_ships is not None:
            everyone = read_ships_file(day.district.own_ships, epoch=self.epoch)
            ships = everyone[(everyone["arrival_s"] >= from_s) & (everyone["arrival_s"] < to_s)]
        else:
            start = self.epoch + pd.Timedelta(seconds=from_s)
            ships = draw_ships(day.district.ship_tables, demand, day.streams, year=day.year, start=start, days=(to_s - from_s) / S_PER_DAY, epoch=self.epoch)
        ships = self.emissions.with_engines(self._complete(ships))
        ships.index = pd.RangeIndex(self.n_drawn, self.n_drawn + len(ships))
        self.n_drawn += len(ships)
        ships["is_counted"] = day.period.is_counted(ships["arrival_s"])
        ships["canal_wait_s"] = 0.0
        on_canal = self.fairways.is_on_canal
        ships["from_canal"] = np.array([on_canal(origin) for origin in ships["origin"]], dtype=bool)
        ships["to_canal"] = np.array([on_canal(destination) for destination in ships["destination"]], dtype=bool)
        from_sea = ships[~ships["from_canal"]]
        ships["has_come"] = ~ships["from_canal"]  # to the lock, or will at the time that demand gives
        departs_s, legs = sail(from_sea, from_sea["arrival_s"].to_numpy(), self.routes, self.params, after_lock=False)
        ships["depart_s"] = np.nan
        ships.loc[from_sea.index, "depart_s"] = departs_s
        self._give_to_canal(ships)
        self._write_legs(from_sea, legs)
        self.events += [departure_events(ships), arrival_events(ships[~ships["from_canal"]])]
        self.fleet = pd.concat([self.fleet, ships]) if len(self.fleet) else ships  # some depart before their piece begins
        self._tell_locks(ships)

    def _give_to_canal(self, ships: pd.DataFrame) -> None:
        """Make the canal's requests of ships that sail on it, and let those that come from it depart in time."""
        for is_from, column, end in ((True, "from_canal", "destination"), (False, "to_canal", "origin")):
            rows = ships[ships[column]]
            if self.canal is None or self.fairways.layout is None or len(rows) == 0:
                continue
            table = rows[["id", "origin", "destination", "length_m", "beam_m", "draught_m", "speed_m_s", "stay_s"]].assign(depart_s=0.0)
            table[end] = rows["lock"]
            table["speed_m_s"] = rows["speed_m_s"].where(rows["speed_m_s"] > 0.0, self.params.estuary_speed_m_s)
            keys = (rows["entity_id"].to_numpy(dtype=np.uint64) >> np.uint64(1)).astype(np.int64)
            needs = openings_needed(self.fairways.layout, self.params, rows)
            requests = canal_requests(table.reset_index(drop=True), self.fairways.layout, needs=needs, keys=keys)
            at = requests["ship"].copy()
            requests["ship"] = rows.index.to_numpy()[at]
            if is_from:
                departs_s = rows["arrival_s"].to_numpy()[at] - free_sailing_s(requests, self.fairways.layout)
                requests["time_ms"] = np.rint(departs_s * MS_PER_S)
                ships.loc[requests["ship"], "depart_s"] = requests["time_ms"] / MS_PER_S
                self.departures.append(requests)
            else:
                self.canal.expect(requests)

    def _tell_locks(self, ships: pd.DataFrame) -> None:
        """Let the locks know of ships: whom they expect from the canal, whom they send on to it, and who is announced."""
        for name, group in ships.groupby("lock", sort=True):
            facility, params = self.locks[str(name)], self.params.locks[str(name)]
            requests = to_requests(group[[column for column in _LOCK_COLUMNS if column in group.columns]], params)
            requests["ship"] = group.index.to_numpy()[requests["ship"]]
            if reads_notices(params):
                facility.announce(requests, self.fairways.clock.now_ms)
            by_canal = ships["from_canal"].loc[requests["ship"]].to_numpy()
            facility.expect(requests[by_canal])
            self.balances[str(name)].know(group)
            self.coming.append((facility, requests[~by_canal]))
            going = group[group["to_canal"]]
            facility.send_on(going.index.to_numpy(), (going["entity_id"].to_numpy(dtype=np.uint64) >> np.uint64(1)).astype(np.int64))

    def admit(self) -> None:
        """Let the ships that were drawn last arrive from the sea at their time."""
        for facility, requests in self.coming:
            facility.add_arrivals(requests)
        self.coming = []

    def _depart(self, until_s: float) -> None:
        """Give the canal the departures before a time, of this piece and of the one ahead."""
        if self.canal is None or not self.departures:
            return
        waiting = np.concatenate(self.departures)
        is_due = waiting["time_ms"] < to_ms(until_s)
        due = waiting[is_due]
        self.departures = [waiting[~is_due]]
        self.canal.add_departures(due[np.lexsort((due["key"], due["time_ms"]))])

    def advance(self, until_s: float) -> None:
        """Run the clock to just before a time, as ships that arrive then are not given yet, and write what is done."""
        self._depart(until_s)
        level = next((balance.level for balance in self.balances.values() if balance.level is not None), None)
        if level is not None:
            level.run(self.fairways.clock, until_s)
        else:
            self.fairways.clock.run(to_ms(until_s) - 1)
        self._collect(until_s)
        self._release_events(min(until_s, self._earliest_unwritten_s()))

    def _earliest_unwritten_s(self) -> float:
        earliest = min((facility.complex.earliest_unwritten_ms() for facility in self.locks.values()), default=NEVER_MS)
        if self.canal is not None:
            earliest = min(earliest, self.canal.canal.earliest_unwritten_ms())
        return earliest / MS_PER_S

    def _collect(self, until_s: float) -> None:
        """Take out what locks, canal and bridges did, and write the ships that have reached their destination."""
        lock_rows = {name: facility.drain() for name, facility in self.locks.items()}
        if self.canal is not None and self.fairways.layout is not None:
            self._take_canal(CanalTables(self.canal.canal.drain(), self.fleet, self.fairways.layout, self.day))
        for name, (ship_rows, lockage_rows) in lock_rows.items():
            self._take_lock(name, ship_rows, lockage_rows, until_s)
        for name, bridge in self.fairways.bridges.items():
            for table, frame in bridge_tables(name, bridge, self.fleet, self.train_entities, self.day).items():
                self.day.recorder.write(table, frame)
        self._arrive()

    def _take_canal(self, tables: CanalTables) -> None:
        self._write_legs(self.fleet, tables.legs)
        self.encounters.add(tables.legs, self.fleet)
        self.day.recorder.write("waits", tables.waits)
        self.fleet["canal_wait_s"] = self.fleet["canal_wait_s"].add(tables.wait_s, fill_value=0.0)
        at_lock = tables.ends[tables.ends["end"] == CanalEnd.LOCK.word]
        self.fleet.loc[at_lock.index, "arrival_s"] = at_lock["time_s"]
        self.fleet.loc[at_lock.index, "has_come"] = True
        self.events.append(arrival_events(self.fleet.loc[at_lock.index]))
        self.reached = pd.concat([self.reached, tables.ends[tables.ends["end"] != CanalEnd.LOCK.word]["time_s"]])

    def _arrive(self) -> None:
        """Write the ships that have reached their destination on the canal."""
        if len(self.reached):
            done = self.passed.loc[self.reached.index]
            self.passed = self.passed.drop(index=self.reached.index)
            self._write_ships(done.assign(arrive_s=self.reached))
            self.reached = self.reached.iloc[:0]

    def _take_lock(self, name: str, ship_rows: Any, lockage_rows: Any, until_s: float) -> None:
        facility = self.locks[name]
        lockages = lockage_frame(lockage_rows, facility.complex)
        passed = self.fleet.loc[ship_rows["ship"]] if len(ship_rows) else self.fleet.iloc[:0]
        sizes = passed[["length_m", "beam_m", "draught_m", "is_sea"]].assign(lockage_id=ship_rows["lockage_id"]) if len(passed) else None
        self._write_all(self.balances[name].add(lockages, sizes, min(until_s, facility.complex.earliest_unwritten_ms() / MS_PER_S)))
        if len(ship_rows):
            at = np.arange(len(ship_rows))
            ship_rows["ship"] = at
            self._through(passed, ship_frame(passed.reset_index(drop=True), ship_rows, facility.complex))

    def _write_all(self, tables: dict[str, pd.DataFrame]) -> None:
        for table, frame in tables.items():
            if len(frame):
                self.day.recorder.write(table, frame)

    def _through(self, ships: pd.DataFrame, at_lock: pd.DataFrame) -> None:
        """Take ships that the lock is done with: those that go to sea sail on and are written, others go on over the canal."""
        frame = pd.concat([ships.drop(columns=["arrival_s"]), at_lock.drop(columns=["id", "side"]).set_axis(ships.index, axis=0)], axis=1)
        self.events.append(passage_events(frame))
        stays = frame["to_canal"] & frame["exit_s"].notna()
        self.passed = pd.concat([self.passed, frame[stays]]) if len(self.passed) else frame[stays]
        to_sea = frame[~stays]
        arrive_s, legs = sail(to_sea, to_sea["exit_s"].to_numpy(), self.routes, self.params, after_lock=True)
        self._write_legs(to_sea, legs)
        self._write_ships(to_sea.assign(arrive_s=arrive_s))

    def _write_ships(self, frame: pd.DataFrame) -> None:
        """Write ships with all that is known of them, and forget them."""
        if len(frame) == 0:
            return
        frame = frame.assign(
            period=self.day.period.name, is_finished=frame["exit_s"] <= self.day.period.end_s, canal_wait_s=self.fleet["canal_wait_s"].loc[frame.index]
        )
        self.events.append(reached_events(frame))
        self.day.recorder.write("ships", self.emissions.with_idling(frame)[SHIPS.names])
        self.day.recorder.write("boundary_passages", boundary_passages(frame, self.day))
        self.fleet = self.fleet.drop(index=frame.index)

    def _write_legs(self, ships: pd.DataFrame, legs: pd.DataFrame) -> None:
        """Write legs with their energy and emissions; `row` of a leg is the row of its ship."""
        legs = self.emissions.of_legs(ships, legs).assign(period=self.day.period.name)
        self.day.recorder.write("legs", legs[LEGS.names])

    def _release_events(self, before_s: float) -> None:
        """Write the kept events that lie before a time to which everything is known."""
        self.n_events, self.events = write_events(self.day, self.events, before_s, self.n_events)

    def finish(self) -> None:
        """Write what was not done at the end of the drain: ships under way, the last lockages, encounters and events."""
        if len(self.passed):
            self._write_ships(self.passed.assign(arrive_s=np.nan))
        for name, facility in self.locks.items():
            waiting = self.fleet[self.fleet["lock"] == name] if len(self.fleet) else self.fleet
            if len(waiting):
                nothing, _ = facility.drain()
                at_lock = ship_frame(waiting.reset_index(drop=True), nothing, facility.complex)
                frame = pd.concat([waiting.drop(columns=["arrival_s"]), at_lock.drop(columns=["id", "side"]).set_axis(waiting.index, axis=0)], axis=1)
                self._write_ships(frame.assign(arrive_s=np.nan))
            self._write_all(self.balances[name].finish(self.day.period.end_s))
        for name, balance in self.balances.items():
            table = balance.closures.assign(period=self.day.period.name, lock=name)
            self.day.recorder.write("closures", table[CLOSURES.names])
        self._write_levels(self.levels)
        if self.trains is not None:
            self.trains.write()
        encounters = self.encounters.table()
        if len(encounters):
            self.day.recorder.write("encounters", encounters)
        self._release_events(np.inf)
