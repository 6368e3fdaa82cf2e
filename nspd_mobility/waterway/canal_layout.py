"""The layout of a canal: nodes, stretches, sections between passing places, and the routes that ships sail.

A section is a line of stretches that begins and ends at a passing place (uitwijkplaats); the nodes at its ends have room for any
number of ships that wait, an assumption. Its direction is that of its line, whatever way its stretches are drawn.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from ..errors import DataError, allowed, nearest
from ..params.canal import CanalParams
from ._kernels import canal_records, records
from .tables import check_columns, check_ids, check_numbers

REQUIRED = ("id", "from_node", "to_node", "length_m")
OPTIONAL = ("section", "cross_section", "has_speed_limit", "overtaking_max_beam_sum_m")
NODE_COLUMNS = ("id", "kind", "n_berths")
BRIDGE_KIND, BERTH_KIND = "bridge", "berth"


class CanalLayout:
    """Nodes, stretches and sections of a canal, by name and by number.

    Parameters
    ----------
    stretches : DataFrame
        `id, from_node, to_node, length_m`, and optionally `section` (a name in ``params.sections``), `cross_section` (a name in
        ``params.cross_sections``), `has_speed_limit` (bool, True) and `overtaking_max_beam_sum_m`. Without the column `section`
        the sections are the shortest ways between the two passing places that ``params.sections`` name.
    params : CanalParams
    nodes : DataFrame, optional
        `id`, and optionally `kind` ('berth' and 'bridge' have a meaning here) and `n_berths` (0: unlimited).

    Attributes
    ----------
    node_names, stretch_names, section_names, bridges : list of str
        By number; `bridges` by bit.
    """

    def __init__(self, stretches: pd.DataFrame, params: CanalParams, nodes: pd.DataFrame | None = None) -> None:
        self.params = params
        self.table = _checked_stretches(stretches, params)
        kinds, berths = _checked_nodes(nodes)
        ends = pd.unique(pd.concat([self.table["from_node"], self.table["to_node"]]))
        self.node_names = sorted({str(name) for name in ends} | set(kinds))
        self.stretch_names = [str(name) for name in self.table["id"]]
        self.node_number = {name: k for k, name in enumerate(self.node_names)}
        self.stretch_number = {name: k for k, name in enumerate(self.stretch_names)}
        self.bridges = [name for name in self.node_names if kinds.get(name) == BRIDGE_KIND]
        if len(self.bridges) > canal_records.MAX_BRIDGES:
            raise DataError(f"nodes: {len(self.bridges)} bridges, at most {canal_records.MAX_BRIDGES} are supported")
        self.from_node = [self.node_number[name] for name in self.table["from_node"]]
        self.to_node = [self.node_number[name] for name in self.table["to_node"]]
        self.graph = self._graph()
        self.section_names = list(params.sections)
        self.section_of, self.is_against = self._sections()
        self.nodes = self._node_records(kinds, berths)
        self.stretches = self._stretch_records()
        self.path = records.records(canal_records.LEG, 0)
        self._routes: dict[tuple[int, ...], tuple[int, int]] = {}
        self._shortest: dict[tuple[str, str], tuple[int, int]] = {}

    def route(self, origin: str, destination: str) -> tuple[int, int]:
        """Return the shortest way as (first leg, number of legs).

        Raises
        ------
        DataError
            If a node is unknown, there is no way, or it enters a section twice.
        """
        if (origin, destination) not in self._shortest:
            self._shortest[origin, destination] = self.add_route(origin, self._way(origin, destination))
        return self._shortest[origin, destination]

    def add_route(self, origin: str, stretches: Sequence[str]) -> tuple[int, int]:
        """Return a way of given stretches from a node as (first leg, number of legs)."""
        numbers = tuple(self.stretch_number[name] for name in stretches)
        if not numbers:
            raise DataError(f"a ship from '{origin}' sails nowhere; its destination must be another node")
        key = (self.node_number[origin], *numbers)
        if key not in self._routes:
            self._routes[key] = self._append(origin, numbers)
        return self._routes[key]

    def _append(self, origin: str, numbers: tuple[int, ...]) -> tuple[int, int]:
        legs = records.records(canal_records.LEG, len(numbers))
        node = self.node_number[origin]
        for leg, number in zip(legs, numbers, strict=True):
            is_backward = node != self.from_node[number]
            if is_backward and node != self.to_node[number]:
                raise DataError(f"stretch '{self.stretch_names[number]}' does not begin at '{self.node_names[node]}', where the ship is")
            leg["stretch"], leg["direction"], leg["from_node"] = number, is_backward, node
            node = self.from_node[number] if is_backward else self.to_node[number]
            leg["to_node"] = node
            leg["section"] = self.section_of[number]
            leg["section_direction"] = is_backward != self.is_against[number]
        rest = [0, 0]
        for k in range(len(legs) - 1, -1, -1):
            section = int(legs[k]["section"])
            if section >= 0:
                if k + 1 < len(legs) and legs[k + 1]["section"] != section and (rest[0] | rest[1]) >> section & 1:
                    raise DataError(f"the way from '{origin}' to '{self.node_names[node]}' comes to section '{self.section_names[section]}' twice")
                rest[int(legs[k]["section_direction"])] |= 1 << section
            legs[k]["rest"] = rest
        first = len(self.path)
        self.path = records.as_records(np.concatenate([self.path, legs]))
        return first, len(legs)

    def _graph(self) -> nx.Graph[str]:
        graph: nx.Graph[str] = nx.Graph()
        table = self.table.sort_values("id")
        for name, *ends, length_m in zip(*(table[column].tolist() for column in REQUIRED), strict=True):
            if graph.has_edge(*ends):
                raise DataError(f"stretches: '{name}' joins the same nodes as '{graph.edges[ends]['id']}'; put a node of its own on one of them")
            graph.add_edge(*ends, id=name, length_m=length_m)
        return graph

    def _way(self, origin: str, destination: str) -> list[str]:
        for node in (origin, destination):
            if node not in self.graph:
                raise DataError(f"unknown node '{node}'{nearest(node, self.node_names)}; known are: {allowed(self.node_names, limit=len(self.node_names))}")
        try:
            nodes = nx.shortest_path(self.graph, origin, destination, weight="length_m")
        except nx.NetworkXNoPath:
            raise DataError(f"there is no way from '{origin}' to '{destination}'; add the stretch that is missing") from None
        return [self.graph.edges[a, b]["id"] for a, b in itertools.pairwise(nodes)]

    def _sections(self) -> tuple[list[int], list[bool]]:
        """Return the section of each stretch (-1 for none), and whether the stretch is drawn against the section's line."""
        section_of, is_against = [-1] * len(self.table), [False] * len(self.table)
        if len(self.section_names) > canal_records.MAX_SECTIONS:
            raise DataError(f"canal: {len(self.section_names)} sections, at most {canal_records.MAX_SECTIONS} are supported")
        for number, name in enumerate(self.section_names):
            if "section" in self.table.columns:
                names = [str(i) for i in self.table["id"][self.table["section"] == name]]
            else:
                ends = self.params.sections[name]
                names = self._way(ends.from_node, ends.to_node)
            for stretch, against in self._line(name, names):
                if section_of[stretch] >= 0:
                    other = self.section_names[section_of[stretch]]
                    raise DataError(f"canal: stretch '{self.stretch_names[stretch]}' is in the sections '{other}' and '{name}'; it can be in one")
                section_of[stretch], is_against[stretch] = number, against
        return section_of, is_against

    def _line(self, section: str, names: list[str]) -> list[tuple[int, bool]]:
        """Return the stretches of a section along its line, each with whether it is drawn the other way."""
        numbers = [self.stretch_number[name] for name in names]
        at: dict[int, list[int]] = {}
        for k in numbers:
            at.setdefault(self.from_node[k], []).append(k)
            at.setdefault(self.to_node[k], []).append(k)
        ends = sorted(node for node, touching in at.items() if len(touching) == 1)
        line: list[tuple[int, bool]] = []
        node, before = (ends[0] if ends else -1), -1
        while node >= 0:
            following = [k for k in at[node] if k != before]
            if len(following) != 1:
                break
            before = following[0]
            is_against = self.from_node[before] != node
            line.append((before, is_against))
            node = self.from_node[before] if is_against else self.to_node[before]
        if len(line) != len(numbers):
            raise DataError(
                f"canal: the stretches of section '{section}' are not one line ({', '.join(names) or 'none'}); a section has two ends and no branch"
            )
        return line

    def _node_records(self, kinds: dict[str, str], berths: dict[str, int]) -> Any:
        nodes = records.records(canal_records.NODE, len(self.node_names))
        nodes["worked"] = -1
        for record, name in zip(nodes, self.node_names, strict=True):
            record["bridge"] = self.bridges.index(name) if name in self.bridges else -1
            record["is_berth"] = kinds.get(name) == BERTH_KIND
            record["n_berths"] = berths.get(name, 0)
        return nodes

    def _stretch_records(self) -> Any:
        stretches = records.records(canal_records.STRETCH, len(self.table))
        stretches["length_m"] = self.table["length_m"]
        stretches["has_speed_limit"] = self.table["has_speed_limit"] if "has_speed_limit" in self.table.columns else True
        own = self.table["overtaking_max_beam_sum_m"] if "overtaking_max_beam_sum_m" in self.table.columns else self.params.overtaking_max_beam_sum_m
        stretches["overtaking_max_beam_sum_m"] = own
        stretches["overtaking_max_beam_sum_m"][stretches["length_m"] <= self.params.no_overtaking_length_m] = 0.0
        stretches["cross"] = -1
        if "cross_section" in self.table.columns:
            numbers = {name: k for k, name in enumerate(self.params.cross_sections)}
            for record, name in zip(stretches, self.table["cross_section"], strict=True):
                if name:
                    cross = self.params.cross_sections[name]
                    record["cross"] = numbers[name]
                    record["area_m2"], record["surface_width_m"] = cross.area_m2, cross.surface_width_m
        stretches["first"] = stretches["last"] = -1
        return stretches


