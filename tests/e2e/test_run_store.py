"""A run: same bytes whatever the number of processes, resumed after Ctrl-C and after a kill, and never half-written."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.studies import ROOT, TINY, CommandLine, environment, tables_of, without_report, write_study

from nspd_mobility import api
from nspd_mobility.district.day import RESULT_TABLES
from nspd_mobility.tables.run_folder import RunFolder


@pytest.fixture
def nspd(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    without_report(monkeypatch)
    return CommandLine(capsys)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny study, run by one process."""
    base = tmp_path_factory.mktemp("finished")
    return api.run(write_study(base / "study"), out=base / "runs", jobs=1).path


def study_of(run: Path) -> Path:
    return run.parents[1] / "study"


def test_results_are_the_same_bytes_with_one_process_and_with_two(finished: Path, tmp_path: Path) -> None:
    other = api.run(study_of(finished), out=tmp_path, jobs=2).path
    here, there = tables_of(finished), tables_of(other)
    assert len(here) == 2 * 2 * (len(RESULT_TABLES) + 1)  # variants, replications, tables and indicators
    assert here == there


def test_folders_carry_scenario_year_variant_and_replication(finished: Path) -> None:
    found = {str(path.parent.relative_to(finished)) for path in finished.rglob("manifest.json")}
    assert found == {f"base/2023/{variant}/r000{k}" for variant in ("reference", "without-nieuwe-sluis") for k in (0, 1)}
    manifest = json.loads((finished / "base/2023/reference/r0001/manifest.json").read_text(encoding="utf-8"))
    assert (manifest["cell"], manifest["stream"], manifest["draw"]) == ("base/2023/reference/r0001", 1, None)
    assert sorted(manifest["files"]) == sorted(f"{name}.parquet" for name in (*RESULT_TABLES, "indicators"))


def test_finished_replications_are_kept_untouched(finished: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in finished.rglob("base/**/*.*")}
    seen: list[tuple[int, int, float]] = []
    api.run(study_of(finished), out=finished.parent, jobs=1, on_progress=lambda *progress: seen.append(progress))
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in finished.rglob("base/**/*.*")} == before
    assert seen == []  # nothing was computed


def test_fresh_computes_anew_and_finds_the_same(finished: Path) -> None:
    before, bytes_before = {path: path.stat().st_ino for path in finished.rglob("*.parquet")}, tables_of(finished)
    api.run(study_of(finished), out=finished.parent, jobs=1, fresh=True, variants=["reference"])
    after = {path: path.stat().st_ino for path in finished.rglob("*.parquet")}
    assert {path for path in before if before[path] != after[path]} == {path for path in before if "/reference/" in str(path)}
    assert tables_of(finished) == bytes_before


def test_more_replications_leave_the_earlier_ones(finished: Path, tmp_path: Path) -> None:
    one = api.run(study_of(finished), out=tmp_path, replications=1, jobs=1, variants=["reference"]).path
    assert tables_of(one).items() <= tables_of(finished).items()
    assert [cell.replication for cell in RunFolder(one).cells()] == ["r0000"]


def test_narrower_run_hides_nothing_that_still_holds(tmp_path: Path, nspd: CommandLine) -> None:
    study = write_study(tmp_path / "study", TINY.replace("replications: 2", "replications: 3"))
    run = api.run(study, out=tmp_path / "runs", jobs=1, variants=["reference"]).path
    answer = nspd("run", study, "--out", tmp_path / "runs", "--jobs", "1", "--variant", "reference", "--replications", "1")
    assert answer.code == 0
    assert [cell.replication for cell in RunFolder(run).cells()] == ["r0000", "r0001", "r0002"]
    assert "3 replications are shown, not 1" in answer.out
    write_study(study, more="values: {demand: {waterway: {factor: 0.25}}}\n")  # of other input: these no longer hold
    answer = nspd("run", study, "--out", tmp_path / "runs", "--jobs", "1", "--variant", "reference", "--replications", "1")
    assert [cell.replication for cell in RunFolder(run).cells()] == ["r0000"]
    assert "are shown" not in answer.out


