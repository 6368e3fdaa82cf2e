"""Inside a chamber: ships lie within it, do not overlap, and keep the distance that dangerous goods ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from .rows import TOLERANCE_M, Floats, codes_of, report, ship_at

Sizes = Mapping[tuple[str, str], tuple[float, float]]
"""Length and width (m) by (lock, chamber); the lock is '' in the frames of a `LockResult`."""


class DangerousGoodsRule(NamedTuple):
    """Distances (m) of ships with 0, 1, 2 and 3 or more cones, and the number of cones from which a ship is locked alone."""

    distances_m: tuple[float, float, float, float]
    alone_from: int


def ships_lie_inside_the_chamber(ships: pd.DataFrame, sizes: Sizes) -> list[str]:
    """Ships lie inside the stop lines and the walls of their chamber."""
    inside = ships[ships["lockage_id"] >= 0]
    locks = inside["lock"].to_numpy(dtype=object) if "lock" in inside.columns else np.full(len(inside), "", dtype=object)
    pairs = pd.MultiIndex.from_arrays([locks, inside["chamber"].to_numpy(dtype=object)])
    code, names = pairs.factorize()
    size = np.array([sizes.get(name, (np.nan, np.nan)) for name in names], dtype=np.float64).reshape(-1, 2)
    unknown = np.isnan(size[code, 0]) if len(inside) else np.zeros(0, dtype=bool)
    found = report(unknown, lambda i: f"{ship_at(inside, i)} passed chamber {inside['chamber'].iat[i]!r}, of which no size is known")
    x, y, length, beam = _rectangles(inside)
    reach = np.stack([x + length, y + beam], axis=1)
    limit = size[code] if len(inside) else np.zeros((0, 2))
    out = (np.minimum(x, y) < -TOLERANCE_M) | (reach > limit * (1.0 + 1e-12) + TOLERANCE_M).any(axis=1) | np.isnan(x) | np.isnan(y)
    return found + report(
        out,
        lambda i: (
            f"{ship_at(inside, i)} lies at x {x[i]:.2f} to {reach[i, 0]:.2f} m, y {y[i]:.2f} to {reach[i, 1]:.2f} m, "
            f"outside {inside['chamber'].iat[i]!r} of {limit[i, 0]:.2f} by {limit[i, 1]:.2f} m"
        ),
    )


def ships_do_not_overlap(ships: pd.DataFrame) -> list[str]:
    """Ships of one lockage do not overlap: every pair of a lockage is compared, by distance in a sorted table."""
    inside = ships[ships["lockage_id"] >= 0]
    lockage = codes_of(inside, ("period", "lock", "lockage_id"))
    order = np.argsort(lockage, kind="stable")
    lockage = lockage[order]
    x, y, length, beam = (values[order] for values in _rectangles(inside))
    tolerance = TOLERANCE_M + 1e-12 * (x + length)
    found: list[str] = []
    rows = np.flatnonzero((length > 0.0) & (beam > 0.0))
    lag = 0
    while rows.size:
        lag += 1
        rows = rows[rows + lag < lockage.size]
        rows = rows[lockage[rows] == lockage[rows + lag]]
        other = rows + lag
        along = np.minimum(x[rows] + length[rows], x[other] + length[other]) - np.maximum(x[rows], x[other])
        across = np.minimum(y[rows] + beam[rows], y[other] + beam[other]) - np.maximum(y[rows], y[other])
        both = (along > tolerance[rows]) & (across > TOLERANCE_M)
        found += report(
            both,
            lambda k, r=rows, o=other, a=along, c=across: (
                f"{ship_at(inside, order[r[k]])} and {ship_at(inside, order[o[k]])} overlap by {a[k]:.2f} by {c[k]:.2f} m "
                f"in lockage {inside['lockage_id'].iat[order[r[k]]]}"
            ),
        )
    return found


def ships_with_cones_keep_their_distance(ships: pd.DataFrame, goods: DangerousGoodsRule) -> list[str]:
    """Ships lie apart by the larger of their two distances, along or across the chamber; ships with many cones lie alone."""
    inside = ships[ships["lockage_id"] >= 0]
    lockage = codes_of(inside, ("period", "lock", "lockage_id"))
    order = np.argsort(lockage, kind="stable")
    lockage, n_cone = lockage[order], inside["n_cone"].to_numpy(dtype=np.int64)[order]
    apart = np.array(goods.distances_m)[np.minimum(n_cone, 3)]
    x, y, length, beam = (values[order] for values in _rectangles(inside))
    found: list[str] = []
    rows = np.arange(lockage.size)
    lag = 0
    while rows.size:
        lag += 1
        rows = rows[rows + lag < lockage.size]
        rows = rows[lockage[rows] == lockage[rows + lag]]
        other = rows + lag
        has_size = (length[rows] > 0.0) & (beam[rows] > 0.0) & (length[other] > 0.0) & (beam[other] > 0.0)
        wanted = np.where(has_size, np.maximum(apart[rows], apart[other]), 0.0)  # a ship without size takes no room
        along = np.maximum(x[rows], x[other]) - np.minimum(x[rows] + length[rows], x[other] + length[other])
        across = np.maximum(y[rows], y[other]) - np.minimum(y[rows] + beam[rows], y[other] + beam[other])
        near = (wanted > 0.0) & (np.maximum(along, across) < wanted - TOLERANCE_M)
        found += report(
            near,
            lambda k, r=rows, o=other, a=along, c=across, w=wanted: (
                f"{ship_at(inside, order[r[k]])} and {ship_at(inside, order[o[k]])} lie {max(a[k], c[k]):.2f} m apart "
                f"in lockage {inside['lockage_id'].iat[order[r[k]]]}, cones ask for {w[k]:.2f} m"
            ),
        )
        together = (n_cone[rows] >= goods.alone_from) | (n_cone[other] >= goods.alone_from)
        found += report(
            together,
            lambda k, r=rows, o=other: (
                f"{ship_at(inside, order[r[k]])} and {ship_at(inside, order[o[k]])} share lockage {inside['lockage_id'].iat[order[r[k]]]}, "
                f"with {n_cone[r[k]]} and {n_cone[o[k]]} cones; from {goods.alone_from} a ship is locked alone"
            ),
        )
    return found


def _rectangles(ships: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    """Return x, y, length and beam; a size that is not in the table is 0."""
    columns = ("x_m", "y_m", "length_m", "beam_m")
    x, y, length, beam = (ships[c].to_numpy(dtype=np.float64) if c in ships.columns else np.zeros(len(ships)) for c in columns)
    return x, y, length, beam
