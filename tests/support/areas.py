"""Railways and trains made by hand for tests of the interlocked area, and a run that is checked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from nspd_mobility.network.railway import TrackNetwork
from nspd_mobility.rail.rolling_stock import Train, plain_train
from nspd_mobility.rail.simulation import RailResult, simulate
from nspd_mobility.tables.rail_invariants import check_area

NO_TIMES = {"setup_s": 0.0, "sight_reaction_s": 0.0, "release_s": 0.0}


def stock(length_m: float = 100.0, speed_m_s: float = 20.0, accelerate_m_s2: float = 0.5, brake_m_s2: float = 0.5) -> Train:
    train = plain_train(mass_tonne=500.0, length_m=100.0, speed_max_m_s=speed_m_s, acceleration_m_s2=accelerate_m_s2, brake_m_s2=0.5)
    train.physics["length_m"], train.physics["brake_m_s2"] = length_m, brake_m_s2  # beyond what a vehicle may have, as the cases want it
    return train


def railway(sections: list[tuple[Any, ...]], speed_m_s: float = 100.0, **columns: Any) -> TrackNetwork:
    """Make a network from (id, from_node, to_node, length_m, place) rows; ends with one section are borders, nodes with three are switches."""
    table = pd.DataFrame(sections, columns=["id", "from_node", "to_node", "length_m", "place"]).assign(speed_m_s=speed_m_s)
    for name, values in columns.items():
        table[name] = values
    ends = pd.concat([table["from_node"], table["to_node"]]).value_counts()
    nodes = pd.DataFrame({"id": sorted(ends.index)})
    nodes["kind"] = ["boundary" if ends[n] == 1 else "joint" if ends[n] == 2 else "switch" if ends[n] == 3 else "crossing" for n in nodes["id"]]
    places = pd.DataFrame({"id": sorted(set(table["place"]) - {""})})
    edge = {str(row.place) for row in table.itertuples() if ends[row.from_node] == 1 or ends[row.to_node] == 1}
    places["kind"] = ["border" if p in edge else "station" for p in places["id"]]
    return TrackNetwork.from_frames(table, nodes, places)


def calls(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Make stops from (train, place, arrival, departure, dwell) rows, in order for each train."""
    table = pd.DataFrame(rows, columns=["train", "place", "arrival_s", "departure_s", "dwell_s"])
    table["seq"] = table.groupby("train").cumcount()
    return table.astype({"arrival_s": float, "departure_s": float, "dwell_s": float})


def trains(ids: list[str], kind: Any = "train", **columns: Any) -> pd.DataFrame:
    table = pd.DataFrame({"id": ids, "stock": kind})
    for name, values in columns.items():
        table[name] = values
    return table


def simulate_checked(network: TrackNetwork, table: pd.DataFrame, stops: pd.DataFrame, kinds: dict[str, Train], **options: Any) -> RailResult:
    """Run trains, and check the invariants."""
    result = simulate(network, table, stops, kinds, **options)
    breaches = check_area(result.sections, result.trains, result.waits)
    assert breaches == []
    return result


def arrival_s(result: RailResult, train: str, place: str) -> float:
    rows = result.trains
    return float(rows["arrival_s"][(rows["train"] == train) & (rows["place"] == place)].iloc[0])


def nan() -> float:
    return float(np.nan)
