"""Knowledge uncertainty: Latin hypercube draws over every estimate and assumption that carries low and high.

A draw is a quantile per value, common to all variants: where a variant sets its own uncertain value, that value's own quantile
is taken, and where it sets a certain one, that stays. Each value has a triangular distribution with its low, its value as the
mode, and its high. The strata of a value are permuted by a generator seeded with the value's path, so that a further uncertain
value leaves the draws of the others as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..codes import Quality
from ..params.build import is_whole_number
from ..params.tree import Branch, Leaf, leaves, replaced
from ..params.waterway import DistrictParams
from ..streams import stable_hash

if TYPE_CHECKING:
    from .definition import Variant


def is_uncertain(leaf: Leaf) -> bool:
    """Say whether a value is drawn: an estimate or assumption with low < high."""
    return leaf.quality in (Quality.ESTIMATE, Quality.ASSUMPTION) and leaf.low is not None and leaf.high is not None and leaf.low < leaf.high


def uncertain_values(variants: Iterable[Variant]) -> dict[str, Leaf]:
    """Return the values to draw, by path, as the first variant that has them gives them."""
    found: dict[str, Leaf] = {}
    for variant in variants:
        for path, leaf in leaves(variant.tree):
            if is_uncertain(leaf):
                found.setdefault(path, leaf)
    return dict(sorted(found.items()))


def triangular(u: npt.NDArray[np.float64], low: float, mode: float, high: float) -> npt.NDArray[np.float64]:
    """Return the quantiles of a triangular distribution.

    Examples
    --------
    >>> triangular(np.array([0.0, 0.5, 1.0]), 0.0, 1.0, 2.0).tolist()
    [0.0, 1.0, 2.0]
    """
    cut = (mode - low) / (high - low)
    left = low + np.sqrt(u * (high - low) * (mode - low))
    right = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.where(u <= cut, left, right)


def draws(paths: Iterable[str], n: int, seed: int) -> list[dict[str, float]]:
    """Return `n` draws, each a quantile in [0, 1) by path; every path has one draw in each of `n` equal strata.

    Parameters
    ----------
    paths : iterable of str
    n : int
    seed : int
        The study's seed.
    """
    from scipy.stats import qmc

    columns: dict[str, list[float]] = {}
    for path in paths:
        sampler = qmc.LatinHypercube(d=1, rng=np.random.default_rng(stable_hash("uncertainty", seed, path)))
        columns[path] = [float(u) for u in sampler.random(n)[:, 0]]
    return [{path: column[k] for path, column in columns.items()} for k in range(n)]


def with_draw(tree: Branch, draw: dict[str, float]) -> Branch:
    """Return the tree with every uncertain value of the draw at its quantile, rounded where it must be a whole number."""
    for path, leaf in list(leaves(tree)):
        if path in draw and is_uncertain(leaf):
            low, high = float(leaf.low or 0.0), float(leaf.high or 0.0)
            value = float(triangular(np.array([draw[path]]), low, float(leaf.value), high)[0])
            tree = replaced(tree, tuple(path.split(".")), round(value) if is_whole_number(DistrictParams, path) else value)
    return tree


def drawn_values(tree: Branch, draw: dict[str, float]) -> dict[str, float]:
    """Return the values that a draw gave, by path."""
    return {path: leaf.value for path, leaf in leaves(tree) if path in draw and is_uncertain(leaf)}
