"""The water and salt balance of the canal: water lost by hand, balances that close, pieces, shortage, the treaty, and bad input."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.water import AFTER, BEFORE, CANAL_M_NAP, SALT_CHAMBERS, balance_of, balanced, levels, regular, tide

from nspd_mobility.errors import DataError
from nspd_mobility.kernels.jit import KERNELS, is_compiled
from nspd_mobility.params.levels import DischargeParams
from nspd_mobility.params.water import WaterParams
from nspd_mobility.waterway.canal_salinity import simulate_salinity
from nspd_mobility.waterway.levels import discharge_m3_s
from nspd_mobility.waterway.salt import displacement_of_lockages, exchange_of_lockages
from nspd_mobility.waterway.treaty import treaty_balance
from nspd_mobility.waterway.water import WaterBalance

SURFACE_M2 = 27_000.0 * 150.0
VOLUME_M3 = SURFACE_M2 * 13.5
DAY_S = 86_400.0


def ships_of(lockages: pd.DataFrame, seed: int = 5) -> pd.DataFrame:
    """Return one or two ships for each lockage, small enough for every chamber."""
    rng = np.random.default_rng(seed)
    ids = np.repeat(lockages["lockage_id"].to_numpy(), rng.integers(0, 3, len(lockages)))
    n = len(ids)
    sizes = {"length_m": rng.uniform(60.0, 110.0, n), "beam_m": rng.uniform(8.0, 11.4, n), "draught_m": rng.uniform(1.5, 4.0, n)}
    return pd.DataFrame({"lockage_id": ids, **sizes, "is_sea": rng.random(n) < 0.2})


def whole(params: Any, cycles: Any = AFTER, days: float = 6.0, sea: Any = tide, ships: bool = True, **options: Any) -> tuple[Any, pd.DataFrame, pd.DataFrame]:
    """Return a balance after some days of regular lockages, its lockages and its days."""
    level = levels(days, sea)
    lockages = regular(cycles, days, level)
    balance = balance_of(params, SALT_CHAMBERS, level, **options)
    return balance, *balanced(balance, lockages, ships_of(lockages) if ships else None, days)


@pytest.mark.parametrize(
    ("chamber", "area_m2", "sea_m_nap", "expected_m3"),
    [
        ("nieuw", 427.0 * 55.0, -1.90, 94_600.0),
        ("nieuw", 427.0 * 55.0, 0.0, 50_000.0),
        ("nieuw", 427.0 * 55.0, 2.34, -4_900.0),
        ("west", 290.0 * 38.0, -1.90, 44_400.0),
        ("oost", 260.0 * 24.0, -1.90, 25_100.0),
        ("oost", 260.0 * 24.0, 0.0, 13_300.0),
        ("oost", 260.0 * 24.0, 2.34, -1_300.0),
    ],
)
def test_a_cycle_costs_the_canal_area_times_head(chamber: str, area_m2: float, sea_m_nap: float, expected_m3: float) -> None:
    """L W (2.13 - sea level): at low water NAP -1.90, at NAP 0, and a gain at high water +2.34."""
    _, rows, _ = whole({}, {chamber: 6}, 1.0, sea_m_nap, ships=False)
    to_canal = rows.loc[rows["direction"] == "to_canal", "water_loss_m3"].to_numpy()
    assert to_canal == pytest.approx(area_m2 * (CANAL_M_NAP - sea_m_nap), abs=1e-6)
    assert to_canal[0] == pytest.approx(expected_m3, rel=0.01)
    assert rows.loc[rows["direction"] == "to_sea", "water_loss_m3"].to_numpy() == pytest.approx(0.0, abs=1e-6)


def test_the_complex_of_terneuzen_takes_about_the_flow_of_the_treaty() -> None:
    """10, 14 and 16 cycles a day at a sea level of NAP 0: 488 970 m² x 2.13 m / 86 400 s = 12.05 m³/s, beside a treaty flow of 13."""
    area_m2 = 10 * 427.0 * 55.0 + 14 * 290.0 * 38.0 + 16 * 260.0 * 24.0
    assert area_m2 == 488_970.0
    _, _, days = whole({}, AFTER, 10.0, 0.0, ships=False)
    result = treaty_balance(days)
    assert result.lock_loss_m3_s == pytest.approx(area_m2 * 2.13 / DAY_S, rel=1e-3)
    assert result.lock_loss_m3_s == pytest.approx(12.0, rel=0.01)
    assert result.days_below_share == 0.0 and result.inflow_m3_s == 25.0


def test_water_and_salt_close_every_day() -> None:
    params = {"salinity_head_kg_m3": 0.2, "flushing_m3_s": 3.0, "flushing_salinity_ratio": 1.2, "initial_salinity_kg_m3": 6.0, "inflow_m3_s": 15.0}
    balance, rows, days = whole(params)
    into, out = days["inflow_m3"] + days["shortage_m3"], days["lock_loss_m3"] + days["flushing_m3"] + days["spill_m3"]
    storage = days["storage_m3"].to_numpy()
    assert np.diff(np.r_[0.0, storage]) == pytest.approx((into - out).to_numpy(), abs=1e-9 * VOLUME_M3)
    salt = days["salinity_mean_kg_m3"].to_numpy() * (VOLUME_M3 + storage)
    gained = (days["salt_in_kg"] + days["salt_head_kg"] - days["salt_out_kg"]).to_numpy()
    assert np.diff(np.r_[6.0 * VOLUME_M3, salt]) == pytest.approx(gained, abs=1e-9 * salt.max())
    assert days["salt_in_kg"].sum() == pytest.approx(rows["salt_to_canal_kg"].sum(), rel=1e-12)
    assert days["lock_loss_m3"].sum() == pytest.approx(rows["water_loss_m3"].sum(), rel=1e-12)
    assert balance.canal.salt_kg == pytest.approx(salt[-1], rel=1e-12)
    assert days["salt_head_kg"].to_numpy() == pytest.approx(0.2 * into.to_numpy())


def test_lockages_are_those_of_the_exchange_at_the_salinity_of_the_canal() -> None:
    """The series of the canal's salinity is constant in each step, and what `exchange_of_lockages` then gives is what comes out."""
    params = {"steps_per_day": 1, "initial_salinity_kg_m3": 2.0}
    _, rows, days = whole(params)
    level = levels(6.0, tide)
    lockages = regular(AFTER, 6.0, level)
    ships = ships_of(lockages).assign(id=lambda f: np.arange(len(f)).astype(str))
    at_start = np.r_[2.0, days["salinity_lock_end_kg_m3"].to_numpy()[:-1]]
    begins = days["day_s"].to_numpy()
    steps = pd.Series(np.repeat(at_start, 2), index=np.c_[begins, begins + DAY_S - 1e-6].ravel())
    expected = exchange_of_lockages(
        lockages,
        SALT_CHAMBERS,
        salinity_sea_kg_m3=24.6,
        salinity_canal_kg_m3=steps,
        levels=level,
        ships_m3=displacement_of_lockages(ships, ships),
        temperature_sea_celsius=12.0,
        temperature_canal_celsius=12.0,
        until_s=6.0 * DAY_S,
    )
    for column in ("water_loss_m3", "salt_to_canal_kg", "salinity_after_kg_m3"):
        assert rows[column].to_numpy() == pytest.approx(expected[column].to_numpy(), rel=1e-9, abs=1e-4)


