"""Trains through an interlocked area, on tables made by hand or read from anywhere.

Model: the area is one facility whose sections are its state (`_kernels.area`). A train reserves from signal to signal, is held at the
signal where it can't, brakes and accelerates for it, and gives sections back behind its tail. A reservation must leave an order in which all trains
finish (`_kernels.safety`). Who goes first is a code (`_kernels.dispatch`). Every second of delay is booked to a cause and a causer (`_kernels.ledger`).

Assumptions: the end of a place's track is a signal, both ways; a driver acts at once after sight and reaction; trains follow the
timetable (no departure before its time). Left out: coupling and splitting, locomotives without a train, speed advice.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, nearest
from ..kernels.arrays import as_records, records
from ..network.railway import TrackNetwork
from ..params.build import build_plain
from ..params.rail import RailParams
from ..streams import stable_hash
from ..units import MS_PER_S, NEVER_MS, to_ms
from ._kernels import area_records as layout
from ._kernels.records import TRAIN
from .area import RailArea, section_records
from .deadlock import explain_lock
from .path import PlaceOnWay, Ways
from .rolling_stock import Train
from .tables import CLOSURE_COLUMNS, STOP_DEFAULTS, TRAIN_DEFAULTS, call_rows, check_trains, complete, section_frame, tuples, wait_frame

__all__ = ["Prepared", "RailResult", "prepare", "simulate"]

_SLACK_S = 1e-9


@dataclass(frozen=True, slots=True)
class RailResult:
    """What the trains did.

    Attributes
    ----------
    trains : DataFrame
        One row per train and place: `train, seq, place, track, planned_arrival_s, arrival_s, planned_departure_s, departure_s, is_stop, delay_s` (at
        arrival, for stops and the end). What did not happen has no time.
    sections : DataFrame
        One row per train and section: `train, section, direction, reserve_s, enter_s, leave_s, release_s`.
    waits : DataFrame
        The ledger: `train, at, begin_s, end_s, delay_s, cause, causer`; per train the delays add up to its delay at its end.
    unfinished : tuple of str
        Trains that were not through at the end.
    deadlock : str
        What holds up what, where nothing could move any more; empty where all went well.
    """

    trains: pd.DataFrame
    sections: pd.DataFrame
    waits: pd.DataFrame
    unfinished: tuple[str, ...]
    deadlock: str


@dataclass(slots=True)
class Prepared:
    """Trains and an area, checked and made into what the kernel reads; `area()` gives a fresh run of it."""

    network: TrackNetwork
    params: RailParams
    net: layout.Net
    n_resources: int
    ids: Any
    visits: pd.DataFrame

    def area(self) -> RailArea:
        """Return the area before its first train."""
        net = self.net._replace(sections=self.net.sections.copy(), trains=self.net.trains.copy())
        return RailArea(self.params, net, self.n_resources)

    @property
    def resources(self) -> list[str]:
        """Names of sections and conflict areas."""
        return [*map(str, self.network.sections.index), *sorted(set(self.network.nodes["conflict"]) - {""})]

    def result(self, area: RailArea) -> RailResult:
        """Return what a run did."""
        rows = area.drain()
        trains = self._trains(call_rows(rows))
        here = area.under_way()
        left = [str(self.ids[t]) for t in here["train"][here["state"] != layout.LEAVING]]
        left = sorted([*left, *map(str, self.ids[int(area.state["next_train"][0]) :])])
        lock = explain_lock(area, self.ids, self.resources) if left else ""
        waits = wait_frame(rows, self.ids, self.resources)
        return RailResult(trains, section_frame(rows, self.ids, self.resources), waits, tuple(left), lock)

    def _trains(self, calls: Any) -> pd.DataFrame:
        frame = self.visits.copy()
        at = calls["place"]
        for name, column in (("arrival_s", "begin_ms"), ("departure_s", "end_ms")):
            times = np.full(len(frame), np.nan)
            times[at] = calls[column] / MS_PER_S
            frame[name] = times
        track = np.full(len(frame), "", dtype=object)
        track[at] = np.asarray(self.network.sections.index, dtype=object)[calls["code"]]
        frame["track"] = pd.array(track, dtype="str")
        frame["delay_s"] = frame["arrival_s"] - frame["planned_arrival_s"]
        columns = ["train", "seq", "place", "track", "planned_arrival_s", "arrival_s", "planned_departure_s", "departure_s", "is_stop", "delay_s"]
        return frame[columns].sort_values(["train", "seq"], kind="stable", ignore_index=True)


def simulate(
    network: TrackNetwork,
    trains: pd.DataFrame,
    stops: pd.DataFrame,
    stock: Mapping[str, Train],
    *,
    dispatch: str | None = None,
    params: RailParams | Mapping[str, Any] | None = None,
    closures: pd.DataFrame | None = None,
    until_s: float | None = None,
) -> RailResult:
    """Run trains through an area.

    Parameters
    ----------
    network : TrackNetwork
        Its nodes' `conflict`, its sections' signals and its places' tracks are the interlocking.
    trains : DataFrame
        `id`, `stock` (a key of `stock`). Optional: `priority` (higher goes first), `weight` (of its delay, for look-ahead), `max_wait_s`,
        `entry_delay_s` (late at the entry), `entry_speed_m_s` (comes in at the begin of its first track at this speed; 0: stands at its end).
    stops : DataFrame
        `train, seq, place`. Optional: `arrival_s, departure_s` (planned; no departure before it), `dwell_s` (least; without it the planned
        stop), `track` (preferred), `platform_m` (needed). A place without any time is passed, and so are places between those given. The
        first needs a departure. A train ends in its last place, or runs out there where that is a border.
    stock : mapping of str to Train
    dispatch : str, optional
        'timetable', 'first_come', 'priority' or 'look_ahead'; instead of that of `params`.
    params : RailParams or mapping, optional
    closures : DataFrame, optional
        `section, begin_s, end_s`: no train in the section; on a section with a bridge it is open to ships.
    until_s : float, optional
        End of the simulation (s); without it until all is done.

    Returns
    -------
    RailResult

    Raises
    ------
    DataError
        If a table can't be used, or a train can't finish whatever the others do.
    """
    prepared = prepare(network, trains, stops, stock, dispatch=dispatch, params=params, closures=closures)
    area = prepared.area()
    area.run(NEVER_MS - 1 if until_s is None else to_ms(until_s))
    return prepared.result(area)


def prepare(
    network: TrackNetwork,
    trains: pd.DataFrame,
    stops: pd.DataFrame,
    stock: Mapping[str, Train],
    *,
    dispatch: str | None = None,
    params: RailParams | Mapping[str, Any] | None = None,
    closures: pd.DataFrame | None = None,
    called_bridges: tuple[str, ...] = (),
) -> Prepared:
    """Check the tables and make them into what the kernel reads; see `simulate`. `called_bridges` are asked by message."""
    rules = params if isinstance(params, RailParams) else build_plain(RailParams, "rail", **(params or {}))
    if dispatch is not None:
        rules = build_plain(RailParams, "rail", **{**rules.model_dump(), "dispatching": dispatch})
    trains = complete(trains, "trains", TRAIN_DEFAULTS)
    stops = complete(stops, "stops", STOP_DEFAULTS)
    check_trains(trains, stops, stock, network)
    sections, closed, n_resources, number = section_records(network, _closures_ms(closures, network), called_bridges)
    ways = Ways(network, number)
    kinds = sorted({str(name) for name in trains["stock"]})
    physics = as_records(np.concatenate([np.asarray(stock[name].physics).view(np.ndarray) for name in kinds])) if kinds else records(TRAIN, 0)
    data = records(layout.TRAIN_DATA, len(trains))
    calls: list[tuple[int, int, int, int]] = []
    visits: list[dict[str, Any]] = []
    by_train: dict[str, list[dict[str, Any]]] = {}
    rows: list[dict[str, Any]] = stops.sort_values("seq", kind="stable").to_dict("records")  # type: ignore[assignment]
    for row in rows:
        by_train.setdefault(row["train"], []).append(row)
    at: dict[str, dict[Any, Any]] = {name: network.sections[name].to_dict() for name in ("length_m", "electrification", "platform_m")}
    on_way: dict[tuple[Any, ...], list[PlaceOnWay]] = {}
    ordered = trains.assign(hash=[stable_hash("train", str(name)) for name in trains["id"]]).sort_values("hash")
    itineraries: dict[tuple[str, ...], Any] = {}
    kind_of = network.places["kind"].to_dict()
    for t, one in enumerate(tuples(ordered)):
        if one.id not in by_train:
            raise DataError(f"trains: '{one.id}' has no stops; it needs two places at least")
        planned = _visits(network, str(one.id), by_train[one.id], itineraries)
        if float(one.entry_speed_m_s) > 0.0:
            planned[0]["is_stop"] = False
        key = (str(one.stock), *((v["place"], v["is_stop"], v["tracks"], v["reverses"], v["track"], v["platform_m"]) for v in planned))
        if key not in on_way:
            on_way[key] = _places(network, at, str(one.id), planned, stock[str(one.stock)], rules)
        places = on_way[key]
        way = ways.add(places)
        if way < 0:
            here, there = places[-way - 2].place, places[-way - 1].place
            raise DataError(f"train '{one.id}' can't get from '{here}' to '{there}' on a track that takes it; look at lengths, platforms, wires and reversals")
        is_exit = kind_of[places[-1].place] == "border"
        speed = float(one.entry_speed_m_s)
        first = planned[0]
        depart_ms = to_ms(first["departure_s"])
        planned_ms = depart_ms if speed > 0.0 else (to_ms(first["arrival_s"]) if first["arrival_s"] == first["arrival_s"] else depart_ms - to_ms(rules.setup_s))
        entry_ms = planned_ms + to_ms(float(one.entry_delay_s))
        ask_ms = entry_ms - (to_ms(rules.setup_s) + to_ms(rules.sight_reaction_s) if speed > 0.0 else 0)
        longest = rules.max_wait_s if one.max_wait_s != one.max_wait_s else float(one.max_wait_s)
        rank, weight, kind = int(one.priority), float(one.weight), kinds.index(str(one.stock))
        data[t] = (t, way, len(calls), len(places), kind, planned_ms, entry_ms, ask_ms, speed, rank, weight, to_ms(longest), int(is_exit))
        calls += _calls(planned, depart_ms - planned_ms)
        visits += planned
    order = np.lexsort((data["key"], data["ask_ms"]))
    data = as_records(np.asarray(data)[order])
    ids = ordered["id"].to_numpy(dtype=object)[order]
    n_words = max(1, -(-n_resources // layout.BITS))
    call_records = records(layout.CALL, len(calls))
    for k, call in enumerate(calls):
        call_records[k] = call
    net = layout.Net(sections=sections, closures=closed, trains=data, calls=call_records, physics=physics, **ways.arrays(sections, n_words))
    frame = pd.DataFrame(visits)
    frame = frame.rename(columns={"arrival_s": "planned_arrival_s", "departure_s": "planned_departure_s"})
    return Prepared(network, rules, net, n_resources, ids, frame)


def _closures_ms(closures: pd.DataFrame | None, network: TrackNetwork) -> dict[str, list[tuple[int, int]]]:
    if closures is None:
        return {}
    for column in CLOSURE_COLUMNS:
        if column not in closures.columns:
            raise DataError(f"closures: column '{column}' is missing{nearest(column, closures.columns)}; required are: {', '.join(CLOSURE_COLUMNS)}")
    found: dict[str, list[tuple[int, int]]] = {}
    for row in tuples(closures):
        if row.section not in network.sections.index:
            raise DataError(f"closures: unknown section '{row.section}'{nearest(str(row.section), list(map(str, network.sections.index)))}")
        if not row.end_s > row.begin_s:
            raise DataError(f"closures: section '{row.section}' opens at {row.end_s:g} s, and must do so after it closes, at {row.begin_s:g} s")
        found.setdefault(str(row.section), []).append((to_ms(float(row.begin_s)), to_ms(float(row.end_s))))
    for section, times in found.items():
        times.sort()
        for one, other in itertools.pairwise(times):
            if other[0] < one[1]:
                raise DataError(f"closures: two closures of section '{section}' overlap at {other[0] / MS_PER_S:g} s; make them one")
    return found


def _visits(network: TrackNetwork, train: str, rows: list[dict[str, Any]], itineraries: dict[tuple[str, ...], Any]) -> list[dict[str, Any]]:
    """Return the places of a train, those passed between its stops too, with what the table says of them."""
    names = tuple(str(row["place"]) for row in rows)
    if names not in itineraries:
        try:
            itineraries[names] = network.itinerary(list(names))
        except DataError as error:
            raise DataError(f"stops: train '{train}': {error}") from None
    found: list[dict[str, Any]] = []
    k = 0
    for seq, visit in enumerate(itineraries[names]):
        row = rows[k] if k < len(rows) and rows[k]["place"] == visit.place else None
        k += row is not None
        values = row or {"arrival_s": np.nan, "departure_s": np.nan, "dwell_s": np.nan, "track": "", "platform_m": 0.0}
        is_end = seq in (0, len(itineraries[names]) - 1)
        has_time = any(values[key] == values[key] for key in ("arrival_s", "departure_s", "dwell_s"))
        found.append(
            {
                "train": train,
                "seq": seq,
                "place": visit.place,
                "is_stop": has_time or is_end or visit.reverses,
                "reverses": visit.reverses,
                "tracks": visit.tracks,
            }
            | {key: values[key] for key in ("arrival_s", "departure_s", "dwell_s", "track", "platform_m")}
        )
    if found[0]["departure_s"] != found[0]["departure_s"]:
        raise DataError(f"stops: train '{train}' has no departure_s at its first place, '{names[0]}'; give one")
    last_s, last_at = -np.inf, names[0]
    for visit in found:
        for key in ("arrival_s", "departure_s"):
            if visit[key] == visit[key]:
                if visit[key] < last_s - _SLACK_S:
                    raise DataError(f"stops: train '{train}' is at '{visit['place']}' at {visit[key]:g} s, before it leaves '{last_at}' at {last_s:g} s")
                last_s, last_at = visit[key], visit["place"]
    return found


def _places(
    network: TrackNetwork, at: dict[str, dict[Any, Any]], train: str, visits: list[dict[str, Any]], stock: Train, rules: RailParams
) -> list[PlaceOnWay]:
    """Return what a train does at its places, with the tracks that take it."""
    found = []
    for k, visit in enumerate(visits):
        place = visit["place"]
        is_border = network.places["kind"][place] == "border"
        is_stop = visit["is_stop"] and not (k == len(visits) - 1 and is_border)
        tracks = []
        why = ""
        for track in visit["tracks"]:
            length = float(at["length_m"][track])
            wire = str(at["electrification"][track])
            if is_stop and k > 0 and stock.length_m > length:
                why = why or f"is {stock.length_m:g} m long and track '{track}' is {length:g} m"
            elif visit["reverses"] and stock.length_m + rules.overlap_m > length:
                why = why or f"is {stock.length_m:g} m long, and must reverse within track '{track}', which is {length:g} m"
            elif float(at["platform_m"][track]) < visit["platform_m"]:
                why = why or f"needs a platform of {visit['platform_m']:g} m and track '{track}' has {float(at['platform_m'][track]):g} m"
            elif stock.wires is not None and wire not in stock.wires:
                why = why or f"runs under {allowed_wires(stock)}, and track '{track}' has {wire}"
            else:
                tracks.append(track)
        if not tracks:
            raise DataError(f"stops: train '{train}' fits no track of '{place}': it {why or 'has no way on from there'}; give it another place or stock")
        tracks.sort(key=lambda track: (track != visit["track"], track))
        run_round_s = float(network.places["run_round_s"][place]) if visit["reverses"] and not stock.is_reversible else 0.0
        if run_round_s > 0.0 and len(network.tracks(place)) < 2:
            raise DataError(f"stops: train '{train}' reverses at '{place}', which has no second track for its locomotive to run round; reverse elsewhere")
        found.append(PlaceOnWay(place, bool(is_stop), bool(visit["reverses"]), run_round_s, tuple(tracks)))
    return found


def allowed_wires(stock: Train) -> str:
    """Return the wires that a train runs under, as a list for a message."""
    return ", ".join(sorted(stock.wires or ()))


def _calls(visits: list[dict[str, Any]], first_dwell_ms: int) -> list[tuple[int, int, int, int]]:
    """Return the calls of a train: planned arrival and departure, least dwell, and the time that orders it."""

    def given(value: float) -> int:
        return to_ms(value) if value == value else NEVER_MS

    rows = []
    order_ms = 0
    for k, visit in enumerate(visits):
        arrive_ms, depart_ms = given(visit["arrival_s"]), given(visit["departure_s"])
        dwell_ms = given(visit["dwell_s"])
        if dwell_ms == NEVER_MS:
            dwell_ms = depart_ms - arrive_ms if NEVER_MS not in (arrive_ms, depart_ms) else 0
        if k == 0:
            dwell_ms = max(first_dwell_ms, 0)
            arrive_ms = NEVER_MS
        known = [ms for ms in (depart_ms, arrive_ms) if ms < NEVER_MS]
        order_ms = known[0] if known else order_ms
        rows.append((arrive_ms, depart_ms, dwell_ms, order_ms))
    return rows
