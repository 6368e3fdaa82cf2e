"""A digest of lock simulations, to compare processes with and without the JIT."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from nspd_mobility.waterway import LevelSeries

from .locks import CLASS_SIZES, OOST, WEST, chamber, fleet, lock, simulate_checked


def random_ships(n: int, gap_s: float, seed: int) -> pd.DataFrame:
    """Return ships of all classes at both sides, some deep, some of a higher priority."""
    rng = np.random.default_rng(seed)
    size = np.array(list(CLASS_SIZES.values()))[rng.integers(0, len(CLASS_SIZES), n)]
    return fleet(
        rng.choice(["sea", "canal"], n),
        np.cumsum(np.round(rng.exponential(gap_s, n))),
        length_m=size[:, 0],
        beam_m=size[:, 1],
        draught_m=rng.choice([0.0, 3.5, 5.5], n),
        priority=rng.integers(0, 2, n),
        is_sea=rng.random(n) < 0.2,
    )


def tidal_level(n: int = 600) -> LevelSeries:
    """Return a tide of 2 m about 0 and a canal at +2.13 m NAP, every 300 s."""
    t = 300.0 * np.arange(n)
    return LevelSeries(0.0, 300.0, 2.0 * np.sin(2.0 * np.pi * t / 44_714.0), np.full(n, 2.13))


def two_chambers() -> dict[str, object]:
    """Return two chambers that use all that the kernel has: formulas, search, one column, gaps, clearance, a sill that limits."""
    levelling = {"base_s": 120.0, "opening_m2": 11.0}
    searched = chamber(OOST, levelling_s=levelling, sill_m_nap=-5.0, packing_effort=2, clearance_s=60, gap_length_m=1.0)
    return lock(searched, chamber(WEST, packing="one_column", levelling_s=levelling, initial_side="sea"), max_skip=3)


def lock_digest(n: int = 200) -> str:
    """Return a hash of all values of a simulation."""
    result = simulate_checked(random_ships(n, 400.0, seed=3), two_chambers(), level=tidal_level())
    return hashlib.sha256(result.ships.to_csv(index=False).encode() + result.lockages.to_csv(index=False).encode()).hexdigest()
