"""Properties of salt through a lock, for any chamber and any conditions: conservation, limits, monotone measures, symmetry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nspd_mobility.params.salt import SaltChamberParams
from nspd_mobility.waterway._kernels import salt as kernels
from nspd_mobility.waterway._kernels.records import records
from nspd_mobility.waterway.salt import steady_exchange

pytestmark = pytest.mark.kernel
anything = settings(deadline=None)


def number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def chambers(draw: st.DrawFn, measures: bool = True) -> SaltChamberParams:
    values: dict[str, float] = {"length_m": draw(number(40, 450)), "width_m": draw(number(5, 60)), "floor_m_nap": draw(number(-18, -5))}
    if measures:
        values |= {"sill_height_sea_m": draw(number(0, 1.5)), "sill_height_canal_m": draw(number(0, 1.5))}
        values |= {"current_factor_sea_share": draw(number(0, 1)), "current_factor_canal_share": draw(number(0, 1))}
        values |= {"screen_distance_sea_m": draw(number(-30, 30)), "screen_distance_canal_m": draw(number(-30, 30))}
        values |= {"flush_high_m3_s": draw(number(0, 30)), "flush_low_m3_s": draw(number(0, 30))}
    return SaltChamberParams(**values)


levels = number(-2.5, 4.0)
salinities = number(0.0, 35.0)
phases = st.lists(st.tuples(st.integers(1, 5), levels, levels, salinities, salinities, number(0, 0.7), number(0, 20_000)), min_size=1, max_size=12)


@anything
@given(chambers(), phases, salinities)
def test_what_the_sides_give_is_what_the_chamber_gains(params: SaltChamberParams, sequence: list[tuple[Any, ...]], start_kg_m3: float) -> None:
    """Salt and water, through any phases in any order: sides that change, a canal saltier than the sea, flushing of any strength."""
    area = params.length_m * params.width_m
    chamber, state, exchange = kernels.chamber_record(params), kernels.state_record(params, start_kg_m3, 0.0, 0.0), records(kernels.SALT_EXCHANGE, 1)
    lowest = highest = start_kg_m3
    for phase, sea, canal, salt_sea, salt_canal, filled, seconds in sequence:
        steps = records(kernels.SALT_STEP, 1)
        if phase in (2, 4):  # doors open onto a level that the chamber has
            sea, canal = (float(state["level_m_nap"][0]), canal) if phase == 4 else (sea, float(state["level_m_nap"][0]))
        steps["level_m_nap"], steps["salinity_kg_m3"], steps["temperature_celsius"] = [sea, canal], [salt_sea, salt_canal], 12.0
        steps["ship_in_m3"] = filled * area * (min(-2.5, float(state["level_m_nap"][0])) - params.floor_m_nap)
        kernels.set_density(steps[0])
        before = state.copy()
        kernels.clear_exchange(exchange[0])
        kernels.salt_phase(chamber, steps, state, exchange, phase, seconds)
        gained = exchange["salt_in_kg"].sum()
        moved = exchange["water_in_m3"].sum() + exchange["water_out_m3"].sum() + area * (params.floor_m_nap + 25.0)
        assert state["salt_kg"][0] - before["salt_kg"][0] == pytest.approx(gained, abs=1e-12 * 35.0 * moved + 1e-6)
        water = [area * (s["level_m_nap"][0] - params.floor_m_nap) - s["ship_m3"][0] for s in (before, state)]
        assert water[1] - water[0] == pytest.approx(exchange["water_in_m3"].sum() - exchange["water_out_m3"].sum(), abs=1e-9 * moved + 1e-6)
        assert state["salt_kg"][0] == pytest.approx(state["salinity_kg_m3"][0] * water[1], rel=1e-9, abs=1e-6)
        assert (exchange["water_in_m3"] >= 0.0).all() and (exchange["water_out_m3"] >= 0.0).all()
        lowest, highest = min(lowest, salt_sea, salt_canal), max(highest, salt_sea, salt_canal)
        assert lowest - 1e-9 <= state["salinity_kg_m3"][0] <= highest + 1e-9, "it is a mixture of what there was"


def day(params: SaltChamberParams, **changes: float) -> Any:
    standard: dict[str, float] = {"cycles_per_day": 12.0, "salinity_sea_kg_m3": 24.6, "salinity_canal_kg_m3": 4.0}
    return steady_exchange(params, **{**standard, **changes})


def changed(params: SaltChamberParams, **changes: float) -> SaltChamberParams:
    return SaltChamberParams(**{**params.model_dump(), **changes})


@anything
@given(chambers(), levels, levels, salinities, number(0, 1500), number(0, 1500))
def test_equal_salinities_exchange_no_salt_beyond_that_of_the_water(
    params: SaltChamberParams, sea: float, canal: float, salinity: float, ships_up: float, ships_down: float
) -> None:
    assume(max(ships_up, ships_down) < 0.9 * params.length_m * params.width_m * (min(sea, canal) - params.floor_m_nap))
    result = day(
        params,
        sea_m_nap=sea,
        canal_m_nap=canal,
        salinity_sea_kg_m3=salinity,
        salinity_canal_kg_m3=salinity,
        ships_to_canal_m3=ships_up,
        ships_to_sea_m3=ships_down,
        temperature_sea_celsius=12.0,
    )
    net = result.water_to_canal_m3_s - result.water_from_canal_m3_s
    gross = result.water_to_canal_m3_s + result.water_from_canal_m3_s
    assert result.salt_load_to_canal_kg_s == pytest.approx(salinity * net, abs=1e-9 * (1.0 + salinity * gross))
    assert np.isnan(result.exchanged_share)


@anything
@given(chambers(measures=False), levels)
def test_without_a_head_ships_or_flushing_as_much_water_comes_as_goes(params: SaltChamberParams, level: float) -> None:
    result = day(params, sea_m_nap=level, canal_m_nap=level)
    assert result.water_loss_m3_s == pytest.approx(0.0, abs=1e-12)
    assert result.water_from_sea_m3_s == pytest.approx(result.water_to_sea_m3_s, abs=1e-12)
    assert result.salt_load_to_canal_kg_s > 0.0
    assert result.salt_load_to_canal_kg_s == pytest.approx(result.salt_load_from_sea_kg_s, rel=1e-6)


@anything
@given(chambers(measures=False), levels, levels)
def test_a_perfect_bubble_screen_leaves_levelling_alone(params: SaltChamberParams, sea: float, canal: float) -> None:
    closed = changed(params, current_factor_sea_share=0.0, current_factor_canal_share=0.0)
    result = day(closed, sea_m_nap=sea, canal_m_nap=canal)
    per_cycle = params.length_m * params.width_m * abs(sea - canal)
    assert result.water_from_sea_m3_s == pytest.approx(max(sea - canal, 0.0) * params.length_m * params.width_m / result.cycle_s, abs=1e-9)
    assert result.water_to_canal_m3_s == pytest.approx((per_cycle if sea > canal else 0.0) / result.cycle_s, abs=1e-9)
    if sea <= canal:
        assert result.salt_load_to_canal_kg_s <= 1e-9, "only canal water moves"


@anything
@given(chambers(measures=False), levels, levels, number(0, 1), number(0, 1), st.booleans())
def test_a_better_bubble_screen_never_lets_more_salt_in(params: SaltChamberParams, sea: float, canal: float, first: float, second: float, both: bool) -> None:
    low, high = sorted((first, second))
    loads = []
    for factor in (low, high):
        screens = {"current_factor_canal_share": factor, "current_factor_sea_share": factor if both else 1.0}
        loads.append(day(changed(params, **screens), sea_m_nap=sea, canal_m_nap=canal).salt_load_to_canal_kg_s)
    assert loads[0] <= loads[1] + 1e-6 * abs(loads[1]) + 1e-6


@anything
@given(chambers(measures=False), number(0, 1), number(0, 1), number(0.3, 1.7))
def test_without_a_head_the_two_gates_can_change_places(params: SaltChamberParams, first: float, second: float, symmetry: float) -> None:
    assume(min(first, second) > 0.01)
    one = day(changed(params, current_factor_sea_share=first, current_factor_canal_share=second), symmetry_coefficient=symmetry)
    other = day(changed(params, current_factor_sea_share=second, current_factor_canal_share=first), symmetry_coefficient=2.0 - symmetry)
    assert one.salt_load_to_canal_kg_s == pytest.approx(other.salt_load_to_canal_kg_s, rel=1e-6)