def _checked_stretches(stretches: pd.DataFrame, params: CanalParams) -> pd.DataFrame:
    """Return the table of stretches with text where there is text, or refuse it."""
    check_columns("stretches", stretches, REQUIRED, OPTIONAL)
    check_ids("stretches", stretches)
    table = stretches.reset_index(drop=True).astype({"id": "str", "from_node": "str", "to_node": "str"})
    check_numbers("stretches", table, "length_m", above_zero=True)
    loop = table["from_node"] == table["to_node"]
    if loop.any():
        raise DataError(f"stretches: '{table['id'][loop].iloc[0]}' begins and ends at one node; a stretch joins two")
    if "overtaking_max_beam_sum_m" in table.columns:
        check_numbers("stretches", table, "overtaking_max_beam_sum_m")
    for column, known in (("section", list(params.sections)), ("cross_section", list(params.cross_sections))):
        if column not in table.columns:
            continue
        table[column] = table[column].fillna("").astype("str")
        wrong = ~table[column].isin(["", *known])
        if wrong.any():
            name = str(table[column][wrong].iloc[0])
            of = f"{column} '{name}' of stretch '{table['id'][wrong].iloc[0]}'"
            raise DataError(f"stretches: {of} is unknown{nearest(name, known)}; the parameters know: {allowed(known) or 'none'}")
    return table


def _checked_nodes(nodes: pd.DataFrame | None) -> tuple[dict[str, str], dict[str, int]]:
    """Return the kind and the number of berths by node."""
    if nodes is None:
        return {}, {}
    check_columns("nodes", nodes, ("id",), NODE_COLUMNS[1:])
    check_ids("nodes", nodes)
    names = [str(name) for name in nodes["id"]]
    kinds = [str(kind) for kind in nodes["kind"]] if "kind" in nodes.columns else [""] * len(names)
    berths = dict.fromkeys(names, 0)
    if "n_berths" in nodes.columns:
        check_numbers("nodes", nodes, "n_berths")
        berths = dict(zip(names, (int(n) for n in nodes["n_berths"]), strict=True))
    return dict(zip(names, kinds, strict=True)), berths
