"""Cones, tugs, pilots, and water under the keel: room that a ship takes beside its own size, in cases worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.locks import NIEUWE_SLUIS, WEST, chamber, fleet, lock, simulate_checked

from nspd_mobility.tables.invariants import DangerousGoodsRule, ships_with_cones_keep_their_distance

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("warm_lock")]

SEA = {"initial_side": "sea"}


def places(n_cone: list[int], size: tuple[float, float] = (260.0, 24.0), alone_from: int = 4, **columns: Any) -> list[tuple[int, float, float]]:
    """Return (lockage, x, y) of ships of 85 x 9.5 m that wait at the open side."""
    ships = fleet("sea", 0.001 * np.arange(len(n_cone)), **{"length_m": 85.0, "beam_m": 9.5, "n_cone": n_cone, **columns})
    result = simulate_checked(ships, lock(chamber(size, **SEA), dangerous_goods={"alone_from": alone_from})).ships
    return list(zip(result["lockage_id"], result["x_m"], result["y_m"], strict=True))


def test_without_cones_two_lie_abreast() -> None:
    assert places([0, 0]) == [(0, 0.0, 0.0), (0, 0.0, 9.5)]


def test_a_ship_with_one_cone_keeps_ten_metres() -> None:
    # In 24 m the ship beside would be 24 - 2 * 9.5 = 5 m away: it lies 10 m behind. In 55 m it lies at y = 9.5 + 10.
    assert places([1, 0]) == [(0, 0.0, 0.0), (0, 95.0, 0.0)]
    assert places([0, 1])[1][1] == 95.0
    assert places([1, 0], NIEUWE_SLUIS) == [(0, 0.0, 0.0), (0, 0.0, 19.5)]


def test_two_and_three_cones_keep_fifty_and_a_hundred_metres() -> None:
    assert places([2, 0])[1] == (0, 135.0, 0.0)
    assert places([3, 0], NIEUWE_SLUIS)[1] == (0, 185.0, 0.0)
    assert places([3, 0])[1][0] > 0, "85 + 100 + 85 m are more than 260 m"


def test_between_two_ships_with_cones_the_distances_add() -> None:
    assert places([1, 1])[1] == (0, 105.0, 0.0)


@pytest.mark.parametrize(("n_cone", "lockages"), [([2, 0, 0], [0, 2, 2]), ([0, 2, 0], [0, 2, 0]), ([1, 1, 0], [0, 0, 0]), ([2, 3], [0, 2])])
def test_from_two_cones_on_a_ship_is_locked_alone(n_cone: list[int], lockages: list[int]) -> None:
    assert [place[0] for place in places(n_cone, NIEUWE_SLUIS, alone_from=2)] == lockages


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([(55.0, 6.6), (85.0, 9.5), (110.0, 11.4), (135.0, 17.0)])), max_size=14), st.integers(2, 4))
def test_distances_hold_for_any_ships_in_any_order(drawn: list[tuple[int, tuple[float, float]]], alone_from: int) -> None:
    # `simulate_checked` compares the distances of all pairs.
    sizes = np.array([size for _, size in drawn]).reshape(-1, 2)
    ships = fleet("sea", 0.001 * np.arange(len(drawn)), length_m=sizes[:, 0], beam_m=sizes[:, 1], n_cone=[cone for cone, _ in drawn])
    result = simulate_checked(ships, lock(chamber(NIEUWE_SLUIS, gap_beam_m=0.5, gap_length_m=2.0, **SEA), dangerous_goods={"alone_from": alone_from}))
    assert result.ships["exit_s"].notna().all()


# Tugs and pilots


def with_tugs(place: str, **changes: Any) -> dict[str, Any]:
    return {"n_per_ship": 2, "length_m": 30.0, "beam_m": 8.0, "place": place, **changes}


def test_tugs_ahead_and_astern_take_length() -> None:
    # 160 + 2 * 30 m: the ship lies between them, at 30 m, and a barge of 85 m does not fit behind in 290 m; beside it does.
    ships = fleet("sea", [0.0, 0.001], length_m=[160.0, 85.0], beam_m=[28.0, 12.0], is_sea=[True, False])
    alone = simulate_checked(ships, lock(chamber(WEST, **SEA), tugs=with_tugs("ahead"))).ships
    assert alone["x_m"].tolist()[0] == 30.0
    assert alone["lockage_id"].tolist() == [0, 2]
    assert simulate_checked(ships, lock(chamber(WEST, **SEA))).ships["lockage_id"].tolist() == [0, 0]


def test_tugs_alongside_take_width() -> None:
    # 20 + 2 * 8 m of 38 m are left 2 m: the barge lies behind; without tugs beside.
    ships = fleet("sea", [0.0, 0.001], length_m=[160.0, 85.0], beam_m=[20.0, 12.0], is_sea=[True, False])
    assert simulate_checked(ships, lock(chamber(WEST, **SEA), tugs=with_tugs("alongside"))).ships["x_m"].tolist() == [0.0, 160.0]
    assert simulate_checked(ships, lock(chamber(WEST, **SEA))).ships["x_m"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("place", ["ahead", "alongside"])
@pytest.mark.parametrize("policy", ["first_come", "look_ahead"])
def test_a_ship_that_fits_only_without_its_tugs_is_locked_all_the_same(place: str, policy: str) -> None:
    # 280 x 34 m fill 290 x 38 m: tugs that find no room are left outside.
    ships = fleet("sea", [0.0], length_m=280.0, beam_m=34.0, is_sea=True)
    result = simulate_checked(ships, lock(chamber(WEST, **SEA), tugs=with_tugs(place)), policy=policy).ships
    assert result["exit_s"].notna().all()


def test_short_sea_ships_and_barges_use_no_tugs() -> None:
    ships = fleet("sea", [0.0, 0.001], length_m=[149.0, 200.0], beam_m=38.0, is_sea=[True, False])
    result = simulate_checked(ships, lock(chamber(WEST, max_ships=1, **SEA), tugs=with_tugs("ahead"))).ships
    assert result["x_m"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("limits", "entries"), [({}, [0.0, 1.0]), ({"n_tugs": 3}, [0.0, 1110.0]), ({"n_tugs": 4}, [0.0, 1.0]), ({"n_pilots": 1}, [0.0, 1110.0])]
)
def test_tugs_and_pilots_are_free_again_when_their_ship_is_out(limits: dict[str, int], entries: list[float]) -> None:
    # Two chambers, a sea ship for each. The first is out at 300 + 690 + 120 = 1110 s; chamber b has stood open all the time.
    ships = fleet("sea", [0.0, 1.0], length_m=160.0, beam_m=30.0, is_sea=True)
    result = simulate_checked(ships, lock(chamber(WEST, **SEA), chamber(WEST, **SEA), tugs={**with_tugs("alongside"), **limits})).ships
    assert result["entry_start_s"].tolist() == entries


def test_who_waits_for_a_pilot_is_no_obstacle_to_barges() -> None:
    ships = fleet("sea", [0.0, 1.0, 2.0], length_m=[100.0, 100.0, 80.0], beam_m=9.0, is_sea=[True, True, False])
    # The barge enters from 300 to 480 s; the first two are out at 480 + 690 + 120 + 90 s, and the chamber turns for the second sea ship.
    result = simulate_checked(ships, lock(chamber(WEST, **SEA), max_skip=0, tugs={"n_pilots": 1})).ships
    assert result["entry_start_s"].tolist() == [0.0, 1380.0 + 690.0, 300.0]


def test_more_tugs_wanted_than_there_are_is_no_reason_to_wait_for_ever() -> None:
    ships = fleet("sea", [0.0, 1.0], length_m=160.0, beam_m=30.0, is_sea=True)
    result = simulate_checked(ships, lock(chamber(WEST, **SEA), tugs={**with_tugs("ahead"), "n_tugs": 1}))
    assert result.ships["exit_s"].notna().all()


# Water


@pytest.mark.parametrize(("clearance_m", "reason"), [(0.0, "none"), (0.5, "none"), (1.5, "draught")])
def test_the_keel_clearance_of_a_ship_goes_before_that_of_the_chamber(clearance_m: float, reason: str) -> None:
    # Water over the sill is 6 m, the chamber asks for 1 m: a draught of 5 m just passes, 5.4 m only with a clearance of 0.5 m of its own.
    one = lock(chamber(sill_m_nap=-6.0, keel_clearance_m=1.0))
    result = simulate_checked(fleet("canal", [0.0], draught_m=5.4 if clearance_m == 0.5 else 5.0, keel_clearance_m=clearance_m), one).ships
    assert result["refused_reason"].item() == reason


@pytest.mark.parametrize(("draught_m", "reason"), [(12.5, "none"), (12.51, "draught")])
def test_a_chamber_admits_draughts_up_to_its_cap_however_deep_it_is(draught_m: float, reason: str) -> None:
    result = simulate_checked(fleet("canal", [0.0], draught_m=draught_m), lock(chamber(max_draught_m=12.5))).ships
    assert result["refused_reason"].item() == reason


def test_the_invariant_names_ships_that_lie_too_near() -> None:
    ships = fleet("sea", [0.0, 0.001], length_m=85.0, beam_m=9.5)
    result = simulate_checked(ships, lock(chamber(**SEA))).ships.assign(length_m=85.0, beam_m=9.5, n_cone=[1, 0])
    rule = DangerousGoodsRule((0.0, 10.0, 50.0, 100.0), 2)
    assert ships_with_cones_keep_their_distance(result, rule) == ["ship 's0' and ship 's1' lie 0.00 m apart in lockage 0, cones ask for 10.00 m"]
    found = ships_with_cones_keep_their_distance(result.assign(x_m=[0.0, 200.0], n_cone=[2, 0]), rule)
    assert found == ["ship 's0' and ship 's1' share lockage 0, with 2 and 0 cones; from 2 a ship is locked alone"]
