"""A replication is whole or absent, and known by its fingerprint and the checksums of its files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nspd_mobility.study.store import fingerprint, is_finished, write_manifest, writing
from nspd_mobility.tables.run_folder import MANIFEST_FILE, Cell, read_json, write_json


def written(folder: Path, content: bytes = b"rows") -> Path:
    with writing(folder) as temporary:
        (temporary / "ships.parquet").write_bytes(content)
        write_manifest(temporary, "print")
    return folder


def test_whole_replication_is_finished(tmp_path: Path) -> None:
    folder = written(tmp_path / "r0000")
    assert is_finished(folder, "print")
    assert not is_finished(folder, "other")
    assert [path.name for path in tmp_path.iterdir()] == ["r0000"]


def test_later_one_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    written(tmp_path / "r0000")
    (tmp_path / "r0000" / "old.parquet").touch()
    written(tmp_path / "r0000", b"other rows")
    assert sorted(path.name for path in (tmp_path / "r0000").iterdir()) == [MANIFEST_FILE, "ships.parquet"]
    (tmp_path / "r0001").touch()  # a plain file in the way
    assert is_finished(written(tmp_path / "r0001"), "print")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_fails_leaves_nothing_and_keeps_the_earlier_one(error: type[BaseException], tmp_path: Path) -> None:
    written(tmp_path / "r0000")
    with pytest.raises(error), writing(tmp_path / "r0000") as temporary:
        (temporary / "ships.parquet").touch()
        raise error
    assert [path.name for path in tmp_path.iterdir()] == ["r0000"]
    assert is_finished(tmp_path / "r0000", "print")


@pytest.mark.parametrize("manifest", ["", "{", "[]", "{}", *(f'{{"fingerprint": "print"{more}}}' for more in ("", ', "files": {}', ', "files": [1]'))])
def test_broken_manifest_is_no_result(manifest: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "r0000")
    (folder / MANIFEST_FILE).write_text(manifest, encoding="utf-8")
    assert not is_finished(folder, "print")


def test_changed_or_missing_file_is_no_result(tmp_path: Path) -> None:
    folder = written(tmp_path / "r0000")
    (folder / "ships.parquet").write_bytes(b"Rows")
    assert not is_finished(folder, "print")
    (folder / "ships.parquet").unlink()
    assert not is_finished(folder, "print")
    assert not is_finished(tmp_path / "nothing", "print")


def test_fingerprint_is_of_names_and_values() -> None:
    assert fingerprint(a=1, b=2) == fingerprint(b=2, a=1)
    assert len({fingerprint(a=1), fingerprint(a=2), fingerprint(b=1), fingerprint(a="1")}) == 4


def test_json_is_written_whole(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": Path("x"), "a": "é"})
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"a": "é", "b": "x"}
    assert read_json(tmp_path / "a.json", "-") == {"a": "é", "b": "x"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_cell_is_a_path() -> None:
    assert Cell("high", "2030", "bridge", "r0003").path == "high/2030/bridge/r0003"
