"""The waterway of a district on one clock: locks, the canal behind them, and its movable bridges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from ..engine.bridge import needs_opening
from ..engine.bridge_state import Bridge
from ..engine.bridge_tables import to_windows
from ..engine.clock import Clock, Facility
from ..errors import DataError, allowed, nearest
from ..network.waterway import FairwayNetwork
from ..params.waterway import WaterwayParams
from ..tables.columns import Columns, n_rows
from ..waterway.canal_facility import CanalFacility
from ..waterway.canal_layout import BERTH_KIND, CanalLayout
from ..waterway.complex import LevelSeries
from ..waterway.facility import LockFacility

CANAL = "canal"


@dataclass(frozen=True, slots=True)
class Fairways:
    """The facilities of a run.

    Attributes
    ----------
    clock : Clock
    locks : dict of str to LockFacility
    canal : CanalFacility or None
        None where nothing lies behind the locks.
    layout : CanalLayout or None
    bridges : dict of str to Bridge
        By node; they step with the canal.
    stretches : DataFrame
        The canal's stretches: id, length_m, km_begin, km_end.
    """

    clock: Clock
    locks: dict[str, LockFacility]
    canal: CanalFacility | None
    layout: CanalLayout | None
    bridges: dict[str, Bridge]
    stretches: pd.DataFrame

    def is_on_canal(self, node: str) -> bool:
        """Return whether a node lies on the canal behind the locks."""
        return self.layout is not None and node in self.layout.graph and node not in self.locks


def build_fairways(
    network: FairwayNetwork,
    params: WaterwayParams,
    levels: LevelSeries,
    closures: Mapping[str, Any],
    windows: Mapping[str, pd.DataFrame],
    others: Sequence[Facility] = (),
) -> Fairways:
    """Return the facilities of a run on a clock; closures by lock as its kernel reads them, windows by bridge as a table; others step after them."""
    stretches = _behind_locks(network, list(params.locks))
    layout = _layout(network, params, stretches) if len(stretches) else None
    nodes = layout.node_number if layout is not None else {}
    bridges = {}
    for name, bridge in params.bridges.items():
        if name in nodes:
            bridges[name] = Bridge(name, bridge, to_windows(windows[name]))
    here = [name for name in params.locks if name in nodes]
    canal = None
    if layout is not None:
        canal = CanalFacility(CANAL, layout, bridges, {name: f"lock {name}" for name in here})
    locks = {name: LockFacility(f"lock {name}", lock, levels, closures[name], CANAL if name in here else None) for name, lock in params.locks.items()}
    facilities: list[Facility] = [*([canal] if canal is not None else []), *locks.values(), *others]
    table = network.stretches.loc[stretches, ["length_m", "km_begin", "km_end"]].reset_index()
    return Fairways(Clock(*facilities), locks, canal, layout, bridges, table)


def bridges_on_canal(network: FairwayNetwork, params: WaterwayParams) -> list[str]:
    """Return the bridges that step with the canal, in the order of the parameters."""
    table = network.stretches.loc[_behind_locks(network, list(params.locks)), ["from_node", "to_node"]]
    return [name for name in params.bridges if name in {*table["from_node"], *table["to_node"]}]


def openings_needed(layout: CanalLayout, params: WaterwayParams, ships: Columns) -> Any:
    """Return for each ship the bridges that must open for it, bit by bit, shape (n_ship,) int64."""
    needs = np.zeros(n_rows(ships), dtype=np.int64)
    sizes = {column: ships[column] for column in ("air_draught_m", "length_m", "beam_m", "draught_m")}
    for bit, name in enumerate(layout.bridges):
        if name in params.bridges:
            needs |= needs_opening(params.bridges[name], **sizes).astype(np.int64) << bit
    return needs


def _behind_locks(network: FairwayNetwork, locks: list[str]) -> list[str]:
    """Return the stretches on the canal side of the locks, in the order of the network."""
    inside: set[str] = set()
    graph = network.graph.copy()
    graph.remove_nodes_from([lock for lock in locks if lock in graph])
    for lock in locks:
        if lock not in network.nodes.index or network.nodes.at[lock, "kind"] != "lock":
            continue
        for stretch in network.through(lock).canal:
            inside.add(stretch)
            ends = network.stretches.loc[stretch, ["from_node", "to_node"]]
            for node in set(ends) - {lock}:
                if node in graph:
                    reached = graph.subgraph(nx.node_connected_component(graph, node))
                    inside.update(str(name) for _, _, name in reached.edges(data="id"))
    return [str(name) for name in network.stretches.index if name in inside]


def _layout(network: FairwayNetwork, params: WaterwayParams, names: list[str]) -> CanalLayout:
    table = network.stretches.loc[names]
    is_canal = (table["kind"] == "canal").to_numpy()
    stretches = pd.DataFrame(
        {
            "id": names,
            "from_node": table["from_node"].astype("str").to_numpy(),
            "to_node": table["to_node"].astype("str").to_numpy(),
            "length_m": table["length_m"].to_numpy(dtype=np.float64),
            "cross_section": table["cross_section"].astype("str").to_numpy(),
            "has_speed_limit": is_canal,
        }
    )
    ends = sorted({*stretches["from_node"], *stretches["to_node"]})
    nodes = pd.DataFrame(
        {"id": ends, "kind": [str(network.nodes.at[name, "kind"]) for name in ends], "n_berths": [int(params.berths.get(name, 0.0)) for name in ends]}
    )
    quays = [str(name) for name in nodes["id"][nodes["kind"] == BERTH_KIND]]
    for name, n_berths in params.berths.items():
        if name not in quays:
            raise DataError(f"waterway.berths: '{name}' is no berth on the canal{nearest(name, quays)}; berths there are: {allowed(quays) or 'none'}")
        if n_berths < 1:
            raise DataError(f"waterway.berths.{name}: {n_berths:g} ships find a berth; it must be 1 or more, or left out for no limit")
    canal = params.canal.model_copy(update={"speed_limits": params.canal_speed}) if params.canal.speed_limits is None else params.canal
    return CanalLayout(stretches, canal, nodes)
