"""Salt of the lockages that the lock model gives: bookkeeping over time, displacement, input checks, and kernels without the JIT."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.locks import OOST, WEST, chamber, fleet, lock

from nspd_mobility.errors import DataError
from nspd_mobility.kernels.jit import KERNELS, is_compiled
from nspd_mobility.params.salt import DisplacementParams, SaltChamberParams
from nspd_mobility.waterway import LevelSeries, LockResult, simulate_lock
from nspd_mobility.waterway.salt import displacement_of_lockages, exchange_of_lockages, steady_exchange

TESTS = Path(__file__).parents[1]
CHAMBERS: dict[str, Any] = {
    "a": {"length_m": OOST[0], "width_m": OOST[1], "floor_m_nap": -6.5},
    "b": {"length_m": WEST[0], "width_m": WEST[1], "floor_m_nap": -12.9},
}
SALINITIES: dict[str, Any] = {"salinity_sea_kg_m3": 24.6, "salinity_canal_kg_m3": 4.0}


def tide(days: float = 2.0) -> LevelSeries:
    time_s = np.arange(0.0, days * 86_400.0 + 1.0, 300.0)
    return LevelSeries(0.0, 300.0, 0.2 + 2.1 * np.sin(2.0 * np.pi * time_s / 44_714.0), np.full(len(time_s), 2.13))


def traffic(n: int = 120) -> tuple[pd.DataFrame, LockResult]:
    """Return ships over a day and a half, and what a lock of two chambers does with them."""
    rng = np.random.default_rng(3)
    ships = fleet(
        list(rng.choice(["sea", "canal"], n)),
        np.sort(rng.uniform(0.0, 1.5 * 86_400.0, n)),
        length_m=rng.uniform(60.0, 135.0, n),
        beam_m=rng.uniform(8.0, 15.0, n),
        draught_m=rng.uniform(1.5, 4.0, n),
    )
    return ships, simulate_lock(ships, lock(chamber(OOST), chamber(WEST)), level=tide())


def salt_digest() -> str:
    """Return the salt of a day's lockages and a steady state, to the last bit."""
    ships, result = traffic()
    table = exchange_of_lockages(
        result.lockages, CHAMBERS, **SALINITIES, levels=tide(), ships_m3=displacement_of_lockages(ships, result.ships), until_s=2.0 * 86_400.0
    )
    flushed = steady_exchange({**CHAMBERS["a"], "flush_high_m3_s": 2.0, "screen_distance_sea_m": -5.0}, cycles_per_day=12.0, **SALINITIES)
    return "".join(float(x).hex() for x in [*table.select_dtypes("number").to_numpy().ravel(), flushed.salt_load_to_canal_kg_s])


@pytest.fixture(scope="module")
def day() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the lockages and their salt."""
    ships, result = traffic()
    table = exchange_of_lockages(result.lockages, CHAMBERS, **SALINITIES, levels=tide(), ships_m3=displacement_of_lockages(ships, result.ships))
    return result.lockages, table


def test_salt_that_came_from_the_sea_is_in_the_canal_or_in_the_chamber(day: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    lockages, table = day
    assert (table["lockage_id"] == lockages["lockage_id"]).all()
    for name, rows in table.groupby("chamber"):
        size = CHAMBERS[str(name)]
        area = size["length_m"] * size["width_m"]
        first, last = rows.iloc[0], rows.iloc[-1]  # the table is in order of start
        starts_at_canal = first["direction"] == "to_sea"
        level = first["canal_m_nap"] if starts_at_canal else first["sea_m_nap"]
        salinity = SALINITIES["salinity_canal_kg_m3" if starts_at_canal else "salinity_sea_kg_m3"]
        begin_kg = salinity * (area * (level - size["floor_m_nap"]) - first["ships_m3"])
        end_level = last["canal_m_nap"] if last["direction"] == "to_canal" else last["sea_m_nap"]
        end_kg = last["salinity_after_kg_m3"] * area * (end_level - size["floor_m_nap"])
        assert (rows["salt_from_sea_kg"] - rows["salt_to_canal_kg"]).sum() == pytest.approx(end_kg - begin_kg, rel=1e-9)
        assert rows["salinity_after_kg_m3"].between(4.0 - 1e-9, 24.6 + 1e-9).all()
    assert table["salt_to_canal_kg"].sum() > 0.0, "salt intrudes"


def test_the_canal_pays_for_the_head_and_for_ships_that_come_in(day: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Water lost by the canal: levelling from the sea's level, plus ships that leave towards it, less ships that enter from it."""
    _, table = day
    for name, rows in table.groupby("chamber"):
        area = CHAMBERS[str(name)]["length_m"] * CHAMBERS[str(name)]["width_m"]
        following = rows["ships_m3"].shift(-1, fill_value=0.0)
        expected = area * (rows["canal_m_nap"] - rows["sea_m_nap"]) + rows["ships_m3"] - following
        at_canal = rows["direction"] == "to_canal"
        assert rows.loc[at_canal, "water_loss_m3"].to_numpy() == pytest.approx(expected[at_canal].to_numpy(), abs=1e-6)
        assert rows.loc[~at_canal, "water_loss_m3"].to_numpy() == pytest.approx(0.0, abs=1e-6)


