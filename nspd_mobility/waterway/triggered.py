"""Regimes around low water that answer to a canal level which the run itself makes.

Where the level is known before t = 0, `closures.closure_intervals` judges every block beforehand. Where it comes of the water balance,
each block of a triggered regime is judged when the level at its begin is known, a step of the balance ahead at most, by the same rule
(`regimes.is_triggered`). A block that holds joins the closures that were known before; nothing that began is changed afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import ClosureCause, RegimeActive
from ..engine.calendar import Closure
from ..params.closures import RegimeParams
from .closures import Span, chosen_chambers, merged
from .complex import LevelSeries
from .levels import times_of
from .regimes import is_triggered, low_waters_s

Floats = npt.NDArray[np.float64]


def split_regimes(regimes: Mapping[str, RegimeParams]) -> tuple[dict[str, RegimeParams], dict[str, RegimeParams]]:
    """Return the regimes that are settled before the run, and the triggered ones."""
    is_open = {name: regime.active is RegimeActive.TRIGGERED for name, regime in regimes.items()}
    return {n: r for n, r in regimes.items() if not is_open[n]}, {n: r for n, r in regimes.items() if is_open[n]}


class TriggeredRegimes:
    """The triggered regimes of one lock in a run.

    Parameters
    ----------
    regimes : mapping of str to RegimeParams
        Triggered ones, by name.
    chambers : sequence of str
        The chambers of the lock.
    levels : LevelSeries
        Read at each judgement; the canal's level is overwritten ahead of time by `canal_level.CanalLevel`.
    discharge_m3_s : ndarray of float64, shape (n,)
        Discharge at the points of `levels` (m³/s).
    closures : DataFrame
        What is known before the run, as `closure_intervals` gives it.
    window_s : tuple of float
        The run (s); blocks are cut to it.
    lock : str
        For messages.

    Attributes
    ----------
    table : DataFrame
        The closures so far, in the form of `closure_intervals`.
    """

    def __init__(
        self,
        regimes: Mapping[str, RegimeParams],
        chambers: Sequence[str],
        levels: LevelSeries,
        discharge_m3_s: Floats,
        closures: pd.DataFrame,
        window_s: Span,
        lock: str = "lock",
    ) -> None:
        self.table = closures
        self._chambers, self._levels, self._discharge, self._window_s = list(chambers), levels, discharge_m3_s, window_s
        low_s = low_waters_s(levels) if regimes else np.empty(0)
        blocks = [(t - r.before_low_water_s, t + r.after_low_water_s, name) for name, r in regimes.items() for t in low_s.tolist()]
        self._regimes, self._blocks, self._next = dict(regimes), sorted(blocks), 0
        self._chosen = {name: chosen_chambers(r.chambers, self._chambers, f"{lock}: regime '{name}'") for name, r in regimes.items()}

    def judge(self, before_s: float) -> list[float]:
        """Judge the blocks that begin before a time (s) and were not judged yet; return the begins of those that hold."""
        new: list[Closure] = []
        while self._next < len(self._blocks) and self._blocks[self._next][0] < before_s:
            begin_s, end_s, name = self._blocks[self._next]
            self._next += 1
            regime = self._regimes[name]
            if is_triggered(regime, np.array([begin_s]), times_of(self._levels), self._levels.canal_m_nap, self._discharge)[0]:
                new += [Closure(chamber, begin_s, end_s, regime.cause) for chamber in self._chosen[name]]
        if new:
            rows = self.table[["chamber", "begin_s", "end_s", "cause"]].itertuples(index=False)
            before = [Closure(str(chamber), begin_s, end_s, ClosureCause.parse(cause)) for chamber, begin_s, end_s, cause in rows]
            self.table = merged([*before, *new], self._chambers, self._window_s)
        return sorted({closure.begin_s for closure in new})


def rest_spans(table: pd.DataFrame, n_chambers: int) -> Floats:
    """Return when all chambers are closed and at least one of them to let water out, shape (n, 2) (s).

    Examples
    --------
    >>> rest_spans(pd.DataFrame(dict(chamber=["a", "b"], begin_s=[0.0, 5.0], end_s=[10.0, 20.0], cause=["spill", "outage"])), 2).tolist()
    [[5.0, 10.0]]
    """
    begin_s, end_s = table["begin_s"].to_numpy(dtype=np.float64), table["end_s"].to_numpy(dtype=np.float64)
    points = np.unique([begin_s, end_s])
    change = np.zeros((2, points.size + 1), dtype=np.int64)
    is_spill = np.asarray(table["cause"] == ClosureCause.SPILL.word, dtype=np.int64)
    for row, size in enumerate((np.ones_like(is_spill), is_spill)):
        np.add.at(change[row], np.searchsorted(points, begin_s), size)
        np.add.at(change[row], np.searchsorted(points, end_s), -size)
    n_closed, n_spill = np.cumsum(change, axis=1)
    k = np.flatnonzero((n_closed[:-1] == n_chambers) & (n_spill[:-1] > 0))
    return np.column_stack([points[k], points[k + 1]])


def seconds_inside(spans_s: Floats, begin_s: Floats, length_s: Floats) -> Floats:
    """Return how long spans that do not overlap, shape (n, 2), last within each of some intervals (s).

    Examples
    --------
    >>> seconds_inside(np.array([[5.0, 10.0]]), np.array([0.0, 8.0]), np.array([8.0, 8.0])).tolist()
    [3.0, 2.0]
    """
    end_s = begin_s + length_s
    inside = np.minimum(end_s[:, None], spans_s[:, 1]) - np.maximum(begin_s[:, None], spans_s[:, 0])
    total: Floats = np.maximum(inside, 0.0).sum(axis=1)
    return total
