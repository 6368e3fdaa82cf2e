"""Any ship in any water: more speed, draught or confinement never needs less power, and energy adds up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from nspd_mobility.demand.emission_tables import read_emission_tables
from nspd_mobility.params.energy import EnergyParams
from nspd_mobility.streams import Streams
from nspd_mobility.waterway.emissions import engine_years
from nspd_mobility.waterway.energy import COLUMNS, Fleet, fleet_of, idle_energy, leg_energy
from nspd_mobility.waterway.resistance import along_hull_m_s, hull_of, limit_speed_m_s, resistance_of

TABLES = read_emission_tables(Path(__file__).resolve().parents[2] / "demand" / "nspd" / "waterway")
N = 60  # points along the axis that a property looks at


@st.composite
def ships(draw: st.DrawFn) -> dict[str, float]:
    """A ship within what the formulas were made for: barges, convoys and sea ships, loaded or empty."""
    beam = draw(st.floats(5.0, 40.0))
    return {
        "length_m": beam * draw(st.floats(3.9, 17.0)),
        "beam_m": beam,
        "draught_m": beam / draw(st.floats(2.0, 8.0)),
        "block": draw(st.floats(0.6, 0.9)),
    }


def resistance(ship: dict[str, Any], speed: Any, depth: Any, section: Any = np.inf, **params: float) -> np.ndarray:
    """Return the total resistance (N) along an axis; every argument is a number or has shape (N,)."""
    hull = hull_of(
        *(np.broadcast_to(np.asarray(ship[name], dtype=float), (N,)) for name in ("length_m", "beam_m", "draught_m", "block")), EnergyParams(**params)
    )
    speed, depth, section = (np.broadcast_to(np.asarray(x, dtype=float), (N,)) for x in (speed, depth, section))
    return resistance_of(hull, speed, depth, section, depth, EnergyParams(**params)).total_newton


def falls(values: np.ndarray) -> bool:
    """Whether a series falls anywhere by more than rounding."""
    finite = values[np.isfinite(values)]
    return bool((np.diff(finite) < -1e-9 * finite[1:]).any() or np.isinf(values[: finite.size]).any())


@given(ship=ships(), depth=st.floats(1.05, 12.0), section=st.one_of(st.just(np.inf), st.floats(2.5, 200.0)), top=st.floats(0.1, 1.0))
def test_more_speed_never_meets_less_resistance(ship: dict[str, float], depth: float, section: float, top: float) -> None:
    depth_m, area = depth * ship["draught_m"], ship["beam_m"] * ship["draught_m"]
    speed = np.linspace(0.01, min(top, 0.95) * np.sqrt(9.81 * min(depth_m, 0.16 * ship["length_m"])), N)
    assert not falls(resistance(ship, speed, depth_m, section * area))


@given(ship=ships(), depth=st.floats(1.05, 6.0), section=st.one_of(st.just(np.inf), st.floats(2.5, 200.0)), froude=st.floats(0.02, 0.25))
def test_more_draught_never_meets_less_resistance(ship: dict[str, float], depth: float, section: float, froude: float) -> None:
    draught = np.linspace(0.3, 1.0, N) * ship["draught_m"]
    speed = froude * np.sqrt(9.81 * ship["length_m"])
    deep = ship | {"draught_m": draught}
    assert not falls(resistance(deep, speed, depth * ship["draught_m"], section * ship["beam_m"] * ship["draught_m"]))


@given(ship=ships(), froude=st.floats(0.02, 0.25), section=st.floats(2.5, 200.0))
def test_shallow_or_confined_water_never_lowers_resistance(ship: dict[str, float], froude: float, section: float) -> None:
    speed = froude * np.sqrt(9.81 * ship["length_m"])
    depth = ship["draught_m"] * np.linspace(12.0, 1.05, N)
    in_wide = resistance(ship, speed, depth)
    assert not falls(in_wide)
    in_canal = resistance(ship, speed, depth, section * ship["beam_m"] * ship["draught_m"])
    assert (in_canal >= in_wide * (1.0 - 1e-12)).all()
    narrower = resistance(ship, speed, depth[0], np.linspace(section, 2.0, N) * ship["beam_m"] * ship["draught_m"])
    assert not falls(narrower)


@given(blockage=st.floats(0.0, 0.9), depth=st.floats(1.0, 30.0), share=st.floats(0.001, 0.999))
def test_return_current_balances_water_and_energy_below_the_limit_speed(blockage: float, depth: float, share: float) -> None:
    limit = limit_speed_m_s(blockage, depth)
    speed = np.array([share * limit])
    along, is_possible = along_hull_m_s(speed, np.array([blockage]), np.array([depth]))
    drawdown = (along**2 - speed**2) / (2.0 * 9.81)  # energy
    assert is_possible[0]
    np.testing.assert_allclose(along * (1.0 - blockage - drawdown / depth), speed, rtol=1e-6)  # water, per m² of the section
    beyond, is_possible = along_hull_m_s(np.array([1.001 * limit]), np.array([blockage]), np.array([depth]))
    assert not is_possible[0] and np.isfinite(beyond[0])


def fleet(ship: dict[str, float], group: str, power_kw: float, year: int) -> Fleet:
    row = {name: ship[name] for name in ("length_m", "beam_m", "draught_m")} | {"group": group, "power_kw": power_kw, "engine_year": year}
    return fleet_of(pd.DataFrame([row]), TABLES)


groups = st.sampled_from(["inland", "sea", "recreation"])
powers, years = st.floats(20.0, 15_000.0), st.integers(1900, 2060)


@given(ship=ships(), group=groups, power=powers, year=years, speed=st.floats(0.0, 9.0), parts=st.lists(st.floats(0.0, 9000.0), min_size=1, max_size=5))
def test_energy_of_a_leg_is_that_of_its_parts(ship: dict[str, float], group: str, power: float, year: int, speed: float, parts: list[float]) -> None:
    one, depth = fleet(ship, group, power, year), 2.0 * ship["draught_m"]
    whole = leg_energy(one, speed_m_s=speed, duration_s=sum(parts), depth_m=depth)
    pieces = leg_energy(one, speed_m_s=speed, duration_s=parts, depth_m=depth, rows=np.zeros(len(parts), dtype=int))
    assert list(whole.columns) == list(COLUMNS)
    np.testing.assert_allclose(pieces.sum(), whole.iloc[0], rtol=1e-9, atol=1e-12)
    assert (pieces >= 0.0).all(axis=None)


@given(ship=ships(), group=groups, power=powers, year=years)
def test_power_lies_between_hotel_and_installed_and_never_falls_with_speed(ship: dict[str, float], group: str, power: float, year: int) -> None:
    one = fleet(ship, group, power, year)
    hour = leg_energy(one, speed_m_s=np.linspace(0.0, 12.0, N), duration_s=3600.0, depth_m=1.5 * ship["draught_m"], rows=np.zeros(N, dtype=int))
    energy = hour["energy_kwh"].to_numpy()
    assert np.isclose(energy[0], one.params.hotel_share * power) and (energy <= power * (1.0 + 1e-12)).all()
    assert (np.diff(energy) >= -1e-9 * power).all()
    assert (np.diff(hour["co2_kg"]) >= -1e-9 * power).all()
    for kind in ("waiting", "locking"):
        idle = idle_energy(one, 3600.0, kind)["energy_kwh"][0]
        assert energy[0] <= idle <= power * (1.0 + 1e-12)


@given(ids=st.lists(st.integers(0, 2**64 - 1), min_size=2, max_size=30, unique=True), year=st.integers(2000, 2060))
def test_an_engine_year_belongs_to_the_ship_and_not_to_its_place_in_the_table(ids: list[int], year: int) -> None:
    table = pd.DataFrame({"entity_id": np.array(ids, dtype=np.uint64), "group": "inland", "length_m": np.linspace(20.0, 150.0, len(ids))})
    found = engine_years(table, TABLES, Streams(3, 1), year)
    backwards = engine_years(table[::-1], TABLES, Streams(3, 1), year)[::-1]
    np.testing.assert_array_equal(found, backwards)
    np.testing.assert_array_equal(engine_years(table, TABLES, Streams(3, 1), year + 10), found + 10)
    assert (found <= year).all()
