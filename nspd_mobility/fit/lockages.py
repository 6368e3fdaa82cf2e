"""Which ships were locked together, from the times of the ships alone, and which row of a lockage log that was.

The ships of one lockage are all in the chamber from the moment the doors close until they are open again. Two ships of a chamber
and side therefore belong together where their times inside, from moored to the start of the exit, overlap. Two lockages of a
chamber are apart by at least a turn of the chamber, many minutes, so that missing cells and clocks that differ do no harm.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from .result import Floats

Ints = npt.NDArray[np.int64]


def lockage_of_ships(ships: pd.DataFrame, tolerance_s: float) -> Ints:
    """Return the number of the lockage of each ship, -1 where side, chamber or all times inside are missing.

    Parameters
    ----------
    ships : DataFrame
        Clean passages.
    tolerance_s : float
        How far the times of ships that were together may differ (s).
    """
    begin = _first_of(ships, "moored_s", "doors_close_s", "entry_start_s")
    end = _first_of(ships, "exit_start_s", "exit_s", "doors_close_s")
    usable = np.isfinite(begin) & np.isfinite(end) & (ships["side"] != "").to_numpy() & (ships["chamber"] != "").to_numpy()
    rows = np.flatnonzero(usable)
    chamber = pd.factorize(ships["chamber"])[0]
    side = pd.factorize(ships["side"])[0]
    order = rows[np.lexsort((begin[rows], chamber[rows]))]
    lockage = np.full(len(ships), -1, dtype=np.int64)
    number, inside_until, last = -1, -np.inf, -1
    for row in order.tolist():
        is_same = last >= 0 and chamber[row] == chamber[last] and side[row] == side[last] and begin[row] <= inside_until + tolerance_s
        number += not is_same
        inside_until = min(inside_until, end[row]) if is_same else end[row]
        lockage[row] = number
        last = row
    return lockage


def _first_of(ships: pd.DataFrame, *columns: str) -> Floats:
    values: Floats = ships[list(columns)].bfill(axis=1).iloc[:, 0].to_numpy(dtype=np.float64)
    return values


def lockage_table(ships: pd.DataFrame) -> pd.DataFrame:
    """Return one row per lockage with ships, indexed by its number.

    Parameters
    ----------
    ships : DataFrame
        Clean passages with the column `lockage`.

    Returns
    -------
    DataFrame
        `chamber, side, n_ships, close_s` (median of what the ships' rows say, else the last mooring), `open_s` (first start of an
        exit), `last_exit_s` and `first_entry_s` (nan where one of its ships lacks the time).
    """
    known = ships[ships["lockage"] >= 0]
    by = known.groupby("lockage")
    n = by.size()
    return pd.DataFrame(
        {
            "chamber": by["chamber"].first(),
            "side": by["side"].first(),
            "n_ships": n,
            "close_s": by["doors_close_s"].median().fillna(by["moored_s"].max()),
            "open_s": by["exit_start_s"].min(),
            "last_exit_s": by["exit_s"].max().where(by["exit_s"].count() == n),
            "first_entry_s": by["entry_start_s"].min().where(by["entry_start_s"].count() == n),
        }
    )


def match_log(groups: pd.DataFrame, log: pd.DataFrame, match_s: float) -> Ints:
    """Return for each row of a lockage log the lockage of the passages that it is, -1 where none: an empty turn.

    Parameters
    ----------
    groups : DataFrame
        As `lockage_table` gives it.
    log : DataFrame
        Clean lockage log.
    match_s : float
        Largest difference of the moments of closing doors (s).
    """
    matched = np.full(len(log), -1, dtype=np.int64)
    for chamber in log["chamber"].unique():
        rows = np.flatnonzero((log["chamber"] == chamber).to_numpy() & log["doors_close_s"].notna().to_numpy())
        mine = groups[(groups["chamber"] == chamber) & groups["close_s"].notna()].sort_values("close_s")
        if not len(rows) or mine.empty:
            continue
        close = mine["close_s"].to_numpy()
        at = log["doors_close_s"].to_numpy()[rows]
        right = np.searchsorted(close, at).clip(0, len(close) - 1)
        left = (right - 1).clip(0)
        best = np.where(np.abs(close[left] - at) <= np.abs(close[right] - at), left, right)
        direction = mine["side"].map({"sea": "to_canal", "canal": "to_sea"}).to_numpy()[best]
        said = log["direction"].to_numpy()[rows]
        is_match = (np.abs(close[best] - at) <= match_s) & ((said == "") | (said == direction))
        matched[rows[is_match]] = mine.index.to_numpy()[best[is_match]]
    return matched
