"""Look-ahead against the optimum: the lock master's problem for one chamber, and plans worked out by hand.

One chamber, a lockage takes P minutes, ships wait from arrival to the start of theirs. The published sums are own computations with
two independent dynamic programs; the exact solver of this test is a third. Passchyn, Coene, Briskorn, Hurink, Spieksma and Vanden
Berghe (2016), "The lockmaster's problem", EJOR 251, 432-441.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.locks import chamber, fleet, instant_chamber, lock, simulate_checked

from nspd_mobility.waterway import LevelSeries

pytestmark = pytest.mark.usefixtures("warm_policies")

SEA = {"initial_side": "sea"}
WIDE = {"horizon_s": 28_800.0, "patience_s": 28_800.0, "n_holds": 9}


def lockmaster(minutes: int, capacity: int, beam_width: int) -> dict[str, Any]:
    """Return a chamber that takes `minutes` for a lockage and no other time, with a plan as wide as wanted."""
    one = instant_chamber(levelling_s=60 * minutes, max_ships=capacity, **SEA)
    return lock(one, policy="look_ahead", look_ahead={**WIDE, "beam_width": beam_width})


def optimum_min(up: tuple[int, ...], down: tuple[int, ...], minutes: int, capacity: int) -> int:
    """Return the smallest total wait, by dynamic programming over (time, side, next ship up, next ship down).

    A lockage starts when the chamber is free or when a ship arrives (starting in between could start earlier), with as many of the
    ships that are there as fit, oldest first: leaving one behind that fits, or taking a later one instead, is never better.
    """
    arrivals = (up, down)

    @functools.cache
    def best(now: int, side: int, n_up: int, n_down: int) -> float:
        if n_up == len(up) and n_down == len(down):
            return 0
        served, other = (n_up, n_down) if side == 0 else (n_down, n_up)
        there = [t for t in arrivals[side][served : served + (capacity or len(up) + len(down))] if t <= now]
        taken = (n_up + len(there), n_down) if side == 0 else (n_up, n_down + len(there))
        value = float("inf")
        if there or other < len(arrivals[1 - side]):
            value = sum(now - t for t in there) + best(now + minutes, 1 - side, *taken)
        later = [t for t in (*up[n_up:], *down[n_down:]) if t > now]
        return min(value, best(min(later), side, n_up, n_down)) if later else value

    return int(best(0, 0, 0, 0))


def waits_min(up: Any, down: Any, complex_: dict[str, Any], **options: Any) -> float:
    # All arrivals are known from time 0 on, when the chamber stands at the up side: it can't turn before.
    ships = fleet(["sea"] * len(up) + ["canal"] * len(down), [60.0 * t for t in (*up, *down)], known_from_s=0.0)
    return float(simulate_checked(ships, complex_, **options).ships["wait_rv_s"].sum() / 60.0)


ORACLE = [
    ((0, 5, 30), (12, 40), 20, 0, 58),
    ((0, 10, 11, 45), (3, 50), 30, 0, 94),
    ((0, 1, 2, 3), (), 20, 2, 78),
]


@pytest.mark.parametrize(("up", "down", "minutes", "capacity", "optimum"), ORACLE)
def test_look_ahead_finds_the_published_optimum(up: tuple[int, ...], down: tuple[int, ...], minutes: int, capacity: int, optimum: int) -> None:
    assert optimum_min(up, down, minutes, capacity) == optimum
    assert waits_min(up, down, lockmaster(minutes, capacity, 256)) == optimum


@functools.cache
def random_instances(n_ships: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return 40 instances: whole minutes from 0 on, gaps of 14 minutes on average, each side with equal chance."""
    rng = np.random.default_rng(n_ships)
    instances = []
    for _ in range(40):
        at = np.cumsum(np.rint(rng.exponential(14.0, n_ships))).astype(int)
        at -= at[0]
        is_up = rng.random(n_ships) < 0.5
        instances.append((tuple(at[is_up].tolist()), tuple(at[~is_up].tolist())))
    return instances


@functools.cache
def optima(n_ships: int) -> tuple[int, ...]:
    return tuple(optimum_min(up, down, 20, 3) for up, down in random_instances(n_ships))


@pytest.mark.parametrize("n_ships", [4, 6, 8])
def test_the_optimum_saves_a_quarter_to_a_half_of_the_greedy_wait(n_ships: int) -> None:
    # Own earlier draws of such instances gave 27, 30 and 31 % for 4, 6 and 8 ships; how they were drawn is not recorded. Fifteen sets drawn
    # as here give 37 to 39 % with a standard deviation of 3 to 4 percentage points; with as many ships at each side 28 to 34 %.
    greedy = sum(waits_min(up, down, lockmaster(20, 3, 1), policy="first_come") for up, down in random_instances(n_ships))
    assert 0.25 <= 1.0 - sum(optima(n_ships)) / greedy <= 0.5


@pytest.mark.parametrize("n_ships", [4, 6, 8])
@pytest.mark.parametrize(("beam_width", "share"), [(1, 0.5), (8, 0.9), (64, 1.0)])
def test_a_wide_beam_is_exact_on_random_instances(n_ships: int, beam_width: int, share: float) -> None:
    found = [waits_min(up, down, lockmaster(20, 3, beam_width)) for up, down in random_instances(n_ships)]
    assert all(mine >= best for mine, best in zip(found, optima(n_ships), strict=True)), "no rule is better than the optimum"
    assert np.mean([mine == best for mine, best in zip(found, optima(n_ships), strict=True)]) >= share


# Plans by hand


