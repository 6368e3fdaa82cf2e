"""Ships and trains on one clock: they share the bridge of Sluiskil, and ships notice no train that does not cross it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.studies import TINY, write_study

import nspd_mobility
from nspd_mobility.district.day import RESULT_TABLES
from nspd_mobility.tables.invariants import CHECKED_TABLES, CHECKED_WITH_TRAINS, check_waterway
from nspd_mobility.tables.run_folder import RunFolder

MORNING = TINY.replace("measure: 3 h", "measure: 9 h")
WITH_TRAINS = """
    values:
      demand:
        railway: {freight_factor: %s}
    """


def run(folder: Path, more: str = "") -> RunFolder:
    study = write_study(folder / "study", MORNING, more)
    return nspd_mobility.run(study, variants=["reference"], replications=1, jobs=1, out=folder / "runs")


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return run(tmp_path_factory.mktemp("without"))


def test_ships_notice_no_train_that_does_not_cross_a_bridge(without: RunFolder, tmp_path: Path) -> None:
    passengers_only = run(tmp_path, WITH_TRAINS % 0)
    cell, other = next(iter(without.cells())), next(iter(passengers_only.cells()))
    assert not (without.folder(cell) / "trains.parquet").exists()
    assert len(passengers_only.read(other, "trains")) > 0
    for table in RESULT_TABLES:
        path = f"{table}.parquet"
        assert (without.folder(cell) / path).read_bytes() == (passengers_only.folder(other) / path).read_bytes(), table


def test_trains_cross_the_bridge_of_the_ships_and_all_invariants_hold(tmp_path: Path) -> None:
    folder = run(tmp_path, WITH_TRAINS % 2)
    cell = next(iter(folder.cells()))
    tables = {name: folder.read(cell, name) for name in (*CHECKED_TABLES, *CHECKED_WITH_TRAINS)}
    assert check_waterway(tables, folder.facts, cell.variant) == []
    over = tables["bridge_passages"][tables["bridge_passages"]["user"] == "train"]
    known = set(tables["trains"]["entity_id"])
    assert len(over) > 0 and set(over["entity_id"]) <= known
    assert set(over["bridge"]) == {"sluiskil-bridge"}
    openings = tables["bridge_closures"][tables["bridge_closures"]["bridge"] == "sluiskil-bridge"]
    for begin_s, clear_s in zip(over["begin_s"], over["clear_s"], strict=True):
        is_open = (openings["opening_s"] < clear_s - 1e-3) & (openings["closed_s"] > begin_s + 1e-3)
        assert not is_open.any(), "the bridge opens while a train has it"
