"""The commands of the command line, on one finished run of a tiny study: what each prints, writes and returns."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.studies import ROOT, TINY, CommandLine, environment, without_report, write_study

from nspd_mobility import api, golden
from nspd_mobility.version import __version__


@pytest.fixture
def nspd(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    without_report(monkeypatch)
    return CommandLine(capsys)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("finished")
    return api.run(write_study(base / "study"), out=base / "runs", jobs=1, uncertainty=2).path


def study_of(run: Path) -> Path:
    return run.parents[1] / "study"


def test_run_prints_means_differences_and_places(finished: Path, nspd: CommandLine) -> None:
    answer = nspd("run", study_of(finished), "--out", finished.parent, "--check")
    assert answer.code == 0, answer.err
    for part in ("Tiny: base, 2023", "wait_mean [sea]", "without-nieuwe-sluis against reference", "95 % interval", "variance ratio"):
        assert part in answer.out
    assert f"results: {finished}   report: {finished}/report.html" in answer.out
    assert "2 draws: their 5-95 % band is rough, and holds chance too" in " ".join(answer.out.split())
    assert "all invariants hold in 8 replications" in answer.out  # four and four draws
    assert (finished / "report.html").is_file()


def test_run_as_json_is_json_and_nothing_else(finished: Path, nspd: CommandLine) -> None:
    answer = nspd("run", study_of(finished), "--out", finished.parent, "--json", "--lang", "en")
    content = json.loads(answer.out)
    assert answer.err == ""
    assert (content["study"], content["folder"], content["replications"]) == ("tiny", str(finished), 4)
    assert {row["variant"] for row in content["indicators"]} == {"reference", "without-nieuwe-sluis"}
    assert "NaN" not in answer.out
    assert "Infinity" not in answer.out


def test_run_of_a_part_leaves_the_rest(tmp_path: Path, nspd: CommandLine) -> None:
    study = write_study(tmp_path / "study", TINY.replace("replications: 2", "replications: 1"))
    arguments = ["run", study, "--out", tmp_path / "runs", "--json"]
    one = json.loads(nspd(*arguments, "--variant", "reference", "--scenario", "base", "--year", "2023").out)
    assert (one["replications"], one["comparison"]) == (1, [])
    both = json.loads(nspd(*arguments, "--variant", "without-nieuwe-sluis").out)
    assert both["replications"] == 2
    assert {row["n"] for row in both["comparison"]} == {1}


def test_compare_prints_and_writes(finished: Path, tmp_path: Path, nspd: CommandLine) -> None:
    csv, parquet = tmp_path / "a.csv", tmp_path / "a.parquet"
    answer = nspd("compare", finished, "--csv", csv, "--parquet", parquet)
    assert answer.code == 0
    assert "5-95 % of draws" in answer.out
    table = api.compare(finished)
    pd.testing.assert_frame_equal(pd.read_parquet(parquet), table, check_dtype=False)
    assert list(pd.read_csv(csv).columns) == list(table.columns)
    assert set(table["verdict"]) <= {"differs", "does not differ", "cannot tell"}
    row = table[(table["indicator"] == "wait_mean") & (table["dimension"] == "")].iloc[0]
    assert row["difference"] == pytest.approx(row["mean"] - row["reference_mean"])
    assert (row["n"], row["is_key"], row["margin"]) == (2, True, 1.0)
    assert len(nspd("compare", finished, "--all").out.splitlines()) > len(answer.out.splitlines())
    assert len(json.loads(nspd("compare", finished, "--json").out)) == len(table)


def test_comparison_with_another_reference_is_the_same_turned_round(finished: Path, nspd: CommandLine) -> None:
    here = api.compare(finished).set_index(["indicator", "dimension"])
    there = pd.DataFrame(json.loads(nspd("compare", finished, "--reference", "without-nieuwe-sluis", "--json").out)).set_index(["indicator", "dimension"])
    key = ("wait_mean", "")
    assert there.loc[key, "difference"] == pytest.approx(-here.loc[key, "difference"])
    assert there.loc[key, "half_width"] == pytest.approx(here.loc[key, "half_width"])


def test_holm_is_over_the_key_indicators_alone(finished: Path) -> None:
    table = api.compare(finished)
    keys = table[table["is_key"] & table["p_value"].notna()]  # where a figure is the same in all replications there is no test
    assert (keys["p_adjusted"] >= keys["p_value"]).all()
    smallest = keys["p_value"].min()
    assert keys["p_adjusted"].min() == pytest.approx(min(1.0, smallest * len(keys)))
    others = table[~table["is_key"] & table["p_value"].notna()]
    assert np.array_equal(others["p_adjusted"], others["p_value"])


def test_precision_adds_replications_and_keeps_the_draws(tmp_path: Path, nspd: CommandLine) -> None:
    study = write_study(tmp_path / "study", TINY.replace("replications: 2", "replications: 1"))
    run = api.run(study, out=tmp_path / "runs", jobs=1, uncertainty=2).path
    before = {path: path.stat().st_ino for path in run.rglob("*.parquet")}
    answer = nspd("compare", run, "--until-precision", "0.0001", "--most", "3")
    assert answer.code == 0, answer.err
    again = api.RunFolder(run)
    assert {cell.replication for cell in again.cells()} == {"r0000", "r0001", "r0002"}
    assert len(again.cells(draws=True)) == 4
    assert {path: path.stat().st_ino for path in before} == before
    assert api.compare(run)["n"].max() == 3
    assert nspd("compare", run, "--until-precision", "10", "--most", "9").code == 0
    assert len(api.RunFolder(run).cells()) < 2 * 9  # it ends where that is reached


def test_precision_of_one_variant_is_told(tmp_path: Path, nspd: CommandLine) -> None:
    run = api.run(write_study(tmp_path / "study"), out=tmp_path / "runs", jobs=1, replications=1, variants=["reference"]).path
    assert "there is nothing to compare" in nspd.fault(2, "compare", run, "--until-precision", "0.1")


def test_report_is_written_where_it_is_wanted(finished: Path, tmp_path: Path, nspd: CommandLine) -> None:
    answer = nspd("report", finished, "--lang", "en", "--out", tmp_path / "page.html")
    assert (answer.code, answer.out.strip()) == (0, str(tmp_path / "page.html"))
    assert "there is no language 'de'" in nspd.fault(2, "report", finished, "--lang", "de")


def test_check_lists_what_rests_on_assumptions(finished: Path, nspd: CommandLine) -> None:
    answer = nspd("check", study_of(finished))
    assert answer.code == 0
    assert "values that rest on estimates and assumptions" in answer.out
    assert "door_close_s" in answer.out
    content = json.loads(nspd("check", "smoke", "--json").out)
    assert {row["quality"] for row in content["weak"]} == {"assumption", "estimate"}
    assert sum(content["values"].values()) > len(content["weak"])


@pytest.mark.parametrize("width", [80, 220])
def test_check_cuts_no_name_off(width: int, nspd: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nspd_mobility.terminal.definitions.console.width", width)
    out = nspd("check", "smoke").out
    names = "".join(line.split("│")[1].strip() for line in out.splitlines() if line.startswith("│"))
    assert "network.waterway.locks.terneuzen.chambers.nieuwe-sluis.movements.sea.entry_follow_s.per_length_s_m" in names
    assert "…" not in names
    assert "is named by no value" not in out  # every source of the bundled data is in use


def test_show_tells_what_differs_and_where_it_is_set(nspd: CommandLine) -> None:
    answer = nspd("show", "smoke", "reference")
    assert "chambers.nieuwe-sluis.length_m" in answer.out
    assert "dataset.yaml:" in answer.out
    different = nspd("show", "smoke", "reference", "--diff", "without-nieuwe-sluis").out
    assert "(absent)" in different
    assert "oostsluis" not in different
    assert "no differences" in nspd("show", "smoke", "reference", "--diff", "reference").out
    assert "has no variant 'refrence' (did you mean 'reference'?)" in nspd.fault(2, "show", "smoke", "refrence")
    assert "has no variant 'x'" in nspd.fault(2, "show", "smoke", "reference", "--diff", "x")


def test_list_names_studies_and_datasets_and_survives_an_unusable_one(nspd: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path / "experiments" / "broken", "study: broken\nnetwrk: nspd\n")
    monkeypatch.setenv("NSPD_DATA", str(tmp_path))
    answer = nspd("list")
    assert answer.code == 0
    for part in ("district-today", "smoke", "networks: nspd", "demand: nspd", "can't be used"):
        assert part in answer.out


def test_init_makes_a_study_that_checks(nspd: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = nspd("init", "mine", "--from", "smoke")
    assert "made mine/study.yaml with the title 'mine'; write a title and a question there, edit it and run it with: nspd run ./mine" in answer.out
    assert api.load_study("./mine").name == "mine"
    assert "is there already" in nspd.fault(2, "init", "mine", "--from", "smoke")
    assert "there is no study 'smok'" in nspd.fault(2, "init", "other", "--from", "smok")


@pytest.mark.parametrize("other", ["smoke", "district-today"])  # a title on one line, and one by language below its key
def test_new_study_has_its_name_as_title(other: str, nspd: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert nspd("init", "007", "--from", other).code == 0
    made, base = api.load_study("./007").params, api.load_study(other).params
    assert made.title == "007"
    assert base.title != made.title
    assert (made.question, list(made.variants), made.replications) == (base.question, list(base.variants), base.replications)


def test_study_made_from_one_elsewhere_finds_what_that_one_names(nspd: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path / "a" / "base")
    write_study(tmp_path / "a" / "child", "study: child\nextends: ../base\n")
    monkeypatch.chdir(tmp_path)
    assert nspd("init", "mine", "--from", "a/child").code == 0
    assert api.load_study("./mine").params.replications == 2


def test_trace_follows_a_ship(finished: Path, nspd: CommandLine) -> None:
    ships = api.read_results(finished, "ships")
    mine = ships[(ships["variant"] == "reference") & (ships["replication"] == "r0000") & ships["is_counted"] & ships["exit_s"].notna()].iloc[0]
    by_id = nspd("trace", finished, mine["id"])
    assert by_id.code == 0
    positions = [by_id.out.index(kind) for kind in ("departed", "arrived", "entry_started", "moored", "doors_closing", "exit_started", "exited", "reached")]
    assert positions == sorted(positions)
    assert nspd("trace", finished, str(mine["entity_id"])).out == by_id.out


@pytest.mark.parametrize("what", ["study", "parameters", "tables", "ships"])
def test_schema_is_json(what: str, nspd: CommandLine) -> None:
    assert json.loads(nspd("schema", what).out)


def test_schema_that_does_not_exist(nspd: CommandLine) -> None:
    assert "there is no schema 'ship' (did you mean 'ships'?); allowed are: boundary_passages" in nspd.fault(2, "schema", "ship")


def test_warm_compiles(nspd: CommandLine) -> None:
    assert "kernels are ready" in nspd("warm").out


def test_bench_writes_and_judges(nspd: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nspd_mobility import bench

    def prepare(is_smoke: bool) -> tuple[object, int]:
        return (lambda: {"ships": 3.0}), 3

    monkeypatch.setattr(bench, "CASES", {"toy": bench.Case("toy", "A toy.", prepare, "ships")})  # type: ignore[arg-type]
    monkeypatch.setattr(bench, "load_cases", lambda: None)
    base = tmp_path / "base.json"
    assert nspd("bench", "--smoke", "--json", base).code == 0
    content = json.loads(base.read_text(encoding="utf-8"))
    assert content["cases"]["toy"]["n"] == 3
    content["cases"]["toy"]["ratio"] *= 1e6
    base.write_text(json.dumps(content), encoding="utf-8")
    assert nspd("bench", "toy", "--smoke", "--against", base, "--fail-above", "1.3").code == 0
    content["cases"]["toy"]["ratio"] *= 1e-12
    base.write_text(json.dumps(content), encoding="utf-8")
    assert "slower than 1.3 times the base: toy" in nspd.fault(1, "bench", "toy", "--smoke", "--against", base, "--fail-above", "1.3")


def test_golden_values_are_updated_with_a_reason(nspd: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "golden_path", lambda: tmp_path / "golden.json")
    monkeypatch.setattr(golden, "STUDIES", {"smoke": None})
    monkeypatch.setattr(golden, "values_of", lambda study, out: {"a": 1.0, "b": 2.0})
    assert "give the reason" in nspd.fault(2, "golden", "update", "--reason", "  ")
    assert "2 golden values changed" in nspd("golden", "update", "--reason", "first").out
    monkeypatch.setattr(golden, "values_of", lambda study, out: {"a": 1.0 + 1e-12, "c": 2.0})
    assert "2 golden values changed" in nspd("golden", "update", "--reason", "b is c").out
    assert [entry["reason"] for entry in golden.read()["history"]] == ["first", "b is c"]
    assert golden.differences({"a": 1.0, "b": 2.0}, {"a": 1.1, "c": 3.0}) == ["a: is 1.1, was 1", "b: is gone, was 2", "c: is new, 3"]


def test_broken_invariant_fails_the_check(finished: Path, nspd: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nspd_mobility.tables.invariants.check_waterway", lambda *_: ["ship a is in two places", "ship b too"])
    message = nspd.fault(1, "run", study_of(finished), "--out", finished.parent, "--check")
    assert message == "nspd: base/2023/reference/r0000: ship a is in two places (and 1 more)"


def test_fault_of_the_program_is_one_line_and_asks_for_a_report(nspd: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.delenv("NSPD_DEBUG", raising=False)
    monkeypatch.setattr(api, "run", broken)
    answer = nspd("run", "smoke")
    assert answer.code == 4
    assert answer.err == "nspd: internal error, ZeroDivisionError: division by zero; set NSPD_DEBUG=1 for the details and report it\n"


def test_help_imports_nothing_heavy() -> None:
    heavy = ("numpy", "pandas", "numba", "pyarrow", "simpy", "pydantic")
    script = f"import sys; from nspd_mobility import cli; cli._run(['--help']); print([m for m in {heavy} if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", script], env=environment(), cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert answer.stdout.splitlines()[-1] == "[]"


def test_version_and_a_reader_that_goes_away() -> None:
    command = [sys.executable, "-m", "nspd_mobility"]
    version = subprocess.run([*command, "--version"], env=environment(), cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert version.stdout.strip() == f"nspd-mobility {__version__}"
    shell = f"{sys.executable} -m nspd_mobility schema parameters | head -1"
    piped = subprocess.run(["bash", "-c", f"set -o pipefail; {shell}"], env=environment(), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (piped.returncode, piped.stderr, piped.stdout) == (0, "", "{\n")
