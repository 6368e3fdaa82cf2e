"""Properties of the canal's balance, for any lockages and any conditions: water and salt are kept, pieces change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.water import CANAL_M_NAP, SALT_CHAMBERS, balance_of, balanced

from nspd_mobility.params.water import ChannelParams, WaterParams
from nspd_mobility.waterway.canal_salinity import CanalState, simulate_salinity

anything = settings(deadline=None, max_examples=40)
DAY_S = 86_400.0


def number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def lockages(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return lockages of two chambers with long and short times in between, and their ships."""
    frames = []
    for name in ("oost", "west"):
        n = draw(st.integers(0, 9))
        gaps = draw(st.lists(number(60.0, 60_000.0), min_size=n, max_size=n))
        close, at = [], 0.0
        for gap in gaps:
            at += gap
            close.append(at)
            at += 1200.0
        first = draw(st.integers(0, 1))
        frame: dict[str, Any] = {"chamber": name, "direction": [("to_sea", "to_canal")[(k + first) % 2] for k in range(n)]}
        begin = np.array(close)
        frame |= {"start_s": begin, "doors_close_s": begin, "doors_closed_s": begin + 200.0, "levelled_s": begin + 800.0, "doors_open_s": begin + 1000.0}
        frame |= {"end_s": begin + 1100.0, "head_m": draw(st.lists(number(-4.0, 1.5), min_size=n, max_size=n))}
        frames.append(pd.DataFrame(frame).astype({"chamber": "str", "direction": "str", "head_m": float}))
    table = pd.concat(frames).sort_values(["start_s", "chamber"], ignore_index=True)
    table.insert(0, "lockage_id", np.arange(len(table)))
    lengths = draw(st.lists(number(0.0, 110.0), min_size=len(table), max_size=len(table)))
    return table, pd.DataFrame({"lockage_id": table["lockage_id"], "length_m": np.array(lengths, dtype=float), "beam_m": 11.4, "draught_m": 3.5})


@st.composite
def waters(draw: st.DrawFn) -> WaterParams:
    values: dict[str, Any] = {"salinity_head_kg_m3": draw(number(0.0, 1.0))}
    values |= {"salinity_sea_kg_m3": draw(number(0.0, 32.0)), "initial_salinity_kg_m3": draw(number(0.0, 20.0))}
    values |= {"flushing_m3_s": draw(number(0.0, 10.0)), "exchange_factor": draw(number(0.0, 1.0)), "steps_per_day": draw(st.sampled_from([1, 4, 24]))}
    return WaterParams(**values, canal=ChannelParams(cell_m=draw(st.sampled_from([1000.0, 3000.0, 27_000.0]))))


@anything
@given(lockages(), waters(), number(0.0, 150.0))
def test_water_and_salt_are_kept(traffic: tuple[pd.DataFrame, pd.DataFrame], params: WaterParams, inflow: float) -> None:
    table, ships = traffic
    days = max(1.0, np.ceil((table["end_s"].max() if len(table) else 0.0) / DAY_S))
    balance = balance_of(params, SALT_CHAMBERS, pd.DataFrame({"time_s": [0.0], "sea_m_nap": [0.0], "canal_m_nap": [CANAL_M_NAP]}), inflow_m3_s=inflow)
    volume = params.canal.length_m * params.canal.width_m * params.canal.depth_m
    rows, table_of_days = balanced(balance, table, ships, days)
    assert len(rows) == len(table) and len(table_of_days) == days
    storage = table_of_days["storage_m3"].to_numpy()
    into = table_of_days["inflow_m3"] + table_of_days["shortage_m3"]
    out = table_of_days["lock_loss_m3"] + table_of_days["flushing_m3"] + table_of_days["spill_m3"]
    assert np.diff(np.r_[0.0, storage]) == pytest.approx((into - out).to_numpy(), abs=1e-9 * volume)
    assert (storage <= 1e-6).all() and (storage >= params.lowest_m * params.canal.length_m * params.canal.width_m - 1e-6).all()
    assert (table_of_days[["spill_m3", "shortage_m3", "flushing_m3"]] >= 0.0).all(axis=None)
    salt = table_of_days["salinity_mean_kg_m3"].to_numpy() * (volume + storage)
    gained = table_of_days["salt_in_kg"] + table_of_days["salt_head_kg"] - table_of_days["salt_out_kg"]
    assert np.diff(np.r_[params.initial_salinity_kg_m3 * volume, salt]) == pytest.approx(gained.to_numpy(), abs=1e-9 * 32.0 * volume)
    assert table_of_days["salt_in_kg"].sum() == pytest.approx(rows["salt_to_canal_kg"].sum(), rel=1e-9, abs=1.0)
    highest = max(params.salinity_sea_kg_m3, params.salinity_head_kg_m3, float(params.initial_salinity_kg_m3 or 0.0))
    assert rows["salinity_after_kg_m3"].between(-1e-9, highest + 1e-6).all()
    assert (balance.canal.salinity_kg_m3 >= -1e-6).all()


@anything
@given(lockages(), waters(), st.lists(number(0.0, 1.0), max_size=4))
def test_pieces_change_nothing(traffic: tuple[pd.DataFrame, pd.DataFrame], params: WaterParams, cuts: list[float]) -> None:
    table, ships = traffic
    days = max(1.0, np.ceil((table["end_s"].max() if len(table) else 0.0) / DAY_S))
    level = pd.DataFrame({"time_s": [0.0], "sea_m_nap": [0.0], "canal_m_nap": [CANAL_M_NAP]})
    once = balanced(balance_of(params, SALT_CHAMBERS, level), table, ships, days)
    pieces = balanced(balance_of(params, SALT_CHAMBERS, level), table, ships, days, sorted(cut * days * DAY_S for cut in cuts))
    for one, other in zip(once, pieces, strict=True):
        pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-6, check_dtype=False)


@anything
@given(number(0.0, 300.0), number(0.0, 35.0), number(0.0, 2.0), st.sampled_from([500.0, 1000.0, 9000.0]))
def test_no_salinity_lies_beyond_those_outside(flow: float, sea: float, head: float, cell_m: float) -> None:
    result = simulate_salinity({"cell_m": cell_m}, inflow_m3_s=flow, salinity_sea_kg_m3=sea, salinity_head_kg_m3=head, initial_kg_m3=8.0, n_days=20)
    low, high = min(sea, head, 8.0), max(sea, head, 8.0)
    assert (result.mean_kg_m3 >= low - 1e-8).all() and (result.mean_kg_m3 <= high + 1e-8).all()


@anything
@given(number(1.0, 150.0), number(1.0, 150.0), number(1.0, 32.0))
def test_more_discharge_makes_a_fresher_canal(first: float, second: float, sea: float) -> None:
    profiles = []
    for flow in sorted((first, second)):
        state = CanalState(ChannelParams(), has_reach=True)
        state.make_steady(flow, sea, 0.0)
        profiles.append(state.salinity_kg_m3)
    assert (profiles[1] <= profiles[0] + 1e-6).all()
    assert (np.diff(profiles[0]) >= -1e-8).all(), "saltest at the locks"
