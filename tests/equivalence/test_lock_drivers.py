"""One model, two drivers: a lock on the clock gives the rows of the compiled loop, in the same order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.digest import random_ships, tidal_level, two_chambers
from support.locks import chamber, closed, fleet, instant_chamber, lock, simulate_checked
from support.policies import POLICIES

from nspd_mobility.engine.clock import Clock
from nspd_mobility.engine.messages import SHIP_ARRIVES
from nspd_mobility.errors import SimulationError
from nspd_mobility.kernels.jit import is_compiled
from nspd_mobility.params import LockParams
from nspd_mobility.waterway import LevelSeries, complex
from nspd_mobility.waterway.closures import closure_records
from nspd_mobility.waterway.complex import LockComplex
from nspd_mobility.waterway.facility import LockFacility
from nspd_mobility.waterway.ships import reads_notices, to_requests

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("warm_lock")]

LONG_MS = 10**12
ONE = LockParams.model_validate(lock(chamber()))
CASES = {
    "tide": (two_chambers(), tidal_level()),
    "three chambers": (lock(chamber(), chamber(levelling_s=300), chamber((417.0, 55.0), packing_effort=1)), LevelSeries.constant(2.0, 0.0)),
    "no time": (lock(instant_chamber(max_ships=1), instant_chamber()), LevelSeries.constant()),
}


def driven_by_loop(params: LockParams, level: LevelSeries, requests: Any, closures: Any = None) -> tuple[bytes, bytes]:
    complex_ = LockComplex(params, level, closures)
    if reads_notices(params):
        complex_.announce(requests)
    complex_.run(requests, LONG_MS)
    ships, lockages = complex_.drain()
    return ships.tobytes(), lockages.tobytes()


def driven_by_clock(params: LockParams, level: LevelSeries, requests: Any, pauses_ms: tuple[int, ...] = (), closures: Any = None) -> tuple[bytes, bytes]:
    """Drive a lock by the clock; at each pause the arrivals up to the next are added and the rows so far are taken out."""
    facility = LockFacility("lock", params, level, closures)
    if reads_notices(params):
        facility.announce(requests)
    clock = Clock(facility)
    ships, lockages = b"", b""
    for begin, end in zip((-LONG_MS, *pauses_ms), (*pauses_ms, LONG_MS), strict=True):
        time = requests["time_ms"]
        facility.add_arrivals(requests[(time >= begin) & (time < end)])
        clock.run(end - 1)
        rows = facility.complex.drain()
        ships, lockages = ships + rows[0].tobytes(), lockages + rows[1].tobytes()
    return ships, lockages


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize("seed", range(4))
def test_clock_and_compiled_loop_give_the_same_rows(case: str, seed: int) -> None:
    complex_, level = CASES[case]
    params = LockParams.model_validate(complex_)
    requests = to_requests(random_ships(60, [0.0, 200.0, 500.0, 2000.0][seed], seed), params)
    assert driven_by_clock(params, level, requests) == driven_by_loop(params, level, requests)


@pytest.mark.parametrize("case", list(CASES))
def test_arrivals_given_in_pieces_give_the_rows_of_one_go(case: str) -> None:
    complex_, level = CASES[case]
    params = LockParams.model_validate(complex_)
    requests = to_requests(random_ships(80, 300.0, 9), params)
    end_ms = int(requests["time_ms"][-1])
    pauses = (0, end_ms // 3, end_ms // 2, int(requests["time_ms"][60]), end_ms + 5_000)
    assert driven_by_clock(params, level, requests, pauses) == driven_by_loop(params, level, requests)


def test_arrivals_in_the_past_of_the_clock_are_refused() -> None:
    facility = LockFacility("the lock", ONE, LevelSeries.constant())
    clock = Clock(facility)
    facility.add_arrivals(to_requests(fleet("sea", [100.0]), ONE))
    clock.run(200_000)
    facility.add_arrivals(to_requests(fleet("sea", [50.0]), ONE))
    with pytest.raises(SimulationError, match="the lock: asks for 50000 ms, and the clock is at 100000 ms"):
        clock.run(300_000)


@pytest.mark.parametrize("gap_s", [0.0, 20.0])
def test_growing_while_it_runs_changes_nothing(monkeypatch: pytest.MonkeyPatch, gap_s: float) -> None:
    # More than 256 ships wait: slots and rows double several times, in the middle of the run.
    ships = random_ships(350, gap_s, 1)
    one = lock(chamber(), max_skip=2)
    small = simulate_checked(ships, one)
    assert (small.ships["wait_lineup_s"] > 0).sum() > 256
    monkeypatch.setattr(complex, "_FIRST_CAPACITY", 4096)
    large = simulate_checked(ships, one)
    monkeypatch.setattr(complex, "_FIRST_CAPACITY", 1)
    tiny = simulate_checked(ships, one)
    for result in (large, tiny):
        assert result.ships.equals(small.ships)
        assert result.lockages.equals(small.lockages)


def test_a_full_pool_of_slots_loses_nobody_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complex, "_FIRST_CAPACITY", 2)
    params = LockParams.model_validate(lock(chamber()))
    requests = to_requests(random_ships(40, 5.0, 2), params)
    assert driven_by_clock(params, LevelSeries.constant(), requests) == driven_by_loop(params, LevelSeries.constant(), requests)


def test_messages_count_as_arrivals_of_their_millisecond() -> None:
    # The canal hands a ship over by message; it is served as one that was known beforehand.
    params = LockParams.model_validate(lock(chamber()))
    known, sent = to_requests(fleet("canal", [0.0]), params), to_requests(fleet("canal", [300.0]), params)
    sent["ship"] = 1
    facility = LockFacility("lock", params, LevelSeries.constant())
    facility.add_arrivals(known)
    assert facility.step(0, []) == 300_000
    facility.expect(sent)
    facility.step(300_000, [(SHIP_ARRIVES, 1)])
    while (due := facility.complex.next_ms) < LONG_MS:
        facility.step(due, [])
    both = to_requests(fleet("canal", [0.0, 300.0]), params)
    both["ship"] = np.arange(2)
    rows = facility.complex.drain()
    assert (rows[0].tobytes(), rows[1].tobytes()) == driven_by_loop(params, LevelSeries.constant(), both)


def announced_ships(n: int, gap_s: float, seed: int) -> Any:
    """Return ships of all classes that announce themselves, with errors, and some with cones."""
    rng = np.random.default_rng(seed)
    ships = random_ships(n, gap_s, seed)
    notice_s, error_s = rng.choice([0.0, 1800.0, 7200.0], n), rng.choice([0.0, 0.0, -900.0, 900.0, 7200.0], n)
    return ships.assign(
        known_from_s=ships["arrival_s"] - notice_s, eta_s=ships["arrival_s"] - error_s, is_booked=rng.random(n) < 0.2, n_cone=rng.choice([0, 0, 0, 1, 2], n)
    )


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("case", ["tide", "no time"])
def test_clock_and_compiled_loop_give_the_same_rows_for_every_policy(policy: str, case: str) -> None:
    complex_, level = CASES[case]
    params = LockParams.model_validate({**complex_, "policy": policy, "look_ahead": {"beam_width": 2}})
    closures = closure_records(closed(("a", 3000.0, 6000.0), ("b", 6000.0, 7000.0), ("b", 7000.0, 9000.0)), ["a", "b"])
    n = 60 if is_compiled() else 8
    for seed in range(3 if is_compiled() else 1):
        requests = to_requests(announced_ships(n, 300.0, seed), params)
        middle_ms = int(requests["time_ms"][n // 2])
        loop = driven_by_loop(params, level, requests, closures)
        assert driven_by_clock(params, level, requests, (), closures) == loop
        assert driven_by_clock(params, level, requests, (0, middle_ms), closures) == loop


def test_ships_that_are_announced_late_become_known_at_once() -> None:
    # The notices of the second ship are given when the clock is past the time for which they were meant.
    params = LockParams.model_validate(lock(chamber(), policy="look_ahead"))
    facility = LockFacility("lock", params, LevelSeries.constant())
    clock = Clock(facility)
    first, second = (to_requests(fleet("canal", [t], known_from_s=[-3600.0]), params) for t in (0.0, 20_000.0))
    second["ship"] = 1
    facility.announce(first)
    facility.add_arrivals(first)
    clock.run(10_000_000)
    facility.announce(second, clock.now_ms)
    facility.add_arrivals(second)
    clock.run(LONG_MS)
    assert len(facility.complex.drain()[0]) == 2
