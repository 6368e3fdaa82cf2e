"""Ships: one row each, with all their times in order or none, before, in and after the lock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .rows import is_before, listed, report, rounding_s, ship_at

SHIP_TIMES = ("arrival_s", "entry_start_s", "moored_s", "doors_close_s", "exit_start_s", "exit_s")


def every_ship_once(ships: pd.DataFrame) -> list[str]:
    """Every ship has exactly one row per period."""
    key = "entity_id" if "entity_id" in ships.columns else "id"
    columns = [c for c in ("period", key) if c in ships.columns]
    twice = ships.duplicated(columns).to_numpy()
    return report(twice, lambda i: f"{ship_at(ships, i)} has more than one row")


def times_of_ships_in_order(ships: pd.DataFrame) -> list[str]:
    """A ship that passes has all its times, in order; one that does not has none but its arrival."""
    times = ships[list(SHIP_TIMES)].to_numpy(dtype=np.float64)
    has_chamber = ships["chamber"].to_numpy(dtype=object) != ""
    missing = np.isnan(times[:, 1:])
    torn = missing.any(axis=1) != missing.all(axis=1)
    torn |= has_chamber == missing.any(axis=1)
    torn |= np.isnan(times[:, 0])
    found = report(
        torn, lambda i: f"{ship_at(ships, i)} (chamber {ships['chamber'].iat[i]!r}) has some of its times and lacks others: {listed(SHIP_TIMES, times[i])}"
    )
    back = is_before(times[:, 1:], times[:, :-1]).any(axis=1)
    return found + report(back, lambda i: f"{ship_at(ships, i)} has times that are not in order: {listed(SHIP_TIMES, times[i])}")


def durations_add_up(ships: pd.DataFrame) -> list[str]:
    """The durations of a ship are the differences of its times, and waiting plus lockage is passage."""
    time = {name: ships[name].to_numpy(dtype=np.float64) for name in SHIP_TIMES}
    wanted = {
        "wait_lineup_s": time["entry_start_s"] - time["arrival_s"],
        "entry_s": time["moored_s"] - time["entry_start_s"],
        "wait_rv_s": time["doors_close_s"] - time["arrival_s"],
        "lockage_s": time["exit_s"] - time["doors_close_s"],
        "passage_s": time["exit_s"] - time["arrival_s"],
    }
    found: list[str] = []
    slack = rounding_s(time["exit_s"])
    for name, value in wanted.items():
        is_ = ships[name].to_numpy(dtype=np.float64)
        wrong = np.abs(is_ - value) > slack
        wrong |= np.isnan(is_) != np.isnan(value)
        found += report(wrong, lambda i, n=name, v=value, s=is_: f"{ship_at(ships, i)} has {n} {s[i]}, its times give {v[i]:.3f}")
    return found


def refused_ships_have_no_chamber(ships: pd.DataFrame) -> list[str]:
    """A ship that is refused has no chamber, no lockage and no times."""
    refused = ships["refused_reason"].to_numpy(dtype=object) != "none"
    placed = (ships["chamber"].to_numpy(dtype=object) != "") | (ships["lockage_id"].to_numpy() >= 0) | ships["exit_s"].notna().to_numpy()
    return report(
        refused & placed, lambda i: f"{ship_at(ships, i)} was refused for its {ships['refused_reason'].iat[i]} and has chamber {ships['chamber'].iat[i]!r}"
    )


def sailing_around_the_lock(ships: pd.DataFrame) -> list[str]:
    """A ship departs before it arrives at the lock and reaches its destination after it is out."""
    if not {"depart_s", "arrive_s"} <= set(ships.columns):
        return []
    names = ("depart_s", "arrival_s", "exit_s", "arrive_s")
    times = ships[list(names)].to_numpy(dtype=np.float64)
    back = is_before(times[:, 1], times[:, 0]) | is_before(times[:, 3], times[:, 2])
    return report(back, lambda i: f"{ship_at(ships, i)} has times that are not in order: {listed(names, times[i])}")
