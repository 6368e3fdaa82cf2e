"""The bundled studies of the waterway: each is whole, each of its variants changes something, and each variant runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.studies import CommandLine, without_report, write_study

from nspd_mobility import api
from nspd_mobility.study.definition import load_study

STUDIES = {"lock-capacity": "traffic-100", "drought-2018": "drought", "salt": "base", "bridge-regimes": "base"}
"""The studies, each with the scenario that is run here; the others change numbers only."""


@pytest.fixture
def nspd(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    without_report(monkeypatch)
    return CommandLine(capsys)


def shortened(folder: Path, name: str) -> Path:
    """Write a study that lays a few hours, one replication and one scenario over a bundled one."""
    study = load_study(name)
    text = f"""study: short
extends: {name}
replications: 1
period: {{warm_up: 2 h, drain: 4 h}}
calendar:
  remove: [{", ".join(study.params.calendar)}]
  hours: {{start: {study.params.chosen_day}, measure: 5 h, weight_days: 365}}
"""
    others = [scenario for scenario in study.params.scenarios if scenario != STUDIES[name]]
    return write_study(folder, text, f"scenarios:\n  remove: [{', '.join(others)}]\n" if others else "")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A short run of every variant of every study, in one scenario."""
    base = tmp_path_factory.mktemp("studies")
    return {name: api.run(shortened(base / name, name), out=base / name / "runs", jobs=1).path for name in STUDIES}


@pytest.mark.parametrize("name", STUDIES)
def test_the_study_is_whole_and_no_measure_is_idle(name: str, nspd: CommandLine) -> None:
    answer = nspd("check", name)
    assert answer.code == 0, answer.err
    assert "is in no variant" not in answer.out + answer.err


@pytest.mark.parametrize("name", STUDIES)
def test_titles_and_question_are_in_dutch_and_english(name: str) -> None:
    study = load_study(name)
    parts = [part for part in ("scenarios", "years", "measures", "variants") if part in study.tree]  # the default scenario has no title
    entries = [entry.title for part in parts for entry in getattr(study.params, part).values()]
    for text in (study.params.title, study.params.question, *entries):
        assert isinstance(text, dict)
        assert set(text) == {"nl", "en"}


@pytest.mark.parametrize("name", STUDIES)
def test_every_variant_changes_something_in_some_scenario(name: str) -> None:
    hashes: dict[str, list[str]] = {}
    for cell in load_study(name).check_all():
        hashes.setdefault(cell.name, []).append(cell.hash)
    assert len({tuple(found) for found in hashes.values()}) == len(hashes)


@pytest.mark.parametrize("name", STUDIES)
def test_every_variant_runs_and_keeps_the_invariants(name: str, runs: dict[str, Path], nspd: CommandLine) -> None:
    folder = runs[name].parents[1]
    answer = nspd("run", folder, "--out", folder / "runs", "--jobs", "1", "--check")
    assert answer.code == 0, answer.err
    assert f"all invariants hold in {len(load_study(name).params.variants)} replications" in answer.out


def test_ships_announced_before_the_begin_make_no_lockage_before_it(runs: dict[str, Path]) -> None:
    """Sea ships are announced a day ahead, and a run begins with some announced: a lock that plans turns for them from 0 s on."""
    assert table(runs["lock-capacity"], "lockages", "planning")["start_s"].min() >= 0.0


def table(run: Path, name: str, variant: str) -> pd.DataFrame:
    return pd.read_parquet(next(run.glob(f"*/*/{variant}/r0000")) / f"{name}.parquet")


def test_the_old_middensluis_is_closed_while_the_sea_is_low(runs: dict[str, Path]) -> None:
    closures = table(runs["lock-capacity"], "closures", "before-2021")
    levels = table(runs["lock-capacity"], "levels", "before-2021")
    assert set(closures["chamber"]) == {"middensluis"}
    assert set(closures["cause"]) == {"outer_level"}
    below = levels["sea_m_nap"] < -0.5
    closed = sum(((levels["time_s"] >= begin) & (levels["time_s"] < end)) for begin, end in zip(closures["begin_s"], closures["end_s"], strict=True)) > 0
    assert (below != closed).mean() < 0.05  # a step of the levels at each change