@pytest.mark.parametrize("cuts_s", [(DAY_S, 3.0 * DAY_S), (1.0, 50_000.0, 50_001.0, 86_401.5, 400_000.0), tuple(np.arange(1, 36) * 14_400.0)])
def test_pieces_give_what_one_pass_gives(cuts_s: tuple[float, ...]) -> None:
    level = levels(6.0, tide)
    lockages = regular(AFTER, 6.0, level)
    ships = ships_of(lockages)
    results = [balanced(balance_of({}, SALT_CHAMBERS, level), lockages, ships, 6.0, cuts) for cuts in ((), cuts_s)]
    for one, other in zip(*results, strict=True):
        pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=0.0)


def test_ships_may_come_before_their_lockage_and_rows_may_come_in_any_order() -> None:
    level = levels(3.0, tide)
    lockages = regular(AFTER, 3.0, level)
    ships = ships_of(lockages)
    usual = balanced(balance_of({}, SALT_CHAMBERS, level), lockages, ships, 3.0, (DAY_S,))
    early = balance_of({}, SALT_CHAMBERS, level)
    is_first = lockages["start_s"] < DAY_S
    first = early.add(lockages[is_first].sample(frac=1.0, random_state=1), ships, until_s=DAY_S)
    second = early.add(lockages[~is_first], until_s=3.0 * DAY_S)
    last = early.finish(3.0 * DAY_S)
    joined = pd.concat([first[0], second[0], last[0]]).sort_values("lockage_id", ignore_index=True)
    pd.testing.assert_frame_equal(joined, usual[0])
    pd.testing.assert_frame_equal(pd.concat([first[1], second[1], last[1]], ignore_index=True), usual[1])


