"""Checking a study before it runs, and showing what a variant's values are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..demand.emission_tables import read_emission_tables
from ..network.check import Finding, check_network
from ..params.build import Value
from ..waterway.tide import read_constituents
from .definition import Study, Variant, load_study
from .runner import check_own_ships, check_routes, check_ships, constituents_file


def check_study(study: Study) -> tuple[list[Finding], list[Value]]:
    """Check a study: every variant resolves, the datasets are consistent, every relation of the demand has a route.

    Returns
    -------
    findings : list of Finding
    values : list of Value
        Every value of the reference variant with its quality.

    Raises
    ------
    DataError
        For a fault that makes the study unusable, with file and line.
    """
    variants = study.check_all()
    reference = next((v for v in variants if v.name == study.params.reference), variants[0])
    findings = check_network(study.network)
    check_routes(study, variants)
    read_emission_tables(study.demand.folder / "waterway")
    for variant in variants:
        read_constituents(constituents_file(study, variant))
        check_own_ships(study, variant)
        check_ships(study, variant)
    findings += _unused_measures(study)
    return findings, reference.inventory()


def _unused_measures(study: Study) -> list[Finding]:
    used = {name for variant in study.params.variants.values() for name in variant.measures}
    where = study.tree.branch("measures").where
    found = [Finding("note", f"measure '{name}' is in no variant", where) for name in study.params.measures if name not in used]
    last = max(map(int, study.params.years))
    for name, measure in study.params.measures.items():
        if measure.opening_year is not None and measure.opening_year > last:
            text = f"measure '{name}' opens in {measure.opening_year}, after {last}, the last year of the study: it changes nothing"
            found.append(Finding("warning", text, study.tree.branch("measures").branch(name).where))
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One resolved value, and its value in another variant."""

    path: str
    value: object
    other: object
    unit: str
    quality: str
    where: str


def values_of(name_or_path: str | Path, variant: str, diff: str | None, scenario: str | None, year: str | None) -> list[Row]:
    """Return a variant's resolved values, or those that differ from another variant."""
    study = load_study(name_or_path)
    chosen_scenario = study.choose("scenarios", [scenario] if scenario else None)[0]
    chosen_year = study.choose("years", [year] if year else None)[0]

    def inventory(name: str) -> dict[str, Value]:
        study.choose("variants", [name])
        resolved: Variant = study.resolve(chosen_scenario, chosen_year, name)
        return {value.path: value for value in resolved.inventory()}

    mine = inventory(variant)
    if diff is None:
        return [Row(v.path, v.value, None, v.unit, v.quality.word, v.where) for v in mine.values()]
    other = inventory(diff)
    rows = []
    for path in dict.fromkeys([*mine, *other]):
        here, there = mine.get(path), other.get(path)
        value = here.value if here else "(absent)"
        other_value = there.value if there else "(absent)"
        if value != other_value:
            known = here or there
            assert known is not None
            rows.append(Row(path, value, other_value, known.unit, known.quality.word, known.where))
    return rows
