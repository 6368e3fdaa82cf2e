"""Regular lockages for tests of the water balance, and the chambers of Terneuzen as salt sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from nspd_mobility.waterway.water import WaterBalance

SALT_CHAMBERS: dict[str, dict[str, float]] = {
    "oost": {"length_m": 260.0, "width_m": 24.0, "floor_m_nap": -6.5},
    "west": {"length_m": 290.0, "width_m": 38.0, "floor_m_nap": -12.9},
    "nieuw": {"length_m": 427.0, "width_m": 55.0, "floor_m_nap": -16.44},
}
BEFORE = {"west": 14, "oost": 16}  # cycles per day of before the Nieuwe Sluis, and with it
AFTER = {**BEFORE, "nieuw": 10}
CANAL_M_NAP = 2.13


def balance_of(params: Any, chambers: Any, level: Any = None, **options: Any) -> WaterBalance:
    """Return a balance with an inflow of 25 m³/s, unless `inflow_m3_s` stands among its options or parameters."""
    if isinstance(params, Mapping):
        options = {"inflow_m3_s": params.get("inflow_m3_s", 25.0), **options}
        params = {name: value for name, value in params.items() if name != "inflow_m3_s"}
    return WaterBalance(params, chambers, level, **{"inflow_m3_s": 25.0, **options})


def levels(days: float, sea_m_nap: Any = 0.0) -> pd.DataFrame:
    """Return levels in steps of 300 s; the sea is a number or a function of time."""
    time_s = np.arange(0.0, days * 86_400.0 + 7200.0, 300.0)
    sea = sea_m_nap(time_s) if callable(sea_m_nap) else np.full(len(time_s), float(sea_m_nap))
    return pd.DataFrame({"time_s": time_s, "sea_m_nap": sea, "canal_m_nap": CANAL_M_NAP})


def tide(time_s: Any) -> Any:
    """Return a semi-diurnal tide of 2 m about NAP +0.09 m."""
    return 0.09 + 2.0 * np.sin(2.0 * np.pi * np.asarray(time_s) / 44_714.0)


def regular(cycles_per_day: Mapping[str, float], days: float, level: pd.DataFrame, door_s: float = 300.0, levelling_s: float = 600.0) -> pd.DataFrame:
    """Return lockages at equal intervals, to the sea first; doors stand open in between."""
    frames = []
    for k, (name, n) in enumerate(cycles_per_day.items()):
        half_s = 86_400.0 / n / 2.0
        close = 60.0 + 7.0 * k + np.arange(int(days * n * 2)) * half_s
        closed = close + door_s
        frame = {
            "chamber": name,
            "direction": np.where(np.arange(len(close)) % 2 == 0, "to_sea", "to_canal"),
            "start_s": close - 30.0,
            "doors_close_s": close,
            "doors_closed_s": closed,
            "levelled_s": closed + levelling_s,
            "doors_open_s": closed + levelling_s + door_s,
            "end_s": closed + levelling_s + door_s + 60.0,
            "head_m": np.interp(closed, level["time_s"], level["sea_m_nap"]) - CANAL_M_NAP,
        }
        frames.append(pd.DataFrame(frame))
    lockages = pd.concat(frames, ignore_index=True).sort_values(["start_s", "chamber"], ignore_index=True)
    lockages.insert(0, "lockage_id", np.arange(len(lockages)))
    return lockages


def balanced(balance: Any, lockages: pd.DataFrame, ships: pd.DataFrame | None, days: float, cuts_s: Any = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the lockages and days of a balance that is given everything in pieces that end at `cuts_s`."""
    rows, tables, begin = [], [], -np.inf
    for until_s in [*cuts_s, days * 86_400.0]:
        mine = lockages[(lockages["start_s"] >= begin) & (lockages["start_s"] < until_s)]
        theirs = None if ships is None else ships[ships["lockage_id"].isin(mine["lockage_id"])]
        done, table = balance.add(mine, theirs, until_s=until_s)
        rows.append(done)
        tables.append(table)
        begin = until_s
    done, table = balance.finish(days * 86_400.0)
    rows, tables = [r for r in [*rows, done] if len(r)], [t for t in [*tables, table] if len(t)]
    joined = pd.concat(rows).sort_values("lockage_id", ignore_index=True) if rows else done
    return joined, pd.concat(tables, ignore_index=True) if tables else table
