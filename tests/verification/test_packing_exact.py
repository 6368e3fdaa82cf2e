"""The skyline packing against an exact solver, on random lists of ships that all wait: how many of them, in order of arrival, fit one lockage.

The solver tries all packings. Each can be pushed to the exit doors and to one wall until every ship touches another one or the wall
("normal patterns", Christofides and Whitlock 1977, Operations Research 25); so a ship lies at a y that is a sum of beams of other ships.
Ships sail in straight and leave in the order in which they came, as in the model: a ship lies behind the last end in its path of
those that came before it. What can't be completed is remembered by the profile of the ends.

Nightly (`HYPOTHESIS_PROFILE=nightly`) thousands of lists are drawn, else a hundred. Without the JIT a few.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from support.locks import CLASS_SIZES, OOST, WEST, chamber, fleet, lock, simulate_checked

from nspd_mobility.kernels.jit import is_compiled

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("warm_lock")]

N_LISTS = (4000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 200) if is_compiled() else 14
N_SHIPS = 7
_E = 1e-9


def sums_of(beams: list[float], width_m: float) -> set[float]:
    """Return all sums of some of the beams that are at most the width."""
    sums = {0.0}
    for beam in beams:
        sums |= {round(s + beam, 6) for s in sums if s + beam <= width_m + _E}
    return sums


def fits_exactly(sizes: list[tuple[float, float]], length_m: float, width_m: float) -> bool:
    """Say whether all ships fit, each entering behind those that came before it."""
    if sum(a * b for a, b in sizes) > length_m * width_m + _E:
        return False
    beams = [beam for _, beam in sizes]
    corners = sorted(sums_of(beams, width_m))
    at = {y: k for k, y in enumerate(corners)}
    places = []
    for k, beam in enumerate(beams):
        others = sums_of(beams[:k] + beams[k + 1 :], width_m - beam)
        places.append([(at[y], at[round(y + beam, 6)]) for y in sorted(others)])
    failed: set[tuple[int, tuple[float, ...]]] = set()

    def place(k: int, taken: tuple[float, ...]) -> bool:
        """Place ships from the k-th on; `taken` is up to which x each strip between two corners is taken."""
        if k == len(sizes):
            return True
        if (k, taken) in failed:
            return False
        for first, last in places[k]:
            end = max(taken[first:last]) + sizes[k][0]
            if end <= length_m + _E and place(k + 1, (*taken[:first], *[end] * (last - first), *taken[last:])):
                return True
        failed.add((k, taken))
        return False

    return place(0, (0.0,) * len(corners))


def exact_number(sizes: list[tuple[float, float]], length_m: float, width_m: float) -> int:
    n = 0
    while n < len(sizes) and fits_exactly(sizes[: n + 1], length_m, width_m):
        n += 1
    return n


def packed_number(sizes: list[tuple[float, float]], size: tuple[float, float], effort: int) -> int:
    table = np.array(sizes)
    ships = fleet("sea", 0.001 * np.arange(len(sizes)), length_m=table[:, 0], beam_m=table[:, 1])
    one = lock(chamber(size, initial_side="canal", packing_effort=effort), max_skip=0)
    result = simulate_checked(ships, one)
    return int(result.lockages["n_ships"][result.lockages["n_ships"] > 0].iloc[0])


def random_lists(size: tuple[float, float], n: int) -> list[list[tuple[float, float]]]:
    """Return lists of ships of the classes that fit the chamber."""
    rng = np.random.default_rng(int(size[0]))
    fitting = [s for s in CLASS_SIZES.values() if s[0] <= size[0] and s[1] <= size[1]]
    return [[fitting[k] for k in rng.integers(0, len(fitting), N_SHIPS)] for _ in range(n)]


def test_the_solver_knows_small_cases() -> None:
    # Four of 110 x 11.4 m lie two by two in 260 x 24 m, and no fifth. 3 + 4 and 2 + 5 abreast in 7 m: the second row leaves no gap.
    assert exact_number([(110.0, 11.4)] * 5, *OOST) == 4
    assert exact_number([(5.0, 3.0), (5.0, 4.0), (5.0, 2.0), (5.0, 5.0)], 10.0, 7.0) == 4
    assert exact_number([(5.0, 3.0), (5.0, 4.0), (5.0, 2.0), (5.1, 5.0)], 10.0, 7.0) == 3


@pytest.mark.parametrize("size", [OOST, WEST])
def test_the_packing_fits_never_more_than_the_exact_solver_and_seldom_less(size: tuple[float, float]) -> None:
    lists = random_lists(size, N_LISTS // 2 if size == OOST else N_LISTS // 14)  # the solver takes ten times as long on the wider chamber
    exact = np.array([exact_number(sizes, *size) for sizes in lists])
    equal = []
    for effort, at_least in ((0, 0.4), (1, 0.7), (2, 0.75)):
        gap = exact - np.array([packed_number(sizes, size, effort) for sizes in lists])
        assert gap.min() >= 0, "a packing that the exact solver does not know is no packing"
        equal.append((gap == 0).mean())
        print(f"{size} effort {effort}: {equal[-1]:.3f} of {len(lists)} lists as the exact solver, worst gap {gap.max()} ships")
        assert equal[-1] >= at_least or not is_compiled()
    assert equal == sorted(equal)
