"""Salt through a lock against published values of the Zeesluisformulering (ZSF), the equation of state, and water balances by hand.

The loads are those of the tests and of the documentation of libzsf (Deltares), which state them to 1 %. libzsf's binaries replace
tanh by a rational function, off by up to 0.43 %; `test_salt_oracle.py` shows that nothing else is between them and us. ZSF counts
intrusion negative; here it is positive.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from nspd_mobility.params.salt import SaltChamberParams
from nspd_mobility.waterway._kernels import salt as kernels
from nspd_mobility.waterway._kernels.records import records
from nspd_mobility.waterway.salt import SteadyExchange, exchange_of_lockages, steady_exchange

pytestmark = pytest.mark.kernel

BASE = {"length_m": 240.0, "width_m": 12.0, "floor_m_nap": -4.0}
CYCLE = {"cycles_per_day": 24.0, "salinity_sea_kg_m3": 25.0, "salinity_canal_kg_m3": 5.0}
CHAMBER_KEYS = frozenset(SaltChamberParams.model_fields)
SCREENS = {"current_factor_sea_share": 0.25, "current_factor_canal_share": 0.25}

PUBLISHED = [
    ({}, 34.315),
    ({"sea_m_nap": 4.0, "canal_m_nap": 4.0}, 97.346),
    ({"floor_m_nap": -8.0}, 97.346),
    ({"floor_m_nap": -2.0}, 11.138),
    ({"salinity_sea_kg_m3": 20.0, "salinity_canal_kg_m3": 10.0}, 11.138),
    ({"salinity_sea_kg_m3": 30.0, "salinity_canal_kg_m3": 0.0}, 64.234),
    ({"length_m": 480.0}, 28.806),
    ({"width_m": 24.0}, 68.632),
    ({"cycles_per_day": 54.0}, 9.155),
    ({"cycles_per_day": 43.0}, 16.083),
    ({"cycles_per_day": 36.0}, 21.604),
    ({"cycles_per_day": 28.0}, 29.721),
    ({"cycles_per_day": 20.0}, 37.758),
    ({"cycles_per_day": 16.0}, 37.176),
    ({"cycles_per_day": 12.0}, 31.042),
    ({"cycles_per_day": 8.0}, 21.312),
    ({"door_s": 0.0}, 43.679),
    ({"levelling_s": 0.0}, 43.679),
    ({"cycles_per_day": 14.4, "open_time_factor": 0.5}, 20.590),
    ({"symmetry_coefficient": 0.5}, 24.707),
    ({"symmetry_coefficient": 1.5}, 24.707),
    ({"ships_to_canal_m3": 5000.0}, 8.846),
    ({"ships_to_sea_m3": 5000.0}, 50.513),
    ({"ships_to_canal_m3": 5000.0, "ships_to_sea_m3": 5000.0}, 22.373),
    ({"current_factor_sea_share": 0.5, "current_factor_canal_share": 0.5}, 14.403),
    (SCREENS, 6.369),
    ({**SCREENS, "screen_distance_sea_m": 4.0}, 6.467),
    ({**SCREENS, "screen_distance_canal_m": 4.0}, 6.467),
    ({"flush_low_m3_s": 1.0}, 34.316),  # equal levels are high water, which flushes nothing here
    ({"flush_high_m3_s": 1.0}, 25.035),
    ({"sea_m_nap": -2.0}, 2.189),
    ({"sea_m_nap": 2.0}, 73.995),
    ({"sea_m_nap": -2.0, "flush_low_m3_s": 1.0}, -4.587),
    ({"sea_m_nap": 2.0, "flush_high_m3_s": 1.0}, 63.516),
    ({"sill_height_sea_m": 1.0}, 32.043),
    ({"sill_height_canal_m": 1.0}, 26.126),
]


def steady(**changes: float) -> SteadyExchange:
    values: dict[str, Any] = {**BASE, **CYCLE, **changes}
    return steady_exchange(
        {k: v for k, v in values.items() if k in CHAMBER_KEYS},
        **{k: v for k, v in values.items() if k not in CHAMBER_KEYS},
    )


@pytest.mark.parametrize(("changes", "load_kg_s"), PUBLISHED)
def test_steady_loads_of_the_tests_of_libzsf(changes: dict[str, float], load_kg_s: float) -> None:
    assert steady(**changes).salt_load_to_canal_kg_s == pytest.approx(load_kg_s, rel=0.01)


@pytest.mark.parametrize(
    ("changes", "load_kg_s"),
    [
        ({"cycles_per_day": 30.0}, 36.83),
        ({"cycles_per_day": 10.0}, 18.79),
        ({"cycles_per_day": 30.0, **SCREENS}, 9.8),
        ({"cycles_per_day": 10.0, **SCREENS}, 13.4),
        ({"cycles_per_day": 10.0, **SCREENS, "open_time_factor": 0.3}, 4.1),
    ],
)
def test_steady_example_of_the_documentation_of_libzsf(changes: dict[str, float], load_kg_s: float) -> None:
    example = {"length_m": 148.0, "width_m": 14.0, "floor_m_nap": -4.4, "ships_to_canal_m3": 1000.0, "ships_to_sea_m3": 1000.0}
    assert steady(**example, **changes).salt_load_to_canal_kg_s == pytest.approx(load_kg_s, rel=0.01)


def test_phases_of_the_example_of_the_documentation_of_libzsf() -> None:
    params = SaltChamberParams(length_m=148.0, width_m=14.0, floor_m_nap=-4.4)
    chamber, steps, exchange = kernels.chamber_record(params), records(kernels.SALT_STEP, 1), records(kernels.SALT_EXCHANGE, 1)
    steps["level_m_nap"], steps["salinity_kg_m3"], steps["temperature_celsius"] = [2.0, 0.0], [25.0, 5.0], 15.0
    steps["ship_in_m3"] = 1000.0
    kernels.set_density(steps[0])
    state = kernels.state_record(params, 15.0, 0.0, 0.0)
    kernels.salt_phase(chamber, steps, state, exchange, kernels.LEVEL_CANAL, 300.0)
    assert state["salinity_kg_m3"][0] == pytest.approx(15.0, rel=1e-12), "it stands at the canal's level"
    kernels.salt_phase(chamber, steps, state, exchange, kernels.OPEN_CANAL, 840.0)
    assert state["salinity_kg_m3"][0] == pytest.approx(8.1988, rel=0.01)
    assert exchange["salt_in_kg"][0, kernels.CANAL] == pytest.approx(-70_203.91, rel=0.01)
    kernels.salt_phase(chamber, steps, state, exchange, kernels.LEVEL_SEA, 300.0)
    assert state["salinity_kg_m3"][0] == pytest.approx(13.8774, rel=0.01)
    steps["ship_in_m3"][0, kernels.SEA] = 800.0
    kernels.salt_phase(chamber, steps, state, exchange, kernels.OPEN_SEA, 840.0)
    assert state["salinity_kg_m3"][0] == pytest.approx(22.612960757739405, rel=0.01)
    assert state["salt_kg"][0] == pytest.approx(281_775.58, rel=0.01)


@pytest.mark.parametrize(("salinity", "temperature", "density"), [(0.0, 5.0, 999.96675), (35.0, 5.0, 1027.67547), (35.0, 25.0, 1023.34306)])
def test_density_has_the_check_values_of_unesco_1983(salinity: float, temperature: float, density: float) -> None:
    assert kernels.unesco_density(salinity, temperature) == pytest.approx(density, abs=5e-6)
    per_volume = salinity * density / 1000.0
    assert kernels.density_of(per_volume, temperature) == pytest.approx(density, abs=1e-5), "kg per m3 of the same water"


@pytest.mark.parametrize(
    ("length_m", "width_m", "floor_m_nap", "at_low_m3", "at_nap_m3", "at_high_m3"),
    [
        (427.0, 55.0, -16.44, 94_600.0, 50_000.0, -4_900.0),  # Nieuwe Sluis
        (290.0, 40.0 * 38.0 / 40.0, -12.9, 44_400.0, 23_500.0, -2_300.0),  # Westsluis, 38 m usable
        (290.0, 40.0, -12.9, 46_700.0, 24_700.0, -2_400.0),  # Westsluis between the walls
        (260.0, 24.0, -6.5, 25_100.0, 13_300.0, -1_300.0),  # Oostsluis
    ],
)
def test_a_lockage_costs_the_canal_at_terneuzen_its_area_times_the_head(
    length_m: float, width_m: float, floor_m_nap: float, at_low_m3: float, at_nap_m3: float, at_high_m3: float
) -> None:
    chamber = {"length_m": length_m, "width_m": width_m, "floor_m_nap": floor_m_nap}
    for sea_m_nap, loss_m3 in ((-1.90, at_low_m3), (0.0, at_nap_m3), (2.34, at_high_m3)):
        steady = steady_exchange(chamber, cycles_per_day=10.0, salinity_sea_kg_m3=25.0, salinity_canal_kg_m3=4.0, sea_m_nap=sea_m_nap, canal_m_nap=2.13)
        per_cycle_m3 = steady.water_loss_m3_s * 86_400.0 / 10.0
        assert per_cycle_m3 == pytest.approx(length_m * width_m * (2.13 - sea_m_nap), rel=1e-9)
        assert per_cycle_m3 == pytest.approx(loss_m3, abs=60.0), "rounded to 100 m3"


def lockage_table(n: int, open_s: float, head_m: float) -> pd.DataFrame:
    """Return lockages of one chamber to the canal and back: doors 200 s to close and 100 s to open, levelling 300 s."""
    half = 200.0 + 300.0 + 100.0 + open_s
    close = half * pd.Series(range(n), dtype=float)
    return pd.DataFrame(
        {
            "lockage_id": range(n),
            "chamber": "a",
            "direction": ["to_canal", "to_sea"] * (n // 2),
            "doors_close_s": close,
            "doors_closed_s": close + 200.0,
            "levelled_s": close + 500.0,
            "doors_open_s": close + 600.0,
            "end_s": close + 600.0 + open_s / 2.0,
            "head_m": head_m,
        }
    )


@pytest.mark.parametrize("head_m", [-2.0, 0.0, 2.0])
def test_equal_lockages_settle_at_the_steady_state(head_m: float) -> None:
    open_s, n = 1200.0, 80
    lockages = lockage_table(n, open_s, head_m)
    ships = pd.Series(800.0, index=lockages["lockage_id"]).where(lockages["lockage_id"] % 2 == 0, 500.0)
    result = exchange_of_lockages(lockages, {"a": BASE}, salinity_sea_kg_m3=25.0, salinity_canal_kg_m3=5.0, ships_m3=ships)
    cycle_s = 2.0 * (600.0 + open_s)
    expected = steady(sea_m_nap=head_m, cycles_per_day=86_400.0 / cycle_s, door_s=150.0, ships_to_canal_m3=800.0, ships_to_sea_m3=500.0)
    assert expected.open_canal_s == result["open_s"].iloc[10] == open_s + 150.0, "half of both motions of the doors"
    last = result.iloc[n - 4 : n - 2]  # the very last one has no ships behind it
    assert last["salt_to_canal_kg"].sum() == pytest.approx(expected.salt_to_canal_kg, rel=1e-9)
    assert last["water_loss_m3"].sum() == pytest.approx(expected.water_loss_m3_s * cycle_s, rel=1e-9, abs=1e-6)
    assert last["salinity_after_kg_m3"].tolist() == pytest.approx(list(expected.chamber_salinity_kg_m3[1::2]), rel=1e-9)


def test_full_exchange_under_open_doors_carries_the_chambers_salt_to_the_canal() -> None:
    """Doors that stand open for a day at both sides: each cycle moves V (S_sea - S_canal), Z = 1 in ZSF's words."""
    result = steady(cycles_per_day=0.5)
    assert result.exchanged_share == pytest.approx(1.0, abs=1e-6)
    assert result.salt_to_canal_kg == pytest.approx(240.0 * 12.0 * 4.0 * 20.0, rel=1e-6)


def test_short_opening_moves_what_the_density_current_carries() -> None:
    """T far below 2 L / c: V_U = H W c T / 2, a current of half the depth with speed c, here on a chamber held at sea salinity."""
    params = SaltChamberParams(**BASE)
    steps, exchange = records(kernels.SALT_STEP, 1), records(kernels.SALT_EXCHANGE, 1)
    steps["salinity_kg_m3"], steps["temperature_celsius"] = [25.0, 5.0], 15.0
    kernels.set_density(steps[0])
    state = kernels.state_record(params, 25.0, 0.0, 0.0)
    kernels.salt_phase(kernels.chamber_record(params), steps, state, exchange, kernels.OPEN_CANAL, 10.0)
    speed = 0.5 * math.sqrt(9.81 * 0.8 * 20.0 / steps["density_kg_m3"][0] * 4.0)
    assert exchange["water_out_m3"][0, kernels.CANAL] == pytest.approx(4.0 / 2.0 * 12.0 * speed * 10.0, rel=1e-3)
