"""Measures: order, requirements, and the error when two of them set one key differently."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.studies import write_study

from nspd_mobility.errors import DataError
from nspd_mobility.params.tree import Leaf, find
from nspd_mobility.study.check import values_of
from nspd_mobility.study.definition import Study, load_study

EAST = "network.waterway.locks.terneuzen.chambers.oostsluis"


def chamber(text: str) -> str:
    return "{values: {network: {waterway: {locks: {terneuzen: {chambers: {oostsluis: {" + text + "}" * 8


def measures(study: Path, **texts: str) -> Study:
    """Write a study with measures a, b, ... and a variant `both` of all of them, in the order given."""
    lines = "".join(f"  {name}: {text}\n" for name, text in texts.items())
    return load_study(write_study(study, more=f"measures:\n{lines}variants:\n  both: {{measures: [{', '.join(texts)}]}}\n"))


def with_key(text: str, more: str) -> str:
    return text[:-1] + f", {more}}}"


def test_two_measures_on_different_keys_add_up(tmp_path: Path) -> None:
    variant = measures(tmp_path, a=chamber("length_m: 200"), b=chamber("width_m: 20")).resolve("base", "2023", "both")
    east = variant.params.network.waterway.locks["terneuzen"].chambers["oostsluis"]
    assert (east.length_m, east.width_m, variant.measures) == (200.0, 20.0, ("a", "b"))


def test_two_measures_that_agree_are_no_conflict(tmp_path: Path) -> None:
    assert measures(tmp_path, a=chamber("length_m: 200"), b=chamber("length_m: 200")).resolve("base", "2023", "both").measures == ("a", "b")


def test_two_measures_that_set_one_key_differently_are_refused(tmp_path: Path) -> None:
    study = measures(tmp_path, a=chamber("length_m: 200"), b=chamber("length_m: 210"))
    with pytest.raises(DataError) as caught:
        study.resolve("base", "2023", "both")
    message = str(caught.value)
    assert f"study.yaml:11: measures 'a' and 'b' of variant 'both' set '{EAST}.length_m' differently" in message
    assert "(200 at " in message
    assert "study.yaml:10, 210 here); let 'b' say 'overrides: [a]' or take one away" in message


def test_measure_that_removes_what_another_sets_is_a_conflict(tmp_path: Path) -> None:
    gone = "{values: {network: {waterway: {locks: {terneuzen: {chambers: {remove: [oostsluis]}}}}}}}"
    with pytest.raises(DataError, match=r"set '.*oostsluis' differently"):
        measures(tmp_path, a=chamber("length_m: 200"), b=gone).resolve("base", "2023", "both")


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_measure_that_overrides_another_is_laid_over_it(order: tuple[str, str], tmp_path: Path) -> None:
    texts = {"a": chamber("length_m: 200"), "b": with_key(chamber("length_m: 210"), "overrides: [a]")}
    variant = measures(tmp_path, **{name: texts[name] for name in order}).resolve("base", "2023", "both")
    assert variant.measures == ("a", "b")
    assert variant.params.network.waterway.locks["terneuzen"].chambers["oostsluis"].length_m == 210.0


def test_requirements_and_exclusions(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has measure 'a', which requires 'without-nieuwe-sluis'; add it or take 'a' away"):
        measures(tmp_path, a="{requires: [without-nieuwe-sluis]}").resolve("base", "2023", "both")
    with pytest.raises(DataError, match="has measures 'a' and 'b', which exclude each other; take one away"):
        measures(tmp_path, a="{excludes: [b]}", b="{}").resolve("base", "2023", "both")
    with pytest.raises(DataError, match="override each other in a circle"):
        measures(tmp_path, a="{overrides: [b]}", b="{overrides: [a]}")


def test_measure_is_not_in_effect_before_it_opens(tmp_path: Path) -> None:
    study = measures(tmp_path, a=with_key(chamber("length_m: 200"), "opening_year: 2024"))
    assert study.resolve("base", "2023", "both").measures == ()
    assert study.resolve("base", "2023", "both").hash == study.resolve("base", "2023", "reference").hash
    write_study(tmp_path, more=f"measures:\n  a: {with_key(chamber('length_m: 200'), 'opening_year: 2023')}\nvariants:\n  both: {{measures: [a]}}\n")
    assert load_study(tmp_path).resolve("base", "2023", "both").measures == ("a",)


def test_study_that_extends_another_may_add_a_measure_that_removes(tmp_path: Path) -> None:
    study = measures(tmp_path, a="{values: {network: {waterway: {locks: {terneuzen: {chambers: {remove: [westsluis]}}}}}}}")
    assert set(study.resolve("base", "2023", "both").params.network.waterway.locks["terneuzen"].chambers) == {"oostsluis", "nieuwe-sluis"}


def test_resolved_value_knows_the_place_that_set_it(tmp_path: Path) -> None:
    study = measures(tmp_path, a=chamber("length_m: 200"))
    leaf = find(study.resolve("base", "2023", "both").tree, tuple(f"{EAST}.length_m".split(".")))
    assert isinstance(leaf, Leaf)
    assert leaf.where == f"{tmp_path}/study.yaml:10"
    rows = values_of(tmp_path, "both", "reference", None, None)
    assert [(row.path, row.value, row.other, row.unit) for row in rows] == [(f"{EAST}.length_m", 200, 260.0, "m")]


def test_order_of_scenario_year_and_measures(tmp_path: Path) -> None:
    text = """
values: {demand: {waterway: {factor: 2.0, loaded_share: 0.5}}}
scenarios: {base: {}, high: {values: {demand: {waterway: {factor: 3.0}}}}}
years: {2030: {values: {demand: {waterway: {factor: 4.0}}}}}
"""
    study = load_study(write_study(tmp_path, more=text))
    factors = {(s, y): study.resolve(s, y, "reference").params.demand.waterway.factor for s in ("base", "high") for y in ("2023", "2030")}
    assert factors == {("base", "2023"): 2.0, ("high", "2023"): 3.0, ("base", "2030"): 4.0, ("high", "2030"): 4.0}
    assert len(study.check_all()) == 2 * 2 * 2
