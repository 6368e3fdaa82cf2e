"""Trains: passenger patterns, freight drawn from weekly counts, and their delays.

A pattern runs at fixed minutes. The number of trains of a freight flow on a day is the Poisson quantile of that day's frozen uniform, so
that a higher count keeps every train and adds some; its time of departure is uniform in the flow's window. A train is late at its entry by

    on time (share p): uniform in +-spread;   otherwise: exponential with the given mean;

a dwell is the planned one plus a Weibull excess. All draws are keyed by the train's id: ``flow|date|k``. Times are seconds after local
midnight of the first day and may pass 24:00. Where nothing is planned, as for freight beyond its origin, planned times are NaN.

References: Yuan (2006), delays at The Hague HS, Weibull with a shape below 1 for delays and above 1 for dwell (doi 10.2495/CR060621).
Left out: cancellations, connections between trains, and rolling stock that turns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, allowed, nearest
from ..params.train_demand import TrainDemandParams
from ..streams import Streams, entity_ids
from ..units import S_PER_DAY
from .poisson import poisson_quantile
from .sheets import Sheet, read_csv

TRAIN_COLUMNS = ("entity_id", "id", "kind", "rolling_stock", "priority", "country", "commodity", "entry_delay_s")
STOP_COLUMNS = ("train", "seq", "place", "arrival_s", "departure_s", "dwell_s", "stops", "reverses", "track")
KINDS = ("passenger", "freight", "light_engine")
DAYS = {"daily": range(7), "weekdays": range(5), "weekend": range(5, 7)}
S_PER_H = 3600.0
_PATTERN = ("id", "service", "kind", "rolling_stock", "calls", "dwell_s", "headway_s", "first_s", "last_s", "days", "priority", "country", "source", "quality")
_FLOW = ("id", "stops", "rolling_stock", "commodity", "country", "per_week_2017", "per_week_2030", "first_s", "last_s", "priority", "source", "quality")


@dataclass(frozen=True, slots=True)
class Trains:
    """Trains and their stops.

    Attributes
    ----------
    trains : DataFrame
        entity_id, id, kind, rolling_stock, priority (1 goes first), country (of the carrier), commodity, entry_delay_s.
    stops : DataFrame
        train, seq, place, arrival_s, departure_s (NaN: not planned), dwell_s (at least, drawn), stops, reverses, track ("" for any).
    """

    trains: pd.DataFrame
    stops: pd.DataFrame


def join(parts: Collection[Trains]) -> Trains:
    """Return all trains of some sets in one.

    Raises
    ------
    DataError
        If two trains have the same id.
    """
    trains = pd.concat([part.trains for part in parts], ignore_index=True)
    if trains["id"].duplicated().any():
        raise DataError(f"train '{trains['id'][trains['id'].duplicated()].iloc[0]}' stands there twice; give each train an id of its own")
    return Trains(trains, pd.concat([part.stops for part in parts], ignore_index=True))


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples()  # a cell may be anything


def _numbers(sheet: Sheet, column: str, low: float, high: float) -> pd.Series[Any]:
    values = pd.to_numeric(sheet.frame[column], errors="coerce").astype("float64")
    sheet.refuse(~((values >= low) & (values <= high)).to_numpy(), column, f"a number from {low:g} to {high:g}")
    return values


def _places(sheet: Sheet, column: str, known: Collection[str], mark: str = "") -> list[list[str]]:
    calls = [cell.split() for cell in sheet.text(column)]
    for row, cell in enumerate(calls):
        names = [call.partition(mark)[0] if mark else call for call in cell]
        for name in names:
            if name not in known:
                raise DataError(f"{sheet.where(row)}: unknown station '{name}'{nearest(name, known)}; known are: {allowed(known, limit=60)}")
        if len(names) < 2:
            raise DataError(f"{sheet.where(row)}: column '{column}' names {len(names)} place; a train needs two")
    return calls


def read_patterns(path: Path, places: Collection[str]) -> pd.DataFrame:
    """Read passenger patterns; `calls` is ``place@departure`` (s after the first departure), separated by blanks.

    A pattern of a `service` runs only where the parameters name it, at their headway.

    Raises
    ------
    DataError
        For the first fault, with file and line.
    """
    sheet = read_csv(path)
    sheet.expect_columns(_PATTERN, (*_PATTERN, "note"))
    sheet.distinct(("id",))
    frame = pd.DataFrame({name: sheet.text(name) for name in ("id", "kind", "rolling_stock", "days", "country", "source", "quality")})
    frame["service"] = sheet.frame["service"].astype("str").str.strip()
    sheet.refuse(~frame["kind"].isin(KINDS).to_numpy(), "kind", f"one of: {allowed(KINDS)}")
    sheet.refuse(~frame["days"].isin(list(DAYS)).to_numpy(), "days", f"one of: {allowed(DAYS)}")
    for name, low, high in (
        ("dwell_s", 0, 7200),
        ("headway_s", 1, S_PER_DAY),
        ("first_s", 0, 2 * S_PER_DAY),
        ("last_s", 0, 2 * S_PER_DAY),
        ("priority", 1, 99),
    ):
        frame[name] = _numbers(sheet, name, low, high)
    frame["calls"] = _places(sheet, "calls", places, "@")
    for row, calls in enumerate(frame["calls"]):
        times = pd.to_numeric(pd.Series([call.partition("@")[2] for call in calls]), errors="coerce")
        if times.isna().any() or (times.diff().dropna() <= frame["dwell_s"][row]).any():
            raise DataError(f"{sheet.where(row)}: the departures in 'calls' must be numbers that rise by more than dwell_s; write place@seconds")
    return frame


def pattern_trains(patterns: pd.DataFrame, params: TrainDemandParams, streams: Streams, start: pd.Timestamp, n_days: int) -> Trains:
    """Return the trains of patterns on the days from `start` on.

    Raises
    ------
    DataError
        If the parameters name a service that no pattern has.
    """
    known = set(patterns["service"]) - {""}
    for service in params.services:
        if service not in known:
            raise DataError(f"demand.railway.services: unknown service '{service}'{nearest(service, known)}; the patterns have: {allowed(known) or 'none'}")
    trains, stops = [], []
    for pattern in _rows(patterns):
        per_h = params.services.get(str(pattern.service), 0.0) if pattern.service else S_PER_H / float(pattern.headway_s)
        if per_h <= 0.0:
            continue
        for day in range(n_days):
            date = start + pd.Timedelta(days=day)
            if date.weekday() not in DAYS[str(pattern.days)]:
                continue
            for begin_s in np.arange(pattern.first_s, pattern.last_s + 1e-6, S_PER_H / per_h):
                train = f"{pattern.id}|{date:%Y-%m-%d}|{begin_s:.0f}"
                trains.append((train, pattern.kind, pattern.rolling_stock, int(pattern.priority), pattern.country, "passengers"))
                for seq, call in enumerate(pattern.calls):
                    place, _, offset = call.partition("@")
                    leaves_s = day * S_PER_DAY + begin_s + float(offset)
                    stops.append((train, seq, place, leaves_s - pattern.dwell_s, leaves_s, pattern.dwell_s, True, False, ""))
    return _drawn(trains, stops, params, streams)


def read_flows(path: Path, places: Collection[str]) -> pd.DataFrame:
    """Read freight flows: the places on the way, and trains a week in 2017 and 2030.

    Raises
    ------
    DataError
        For the first fault, with file and line.
    """
    sheet = read_csv(path)
    sheet.expect_columns(_FLOW, (*_FLOW, "note"))
    sheet.distinct(("id",))
    frame = pd.DataFrame({name: sheet.text(name) for name in ("id", "rolling_stock", "commodity", "country", "source", "quality")})
    for name, high in (("per_week_2017", 5000), ("per_week_2030", 5000), ("first_s", S_PER_DAY), ("last_s", S_PER_DAY), ("priority", 99)):
        frame[name] = _numbers(sheet, name, 0, high)
    sheet.refuse((frame["last_s"] <= frame["first_s"]).to_numpy(), "last_s", "after first_s")
    frame["stops"] = _places(sheet, "stops", places)
    return frame


def service_names(folder: Path) -> list[str]:
    """Return the ids of patterns and freight flows of a dataset's folder of trains, none where there is no such folder."""
    files = [folder / "patterns.csv", folder / "freight.csv"]
    return [str(name) for path in files if path.is_file() for name in read_csv(path).text("id")]


