"""What a start costs: no file is parsed twice, and nothing heavy is loaded that a run with all results there has no use for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.studies import environment, write_study

from nspd_mobility.network import dataset, waterway
from nspd_mobility.params import tree
from nspd_mobility.study import definition
from nspd_mobility.study.facts import run_facts

HEAVY = ("numba", "networkx", "simpy", "plotly", "matplotlib")


def test_every_file_is_parsed_once_for_a_study_and_its_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def counting(path: Path) -> tree.Branch:
        read.append(path.resolve())
        return tree.load_yaml(path)

    for module in (definition, dataset, waterway):
        monkeypatch.setattr(module, "load_yaml", counting)
    study = definition.load_study(write_study(tmp_path))
    run_facts(study, study.check_all(), 1, 1, "0")
    assert len(read) == len(set(read)) == 5  # the study, the two that it extends, the network, the demand


def test_study_and_its_jobs_load_nothing_heavy(tmp_path: Path) -> None:
    code = f"""
import sys
from nspd_mobility import api
from nspd_mobility.study.facts import run_facts
study = api.load_study({str(write_study(tmp_path))!r})
grid = study.check_all()
api.jobs_of(study, grid, 1, 1, study.folder, run_facts(study, grid, 1, 1, "0"))
print(*sorted(set({HEAVY!r}) & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
