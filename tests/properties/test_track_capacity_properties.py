"""Compression and insertion on random timetables."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from nspd_mobility.rail.compression import compress
from nspd_mobility.rail.insertion import insert_paths
from nspd_mobility.rail.overlaps import conflicts


@st.composite
def timetables(draw: st.DrawFn) -> pd.DataFrame:
    """Trains of one direction over a few sections, without conflicts: each waits for those before it."""
    n_sections = draw(st.integers(1, 4))
    free = [0] * n_sections
    rows = []
    for k in range(draw(st.integers(1, 8))):
        times = draw(st.lists(st.integers(1, 300), min_size=n_sections, max_size=n_sections))
        ends = [sum(times[: s + 1]) for s in range(n_sections)]
        begins = [end - time for end, time in zip(ends, times, strict=True)]
        start = max(f - b for f, b in zip(free, begins, strict=True)) + draw(st.integers(0, 200))
        for s in range(n_sections):
            rows.append((f"t{k}", f"s{s}", start + begins[s], start + ends[s]))
            free[s] = start + ends[s]
    return pd.DataFrame(rows, columns=["train", "section", "begin_s", "end_s"])


@settings(deadline=None, max_examples=60)
@given(timetables())
def test_compression_never_exceeds_the_window_and_makes_no_conflict(table: pd.DataFrame) -> None:
    window_s = float(table["end_s"].max() - table["begin_s"].min())
    result = compress(table, window_s=window_s, is_cyclic=False)
    assert result.decisive["occupancy_share"] <= 1
    assert compress(table, window_s=window_s).decisive["compressed_s"] <= result.decisive["compressed_s"]
    shift = table["train"].map(result.trains.set_index("train")["shift_s"])
    moved = table.assign(begin_s=table["begin_s"] + shift, end_s=table["end_s"] + shift)
    assert conflicts(moved).empty
    assert moved["begin_s"].min() >= 0
    again = compress(moved, window_s=window_s, is_cyclic=False)
    assert again.trains["shift_s"].abs().max() == 0


@settings(deadline=None, max_examples=40)
@given(timetables(), st.integers(10, 400), st.integers(0, 2**20))
def test_insertion_is_full_and_without_conflict(table: pd.DataFrame, need_s: int, seed: int) -> None:
    """On the first section alone: the number inserted is what its gaps hold, from the begin on; at random moments never more."""
    first = table[table["section"] == "s0"]
    window_s = float(first["end_s"].max() + 1000)
    path = pd.DataFrame({"path": "f", "section": ["s0"], "begin_s": [0.0], "end_s": [float(need_s)]})
    edges = [0.0, *first.sort_values("begin_s")[["begin_s", "end_s"]].to_numpy().ravel(), window_s]
    expected = sum(int((b - a) // need_s) for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert insert_paths(first, path, window_s=window_s, n_orders=1, placement="earliest", seed=seed).median == expected
    anywhere = insert_paths(first, path, window_s=window_s, n_orders=3, seed=seed).orders["n_paths"]
    assert (anywhere <= expected).all()
    assert (anywhere >= sum(int((b - a + need_s) // (2 * need_s)) for a, b in zip(edges[::2], edges[1::2], strict=True))).all()
