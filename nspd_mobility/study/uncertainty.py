"""Knowledge uncertainty: Latin hypercube draws over every estimate and assumption that carries low and high.

A draw is common to all variants. Each value has a triangular distribution with its low, its value as the mode, and its high.
The strata of a value are permuted by a generator seeded with the value's path, so that a further uncertain value leaves the
draws of the others as they are.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ..codes import Quality
from ..params.tree import Leaf, leaves
from ..streams import stable_hash
from .definition import Variant


def uncertain_values(variants: Iterable[Variant]) -> dict[str, Leaf]:
    """Return the values to draw, by path: estimates and assumptions with low < high that are numbers."""
    found: dict[str, Leaf] = {}
    for variant in variants:
        for path, leaf in leaves(variant.tree):
            uncertain = leaf.quality in (Quality.ESTIMATE, Quality.ASSUMPTION)
            if uncertain and leaf.low is not None and leaf.high is not None and leaf.low < leaf.high:
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


def draws(values: dict[str, Leaf], n: int, seed: int) -> list[dict[str, float]]:
    """Return `n` draws, each a value by path.

    Parameters
    ----------
    values : dict of str to Leaf
    n : int
    seed : int
        The study's seed.
    """
    from scipy.stats import qmc

    columns: dict[str, list[float]] = {}
    for path, leaf in values.items():
        sampler = qmc.LatinHypercube(d=1, rng=np.random.default_rng(stable_hash("uncertainty", seed, path)))
        drawn = triangular(sampler.random(n)[:, 0], float(leaf.low or 0.0), float(leaf.value), float(leaf.high or 0.0))
        columns[path] = [round(v) if isinstance(leaf.value, int) and path.rsplit(".", 1)[-1].startswith(("n_", "max_")) else float(v) for v in drawn]
    return [{path: column[k] for path, column in columns.items()} for k in range(n)]
