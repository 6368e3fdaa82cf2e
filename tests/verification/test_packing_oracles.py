"""Packing of chambers at Terneuzen against exact batches.

Two lists of twelve ships; for each the most ships that fit in order of arrival, lockage by lockage, proved with a constraint solver
(CP-SAT, no rotation, no gaps). Ships wait at the canal side while the chamber turns to them, so that each lockage sees the whole queue.
"""

from __future__ import annotations

import numpy as np
import pytest
from support.locks import CLASS_SIZES, NIEUWE_SLUIS, OOST, WEST, chamber, lock, of_classes, simulate_checked

from nspd_mobility.kernels.jit import is_compiled

pytestmark = pytest.mark.kernel

LIST_A = "M8 M6 M9 M4 M8 M2 M6 M8 M9 M4 M6 M8"
LIST_B = "C3b M8 M8 M6 M6 M9 C3b M4 M4 M2 M8 M9"


def batches(classes: str, size: tuple[float, float], **changes: object) -> list[int]:
    """Return the ships per lockage, empty turns left out, where nobody may be passed."""
    ships = of_classes(classes, side="canal")
    result = simulate_checked(ships, lock(chamber(size, initial_side="sea", **changes), max_skip=0))
    assert result.ships.sort_values("moored_s")["id"].tolist() == ships["id"].tolist()
    return [n for n in result.lockages["n_ships"] if n > 0]


@pytest.mark.parametrize(
    ("classes", "size", "exact"), [(LIST_A, OOST, [4, 5, 3]), (LIST_A, WEST, [8, 4]), (LIST_B, OOST, [3, 3, 4, 2]), (LIST_B, WEST, [6, 6])]
)
def test_the_searched_packing_fits_as_many_in_order_of_arrival_as_the_exact_solver(classes: str, size: tuple[float, float], exact: list[int]) -> None:
    assert batches(classes, size, packing_effort=2) == exact


@pytest.mark.parametrize(("classes", "size", "n_lockages"), [(LIST_A, OOST, 6), (LIST_A, WEST, 5), (LIST_B, OOST, 6), (LIST_B, WEST, 5)])
def test_packing_by_length_only_needs_up_to_two_and_a_half_times_the_lockages(classes: str, size: tuple[float, float], n_lockages: int) -> None:
    # By hand: ships of a lockage have at most the length of the chamber together.
    lengths = [CLASS_SIZES[name][0] for name in classes.split()]
    counts, free = [0], size[0]
    for length in lengths:
        if length > free:
            counts.append(0)
            free = size[0]
        counts[-1] += 1
        free -= length
    assert len(counts) == n_lockages
    assert batches(classes, size, packing="one_column") == counts


@pytest.mark.parametrize(
    ("classes", "size", "greedy"),
    [
        (LIST_A, OOST, [4, 4, 4]),  # exact 4, 5, 3: the fifth ship fits only if one before it takes a worse place
        (LIST_A, WEST, [7, 5]),  # exact 8, 4
        (LIST_B, OOST, [3, 3, 4, 2]),  # as the exact solver
        (LIST_B, WEST, [5, 6, 1]),  # exact 6, 6: a third lockage for one ship
    ],
)
def test_the_greedy_packing_is_what_it_was(classes: str, size: tuple[float, float], greedy: list[int]) -> None:
    # Not theory: each ship takes the smallest x, then the least waste, and no one comes back on it. At most one ship per lockage is lost here.
    assert batches(classes, size) == greedy


@pytest.mark.parametrize("effort", [0, 2])
@pytest.mark.parametrize(
    ("size", "class_", "n"),
    [
        (OOST, "M8", 4), (OOST, "M6", 6), (OOST, "M4", 6), (OOST, "M9", 2),
        (WEST, "M8", 6), (WEST, "M9", 6), (WEST, "M6", 12), (WEST, "M4", 12),
        (NIEUWE_SLUIS, "M8", 12), (NIEUWE_SLUIS, "M9", 12), (NIEUWE_SLUIS, "M6", 20), (NIEUWE_SLUIS, "M4", 30),
    ],
)  # fmt: skip
def test_identical_ships_lie_in_a_grid(size: tuple[float, float], class_: str, n: int, effort: int) -> None:
    length, beam = CLASS_SIZES[class_]
    assert n == int(size[0] // length) * int(size[1] // beam)
    if effort and n > 12 and not is_compiled():
        pytest.skip("the search over so many ships takes half a minute without the JIT")
    assert batches(" ".join([class_] * (n + 1)), size, packing_effort=effort) == [n, 1]


def test_gaps_are_kept_between_ships_but_not_at_the_walls() -> None:
    # Two of 110 m with 20 m between them need 240 m; two of 11.4 m with 1.2 m between them need exactly 24 m.
    assert batches("M8 M8 M8 M8 M8", (240.0, 24.0), gap_length_m=20.0, gap_beam_m=1.2) == [4, 1]
    assert batches("M8 M8 M8", (239.9, 24.0), gap_length_m=20.0, gap_beam_m=1.2) == [2, 1]
    assert batches("M8 M8 M8", (240.0, 23.9), gap_length_m=20.0, gap_beam_m=1.2) == [2, 1]


def test_a_random_list_of_ships_fits_with_effort_at_least_as_well_as_without() -> None:
    # The search keeps the greedy places unless others fit more ships, so a single lockage is never worse (the sum over lockages may be).
    rng = np.random.default_rng(7)
    for _ in range(15 if is_compiled() else 3):
        classes = " ".join(rng.choice(list(CLASS_SIZES), 8))
        first = [batches(classes, OOST, packing_effort=effort)[0] for effort in (0, 1, 2)]
        assert first == sorted(first)