def test_the_drought_regime_closes_all_chambers_four_hours_around_low_water(runs: dict[str, Path]) -> None:
    closed = table(runs["drought-2018"], "closures", "nieuwe-sluis-regimes")
    levels = table(runs["drought-2018"], "levels", "nieuwe-sluis-regimes")
    assert set(closed["cause"]) == {"drought"}
    assert set(closed["chamber"]) == {"oostsluis", "westsluis", "nieuwe-sluis"}
    assert (closed["end_s"] - closed["begin_s"]).max() == pytest.approx(4 * 3600.0, abs=1.0)
    lowest_s = levels["time_s"][levels["sea_m_nap"].idxmin()]
    assert ((closed["begin_s"] < lowest_s) & (lowest_s < closed["end_s"])).any()
    assert len(table(runs["drought-2018"], "closures", "nieuwe-sluis")) == 0


def test_windows_for_trains_keep_the_bridge_of_sluiskil_closed(runs: dict[str, Path]) -> None:
    openings = table(runs["bridge-regimes"], "bridge_closures", "train-windows")
    openings = openings[(openings["bridge"] == "sluiskil-bridge") & ~openings["is_forced"]]
    assert len(openings) > 0
    for row in openings.itertuples():  # windows of ten minutes, 25 to 35 minutes past each hour
        first = int((row.opening_s - 25 * 60.0) // 3600.0)
        for hour in range(first, int(row.closed_s // 3600.0) + 1):
            begin_s, end_s = hour * 3600.0 + 25 * 60.0, hour * 3600.0 + 35 * 60.0
            assert row.closed_s <= begin_s or row.opening_s >= end_s


DRY = """study: dry
extends: smoke
title: {nl: Droog, en: Dry}
replications: 1
period: {warm_up: 2 h, drain: 4 h}
calendar:
  remove: [spring-week]
  day: {start: 2023-04-18, measure: 18 h, weight_days: 365}
scenarios:
  base:
    title: {nl: droog, en: dry}
    values:
      network:
        waterway:
          levels: {discharge: {constant_m3_s: {value: 2.0, unit: m³/s, source: practice, quality: assumption}}}
          water:
            canal_level: balance
            steps_per_day: 24
            initial_salinity_kg_m3: {value: 7.0, unit: kg/m³, source: practice, quality: assumption}
          locks: {terneuzen: {regimes: {drought: {active: triggered, canal_below_m_nap: {value: 2.05, unit: m NAP, source: practice, quality: assumption}}}}}
variants:
  remove: [without-nieuwe-sluis]
"""


def test_a_drought_lowers_the_canal_and_the_regime_answers(tmp_path: Path, nspd: CommandLine) -> None:
    folder = write_study(tmp_path / "dry", DRY)
    answer = nspd("run", folder, "--out", tmp_path / "runs", "--jobs", "1", "--check")
    assert answer.code == 0, answer.err
    closures, levels, lockages = (pd.read_parquet(next((tmp_path / "runs").rglob(f"{name}.parquet"))) for name in ("closures", "levels", "lockages"))
    at_begin = np.interp(closures["begin_s"], levels["time_s"], levels["canal_m_nap"])
    assert len(closures) and set(closures["cause"]) == {"drought"}
    assert (at_begin < 2.05).all() and levels["canal_m_nap"].iloc[0] == pytest.approx(2.13)
    for block in closures.itertuples():
        mine = lockages.loc[lockages["chamber"] == block.chamber, "start_s"]
        assert not ((mine > block.begin_s + 0.001) & (mine < block.end_s - 0.001)).any()