def test_further_replications_are_shown_only_where_all_chosen_variants_have_them(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    api.run(study, out=tmp_path / "runs", jobs=1, variants=["reference"])
    both = api.run(study, out=tmp_path / "runs", jobs=1, replications=1)
    assert [(cell.variant, cell.replication) for cell in both.cells()] == [("reference", "r0000"), ("without-nieuwe-sluis", "r0000")]


def test_own_ships_hold_no_chance_so_one_replication_is_run(tmp_path: Path, nspd: CommandLine) -> None:
    study = write_study(tmp_path / "study", more="values: {demand: {waterway: {ships_file: mine.csv}}}\n")
    ships = "id,side,arrival,length_m,beam_m,draught_m,group\na,sea,2023-04-18T00:40,110,11.4,3.0,inland\nb,canal,2023-04-18T01:30,80,9.5,2.5,inland\n"
    (study / "mine.csv").write_text(ships, encoding="utf-8")
    answer = nspd("run", study, "--out", tmp_path / "runs", "--jobs", "1", "--replications", "4")
    run = RunFolder(tmp_path / "runs" / "tiny")
    assert {cell.replication for cell in run.cells()} == {"r0000"}
    assert "own ships: the ships are given and chance is not in them" in " ".join(answer.out.split())
    assert "±" not in answer.out
    assert "use --replications" not in answer.out
    message = nspd.fault(2, "compare", run.path, "--until-precision", "0.05")
    assert "nothing is drawn and more replications would be the same" in message


def test_edited_study_is_read_anew_within_one_process(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", TINY.replace("replications: 2", "replications: 1"))
    first = api.read_results(api.run(study, out=tmp_path / "runs", jobs=1, variants=["reference"]), "ships")
    write_study(study, TINY.replace("replications: 2", "replications: 1"), "values: {demand: {waterway: {factor: 0.25}}}\n")
    second = api.read_results(api.run(study, out=tmp_path / "runs", jobs=1, variants=["reference"]), "ships")
    assert len(second) < len(first) / 2  # a quarter of the ships, give or take their chance


def test_error_of_the_disk_is_told_and_leaves_nothing_half_written(tmp_path: Path, nspd: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    from nspd_mobility.tables.recorder import Recorder

    def full(self: Recorder, *_: object) -> None:
        raise OSError(28, "No space left on device", str(self.folder / "ships.parquet"))

    monkeypatch.setattr(Recorder, "write", full)
    message = nspd.fault(2, "run", write_study(tmp_path / "study"), "--out", tmp_path / "runs", "--jobs", "1")
    assert "ships.parquet: can't be written or read (No space left on device)" in message
    assert "what is finished is kept" in message
    assert not list((tmp_path / "runs").rglob(".part-*"))


def test_fault_inside_a_replication_names_it(tmp_path: Path, nspd: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr("nspd_mobility.district.day.simulate_day", broken)
    message = nspd.fault(4, "run", write_study(tmp_path / "study"), "--out", tmp_path / "runs", "--jobs", "1")
    assert "replication base/2023/reference/r0000 failed: ZeroDivisionError: float division by zero" in message


def test_left_over_of_killed_runs_is_cleared_and_of_running_ones_is_not(finished: Path) -> None:
    folder = finished / "base" / "2023" / "reference"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = folder / f".part-r0007-{os.getppid()}"  # the number of a process that lives, but that doesn't write it
    busy = folder / f".part-r0008-{gone.pid}"
    for path in (left, busy):
        path.mkdir()
    (finished / f".run.json.{gone.pid}").touch()
    lock = os.open(busy, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    api.run(study_of(finished), out=finished.parent, jobs=1)
    assert not left.exists()
    assert not (finished / f".run.json.{gone.pid}").exists()
    assert busy.exists()
    os.close(lock)
    api.run(study_of(finished), out=finished.parent, jobs=1)
    assert not busy.exists()


LONG = TINY.replace("replications: 2", "replications: 40")


def start(study: Path, out: Path, jobs: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nspd_mobility", "run", str(study), "--out", str(out), "--jobs", str(jobs), "--variant", "reference"]
    return subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(run: Path, n: int, process: subprocess.Popen[str]) -> None:
    """Wait until `n` replications are finished."""
    until = time.monotonic() + 120.0
    while len(list(run.rglob("manifest.json"))) < n:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)


def children(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in path.read_text(encoding="utf-8").split()] if path.exists() else []


def is_alive(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    return status.exists() and ") Z " not in status.read_text(encoding="utf-8")


@pytest.fixture(params=[1, 2])
def interrupted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str], int]]:
    """A run that has just finished its first replications, and its number of processes."""
    study = write_study(tmp_path / "study", LONG)
    process = start(study, tmp_path / "runs", request.param)
    try:
        wait_for(tmp_path / "runs" / "tiny", 2, process)
        yield tmp_path / "runs" / "tiny", process, request.param
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_interrupted_run_keeps_what_is_finished_and_goes_on(interrupted: tuple[Path, subprocess.Popen[str], int]) -> None:
    run, process, _ = interrupted
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nspd: interrupted; what is finished is kept" in err
    assert "Traceback" not in err + out
    assert not list(run.rglob(".part-*"))
    resume(run)


def test_killed_run_goes_on_and_its_processes_end(interrupted: tuple[Path, subprocess.Popen[str], int]) -> None:
    run, process, jobs = interrupted
    workers = children(process.pid)
    assert len(workers) >= (jobs if jobs > 1 else 0)
    process.kill()
    process.communicate(timeout=60)
    until = time.monotonic() + 30.0
    while any(is_alive(worker) for worker in workers):
        assert time.monotonic() < until, "a worker lives on after its parent"
        time.sleep(0.05)
    resume(run)


def resume(run: Path) -> None:
    """Run on to a few replications more, and see that the finished ones were kept and nothing half-written is left."""
    finished = {path: path.stat().st_ino for path in run.rglob("r*/*.parquet") if ".part-" not in str(path)}
    n = len({path.parent for path in finished})
    assert n >= 2
    for folder in {path.parent for path in finished}:
        assert len(list(folder.glob("*.parquet"))) == len(RESULT_TABLES) + 1
    again = api.run(study_of(run), out=run.parent, replications=n + 1, jobs=1, variants=["reference"])
    assert {path: path.stat().st_ino for path in finished} == finished
    assert len(again.cells()) == n + 1
    assert not list(run.rglob(".part-*"))


def test_script_without_a_guard_may_use_processes(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", more="values: {demand: {waterway: {factor: 0.1}}}\n")
    script = tmp_path / "script.py"
    call = f"nspd_mobility.run({str(study)!r}, out={str(tmp_path / 'runs')!r}, jobs=2, replications=1)"
    script.write_text(f"import nspd_mobility\nprint(len({call}.cells()))\n", encoding="utf-8")
    answer = subprocess.run([sys.executable, str(script)], env=environment(), capture_output=True, text=True, timeout=120, check=False)
    assert (answer.returncode, answer.stdout.strip()) == (0, "2"), answer.stderr
