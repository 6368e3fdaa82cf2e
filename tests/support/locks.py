"""Locks and ships for tests, and `simulate_checked`: every simulation in a test obeys the invariants or the test fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from nspd_mobility.params import LockParams
from nspd_mobility.tables.invariants import DangerousGoodsRule, check_lock
from nspd_mobility.waterway import LevelSeries, simulate_lock
from nspd_mobility.waterway.closures import closure_records
from nspd_mobility.waterway.lock import LockResult

# Sizes of ships (length, beam in m) by class, CEMT and Richtlijnen Vaarwegen 2020 as used for the packing oracles.
CLASS_SIZES = {
    "M2": (55.0, 6.6),
    "M4": (73.0, 8.2),
    "M6": (85.0, 9.5),
    "M8": (110.0, 11.4),
    "M9": (135.0, 11.4),
    "M12": (135.0, 17.0),
    "BII-2l": (190.0, 11.4),
    "C3b": (110.0, 22.8),
}
# Usable length and width (m) of the chambers at Terneuzen.
OOST, WEST, NIEUWE_SLUIS = (260.0, 24.0), (290.0, 38.0), (417.0, 55.0)
SIDES = ("sea", "canal")


def movements(entry_first: Any = 300, entry_follow: Any = 180, exit_first: Any = 120, exit_follow: Any = 90) -> dict[str, Any]:
    """Return equal movement times for both vessel groups."""
    times = {"entry_first_s": entry_first, "entry_follow_s": entry_follow, "exit_first_s": exit_first, "exit_follow_s": exit_follow}
    return {"inland": times, "sea": times}


def chamber(size: tuple[float, float] = OOST, **changes: Any) -> dict[str, Any]:
    """Return a chamber: doors 100 s to close and 110 s to open, levelling 480 s, movements 300, 180, 120 and 90 s."""
    standard = {"length_m": size[0], "width_m": size[1], "door_close_s": 100, "door_open_s": 110, "levelling_s": 480, "movements": movements()}
    return {**standard, **changes}


def instant_chamber(size: tuple[float, float] = OOST, **changes: Any) -> dict[str, Any]:
    """Return a chamber that takes no time at all."""
    return chamber(size, **{"door_close_s": 0, "door_open_s": 0, "levelling_s": 0, "movements": movements(0, 0, 0, 0), **changes})


def lock(*chambers: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a complex of chambers named a, b, c and so on, or c00, c01 and so on where they are many."""
    names = [chr(ord("a") + k) if len(chambers) < 27 else f"c{k:02d}" for k in range(len(chambers))]
    return {"chambers": dict(zip(names, chambers, strict=True)), **changes}


def fleet(side: str | Sequence[str], arrival_s: Sequence[float] | Any, **columns: Any) -> pd.DataFrame:
    """Return a table of ships named s0, s1 and so on."""
    n = len(arrival_s)
    sides = [side] * n if isinstance(side, str) else list(side)
    names = {"id": pd.array([f"s{k}" for k in range(n)], dtype="str"), "side": pd.array(sides, dtype="str")}
    return pd.DataFrame({**names, "arrival_s": np.asarray(arrival_s, dtype=float), **columns})


def of_classes(names: str, side: str = "sea", arrival_s: float = 0.0) -> pd.DataFrame:
    """Return ships of the named classes that arrive together, in that order of service.

    Ships of one millisecond are served in the order of a hash; a millisecond between them keeps the order of the list.
    """
    sizes = np.array([CLASS_SIZES[name] for name in names.split()])
    return fleet(side, arrival_s + 0.001 * np.arange(len(sizes)), length_m=sizes[:, 0], beam_m=sizes[:, 1])


def closed(*intervals: tuple[str, float, float]) -> pd.DataFrame:
    """Return closures (chamber, begin, end in s), as `simulate_checked` takes them."""
    names, begin, end = zip(*intervals, strict=True) if intervals else ((), (), ())
    return pd.DataFrame({"chamber": pd.array(names, dtype="str"), "begin_s": np.array(begin, float), "end_s": np.array(end, float), "cause": "outage"})


def simulate_checked(ships: pd.DataFrame, lock: LockParams | Mapping[str, Any], *, closures: pd.DataFrame | None = None, **options: Any) -> LockResult:
    """Simulate and assert all invariants of locks on the result; closures are a table as `closed` gives it."""
    params = lock if isinstance(lock, LockParams) else LockParams.model_validate(dict(lock))
    rows = None if closures is None else closure_records(closures, list(params.chambers))
    result = simulate_lock(ships, lock, closures=rows, **options)
    assert_invariants(ships, params, result, closures)
    return result


def assert_invariants(ships: pd.DataFrame, lock: LockParams | Mapping[str, Any], result: LockResult, closures: pd.DataFrame | None = None) -> None:
    """Assert the invariants on a result, with the sizes and cones that the ships were given."""
    params = lock if isinstance(lock, LockParams) else LockParams.model_validate(dict(lock))
    sizes = {("", name): (c.length_m, c.width_m) for name, c in params.chambers.items()}
    frame = result.ships.copy()
    assert list(frame["id"]) == list(ships["id"]), "the ships of a result are those that were given, in their order"
    for column in ("length_m", "beam_m", "n_cone"):
        if column in ships.columns:
            frame[column] = ships[column].to_numpy(dtype=float)
    rule = params.dangerous_goods
    goods = DangerousGoodsRule((0.0, rule.one_cone_m, rule.two_cones_m, rule.three_cones_m), rule.alone_from)
    assert check_lock(frame, result.lockages, sizes, closures=closures, goods=goods) == []


def falling_level(start_m_nap: float, per_hour_m: float, hours: float, step_s: float = 300.0, canal_m_nap: float = 10.0) -> LevelSeries:
    """Return a sea level that falls (or rises) steadily, with a canal that never limits."""
    n = round(hours * 3600.0 / step_s) + 1
    return LevelSeries(0.0, step_s, start_m_nap - per_hour_m * np.arange(n) * step_s / 3600.0, np.full(n, canal_m_nap))
