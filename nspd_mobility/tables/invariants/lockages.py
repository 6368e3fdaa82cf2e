"""Lockages: they alternate, hold the ships that name them, one ship at a time through the gate, and none begins in a closure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .rows import Bools, Ints, codes_of, is_before, listed, lockage_at, report, rounding_s, ship_at
from .ships import SHIP_TIMES

LOCKAGE_TIMES = ("start_s", "doors_close_s", "doors_closed_s", "levelled_s", "doors_open_s", "end_s")


def lockages_alternate(lockages: pd.DataFrame) -> list[str]:
    """Lockages of a chamber have their times in order, do not overlap, and each starts at the side where the last one ended."""
    times = lockages[list(LOCKAGE_TIMES)].to_numpy(dtype=np.float64)
    back = is_before(times[:, 1:], times[:, :-1]).any(axis=1) | np.isnan(times).any(axis=1)
    found = report(back, lambda i: f"{lockage_at(lockages, i)} has times that are not in order: {listed(LOCKAGE_TIMES, times[i])}")
    twice = lockages.duplicated([c for c in ("period", "lock", "lockage_id") if c in lockages.columns]).to_numpy()
    found += report(twice, lambda i: f"{lockage_at(lockages, i)} has more than one row")
    chamber = codes_of(lockages, ("period", "lock", "chamber"))
    order = np.lexsort((lockages["lockage_id"].to_numpy(), times[:, 0], chamber))
    same = chamber[order][1:] == chamber[order][:-1]
    start, end = times[order, 0], times[order, -1]
    overlap = same & is_before(start[1:], end[:-1])
    found += report(
        overlap,
        lambda k: f"{lockage_at(lockages, order[k + 1])} starts at {start[k + 1]:.3f} s, before {lockage_at(lockages, order[k])} ends at {end[k]:.3f} s",
    )
    direction = lockages["direction"].to_numpy(dtype=object)[order]
    repeated = same & (direction[1:] == direction[:-1])
    return found + report(
        repeated,
        lambda k: f"{lockage_at(lockages, order[k + 1])} goes {direction[k + 1]} at {start[k + 1]:.3f} s, as {lockage_at(lockages, order[k])} did before it",
    )


def lockages_hold_their_ships(ships: pd.DataFrame, lockages: pd.DataFrame) -> list[str]:
    """A lockage has the ships that name it, which enter after its start, lie in it while it is levelled, and leave before its end.

    The lockage of a ship has no row where the run ended before its last ship was clear: then it is the chamber's last one.
    Lockages do not overlap (`lockages_alternate`), so no ship enters before the last exit of the lockage before has cleared.
    """
    row, passed = _row_of_lockage(ships, lockages)
    count = np.bincount(row[row >= 0], minlength=len(lockages))
    n_ships = lockages["n_ships"].to_numpy()
    found = report(count != n_ships, lambda i: f"{lockage_at(lockages, i)} counts {n_ships[i]} ships, and {count[i]} name it")
    inside = np.flatnonzero(passed & (row >= 0))
    at = row[inside]
    ship_time = {name: ships[name].to_numpy(dtype=np.float64)[inside] for name in SHIP_TIMES}
    lock_time = {name: lockages[name].to_numpy(dtype=np.float64)[at] for name in LOCKAGE_TIMES}
    wrong = is_before(ship_time["entry_start_s"], lock_time["start_s"])
    wrong |= np.abs(ship_time["doors_close_s"] - lock_time["doors_close_s"]) > rounding_s(lock_time["doors_close_s"])
    wrong |= is_before(ship_time["exit_start_s"], lock_time["doors_open_s"])
    wrong |= is_before(lock_time["end_s"], ship_time["exit_s"])
    wrong |= ships["chamber"].to_numpy(dtype=object)[inside] != lockages["chamber"].to_numpy(dtype=object)[at]
    to_sea = lockages["direction"].to_numpy(dtype=object)[at] == "to_sea"
    wrong |= (ships["side"].to_numpy(dtype=object)[inside] == "canal") != to_sea
    found += report(
        wrong,
        lambda k: (
            f"{ship_at(ships, inside[k])} at the {ships['side'].iat[int(inside[k])]} side in {ships['chamber'].iat[int(inside[k])]!r} "
            f"({listed(SHIP_TIMES, [ship_time[n][k] for n in SHIP_TIMES])}) "
            f"is not inside {lockage_at(lockages, at[k])} ({listed(LOCKAGE_TIMES, [lock_time[n][k] for n in LOCKAGE_TIMES])})"
        ),
    )
    return found + _ships_without_lockage(ships, lockages, passed & (row < 0))


def _ships_without_lockage(ships: pd.DataFrame, lockages: pd.DataFrame, alone: Bools) -> list[str]:
    """A ship may name a lockage without a row only in its chamber's last lockage, the one that the end of the run cut off."""
    left = ships[alone]
    if left.empty:
        return []
    keys = [c for c in ("period", "lock", "chamber") if c in ships.columns]
    last = lockages.groupby(keys, sort=False)["end_s"].max().rename("last_end_s").reset_index()
    ended = left[keys].merge(last, on=keys, how="left")["last_end_s"].to_numpy(dtype=np.float64)
    wrong = is_before(left["entry_start_s"].to_numpy(dtype=np.float64), ended)
    wrong |= left.groupby(keys, sort=False)["lockage_id"].transform("nunique").to_numpy() > 1
    return report(wrong, lambda i: f"{ship_at(left, i)} names lockage {left['lockage_id'].iat[i]} of {left['chamber'].iat[i]!r}, which has no row")


