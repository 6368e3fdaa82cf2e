"""Trains of a replication: drawn, given to the rail area on the common clock, and written when the period is over.

The area asks a movable bridge of the waterway by message, so that ships and trains share one bridge. With
`bridge_open_h_per_day` the bridge's openings are drawn ahead instead, and ships notice no train.

A freight train is planned as a run without other trains and ships, with a supplement: its delay is what others cost it. Assumptions: a train
comes at its planned time and its own delay; a train that is not through at the end of the period counts as cancelled. Left out: connections, crews, and
locomotives between trains.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..demand.trains import Trains, draw_freight, join, pattern_trains, read_flows, read_patterns
from ..errors import DataError, allowed, nearest
from ..network.railway import TrackNetwork
from ..params.waterway import DistrictParams
from ..rail.facility import FIRST_WHO, RailFacility
from ..rail.rolling_stock import Train
from ..rail.simulation import Prepared, prepare, simulate
from ..rail.stock_tables import read_compositions, read_vehicles
from ..streams import entity_ids
from ..tables.columns import Columns
from ..tables.schemas import SECTIONS, TRAIN_WAITS, TRAINS
from ..units import LOCAL_ZONE, S_PER_DAY
from .fairways import CANAL

if TYPE_CHECKING:
    from .day import Day

RAIL = "rail"
RAIL_TABLES = ("trains", "sections", "train_waits")
S_PER_MIN = 60.0
_ALONE_S = 2.0 * S_PER_DAY  # apart, so that each train of a plan runs alone


def has_trains(params: DistrictParams) -> bool:
    """Say whether trains run: the network has a railway, and the demand trains."""
    return params.network.railway is not None and params.demand.railway is not None


@dataclass(frozen=True, slots=True)
class Railway:
    """What does not change between replications: tracks with their measures, rolling stock, and the patterns and flows of trains."""

    network: TrackNetwork
    stock: dict[str, Train]
    patterns: pd.DataFrame
    flows: pd.DataFrame


def read_trains(folder: Path, network: TrackNetwork) -> Railway:
    """Read what a demand dataset says of trains, from its folder ``rail``.

    Raises
    ------
    DataError
        For the first fault, with file and line.
    """
    places = list(map(str, network.plan.tables["places"].index)) if network.plan is not None else list(map(str, network.places.index))
    stock = read_compositions(folder / "compositions.csv", read_vehicles(folder / "rolling_stock.csv"))
    patterns, flows = read_patterns(folder / "patterns.csv", places), read_flows(folder / "freight.csv", places)
    for name, table in (("patterns.csv", patterns), ("freight.csv", flows)):
        for row, word in enumerate(table["rolling_stock"]):
            if word not in stock:
                raise DataError(f"{folder / name}:{row + 2}: unknown rolling_stock '{word}'{nearest(str(word), stock)}; there are: {allowed(stock)}")
    return Railway(network, stock, patterns, flows)


class TrainTraffic:
    """The trains of a period and their facility on the clock.

    Parameters
    ----------
    day : Day
        Its district has a railway.
    bridges : iterable of str
        Bridges that are shared with ships.
    """

    def __init__(self, day: Day, bridges: Iterable[str]) -> None:
        railway = day.district.railway
        rules = day.district.params.network.railway
        assert railway is not None and rules is not None
        self.day, self.railway = day, railway
        self.drawn = _planned(_within(_draw(day, railway), day), railway, day)
        is_drawn = rules.bridge_open_h_per_day > 0.0
        called = () if is_drawn else tuple(bridges)
        trains = self.drawn.trains
        self.prepared: Prepared = prepare(
            railway.network,
            pd.DataFrame(
                {"id": trains["id"], "stock": trains["rolling_stock"], "priority": -trains["priority"], "entry_delay_s": trains["entry_delay_s"].round(3)}
            ),
            _stops(self.drawn.stops),
            railway.stock,
            params=rules.operation,
            closures=_openings(day, railway.network) if is_drawn else None,
            called_bridges=called,
        )
        self.facility = RailFacility(RAIL, self.prepared, dict.fromkeys(called, CANAL), CANAL)

    def entities(self) -> Columns:
        """Return `number` and `entity_id` of each train: the number under which bridges know it."""
        ids = entity_ids("rail", list(self.prepared.ids))
        return {"number": FIRST_WHO + np.arange(len(ids)), "entity_id": ids}

    def write(self) -> None:
        """Write what the trains did."""
        day, result = self.day, self.facility.result()
        of = self.drawn.trains.set_index("id")
        first = result.trains.groupby("train")["planned_departure_s"].first()
        is_counted = pd.Series(day.period.is_counted(first.to_numpy(dtype=np.float64)), index=first.index, dtype=bool)
        calls = result.trains
        country = self.railway.network.places["in_district"]
        common = {"period": day.period.name}
        added = {name: calls["train"].map(of[name]).to_numpy() for name in ("entity_id", "kind", "entry_delay_s")}
        added |= {"service": calls["train"].str.partition("|")[0].to_numpy(), "in_district": calls["place"].map(country).to_numpy(dtype=bool)}
        calls = calls.assign(**common, **added, is_finished=~calls["train"].isin(result.unfinished), is_counted=calls["train"].map(is_counted))
        day.recorder.write("trains", calls[TRAINS.names])
        sections = result.sections.assign(**common, is_counted=result.sections["train"].map(is_counted))
        day.recorder.write("sections", sections[SECTIONS.names])
        waits = result.waits.assign(**common, is_counted=result.waits["train"].map(is_counted), kind=result.waits["train"].map(of["kind"]))
        waits["causer_kind"] = waits["causer"].map(of["kind"]).fillna("").where(waits["causer"] != "ships", "ships")
        day.recorder.write("train_waits", waits[TRAIN_WAITS.names])


def _draw(day: Day, railway: Railway) -> Trains:
    """Draw the trains of all days of a period; times from local midnight of its first."""
    params = day.district.params.demand.railway
    assert params is not None
    n_days = int(np.ceil(day.period.end_s / S_PER_DAY)) + 1
    midnight = _midnight(day).tz_localize(None)
    patterns = pattern_trains(railway.patterns, params, day.streams, midnight, n_days)
    return join([patterns, draw_freight(railway.flows, params, day.streams, day.year, midnight, n_days)])


def _midnight(day: Day) -> pd.Timestamp:
    local: pd.Timestamp = pd.Timestamp(day.period.start, tz=LOCAL_ZONE) - pd.Timedelta(seconds=day.period.warm_up_s)
    return local.normalize()


def _within(trains: Trains, day: Day) -> Trains:
    """Return the trains that depart within the period, their times from its epoch."""
    shift_s = (day.period.epoch - _midnight(day)).total_seconds()
    stops = trains.stops.assign(arrival_s=trains.stops["arrival_s"] - shift_s, departure_s=trains.stops["departure_s"] - shift_s)
    departs_s = stops[stops["seq"] == 0].set_index("train")["departure_s"]
    kept = departs_s.index[(departs_s >= S_PER_MIN) & (departs_s < day.period.end_s)]
    return Trains(trains.trains[trains.trains["id"].isin(kept)].reset_index(drop=True), stops[stops["train"].isin(kept)].reset_index(drop=True))


def _planned(trains: Trains, railway: Railway, day: Day) -> Trains:
    """Plan the arrival of freight at its end: a run of each kind alone, with the supplement."""
    params = day.district.params.demand.railway
    assert params is not None
    freight = trains.trains[trains.trains["kind"] == "freight"]
    if len(freight) == 0:
        return trains
    service = freight["id"].str.partition("|")[0]
    one = freight[~service.duplicated()]
    stops = trains.stops[trains.stops["train"].isin(one["id"])]
    begins_s = dict(zip(one["id"], _ALONE_S * np.arange(len(one)), strict=True))
    alone = stops.assign(departure_s=np.where(stops["seq"] == 0, stops["train"].map(begins_s), np.nan))
    runs = simulate(railway.network, pd.DataFrame({"id": one["id"], "stock": one["rolling_stock"]}), _stops(alone), railway.stock).trains
    lasts_s = runs.groupby("train")["arrival_s"].last() - pd.Series(begins_s)
    by_service = {str(name).partition("|")[0]: seconds * (1.0 + params.supplement_share) for name, seconds in lasts_s.items()}
    table = trains.stops
    last = table["seq"] == table.groupby("train")["seq"].transform("max")
    is_freight = last & table["train"].isin(freight["id"])
    departs_s = table[table["seq"] == 0].set_index("train")["departure_s"]
    ends = table["train"][is_freight]
    planned_s = ends.map(departs_s) + ends.str.partition("|")[0].map(by_service)
    return Trains(trains.trains, table.assign(arrival_s=table["arrival_s"].where(~is_freight, planned_s.reindex(table.index))))


def _stops(stops: pd.DataFrame) -> pd.DataFrame:
    """Return stops as the area takes them: a place without times is passed."""
    is_last = stops["seq"] == stops.groupby("train")["seq"].transform("max")
    times = {"dwell_s": stops["dwell_s"].where(stops["stops"]), "departure_s": stops["departure_s"].where(~is_last), "arrival_s": stops["arrival_s"]}
    return stops[["train", "seq", "place", "track"]].assign(**{name: column.round(3) for name, column in times.items()})


def _openings(day: Day, network: TrackNetwork) -> pd.DataFrame:
    """Draw when movable bridges are open to ships: openings of one length, and gaps between them with an exponential distribution."""
    rules = day.district.params.network.railway
    assert rules is not None
    share = rules.bridge_open_h_per_day / 24.0
    gap_s = rules.bridge_opening_s * (1.0 - share) / share
    rows = []
    for bridge in sorted(set(network.sections["bridge"]) - {""}):
        n = int(2.0 * day.period.end_s / (gap_s + rules.bridge_opening_s)) + 20
        u = day.streams.uniform("bridge openings ahead", entity_ids("rail", [f"{bridge}|{k}" for k in range(n)]))[:, 0]
        begin_s = np.cumsum(-gap_s * np.log1p(-u) + rules.bridge_opening_s).round(3)
        begin_s = begin_s[begin_s < day.period.end_s]
        for section in network.sections.index[network.sections["bridge"] == bridge]:
            rows.append(pd.DataFrame({"section": section, "begin_s": begin_s, "end_s": begin_s + round(rules.bridge_opening_s, 3) - 0.001}))
    return pd.concat(rows, ignore_index=True)
