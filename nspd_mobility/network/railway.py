"""The railway as a graph: sections of track, the nodes where they meet, and the places whose tracks they are.

A *section* is a piece of track that one train at a time may occupy. Each of its ends lies on side 0 or 1 of a node, and a train
passes a node from one side to the other: a switch can't be taken round its point. A train on a section is a *state*: the section and
its direction, 1 from `from_node` to `to_node`, -1 back. A train that stops and reverses goes from one direction to the other.

Between two places the way is the fastest at the speeds of the track, without a train's length, traction and other trains. Where a way needs a
reversal, it is made at a place that allows one (`run_round_s` above 0), at the cost of that time; a unit that drives both ways
loses less, which no way here depends on.

Left out: power supply by section, axle loads, and gauges.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import DataError, allowed, nearest
from .railway_check import (
    CROSSING_DEFAULTS,
    ELECTRIFICATION,
    ENDS,
    NODE_DEFAULTS,
    NODE_KINDS,
    PLACE_DEFAULTS,
    PLACE_KINDS,
    SECTION_DEFAULTS,
    Where,
    check_frames,
    complete,
    ends_at,
)

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["ELECTRIFICATION", "NODE_KINDS", "PLACE_KINDS", "State", "TrackNetwork", "Visit"]

State = tuple[str, int]  # a section, and 1 from its from_node to its to_node or -1 back
Hop = tuple[float, tuple[State, ...]]  # running time (s), and the states after the first up to and with the last


class Visit(NamedTuple):
    """A place on a train's way.

    Attributes
    ----------
    place : str
    reverses : bool
        The train leaves by the side on which it came.
    tracks : tuple of str
        The sections of the place that the way may take.
    """

    place: str
    reverses: bool
    tracks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TrackNetwork:
    """Sections, nodes and places of a railway; made by `from_frames` or `read_railway`.

    Attributes
    ----------
    sections, nodes, places, crossings : DataFrame
        Indexed by id, complete and checked; their columns are in ``docs/concepts/rail-network.md``.
    lines : dict of str to list
        Drawn line of each section, (longitude, latitude) in degrees, from its from_node; empty where the frames were made by hand.
    plan : RailwayPlan or None
        All rows of the dataset, those of measures too.
    """

    sections: pd.DataFrame
    nodes: pd.DataFrame
    places: pd.DataFrame
    crossings: pd.DataFrame
    lines: dict[str, list[list[float]]] = field(default_factory=dict)
    plan: Any = None

    @classmethod
    def from_frames(
        cls,
        sections: pd.DataFrame,
        nodes: pd.DataFrame,
        places: pd.DataFrame,
        crossings: pd.DataFrame | None = None,
        *,
        bridges: Collection[str] | None = None,
        where: Where | None = None,
    ) -> TrackNetwork:
        """Complete and check frames.

        Parameters
        ----------
        sections, nodes, places, crossings : DataFrame
            With a column or an index `id`. Columns that have a default may be left out: see `railway_check.SECTION_DEFAULTS`.
        bridges : collection of str, optional
            Movable bridges of the waterway; left out, the column `bridge` is not checked.
        where : Where, optional
            How messages name the frames.

        Raises
        ------
        DataError
            For the first fault, with the table, the id and the column.

        Examples
        --------
        >>> ends = {"from_node": ["w", "m"], "to_node": ["m", "e"], "place": ["A", "B"]}
        >>> sections = pd.DataFrame({"id": ["a", "b"], **ends, "length_m": 900.0, "speed_m_s": 20.0})
        >>> nodes = pd.DataFrame({"id": ["w", "m", "e"], "kind": ["buffer", "joint", "buffer"]})
        >>> line = TrackNetwork.from_frames(sections, nodes, pd.DataFrame({"id": ["A", "B"]}))
        >>> line.path("b", "a")
        [('b', -1), ('a', -1)]
        """
        at = where or Where()
        crossings = pd.DataFrame({name: [] for name in ("id", "section", "position_m", "protection")}) if crossings is None else crossings
        full = (
            complete(sections, SECTION_DEFAULTS, at.sections),
            complete(nodes, NODE_DEFAULTS, at.nodes),
            complete(places, PLACE_DEFAULTS, at.places),
            complete(crossings, CROSSING_DEFAULTS, at.crossings),
        )
        check_frames(*full, bridges, at)
        return cls(*full)

    def with_measures(self, measures: Iterable[str]) -> TrackNetwork:
        """Return the network with these measures, and no others, built.

        Raises
        ------
        DataError
            If a measure is unknown, two measures set one cell differently, or the network was not read from a dataset.
        """
        if self.plan is None:
            raise DataError("this network was made by hand and has no measures; change its frames, or read a dataset with read_railway")
        network: TrackNetwork = self.plan.network(measures)
        return network

    @cached_property
    def after(self) -> dict[State, tuple[State, ...]]:
        """The states that may follow each state; a state is there where its direction has a speed."""
        ends = ends_at(self.sections)
        columns = {name: self.sections[name].to_dict() for end in ENDS for name in end[1:]}
        found = {}
        for section, direction in self._states():
            _, node, side = ENDS[1] if direction > 0 else ENDS[0]
            exit_node, exit_side = columns[node][section], columns[side][section]
            following = []
            for other in ends[exit_node][1 - exit_side]:
                other_direction = 1 if columns["from_node"][other] == exit_node else -1
                if self._speeds[other, other_direction] > 0:
                    following.append((other, other_direction))
            found[section, direction] = tuple(sorted(following))
        return found

    @cached_property
    def _speeds(self) -> dict[State, float]:
        pairs = ((1, "speed_m_s"), (-1, "speed_back_m_s"))
        return {(str(section), direction): float(speed) for direction, column in pairs for section, speed in self.sections[column].items()}

    def _states(self) -> list[State]:
        return sorted(state for state, speed in self._speeds.items() if speed > 0)

    @cached_property
    def run_s(self) -> dict[State, float]:
        """The time over each section at its speed (s)."""
        lengths = self.sections["length_m"].to_dict()
        return {state: lengths[state[0]] / self._speeds[state] for state in self._states()}

    @cached_property
    def _place_of(self) -> dict[str, str]:
        return {str(section): str(place) for section, place in self.sections["place"].items()}

    @cached_property
    def hops(self) -> dict[State, dict[State, Hop]]:
        """For a state on a track of a place, the states on tracks of other places that it reaches next, with time and sections."""
        return {state: self._hops_from(state) for state in self._states() if self._place_of[state[0]]}

    def _hops_from(self, origin: State) -> dict[State, Hop]:
        home = self._place_of[origin[0]]
        found: dict[State, Hop] = {}
        done = set()
        heap: list[tuple[float, tuple[State, ...]]] = [(0.0, (origin,))]
        while heap:
            time_s, way = heapq.heappop(heap)
            state = way[-1]
            if state in done:
                continue
            done.add(state)
            place = self._place_of[state[0]]
            if place and len(way) > 1:
                if place != home:
                    found[state] = (time_s, way[1:])
                continue
            for following in self.after[state]:
                if following not in done:
                    heapq.heappush(heap, (time_s + self.run_s[following], (*way, following)))
        return found

    @cached_property
    def graph(self) -> nx.DiGraph[State]:
        """The states as a directed graph; its edges carry `run_s` of the state they lead to."""
        import networkx as nx

        graph: nx.DiGraph[State] = nx.DiGraph()
        graph.add_nodes_from(self.after)
        graph.add_edges_from((state, following, {"run_s": self.run_s[following]}) for state, many in self.after.items() for following in many)
        return graph

    def path(self, from_section: str, to_section: str) -> list[State]:
        """Return the fastest way from one section to another, both included, without a reversal.

        Raises
        ------
        DataError
            If a section is unknown, or no way leads there.
        """
        import networkx as nx

        for section in (from_section, to_section):
            self._known(section, self.sections, "section")
        starts, goals = ([state for state in self._states() if state[0] == section] for section in (from_section, to_section))
        times, paths = nx.multi_source_dijkstra(self.graph, set(starts), weight="run_s")
        reached = [(times[goal], paths[goal]) for goal in goals if goal in times]
        if not reached:
            raise DataError(
                f"path with a gap: no way leads from section '{from_section}' to '{to_section}' without a reversal; join them, or reverse on the way"
            )
        way: list[State] = min(reached)[1]
        return way

    def itinerary(self, stops: Sequence[str]) -> list[Visit]:
        """Return the places on the fastest way along some stops, with the tracks that it may take at each.

        Parameters
        ----------
        stops : sequence of str
            Places in order, at least two.

        Returns
        -------
        list of Visit
            The stops and the places passed between them. A reversal is told at the place where it is made.

        Raises
        ------
        DataError
            If a place is unknown, or no way leads from a stop to the next; the message names both.
        """
        for place in stops:
            self._known(place, self.places, "place")
        if len(stops) < 2:
            raise DataError(f"an itinerary of {len(stops)} place leads nowhere; name at least two places")
        way = self._fastest(tuple(stops))
        visits: list[tuple[str, bool]] = []
        for state, is_reversal in way:
            place = self._place_of[state[0]]
            visits[-1:] = [(place, True)] if is_reversal else [*visits[-1:], (place, False)]
        tracks = self._candidates(visits)
        return [Visit(place, reverses, names) for (place, reverses), names in zip(visits, tracks, strict=True)]

    def _fastest(self, stops: tuple[str, ...]) -> list[tuple[State, bool]]:
        """Return the states on tracks of places along the stops, each with whether it is reached by a reversal."""
        run_round_s = self.places["run_round_s"].to_dict()
        origins = [state for state in self.hops if self._place_of[state[0]] == stops[0]]
        heap: list[tuple[float, int, State]] = [(0.0, 1, state) for state in sorted(origins)]
        came: dict[tuple[int, State], tuple[tuple[int, State], bool] | None] = {}
        pending: dict[tuple[int, State], tuple[float, tuple[tuple[int, State], bool] | None]] = {(1, state): (0.0, None) for state in origins}
        furthest = 1
        while heap:
            time_s, n_met, state = heapq.heappop(heap)
            key = (n_met, state)
            if key in came:
                continue
            came[key] = pending[key][1]
            furthest = max(furthest, n_met)
            if n_met == len(stops):
                return self._backwards(came, key)
            place = self._place_of[state[0]]
            onward = [(time_s + hop[0], n_met + (self._place_of[goal[0]] == stops[n_met]), goal, False) for goal, hop in self.hops[state].items()]
            turned = (state[0], -state[1])
            if run_round_s[place] > 0 and turned in self.hops:
                onward.append((time_s + run_round_s[place], n_met, turned, True))
            for then_s, n_then, goal, is_reversal in onward:
                known = pending.get((n_then, goal))
                if (n_then, goal) not in came and (known is None or then_s < known[0]):
                    pending[n_then, goal] = (then_s, (key, is_reversal))
                    heapq.heappush(heap, (then_s, n_then, goal))
        raise DataError(f"path with a gap: no way leads from '{stops[furthest - 1]}' to '{stops[furthest]}'; mend the itinerary or the network")

    @staticmethod
    def _backwards(came: dict[Any, Any], key: tuple[int, State]) -> list[tuple[State, bool]]:
        way = []
        step: tuple[tuple[int, State], bool] | None = (key, False)
        while step is not None:
            key = step[0]
            step = came[key]
            way.append((key[1], bool(step and step[1])))
        return way[::-1]

    def _candidates(self, visits: list[tuple[str, bool]]) -> list[tuple[str, ...]]:
        """Return the tracks of each visit from which the rest of the way can be made, whatever track was taken before."""
        arrivals = [{state for state in self.hops if self._place_of[state[0]] == visits[0][0]}]
        for (_, reverses), (place, _) in itertools.pairwise(visits):
            left = {self._leaving(state, reverses) for state in arrivals[-1]} & self.hops.keys()
            arrivals.append({goal for state in left for goal in self.hops[state] if self._place_of[goal[0]] == place})
        kept = [arrivals[-1]]
        for (_, reverses), states in zip(visits[-2::-1], arrivals[-2::-1], strict=True):
            kept.append({state for state in states if kept[-1] & set(self.hops.get(self._leaving(state, reverses), ()))})
        return [tuple(sorted({section for section, _ in states})) for states in kept[::-1]]

    @staticmethod
    def _leaving(state: State, reverses: bool) -> State:
        return (state[0], -state[1]) if reverses else state

    def tracks(self, place: str) -> list[str]:
        """Return the sections of a place."""
        self._known(place, self.places, "place")
        return [str(section) for section in self.sections.index[self.sections["place"] == place]]

    def length_m(self, sections: Iterable[str | State]) -> float:
        """Return the length of sections or of a path (m)."""
        return float(np.sum([self.sections["length_m"][item if isinstance(item, str) else item[0]] for item in sections]))

    def sections_on(self, visits: Sequence[Visit]) -> list[State]:
        """Return the states of the fastest way over an itinerary, from a track of the first place to one of the last."""
        layers: dict[State, Hop] = {state: (0.0, (state,)) for state in self.hops if state[0] in visits[0].tracks}
        for one, other in itertools.pairwise(visits):
            reached: dict[State, Hop] = {}
            for state, (time_s, way) in layers.items():
                for goal, (more_s, more) in self.hops.get(self._leaving(state, one.reverses), {}).items():
                    if goal[0] in other.tracks and (goal not in reached or time_s + more_s < reached[goal][0]):
                        reached[goal] = (time_s + more_s, way + more)
            layers = reached
        return list(min(layers.values())[1])

    def bridges_on(self, stops: Sequence[str]) -> list[str]:
        """Return the movable bridges on the fastest way along some places, in order."""
        bridges = self.sections["bridge"].to_dict()
        return [bridges[section] for section, _ in self.sections_on(self.itinerary(stops)) if bridges[section]]

    def _known(self, name: str, frame: pd.DataFrame, what: str) -> None:
        if name not in frame.index:
            known = [str(i) for i in frame.index]
            raise DataError(f"unknown {what} '{name}'{nearest(name, known)}; known are: {allowed(known)}")
