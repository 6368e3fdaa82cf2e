"""The lock as a queue with known answers.

A chamber of one ship whose doors and levelling take no time is a server: the entry is the service, the exit and the empty turn
back take nothing. With c such chambers, Poisson arrivals and a constant entry it is M/D/c; with an entry that grows with the ship's
length, and lengths from an exponential distribution, M/M/c. The wait of the queue is `wait_lineup_s`, from arrival to the start of entry.

Sources: Erlang C for M/M/c; M/D/c by the embedded chain at multiples of the service time, which agrees with rho / (2 (1 - rho)) for
c = 1; the seeded sample is numpy's ``default_rng(42)`` and was computed with several independent simulators.
"""

from __future__ import annotations

import heapq
import math

import numpy as np
import numpy.typing as npt
import pytest
from support.locks import fleet, instant_chamber, lock, movements, simulate_checked

from nspd_mobility.params import LockParams
from nspd_mobility.waterway import simulate_lock

Floats = npt.NDArray[np.float64]
HUGE_M = 1e18


def servers(c: int) -> LockParams:
    """Return c chambers whose only time is the entry, one second per metre of ship: longer than the parameters let a real one be."""
    entry = {"per_length_s_m": 1.0}
    real = LockParams.model_validate(lock(*[instant_chamber((1000.0, 10.0), max_ships=1, movements=movements(entry, 0, 0, 0))] * c))
    return real.model_copy(update={"chambers": {name: one.model_copy(update={"length_m": HUGE_M}) for name, one in real.chambers.items()}})


def waits(c: int, arrival: Floats, service: Floats | float, unit_s: float) -> Floats:
    """Return the waits in units of time; invariants are checked where that is quick."""
    simulate = simulate_checked if len(arrival) <= 20_000 else simulate_lock
    result = simulate(fleet("sea", arrival * unit_s, length_m=service * unit_s), servers(c))
    return result.ships["wait_lineup_s"].to_numpy() / unit_s


def first_come_first_served(c: int, arrival: Floats, service: Floats) -> Floats:
    """Return the waits of a queue with c servers: each customer takes the server that is free first."""
    free = [0.0] * c
    wait = np.empty(arrival.size)
    for k in range(arrival.size):
        begin = max(arrival[k], heapq.heappop(free))
        heapq.heappush(free, begin + service[k])
        wait[k] = begin - arrival[k]
    return wait


@pytest.mark.parametrize(("n", "mean_wait"), [(10_000, 2.878483840474778), (100_000, 2.4091588626547202)])
def test_the_seeded_sample_of_three_servers_has_its_known_mean_wait(n: int, mean_wait: float) -> None:
    # Times are whole milliseconds here, so the answer can't be equal to the bit. With 2^33 s for the unit of time a rounding of 0.5 ms is
    # 6e-14 units; along a busy period roundings add up as a random walk, over 1e5 customers they stay below 5e-13.
    rng = np.random.default_rng(42)
    arrival = np.cumsum(rng.exponential(1.0 / 2.7, n))
    service = rng.exponential(1.0, n)
    assert first_come_first_served(3, arrival, service).mean() == pytest.approx(mean_wait, abs=1e-11), "the sample is the published one"
    assert waits(3, arrival, service, 2.0**33).mean() == pytest.approx(mean_wait, abs=5e-13)


def erlang_c_wait(c: int, rho: float) -> float:
    """Return the mean wait of M/M/c in units of the mean service time."""
    a = c * rho
    tail = a**c / math.factorial(c) / (1.0 - rho)
    p_wait = tail / (sum(a**k / math.factorial(k) for k in range(c)) + tail)
    return p_wait / (c * (1.0 - rho))


