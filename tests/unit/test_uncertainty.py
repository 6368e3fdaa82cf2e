"""Draws of uncertain values: one in every stratum, the same for all variants, and none disturbed by another."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nspd_mobility.codes import Quality
from nspd_mobility.params.build import is_whole_number
from nspd_mobility.params.tree import Branch, Leaf, find
from nspd_mobility.params.waterway import DistrictParams
from nspd_mobility.study.definition import load_study
from nspd_mobility.study.uncertainty import drawn_values, draws, is_uncertain, triangular, uncertain_values, with_draw

CHAMBERS = "network.waterway.locks.terneuzen.chambers"


def leaf(value: float, low: float | None, high: float | None, quality: Quality | None = Quality.ESTIMATE) -> Leaf:
    return Leaf(value, "f", 1, low, high, quality=quality)


@pytest.mark.parametrize("n", [1, 7, 40])
def test_every_stratum_is_hit_once(n: int) -> None:
    drawn = draws(["a", "b"], n, seed=3)
    for path in ("a", "b"):
        strata = sorted(int(draw[path] * n) for draw in drawn)
        assert strata == list(range(n))


def test_further_value_leaves_the_others_as_they_are() -> None:
    alone, both = draws(["b"], 9, 3), draws(["a", "b"], 9, 3)
    assert [draw["b"] for draw in both] == [draw["b"] for draw in alone]
    assert [draw["a"] for draw in both] != [draw["b"] for draw in both]
    assert draws(["b"], 9, 4) != alone  # another seed
    assert draws(["b"], 9, 3) == alone


@pytest.mark.parametrize(("low", "mode", "high"), [(1.0, 2.0, 5.0), (1.0, 1.0, 5.0), (-2.0, 5.0, 5.0)])
def test_triangular_quantiles_are_scipys(low: float, mode: float, high: float) -> None:
    u = np.linspace(0.0, 1.0, 21)
    expected = stats.triang.ppf(u, (mode - low) / (high - low), low, high - low)
    assert triangular(u, low, mode, high) == pytest.approx(expected, rel=1e-12)


def test_only_estimates_and_assumptions_with_a_band_are_uncertain() -> None:
    assert is_uncertain(leaf(2, 1, 3))
    assert is_uncertain(leaf(2, 1, 3, Quality.ASSUMPTION))
    assert not is_uncertain(leaf(2, 1, 3, Quality.MEASURED))
    assert not is_uncertain(leaf(2, 1, 3, Quality.PUBLISHED))
    assert not is_uncertain(leaf(2, 1, 3, None))
    assert not is_uncertain(leaf(2, None, None))
    assert not is_uncertain(leaf(2, 2, 2))


def test_variant_takes_its_own_quantile_and_keeps_what_it_sets_for_certain() -> None:
    draw = {"a": 0.5, "b": 0.5}
    wide = with_draw(Branch(items={"a": leaf(1.0, 0.0, 2.0), "b": leaf(1.0, 0.0, 2.0)}), draw)
    other = with_draw(Branch(items={"a": leaf(10.0, 0.0, 20.0), "b": Leaf(9.0, "f", 2)}), draw)
    assert drawn_values(wide, draw) == {"a": 1.0, "b": 1.0}
    assert drawn_values(other, draw) == {"a": 10.0}
    kept = other["b"]
    assert isinstance(kept, Leaf)
    assert kept.value == 9.0


def test_draw_reaches_the_parameters_of_every_variant() -> None:
    study = load_study("smoke")
    grid = study.check_all()
    values = uncertain_values(grid)
    path = f"{CHAMBERS}.westsluis.door_close_s"
    assert values[path].value == 480
    draw = {path: 0.0}
    for variant in grid:
        resolved = study.resolve(variant.scenario, str(variant.year), variant.name, draw)
        assert resolved.params.network.waterway.locks["terneuzen"].chambers["westsluis"].door_close_s == values[path].low
        assert resolved.hash != variant.hash
    assert find(grid[0].tree, tuple(path.split("."))) is not None


def test_draws_of_every_uncertain_value_give_usable_parameters() -> None:
    study = load_study("smoke")
    grid = study.check_all()
    for draw in draws(uncertain_values(grid), 5, 1):
        for variant in grid:
            study.resolve(variant.scenario, str(variant.year), variant.name, draw)


def test_whole_numbers_stay_whole() -> None:
    path = "network.waterway.locks.terneuzen.window"
    assert is_whole_number(DistrictParams, path)
    assert is_whole_number(DistrictParams, f"{CHAMBERS}.oostsluis.max_ships")
    assert not is_whole_number(DistrictParams, f"{CHAMBERS}.oostsluis.length_m")
    assert not is_whole_number(DistrictParams, "network.nothing.here")
    tree = Branch(items={"network": Branch(items={"waterway": Branch(items={"locks": Branch(items={"terneuzen": Branch(items={"window": leaf(9, 4, 20)})})})})})
    window = find(with_draw(tree, {path: 0.3}), tuple(path.split(".")))
    assert isinstance(window, Leaf)
    assert isinstance(window.value, int)