def weekly(flows: pd.DataFrame, year: int) -> pd.Series[Any]:
    """Return the trains a week of each flow in a year, between 2017 and 2030 on a line, before and after as there."""
    share = np.clip((year - 2017) / 13, 0.0, 1.0)
    counts: pd.Series[Any] = flows["per_week_2017"] * (1 - share) + flows["per_week_2030"] * share
    return counts


def draw_freight(flows: pd.DataFrame, params: TrainDemandParams, streams: Streams, year: int, start: pd.Timestamp, n_days: int) -> Trains:
    """Draw freight trains on the working days from `start` on; the weekly count is spread evenly over `params.days_per_week` days."""
    means = (weekly(flows, params.count_year or year) * params.freight_factor / params.days_per_week).to_numpy()
    trains, stops = [], []
    for day in range(n_days):
        date = start + pd.Timedelta(days=day)
        if date.weekday() >= params.days_per_week:
            continue
        keys = [f"{flow}|{date:%Y-%m-%d}" for flow in flows["id"]]
        counts = poisson_quantile(streams.uniform("train count", entity_ids("rail", keys))[:, 0], means)
        for flow, key, count in zip(_rows(flows), keys, counts, strict=True):
            names = [f"{key}|{k}" for k in range(count)]
            u = streams.uniform("train departure", entity_ids("rail", names))[:, 0]
            for train, at in zip(names, u, strict=True):
                leaves_s = day * S_PER_DAY + flow.first_s + at * (flow.last_s - flow.first_s)
                trains.append((train, "freight", flow.rolling_stock, int(flow.priority), flow.country, flow.commodity))
                for seq, named in enumerate(flow.stops):
                    place = params.in_place_of.get(named, named)
                    is_first = seq == 0
                    stops.append((train, seq, place, np.nan, leaves_s if is_first else np.nan, 0.0, seq in (0, len(flow.stops) - 1), False, ""))
    return _drawn(trains, stops, params, streams)


