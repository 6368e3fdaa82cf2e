"""The level of the canal by its water balance: what the lock meets, water kept, steady inflow, drought, and the tide in front of the outlet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.water import balance_of

from nspd_mobility.engine.clock import Clock
from nspd_mobility.params import LockParams
from nspd_mobility.waterway.canal_level import CanalLevel
from nspd_mobility.waterway.complex import LevelSeries
from nspd_mobility.waterway.facility import LockFacility
from nspd_mobility.waterway.lock import lockage_frame
from nspd_mobility.waterway.ships import to_requests
from nspd_mobility.waterway.triggered import TriggeredRegimes, rest_spans, seconds_inside, split_regimes

DAY_S, TARGET, SURFACE_M2 = 86_400.0, 2.13, 27_000.0 * 150.0
TIMES = {"entry_first_s": 300.0, "entry_follow_s": 180.0, "exit_first_s": 150.0, "exit_follow_s": 120.0}
CHAMBER = {"length_m": 427.0, "width_m": 55.0, "door_close_s": 150.0, "door_open_s": 150.0, "levelling_s": 480.0}
SALT = {"nieuw": {"length_m": 427.0, "width_m": 55.0, "floor_m_nap": -16.44}}


def run(inflow_m3_s: float, **options: Any) -> Any:
    """Return lockages, days of the balance and the canal's level; 40 ships a day from either side without draught, so no displacement."""
    return run_with_regimes(inflow_m3_s, {}, **options)[:3]


