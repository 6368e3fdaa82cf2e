"""The waterway as a graph: nodes, and stretches whose lengths are fairway kilometres.

A stretch joins two nodes and can be sailed both ways. Lengths are given in metres and never computed from the coordinates: the
lines only draw the stretches, and serve to find gross errors (a length in degrees, a wrong kilometre). The canal side of a lock
is where its stretches are of kind canal; its sea side is all others.

A stretch may name a cross section of the canal's parameters. Routes are shortest by length. Left out: depth and width limits
per stretch, one-way traffic, and currents.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import DataError, allowed, nearest
from ..params.tree import Branch, load_yaml
from .dataset import DATASET_FILE, inside
from .geojson import features, line_length_m, one_of

if TYPE_CHECKING:
    import networkx as nx

NODE_KINDS = ("boundary", "berth", "lock", "bridge", "border", "junction")
STRETCH_KINDS = ("estuary", "harbour", "canal", "lock")
NODE_COLUMNS = ("id", "name", "kind", "country", "source", "quality")
STRETCH_COLUMNS = ("id", "name", "route", "km_begin", "km_end", "length_m", "country", "kind", "from_node", "to_node", "source", "quality")
LENGTH_TOLERANCE_SHARE = 0.25  # a line that is straight between kilometre posts cuts the bends of an estuary by up to a fifth


@dataclass(frozen=True, slots=True)
class LockApproaches:
    """The stretches that end at a lock, by side."""

    sea: tuple[str, ...]
    canal: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class FairwayNetwork:
    """Nodes and stretches of a waterway.

    Attributes
    ----------
    nodes : DataFrame
        Indexed by node id: name, kind, country, source, quality, name_en (empty where the name serves in English too), note, lon_deg,
        lat_deg.
    stretches : DataFrame
        Indexed by stretch id: name, route, km_begin, km_end, length_m, country, kind, from_node, to_node, source, quality,
        name_en, note, cross_section (a name in ``canal.cross_sections``, empty: none), line_length_m (of the drawn line) and
        from_node_gap_m, to_node_gap_m (from the line's ends to the nodes), for checks only.
    lines : dict of str to list
        Drawn line of each stretch: (longitude, latitude) in degrees, EPSG:4326.
    """

    nodes: pd.DataFrame
    stretches: pd.DataFrame
    lines: dict[str, list[list[float]]]

    @cached_property
    def graph(self) -> nx.Graph[str]:
        """Nodes and stretches as a graph; its edges carry ``id`` and ``length_m``. Made when a route is asked for: networkx takes 0.3 s to load."""
        import networkx as nx

        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(self.nodes.index)
        ends = (self.stretches[column] for column in ("from_node", "to_node", "length_m"))
        for stretch, begin, end, length_m in zip(self.stretches.index, *ends, strict=True):
            graph.add_edge(begin, end, id=stretch, length_m=length_m)
        return graph

    def route(self, origin: str, destination: str) -> list[str]:
        """Return the stretch ids of the shortest way, in the order sailed; empty where both ends are one node.

        Raises
        ------
        DataError
            If a node is unknown or there is no way between them.
        """
        return [self.graph.edges[a, b]["id"] for a, b in self._legs(origin, destination)]

    def _legs(self, origin: str, destination: str) -> list[tuple[str, str]]:
        import networkx as nx

        for node in (origin, destination):
            self._known(node)
        try:
            path = nx.shortest_path(self.graph, origin, destination, weight="length_m")
        except nx.NetworkXNoPath:
            raise DataError(f"there is no way over the water from '{origin}' to '{destination}'; add the stretch that is missing to the fairways") from None
        return list(itertools.pairwise(path))

    def nodes_on(self, origin: str, destination: str) -> list[str]:
        """Return the node ids of the shortest way, both ends included."""
        return [origin, *(b for _, b in self._legs(origin, destination))]

    def length_by_kind_m(self, stretch_ids: Iterable[str]) -> dict[str, float]:
        """Return the length of stretches per kind (m); kinds that do not occur are left out."""
        ids = list(stretch_ids)
        unknown = [i for i in ids if i not in self.stretches.index]
        if unknown:
            known = [str(i) for i in self.stretches.index]
            raise DataError(f"unknown stretch '{unknown[0]}'{nearest(unknown[0], known)}; known are: {allowed(known, limit=len(known))}")
        lengths: dict[str, float] = {}
        for stretch in ids:
            kind = str(self.stretches["kind"][stretch])
            lengths[kind] = lengths.get(kind, 0.0) + float(self.stretches["length_m"][stretch])
        return lengths

    def through(self, lock: str) -> LockApproaches:
        """Return the stretches that end at a lock, on its sea side and on its canal side.

        Raises
        ------
        DataError
            If the node is unknown or is not a lock.
        """
        self._known(lock)
        kind = str(self.nodes["kind"][lock])
        if kind != "lock":
            locks = [str(i) for i in self.nodes.index[self.nodes["kind"] == "lock"]]
            raise DataError(f"node '{lock}' is a {kind}, not a lock; locks are: {allowed(locks) or 'none'}")
        at = self.stretches[(self.stretches["from_node"] == lock) | (self.stretches["to_node"] == lock)]
        is_canal = at["kind"] == "canal"
        return LockApproaches(sea=tuple(map(str, at.index[~is_canal])), canal=tuple(map(str, at.index[is_canal])))

    def locks_on(self, origin: str, destination: str) -> list[str]:
        """Return the locks on the shortest way, in the order passed."""
        return [node for node in self.nodes_on(origin, destination) if self.nodes.at[node, "kind"] == "lock"]

    def _known(self, node: str) -> None:
        if node not in self.nodes.index:
            known = [str(i) for i in self.nodes.index]
            raise DataError(f"unknown node '{node}'{nearest(node, known)}; known are: {allowed(known, limit=len(known))}")


def _check_stretch(path: Path, row: dict[str, Any], nodes: pd.DataFrame) -> None:
    where = f"{path}: feature {row['id']}"
    one_of(where, "kind", row["kind"], STRETCH_KINDS)
    for end in ("from_node", "to_node"):
        if row[end] not in nodes.index:
            known = [str(i) for i in nodes.index]
            raise DataError(f"{where}: {end} '{row[end]}' is not a node{nearest(str(row[end]), known)}; known are: {allowed(known, limit=len(known))}")
    if row["from_node"] == row["to_node"]:
        raise DataError(f"{where}: begins and ends at '{row['from_node']}'; a stretch joins two nodes")
    length = row["length_m"]
    if isinstance(length, bool) or not isinstance(length, int | float) or not 0 < length < math.inf:
        raise DataError(f"{where}: length_m is {length!r}; it must be a number of metres above 0")
    drawn = row["line_length_m"]
    if abs(drawn - length) > LENGTH_TOLERANCE_SHARE * length:
        raise DataError(
            f"{where}: length_m is {length:g} and the drawn line is {drawn:.0f} m, more than {LENGTH_TOLERANCE_SHARE:.0%} apart; "
            "mend the length (metres along the fairway, not degrees) or the line"
        )


def read_fairways(folder: Path, tree: Branch | None = None) -> FairwayNetwork:
    """Read the fairways and nodes that a network dataset names.

    Parameters
    ----------
    folder : Path
        Folder with dataset.yaml, whose keys ``fairways`` and ``nodes`` name two GeoJSON files.
    tree : Branch, optional
        The content of dataset.yaml where it was read already, which takes some 0.3 s.

    Returns
    -------
    FairwayNetwork

    Raises
    ------
    DataError
        For the first fault, with the file and the feature's id: a double id, an unknown node, a missing property or country, a
        length that is not positive or is more than 25 % off the drawn line, two stretches between the same nodes.
    """
    tree = load_yaml(folder / DATASET_FILE) if tree is None else tree
    node_path, stretch_path = (inside(folder, tree.text(key), f"{tree.where}: '{key}'") for key in ("nodes", "fairways"))
    points = features(node_path, "Point", NODE_COLUMNS)
    for row in points:
        one_of(f"{node_path}: feature {row['id']}", "kind", row["kind"], NODE_KINDS)
        row["lon_deg"], row["lat_deg"] = (float(value) for value in row["coordinates"][:2])
    nodes = _frame(points, (*NODE_COLUMNS[1:], "name_en", "note", "lon_deg", "lat_deg"))
    lines = features(stretch_path, "LineString", STRETCH_COLUMNS, may_be_empty=("route",))
    joined: dict[frozenset[str], str] = {}
    for row in lines:
        row["line_length_m"] = line_length_m(row["coordinates"])
        _check_stretch(stretch_path, row, nodes)
        for end, point in (("from_node", row["coordinates"][0]), ("to_node", row["coordinates"][-1])):
            row[f"{end}_gap_m"] = line_length_m([point, nodes.loc[row[end], ["lon_deg", "lat_deg"]]])
        other = joined.setdefault(frozenset((row["from_node"], row["to_node"])), row["id"])
        if other != row["id"]:
            raise DataError(f"{stretch_path}: feature {row['id']}: joins the same nodes as '{other}'; put a node of its own on one of the two ways")
    stretches = _frame(lines, (*STRETCH_COLUMNS[1:], "name_en", "note", "cross_section", "line_length_m", "from_node_gap_m", "to_node_gap_m"))
    return FairwayNetwork(
        nodes, stretches.astype({"length_m": "float64", "km_begin": "float64", "km_end": "float64"}), {row["id"]: row["coordinates"] for row in lines}
    )


def _frame(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> pd.DataFrame:
    index = pd.Index([row["id"] for row in rows], name="id", dtype="object")
    return pd.DataFrame({column: [row.get(column, "") for row in rows] for column in columns}, index=index)
