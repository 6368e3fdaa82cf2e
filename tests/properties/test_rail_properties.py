"""What must hold on any single-track railway with any trains: all finish, nobody shares a section, the ledger adds up, rows may be permuted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.areas import NO_TIMES, arrival_s, calls, nan, railway, simulate_checked, stock, trains

from nspd_mobility.codes import Dispatching
from nspd_mobility.network.railway import TrackNetwork

KINDS = {"short": stock(100.0, 30.0, 0.5, 0.5), "long": stock(600.0, 20.0, 0.2, 0.3)}
RULES = [rule.word for rule in Dispatching]


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    simulate_checked(line([2]), trains(["a"], "short"), calls([("a", "p0", nan(), 0.0, nan()), ("a", "p2", nan(), nan(), nan())]), KINDS)


def line(n_tracks: list[int], n_end: int = 1, signals: int = 1) -> TrackNetwork:
    """Return a single line of loops with so many tracks each, between two ends with `n_end` tracks."""
    rows = []
    counts = [n_end, *n_tracks, n_end]
    for k, count in enumerate(counts):
        for track in range(count):
            left = f"b{k}" if k else f"w{track}"
            right = f"a{k}" if k < len(counts) - 1 else f"e{track}"
            rows.append((f"t{k}.{track}", left, right, 700.0, f"p{k}"))
        if k < len(counts) - 1:
            joints = [f"a{k}", *(f"j{k}.{m}" for m in range(signals - 1)), f"b{k + 1}"]
            rows += [(f"s{k}.{m}", joints[m], joints[m + 1], 1500.0, "") for m in range(signals)]
    frame = pd.DataFrame(rows, columns=["id", "from_node", "to_node", "length_m", "place"])
    return railway([tuple(row) for row in frame.itertuples(index=False)], 30.0)


@st.composite
def days(draw: Any) -> tuple[TrackNetwork, pd.DataFrame, pd.DataFrame]:
    tracks = draw(st.lists(st.integers(1, 2), min_size=0, max_size=4))
    network = line(tracks, draw(st.integers(1, 2)), draw(st.integers(1, 3)))
    last = len(tracks) + 1
    rows, kinds, late = [], [], []
    for k in range(draw(st.integers(1, 5))):
        begin, end = (0, last) if draw(st.booleans()) else (last, 0)
        rows.append((f"{k}", f"p{begin}", nan(), float(draw(st.integers(0, 6)) * 120), nan()))
        if tracks and draw(st.booleans()):
            rows.append((f"{k}", f"p{draw(st.integers(1, len(tracks)))}", nan(), nan(), 60.0))
        rows.append((f"{k}", f"p{end}", nan(), nan(), nan()))
        kinds.append(draw(st.sampled_from(["short", "long"])))
        late.append(draw(st.sampled_from([0.0, 0.0, 300.0])))
    ids = [f"{k}" for k in range(len(kinds))]
    return network, trains(ids, kinds, entry_delay_s=late, priority=[k % 2 for k in range(len(ids))]), calls(rows)


@given(days(), st.sampled_from(RULES))
def test_all_trains_finish_and_the_invariants_hold(day: Any, rule: str) -> None:
    network, table, stops = day
    result = simulate_checked(network, table, stops, KINDS, dispatch=rule)
    assert result.unfinished == (), result.deadlock
    assert result.trains["arrival_s"].notna().all()


@given(days(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(day: Any, random: Any) -> None:
    network, table, stops = day
    one = simulate_checked(network, table, stops, KINDS)
    order, other = list(range(len(table))), list(range(len(stops)))
    random.shuffle(order)
    random.shuffle(other)
    two = simulate_checked(network, table.iloc[order], stops.iloc[other], KINDS)
    for name in ("trains", "sections", "waits"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


@given(st.floats(50.0, 650.0), st.floats(1.0, 300.0), st.integers(1, 3))
def test_a_longer_train_alone_never_arrives_earlier(length_m: float, more_m: float, signals: int) -> None:
    network = line([2, 1], 1, signals)
    network.sections.loc["s1.0", ["speed_m_s", "speed_back_m_s"]] = 15.0
    stops = calls([("t", "p0", nan(), 0.0, nan()), ("t", "p3", nan(), nan(), nan())])
    times = [
        arrival_s(simulate_checked(network, trains(["t"]), stops, {"train": stock(length, 25.0)}, params=NO_TIMES), "t", "p3")
        for length in (length_m, length_m + more_m)
    ]
    assert times[1] >= times[0] - 1e-3
    assert np.isfinite(times).all()
