"""The fingerprint of a replication: changed by all that a result depends on, and by nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.studies import TINY, write_study

from nspd_mobility.network.dataset import find_dataset
from nspd_mobility.study.definition import load_study
from nspd_mobility.study.runner import Job, jobs_of


def jobs(folder: Path, seed: int = 1, n: int = 2, draws: list[dict[str, float]] | None = None) -> list[Job]:
    study = load_study(folder)
    return jobs_of(study, study.check_all(), n, seed, folder / "runs", {}, draws)


def prints(folder: Path, seed: int = 1, n: int = 2) -> list[str]:
    return [job.fingerprint for job in jobs(folder, seed, n)]


def test_every_cell_has_a_fingerprint_of_its_own_that_stays(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    first = prints(study)
    assert len(set(first)) == len(first) == 4
    assert prints(study) == first
    assert prints(study, n=3)[:4] == first  # more replications change no earlier one


def test_words_for_readers_change_nothing(tmp_path: Path) -> None:
    before = prints(write_study(tmp_path))
    write_study(tmp_path, TINY.replace("en: Tiny", "en: Small"), "question: Why?\nkey_indicators: {passage_p90: {margin: 3}}\nchosen_day: 2023-04-18\n")
    assert prints(tmp_path) == before


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (TINY, "values: {demand: {waterway: {factor: 1.01}}}\n"),
        (TINY.replace("measure: 3 h", "measure: 4 h"), ""),
        (TINY.replace("2023-04-18", "2023-04-19"), ""),
        (TINY.replace("weight_days: 365", "weight_days: 366"), ""),
        (TINY.replace("drain: 4 h", "drain: 5 h"), ""),
        (TINY.replace("warm_up: 1 h", "warm_up: 2 h"), ""),
    ],
    ids=["value", "measure", "start", "weight", "drain", "warm-up"],
)
def test_what_results_depend_on_changes_every_fingerprint(text: str, more: str, tmp_path: Path) -> None:
    before = prints(write_study(tmp_path))
    write_study(tmp_path, text, more)
    assert not set(prints(tmp_path)) & set(before)


def test_seed_and_data_change_every_fingerprint(tmp_path: Path) -> None:
    demand = Path(shutil.copytree(find_dataset("demand", "nspd"), tmp_path / "mine"))
    study = write_study(tmp_path / "study", more="demand: ../mine\n")
    before = prints(study)
    assert not set(prints(study, seed=2)) & set(before)
    table = demand / "waterway" / "profile_hour.csv"
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert not set(prints(study)) & set(before)


def test_own_ships_count_by_their_content(tmp_path: Path) -> None:
    study = write_study(tmp_path, more="values: {demand: {waterway: {ships_file: mine.csv}}}\n")
    (tmp_path / "mine.csv").write_text("id,side,arrival\na,sea,2023-04-18T01:00\n", encoding="utf-8")
    before = prints(study)
    (tmp_path / "mine.csv").touch()
    assert prints(study) == before
    (tmp_path / "mine.csv").write_text("id,side,arrival\na,sea,2023-04-18T01:01\n", encoding="utf-8")
    assert not set(prints(study)) & set(before)


def test_measure_changes_the_variants_that_have_it_and_no_other(tmp_path: Path) -> None:
    before = {job.cell: job.fingerprint for job in jobs(write_study(tmp_path))}
    write_study(tmp_path, more="measures: {without-nieuwe-sluis: {values: {demand: {waterway: {factor: 1.1}}}}}\n")
    after = {job.cell: job.fingerprint for job in jobs(tmp_path)}
    assert {cell.variant for cell in before if before[cell] != after[cell]} == {"without-nieuwe-sluis"}


def test_draw_is_of_the_identity_and_goes_by_its_own_name(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    found = jobs(study, draws=[{"a": 0.1}, {"a": 0.2}, {"a": 0.3}])
    assert [job.cell.replication for job in found[::2]] == ["u0000", "u0001", "u0002"]
    assert [job.stream for job in found[::2]] == [0, 1, 0]  # the random numbers of the replications, in turn
    assert len({job.fingerprint for job in found}) == 6
