"""The canal against what can be worked out by hand. Ships sail 2 m/s unless a test says otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.canals import fleet, line, sail_checked, waits_of

from nspd_mobility.errors import DataError
from nspd_mobility.waterway.canal import limit_speed_m_s, simulate_canal

pytestmark = pytest.mark.kernel

AREA_M2, WIDTH_M = 0.5 * (62.0 + 150.0) * 13.5, 150.0  # the Dutch part of the canal
NARROW = {"sections": {"narrow": {"meeting_max_beam_sum_m": 30.0}}}


def arrivals(result: Any) -> list[float]:
    return result.ships["arrive_s"].tolist()


# Speeds.


@pytest.mark.parametrize(
    ("beam_m", "draught_m", "km_h", "tolerance"),
    [(6.6, 2.6, 30.0, 0.5), (11.4, 3.5, 28.0, 0.5), (17.0, 4.0, 26.0, 0.5), (11.4, 4.0, 27.0, 0.5), (34.0, 12.5, 12.8, 0.05)],
    ids=["M2", "M8", "M12", "C3l", "sea ship"],
)
def test_limit_speed_gives_the_values_worked_out_for_the_canal(beam_m: float, draught_m: float, km_h: float, tolerance: float) -> None:
    # With A_c 1431 m² and a mean depth of 9.5 m; the values are given to whole km/h, the last to a tenth.
    assert pytest.approx(1431.0) == AREA_M2
    assert 3.6 * float(limit_speed_m_s(AREA_M2, AREA_M2 / 9.5, beam_m, draught_m)) == pytest.approx(km_h, abs=tolerance)


def test_limit_speed_of_a_small_ship_is_that_of_a_long_wave() -> None:
    # A_s -> 0: cos(pi / 3)^1.5 = 8^(-1/2), so v = sqrt(g h); the next term goes with the root of A_s / A_c = 1e-11.
    assert float(limit_speed_m_s(100.0, 20.0, 1.0, 1e-9)) == pytest.approx((9.81 * 5.0) ** 0.5, rel=1e-5)
    assert float(limit_speed_m_s(100.0, 20.0, 10.0, 10.0)) == 0.0


def test_limit_speed_broadcasts_and_refuses_a_canal_without_water() -> None:
    assert limit_speed_m_s([[100.0], [200.0]], 20.0, [5.0, 6.0, 7.0], 2.0).shape == (2, 3)
    with pytest.raises(DataError, match="area_m2 and surface_width_m must be above 0"):
        limit_speed_m_s(0.0, 20.0, 5.0, 2.0)


def test_a_ship_sails_at_the_least_of_own_speed_rule_and_limit_speed() -> None:
    rules = {"shallow_m_s": 4.444, "middle_m_s": 3.333, "deep_m_s": 2.5, "shallow_draught_m": 4.5, "deep_draught_m": 10.0}
    cross = {
        "canal": {"bottom_width_m": 62.0, "surface_width_m": 150.0, "depth_m": 13.5},
        "ditch": {"bottom_width_m": 60.0, "surface_width_m": 60.0, "depth_m": 13.0},
    }
    canal = {"speed_limits": rules, "cross_sections": cross, "limit_speed_share": 0.9}
    stretches = line([6000.0] * 3, cross_section=["canal", "ditch", ""], has_speed_limit=[True, True, False])
    ships = fleet(["0-3"] * 4, np.arange(4) * 1e5, [3.0, 9.0, 9.0, 9.0], beam_m=[11.4, 11.4, 31.0, 34.0], draught_m=[3.5, 4.4, 9.9, 12.5])
    legs = sail_checked(ships, stretches, canal).legs
    speed = (6000.0 / (legs["leave_s"] - legs["enter_s"])).to_numpy().reshape(4, 3)
    ditch = 0.9 * limit_speed_m_s(60.0 * 13.0, 60.0, ships["beam_m"], ships["draught_m"])
    assert ditch[3] < 2.5 < ditch[2] < 3.333
    assert 4.444 < ditch[1] < 9.0
    expected = [[3.0, 3.0, 3.0], [4.444, 4.444, 9.0], [3.333, ditch[2], 9.0], [2.5, ditch[3], 9.0]]
    np.testing.assert_allclose(speed, expected, rtol=1e-6)


def test_a_ship_alone_takes_the_sum_of_length_over_speed() -> None:
    lengths = [1000.0, 2500.0, 400.0]
    result = sail_checked(fleet(["0-3", "3-0"], [100.0, 1e6], 2.5), line(lengths), {})
    assert result.ships["travel_s"].tolist() == [sum(lengths) / 2.5] * 2
    assert len(result.waits) == 0
    assert result.legs["stretch"].tolist() == ["s0", "s1", "s2", "s2", "s1", "s0"]
    assert result.legs["direction"].tolist() == ["forward"] * 3 + ["backward"] * 3
    assert result.ships["end"].tolist() == ["boundary"] * 2


# Following and overtaking.


def test_a_faster_ship_that_may_not_overtake_leaves_a_headway_behind() -> None:
    # a: 1000 / 1 = 1000 s; b enters at 100 and would leave at 350.
    result = sail_checked(fleet(["0-2", "0-2"], [0.0, 100.0], [1.0, 4.0]), line([1000.0, 1000.0]), {"follow_headway_s": 60.0})
    assert arrivals(result) == [2000.0, 2060.0]
    assert waits_of(result, "b", "follow") == [(350.0, 1060.0), (1310.0, 2060.0)]
    assert result.waits["causer"].tolist() == ["a", "a"]


def test_a_faster_ship_overtakes_where_both_beams_fit() -> None:
    ships = fleet(["0-1"] * 3, [0.0, 100.0, 200.0], [1.0, 4.0, 4.0], beam_m=[10.0, 20.0, 21.0])
    result = sail_checked(ships, line([1000.0]), {"overtaking_max_beam_sum_m": 30.0})
    # a and b together 30 m; a and c 31 m, b and c 41 m: c stays 120 s behind the later of both, a.
    assert arrivals(result) == [1000.0, 350.0, 1120.0]
    assert result.waits["causer"].tolist() == ["a"]


def test_nobody_overtakes_on_a_stretch_as_short_as_the_room_before_a_bridge() -> None:
    ships = fleet(["0-2"] * 2, [0.0, 100.0], [1.0, 4.0])
    result = sail_checked(ships, line([1000.0, 200.0]), {"overtaking_max_beam_sum_m": 30.0, "no_overtaking_length_m": 200.0})
    assert arrivals(result) == [1200.0, 400.0]  # b overtakes on the long stretch, and is ahead on the short one
    ships = fleet(["1-2"] * 2, [0.0, 10.0], [1.0, 4.0])
    assert arrivals(sail_checked(ships, line([1000.0, 200.0]), {"overtaking_max_beam_sum_m": 30.0, "no_overtaking_length_m": 200.0})) == [200.0, 320.0]


# Meeting.


def test_the_second_of_two_wide_opposing_ships_waits_until_the_tail_of_the_first_is_out() -> None:
    # a is out of both stretches at 1500 s, its tail 100 m / 2 m/s = 50 s later.
    ships = fleet(["0-2", "2-0"], [0.0, 10.0], beam_m=[20.0, 11.0], length_m=[100.0, 80.0])
    result = sail_checked(ships, line([1000.0, 2000.0], section="narrow"), NARROW)
    assert waits_of(result, "b", "section") == [(10.0, 1550.0)]
    assert arrivals(result) == [1500.0, 1550.0 + 1500.0]
    assert result.waits["causer"].tolist() == ["a"]


def test_narrow_ships_meet_without_delay() -> None:
    ships = fleet(["0-2", "2-0"], [0.0, 10.0], beam_m=[19.0, 11.0], length_m=100.0)
    result = sail_checked(ships, line([1000.0, 2000.0], section="narrow"), NARROW)
    assert len(result.waits) == 0
    assert arrivals(result) == [1500.0, 1510.0]


def test_wide_ships_meet_at_a_passing_place() -> None:
    # Two sections of 1000 s: a gives the first back at 1050 s, and b, which came to n1 at 500 s, may go on then.
    canal = {"sections": {"one": {"meeting_max_beam_sum_m": 30.0}, "two": {"meeting_max_beam_sum_m": 30.0}}}
    ships = fleet(["0-2", "2-0"], [0.0, -500.0], beam_m=20.0, length_m=100.0)
    result = sail_checked(ships, line([2000.0, 2000.0], section=["one", "two"]), canal)
    assert waits_of(result, "b") == [(500.0, 1050.0)]
    assert waits_of(result, "a") == []
    assert result.waits["node"].tolist() == ["n1"]


def test_sections_can_be_given_by_their_passing_places() -> None:
    canal = {"sections": {"narrow": {"meeting_max_beam_sum_m": 30.0, "from_node": "n2", "to_node": "n0"}}}
    ships = fleet(["0-2", "2-0"], [0.0, 10.0], beam_m=20.0)
    result = simulate_canal(ships, line([1000.0, 2000.0]), canal)
    assert waits_of(result, "b", "section") == [(10.0, 1500.0)]


def test_stretches_drawn_the_other_way_do_not_change_a_section() -> None:
    drawn = line([1000.0, 2000.0], section="narrow")
    turned = drawn.copy()
    turned.loc[1, ["from_node", "to_node"]] = ["n2", "n1"]
    ships = fleet(["0-2", "2-0", "0-1"], [0.0, 10.0, 20.0], beam_m=20.0, length_m=100.0)
    one, other = (sail_checked(ships, stretches, NARROW) for stretches in (drawn, turned))
    assert arrivals(one) == arrivals(other)
    assert one.waits.equals(other.waits)


def test_a_ship_that_joins_inside_a_section_takes_all_of_it() -> None:
    # b would meet nobody on s1, as a sails s0 alone; it is held all the same until a is out (conservative).
    ships = fleet(["0-1", "2-1"], [0.0, 10.0], beam_m=20.0)
    result = sail_checked(ships, line([1000.0, 1000.0], section="narrow"), NARROW)
    assert waits_of(result, "b", "section") == [(10.0, 500.0)]


def test_ships_of_one_direction_keep_an_opposing_ship_out_until_its_longest_wait_is_over() -> None:
    # The section takes 1000 s. b waits from 10 s; c to g come every 300 s and go before it, but not after 10 + 700 s.
    canal = {**NARROW, "max_wait_s": 700.0, "follow_headway_s": 0.0}
    ships = fleet(["0-1", "1-0", *["0-1"] * 5], [0.0, 10.0, 300.0, 600.0, 900.0, 1200.0, 1500.0], beam_m=20.0)
    result = sail_checked(ships, line([2000.0], section="narrow"), canal)
    assert waits_of(result, "b") == [(10.0, 1600.0)]  # d, of 600 s, is the last before it
    assert waits_of(result, "d") == []
    # e is behind b, and waits until b is out at 2600 s; f and g are free to enter with it.
    assert [waits_of(result, ship) for ship in "efg"] == [[(900.0, 2600.0)], [(1200.0, 2600.0)], [(1500.0, 2600.0)]]
    assert result.waits.set_index("id").loc["e", "causer"] == "b"
    patient = sail_checked(ships, line([2000.0], section="narrow"), {**canal, "max_wait_s": 1e6})
    assert waits_of(patient, "b") == [(10.0, 2500.0)]  # after all the others


def test_of_two_ships_with_their_longest_wait_over_the_older_goes_first() -> None:
    # b and c wait at both ends of a section with another ship in it; c's longest wait is over before b's.
    canal = {"sections": {"w": {"meeting_max_beam_sum_m": 30.0}, "e": {"meeting_max_beam_sum_m": 30.0}}, "oversize_beam_m": 24.0}
    canal |= {"max_wait_s": 5000.0, "oversize_max_wait_s": 100.0, "follow_headway_s": 0.0}
    # c (oversize, from n2) wants both sections and is due at 120 s; b (from n0) is free to enter w when c begins to wait.
    ships = fleet(["1-2", "2-0", "0-1", "0-1"], [0.0, 20.0, 60.0, 130.0], beam_m=[20.0, 25.0, 20.0, 20.0])
    result = sail_checked(ships, line([2000.0, 2000.0], section=["w", "e"]), canal)
    assert waits_of(result, "c") == []  # at 60 s the oversize ship has waited 40 s: not over yet
    assert waits_of(result, "b") == [(20.0, 1060.0)]  # until c is out of w
    assert waits_of(result, "d") == [(130.0, 3060.0)]  # kept out by b, which is due, and then sails 2000 s


# Oversize ships.


def test_an_oversize_ship_closes_all_sections_to_opposing_traffic() -> None:
    canal = {"sections": {"w": {"meeting_max_beam_sum_m": 50.0}, "e": {"meeting_max_beam_sum_m": 50.0}}, "oversize_beam_m": 34.0}
    # a, 38 m, sails 0 -> 2 in 2000 s; b, 5 m, comes from the far end: 43 m would do, were a not oversize.
    ships = fleet(["0-2", "2-1", "0-2"], [0.0, 10.0, 20.0], beam_m=[38.0, 5.0, 38.0], length_m=200.0)
    result = sail_checked(ships, line([2000.0, 2000.0], section=["w", "e"]), canal)
    # c follows a, and leaves e 120 s behind it at 2120 s; b enters when its tail is out, 200 m / 2 m/s later.
    assert waits_of(result, "c", "oversize") == []
    assert waits_of(result, "b", "oversize") == [(10.0, 2220.0)]


def test_an_oversize_ship_waits_until_every_opposing_ship_is_out_of_its_way() -> None:
    canal = {"sections": {"w": {"meeting_max_beam_sum_m": 50.0}, "e": {"meeting_max_beam_sum_m": 50.0}}, "oversize_beam_m": 34.0}
    ships = fleet(["2-1", "0-2", "0-2"], [0.0, 10.0, 20.0], beam_m=[5.0, 38.0, 5.0])
    result = sail_checked(ships, line([2000.0, 2000.0], section=["w", "e"]), canal)
    assert waits_of(result, "b", "oversize") == [(10.0, 1000.0)]
    assert waits_of(result, "c") == []  # of the same direction, it may go before


# Bridges, berths, ends.


def test_a_ship_waits_at_a_closed_bridge_if_it_needs_an_opening() -> None:
    nodes = pd.DataFrame({"id": ["n1"], "kind": ["bridge"]})
    closures = pd.DataFrame({"node": "n1", "begin_s": [0.0, 900.0, 400.0], "end_s": [100.0, 1000.0, 900.0]})
    ships = fleet(["0-2", "0-2", "0-1"], [0.0, 1.0, 2.0], needs_opening=[True, False, True])
    result = sail_checked(ships, line([1000.0, 1000.0]), {"follow_headway_s": 0.0}, nodes=nodes, closures=closures)
    assert arrivals(result) == [1500.0, 1001.0, 502.0]  # a sails on at 1000 s, c ends before the bridge
    assert waits_of(result, "a", "bridge") == [(500.0, 1000.0)]


def test_ships_wait_for_a_berth_in_the_order_of_their_arrival() -> None:
    nodes = pd.DataFrame({"id": ["n1"], "kind": ["berth"], "n_berths": [2]})
    ships = fleet(["0-1"] * 4, [0.0, 200.0, 400.0, 600.0], stay_s=[3000.0, 1000.0, 50.0, 10.0])
    result = sail_checked(ships, line([1000.0]), {}, nodes=nodes)
    # a moors 500 to 3500, b 700 to 1700; c comes at 900 and moors at 1700 to 1750; d comes at 1100.
    assert arrivals(result) == [500.0, 700.0, 1700.0, 1750.0]
    assert waits_of(result, "c", "berth") == [(900.0, 1700.0)]
    assert waits_of(result, "d", "berth") == [(1100.0, 1750.0)]
    assert set(result.ships["end"]) == {"berth"}


def test_berths_without_a_number_never_keep_a_ship_waiting() -> None:
    nodes = pd.DataFrame({"id": ["n1"], "kind": ["berth"]})
    result = sail_checked(fleet(["0-1"] * 9, [0.0] * 9, stay_s=1e6), line([1000.0]), {"follow_headway_s": 0.0}, nodes=nodes)
    assert arrivals(result) == [500.0] * 9


def test_a_ship_that_moors_gives_its_section_back_when_its_tail_is_out() -> None:
    nodes = pd.DataFrame({"id": ["n1"], "kind": ["berth"], "n_berths": [1]})
    ships = fleet(["0-1", "1-0"], [0.0, 10.0], beam_m=20.0, length_m=100.0, stay_s=0.0)
    result = sail_checked(ships, line([1000.0], section="narrow"), NARROW, nodes=nodes)
    assert waits_of(result, "b") == [(10.0, 550.0)]


def test_ships_that_have_not_arrived_at_the_end_have_no_arrival() -> None:
    result = simulate_canal(fleet(["0-1"] * 2, [0.0, 900.0]), line([1000.0]), {}, until_s=600.0)
    assert arrivals(result)[0] == 500.0
    assert np.isnan(arrivals(result)[1])
    assert result.unfinished_share == 0.5


def test_ships_of_one_time_do_not_depend_on_the_order_of_rows() -> None:
    ships = fleet(["0-2", "2-0"] * 10, [0.0] * 20, [1.0, 2.0, 3.0, 4.0] * 5, beam_m=20.0, length_m=50.0)
    stretches = line([1000.0, 2000.0], section="narrow")
    first = sail_checked(ships, stretches, NARROW).ships.set_index("id")
    for seed in range(3):
        shuffled = ships.sample(frac=1.0, random_state=seed).reset_index(drop=True)
        again = sail_checked(shuffled, stretches, NARROW).ships.set_index("id").loc[first.index]
        pd.testing.assert_frame_equal(again, first)


# Bad input.


def bad(message: str, ships: Any = None, stretches: Any = None, canal: Any = None, **options: Any) -> None:
    with pytest.raises(DataError, match=message):
        simulate_canal(fleet(["0-1"], [0.0]) if ships is None else ships, line([1000.0]) if stretches is None else stretches, canal or {}, **options)


def test_bad_tables_are_refused_in_one_sentence() -> None:
    ships, stretches = fleet(["0-1"], [0.0]), line([1000.0])
    bad("ships: column 'speed_m_s' is missing.*required are: id, origin", ships.drop(columns="speed_m_s"))
    bad(r"ships: unknown column 'beem_m' \(did you mean 'beam_m'\?\)", ships.assign(beem_m=1.0))
    bad(r"ships: speed_m_s of 'a' \(row 0\) is 0.0, and must be above 0", ships.assign(speed_m_s=0.0))
    bad("ships: id 'a' occurs more than once", pd.concat([ships, ships]))
    bad("ships: row 0 has no id", ships.assign(id=pd.array([None], dtype="str")))
    bad("ships: column 'beam_m' must hold numbers", ships.assign(beam_m="wide"))
    bad(r"ships: draught_m of 'a' \(row 0\) is -1.0, and must be a number of 0 or more", ships.assign(draught_m=-1.0))
    bad(r"unknown node 'n7'\s?.*known are: n0, n1", fleet(["0-7"], [0.0]))
    bad("a ship from 'n0' sails nowhere", fleet(["0-0"], [0.0]))
    bad(
        "there is no way from 'n0' to 'x1'",
        ships.assign(destination="x1"),
        pd.concat([stretches, pd.DataFrame({"id": ["z"], "from_node": ["x0"], "to_node": ["x1"], "length_m": [1.0]})]),
    )
    bad("stretches: 's1' joins the same nodes as 's0'", None, line([1.0, 1.0]).assign(from_node="n0", to_node="n1"))
    bad(r"stretches: length_m of 's0' \(row 0\) is 0.0, and must be above 0", None, line([0.0]))
    bad("stretches: 's0' begins and ends at one node", None, stretches.assign(to_node="n0"))
    bad(r"section 'narow' of stretch 's0' is unknown \(did you mean 'narrow'\?\); the parameters know: narrow", None, line([1.0], section="narow"), NARROW)
    bad("cross_section 'x' of stretch 's0' is unknown; the parameters know: none", None, line([1.0], cross_section="x"))
    bad("closures: node 'n1' is not a bridge; bridges are: none", closures=pd.DataFrame({"node": ["n1"], "begin_s": [0.0], "end_s": [1.0]}))
    bridge = pd.DataFrame({"id": ["n1"], "kind": ["bridge"]})
    bad(
        "closures: row 0 of 'n1' runs from 5.0 to 1.0 s; it must end after",
        nodes=bridge,
        closures=pd.DataFrame({"node": ["n1"], "begin_s": [5.0], "end_s": [1.0]}),
    )


def test_bad_rules_are_refused_in_one_sentence() -> None:
    bad(r"unknown key 'max_wait' \(did you mean 'max_wait_s'\?\)", canal={"max_wait": 1.0})
    bad("limit_speed_share.*less than or equal to 0.9", canal={"limit_speed_share": 0.95})
    fork = pd.DataFrame({"id": list("xyz"), "from_node": "n0", "to_node": ["n1", "n2", "n3"], "length_m": 100.0, "section": "narrow"})
    bad("the stretches of section 'narrow' are not one line .*a section has two ends and no branch", None, fork, NARROW)
    bad("the stretches of section 'narrow' are not one line", None, line([1.0, 1.0, 1.0], section=["narrow", "", "narrow"]), NARROW)
    both = {"sections": {k: {"meeting_max_beam_sum_m": 1.0, "from_node": "n0", "to_node": "n1"} for k in ("p", "q")}}
    bad("stretch 's0' is in the sections 'p' and 'q'; it can be in one", canal=both)
    cross = {"cross_sections": {"d": {"bottom_width_m": 5.0, "surface_width_m": 5.0, "depth_m": 2.0}}}
    bad(
        r"the midship section of 'a' \(12 m²\) fills stretch 's0' \(10 m²\)",
        fleet(["0-1"], [0.0], beam_m=6.0, draught_m=2.0),
        line([1.0], cross_section="d"),
        cross,
    )
