"""A lock complex in memory: the records of the kernel made from parameters, levels and ships, and driven through time.

Two drivers run the same compiled step: `LockComplex.run` drives it over sorted arrivals, `LockComplex.step` is called by the
clock of a coupled run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..codes import ChamberPhase, KernelStatus, LockPolicy
from ..errors import DataError, SimulationError
from ..kernels.jit import direct
from ..params import ChamberParams, LockParams, MovementTime, fill_record
from ..units import GRAVITY_M_S2, MS_PER_S, NEVER_MS, to_ms
from ._kernels import records
from ._kernels.lock import run, step
from ._kernels.queues import link_free

_FIRST_CAPACITY = 256


@dataclass(frozen=True, slots=True)
class LevelSeries:
    """Water levels at both sides of a lock.

    Parameters
    ----------
    start_s : float
        Time of the first point, seconds from the run's epoch.
    step_s : float
        Step between points (s).
    sea_m_nap, canal_m_nap : ndarray of float64, shape (n,)
        Levels (m NAP); linear between the points, constant outside.
    """

    start_s: float
    step_s: float
    sea_m_nap: npt.NDArray[np.float64]
    canal_m_nap: npt.NDArray[np.float64]

    @classmethod
    def constant(cls, sea_m_nap: float = 0.0, canal_m_nap: float = 0.0) -> LevelSeries:
        """Return levels that do not change."""
        return cls(0.0, 300.0, np.array([float(sea_m_nap)]), np.array([float(canal_m_nap)]))


class LockComplex:
    """The state of a lock complex and its result rows.

    Parameters
    ----------
    params : LockParams
    levels : LevelSeries
    closures : record array of CLOSURE, optional
        When chambers may not begin a lockage, not overlapping within a chamber; `closure_records` makes them.
    """

    def __init__(self, params: LockParams, levels: LevelSeries, closures: Any = None) -> None:
        self.names = list(params.chambers)
        self.lock = _lock_record(params, levels)
        self.chambers = records.records(records.CHAMBER, len(params.chambers))
        for record, chamber in zip(self.chambers, params.chambers.values(), strict=True):
            _fill_chamber(record, chamber)
        self.closures = _by_chamber(self.chambers, closures)
        self.levels = np.ascontiguousarray(np.vstack([levels.sea_m_nap, levels.canal_m_nap]), dtype=np.float64)
        self.slots = records.records(records.SLOT, _FIRST_CAPACITY)
        with np.errstate(over="ignore"):
            link_free(self.lock[0], self.slots, 0)
        self._n_rows, self._next_notice = self.lock["n_ship_rows"], self.lock["next_notice"]  # read at every step: a field costs 0.1 us to find
        self._announce(records.records(records.REQUEST, 0))
        self.expected = records.records(records.SLOT, _FIRST_CAPACITY)
        self._ship_rows = records.records(records.SHIP_ROW, 2 * _FIRST_CAPACITY)
        self._lockage_rows = records.records(records.LOCKAGE_ROW, 4 * _FIRST_CAPACITY)
        nobody = records.records(records.REQUEST, 0)
        self._step: Any = direct(step, *self._state(), nobody, 0, 0, 0, self._ship_rows, self._lockage_rows)
        self._looks_ahead = params.policy == LockPolicy.LOOK_AHEAD
        if self._looks_ahead:
            from ._kernels.planning import plan  # compiled only where a policy looks ahead

            self._planning = _planning_space(params)
            self._plan: Any = direct(plan, self.lock, self.chambers, self.slots, self.levels, self.closures, self.expected, *self._planning)

    def set_closures(self, closures: Any) -> None:
        """Replace the closures; those that began before the present time may not change."""
        self.closures = _by_chamber(self.chambers, closures)
        self.chambers["past_closures"] = 0

    def announce(self, requests: Any, now_ms: int = -NEVER_MS) -> None:
        """Give further ships that become known before they arrive; may be called again for later ships that have not arrived.

        Who should be known already becomes known at `now_ms`, or when the complex did something last.
        """
        left = self.notices[int(self.lock["next_notice"][0]) :]
        ahead = requests[requests["known_ms"] < requests["time_ms"]].copy()
        ahead["known_ms"] = np.maximum(ahead["known_ms"], max(now_ms, int(self.lock["now_ms"][0])))
        notices = np.concatenate([left, ahead])
        self._announce(records.as_records(notices[np.lexsort((notices["key"], notices["known_ms"]))]))

    def _announce(self, notices: Any) -> None:
        self.notices = notices
        self._known_ms: list[int] = [*notices["known_ms"].tolist(), NEVER_MS]
        self._next_notice[0] = 0

    @property
    def next_ms(self) -> int:
        """When something is due next without further requests."""
        return min(int(self.lock["recheck_ms"][0]), int(self.chambers["next_ms"].min()), self.next_notice_ms)

    @property
    def next_notice_ms(self) -> int:
        """When the next ship becomes known, NEVER_MS where none does."""
        return int(self._known_ms[self._next_notice.item(0)])

    @property
    def n_ship_rows(self) -> int:
        """How many ship rows were written since the last `drain`."""
        return int(self._n_rows.item(0))

    def step(self, requests: Any, first: int, n_requests: int, now_ms: int) -> int:
        """Do all that is due at `now_ms` and return the next time; the coupled driver. `requests` is contiguous."""
        while True:
            status, next_ms = self._step(*self._state(), requests, first, n_requests, now_ms, self._ship_rows, self._lockage_rows)
            if status == KernelStatus.OK:
                break
            self._grow(status)
        return self._replan(requests) if self._looks_ahead else int(next_ms)

    def _replan(self, requests: Any) -> int:
        """Plan and do what the plan says at this millisecond, as long as a plan is wanted, and return the next time.

        A loop in Python: compiled, it would contain the step once more, which takes 5 s to compile, and a plan takes far longer than a call.
        """
        now_ms = int(self.lock["now_ms"][0])
        n_left = 8 * len(self.chambers) + 2 * len(self.slots)
        while self.lock["wants_plan"][0]:
            self._plan(self.lock, self.chambers, self.slots, self.levels, self.closures, self.expected, *self._planning)
            status, _ = self._step(*self._state(), requests, 0, 0, now_ms, self._ship_rows, self._lockage_rows)
            n_left -= 1
            if n_left < 0:
                status = int(KernelStatus.CLOCK_STUCK)
            if status != KernelStatus.OK:
                self._grow(status)
        return self.next_ms

    def run(self, requests: Any, until_ms: int) -> None:
        """Drive the complex over sorted requests up to `until_ms`; the compiled driver."""
        while True:
            status = run(*self._state(), requests, until_ms, self._ship_rows, self._lockage_rows)
            if status == KernelStatus.OK:
                return
            if status == KernelStatus.PLAN_WANTED:
                self._replan(requests)
            else:
                self._grow(status)

    def _state(self) -> tuple[Any, Any, Any, Any, Any, Any, Any]:
        return self.lock, self.chambers, self.slots, self.levels, self.closures, self.notices, self.expected

    def ship_rows(self, first: int) -> Any:
        """Return the ship rows from a number on that were not drained yet; a view."""
        return self._ship_rows[first : self.lock["n_ship_rows"][0]]

    def lockage_rows(self, first: int) -> Any:
        """Return the lockage rows from a number on that were not drained yet; a view."""
        return self._lockage_rows[first : self.lock["n_lockage_rows"][0]]

    def drain(self) -> tuple[Any, Any]:
        """Return the ship rows and the lockage rows since the last call, and forget them."""
        state = self.lock[0]
        ships = self._ship_rows[: state["n_ship_rows"]]
        lockages = self._lockage_rows[: state["n_lockage_rows"]]
        # the caller keeps these: new ones cost less than copies
        self._ship_rows = records.records(records.SHIP_ROW, len(self._ship_rows))
        self._lockage_rows = records.records(records.LOCKAGE_ROW, len(self._lockage_rows))
        state["n_ship_rows"] = 0
        state["n_lockage_rows"] = 0
        return ships, lockages

    def earliest_unwritten_ms(self) -> int:
        """Return a time before which no later result row will name anything but an arrival."""
        busy = self.chambers["phase"] != int(ChamberPhase.IDLE)
        return int(self.chambers["start_ms"][busy].min()) if busy.any() else NEVER_MS

    @property
    def has_rows(self) -> bool:
        """Whether there are result rows to drain."""
        return bool(self.lock["n_ship_rows"][0] or self.lock["n_lockage_rows"][0])

    def _grow(self, status: int) -> None:
        """Double what is full; anything else is a fault of the model."""
        if status == KernelStatus.SHIP_ROWS_FULL:
            self._ship_rows = _doubled(self._ship_rows)
        elif status == KernelStatus.LOCKAGE_ROWS_FULL:
            self._lockage_rows = _doubled(self._lockage_rows)
        elif status == KernelStatus.SLOTS_FULL:
            begin = len(self.slots)
            self.slots = _doubled(self.slots)
            link_free(self.lock[0], self.slots, begin)
        elif status == KernelStatus.EXPECTED_FULL:
            self.expected = _doubled(self.expected)
        else:
            now_s = float(self.lock["now_ms"][0]) / MS_PER_S
            word = KernelStatus(status).word.replace("_", " ")
            raise SimulationError(f"lock complex {', '.join(self.names)}: {word} at {now_s:.3f} s; please report this with the input")


def _doubled(rows: Any) -> Any:
    larger = records.records(rows.dtype, 2 * len(rows))
    larger.view(np.int64)[: rows.nbytes // 8] = rows.view(np.int64)  # every field has 8 bytes; by records it takes 4 times as long
    return larger


def _lock_record(params: LockParams, levels: LevelSeries) -> Any:
    lock = records.records(records.LOCK, 1)
    record = lock[0]
    fill_record(record, params)
    record["first_slot"][:] = -1
    record["last_slot"][:] = -1
    record["free_slot"] = -1
    record["now_ms"] = -NEVER_MS
    record["recheck_ms"] = NEVER_MS
    record["next_flip_ms"] = NEVER_MS
    record["full_share"] = params.filling.full_share
    record["fill_wait_ms"] = to_ms(params.filling.max_wait_s)
    record["favourable_below_m_nap"] = params.filling.favourable_below_m_nap
    record["alternation_ms"] = max(1, to_ms(params.alternation.interval_s))
    record["reserve_ms"] = to_ms(params.slots.reserve_s)
    record["tolerance_ms"] = to_ms(params.slots.tolerance_s)
    record["hold_ms"] = to_ms(params.slots.hold_s)
    record["horizon_ms"] = to_ms(params.look_ahead.horizon_s)
    record["beam_width"] = params.look_ahead.beam_width
    record["patience_ms"] = to_ms(params.look_ahead.patience_s)
    record["n_holds"] = params.look_ahead.n_holds
    record["plan_fill_share"] = params.look_ahead.fill_share
    record["n_tugs"] = params.tugs.n_tugs
    record["n_pilots"] = params.tugs.n_pilots
    record["level_start_ms"] = to_ms(levels.start_s)
    record["level_step_ms"] = to_ms(levels.step_s)
    record["highest_m_nap"] = np.minimum(levels.sea_m_nap, levels.canal_m_nap).max()
    return lock


def _fill_chamber(record: Any, chamber: ChamberParams) -> None:
    fill_record(record, chamber)
    levelling = chamber.levelling_s
    record["area_m2"] = chamber.length_m * chamber.width_m
    record["door_close_ms"] = to_ms(chamber.door_close_s)
    record["door_open_ms"] = to_ms(chamber.door_open_s)
    record["clearance_ms"] = to_ms(chamber.clearance_s)
    record["level_base_ms"] = to_ms(levelling.base_s)
    if levelling.opening_m2 > 0.0:
        record["level_per_root_ms"] = MS_PER_S * 2.0 * chamber.water_area_m2 / (levelling.opening_m2 * (2.0 * GRAVITY_M_S2) ** 0.5)
    for group, movements in enumerate((chamber.movements.inland, chamber.movements.sea)):
        times = (movements.entry_first_s, movements.entry_follow_s, movements.exit_first_s, movements.exit_follow_s)
        for kind, time in enumerate(times):
            record["movement"][group, kind] = _coefficients(time)
    record["side"] = int(chamber.initial_side)
    record["next_ms"] = NEVER_MS
    record["reserved_ms"] = record["order_ms"] = record["held_ms"] = NEVER_MS
    record["first_slot"] = record["last_slot"] = -1
    record["start_ms"] = -NEVER_MS


def _by_chamber(chambers: Any, closures: Any) -> Any:
    """Return closures by chamber and begin, and tell each chamber which are its own."""
    if closures is None:
        return records.records(records.CLOSURE, 0)
    closures = records.as_records(closures[np.lexsort((closures["begin_ms"], closures["chamber"]))])
    for c in range(len(chambers)):
        mine = np.flatnonzero(closures["chamber"] == c)
        chambers["first_closure"][c] = mine[0] if mine.size else 0
        chambers["n_closures"][c] = mine.size
    return closures


def _planning_space(params: LockParams) -> tuple[Any, ...]:
    """Return the work space of a plan: nodes, ships in two forms, movement times, and the values that are kept."""
    from ._kernels import plan_nodes, plan_ships

    n_chambers, width = len(params.chambers), params.look_ahead.beam_width
    if n_chambers > plan_ships.MAX_CHAMBERS:
        raise DataError(f"policy: look_ahead plans for at most {plan_ships.MAX_CHAMBERS} chambers, the lock has {n_chambers}; choose another")
    nodes = records.records(plan_nodes.NODE, width * (1 + plan_nodes.MAX_CHILDREN) + 1)
    planned, ships = records.records(records.SLOT, plan_ships.MAX_SHIPS), records.records(plan_ships.PLAN_SHIP, plan_ships.MAX_SHIPS)
    return nodes, planned, ships, np.empty((n_chambers, plan_ships.MAX_SHIPS, 4), dtype=np.int64), np.empty(width)


def _coefficients(time: MovementTime) -> tuple[float, float, float, float]:
    return time.base_s, time.per_length_s_m, time.distance_m / time.speed_m_s, time.with_tugs_s