def _row_of_lockage(ships: pd.DataFrame, lockages: pd.DataFrame) -> tuple[Ints, Bools]:
    """Return for each ship the row of its lockage (-1 where there is none), and whether it names one."""
    keys = tuple(c for c in ("period", "lock", "lockage_id") if c in ships.columns)
    code = codes_of(pd.concat([lockages[list(keys)], ships[list(keys)]], ignore_index=True), keys)
    passed = ships["lockage_id"].to_numpy() >= 0
    row_of = np.full(int(code.max()) + 1 if code.size else 0, -1, dtype=np.int64)
    row_of[code[: len(lockages)]] = np.arange(len(lockages))
    row = row_of[code[len(lockages) :]] if len(ships) else np.zeros(0, dtype=np.int64)
    return np.where(passed, row, -1), passed


def one_at_a_time_through_the_gate(ships: pd.DataFrame) -> list[str]:
    """The entries of a lockage do not overlap, nor do its exits."""
    inside = ships[ships["lockage_id"] >= 0]
    lockage = codes_of(inside, ("period", "lock", "lockage_id"))
    found: list[str] = []
    for begin_s, end_s, verb in (("entry_start_s", "moored_s", "enters"), ("exit_start_s", "exit_s", "leaves")):
        begin, end = inside[begin_s].to_numpy(dtype=np.float64), inside[end_s].to_numpy(dtype=np.float64)
        order = np.lexsort((end, begin, lockage))
        both = (lockage[order][1:] == lockage[order][:-1]) & is_before(begin[order][1:], end[order][:-1])
        found += report(
            both,
            lambda k, o=order, b=begin, e=end, v=verb: (
                f"{ship_at(inside, o[k + 1])} {v} at {b[o[k + 1]]:.3f} s, before {ship_at(inside, o[k])} is through the gate at {e[o[k]]:.3f} s"
            ),
        )
    return found


def lockages_begin_outside_closures(lockages: pd.DataFrame, closures: pd.DataFrame) -> list[str]:
    """No lockage, empty or not, begins while its chamber is closed; one that begins when the closure ends is no breach."""
    keys = [c for c in ("period", "lock", "chamber") if c in lockages.columns and c in closures.columns]
    where = codes_of(pd.concat([closures[keys], lockages[keys]], ignore_index=True), tuple(keys))
    start = lockages["start_s"].to_numpy(dtype=np.float64)
    begin, end = np.full(start.size, np.nan), np.full(start.size, np.nan)
    for code in np.unique(where[: len(closures)]):
        spans = closures[["begin_s", "end_s"]].to_numpy(dtype=np.float64)[where[: len(closures)] == code]
        spans = spans[np.argsort(spans[:, 0])]
        mine = np.flatnonzero(where[len(closures) :] == code)
        last = np.searchsorted(spans[:, 0], start[mine], side="right") - 1  # the closure that began last
        begun = last >= 0
        begin[mine[begun]], end[mine[begun]] = spans[last[begun]].T
    return report(
        is_before(start, end),
        lambda i: f"{lockage_at(lockages, i)} starts at {start[i]:.3f} s, inside the closure from {begin[i]:.3f} to {end[i]:.3f} s",
    )