def mean_and_error(wait: Floats, n_batches: int = 30) -> tuple[float, float]:
    """Return the mean and its standard error from batch means; the first tenth is left out, the queue starts empty there."""
    kept = wait[len(wait) // 10 :]
    means = kept[: len(kept) // n_batches * n_batches].reshape(n_batches, -1).mean(axis=1)
    return float(means.mean()), float(means.std(ddof=1) / math.sqrt(n_batches))


@pytest.mark.parametrize(
    ("c", "rho", "known"),
    [
        (1, 0.8, 4.0), (2, 0.8, 1.777778), (3, 0.8, 1.078652), (4, 0.8, 0.745541),
        (3, 0.9, 2.723537), (5, 0.9, 1.524986), (8, 0.9, 0.876916),
    ],
)  # fmt: skip
def test_exponential_service_waits_as_erlang_c_says(c: int, rho: float, known: float) -> None:
    assert erlang_c_wait(c, rho) == pytest.approx(known, abs=1e-6)
    rng = np.random.default_rng(100 * c + int(10 * rho))
    n = 100_000 if rho < 0.9 else 500_000
    mean, error = mean_and_error(waits(c, np.cumsum(rng.exponential(1.0 / (c * rho), n)), rng.exponential(1.0, n), 1e6))
    # The relaxation time is 1 / (c mu (1 - sqrt(rho))^2): 380 customers' service times at 0.9, and a batch has 15 000 customers, so batches are
    # nearly independent. With 30 of them a right model fails in about 0.5 % of cases; the seeds are fixed, so it does not do so now and then.
    assert mean == pytest.approx(known, abs=3.0 * error)
    assert error < 0.06 * known, "the test says something"


@pytest.mark.parametrize("c", [1, 2, 4])
def test_every_single_ship_waits_as_in_the_recursion_of_a_queue(c: int) -> None:
    rng = np.random.default_rng(c)
    n = 5_000
    arrival, service = np.cumsum(rng.exponential(1.0 / (0.95 * c), n)), rng.exponential(1.0, n)
    # A rounding of 0.5 ms is 5e-10 units of 1e6 s; it can add up over a busy period of at most 5000 customers to 2.5e-6.
    np.testing.assert_allclose(waits(c, arrival, service, 1e6), first_come_first_served(c, arrival, service), rtol=0, atol=2.5e-6)


@pytest.mark.parametrize(("c", "known"), [(1, 2.0), (2, 0.903284), (3, 0.553900), (4, 0.386095)])
def test_constant_service_waits_as_the_embedded_chain_says(c: int, known: float) -> None:
    rho = 0.8
    if c == 1:
        assert rho / (2.0 * (1.0 - rho)) == pytest.approx(known, abs=1e-12), "Pollaczek and Khinchine"
    rng = np.random.default_rng(c)
    n = 100_000
    mean, error = mean_and_error(waits(c, np.cumsum(rng.exponential(1.0 / (c * rho), n)), 1.0, 1e6))
    assert mean == pytest.approx(known, abs=3.0 * error)
    assert error < 0.05 * known


def test_ships_from_both_sides_share_the_server_where_turning_takes_no_time() -> None:
    rng = np.random.default_rng(5)
    n = 5_000
    arrival = np.cumsum(rng.exponential(1.0 / 1.6, n))
    service = rng.exponential(1.0, n)
    ships = fleet(rng.choice(["sea", "canal"], n), arrival * 1e6, length_m=service * 1e6)
    wait = simulate_checked(ships, servers(2))
    one_side = waits(2, arrival, service, 1e6)
    # A free chamber serves its open side before an older ship at the other side: another order of service, which does not look at the
    # service times. With one server the mean would differ by order only in the spread; with two, other pairs are served at one time, so
    # means of one sample agree to a few percent and the law is the same.
    both = wait.ships["wait_lineup_s"].to_numpy() / 1e6
    assert both.mean() == pytest.approx(one_side.mean(), rel=0.05)


def test_the_queue_obeys_littles_law() -> None:
    # The mean number waiting, integrated over time, is the arrival rate times the mean wait: exact for a sample that starts and ends empty.
    rng = np.random.default_rng(11)
    n = 5_000
    arrival = np.cumsum(rng.exponential(500.0, n))
    ships = fleet(rng.choice(["sea", "canal"], n), arrival, length_m=rng.uniform(50, 135, n), beam_m=rng.uniform(6, 11.4, n))
    result = simulate_checked(ships, lock(*[{**instant_chamber(), "levelling_s": 600, "movements": movements()}] * 2))
    begin, end = result.ships["arrival_s"].to_numpy(), result.ships["entry_start_s"].to_numpy()
    times = np.concatenate([begin, end])
    change = np.concatenate([np.ones(n), -np.ones(n)])
    order = np.argsort(times, kind="stable")
    number = np.cumsum(change[order])[:-1]
    horizon = times.max() - times.min()
    mean_number = float((number * np.diff(times[order])).sum()) / horizon
    assert mean_number == pytest.approx(n / horizon * result.ships["wait_lineup_s"].mean(), rel=1e-6)
