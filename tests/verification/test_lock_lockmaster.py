"""First come against the lock master's problem: one chamber, a lockage takes P minutes, ships wait from arrival to the start.

Passchyn, Coene, Briskorn, Hurink, Spieksma and Vanden Berghe (2016), "The lockmaster's problem", EJOR 251, 432-441, has the problem;
the small instances and their numbers are own computations, the optimum by dynamic programming over minutes. The rule "leave at once
if anybody is at the open side, else turn empty if somebody is at the other side" is first come with ships that take no time to
enter and leave: doors close in the millisecond of the first arrival, with all that are there. So the wait to the start is
`wait_rv_s`, and the numbers are reproduced exactly.
"""

from __future__ import annotations

import pytest
from support.locks import fleet, instant_chamber, lock, simulate_checked

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize(
    ("up_min", "down_min", "lockage_min", "capacity", "greedy_min", "optimum_min"),
    [
        ([0, 5, 30], [12, 40], 20, 0, 73, 58),  # 0; down at 20: 8; up at 40: 35 + 10; down at 60: 20
        ([0, 10, 11, 45], [3, 50], 30, 0, 181, 94),  # 0; 27; up at 60: 50 + 49 + 15; down at 90: 40
        ([0, 1, 2, 3], [], 20, 2, 154, 78),  # 0; empty back at 40: 39 + 38; empty back at 80: 77
    ],
)
def test_first_come_waits_as_long_as_the_greedy_lock_master(
    up_min: list[int], down_min: list[int], lockage_min: int, capacity: int, greedy_min: int, optimum_min: int
) -> None:
    ships = fleet(["sea"] * len(up_min) + ["canal"] * len(down_min), [60.0 * t for t in up_min + down_min])
    result = simulate_checked(ships, lock(instant_chamber(levelling_s=60 * lockage_min, max_ships=capacity, initial_side="sea")))
    assert result.ships["wait_rv_s"].sum() / 60.0 == greedy_min
    assert greedy_min > optimum_min, "what looking ahead would save"