def test_a_lockage_comes_out_when_its_doors_close_again() -> None:
    level = levels(2.0)
    lockages = regular({"oost": 2}, 2.0, level)  # every 6 h
    balance = balance_of({}, SALT_CHAMBERS, level)
    done, days = balance.add(lockages.iloc[:3], until_s=50_000.0)
    assert done["lockage_id"].tolist() == [0], "the second is complete in the step to 64 800 s, which goes on"
    assert days.empty and list(days.columns) == list(balance.finish(2.0 * DAY_S)[1].columns)


def test_without_lockages_water_comes_and_goes() -> None:
    balance = balance_of({"initial_salinity_kg_m3": 3.0}, {})
    rows, days = balance.finish(2.5 * DAY_S)
    assert rows.empty and len(days) == 3
    assert days["spill_m3"].tolist() == pytest.approx([25.0 * DAY_S, 25.0 * DAY_S, 12.5 * DAY_S])
    assert (days["lock_loss_m3"] == 0.0).all() and (days["salt_in_kg"] == 0.0).all()
    assert (np.diff(days["salinity_mean_kg_m3"]) < 0.0).all(), "fresh water flushes the canal"


def test_equal_levels_and_equal_salinities_change_nothing() -> None:
    same = {"salinity_sea_kg_m3": 9.0, "salinity_head_kg_m3": 9.0, "initial_salinity_kg_m3": 9.0}
    _, rows, days = whole(same, sea=CANAL_M_NAP, ships=False)
    assert rows["water_loss_m3"].to_numpy() == pytest.approx(0.0, abs=1e-6)
    assert rows["salt_to_canal_kg"].to_numpy() == pytest.approx(0.0, abs=1e-3)
    assert days["salinity_mean_kg_m3"].to_numpy() == pytest.approx(9.0, abs=1e-9)
    _, _, tidal = whole({**same, "exchange_factor": 0.3})
    assert tidal["salinity_lock_end_kg_m3"].to_numpy() == pytest.approx(9.0, abs=1e-9), "lost water takes its salt along"
    assert tidal["salinity_zelzate_kg_m3"].to_numpy() == pytest.approx(9.0, abs=1e-9)


def test_short_water_is_counted_after_the_level_has_fallen_to_its_lowest() -> None:
    """No inflow: the store above the lowest level, 0.25 m x 4.05 km² = 1 012 500 m³, goes first; then all that the locks take is short."""
    _, _, days = whole({"inflow_m3_s": 0.0, "flushing_m3_s": 2.0}, sea=0.0, ships=False)
    assert days["storage_m3"].iloc[-1] == pytest.approx(-0.25 * SURFACE_M2)
    loss, flushed = days["lock_loss_m3"].sum(), days["flushing_m3"].sum()
    assert days["shortage_m3"].sum() == pytest.approx(loss + flushed - 0.25 * SURFACE_M2)
    assert days["flushing_m3"].iloc[-1] == 0.0, "flushing gives way"
    assert (days["spill_m3"] == 0.0).all()


