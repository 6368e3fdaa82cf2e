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
import numpy.typing as npt
import pandas as pd

from ..codes import CanalEnd
from ..demand.ships import draw_ships
from ..demand.ships_file import read_ships_file
from ..engine.bridge_calendar import bridge_windows
from ..engine.weather import hourly_wind
from ..errors import DataError
from ..params import LockParams
from ..tables.columns import Columns, columns_of, join, n_rows, take
from ..units import MS_PER_S, NEVER_MS, S_PER_DAY, to_ms
from ..waterway.canal_ships import free_sailing_s
from ..waterway.canal_ships import to_requests as canal_requests
from ..waterway.closures import closure_intervals, closure_records
from ..waterway.complex import LevelSeries
from ..waterway.facility import LockFacility
from ..waterway.levels import discharge_m3_s, times_of, water_levels
from ..waterway.lock import lockage_frame, ship_columns
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

    `fleet` holds every ship that was drawn and has not been written, by its `number` in the period; `passed` holds those that are
    through the lock and still on the canal, with the lock's columns; `reached` those of them that are there: `number, arrive_s`.
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
        self.train_entities = self.trains.entities() if self.trains is not None else {}
        self.locks = self.fairways.locks
        self.canal = self.fairways.canal
        for name, balance in self.balances.items():
            balance.connect(self.locks[name], tables[name])
        self.emissions = Emissions(day)
        self.encounters = EncounterCount(self.fairways.stretches, day)
        self.routes: dict[tuple[str, str], Route] = {}
        self.fleet: Columns = {}
        self.passed: Columns = {}
        self.reached: Columns = {}
        self.n_drawn = 0
        self.departures: list[Any] = []
        self.coming: list[tuple[LockFacility, Any]] = []
        self.events: list[Columns] = []
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
            self.day.recorder.write("bridge_windows", found[name].assign(period=period.name, bridge=name))
        return found

    def _write_levels(self, levels: LevelSeries) -> None:
        times = times_of(levels)
        within = (times >= 0.0) & (times <= self.day.period.end_s)
        columns = {"time_s": times[within], "sea_m_nap": levels.sea_m_nap[within], "canal_m_nap": levels.canal_m_nap[within]}
        for name in self.params.locks:
            self.day.recorder.write("levels", {"period": self.day.period.name, "lock": name, **columns})

    def _complete(self, frame: pd.DataFrame) -> Columns:
        """Return ships with the columns that later parts read, and their lock and route."""
        ships, n = columns_of(frame), len(frame)
        defaults: dict[str, Any] = dict.fromkeys(SIZES, 0.0)
        defaults |= {"class_id": "", "group": "inland", "flag": "", "origin": "", "destination": "", "is_loaded": False, "load_tonne": 0.0}
        defaults |= {"is_sea": False, "n_cone": 0, "is_booked": False, "priority": 0, "speed_m_s": np.nan, "stay_s": 0.0}
        for column, value in defaults.items():
            if column not in ships:
                ships[column] = np.full(n, value, dtype=object if isinstance(value, str) else None)
        # What was announced before is known at the begin, and no lock turns earlier.
        ships["known_from_s"] = np.maximum(ships.get("known_from_s", ships["arrival_s"]), 0.0)
        pairs = list(zip(ships["origin"].tolist(), ships["destination"].tolist(), strict=True))
        for pair in dict.fromkeys(pairs):
            if pair not in self.routes:
                self.routes[pair] = self._route(*pair)
        numbers = {pair: number for number, pair in enumerate(self.routes)}
        ships["route"] = np.array([numbers[pair] for pair in pairs], dtype=np.int64)
        routes = list(self.routes.values())
        ships["lock"] = np.array([route.lock for route in routes], dtype=object)[ships["route"]]
        from_route = np.array([route.side for route in routes], dtype=object)[ships["route"]]
        side = ships.setdefault("side", from_route)
        for row in np.flatnonzero((from_route != "") & (side != from_route))[:1]:
            relation = f"from '{ships['origin'][row]}' to '{ships['destination'][row]}'"
            raise DataError(f"ship {ships['id'][row]!r} {relation} comes to the {from_route[row]} side, and its side is {side[row]!r}; mend one")
        on_canal = np.array([[self.fairways.is_on_canal(end) for end in pair] for pair in self.routes], dtype=bool).reshape(-1, 2)
        ships["from_canal"], ships["to_canal"] = on_canal[ships["route"]].T
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
            drawn = everyone[(everyone["arrival_s"] >= from_s) & (everyone["arrival_s"] < to_s)]
        else:
            start = self.epoch + pd.Timedelta(seconds=from_s)
            drawn = draw_ships(day.district.ship_tables, demand, day.streams, year=day.year, start=start, days=(to_s - from_s) / S_PER_DAY, epoch=self.epoch)
        ships = self.emissions.with_engines(self._complete(drawn))
        n = n_rows(ships)
        ships["number"] = self.n_drawn + np.arange(n)
        self.n_drawn += n
        ships["is_counted"] = day.period.is_counted(ships["arrival_s"])
        ships["canal_wait_s"], ships["depart_s"] = np.zeros(n), np.full(n, np.nan)
        ships["has_come"] = ~ships["from_canal"]  # to the lock, or will at the time that demand gives
        at_sea = np.flatnonzero(~ships["from_canal"])
        from_sea = take(ships, at_sea)
        ships["depart_s"][at_sea], legs = sail(from_sea, from_sea["arrival_s"], self.routes, self.params, after_lock=False)
        self._give_to_canal(ships)
        self._write_legs(from_sea, legs)
        self.events += [departure_events(ships), arrival_events(from_sea)]
        self.fleet = join([self.fleet, ships])  # some depart before their piece begins
        self._tell_locks(ships)

    def _give_to_canal(self, ships: Columns) -> None:
        """Make the canal's requests of ships that sail on it, and let those that come from it depart in time."""
        for is_from, column, end in ((True, "from_canal", "destination"), (False, "to_canal", "origin")):
            rows = np.flatnonzero(ships[column])
            if self.canal is None or self.fairways.layout is None or rows.size == 0:
                continue
            mine = take(ships, rows)
            table = pd.DataFrame(
                {name: mine[name] for name in ("id", "origin", "destination", "length_m", "beam_m", "draught_m", "stay_s")} | {end: mine["lock"]}
            )
            table["speed_m_s"] = np.where(mine["speed_m_s"] > 0.0, mine["speed_m_s"], self.params.estuary_speed_m_s)
            needs = openings_needed(self.fairways.layout, self.params, mine)
            requests = canal_requests(table.assign(depart_s=0.0), self.fairways.layout, needs=needs, keys=_keys(mine))
            at = rows[requests["ship"]]
            requests["ship"] = ships["number"][at]
            if is_from:
                departs_s = ships["arrival_s"][at] - free_sailing_s(requests, self.fairways.layout)
                requests["time_ms"] = np.rint(departs_s * MS_PER_S)
                ships["depart_s"][at] = requests["time_ms"] / MS_PER_S
                self.departures.append(requests)
            else:
                self.canal.expect(requests)

    def _tell_locks(self, ships: Columns) -> None:
        """Let the locks know of ships: whom they expect from the canal, whom they send on to it, and who is announced."""
        for name, facility in self.locks.items():
            params = self.params.locks[name]
            mine = take(ships, ships["lock"] == name)
            table = pd.DataFrame({column: mine[column] for column in _LOCK_COLUMNS if column in mine})
            requests = to_requests(table, params)
            by_canal = mine["from_canal"][requests["ship"]]
            requests["ship"] = mine["number"][requests["ship"]]
            if reads_notices(params):
                facility.announce(requests, self.fairways.clock.now_ms)
            facility.expect(requests[by_canal])
            self.balances[name].know(mine["number"], table)
            self.coming.append((facility, requests[~by_canal]))
            going = take(mine, mine["to_canal"])
            facility.send_on(going["number"], _keys(going))

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
        users = join([{name: self.fleet[name] for name in ("number", "entity_id")}, self.train_entities])
        for name, bridge in self.fairways.bridges.items():
            for table, frame in bridge_tables(name, bridge, users, self.day).items():
                self.day.recorder.write(table, frame)
        for name, (ship_rows, lockage_rows) in lock_rows.items():
            self._take_lock(name, ship_rows, lockage_rows, until_s)
        self._arrive()

    def _take_canal(self, tables: CanalTables) -> None:
        self._write_legs(self.fleet, tables.legs)
        self.encounters.add(tables.legs, self.fleet)
        self.day.recorder.write("waits", {"period": self.day.period.name, **tables.waits})
        self.fleet["canal_wait_s"] = self.fleet["canal_wait_s"] + tables.wait_s
        is_at_lock = tables.ends["end"] == int(CanalEnd.LOCK)
        at_lock, there = take(tables.ends, is_at_lock), take(tables.ends, ~is_at_lock)
        self.fleet["arrival_s"][at_lock["row"]] = at_lock["time_s"]
        self.fleet["has_come"][at_lock["row"]] = True
        self.events.append(arrival_events(take(self.fleet, at_lock["row"])))
        self.reached = {"number": self.fleet["number"][there["row"]], "arrive_s": there["time_s"]}

    def _arrive(self) -> None:
        """Write the ships that have reached their destination on the canal."""
        if n_rows(self.reached):
            order = np.argsort(self.passed["number"])
            rows = order[np.searchsorted(self.passed["number"], self.reached["number"], sorter=order)]
            done = take(self.passed, rows)
            self.passed = take(self.passed, ~np.isin(self.passed["number"], self.reached["number"]))
            self._write_ships(done | self.reached)

    def _take_lock(self, name: str, ship_rows: Any, lockage_rows: Any, until_s: float) -> None:
        facility = self.locks[name]
        lockages = lockage_frame(lockage_rows, facility.complex)
        passed = take(self.fleet, np.searchsorted(self.fleet["number"], ship_rows["ship"]))
        sizes = pd.DataFrame({column: passed[column] for column in ("length_m", "beam_m", "draught_m", "is_sea")} | {"lockage_id": ship_rows["lockage_id"]})
        complete_to_s = min(until_s, facility.complex.earliest_unwritten_ms() / MS_PER_S)
        self._write_all(self.balances[name].add(lockages, sizes if len(sizes) else None, complete_to_s))
        if len(ship_rows):
            ship_rows["ship"] = np.arange(len(ship_rows))
            self._through(passed | ship_columns(passed["arrival_s"], ship_rows, facility.complex))

    def _write_all(self, tables: dict[str, pd.DataFrame]) -> None:
        for table, frame in tables.items():
            if len(frame):
                self.day.recorder.write(table, frame)

    def _through(self, ships: Columns) -> None:
        """Take ships that the lock is done with: those that go to sea sail on and are written, others go on over the canal."""
        self.events.append(passage_events(ships))
        stays = ships["to_canal"] & ~np.isnan(ships["exit_s"])
        self.passed = join([self.passed, take(ships, stays)])
        to_sea = take(ships, ~stays)
        arrive_s, legs = sail(to_sea, to_sea["exit_s"], self.routes, self.params, after_lock=True)
        self._write_legs(to_sea, legs)
        self._write_ships(to_sea | {"arrive_s": arrive_s})

    def _write_ships(self, ships: Columns) -> None:
        """Write ships with all that is known of them, and forget them."""
        if n_rows(ships) == 0:
            return
        rows = np.searchsorted(self.fleet["number"], ships["number"])
        ships = ships | {"canal_wait_s": self.fleet["canal_wait_s"][rows], "is_finished": ships["exit_s"] <= self.day.period.end_s}
        self.events.append(reached_events(ships))
        self.day.recorder.write("ships", {"period": self.day.period.name, **self.emissions.with_idling(ships)})
        for passages in boundary_passages(ships, self.day):
            self.day.recorder.write("boundary_passages", passages)
        self.fleet = {name: np.delete(values, rows) for name, values in self.fleet.items()}

    def _write_legs(self, ships: Columns, legs: Columns) -> None:
        """Write legs with their energy and emissions; `row` of a leg is the row of its ship."""
        self.day.recorder.write("legs", {"period": self.day.period.name, **self.emissions.of_legs(ships, legs)})

    def _release_events(self, before_s: float) -> None:
        """Write the kept events that lie before a time to which everything is known."""
        self.n_events, self.events = write_events(self.day, self.events, before_s, self.n_events)

    def finish(self) -> None:
        """Write what was not done at the end of the drain: ships under way, the last lockages, encounters and events."""
        self._write_late(self.passed)
        for name, facility in self.locks.items():
            waiting = take(self.fleet, self.fleet["lock"] == name)
            nothing, _ = facility.drain()
            self._write_late(waiting | ship_columns(waiting["arrival_s"], nothing, facility.complex))
            self._write_all(self.balances[name].finish(self.day.period.end_s))
        for name, balance in self.balances.items():
            self.day.recorder.write("closures", balance.closures.assign(period=self.day.period.name, lock=name))
        self._write_levels(self.levels)
<<<<<<< HEAD
        if self.trains is not None:
            self.trains.write()
        self.day.recorder.write("encounters", self.encounters.table())
=======
        encounters = self.encounters.table()
        if len(encounters["n"]):
            self.day.recorder.write("encounters", encounters)
>>>>>>> h-tables
        self._release_events(np.inf)

    def _write_late(self, ships: Columns) -> None:
        self._write_ships(ships | {"arrive_s": np.full(n_rows(ships), np.nan)})


def _keys(ships: Columns) -> npt.NDArray[np.int64]:
    """Return what decides ties between ships."""
    return (ships["entity_id"] >> np.uint64(1)).astype(np.int64)
