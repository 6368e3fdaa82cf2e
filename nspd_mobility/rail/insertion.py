"""Capacity by saturation: how many more paths of a catalogue fit between the trains of a timetable.

The given trains stay where they are. Paths are drawn from the catalogue in a random order of kinds, and each is put at its first
departure that meets no occupation, counted from a random moment of the window (`anywhere`) or from its begin (`earliest`). When
no kind fits any more, the timetable is saturated. Many orders give a distribution: its median is what a planner without a plan
reaches, its band how much the order matters. The search for a departure is exact: it jumps from conflict to conflict.

Left out: moving given trains, and paths that wait on the way other than as the catalogue says (give a kind per stop pattern).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import DataError, allowed, nearest
from ..streams import Streams, stable_hash
from ..units import to_ms
from ._kernels.insertion import insert_until_full
from .occupations import Occupations, read_occupations
from .overlaps import conflicts

PLACEMENTS = ("anywhere", "earliest")


@dataclass(frozen=True, eq=False, slots=True)
class Insertion:
    """What could be inserted.

    Attributes
    ----------
    orders : DataFrame
        Per random order: `order`, one column per kind of path with its number, and `n_paths`, their sum.
    median, low, high : float
        Median, 10 % and 90 % point of `n_paths`.
    """

    orders: pd.DataFrame

    @property
    def median(self) -> float:
        """Median of the number of paths."""
        return float(self.orders["n_paths"].median())

    @property
    def low(self) -> float:
        """10 % point of the number of paths."""
        return float(self.orders["n_paths"].quantile(0.1))

    @property
    def high(self) -> float:
        """90 % point of the number of paths."""
        return float(self.orders["n_paths"].quantile(0.9))


def insert_paths(
    occupations: pd.DataFrame,
    catalogue: pd.DataFrame,
    *,
    window_s: float,
    weights: dict[str, float] | None = None,
    n_orders: int = 100,
    placement: str = "anywhere",
    seed: int = 1,
) -> Insertion:
    """Insert paths until none fits, in many random orders.

    Parameters
    ----------
    occupations : DataFrame
        `train, section, begin_s, end_s` of the given trains; may be empty.
    catalogue : DataFrame
        `path, section, begin_s, end_s`: the occupations of one path of each kind, from any origin.
    window_s : float
        All occupations of an inserted path lie in [0, window_s].
    weights : dict of str to float, optional
        How often a kind is drawn, relative to others; equal without it.
    n_orders : int
        Random orders.
    placement : {'anywhere', 'earliest'}
        From which moment a path looks for its departure.
    seed : int
        Seed of the orders.

    Raises
    ------
    DataError
        If a table is not usable, given trains conflict with each other, or a weight is of an unknown kind or negative.
    """
    if not window_s > 0 or n_orders < 1:
        raise DataError(f"insert_paths: window_s is {window_s} and n_orders {n_orders}; both must be positive")
    if placement not in PLACEMENTS:
        raise DataError(f"insert_paths: placement '{placement}' is not one of: {', '.join(PLACEMENTS)}")
    paths = read_occupations(catalogue, "catalogue", "path")
    given = read_occupations(occupations)
    if not occupations.empty and not (found := conflicts(occupations)).empty:
        a = found.iloc[0]
        raise DataError(
            f"insert_paths: given trains '{a['first']}' and '{a['second']}' conflict on section '{a['section']}' at {a['begin_s']} s; solve that first"
        )
    used_from_ms, used_to_ms, n_used, section, n_most = _tables(given, paths, to_ms(window_s))
    share = _shares(paths, weights)
    begin_ms = paths.begin_ms - np.repeat(paths.begin_ms[paths.offsets[:-1]], np.diff(paths.offsets))
    end_ms = paths.end_ms - paths.begin_ms + begin_ms
    n_attempts = n_most + 64 * len(paths.trains)
    ids = np.array([stable_hash("order", k) for k in range(n_orders)], dtype=np.uint64)
    draws = Streams(seed, 0).uniform("insertion", ids, 2 * n_attempts)
    counts = np.zeros((n_orders, len(paths.trains)), dtype=np.int64)
    for k in range(n_orders):
        kinds = np.searchsorted(np.cumsum(share), draws[k, :n_attempts], side="right").clip(0, len(share) - 1)
        kinds = np.concatenate([kinds, np.repeat(np.arange(len(share)), n_most + 1)])  # until none fits, however small its weight
        moments_ms = np.zeros(len(kinds), dtype=np.int64)
        if placement == "anywhere":
            moments_ms[:] = np.resize(draws[k, n_attempts:], len(kinds)) * to_ms(window_s)
        insert_until_full(
            used_from_ms.copy(), used_to_ms.copy(), n_used.copy(), paths.offsets, section, begin_ms, end_ms, to_ms(window_s), kinds, moments_ms, counts[k]
        )
    counts = -1 - counts  # every kind ends full
    orders = pd.DataFrame(counts, columns=paths.trains)
    orders.insert(0, "order", np.arange(n_orders))
    return Insertion(orders.assign(n_paths=counts.sum(axis=1)))


def _tables(given: Occupations, paths: Occupations, window_ms: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """Return the occupations in use per section (begin, end, number), the catalogue's sections by the same numbers, and the most paths that fit.

    The most is a bound: paths of one kind follow each other on their slowest section.
    """
    sections = given.sections.union(paths.sections)
    longest = np.zeros(len(paths.trains), dtype=np.int64)
    np.maximum.at(longest, paths.train, paths.end_ms - paths.begin_ms)
    n_most = int((window_ms // longest).sum())
    number = sections.get_indexer(given.sections)[given.section] if len(given.section) else given.section
    order = np.lexsort((given.begin_ms, number))
    n_used = np.bincount(number, minlength=len(sections)).astype(np.int64)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(n_used) - n_used, n_used)
    used_from_ms, used_to_ms = np.zeros((2, len(sections), int(n_used.max(initial=0)) + n_most + 1), dtype=np.int64)
    used_from_ms[number[order], rank], used_to_ms[number[order], rank] = given.begin_ms[order], given.end_ms[order]
    return used_from_ms, used_to_ms, n_used, sections.get_indexer(paths.sections)[paths.section].astype(np.int64), n_most


def _shares(paths: Occupations, weights: dict[str, float] | None) -> np.ndarray:
    """Return how often each kind is drawn, summing to 1."""
    weights = {str(kind): 1.0 for kind in paths.trains} if weights is None else weights
    for kind, weight in weights.items():
        if kind not in paths.trains:
            raise DataError(f"insert_paths: weights name path '{kind}'{nearest(kind, paths.trains)}; the catalogue has: {allowed(paths.trains)}")
        if not 0 <= weight < np.inf:
            raise DataError(f"insert_paths: the weight of path '{kind}' is {weight}; allowed is 0 or more")
    share = np.array([weights.get(str(kind), 0.0) for kind in paths.trains])
    if not share.sum() > 0:
        raise DataError("insert_paths: all weights are 0; give one path a positive weight")
    shares: np.ndarray = share / share.sum()
    return shares