def test_more_flushing_from_the_bed_takes_more_salt_out() -> None:
    salt = []
    for changes in ({}, {"flushing_m3_s": 5.0}, {"flushing_m3_s": 5.0, "flushing_salinity_ratio": 1.3}):
        _, _, days = whole({"initial_salinity_kg_m3": 6.0, **changes}, days=10.0)
        salt.append(days["salinity_mean_kg_m3"].iloc[-1])
    assert salt[1] == pytest.approx(salt[0], rel=1e-3), "at one salinity it is spill by another name"
    assert salt[2] < salt[1]


def test_measures_at_the_locks_reach_the_canal() -> None:
    """A bubble screen at every gate, a sill, and a fresher canal at a larger discharge."""
    level = levels(10.0, tide)
    lockages = regular(AFTER, 10.0, level)

    def salt(measure: dict[str, float], **water: float) -> float:
        chambers = {name: {**size, **measure} for name, size in SALT_CHAMBERS.items()}
        return float(balanced(balance_of(water, chambers, level), lockages, None, 10.0)[1]["salinity_mean_kg_m3"].iloc[-1])

    plain = salt({})
    assert salt({"current_factor_sea_share": 0.25, "current_factor_canal_share": 0.25}) < plain
    assert salt({"sill_height_canal_m": 2.0}) < plain
    assert salt({}, inflow_m3_s=50.0) < plain


def test_the_exchange_factor_of_a_third_brings_the_old_complex_to_the_source_model() -> None:
    """A comparison: 14 and 16 cycles a day, as of before the Nieuwe Sluis, beside steady states of the model that was calibrated on
    that time (`test_canal_salinity.SOURCE`: 25 m³/s 5.86 and 4.44, 50 m³/s 3.38 and 1.95 kg/m³ at km 28.6 and 18.6)."""
    level = levels(150.0, tide)
    lockages = regular(BEFORE, 150.0, level)
    for flow, (near, far) in {25.0: (5.86, 4.44), 50.0: (3.38, 1.95)}.items():
        params = {"inflow_m3_s": flow, "exchange_factor": 0.3, "canal": {"points_km": {"near": 28.6, "far": 18.6}}}
        balance = balance_of(params, SALT_CHAMBERS, level)
        _, days = balanced(balance, lockages, None, 150.0)
        month = days.tail(30)
        assert month["salinity_near_kg_m3"].mean() == pytest.approx(near, abs=0.5)
        assert month["salinity_far_kg_m3"].mean() == pytest.approx(far, abs=0.5)
        # and without it the lock exchange formula alone gives a canal twice as salt
    plain = balanced(balance_of({"canal": params["canal"]}, SALT_CHAMBERS, level), lockages, None, 150.0)[1].tail(30)
    assert plain["salinity_near_kg_m3"].mean() > 1.8 * 5.86


def test_inflow_and_sea_may_be_series_or_go_by_month() -> None:
    epoch, noon_s = pd.Timestamp("2024-01-31 00:00", tz="Europe/Amsterdam"), np.array([0.25, 0.5, 1.25, 1.5, 2.25]) * DAY_S
    months = discharge_m3_s(DischargeParams(monthly_m3_s=[float(10 + k) for k in range(12)]), noon_s, epoch=epoch, end_s=3.0 * DAY_S)
    days = balance_of({"steps_per_day": 1}, {}, inflow_m3_s=pd.Series(months, index=noon_s)).finish(3.0 * DAY_S)[1]
    assert (days["inflow_m3"] / DAY_S).tolist() == pytest.approx([10.0, 11.0, 11.0])
    ramp = pd.Series([0.0, 40.0], index=[0.0, 4.0 * DAY_S])
    days = balance_of({}, {}, inflow_m3_s=ramp).finish(4.0 * DAY_S)[1]
    assert (days["inflow_m3"] / DAY_S).tolist() == pytest.approx([5.0, 15.0, 25.0, 35.0])
    level = levels(3.0, tide)
    lockages = regular(BEFORE, 3.0, level)
    sea = pd.Series([24.6, 24.6], index=[0.0, 1e6])
    constant, series = (balanced(balance_of({}, SALT_CHAMBERS, level, salinity_sea_kg_m3=s), lockages, None, 3.0)[1] for s in (None, sea))
    pd.testing.assert_frame_equal(constant, series)