def run_with_regimes(
    inflow_m3_s: float,
    regimes: Any,
    days: float = 4.0,
    sea_m_nap: Any = -1.0,
    pieces: int = 1,
    start_m_nap: float = TARGET,
    arrivals_s: Any = None,
    lock_options: Any = None,
    **water: Any,
) -> Any:
    """Return the same, and the closures that regimes by name make of the level."""
    points = 300.0 * np.arange(int(days * 288) + 1)
    levels = LevelSeries(0.0, 300.0, sea_m_nap(points) if callable(sea_m_nap) else np.full(points.size, sea_m_nap), np.full(points.size, start_m_nap))
    given = {"chambers": {"nieuw": {**CHAMBER, "movements": {"inland": TIMES, "sea": TIMES}}}, "regimes": regimes}
    params = LockParams.model_validate({**given, **(lock_options or {})})
    n = int(40 * days)
    ships = pd.DataFrame({"id": [str(k) for k in range(n)], "side": ["sea", "canal"] * (n // 2), "arrival_s": np.arange(n) * DAY_S / 40})
    if arrivals_s is not None:
        ships = pd.DataFrame({"id": [str(k) for k in range(len(arrivals_s))], "side": "canal", "arrival_s": arrivals_s})
    balance = balance_of(
        {"steps_per_day": 24, "initial_salinity_kg_m3": 3.0, **water},
        SALT,
        levels,
        inflow_m3_s=inflow_m3_s,
        target_m_nap=TARGET,
        initial_level_m_nap=start_m_nap,
    )
    lock = LockFacility("lock", params, levels)
    lock.add_arrivals(to_requests(ships, params))
    nothing = pd.DataFrame({"chamber": [], "begin_s": [], "end_s": [], "cause": []})
    triggered = TriggeredRegimes(split_regimes(params.regimes)[1], ["nieuw"], levels, np.full(points.size, inflow_m3_s), nothing, (0.0, days * DAY_S))
    balance.rest_seconds = lambda begin_s, length_s: seconds_inside(rest_spans(triggered.table, 1), begin_s, length_s)
    level, clock, rows, tables = CanalLevel(lock, balance, triggered), Clock(lock), [], []
    for piece in range(pieces):
        level.run(clock, days * DAY_S * (piece + 1) / pieces)
        level.drained()
        done, table = balance.collect(lockage_frame(lock.drain()[1], lock.complex))
        rows.append(done)
        tables.append(table)
    done, table = balance.finish(days * DAY_S)
    rows, tables = [r for r in [*rows, done] if len(r)], [t for t in [*tables, table] if len(t)]
    return pd.concat(rows, ignore_index=True), pd.concat(tables, ignore_index=True), levels.canal_m_nap, triggered.table


def test_water_is_kept() -> None:
    rows, days, _ = run(10.0)
    gained = days["inflow_m3"] + days["shortage_m3"] - days["lock_loss_m3"] - days["flushing_m3"] - days["spill_m3"]
    assert np.diff(np.r_[0.0, days["storage_m3"]]) == pytest.approx(gained.to_numpy(), rel=1e-9, abs=1e-9 * SURFACE_M2)
    assert days["lock_loss_m3"].sum() == pytest.approx(rows["water_loss_m3"].sum(), rel=1e-9)


def test_a_drought_lowers_the_level_that_the_lock_meets() -> None:
    """Without inflow the canal falls by what the lock takes, and each lockage costs area times its own, falling head."""
    rows, days, level = run(0.0, days=2.0, lowest_m=-2.0)
    to_canal = rows[rows["direction"] == "to_canal"]
    assert (np.diff(rows["head_m"]) >= -1e-12).all() and rows["head_m"].iloc[-1] > rows["head_m"].iloc[0] + 0.2
    assert to_canal["water_loss_m3"].sum() == pytest.approx(427.0 * 55.0 * -to_canal["head_m"].sum(), rel=0.02)
    assert days["storage_m3"].iloc[-1] == pytest.approx(-days["lock_loss_m3"].sum(), rel=1e-9)
    assert TARGET > level[-1] >= TARGET + days["storage_m3"].iloc[-1] / SURFACE_M2 - 1e-9, "the lock's level is that of some hours ago"


def test_the_level_is_steady_where_inflow_is_loss_and_spill() -> None:
    _, days, level = run(60.0, spill_m3_s=60.0)
    assert level == pytest.approx(TARGET, abs=0.05)
    last = days.iloc[-1]
    assert last["inflow_m3"] == pytest.approx(last["lock_loss_m3"] + last["spill_m3"], abs=0.05 * SURFACE_M2)


def test_nothing_is_let_out_while_the_sea_stands_above_the_canal() -> None:
    _, days, level = run(20.0, days=1.0, sea_m_nap=3.5, spill_m3_s=60.0)
    assert days["spill_m3"].iloc[0] == 0.0 and level[-1] > TARGET


def test_pieces_change_nothing() -> None:
    once, more = run(15.0), run(15.0, pieces=4)
    pd.testing.assert_frame_equal(once[0], more[0].sort_values("lockage_id", ignore_index=True)[once[0].columns])
    assert (once[2] == more[2]).all()


DROUGHT = {"drought": {"active": "triggered", "canal_below_m_nap": 1.99}}
SPILL = {"spill": {"active": "triggered", "cause": "spill", "canal_above_m_nap": 2.2}}
PERIOD_S = 44_714.0
LOW_S = PERIOD_S * (np.arange(8) + 0.75)


def tide(time_s: Any) -> Any:
    """Return a tide of 2 m about NAP -1 m, low at `LOW_S`."""
    return -1.0 + 2.0 * np.sin(2.0 * np.pi * time_s / PERIOD_S)


def kept(days: pd.DataFrame) -> None:
    gained = days["inflow_m3"] + days["shortage_m3"] - days["lock_loss_m3"] - days["flushing_m3"] - days["spill_m3"]
    assert np.diff(np.r_[0.0, days["storage_m3"]]) == pytest.approx(gained.to_numpy(), rel=1e-9, abs=1e-9 * SURFACE_M2)


def test_the_drought_regime_begins_when_the_lockages_have_lowered_the_canal() -> None:
    """Each block from 2 h before to 2 h after low water holds where the level that the lock met at its begin lies below the trigger, and else not."""
    rows, days, level, closures = run_with_regimes(5.0, DROUGHT, sea_m_nap=tide, lowest_m=-2.0)
    begins_s = LOW_S[LOW_S < 4 * DAY_S] - 7200.0
    is_low = np.interp(begins_s, 300.0 * np.arange(level.size), level) < 1.99
    assert not is_low[0] and is_low[-1], "the level falls from one side of the trigger to the other"
    assert closures["begin_s"].to_numpy() == pytest.approx(begins_s[is_low], abs=60.0)
    assert set(closures["cause"]) == {"drought"}
    for block in closures.itertuples():
        assert not ((rows["start_s"] > block.begin_s + 0.001) & (rows["start_s"] < block.end_s - 0.001)).any()
    kept(days)
    without = run(5.0, sea_m_nap=tide, lowest_m=-2.0)
    assert days["lock_loss_m3"].sum() < without[1]["lock_loss_m3"].sum() and level[-1] > without[2][-1], "the regime saves water"


def test_where_water_is_plenty_no_regime_begins() -> None:
    rows, days, _, closures = run_with_regimes(60.0, DROUGHT, sea_m_nap=tide)
    assert closures.empty
    assert rows["doors_close_s"].tolist() == run(60.0, sea_m_nap=tide)[0]["doors_close_s"].tolist()
    kept(days)


def test_pieces_change_no_regime() -> None:
    once, more = (run_with_regimes(5.0, DROUGHT, sea_m_nap=tide, lowest_m=-2.0, pieces=pieces) for pieces in (1, 4))
    pd.testing.assert_frame_equal(once[3], more[3])
    assert (once[2] == more[2]).all() and len(once[3])


def test_a_chamber_that_is_held_open_closes_its_doors_when_a_regime_begins() -> None:
    held = {"policy": "full_or_max_wait", "filling": {"max_wait_s": 36_000.0}}
    at_s = [LOW_S[0] - 10_800.0]
    rows, _, _, closures = run_with_regimes(5.0, DROUGHT, days=2.0, sea_m_nap=tide, start_m_nap=1.9, lowest_m=-2.0, arrivals_s=at_s, lock_options=held)
    begin_s = closures["begin_s"].iloc[0]
    assert rows["doors_close_s"].iloc[-1] == pytest.approx(begin_s, abs=0.002)
    free = run_with_regimes(5.0, {}, days=2.0, sea_m_nap=tide, start_m_nap=1.9, lowest_m=-2.0, arrivals_s=at_s, lock_options=held)[0]
    assert free["doors_close_s"].iloc[-1] > begin_s + 10_000.0


def test_while_lockages_rest_in_a_spill_regime_more_is_let_out() -> None:
    """Inflow 60, lockages some 10, spill beside navigation 20 m³/s: 30 m³/s stay, 0.9 million m³ in 8.4 h; a rest of 4 h lets out up to 2.9 million m³."""
    _, days, level, closures = run_with_regimes(60.0, SPILL, sea_m_nap=tide, spill_m3_s=20.0)
    assert set(closures["cause"]) == {"spill"}
    after = np.interp(closures["end_s"][closures["end_s"] < 4 * DAY_S], 300.0 * np.arange(level.size), level)
    assert after == pytest.approx(TARGET, abs=0.04), "each rest brings the canal back to its target"
    kept(days)
    without = run(60.0, sea_m_nap=tide, spill_m3_s=20.0)[2]
    assert without[-288:].min() > TARGET + 0.2


def test_rest_is_the_time_in_which_every_chamber_is_closed() -> None:
    table = pd.DataFrame(
        [("a", 0.0, 10.0, "spill"), ("b", 4.0, 8.0, "spill"), ("b", 8.0, 12.0, "outage"), ("a", 20.0, 30.0, "outage"), ("b", 20.0, 30.0, "drought")]
    )
    table.columns = pd.Index(["chamber", "begin_s", "end_s", "cause"])
    spans = rest_spans(table, 2)
    assert seconds_inside(spans, np.array([0.0, 5.0, 15.0]), np.array([5.0, 10.0, 30.0])).tolist() == [1.0, 5.0, 0.0]
    assert rest_spans(table.iloc[:0], 2).shape == (0, 2)
