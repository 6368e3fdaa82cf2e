"""Ways of trains through an area: the places in order, and the routes that lead from track to track.

An *option* is a section and the direction in which it is taken; a *route* leads from a track of one place to a track of the next (the way onto the
first track leads from nowhere). Trains with the same places, tracks and length share their ways.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..kernels.arrays import records
from ..network.railway import State, TrackNetwork
from ._kernels import area_records as layout

NOWHERE = -1


@dataclass(slots=True)
class PlaceOnWay:
    """What a train does at one place of its way.

    Attributes
    ----------
    place : str
    is_stop, is_reversal : bool
    run_round_s : float
        Time for which a reversal needs a second track; 0: none.
    tracks : tuple of str
        Tracks that it may take, the one that is preferred first.
    """

    place: str
    is_stop: bool
    is_reversal: bool
    run_round_s: float
    tracks: tuple[str, ...]


@dataclass(slots=True)
class Ways:
    """Routes and ways of an area, collected before a run."""

    network: TrackNetwork
    number: dict[str, int]
    routes: list[tuple[int, int, tuple[State, ...]]] = field(default_factory=list)
    ways: list[tuple[int, int, int, int, int, int, int]] = field(default_factory=list)
    choices: list[int] = field(default_factory=list)
    tracks: list[int] = field(default_factory=list)
    _route_of: dict[tuple[int, int], int] = field(default_factory=dict)
    _way_of: dict[Any, int] = field(default_factory=dict)
    _tracks_of: dict[str, tuple[int, int]] = field(default_factory=dict)

    def option(self, state: State) -> int:
        """Return the number of a section taken in a direction."""
        return 2 * self.number[state[0]] + (0 if state[1] > 0 else 1)

    def add(self, places: list[PlaceOnWay]) -> int:
        """Return the first of the ways of a train, made or known; -k - 1 where no way leads to place `k`."""
        key = tuple((p.place, p.is_stop, p.is_reversal, p.run_round_s, p.tracks) for p in places)
        if key not in self._way_of:
            self._way_of[key] = self._make(places)
        return self._way_of[key]

    def _make(self, places: list[PlaceOnWay]) -> int:
        layers: list[list[tuple[State, tuple[State, ...], State]]] = []
        for k, place in enumerate(places):
            if k == 0:
                starts = [state for track in place.tracks for state in ((track, 1), (track, -1)) if state in self.network.hops]
                layers.append([(("", 0), (state,), state) for state in starts])
                continue
            before = places[k - 1]
            left = sorted({(state[0], -state[1]) if before.is_reversal else state for _, _, state in layers[-1]})
            rank = {track: r for r, track in enumerate(place.tracks)}
            found = [(one, hop[1], goal) for one in left for goal, hop in self.network.hops.get(one, {}).items() if goal[0] in rank]
            found.sort(key=lambda row: (row[0], rank[row[2][0]], self.network.hops[row[0]][row[2]][0], row[2]))
            if not found:
                return -k - 1
            layers.append(found)
        for k in range(len(places) - 1, 0, -1):  # only what leads to the end
            goes_on = {row[0] for row in layers[k]}
            turned = places[k - 1].is_reversal
            layers[k - 1] = [row for row in layers[k - 1] if ((row[2][0], -row[2][1]) if turned else row[2]) in goes_on]
        first = len(self.ways)
        for place, layer in zip(places, layers, strict=True):
            begin = len(self.choices)
            self.choices += [self._route(one, sections, goal) for one, sections, goal in layer]
            track, n_tracks = self._all_tracks(place.place)
            run_round_ms = round(place.run_round_s * 1000)
            self.ways.append((begin, len(layer), int(place.is_stop), int(place.is_reversal), run_round_ms, track, n_tracks))
        return first

    def _route(self, one: State, sections: tuple[State, ...], goal: State) -> int:
        key = (self.option(one) if one[0] else NOWHERE, self.option(goal))
        if key not in self._route_of:
            self._route_of[key] = len(self.routes)
            self.routes.append((*key, sections))
        return self._route_of[key]

    def _all_tracks(self, place: str) -> tuple[int, int]:
        if place not in self._tracks_of:
            found = [self.number[track] for track in self.network.tracks(place)]
            self._tracks_of[place] = (len(self.tracks), len(found))
            self.tracks += found
        return self._tracks_of[place]

    def arrays(self, sections: Any, n_words: int) -> dict[str, Any]:
        """Return routes, elements, masks, ways, choices and tracks as the kernel reads them."""
        routes = records(layout.ROUTE, len(self.routes))
        elements = records(layout.ELEMENT, sum(len(states) for _, _, states in self.routes))
        masks = np.zeros((len(self.routes), n_words), dtype=np.int64)
        first = 0
        for r, (one, goal, states) in enumerate(self.routes):
            routes[r] = (one, goal, first, len(states))
            for state in states:
                section, direction = divmod(self.option(state), 2)
                elements[first] = (section, direction)
                first += 1
                for resource in (section, int(sections["conflict"][section, 1 - direction])):
                    if resource >= 0:
                        masks[r, resource // layout.BITS] |= np.int64(1 << (resource % layout.BITS))
        ways = records(layout.WAY, len(self.ways))
        for k, way in enumerate(self.ways):
            ways[k] = way
        return {
            "routes": routes,
            "elements": elements,
            "masks": masks,
            "ways": ways,
            "choices": np.array(self.choices, dtype=np.int64),
            "tracks": np.array(self.tracks, dtype=np.int64),
        }