def test_a_balance_can_go_on_from_the_profile_of_another() -> None:
    first, _, _ = whole({}, BEFORE, 5.0)
    profile = first.profile_kg_m3
    second = balance_of({}, {}, initial_salinity_kg_m3=profile)
    assert second.profile_kg_m3.to_numpy() == pytest.approx(profile.to_numpy())
    steady = simulate_salinity({}, inflow_m3_s=25.0, salinity_sea_kg_m3=24.6, n_days=1).mean_kg_m3[0]
    assert balance_of({}, {}).profile_kg_m3.to_numpy() == pytest.approx(steady), "without one it is the published relation's"


def flows(inflow_m3_s: Any) -> pd.DataFrame:
    inflow = np.asarray(inflow_m3_s, dtype=float) * DAY_S
    others = dict.fromkeys(("lock_loss_m3", "flushing_m3", "spill_m3", "shortage_m3"), 0.0)
    return pd.DataFrame({"day_s": np.arange(len(inflow)) * DAY_S, "inflow_m3": inflow, **others})


def test_the_treaty_is_about_means_over_two_months() -> None:
    """100 days of 20, then 61 of 10 m³/s: windows of 61 days, 101 in all, below 13 where they hold more than 42.7 days of 10 m³/s."""
    result = treaty_balance(flows(np.r_[np.full(100, 20.0), np.full(61, 10.0)]))
    assert (result.n_days, result.n_windows) == (161, 101)
    assert result.days_below_share == pytest.approx(61.0 / 161.0)
    assert result.windows_below_share == pytest.approx((61 - 43 + 1) / 101.0)
    assert treaty_balance(flows(np.full(70, 13.0))).windows_below_share == 0.0
    assert np.isnan(treaty_balance(flows([20.0])).windows_below_share)


def message(call: Any) -> str:
    with pytest.raises(DataError) as caught:
        call()
    return str(caught.value)


