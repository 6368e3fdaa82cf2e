"""`nspd fit` from files to a folder: what it prints and writes, and what a newcomer reads when a file is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from support.logs import jittered, logs_of, with_missing
from support.studies import CommandLine

from nspd_mobility.fit.files import fit_files
from nspd_mobility.params.tree import load_yaml

SCRIPT = re.compile(r"<script[^>]*>.*?</script>", re.S)


@pytest.fixture
def nspd(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    simulated = logs_of(1, days=10)
    passages = with_missing(jittered(simulated.passages, 1, 15.0), 2, 0.02)
    pd.concat([passages, passages.head(3)]).to_csv(folder / "passages.csv", index=False)
    jittered(simulated.lockages, 3, 15.0).to_parquet(folder / "lockages.parquet")
    simulated.levels.to_csv(folder / "levels.csv", index=False)
    begin = pd.date_range("2023-03-06", periods=40, freq="5h", tz="UTC")
    steps = {"road_closed": 0, "open": 200, "closing": 600, "road_open": 800}
    bridges = pd.DataFrame({name: begin + pd.to_timedelta([s + 7 * (k % 5) * (s > 0) for k in range(40)], unit="s") for name, s in steps.items()})
    bridges.assign(bridge="sluiskil").to_csv(folder / "bridges.csv", index=False)
    return folder


def arguments(logs: Path, out: Path) -> list[object]:
    files = ["--passages", logs / "passages.csv", "--lockages", logs / "lockages.parquet", "--levels", logs / "levels.csv", "--bridges", logs / "bridges.csv"]
    return ["fit", *files, "--network", "nspd", "--lock", "terneuzen", "--out", out]


@pytest.fixture(scope="module")
def folder(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {key: logs / name for key, name in (("lockages", "lockages.parquet"), ("levels", "levels.csv"), ("bridges", "bridges.csv"))}
    return fit_files(logs / "passages.csv", lock="terneuzen", out=tmp_path_factory.mktemp("fit") / "out", **files)[1]


def test_estimates_are_printed_with_intervals_numbers_and_what_was_left_out(logs: Path, tmp_path: Path, nspd: CommandLine) -> None:
    answer = nspd(*arguments(logs, tmp_path / "out"))
    assert (answer.code, answer.err) == (0, "")
    for part in ("chambers.oostsluis.levelling_s.opening_m2", "95 % interval", "m²", "bridges.sluiskil.close_s", "reported only"):
        assert part in answer.out
    assert "left out: passages.csv: rows that stand in the log twice: 3 of " in answer.out
    assert "note: chambers.nieuwe-sluis: no passage in the log; its values stay" in answer.out
    assert f"overlay: {tmp_path}/out/fit.yaml   pictures: {tmp_path}/out/fit.html" in answer.out


def test_the_folder_holds_overlay_profiles_facts_and_pictures(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {"fit.yaml", "fit.json", "fit.html", "profile_hour.csv", "profile_day.csv"}  # one month says nothing of months
    tree = load_yaml(folder / "fit.yaml")
    leaf = tree.branch("values").branch("network").branch("waterway").branch("locks").branch("terneuzen").branch("chambers").branch("oostsluis")["door_close_s"]
    assert (leaf.source, leaf.year, leaf.quality.word) == ("lockages.parquet", 2023, "measured")  # type: ignore[union-attr]
    assert leaf.note.startswith("n=")  # type: ignore[union-attr]
    assert list(tree.branch("values")) == ["network", "demand"]
    assert set(tree.branch("values").branch("network").branch("waterway")) == {"locks", "bridges"}
    facts = json.loads((folder / "fit.json").read_text(encoding="utf-8"))
    assert facts["sources"] == {"passages": "passages.csv", "lockages": "lockages.parquet", "levels": "levels.csv", "bridges": "bridges.csv"}
    assert {"low", "high", "n", "method"} <= set(facts["estimates"][0])
    assert len([row for row in facts["profiles"] if row["profile"] == "hour"]) == 48


def test_the_page_asks_nothing_of_a_network_and_has_a_language(logs: Path, folder: Path, tmp_path: Path, nspd: CommandLine) -> None:
    page = (folder / "fit.html").read_text(encoding="utf-8")
    text = SCRIPT.sub("", page)
    assert "IJking van terneuzen" in text
    assert "default-src 'none'" in text
    assert not re.search(r"(?:src|href)=", text)
    assert page.count('class="plot"') > 20
    assert nspd(*arguments(logs, tmp_path / "english"), "--lang", "en").code == 0
    assert "Calibration of terneuzen" in (tmp_path / "english" / "fit.html").read_text(encoding="utf-8")
    assert "there is no language 'de'; allowed are: en, nl" in nspd.fault(2, *arguments(logs, tmp_path / "no"), "--lang", "de")
    assert not (tmp_path / "no").exists()


def test_equal_logs_give_equal_files(logs: Path, folder: Path, tmp_path: Path, nspd: CommandLine) -> None:
    assert nspd(*arguments(logs, tmp_path / "again")).code == 0
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {p.name: p.read_bytes() for p in (tmp_path / "again").iterdir()}


def test_json_is_json_and_nothing_else(logs: Path, tmp_path: Path, nspd: CommandLine) -> None:
    answer = nspd("fit", "--passages", logs / "passages.csv", "--lock", "terneuzen", "--out", tmp_path / "out", "--json")
    content = json.loads(answer.out)
    assert answer.err == ""
    assert content["folder"] == str(tmp_path / "out")
    assert any(row["path"].endswith("locking_s") and not row["is_param"] for row in content["estimates"])


def test_words_of_a_log_do_no_harm_in_the_page_and_the_overlay(logs: Path, tmp_path: Path, nspd: CommandLine) -> None:
    evil = tmp_path / "a]: <script>alert(1)<_script>.csv"
    evil.write_bytes((logs / "passages.csv").read_bytes())
    bridges = pd.read_csv(logs / "bridges.csv").assign(bridge="</script><img src=x>")
    bridges.to_csv(tmp_path / "bridges.csv", index=False)
    assert nspd("fit", "--passages", evil, "--bridges", tmp_path / "bridges.csv", "--lock", "terneuzen", "--out", tmp_path / "out").code == 0
    page = (tmp_path / "out" / "fit.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<img" not in page
    load_yaml(tmp_path / "out" / "fit.yaml")


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("none.csv", None, "none.csv: no such file; add it or mend the name"),
        ("log.xlsx", "x", "log.xlsx: ends in '.xlsx'; logs are read from .csv or .parquet"),
        ("log.csv", "", "log.csv: holds no rows; it must have a header and at least one row"),
        ("log.csv", "ship_id;side;chamber;arrival\n1;sea;oostsluis;2023-03-06 10:00\n", "(the file seems to be separated by ';': save it with commas)"),
        (
            "log.csv",
            "side,arrival\nsea,2023-03-06 10:00\n",
            "log.csv: column 'chamber' is missing; columns there are: arrival, side; add it, or give its name in a map",
        ),
        ("log.csv", "side,chamber,arrival\nsea,oost,2023-03-06 10:00\n", "log.csv:2: chamber 'oost' is not one of the lock (did you mean 'oostsluis'?)"),
        (
            "log.csv",
            "side,chamber,arrival\nsea,oostsluis,yesterday\n",
            "log.csv:2: column 'arrival' holds 'yesterday'; it must be an ISO date and time such as",
        ),
        (
            "log.csv",
            "side,chamber,arrival\nsea,oostsluis,2023-10-29 02:30\n",
            "log.csv:2: column 'arrival' holds '2023-10-29 02:30', in an hour that the change of clocks",
        ),
        ("log.csv", "side,chamber,arrival\nsea,oostsluis,\n", "log.csv: no row is left after cleaning"),
        ("log.csv", "side,chamber,arrival\n,,2023-03-06 10:00\n", ""),
    ],
)
def test_a_newcomer_is_told_what_is_wrong(file: str, text: str | None, message: str, tmp_path: Path, nspd: CommandLine) -> None:
    path = tmp_path / file
    if text is not None:
        path.write_text(text, encoding="utf-8")
    command = ("fit", "--passages", path, "--lock", "terneuzen", "--out", tmp_path / "out")
    if message:
        assert message in nspd.fault(3, *command)
        assert not (tmp_path / "out").exists()
    else:
        assert nspd(*command).code in (0, 3)


def test_names_that_do_not_exist(logs: Path, tmp_path: Path, nspd: CommandLine) -> None:
    log = ("fit", "--passages", logs / "passages.csv")
    assert "the network nspd has no lock 'terneuze' (did you mean 'terneuzen'?); it has: terneuzen" in nspd.fault(2, *log, "--lock", "terneuze")
    assert "unknown dataset 'nsdp' in networks (did you mean 'nspd'?)" in nspd.fault(3, *log, "--lock", "terneuzen", "--network", "nsdp")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert "is a file; --out must be a folder" in nspd.fault(2, *log, "--lock", "terneuzen", "--out", tmp_path / "file")
    assert "Missing option '--passages'" in nspd.usage("fit", "--lock", "terneuzen")


def test_the_change_of_clocks_can_be_left_out(tmp_path: Path, nspd: CommandLine) -> None:
    simulated = logs_of(2, days=9, epoch=pd.Timestamp("2023-10-25", tz="Europe/Amsterdam"))
    passages = simulated.passages.copy()
    for column in ("arrival", "entry_start", "moored", "doors_close", "exit_start", "exit"):
        passages[column] = passages[column].dt.tz_convert("Europe/Amsterdam").dt.strftime("%Y-%m-%d %H:%M:%S").astype("str")
    passages.to_csv(tmp_path / "log.csv", index=False)
    command = ("fit", "--passages", tmp_path / "log.csv", "--lock", "terneuzen", "--out", tmp_path / "out")
    assert "write times in UTC" in nspd.fault(3, *command)
    answer = nspd(*command, "--ambiguous", "drop")
    assert answer.code == 0
    assert "change of clocks" in answer.out
    assert "allowed are: drop, error" in nspd.fault(2, *command, "--ambiguous", "ignore")