@pytest.mark.parametrize(("known_s", "close_s"), [(-3600.0, [780.0, 780.0]), (600.0, [300.0, 2100.0])])
def test_a_chamber_waits_for_a_ship_that_it_knows_and_not_for_one_that_it_does_not(known_s: float, close_s: list[float]) -> None:
    # s1 enters at 600 s. Waiting costs s0 480 s; without it s1 waits for the chamber to come back at 300 + 690 + 120 + 690 = 1800 s.
    ships = fleet("sea", [0.0, 600.0], known_from_s=[0.0, known_s])
    assert simulate_checked(ships, lock(chamber(**SEA), policy="look_ahead")).ships["doors_close_s"].tolist() == close_s


def test_a_chamber_turns_empty_in_time_for_a_ship_that_it_knows() -> None:
    result = simulate_checked(fleet("sea", [5000.0], known_from_s=[-3600.0]), lock(chamber(), policy="look_ahead")).ships
    assert result["wait_lineup_s"].item() == 0.0


def test_clairvoyance_sees_what_nobody_announced() -> None:
    ships = fleet("sea", [0.0, 600.0])
    result = simulate_checked(ships, lock(chamber(**SEA), policy="look_ahead", information="clairvoyant")).ships
    assert result["doors_close_s"].tolist() == [780.0, 780.0]


def test_a_plan_does_not_wait_for_ever_for_a_ship_that_is_late() -> None:
    # s1 is due at 600 s and comes after half a day. s0, moored at 300 s, waits the patience of 2700 s at most.
    ships = fleet("sea", [0.0, 43_200.0], known_from_s=-3600.0, eta_s=[0.0, 600.0])
    result = simulate_checked(ships, lock(chamber(**SEA), policy="look_ahead", look_ahead={"patience_s": 2700.0})).ships
    assert 600.0 < result["doors_close_s"].tolist()[0] <= 3000.0


def test_a_ship_at_the_other_side_does_not_wait_for_ever_for_one_that_is_late() -> None:
    ships = fleet(["canal", "sea", "sea", "sea"], [0.0, 43_200.0, 43_201.0, 43_202.0], known_from_s=-3600.0, eta_s=[0.0, 600.0, 600.0, 600.0])
    result = simulate_checked(ships, lock(chamber(**SEA), policy="look_ahead", look_ahead={"patience_s": 2700.0})).ships
    assert result["entry_start_s"].tolist()[0] <= 600.0 + 2700.0 + 60.0 + 690.0


def test_a_ship_that_has_waited_its_longest_ends_the_plan() -> None:
    # Three at the sea side are due from 1000 s on: the plan stays there for them. With a longest wait of 300 s the chamber turns at 300 s.
    ships = fleet(["canal", "sea", "sea", "sea"], [0.0, 1000.0, 1001.0, 1002.0], known_from_s=[0.0, -3600.0, -3600.0, -3600.0])
    one = lock(chamber(**SEA), policy="look_ahead")
    assert simulate_checked(ships, one).ships["entry_start_s"].tolist()[0] > 1000.0
    one["max_wait"] = {"inland_s": 300.0, "sea_s": 300.0}
    assert simulate_checked(ships, one).ships["entry_start_s"].tolist()[0] == 990.0


def busy(n: int, seed: int) -> pd.DataFrame:
    """Return a day of barges at both sides, announced an hour ahead with an error of 10 minutes."""
    rng = np.random.default_rng(seed)
    arrival = np.sort(np.round(rng.uniform(0.0, 43_200.0, n)))
    sides = rng.choice(["sea", "canal"], n)
    return fleet(sides, arrival, length_m=110.0, beam_m=11.4, known_from_s=arrival - 3600.0, eta_s=arrival + np.round(rng.normal(0.0, 600.0, n)))


def test_more_information_saves_more_on_average() -> None:
    one = lock(chamber(), policy="look_ahead")
    waits: dict[str, float] = dict.fromkeys(("first come", "nothing", "announced", "clairvoyant"), 0.0)
    for seed in range(12):
        ships = busy(40, seed)
        waits["first come"] += simulate_checked(ships, one, policy="first_come").ships["wait_rv_s"].mean()
        waits["nothing"] += simulate_checked(ships.drop(columns=["known_from_s", "eta_s"]), one).ships["wait_rv_s"].mean()
        waits["announced"] += simulate_checked(ships, one).ships["wait_rv_s"].mean()
        waits["clairvoyant"] += simulate_checked(ships, {**one, "information": "clairvoyant"}).ships["wait_rv_s"].mean()
    assert waits["clairvoyant"] < waits["announced"] < waits["nothing"]
    assert waits["announced"] < waits["first come"]


def test_with_three_chambers_a_plan_is_no_worse_than_first_come() -> None:
    # Barges and sea ships at three unequal chambers. Plans valued by a lower bound put lockages off: six times the wait, half of the lockages empty.
    sizes = ((260.0, 24.0), (290.0, 38.0), (417.0, 55.0))
    levelling = {"base_s": 120.0, "opening_m2": 11.0}
    three = lock(*[chamber(size, levelling_s=levelling, **SEA) for size in sizes])
    level = LevelSeries.constant(1.5, 0.0)
    mean_s: dict[str, float] = dict.fromkeys(("first_come", "look_ahead"), 0.0)
    for seed in range(3):
        ships = busy(150, seed).assign(length_m=np.random.default_rng(seed).choice([85.0, 110.0, 135.0], 150))
        for policy in mean_s:
            mean_s[policy] += simulate_checked(ships, three, policy=policy, level=level).ships["wait_rv_s"].mean()
    assert mean_s["look_ahead"] <= 1.05 * mean_s["first_come"]
