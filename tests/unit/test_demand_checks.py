"""What no ships can be drawn for is refused before anything runs, with the file and line that gives it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.studies import line_of, write_study

from nspd_mobility.errors import DataError
from nspd_mobility.network.dataset import find_dataset
from nspd_mobility.study.definition import Study, load_study
from nspd_mobility.study.runner import check_routes, check_ships


def own_demand(folder: Path) -> Path:
    shutil.copytree(find_dataset("demand", "nspd"), folder / "mine")
    return folder / "mine" / "waterway"


def study_of(folder: Path, more: str = "demand: ../mine\n") -> Study:
    return load_study(write_study(folder / "study", more=more))


def test_group_without_classes_names_both_files(tmp_path: Path) -> None:
    tables = own_demand(tmp_path)
    for path in tables.glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        if path.name in ("engines.csv", "emission_factors.csv", "part_load.csv") or "group" not in lines[0].strip().split(","):
            continue  # engines are of all groups
        place = lines[0].strip().split(",").index("group")
        path.write_text("".join(line for line in lines if line.split(",")[place] != "recreation"), encoding="utf-8")
    study = study_of(tmp_path)
    with pytest.raises(DataError, match=r"dataset\.yaml:\d+: 'passages' gives .* of the group 'recreation', which .*classes\.csv lacks; add classes"):
        check_ships(study, study.check_all()[0])


def test_too_many_ships_an_hour_name_the_line_of_the_factor(tmp_path: Path) -> None:
    study = study_of(tmp_path, "values: {demand: {waterway: {factor: 900}}}\n")
    with pytest.raises(DataError) as caught:
        check_ships(study, study.check_all()[0])
    assert line_of(tmp_path / "study", "factor: 900") in str(caught.value)
    assert "per hour, at most 600 are possible; lower 'factor' or 'passages'" in str(caught.value)


def test_relation_that_passes_no_lock_names_its_line(tmp_path: Path) -> None:
    path = own_demand(tmp_path) / "od.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines()
    cells = dict(zip(head.split(","), first.split(","), strict=False))
    cells["destination"] = "antwerpen" if cells["origin"] == "vlissingen" else "vlissingen"
    cells["origin"] = "vlissingen" if cells["destination"] == "antwerpen" else "antwerpen"
    path.write_text("\n".join([head, ",".join(cells.values()), *rest]) + "\n", encoding="utf-8")
    study = study_of(tmp_path)
    with pytest.raises(DataError, match=r"od\.csv:2: the way from '\w+' to '\w+' passes no lock; .*; mend the relation or the fairways"):
        check_routes(study, study.check_all())
