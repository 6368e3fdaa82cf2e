"""Encounters against hand calculations and against looking at every pair of ships."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nspd_mobility.errors import DataError
from nspd_mobility.waterway.encounters import encounter_pairs, encounters

pytestmark = pytest.mark.kernel

STRETCHES = pd.DataFrame({"id": ["s", "t"], "length_m": [3000.0, 1000.0]})


def legs(*rows: tuple[str, str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id", "stretch", "direction", "enter_s", "leave_s"]).astype({"enter_s": float, "leave_s": float})


def test_two_ships_of_equal_speed_meet_halfway_between_them() -> None:
    # Both sail 3000 m in 1000 s; b enters 400 s after a, when a has done 1200 m: they meet 900 m on.
    pairs = encounter_pairs(legs(("a", "s", "forward", 0.0, 1000.0), ("b", "s", "backward", 400.0, 1400.0)), STRETCHES)
    assert pairs[["kind", "first", "second", "time_s", "position_m", "km"]].to_numpy().tolist() == [["meeting", "a", "b", 700.0, 2100.0, 2.1]]


def test_a_ship_twice_as_fast_overtakes_when_it_has_made_up_the_lead() -> None:
    # a: 1500 s; b: 750 s, 500 s later. 2 m/s * 500 s = 1000 m lead, made up at 2 m/s: at 1000 s, at 2000 m; backward, at 1000 m.
    for direction, position in (("forward", 2000.0), ("backward", 1000.0)):
        pairs = encounter_pairs(legs(("a", "s", direction, 0.0, 1500.0), ("b", "s", direction, 500.0, 1250.0)), STRETCHES)
        assert pairs[["kind", "first", "second", "time_s"]].to_numpy().tolist() == [["overtaking", "b", "a", 1000.0]]
        assert pairs["position_m"].to_numpy() == pytest.approx([position])


def test_ships_that_meet_at_a_node_meet_once() -> None:
    # a sails t and then s forward, b sails s and then t backward; both are at the node at 100 s.
    both = legs(
        ("a", "t", "forward", 0.0, 100.0), ("a", "s", "forward", 100.0, 300.0), ("b", "s", "backward", 0.0, 100.0), ("b", "t", "backward", 100.0, 200.0)
    )
    pairs = encounter_pairs(both, STRETCHES)
    assert pairs[["stretch", "kind", "time_s", "position_m"]].to_numpy().tolist() == [["s", "meeting", 100.0, 0.0]]


def test_ships_that_follow_each_other_have_no_encounter() -> None:
    same = legs(("a", "s", "forward", 0.0, 1000.0), ("b", "s", "forward", 10.0, 1000.0), ("c", "s", "forward", 10.0, 1100.0), ("d", "t", "backward", 0.0, 50.0))
    assert len(encounter_pairs(same, STRETCHES)) == 0


def test_encounters_are_counted_by_class_and_kilometre() -> None:
    ships = pd.DataFrame({"id": list("abcd"), "class_id": ["M8", "M2", "M8", "M2"], "beam_m": [11.4, 6.6, 11.4, 6.6]})
    rows = [("a", "s", "forward", 0.0, 1000.0), ("c", "s", "forward", 10.0, 1010.0), ("b", "s", "backward", 0.0, 1000.0), ("d", "s", "forward", 20.0, 500.0)]
    table = encounters(legs(*rows), ships, STRETCHES.assign(km_begin=[10.0, 0.0], km_end=[13.0, 1.0]))
    # b is at 3000 - 3 t m. It meets a (3 t) at 500 s and c (3 t - 30) at 505 s, at 1500 m and 1485 m: kilometre 11. It meets d, which
    # does 6.25 m/s from 20 s on, at 337.8 s and 1986 m. d overtakes a at 38.5 s and 115 m, c at 29.2 s and 58 m: kilometre 10.
    expected = {("meeting", 11, "M2", "M2"): (1, 13.2), ("meeting", 11, "M2", "M8"): (2, 18.0), ("overtaking", 10, "M2", "M8"): (2, 18.0)}
    found = {(r.kind, r.km, r.first_class, r.second_class): (r.n, pytest.approx(r.beam_sum_max_m)) for r in table.itertuples()}
    assert found == expected


def every_pair(table: pd.DataFrame) -> set[tuple[str, str, Any, Any]]:
    """Return the encounters by looking at all pairs of legs of a stretch."""
    found = set()
    for (_, a), (_, b) in itertools.permutations(table.iterrows(), 2):
        if a["stretch"] != b["stretch"]:
            continue
        if a["direction"] == b["direction"]:
            if a["enter_s"] > b["enter_s"] and a["leave_s"] < b["leave_s"]:
                found.add((a["stretch"], "overtaking", a["id"], b["id"]))
        elif a["direction"] == "forward" and a["enter_s"] <= b["leave_s"] and b["enter_s"] < a["leave_s"]:
            found.add((a["stretch"], "meeting", a["id"], b["id"]))
    return found


@given(st.lists(st.tuples(st.sampled_from("st"), st.sampled_from(["forward", "backward"]), st.integers(0, 30), st.integers(1, 12)), max_size=25))
def test_the_sweep_finds_what_looking_at_every_pair_finds(rows: list[tuple[str, str, int, int]]) -> None:
    table = legs(*[(f"ship{k}", stretch, way, float(enter), float(enter + n)) for k, (stretch, way, enter, n) in enumerate(rows)])
    pairs = encounter_pairs(table, STRETCHES)
    found = list(zip(pairs["stretch"], pairs["kind"], pairs["first"], pairs["second"], strict=True))
    assert len(found) == len(set(found))
    assert set(found) == every_pair(table)
    length = np.where(pairs["stretch"] == "s", 3000.0, 1000.0)
    for end in ("first", "second"):
        of = table.set_index("id").loc[pairs[end]]
        assert (pairs["time_s"].to_numpy() >= of["enter_s"].to_numpy() - 1e-9).all()
        assert (pairs["time_s"].to_numpy() <= of["leave_s"].to_numpy() + 1e-9).all()
        share = (pairs["time_s"].to_numpy() - of["enter_s"].to_numpy()) / (of["leave_s"] - of["enter_s"]).to_numpy()
        np.testing.assert_allclose(pairs["position_m"].to_numpy(), length * np.where(of["direction"] == "forward", share, 1.0 - share), atol=1e-6)


def test_many_encounters_get_the_room_that_they_need() -> None:
    rows = [(f"f{k}", "s", "forward", 0.0, 100.0) for k in range(30)] + [(f"b{k}", "s", "backward", 1.0, 100.0) for k in range(30)]
    assert len(encounter_pairs(legs(*rows), STRETCHES)) == 900


def test_bad_tables_are_refused_in_one_sentence() -> None:
    good = legs(("a", "s", "forward", 0.0, 1.0))
    with pytest.raises(DataError, match="legs: column 'direction' is missing; needed are: id, stretch"):
        encounter_pairs(good.drop(columns="direction"), STRETCHES)
    with pytest.raises(DataError, match="legs: stretch 'x' is not in the table of stretches"):
        encounter_pairs(good.assign(stretch="x"), STRETCHES)
    with pytest.raises(DataError, match="legs: direction 'up' is not one of: forward, backward"):
        encounter_pairs(good.assign(direction="up"), STRETCHES)
    with pytest.raises(DataError, match="legs: ship 'a' does not leave stretch 's' after it enters it"):
        encounter_pairs(good.assign(leave_s=0.0), STRETCHES)
    with pytest.raises(DataError, match="ships: column 'class_id' is missing"):
        encounters(good, pd.DataFrame({"id": ["a"]}), STRETCHES)
    with pytest.raises(DataError, match="legs: ship 'a' is not in the table of ships"):
        encounters(good, pd.DataFrame({"id": ["b"], "class_id": ["M8"]}), STRETCHES)
