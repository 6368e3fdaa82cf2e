"""What must hold on any canal with any ships: nobody is lost, no forbidden meeting, everyone arrives, and rows may be permuted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.canals import fleet, line, sail_checked

from nspd_mobility.kernels.heap import HEAP_ENTRY, heap_pop, heap_push
from nspd_mobility.waterway._kernels import records
from nspd_mobility.waterway.canal import simulate_canal

LENGTHS_M = (50.0, 200.0, 1000.0, 3500.0)
BEAMS_M = (0.0, 5.0, 11.4, 17.0, 23.0, 32.0, 38.0)
SPEEDS_M_S = (0.5, 2.0, 2.0, 4.0)


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    simulate_canal(fleet(["0-1"], [0.0]), line([10.0]), {})


@st.composite
def canals(draw: Any) -> tuple[pd.DataFrame, dict[str, Any], dict[str, Any]]:
    """Draw a line of stretches with side branches, sections in the line, bridges and berths: (stretches, rules, options)."""
    n = draw(st.integers(1, 6))
    lengths = [draw(st.sampled_from(LENGTHS_M)) for _ in range(n)]
    # Sections are runs of equal numbers along the line, with stretches of no section in between.
    runs = [draw(st.sampled_from(["same", "next", "none"])) for _ in range(n)]
    sections, number = [], 0
    for run in runs:
        number += run != "same"
        sections.append("" if run == "none" else f"section{number}")
    stretches = line(lengths, section=sections)
    turned = np.array([draw(st.booleans()) for _ in range(n)])
    stretches.loc[turned, ["from_node", "to_node"]] = stretches.loc[turned, ["to_node", "from_node"]].to_numpy()
    n_side = draw(st.integers(0, 3))
    side = pd.DataFrame(
        {
            "id": [f"side{k}" for k in range(n_side)],
            "from_node": [f"n{draw(st.integers(0, n))}" for _ in range(n_side)],
            "to_node": [f"n{n + 1 + k}" for k in range(n_side)],
            "length_m": [draw(st.sampled_from(LENGTHS_M)) for _ in range(n_side)],
            "section": "",
        }
    )
    rule = st.sampled_from([0.0, 20.0, 35.0, 60.0])
    rules = {
        "sections": {name: {"meeting_max_beam_sum_m": draw(rule)} for name in sorted(set(sections) - {""})},
        "overtaking_max_beam_sum_m": draw(st.sampled_from([0.0, 20.0, 60.0])),
        "no_overtaking_length_m": draw(st.sampled_from([0.0, 200.0])),
        "follow_headway_s": draw(st.sampled_from([0.0, 120.0])),
        "oversize_beam_m": draw(st.sampled_from([22.0, 34.0])),
        "max_wait_s": draw(st.sampled_from([0.0, 1000.0, 1e6])),
        "oversize_max_wait_s": draw(st.sampled_from([0.0, 1000.0, 1e6])),
    }
    bridge = draw(st.integers(0, n))
    nodes = pd.DataFrame({"id": [f"n{k}" for k in range(n + 1 + n_side)]})
    nodes["kind"] = [draw(st.sampled_from(["", "berth"])) for _ in range(len(nodes))]
    nodes.loc[bridge, "kind"] = "bridge"
    nodes["n_berths"] = [draw(st.integers(0, 2)) for _ in range(len(nodes))]
    begin = np.array(sorted(draw(st.lists(st.integers(0, 10_000), max_size=4))), dtype=float)
    closures = pd.DataFrame({"node": f"n{bridge}", "begin_s": begin, "end_s": begin + 700.0})
    return pd.concat([stretches, side], ignore_index=True), rules, {"nodes": nodes, "closures": closures}


@st.composite
def fleets(draw: Any, n_node: int, n_max: int = 40) -> pd.DataFrame:
    """Draw ships, each from one whole number; every other one departs at a whole quarter of an hour, so that many do together."""
    numbers = np.array(draw(st.lists(st.integers(0, 2**48), min_size=1, max_size=n_max)), dtype=np.int64)

    def digit(base: int) -> Any:
        nonlocal numbers
        numbers, value = np.divmod(numbers, base)
        return value

    origin = digit(n_node)
    destination = (origin + 1 + digit(n_node - 1)) % n_node
    together, quarter, other = digit(2) == 0, digit(16), digit(14_400_000)
    return fleet(
        [f"{a}-{b}" for a, b in zip(origin, destination, strict=True)],
        np.where(together, 900.0 * quarter, other / 1000.0),
        np.array(SPEEDS_M_S)[digit(4)],
        beam_m=np.array(BEAMS_M)[digit(7)],
        length_m=np.array([0.0, 60.0, 110.0, 250.0])[digit(4)],
        stay_s=np.array([0.0, 1800.0])[digit(2)],
        needs_opening=digit(2) == 0,
    )


@st.composite
def cases(draw: Any) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any], dict[str, Any]]:
    stretches, rules, options = draw(canals())
    return draw(fleets(len(options["nodes"]))), stretches, rules, options


@given(cases())
def test_everyone_arrives_and_no_rule_is_broken(case: Any) -> None:
    ships, stretches, rules, options = case
    result = sail_checked(ships, stretches, rules, **options)
    assert result.unfinished_share == 0.0  # no deadlock, and nobody lost
    nodes = options["nodes"].set_index("id")
    ends = result.ships.assign(stay_s=ships["stay_s"])
    for node, at in ends.groupby("destination"):
        if nodes.loc[node, "kind"] == "berth" and nodes.loc[node, "n_berths"] > 0:
            begin, end = at["arrive_s"].to_numpy(), (at["arrive_s"] + at["stay_s"]).to_numpy()
            assert all(((begin <= t) & (end > t)).sum() <= nodes.loc[node, "n_berths"] for t in begin)


@given(cases(), st.randoms(use_true_random=False))
def test_permuted_rows_give_the_same_result(case: Any, random: Any) -> None:
    ships, stretches, rules, options = case
    order, other = list(range(len(ships))), list(range(len(stretches)))
    random.shuffle(order)
    random.shuffle(other)
    one = simulate_canal(ships, stretches, rules, **options)
    two = simulate_canal(ships.iloc[order].reset_index(drop=True), stretches.iloc[other].reset_index(drop=True), rules, **options)
    pd.testing.assert_frame_equal(two.ships.set_index("id").loc[one.ships["id"]], one.ships.set_index("id"))
    by = ["id", "enter_s"]
    pd.testing.assert_frame_equal(two.legs.sort_values(by, ignore_index=True), one.legs.sort_values(by, ignore_index=True))
    by = ["id", "begin_s", "end_s"]
    pd.testing.assert_frame_equal(two.waits.sort_values(by, ignore_index=True), one.waits.sort_values(by, ignore_index=True))


@given(canals(), st.integers(0, 2**20), st.floats(0.2, 1.0))
def test_a_slower_ship_alone_is_never_earlier(canal: Any, pick: int, factor: float) -> None:
    stretches, rules, options = canal
    n = len(options["nodes"])
    ship = fleet([f"{pick % n}-{(pick % n + 1 + pick // n % (n - 1)) % n}"], [float(pick % 9000)], 3.0, beam_m=38.0, length_m=100.0)
    fast = simulate_canal(ship, stretches, rules, **options)
    slow = simulate_canal(ship.assign(speed_m_s=3.0 * factor), stretches, rules, **options)
    assert slow.ships["arrive_s"][0] >= fast.ships["arrive_s"][0]


@pytest.mark.kernel
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 1), st.integers(-2, 2)), max_size=30), st.data())
def test_a_heap_gives_the_order_of_sorting(entries: list[tuple[int, int, int]], data: Any) -> None:
    heap = records.records(HEAP_ENTRY, len(entries) + 1)
    n, inside, popped = 0, [], 0
    for entry in entries:
        n = heap_push(heap, n, *entry, 7, 9)
        inside = sorted([*inside, entry])
        if data.draw(st.booleans()):
            first = heap[0]
            assert (first["time_ms"], first["phase"], first["id"]) == inside.pop(0)
            n = heap_pop(heap, n)
            popped += 1
    while n:
        first = heap[0]
        assert (first["time_ms"], first["phase"], first["id"], first["payload"], first["token"]) == (*inside.pop(0), 7, 9)
        n = heap_pop(heap, n)
    assert inside == []
