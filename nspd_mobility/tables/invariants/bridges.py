"""Movable bridges: cycles in order and one at a time, users only while it is open or locked, and no opening in a window that forbids it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...codes import BridgeUser, BridgeWindow
from .rows import Floats, codes_of, is_before, listed, report

CYCLE_TIMES = ("road_closed_s", "opening_s", "open_s", "closing_s", "closed_s", "road_open_s")
_KEYS = ("period", "bridge")
_NO_OPENING = (BridgeWindow.OUTAGE, BridgeWindow.WIND, BridgeWindow.OUT_OF_SERVICE)  # nothing beats these; a forced opening may begin in a peak block


def bridge_cycles_are_in_order(openings: pd.DataFrame) -> list[str]:
    """The times of an opening are in order, and a bridge opens again when the road has been free."""
    times = openings[list(CYCLE_TIMES)].to_numpy(dtype=np.float64)
    back = is_before(times[:, 1:], times[:, :-1]).any(axis=1) | np.isnan(times).any(axis=1)
    found = report(back, lambda i: f"{_opening(openings, i)} has times that are not in order: {listed(CYCLE_TIMES, times[i])}")
    bridge = codes_of(openings, _KEYS)
    order = np.lexsort((times[:, 0], bridge))
    both = (bridge[order][1:] == bridge[order][:-1]) & is_before(times[order][1:, 0], times[order][:-1, -1])
    return found + report(both, lambda k: f"{_opening(openings, order[k + 1])} begins before {_opening(openings, order[k])} is over")


def bridge_passages_fit_an_opening(passages: pd.DataFrame, openings: pd.DataFrame) -> list[str]:
    """A ship begins to pass and is clear while the bridge is open, a train while it is locked, and an opening counts its ships.

    The opening that the end of the run cut off has no row: a ship may pass after the last one.
    """
    code = codes_of(pd.concat([openings[list(_KEYS)], passages[list(_KEYS)]], ignore_index=True), _KEYS)
    begin, clear = passages["begin_s"].to_numpy(dtype=np.float64), passages["clear_s"].to_numpy(dtype=np.float64)
    is_ship = passages["user"].to_numpy(dtype=object) == BridgeUser.SHIP.word
    wrong, count = np.zeros(len(passages), dtype=bool), np.zeros(len(openings), dtype=np.int64)
    for bridge in np.unique(code):
        mine = np.flatnonzero(code[: len(openings)] == bridge)
        mine = mine[np.argsort(openings["road_closed_s"].to_numpy()[mine])]
        opening, opened, closing, closed = (openings[c].to_numpy(dtype=np.float64)[mine] for c in ("opening_s", "open_s", "closing_s", "closed_s"))
        users = np.flatnonzero((code[len(openings) :] == bridge) & ~np.isnan(begin))
        ships, trains = users[is_ship[users]], users[~is_ship[users]]
        at = np.searchsorted(opened - 1e-3, begin[ships], side="right") - 1
        ends = np.append(closing, -np.inf)[at]
        after_all = is_before(np.append(closed, -np.inf).max(), begin[ships])
        wrong[ships] = is_before(ends, clear[ships]) & ~after_all
        np.add.at(count, mine[at[~wrong[ships] & ~after_all & (at >= 0)]], 1)
        at = np.searchsorted(closed, begin[trains] + 1e-3)  # the first opening that is not over when the train begins
        wrong[trains] = is_before(np.append(opening, np.inf)[at], clear[trains])
    found = report(
        wrong,
        lambda i: (
            f"{passages['user'].iat[i]} {passages['entity_id'].iat[i]} passes {passages['bridge'].iat[i]} from {begin[i]:.3f} to {clear[i]:.3f} s, "
            f"when the bridge is not {'open' if is_ship[i] else 'locked'}"
        ),
    )
    n_ships = openings["n_ships"].to_numpy()
    return found + report(count != n_ships, lambda i: f"{_opening(openings, i)} counts {n_ships[i]} ships, and {count[i]} pass in it")


def openings_begin_outside_windows(openings: pd.DataFrame, windows: pd.DataFrame) -> list[str]:
    """No opening begins in an outage, too much wind or without an operator, nor in a peak block unless forced; none ends in an outage."""
    words = tuple(kind.word for kind in _NO_OPENING)
    road_closed, closing = (openings[c].to_numpy(dtype=np.float64) for c in ("road_closed_s", "closing_s"))
    found = _inside(openings, road_closed, windows, words, "begins")
    free = openings["is_forced"].to_numpy(dtype=bool)
    found += _inside(openings, np.where(free, np.nan, road_closed), windows, (BridgeWindow.PEAK_BLOCK.word,), "begins")
    return found + _inside(openings, closing, windows, (BridgeWindow.OUTAGE.word,), "begins to close")


def _inside(openings: pd.DataFrame, at_s: Floats, windows: pd.DataFrame, kinds: Sequence[str], verb: str) -> list[str]:
    found: list[str] = []
    chosen = windows[windows["kind"].isin(kinds)]
    bridge, period = openings["bridge"].to_numpy(dtype=object), openings["period"].to_numpy(dtype=object)
    for (name, of_period, kind), rows in chosen.groupby(["bridge", "period", "kind"], sort=False):
        spans = rows[["begin_s", "end_s"]].sort_values("begin_s").to_numpy(dtype=np.float64)
        mine = np.flatnonzero((bridge == name) & (period == of_period) & ~np.isnan(at_s))
        last = np.searchsorted(spans[:, 0], at_s[mine], side="right") - 1
        begin, end = spans[np.maximum(last, 0)].T
        inside = (last >= 0) & is_before(begin, at_s[mine]) & is_before(at_s[mine], end)
        found += report(
            inside,
            lambda k, m=mine, b=begin, e=end, w=kind: f"{_opening(openings, m[k])} {verb} at {at_s[m[k]]:.3f} s, in {w} from {b[k]:.3f} to {e[k]:.3f} s",
        )
    return found


def _opening(openings: pd.DataFrame, i: Any) -> str:
    return f"the opening of {openings['bridge'].iat[i]} at {openings['road_closed_s'].iat[i]:.3f} s, period {openings['period'].iat[i]}"
