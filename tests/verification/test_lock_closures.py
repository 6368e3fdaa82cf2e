"""A lock that is closed: no lockage begins, one that has begun is finished, and everybody is served after."""

from __future__ import annotations

import numpy as np
import pytest
from support.locks import chamber, closed, fleet, lock, simulate_checked
from support.policies import POLICIES

from nspd_mobility.tables.invariants import lockages_begin_outside_closures

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("warm_lock")]

SEA = {"initial_side": "sea"}
ONE = lock(chamber(**SEA))
HOLDS = lock(chamber(**SEA), policy="full_or_max_wait", filling={"max_wait_s": 2700.0})


@pytest.mark.parametrize(("arrival_s", "entry_s"), [(999.999, 999.999), (1000.0, 5000.0), (4999.999, 5000.0), (5000.0, 5000.0)])
def test_no_lockage_begins_from_the_begin_of_a_closure_until_its_end(arrival_s: float, entry_s: float) -> None:
    assert simulate_checked(fleet("sea", [arrival_s]), ONE, closures=closed(("a", 1000.0, 5000.0))).ships["entry_start_s"].item() == entry_s


def test_a_lockage_that_has_begun_is_finished_and_nobody_joins_it() -> None:
    # s1 comes while s0 enters, after the begin: it waits until 5000 s, and the chamber is back for it with an empty turn of 690 s.
    result = simulate_checked(fleet("sea", [900.0, 1100.0]), ONE, closures=closed(("a", 1000.0, 5000.0))).ships
    assert result["doors_close_s"].tolist()[0] == 1200.0
    assert result["entry_start_s"].tolist() == [900.0, 5690.0]


def test_an_empty_turn_is_a_lockage_too() -> None:
    assert simulate_checked(fleet("canal", [2000.0]), ONE, closures=closed(("a", 1000.0, 5000.0))).ships["entry_start_s"].item() == 5690.0


def test_touching_closures_are_one() -> None:
    two = closed(("a", 1000.0, 2000.0), ("a", 2000.0, 3000.0))
    assert simulate_checked(fleet("sea", [1500.0]), ONE, closures=two).ships["entry_start_s"].item() == 3000.0


def test_between_two_closures_there_is_time_for_a_lockage() -> None:
    two = closed(("a", 1000.0, 2000.0), ("a", 2001.0, 30_000.0))
    assert simulate_checked(fleet("sea", [1500.0]), ONE, closures=two).ships["entry_start_s"].item() == 2000.0


def test_a_chamber_that_waits_for_more_ships_leaves_when_a_closure_begins() -> None:
    assert simulate_checked(fleet("sea", [0.0]), HOLDS, closures=closed(("a", 1000.0, 5000.0))).ships["doors_close_s"].item() == 1000.0
    assert simulate_checked(fleet("sea", [0.0]), HOLDS).ships["doors_close_s"].item() == 2700.0


def test_a_closure_that_is_over_when_the_ship_is_moored_changes_nothing() -> None:
    assert simulate_checked(fleet("sea", [0.0]), HOLDS, closures=closed(("a", 100.0, 200.0))).ships["doors_close_s"].item() == 2700.0


def test_the_other_chamber_serves_while_one_is_closed() -> None:
    two = lock(chamber(**SEA), chamber())
    result = simulate_checked(fleet("sea", [1500.0]), two, closures=closed(("a", 1000.0, 9000.0))).ships
    assert result["chamber"].item() == "b"
    assert result["wait_lineup_s"].item() == 690.0


@pytest.mark.parametrize("policy", POLICIES)
def test_where_all_chambers_are_closed_for_a_week_everybody_waits_and_is_served_after(policy: str) -> None:
    week_s = 7 * 86_400.0
    ships = fleet(["sea", "canal"] * 3, 600.0 + 3600.0 * np.arange(6), length_m=100.0, beam_m=11.0, known_from_s=0.0)
    result = simulate_checked(ships, lock(chamber(), chamber()), policy=policy, closures=closed(("a", 0.0, week_s), ("b", 0.0, week_s))).ships
    assert (result["entry_start_s"] >= week_s).all()
    assert result["exit_s"].notna().all()


def test_an_open_chamber_is_not_kept_waiting_by_claims_on_one_that_is_closed() -> None:
    # a comes to the canal side at 1000 s, but is closed from 500 s on; b stands at the sea side and turns for the ship at the canal at once.
    two = lock(chamber(**SEA), chamber(**SEA))
    result = simulate_checked(fleet(["sea", "canal"], [0.0, 600.0]), two, closures=closed(("a", 500.0, 90_000.0))).ships
    assert result["chamber"].tolist() == ["a", "b"]
    assert result["wait_lineup_s"].tolist()[1] == 690.0


def test_the_invariant_names_a_lockage_that_begins_in_a_closure() -> None:
    lockages = simulate_checked(fleet("sea", [2000.0]), ONE).lockages
    spans = closed(("a", 500.0, 600.0), ("a", 1000.0, 5000.0), ("b", 0.0, 9000.0))
    assert lockages_begin_outside_closures(lockages, spans) == ["lockage 0 of 'a' starts at 2000.000 s, inside the closure from 1000.000 to 5000.000 s"]
    assert lockages_begin_outside_closures(lockages, spans.iloc[:1]) == []