def test_doors_count_as_open_until_they_close_for_the_next_lockage_of_their_chamber(day: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    lockages, table = day
    mine = lockages[lockages["chamber"] == "b"].reset_index(drop=True)
    stands = mine.loc[4, "doors_close_s"] - mine.loc[3, "doors_open_s"]
    assert table.loc[table["chamber"] == "b", "open_s"].iloc[3] == pytest.approx(stands + 0.5 * (110.0 + 100.0), abs=1e-6)
    whole = {name: {**size, "door_motion_share": 0.0} for name, size in CHAMBERS.items()}
    plain = exchange_of_lockages(lockages, whole, **SALINITIES, levels=tide())
    assert plain.loc[plain["chamber"] == "b", "open_s"].iloc[3] == pytest.approx(stands, abs=1e-6)


def test_salinity_of_the_canal_may_be_a_series_over_time(day: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    lockages, _ = day
    constant = exchange_of_lockages(lockages, CHAMBERS, **SALINITIES, levels=tide())
    flat = exchange_of_lockages(lockages, CHAMBERS, **{**SALINITIES, "salinity_canal_kg_m3": pd.Series([4.0, 4.0], index=[0.0, 1e5])}, levels=tide())
    pd.testing.assert_frame_equal(constant, flat)
    saltier = exchange_of_lockages(lockages, CHAMBERS, **{**SALINITIES, "salinity_canal_kg_m3": pd.Series([4.0, 12.0], index=[0.0, 1e5])}, levels=tide())
    assert saltier["salt_to_canal_kg"].sum() < constant["salt_to_canal_kg"].sum(), "less difference, less exchange"


def test_the_order_of_the_rows_does_not_count(day: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    lockages, _ = day
    shuffled = lockages.sample(frac=1.0, random_state=1)
    straight = exchange_of_lockages(lockages, CHAMBERS, **SALINITIES, levels=tide())
    pd.testing.assert_frame_equal(exchange_of_lockages(shuffled, CHAMBERS, **SALINITIES, levels=tide()).sort_index(), straight)


def test_displacement_is_length_times_beam_times_draught_times_the_block_coefficient() -> None:
    ships = fleet("sea", [0.0, 1.0, 2.0], length_m=[100.0, 200.0, 50.0], beam_m=[10.0, 30.0, 5.0], draught_m=[3.0, 10.0, 2.0], is_sea=[False, True, False])
    passages = pd.DataFrame({"id": ships["id"], "lockage_id": [4, 4, -1]})
    params = DisplacementParams(block_coefficient_inland=0.9, block_coefficient_sea=0.7)
    assert displacement_of_lockages(ships, passages, params).to_dict() == pytest.approx({4: 0.9 * 3_000.0 + 0.7 * 60_000.0}), "the third was refused"


def test_no_lockages_no_salt() -> None:
    _, result = traffic(4)
    assert exchange_of_lockages(result.lockages.iloc[:0], CHAMBERS, **SALINITIES).empty


def message(call: Any) -> str:
    with pytest.raises(DataError) as caught:
        call()
    return str(caught.value)


def test_errors_of_a_table_say_what_and_where(day: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    lockages = day[0]

    def of(frame: pd.DataFrame, chambers: Any = CHAMBERS, **options: Any) -> str:
        return message(lambda: exchange_of_lockages(frame, chambers, **{**SALINITIES, "levels": tide(), **options}))

    assert "column 'head_m' is missing" in of(lockages.drop(columns="head_m"))
    assert "'b' of the lockages is missing" in of(lockages, {"a": CHAMBERS["a"]})
    assert "direction 'up' is not one of: to_canal, to_sea" in of(lockages.assign(direction="up"))
    assert "go to the same side; keep the empty turns between them" in of(lockages.assign(direction="to_sea"))
    assert "'head_m': nan in row 0 can't be used" in of(lockages.assign(head_m=np.nan))
    assert "the times must be in order" in of(lockages.assign(doors_open_s=1e7, levelled_s=1e7))
    assert "leaves no water above its sill" in of(lockages, {name: {**size, "sill_height_canal_m": 20.0} for name, size in CHAMBERS.items()})
    assert "ships_m3: lockage 999999 is named twice or is not in the table" in of(lockages, ships_m3=pd.Series([1.0], index=[999_999]))
    assert "ships of 1000000 m³ in a chamber of" in of(lockages, ships_m3=pd.Series([1e6], index=lockages["lockage_id"].iloc[:1]))
    assert "a series needs numbers over rising times" in of(lockages, salinity_sea_kg_m3=pd.Series([1.0, 2.0], index=[5.0, 5.0]))
    assert "salinity_kg_m3 of the sea: 99 in row 0 can't be used; it must be 0 to 45" in of(lockages, salinity_sea_kg_m3=99.0)
    assert "unknown key 'lenght_m' (did you mean 'length_m'?)" in of(lockages, {**CHAMBERS, "a": {**CHAMBERS["a"], "lenght_m": 1.0}})


def test_errors_of_a_steady_cycle_say_what_is_allowed() -> None:
    def of(changes: dict[str, Any] | None = None, **options: Any) -> str:
        return message(lambda: steady_exchange({**CHAMBERS["a"], **(changes or {})}, **{"cycles_per_day": 12.0, **SALINITIES, **options}))

    assert "cycles_per_day: 100.0 leaves -168 s for open doors in each half cycle" in of(cycles_per_day=100.0)
    assert "symmetry_coefficient: 3 can't be used; it must be 0 to 2" in of(symmetry_coefficient=3.0)
    assert "door_s: -1 can't be used; it must be at least 0" in of(door_s=-1.0)
    assert "ships of 50000 m³ in a chamber of 40560 m³" in of(ships_to_sea_m3=5e4)
    assert "a screen inside the chamber lies less than its length" in of({"screen_distance_sea_m": -300.0})
    with pytest.raises(DataError, match="the ships differ from those of the table of ships"):
        displacement_of_lockages(
            pd.DataFrame({"id": ["a"], "length_m": [1.0], "beam_m": [1.0], "draught_m": [1.0]}), pd.DataFrame({"id": ["b"], "lockage_id": [1]})
        )


def test_a_parameter_model_does_as_well_as_a_mapping() -> None:
    params = SaltChamberParams(**CHAMBERS["a"])
    assert steady_exchange(params, cycles_per_day=12.0, **SALINITIES) == steady_exchange(CHAMBERS["a"], cycles_per_day=12.0, **SALINITIES)


@pytest.mark.skipif(not is_compiled(), reason="says something of compiled kernels only")
def test_every_kernel_of_salt_has_one_signature() -> None:
    salt_digest()
    mine = {k.py_func.__name__: k for k in KERNELS if k.py_func.__module__.endswith("_kernels.salt")}
    n_signature = {name: len({key[0] for key in k._cache._cache_file._load_index()}) for name, k in mine.items()}
    assert {name: n for name, n in n_signature.items() if n > 1} == {}
    assert {"salt_steady", "salt_lockages"} <= {name for name, n in n_signature.items() if n == 1}, "they have been used"


@pytest.mark.kernel
@pytest.mark.skipif(not is_compiled(), reason="both sides would run without the JIT")
def test_plain_python_gives_the_salt_of_the_compiled_kernels() -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS / "unit"), str(TESTS.parent)])}
    plain = subprocess.run(
        [sys.executable, "-c", "from test_salt_lockages import salt_digest; print(salt_digest())"], env=environment, capture_output=True, text=True
    )
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.strip() == salt_digest()