def test_errors_say_what_and_where() -> None:
    level = levels(2.0, tide)
    lockages = regular(BEFORE, 2.0, level)

    def added(frame: pd.DataFrame, ships: Any = None, until_s: float = DAY_S, chambers: Any = SALT_CHAMBERS, params: Any = None) -> str:
        return message(lambda: balance_of(params or {}, chambers, level).add(frame, ships, until_s=until_s))

    assert "column 'head_m' is missing" in added(lockages.drop(columns="head_m"))
    assert "'oost' of the lockages is missing" in added(lockages, chambers={"west": SALT_CHAMBERS["west"]})
    assert "direction 'up' is not one of" in added(lockages.assign(direction="up"))
    assert "go to the same side; keep the empty turns between them" in added(lockages.assign(direction="to_sea"))
    assert "ships: column 'draught_m' is missing" in added(lockages, ships_of(lockages).drop(columns="draught_m"))
    assert "'draught_m': nan in row 0 can't be used" in added(lockages, ships_of(lockages).assign(draught_m=np.nan))
    assert "until_s: -5 can't be used; it must be at least 0" in added(lockages, until_s=-5.0)
    assert "unknown key 'inflow_m3_s'" in message(lambda: WaterBalance({"inflow_m3_s": 1.0}, {}, inflow_m3_s=1.0))
    assert "300 is more than spill_most_m3_s, 200" in message(lambda: balance_of({"spill_m3_s": 300.0}, {}))
    assert "inflow_m3_s: -1 in row 0 can't be used" in message(lambda: balance_of({}, {}, inflow_m3_s=pd.Series([-1.0, 0.0], index=[0.0, 1.0])))
    assert "a series needs numbers over rising times" in message(lambda: balance_of({}, {}, inflow_m3_s=pd.Series([1.0, 0.0], index=[1.0, 1.0])))
    assert "leaves less than half of the depth" in message(lambda: balance_of({"lowest_m": -9.0}, {}))
    assert "an empty profile" in message(lambda: balance_of({}, {}, initial_salinity_kg_m3=pd.Series(dtype=float)))

    late = balance_of({}, SALT_CHAMBERS, level)
    late.add(lockages[lockages["start_s"] >= 40_000.0], until_s=DAY_S)
    assert "closes its doors at 60 s, and 64800 s is done; give lockages in time" in message(lambda: late.add(lockages.iloc[:2], until_s=DAY_S))
    assert "lies before 86400 s, to which lockages were given" in message(lambda: late.finish(10.0))
    late.finish(2.0 * DAY_S)
    assert "it is finished" in message(lambda: late.finish(2.0 * DAY_S)) and "it is finished" in message(lambda: late.add(lockages, until_s=1e6))
    early = balance_of({}, SALT_CHAMBERS, level)
    early.add(lockages, until_s=0.0)
    assert "leaves no time for the lockages" in message(lambda: early.finish(0.0))
    assert "days: there is none" in message(lambda: treaty_balance(flows([])))
    assert "rows 0 and 1 are not one day apart" in message(lambda: treaty_balance(flows([1.0, 2.0]).assign(day_s=0.0)))
    assert "days: column 'inflow_m3' is missing" in message(lambda: treaty_balance(flows([1.0]).drop(columns="inflow_m3")))


def test_parameters_may_be_given_as_a_model() -> None:
    assert balance_of(WaterParams(), {}).params == balance_of({}, {}).params


def digest() -> str:
    """Return a day and a half of the balance, and of a canal with the relation, to the last bit."""
    _, rows, days = whole({"canal": {"cell_m": 9000.0}, "initial_salinity_kg_m3": 3.0, "flushing_m3_s": 2.0}, BEFORE, 1.5)
    relation = {"length_m": 1000.0, "cell_m": 500.0}
    canal = simulate_salinity({"cell_m": 9000.0, "relation": relation}, inflow_m3_s=25.0, salinity_sea_kg_m3=24.6, initial_kg_m3=3.0, n_days=3)
    values = [rows.select_dtypes("number"), days.select_dtypes("number"), canal.mean_kg_m3]
    return "".join(float(x).hex() for table in values for x in np.asarray(table, dtype=np.float64).ravel())


@pytest.mark.kernel
@pytest.mark.skipif(not is_compiled(), reason="both sides would run without the JIT")
def test_plain_python_gives_the_balance_of_the_compiled_kernels() -> None:
    tests = Path(__file__).parents[1]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join([str(tests), str(tests / "verification"), str(tests.parent)])}
    command = [sys.executable, "-c", "from test_water_balance import digest; print(digest())"]
    plain = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.strip() == digest()


@pytest.mark.skipif(not is_compiled(), reason="says something of compiled kernels only")
def test_every_kernel_of_the_balance_has_one_signature() -> None:
    whole({}, days=1.0)
    exchange_of_lockages(regular(BEFORE, 1.0, levels(1.0)), SALT_CHAMBERS, salinity_sea_kg_m3=24.6, salinity_canal_kg_m3=4.0)
    mine = {k.py_func.__name__: k for k in KERNELS if k.py_func.__module__.endswith(("_kernels.salt", "_kernels.canal_salinity"))}
    n_signature = {name: len({key[0] for key in k._cache._cache_file._load_index()}) for name, k in mine.items()}
    assert {name: n for name, n in n_signature.items() if n > 1} == {}
    assert {"water_steps", "advance_relation", "salt_lockages"} <= {name for name, n in n_signature.items() if n == 1}, "they have been used"
