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

DAY_S, TARGET, SURFACE_M2 = 86_400.0, 2.13, 27_000.0 * 150.0
TIMES = {"entry_first_s": 300.0, "entry_follow_s": 180.0, "exit_first_s": 150.0, "exit_follow_s": 120.0}
CHAMBER = {"length_m": 427.0, "width_m": 55.0, "door_close_s": 150.0, "door_open_s": 150.0, "levelling_s": 480.0}
SALT = {"nieuw": {"length_m": 427.0, "width_m": 55.0, "floor_m_nap": -16.44}}


def run(inflow_m3_s: float, days: float = 4.0, sea_m_nap: float = -1.0, pieces: int = 1, start_m_nap: float = TARGET, **water: Any) -> Any:
    """Return lockages, days of the balance and the canal's level; 40 ships a day from either side without draught, so no displacement."""
    levels = LevelSeries(0.0, 300.0, np.full(int(days * 288) + 1, sea_m_nap), np.full(int(days * 288) + 1, start_m_nap))
    params = LockParams.model_validate({"chambers": {"nieuw": {**CHAMBER, "movements": {"inland": TIMES, "sea": TIMES}}}})
    n = int(40 * days)
    ships = pd.DataFrame({"id": [str(k) for k in range(n)], "side": ["sea", "canal"] * (n // 2), "arrival_s": np.arange(n) * DAY_S / 40})
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
    level, clock, rows, tables = CanalLevel(lock, balance), Clock(lock), [], []
    for piece in range(pieces):
        level.run(clock, days * DAY_S * (piece + 1) / pieces)
        level.drained()
        done, table = balance.collect(lockage_frame(lock.drain()[1], lock.complex))
        rows.append(done)
        tables.append(table)
    done, table = balance.finish(days * DAY_S)
    rows, tables = [r for r in [*rows, done] if len(r)], [t for t in [*tables, table] if len(t)]
    return pd.concat(rows, ignore_index=True), pd.concat(tables, ignore_index=True), levels.canal_m_nap


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
