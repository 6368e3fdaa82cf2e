"""Bad input: one clear line with file, line, key, what is allowed and the remedy, the right exit code, and nothing finished lost.

Every case goes through the command line. The message is matched in its parts: the place, what is wrong, and how to mend it.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.studies import TINY, CommandLine, line_of, tables_of, without_report, write_study

from nspd_mobility import api, bench
from nspd_mobility.errors import UsageError

CHAMBER = "network: {waterway: {locks: {terneuzen: {chambers: {oostsluis: "
DEEP = "}}}}}"


@pytest.fixture
def nspd(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    without_report(monkeypatch)
    return CommandLine(capsys)


def values(text: str) -> str:
    return f"values: {{{text}}}\n"


# Each case: what is added to the tiny study, the text of the line that the message must name, and parts of the message.
FAULTS = {
    "misspelt key of a study": ("replicatons: 3\n", "replicatons", ["unknown key 'replicatons' (did you mean 'replications'?)", "allowed are: "]),
    "misspelt key of a chamber": (
        values(CHAMBER + "{lenght_m: 200}" + DEEP),
        "lenght_m",
        ["'lenght_m' (did you mean 'length_m'?)", "chambers.oostsluis.lenght_m"],
    ),
    "misspelt key of the values": ("scenarios: {base: {values: {netwrk: {}}}}\n", "netwrk", ["unknown key 'netwrk'", "did you mean 'network'?"]),
    "unit that is not the name's": (
        values(CHAMBER + "{length_m: {value: 0.2, unit: km}}" + DEEP),
        "unit: km",
        ["length_m' is in m, as its name says", "gives unit 'km'", "convert the value to m"],
    ),
    "negative length": (values(CHAMBER + "{length_m: -260}" + DEEP), "-260", ["oostsluis.length_m'", "should be greater than 0", "not -260"]),
    "not a number": (values(CHAMBER + "{length_m: .nan}" + DEEP), ".nan", ["oostsluis.length_m'", "should be a finite number"]),
    "infinity": (values(CHAMBER + "{width_m: .inf}" + DEEP), ".inf", ["oostsluis.width_m'", "should be a finite number"]),
    "no means no, not false": (values(CHAMBER + "{length_m: no}" + DEEP), "length_m: no", ["should be a valid number", "not 'no'"]),
    "a clock time is text": (values(CHAMBER + "{door_close_s: 12:30}" + DEEP), "12:30", ["should be a valid number", "not '12:30'"]),
    "truth is no number": (values(CHAMBER + "{length_m: true}" + DEEP), "true", ["should be a valid number", "not True"]),
    "unknown word": (values(CHAMBER + "{packing: skylin}" + DEEP), "skylin", ["'skylin' is not one of: one_column, skyline (did you mean 'skyline'?)"]),
    "low above the value": (
        values(CHAMBER + "{length_m: {value: 260, low: 270, high: 280}}" + DEEP),
        "low: 270",
        ["needs low <= value <= high, all three numbers"],
    ),
    "unknown key of a quantity": (values(CHAMBER + "{length_m: {value: 260, qualty: estimate}}" + DEEP), "qualty", ["'qualty'", "did you mean 'quality'?"]),
    "unknown quality": (values(CHAMBER + "{length_m: {value: 260, quality: guess}}" + DEEP), "guess", ["'guess' is not one of: assumption, estimate"]),
    "unknown lock": (
        values("network: {waterway: {locks: {terneusen: {chambers: {oostsluis: {length_m: 5}}}}}}"),
        "terneusen",
        ["locks.terneusen.chambers.oostsluis.width_m' is missing; add it"],
    ),
    "removing what is not there": (
        values("network: {waterway: {locks: {terneuzen: {chambers: {remove: [oostsluus]}}}}}"),
        "oostsluus",
        ["'remove' names 'oostsluus', which does not exist here (did you mean 'oostsluis'?)", "existing keys: nieuwe-sluis, oostsluis, westsluis"],
    ),
    "key twice": ("seed: 1\nseed: 2\n", "seed: 2", ["duplicate key", "mend the YAML here"]),
    "key twice, once as a number": ("years: {2023: {}, '2023': {}}\n", "'2023': {}", ["the key '2023' stands here twice"]),
    "key with a dot": (values("network: {waterway: {locks: {ter.neuzen: {}}}}"), "ter.neuzen", ["the key 'ter.neuzen' can't be used", "use a hyphen"]),
    "key that is no name": ("years: {[1, 2]: {}}\n", "[1, 2]", ["must be a name; put it in quotes"]),
    "tab": ("title:\n\tnl: Klein\n", "\tnl", ["'\\t' that cannot start any token", "mend the YAML here"]),
    "list of objects": ("variants:\n  - {title: a}\n", "variants:", ["'variants' is a list of objects; write a map with a name for each"]),
    "tag": ("question: !!python/object:os.system 'true'\n", "question:", ["'question' is of a kind that is not read here"]),
    "text that is a number": ("question: 12\n", "question:", ["'question': 12 is not a text; write a text, or one per language"]),
    "weights that do not add up": ("calendar: {morning: {weight_days: 300}}\n", "calendar:", ["'calendar': the weights add up to 300 days", "365 or 366"]),
    "reference that is no variant": ("reference: refrence\n", "refrence", ["'refrence' is not a variant (did you mean 'reference'?)", "without-nieuwe-sluis"]),
    "period of nothing": ("calendar: {morning: {measure: 0}}\n", "calendar:", ["'calendar.morning.measure': must be longer than 0"]),
    "period with a strange unit": ("calendar: {morning: {measure: 3 hours}}\n", "3 hours", ["'3 hours' is not a duration", "'7 d'"]),
    "negative period": ("calendar: {morning: {measure: -3 h}}\n", "-3 h", ["'-3 h' is not a duration"]),
    "date that does not exist": ("calendar: {morning: {start: 2023-02-30}}\n", "2023-02-30", ["'2023-02-30' is not a date; write it as 2023-04-17"]),
    "date before the tide tables": ("calendar: {morning: {start: 0001-01-01}}\n", "0001-01-01", ["'0001-01-01' can't be simulated", "from 1900 to 2199"]),
    "step that would fill memory": (
        values("network: {waterway: {tide: {step_s: 1e-9}}}"),
        "step_s",
        ["tide.step_s': should be greater than or equal to 1, not 1e-09"],
    ),
    "no end of ships that skip": (
        values("network: {waterway: {locks: {terneuzen: {max_skip: 99999999999999999999}}}}"),
        "max_skip",
        ["terneuzen.max_skip': should be less than or equal to 100000"],
    ),
    "no chamber at all": (
        values("network: {waterway: {locks: {terneuzen: {chambers: {remove: [oostsluis, westsluis, nieuwe-sluis]}}}}}")
        + "measures: {remove: [without-nieuwe-sluis]}\n"
        "variants: {remove: [without-nieuwe-sluis]}\n",
        "",
        ["'network.waterway.locks.terneuzen.chambers': is empty; it needs at least 1"],
    ),
    "no replications": ("replications: 0\n", "replications: 0", ["'replications': should be greater than or equal to 1, not 0"]),
    "negative seed": ("seed: -1\n", "seed: -1", ["'seed': should be greater than or equal to 0, not -1"]),
    "variant outside the folder": ("variants: {../x: {}}\n", "../x", ["the key '../x' can't be used", "use a hyphen"]),
    "variant in capitals": ("variants: {Reference: {}}\n", "Reference", ["'Reference' can't be a name here; use small letters"]),
    "variant with a space": ("variants: {my variant: {}}\n", "my variant", ["'my variant' can't be a name here"]),
    "variant without a name": ("variants: {'': {}}\n", "'': {}", ["the key '' can't be used"]),
    "year that is no year": ("years: {soon: {}}\n", "soon", ["'soon' is not a year of four digits"]),
    "year before the first passages": ("years: {2010: {}}\n", "", ["year 2010 has no passages; allowed are 2019 and later"]),
    "unknown key indicator": (
        "key_indicators: {wait_meen: {}}\n",
        "wait_meen",
        ["there is no indicator 'wait_meen' (did you mean 'wait_mean'?)", "allowed are: "],
    ),
    "unknown group of a key indicator": (
        "key_indicators: {wait_mean/inlnd: {}}\n",
        "wait_mean/inlnd",
        ["'wait_mean' is not given for 'inlnd' (did you mean 'inland'?); allowed are: freight, inland, recreation, sea"],
    ),
    "group of what has none": ("key_indicators: {unfinished_share/sea: {}}\n", "unfinished_share", ["it is not split; write its name alone"]),
    "unknown measure of a variant": (
        "variants: {other: {measures: [without-nieuwe-slius]}}\n",
        "other:",
        ["names measure 'without-nieuwe-slius', which does not exist (did you mean 'without-nieuwe-sluis'?)"],
    ),
    "measure twice in a variant": (
        "variants: {other: {measures: [without-nieuwe-sluis, without-nieuwe-sluis]}}\n",
        "other:",
        ["names measure 'without-nieuwe-sluis' twice; take one away"],
    ),
    "unknown measure required": ("measures: {a: {requires: [b]}}\n", "requires", ["measure 'a' requires 'b', which does not exist"]),
    "measures in a circle": (
        "measures: {a: {requires: [b]}, b: {requires: [a]}}\n",
        "requires",
        ["require each other in a circle: ", "take one 'requires' away"],
    ),
    "unknown network": ("network: nsdp\n", "nsdp", ["unknown dataset 'nsdp' in networks (did you mean 'nspd'?)"]),
    "network that is no dataset": ("network: /usr\n", "network:", ["is no dataset of networks (no dataset.yaml in it); known are: nspd"]),
    "constituents outside the dataset": (
        values("network: {waterway: {tide: {constituents: ../../../../../../../../../etc/passwd}}}"),
        "etc/passwd",
        ["'network.waterway.tide.constituents' names '../../../../../../../../../etc/passwd', which lies outside the dataset"],
    ),
    "constituents that are not there": (
        values("network: {waterway: {tide: {constituents: tide_terneuzn.csv}}}"),
        "tide_terneuzn",
        ["which does not exist in", "did you mean 'tide_terneuzen.csv'?"],
    ),
    "ships file that is not there": (
        values("demand: {waterway: {ships_file: mine.csv}}"),
        "mine.csv",
        ["ships_file 'mine.csv' is neither in", "put it beside the study"],
    ),
    "merge key of no map": ("period: {<<: 3}\n", "period:", ["mend the YAML here"]),
}


@pytest.mark.parametrize("case", FAULTS)
def test_fault_of_a_study_is_one_clear_line(case: str, tmp_path: Path, nspd: CommandLine) -> None:
    more, marked, parts = FAULTS[case]
    replaced = {line.split(":")[0] for line in more.splitlines() if ":" in line and line[0] not in " \t"}
    keeps_base = replaced & {"calendar", "period"} and case != "merge key of no map"
    base = "".join(line for line in TINY.splitlines(keepends=True) if keeps_base or line.split(":")[0] not in replaced or line.startswith("extends"))
    if keeps_base:  # say the same key once: the case changes one line of it
        base = base.split("calendar:")[0]
        more = more.replace("calendar: {morning: {", "calendar: {remove: [spring-week], morning: {start: 2023-04-18, measure: 3 h, weight_days: 365, ")
        for key in ("start: 2023-04-18", "measure: 3 h", "weight_days: 365"):
            if more.count(key.split(":")[0]) > 1:
                more = more.replace(f"{key}, ", "", 1)
    study = write_study(tmp_path / "study", base + more)
    message = nspd.fault(3, "run", study, "--out", tmp_path / "runs")
    for part in parts:
        assert part in message
    if marked:
        assert line_of(study, marked) in message
    assert not (tmp_path / "runs").exists() or not tables_of(tmp_path / "runs")


def test_number_with_an_exponent_is_a_number(tmp_path: Path) -> None:
    study = write_study(tmp_path, more=values(CHAMBER + "{length_m: 2.6e2, width_m: 24e0}" + DEEP))
    chamber = api.load_study(study).resolve("base", "2023", "reference").params.network.waterway.locks["terneuzen"].chambers["oostsluis"]
    assert (chamber.length_m, chamber.width_m) == (260.0, 24.0)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "study.yaml:1: must hold a map of keys, and holds nothing"),
        (b"# nothing\n", "must hold a map of keys, and holds nothing"),
        (b"- a\n- b\n", "must hold a map of keys, and holds a list; write 'key: value' lines"),
        (b"just text\n", "must hold a map of keys, and holds one plain value"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "is no UTF-8 text (byte 0); save it as UTF-8"),
        (b"study: a\x00b\n", "is not usable YAML"),
        ("study: tiny\n".encode("utf-16"), "is no UTF-8 text (byte 0)"),
        (b"study: [1, 2\n", "mend the YAML here"),
        (b"study: tiny\n---\nstudy: other\n", "study.yaml:2: "),
        (b"study: &a {b: *a}\n", "study.yaml:1: "),
        (b"study: *nobody\n", "study.yaml:1: "),
    ],
)
def test_file_that_is_no_study(content: bytes, part: str, tmp_path: Path, nspd: CommandLine) -> None:
    (tmp_path / "study.yaml").write_bytes(content)
    message = nspd.fault(3, "check", tmp_path)
    assert part in message
    assert "study.yaml" in message


def bomb(levels: int) -> str:
    """Return a small file that stands for 9 ** levels values."""
    lines = ["x0: &x0 {a: 1}"]
    lines += [f"x{k}: &x{k} {{{', '.join(f'k{i}: *x{k - 1}' for i in range(9))}}}" for k in range(1, levels)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (bomb(12), "stands for more than 100000 values, aliases written out; use fewer aliases"),
        ("".join(f"{'  ' * k}k:\n" for k in range(60)), "nested more than 40 deep"),
        ("a: " + "[" * 20_000 + "\n", "brackets are nested more than 200 deep"),
        ("a: " + "{b: " * 150 + "1" + "}" * 150 + "\n", "nested "),
        ("# " + "x" * 6_000_000 + "\n", "has 6 MB, and at most 1 MB are read"),
    ],
    ids=["aliases", "levels", "brackets", "braces", "size"],
)
def test_file_made_to_hang_or_to_fill_memory_is_refused_at_once(text: str, part: str, tmp_path: Path, nspd: CommandLine) -> None:
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    begin = time.perf_counter()
    assert part in nspd.fault(3, "check", tmp_path)
    assert time.perf_counter() - begin < 20.0  # a second on an idle machine


def test_anchors_and_merge_keys_are_read(tmp_path: Path) -> None:
    text = "scenarios:\n  base: &base\n    title: Basis\n  other:\n    <<: *base\n    values: {demand: {waterway: {factor: 1.1}}}\n"
    params = api.load_study(write_study(tmp_path, more=text)).params
    assert params.scenarios["other"].title == "Basis"
    assert params.scenarios["base"].values == {}


def test_name_value_is_a_name_like_any_other(tmp_path: Path) -> None:
    assert "value" in api.load_study(write_study(tmp_path, more="scenarios: {value: {title: Waarde}}\n")).params.scenarios


def test_byte_order_mark_of_an_editor_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_bytes(b"\xef\xbb\xbf" + TINY.replace("\n", "\r\n").encode())
    assert api.load_study(tmp_path).name == "tiny"


def test_studies_that_extend_each_other(tmp_path: Path, nspd: CommandLine) -> None:
    write_study(tmp_path / "a", "study: a\nextends: ../b\n")
    write_study(tmp_path / "b", "study: b\nextends: ../a\n")
    message = nspd.fault(3, "check", tmp_path / "a")
    assert "studies extend each other in a circle: a -> b -> a; take one 'extends' away" in message
    assert "study.yaml:2: " in message


def test_study_that_extends_nothing(tmp_path: Path, nspd: CommandLine) -> None:
    study = write_study(tmp_path, "study: a\nextends: smok\n")
    message = nspd.fault(3, "check", study)
    assert line_of(study, "extends") in message
    assert "there is no study 'smok' (did you mean 'smoke'?)" in message


def test_missing_key_is_missing_in_the_study_that_extends(tmp_path: Path, nspd: CommandLine) -> None:
    message = nspd.fault(3, "check", write_study(tmp_path / "mine", "extends: smoke\n"))
    assert f"{tmp_path}/mine/study.yaml:1: key 'study' is missing; add it" in message


@pytest.mark.parametrize("name", ["../smoke/..", "./nothing-here", "smok", "a" * 300, "SMOKE", "sm oke", "..", "~nobody/x", "smoke/../smok"])
def test_study_that_is_not_there(name: str, nspd: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    message = nspd.fault(2, "run", name)
    assert "study.yaml" in message


SHIPS = "id,side,arrival,length_m,beam_m,draught_m,group\n"
GOOD = "b,canal,2023-04-18T01:30,80,9.5,2.5,inland\na,sea,2023-04-18T00:40,110,11.4,3.0,inland\n"


def own_ships(folder: Path, rows: str, header: str = SHIPS, name: str = "mine.csv") -> Path:
    study = write_study(folder, more=values(f"demand: {{waterway: {{ships_file: {name}}}}}"))
    (study / name).write_text(header + rows, encoding="utf-8")
    return study


@pytest.mark.parametrize(
    ("rows", "header", "parts"),
    [
        ("", SHIPS, ["mine.csv: holds no rows"]),
        ("a,sea,2023-04-18T00:40,NaN,11.4,3,inland\n", SHIPS, ["mine.csv:2: column 'length_m' holds 'NaN'", "a number above 0"]),
        ("a,sea,2023-04-18T00:40,-110,11.4,3,inland\n", SHIPS, ["mine.csv:2: ", "'-110'"]),
        (GOOD + "a,sea,2023-04-18T01:00,80,9.5,3,inland\n", SHIPS, ["mine.csv:4: id 'a' stands in the table twice"]),
        ("a,north,2023-04-18T00:40,110,11.4,3,inland\n", SHIPS, ["mine.csv:2: column 'side' holds 'north'", "one of: canal, sea"]),
        ("a,sea,tomorrow,110,11.4,3,inland\n", SHIPS, ["mine.csv:2: column 'arrival' holds 'tomorrow'", "an ISO time"]),
        ("a,sea,2023-04-18T00:40,110,11.4,3\n", SHIPS, ["mine.csv:2: has 6 cells and the header 7"]),
        (GOOD, SHIPS.replace("length_m", "lenght_m"), ["'lenght_m' (did you mean 'length_m'?)"]),
        (
            "a,sea,2022-04-18T00:40,110,11.4,3,inland\n",
            SHIPS,
            ["mine.csv: none of the 1 ships arrives in a simulated period", "morning from 2023-04-17 23:00 for 8 h"],
        ),
    ],
    ids=["empty", "nan", "negative", "twice", "side", "time", "cells", "column", "never"],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_fault_of_a_users_own_ships_shows_before_anything_runs(
    command: str, rows: str, header: str, parts: list[str], tmp_path: Path, nspd: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    message = nspd.fault(3, command, own_ships(tmp_path / "study", rows, header))
    for part in parts:
        assert part in message
    assert not (tmp_path / "runs").exists()


def test_unsorted_arrivals_and_a_ship_that_fits_nowhere(tmp_path: Path, nspd: CommandLine) -> None:
    study = own_ships(tmp_path / "study", GOOD + "giant,sea,2023-04-18T01:00,500,60,15,sea\n")
    answer = nspd("run", study, "--out", tmp_path / "runs", "--variant", "reference", "--replications", "1", "--check")
    assert answer.code == 0, answer.err
    assert "refused: some ships fit no chamber" in answer.out
    assert "refused_reason" in answer.out
    ships = api.read_results(tmp_path / "runs" / "tiny", "ships").set_index("id")
    assert ships.loc["giant", "refused_reason"] == "length"
    assert ships.loc[["a", "b"], "refused_reason"].eq("none").all()
    assert ships.loc["a", "arrival_s"] < ships.loc["b", "arrival_s"]


@pytest.mark.parametrize("more", ["values: {demand: {waterway: {factor: 0}}}\n", "values: {demand: {waterway: {factor: 0.001}}}\n"])
def test_period_without_ships_is_a_run_like_any_other(more: str, tmp_path: Path, nspd: CommandLine) -> None:
    text = TINY.replace("measure: 3 h", "measure: 1 min")
    answer = nspd("run", write_study(tmp_path / "study", text, more), "--out", tmp_path / "runs", "--check", "--json")
    assert answer.code == 0, answer.err
    passages = [row["mean"] for row in json.loads(answer.out)["indicators"] if row["indicator"] == "passages_per_year"]
    assert set(passages) == {0.0}


def test_measure_that_opens_too_late_is_pointed_out(tmp_path: Path, nspd: CommandLine) -> None:
    study = write_study(tmp_path, more="measures: {without-nieuwe-sluis: {opening_year: 2099}}\n")
    answer = nspd("check", study)
    assert answer.code == 0
    assert "warning: " in answer.out
    assert "measure 'without-nieuwe-sluis' opens in 2099, after " in answer.out


def test_ship_to_a_node_that_does_not_exist(tmp_path: Path, nspd: CommandLine) -> None:
    header = SHIPS.strip() + ",origin,destination\n"
    study = own_ships(tmp_path / "study", "a,sea,2023-04-18T00:40,110,11.4,3,inland,vlissingen,gnt\n", header)
    message = nspd.fault(3, "run", study, "--out", tmp_path / "runs")
    assert "'gnt'" in message


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the tiny study."""
    base = tmp_path_factory.mktemp("finished")
    return api.run(write_study(base / "study"), out=base / "runs", jobs=1).path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of a finished run that may be spoilt."""
    import shutil

    return Path(shutil.copytree(finished, tmp_path / "runs" / "tiny"))


REPLICATION = "base/2023/reference/r0000"


def spoil(run: Path, how: str) -> None:
    table = run / REPLICATION / "indicators.parquet"
    if how == "truncated":
        table.write_bytes(table.read_bytes()[:-200])
    elif how == "edited":
        content = bytearray(table.read_bytes())
        content[len(content) // 2] ^= 0xFF
        table.write_bytes(bytes(content))
    elif how == "gone":
        table.unlink()
    else:
        (run / REPLICATION / "manifest.json").write_text({"no json": "{", "a list": "[]", "empty": "", "odd": '{"files": 3}'}[how], encoding="utf-8")


@pytest.mark.parametrize("how", ["truncated", "edited", "gone", "no json", "a list", "empty", "odd"])
def test_damaged_result_is_never_read_and_made_anew(how: str, run: Path, finished: Path, nspd: CommandLine) -> None:
    before = tables_of(run)
    spoil(run, how)
    if how != "odd":  # a manifest without a fingerprint belongs to no run: it is as if the replication were not there
        message = nspd.fault(3, "compare", run)
        assert REPLICATION in message
        assert "run the study again" in message
    kept = {path: path.stat().st_ino for path in run.rglob("*.parquet") if REPLICATION not in str(path)}
    assert nspd("run", finished.parents[1] / "study", "--out", run.parent).code == 0
    assert tables_of(run) == before
    assert {path: path.stat().st_ino for path in kept} == kept  # what was whole is untouched


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("{", "run.json: is damaged"),
        ("[]", "run.json: is damaged (no object)"),
        ("{}", "run.json: has schema version none, this program reads 3"),
        ('{"schema_version": "0"}', "run.json: has schema version 0, this program reads 3"),
        ('{"schema_version": "3"}', "run.json: is damaged (no map 'scenarios')"),
    ],
)
def test_damaged_facts_of_a_run(content: str, part: str, run: Path, nspd: CommandLine) -> None:
    (run / "run.json").write_text(content, encoding="utf-8")
    for command in (["compare", run], ["report", run], ["trace", run, "x"]):
        message = nspd.fault(3, *command)
        assert part in message
        assert "run the study again" in message


def test_facts_that_point_out_of_the_run(run: Path, nspd: CommandLine) -> None:
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    facts["fingerprints"] = {"../../../../etc/x/y/r0000": "0"}
    (run / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    assert "no replication can be named '../../../../etc/x/y/r0000'" in nspd.fault(3, "compare", run)


def test_table_of_another_schema_version(run: Path, nspd: CommandLine) -> None:
    path = run / REPLICATION / "indicators.parquet"
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"schema_version": b"0"}), path)
    manifest = json.loads((run / REPLICATION / "manifest.json").read_text(encoding="utf-8"))
    import hashlib

    manifest["files"]["indicators.parquet"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (run / REPLICATION / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    message = nspd.fault(3, "compare", run)
    assert "indicators.parquet: has schema version 0, this program reads 3; run the study again" in message
    assert isinstance(table, pa.Table)


def test_folder_that_is_no_run(tmp_path: Path, run: Path, nspd: CommandLine) -> None:
    assert "is not the folder of a run (no run.json); give the folder that 'nspd run' prints" in nspd.fault(2, "compare", tmp_path)
    assert "runs in it are: tiny" in nspd.fault(2, "compare", run.parent)
    assert "is not the folder of a run" in nspd.fault(2, "report", tmp_path / "nothing")


def test_run_of_another_study_of_the_same_name_is_not_mixed_in(run: Path, tmp_path: Path, nspd: CommandLine) -> None:
    other = write_study(tmp_path / "other", more=values("demand: {waterway: {factor: 0.5}}"))
    answer = nspd("run", other, "--out", run.parent, "--replications", "1", "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["replications"] == 2  # one of each variant; the two old ones of r0001 are not taken


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--variant", "refrence"], ["study tiny has no variant 'refrence' (did you mean 'reference'?); it has: reference, without-nieuwe-sluis"]),
        (["--scenario", "bas"], ["study tiny has no scenario 'bas' (did you mean 'base'?); it has: base"]),
        (["--year", "2024"], ["study tiny has no year '2024' (did you mean '2023'?); it has: 2023"]),
        (["--lang", "fr"], ["there is no language 'fr'; allowed are: en, nl"]),
        (["--lang", "NL"], ["there is no language 'NL' (did you mean 'nl'?)"]),
        (["--out", "/dev/null/runs"], ["/dev/null/runs/tiny: can't be written", "choose another place with --out"]),
    ],
)
def test_word_of_the_command_line_that_does_not_exist(arguments: list[str], parts: list[str], tmp_path: Path, nspd: CommandLine) -> None:
    message = nspd.fault(2, "run", write_study(tmp_path / "study"), "--out", tmp_path / "runs", *arguments)
    for part in parts:
        assert part in message


def test_out_that_is_a_file(tmp_path: Path, nspd: CommandLine) -> None:
    (tmp_path / "runs").write_text("a file\n", encoding="utf-8")
    message = nspd.fault(2, "run", write_study(tmp_path / "study"), "--out", tmp_path / "runs")
    assert "can't be written" in message
    assert (tmp_path / "runs").read_text(encoding="utf-8") == "a file\n"


def test_file_where_a_folder_of_results_must_be(tmp_path: Path, nspd: CommandLine) -> None:
    (tmp_path / "runs" / "tiny").mkdir(parents=True)
    (tmp_path / "runs" / "tiny" / "base").write_text("a file\n", encoding="utf-8")
    message = nspd.fault(2, "run", write_study(tmp_path / "study"), "--out", tmp_path / "runs", "--jobs", "1")
    assert "runs/tiny/base" in message
    assert "can't be written" in message


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["run", "smoke", "--replications", "0"], "'--replications'"),
        (["run", "smoke", "--seed", "-1"], "'--seed'"),
        (["run", "smoke", "--jobs", "-2"], "'--jobs'"),
        (["run", "smoke", "--uncertainty", "-1"], "'--uncertainty'"),
        (["run", "smoke", "--replications", "two"], "'--replications'"),
        (["run"], "Missing argument 'STUDY'"),
        (["run", "smoke", "--varant", "x"], "No such option: --varant"),
        (["rn", "smoke"], "No such command 'rn'"),
        (["bench", "--fail-above", "0.9"], "'--fail-above'"),
        (["compare", "x", "--until-precision", "0"], "'--until-precision'"),
        (["golden", "update"], "Missing option '--reason'"),
    ],
)
def test_option_that_the_command_line_refuses(arguments: list[str], part: str, nspd: CommandLine) -> None:
    assert part in nspd.usage(*arguments)


@pytest.mark.parametrize(("name", "number"), [("replications", 0), ("seed", -1), ("jobs", -1), ("uncertainty", -1)])
def test_number_that_the_functions_refuse(name: str, number: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"{name} is {number}"):
        api.run("smoke", out=tmp_path, **{name: number})  # type: ignore[arg-type]


def test_benchmark_figures_that_are_damaged(tmp_path: Path, nspd: CommandLine) -> None:
    base = tmp_path / "base.json"
    for content in ("{", "[]", "{}", '{"cases": 3}', '{"cases": {"lock": {}}}', '{"cases": {"lock": {"ratio": "fast"}}}'):
        base.write_text(content, encoding="utf-8")
        assert "base.json: is damaged, or no file of 'nspd bench --json'; make one" in nspd.fault(3, "bench", "--smoke", "--against", base)
    base.write_text('{"cases": {"lock": {"ratio": 0}}}', encoding="utf-8")
    assert "case 'lock' has no ratio above 0" in nspd.fault(3, "bench", "--smoke", "--against", base)
    assert "can't be read" in nspd.fault(3, "bench", "--smoke", "--against", tmp_path / "nothing.json")
    assert "can't be written" in nspd.fault(2, "bench", "--smoke", "--json", "/dev/null/x.json")
    assert "there is no benchmark case 'lok'" in nspd.fault(2, "bench", "lok")
    assert "--fail-above" in nspd.usage("bench", "--fail-above", "nan")
    with pytest.raises(UsageError, match="it is a factor of at least 1"):
        bench.run_cases(None, smoke=True, json_out=None, against=None, fail_above=float("nan"))


def test_precision_that_is_no_number(run: Path, nspd: CommandLine) -> None:
    assert "--until-precision" in nspd.usage("compare", run, "--until-precision", "nan")
    with pytest.raises(UsageError, match="the precision is nan; it must be a share above 0"):
        api.refine(run, float("nan"))


def test_trace_of_what_is_not_there(run: Path, nspd: CommandLine) -> None:
    assert "has no ship 'nobody'" in nspd.fault(2, "trace", run, "nobody")
    message = nspd.fault(2, "trace", run, "nobody", "--replication", "99")
    assert "base/2023/reference/r0099 is not finished; finished replications of it are: r0000, r0001" in message
    assert "has no variant 'refrence' (did you mean 'reference'?)" in nspd.fault(2, "trace", run, "x", "--variant", "refrence")
    assert "has no year '1999'" in nspd.fault(2, "compare", run, "--year", "1999")
    assert "has no variant 'x'" in nspd.fault(2, "compare", run, "--reference", "x")


def test_table_that_can_not_be_written(run: Path, nspd: CommandLine) -> None:
    for option in ("--csv", "--parquet"):
        assert "can't be written" in nspd.fault(2, "compare", run, option, "/dev/null/x")


@pytest.mark.parametrize("name", ["../x", "Mine", "my study", "-x", "x" * 65, "", "x\n", "é"])
def test_name_that_can_not_be_a_study(name: str, tmp_path: Path, nspd: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = nspd("init", "--from", "smoke", "--", name)
    assert answer.code == 2
    assert "can't be the name of a study; use small letters, digits and hyphens" in answer.err
    assert not list(tmp_path.iterdir())