def _drawn(trains: list[Any], stops: list[Any], params: TrainDemandParams, streams: Streams) -> Trains:
    """Return the frames with entry delays and dwell excess drawn by train id."""
    frame = pd.DataFrame(trains, columns=list(TRAIN_COLUMNS[1:-1]))
    calls = pd.DataFrame(stops, columns=list(STOP_COLUMNS))
    frame["priority"] = frame["priority"].astype("int64")  # where there are none, columns have no kind
    calls = calls.astype({"seq": "int64", "arrival_s": "float64", "departure_s": "float64", "dwell_s": "float64", "stops": "bool", "reverses": "bool"})
    ids = entity_ids("rail", frame["id"])
    u = streams.uniform("train entry", ids, 2)
    on_time_s = (2 * u[:, 1] - 1) * params.on_time_spread_s
    late_s = -params.late_mean_s * np.log1p(-u[:, 1])
    delay_s = np.where(u[:, 0] < params.on_time_share, on_time_s, late_s)
    frame["entry_delay_s"] = np.where((frame["kind"] == "freight").to_numpy(), delay_s, 0.0) * params.delays
    frame.insert(0, "entity_id", ids)
    if len(calls):
        of = entity_ids("rail", calls["train"] + "|" + calls["seq"].astype("str"))
        excess_s = params.dwell_scale_s * (-np.log1p(-streams.uniform("train dwell", of)[:, 0])) ** (1 / params.dwell_shape)
        calls["dwell_s"] += np.where(calls["dwell_s"] > 0, excess_s, 0.0) * params.delays
    return Trains(frame, calls)
