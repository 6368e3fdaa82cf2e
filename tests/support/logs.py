"""Logs for tests: a lock with known parameters, its log, and the damage that real logs have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nspd_mobility.fit import log_of_result
from nspd_mobility.waterway import simulate_lock

EPOCH = pd.Timestamp("2023-03-06", tz="Europe/Amsterdam")
TIDE_S = 44_714.0


def _times(*times: Any) -> dict[str, Any]:
    return dict(zip(("entry_first_s", "entry_follow_s", "exit_first_s", "exit_follow_s"), times, strict=True))


MOVEMENTS = {
    "inland": _times(300.0, {"base_s": 100.0, "per_length_s_m": 0.8}, 180.0, 120.0),
    "sea": _times({"base_s": 60.0, "per_length_s_m": 4.0}, 240.0, {"per_length_s_m": 2.5}, 150.0),
}
CHAMBERS: dict[str, Any] = {
    "oostsluis": {
        "length_m": 260.0,
        "width_m": 24.0,
        "door_close_s": 150.0,
        "door_open_s": 170.0,
        "levelling_s": {"base_s": 120.0, "opening_m2": 11.0},
        "clearance_s": 60.0,
        "movements": MOVEMENTS,
    },
    "westsluis": {
        "length_m": 290.0,
        "width_m": 38.0,
        "door_close_s": 240.0,
        "door_open_s": 260.0,
        "levelling_s": {"base_s": 100.0, "opening_m2": 15.0},
        "movements": MOVEMENTS,
    },
}


@dataclass(frozen=True, slots=True)
class Logs:
    """The logs of a simulated lock, times in UTC."""

    passages: pd.DataFrame
    lockages: pd.DataFrame
    levels: pd.DataFrame


def truth() -> dict[str, float]:
    """Return the known parameters by the path of their estimate."""
    found: dict[str, float] = {}
    for name, chamber in CHAMBERS.items():
        top = f"chambers.{name}"
        found |= {f"{top}.{key}": chamber[key] for key in ("door_close_s", "door_open_s")}
        found |= {f"{top}.levelling_s.{key}": value for key, value in chamber["levelling_s"].items()}
        found[f"{top}.clearance_s"] = chamber.get("clearance_s", 0.0)
        for group, times in MOVEMENTS.items():
            for key, value in times.items():
                path = f"{top}.movements.{group}.{key}"
                found |= {f"{path}.{part}": v for part, v in {"base_s": 0.0, **value}.items()} if isinstance(value, dict) else {path: value}
    return found


def logs_of(seed: int, days: int = 14, per_day: float = 120.0, epoch: pd.Timestamp = EPOCH) -> Logs:
    """Simulate the lock with the known parameters and return its logs."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(days * per_day)
    ships = pd.DataFrame(
        {
            "id": [f"s{k}" for k in range(n)],
            "side": rng.choice(["sea", "canal"], n),
            "arrival_s": np.sort(rng.uniform(0.0, days * 86_400.0, n)),
            "length_m": rng.uniform(60.0, 135.0, n).round(1),
            "beam_m": 11.4,
            "is_sea": rng.random(n) < 0.3,
        }
    )
    time_s = np.arange(0.0, (days + 2) * 86_400.0, 600.0)
    level = pd.DataFrame({"time_s": time_s, "sea_m_nap": 0.1 + 1.9 * np.cos(2.0 * np.pi * time_s / TIDE_S), "canal_m_nap": 2.13})
    passages, lockages = log_of_result(simulate_lock(ships, {"chambers": CHAMBERS}, level=level), ships, epoch)
    levels = level.assign(time=epoch.tz_convert("UTC") + pd.to_timedelta(time_s, unit="s")).drop(columns="time_s")
    return Logs(passages, lockages, levels)


def times_of(log: pd.DataFrame) -> list[str]:
    """Return the columns that hold times."""
    return [column for column in log.columns if isinstance(log[column].dtype, pd.DatetimeTZDtype)]


def jittered(log: pd.DataFrame, seed: int, sd_s: float, step: str = "60s") -> pd.DataFrame:
    """Return a log whose every time is off by a normal error and rounded to a step."""
    rng = np.random.default_rng(seed)
    log = log.copy()
    for column in times_of(log):
        log[column] = (log[column] + pd.to_timedelta(rng.normal(0.0, sd_s, len(log)), unit="s")).dt.round(step)
    return log


def with_missing(log: pd.DataFrame, seed: int, share: float) -> pd.DataFrame:
    """Return a log that lacks a share of its times."""
    rng = np.random.default_rng(seed)
    log = log.copy()
    for column in times_of(log):
        log[column] = log[column].mask(rng.random(len(log)) < share)
    return log


def without(log: pd.DataFrame, begin: str, end: str, column: str) -> pd.DataFrame:
    """Return a log that was off between two moments."""
    return log[~log[column].between(pd.Timestamp(begin), pd.Timestamp(end))].reset_index(drop=True)
