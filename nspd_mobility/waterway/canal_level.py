"""The level of the canal by its own water balance, given back to the lock while it works.

At the end of each step of the balance the lockages that are complete are booked (`water.WaterBalance`), and the lock meets the level of
the water that is then in the canal: target plus storage over surface, from the next point of the level series on, until the next step.
A level that the lock has met is never changed afterwards, so cause precedes effect, and steps lie at fixed times, so that pieces of a
run change nothing.

The balance knows a lockage when the doors of its chamber have closed again, and goes as far as all lockages are known: the level is one
to a few steps old, some centimetres at most in this canal.

Regimes around low water that are triggered read this level too (`triggered`): the blocks that begin until the next step are judged at
once, and close the chambers. Left out: the fall of the water surface along the canal, and translation waves.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.clock import Clock
from ..units import MS_PER_S, to_ms
from ._kernels import canal_salinity as kernels
from ._kernels.records import records
from .closures import closure_records
from .facility import LockFacility
from .triggered import TriggeredRegimes
from .water import WaterBalance

_FROM_ROWS = {"doors_close_s": "close_ms", "doors_closed_s": "closed_ms", "levelled_s": "levelled_ms", "doors_open_s": "opened_ms", "end_s": "end_ms"}


class CanalLevel:
    """Runs a clock with the level of the canal behind one lock.

    Parameters
    ----------
    lock : LockFacility
        On the clock; its chambers in the order of those of the balance.
    balance : WaterBalance
        Its `levels` are those of the lock; the canal's level in it is overwritten ahead of time.
    regimes : TriggeredRegimes, optional
        The regimes of the lock that answer to the level, on the same levels.
    """

    def __init__(self, lock: LockFacility, balance: WaterBalance, regimes: TriggeredRegimes | None = None) -> None:
        self._lock, self._complex, self._balance, self._regimes = lock, lock.complex, balance, regimes
        self._ship_m3: dict[int, float] = {}
        self._lockage_m3: dict[int, float] = {}
        self._n_ships = self._n_lockages = 0
        self._next = 1
        self._judge(balance.step_s)

    def know(self, numbers: list[int], volumes_m3: list[float]) -> None:
        """Say what ships displace (m³), by the number that the lock knows them by."""
        self._ship_m3.update(zip(numbers, volumes_m3, strict=True))

    def run(self, clock: Clock, until_s: float) -> None:
        """Run the clock to just before a time, and book what is done by then."""
        while self._next * self._balance.step_s <= until_s:
            at_s = self._next * self._balance.step_s
            clock.run(to_ms(at_s) - 1)
            self._book(at_s)
            self._set_level(at_s)
            self._judge(at_s + self._balance.step_s)
            self._next += 1
        clock.run(to_ms(until_s) - 1)
        self._book(until_s)

    def drained(self) -> None:
        """Say that the rows of the lock were drained."""
        self._n_ships = self._n_lockages = 0

    def _book(self, at_s: float) -> None:
        """Give the balance the lockages that were written since the last time."""
        complex_ = self._complex
        ships = complex_.ship_rows(self._n_ships)
        self._n_ships += len(ships)
        for ship, lockage in zip(ships["ship"].tolist(), ships["lockage_id"].tolist(), strict=True):
            volume = self._ship_m3.pop(ship, 0.0)
            if lockage >= 0:
                self._lockage_m3[lockage] = self._lockage_m3.get(lockage, 0.0) + volume
        new = complex_.lockage_rows(self._n_lockages)
        self._n_lockages += len(new)
        self._balance.feed(self._waiting(new), until_s=min(at_s, complex_.earliest_unwritten_ms() / MS_PER_S))

    def _waiting(self, new: Any) -> Any:
        rows = records(kernels.WAITING, len(new))
        for name in ("lockage_id", "chamber", "head_m"):
            rows[name] = new[name]
        for name, milliseconds in _FROM_ROWS.items():
            rows[name] = new[milliseconds] / MS_PER_S
        rows["side"] = 1 - new["from_side"]
        rows["ships_m3"] = [self._lockage_m3.pop(k, 0.0) for k in new["lockage_id"].tolist()]
        return rows

    def _judge(self, before_s: float) -> None:
        """Close the chambers for blocks of regimes that begin before a time, where their trigger is passed."""
        begins_s = [] if self._regimes is None else self._regimes.judge(before_s)
        if self._regimes is not None and begins_s:
            self._lock.close(closure_records(self._regimes.table, self._complex.names), [to_ms(begin_s) for begin_s in begins_s if begin_s > 0.0])

    def _set_level(self, at_s: float) -> None:
        """Set the level from the next point of the series on."""
        levels, level = self._balance.levels, self._balance.level_m_nap
        first = max(0, int(np.floor((at_s - levels.start_s) / levels.step_s + 1e-9)) + 1)
        levels.canal_m_nap[first:] = level
        self._complex.levels[1, first:] = level
