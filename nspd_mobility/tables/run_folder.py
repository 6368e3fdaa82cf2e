"""The folder of a run: what stands where, and how it is read back.

``runs/<study>/run.json`` holds what readers need to know of the study; ``runs/<study>/<scenario>/<year>/<variant>/<replication>/``
holds one replication: its tables as Parquet, and ``manifest.json`` with the fingerprint and a checksum of every file. A
replication is written under a temporary name and renamed when it is whole, so that nothing half-written is taken for a result.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import DataError, UsageError, allowed, nearest
from .recorder import read_table
from .schemas import SCHEMA_VERSION

RUN_FILE = "run.json"
MANIFEST_FILE = "manifest.json"
FEW_DRAWS = 10  # with fewer the 5th and 95th percentile are little else than the lowest and the highest
_AGAIN = "run the study again: what is whole is kept, the rest is computed anew"
_NEEDED = ("scenarios", "years", "variants", "periods", "key_indicators", "saturation", "fingerprints")
_CELL = re.compile(r"[a-z0-9][a-z0-9-]*/\d{4}/[a-z0-9][a-z0-9-]*/[ru]\d{4,}")


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One replication's identity. `replication` is ``r0003`` for a replication, ``u0003`` for a draw of uncertain values."""

    scenario: str
    year: str
    variant: str
    replication: str

    @property
    def path(self) -> str:
        """The folder below the run's folder."""
        return f"{self.scenario}/{self.year}/{self.variant}/{self.replication}"


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file so that it is whole or not there."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n"
    try:
        if path.read_bytes() == text.encode():
            return  # it stays as old as it is
    except OSError:
        pass  # not there, or not readable: write it
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def read_json(path: Path, remedy: str) -> dict[str, Any]:
    """Read a JSON object; the error says the file and the remedy."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; {remedy}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: is damaged ({str(error).splitlines()[0]}); {remedy}") from None
    if not isinstance(content, dict):
        raise DataError(f"{path}: is damaged (no object); {remedy}")
    return content


class RunFolder:
    """A finished or unfinished run, for reading.

    Parameters
    ----------
    path : Path
        The folder that a run prints at its end.

    Raises
    ------
    UsageError
        If the folder is no run.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not (self.path / RUN_FILE).is_file():
            inside = sorted(p.parent.name for p in self.path.glob(f"*/{RUN_FILE}")) if self.path.is_dir() else []
            hint = f"; runs in it are: {allowed(inside)}" if inside else ""
            raise UsageError(f"{self.path}: is not the folder of a run (no {RUN_FILE}){hint}; give the folder that 'nspd run' prints, such as runs/smoke")
        self.facts = read_json(self.path / RUN_FILE, _AGAIN)
        self._expect_this_version()
        self._cells: dict[bool, list[Cell]] = {}

    def _expect_this_version(self) -> None:
        """Refuse the facts of another version of the program, or facts with a part missing."""
        version = self.facts.get("schema_version")
        if version != SCHEMA_VERSION:
            raise DataError(f"{self.path / RUN_FILE}: has schema version {version or 'none'}, this program reads {SCHEMA_VERSION}; {_AGAIN}")
        for key in _NEEDED:
            if not isinstance(self.facts.get(key), dict):
                raise DataError(f"{self.path / RUN_FILE}: is damaged (no map '{key}'); {_AGAIN}")
        for path in self.facts["fingerprints"]:
            if not _CELL.fullmatch(path):
                raise DataError(f"{self.path / RUN_FILE}: is damaged (no replication can be named {path!r}); {_AGAIN}")

    @property
    def language_titles(self) -> dict[str, str]:
        """The study's title by language."""
        return dict(self.facts.get("title", {}))

    def cells(self, draws: bool = False) -> list[Cell]:
        """Return the finished replications of the run, in order; or the draws of uncertain values.

        A replication that was made from other input or by other code than the run says is left out.
        """
        if draws in self._cells:
            return list(self._cells[draws])
        letter = "u" if draws else "r"
        found = []
        for path, expected in self.facts["fingerprints"].items():
            cell = Cell(*path.split("/"))
            manifest = self.path / path / MANIFEST_FILE
            if cell.replication[0] == letter and manifest.is_file() and read_json(manifest, _AGAIN).get("fingerprint") == expected:
                found.append(cell)
        self._cells[draws] = sorted(found)
        return list(self._cells[draws])

    def folder(self, cell: Cell) -> Path:
        """Return the folder of a replication."""
        return self.path / cell.path

    def read(self, cell: Cell, table: str, columns: list[str] | None = None) -> pd.DataFrame:
        """Return one table of a replication, after its checksum was found right."""
        folder = self.folder(cell)
        check_file(folder, f"{table}.parquet")
        return read_table(folder, table, columns)

    def read_all(self, table: str, columns: list[str] | None = None, draws: bool = False) -> pd.DataFrame:
        """Return a table of all replications, with scenario, year, variant and replication in front."""
        frames = []
        for cell in self.cells(draws):
            frame = self.read(cell, table, columns)
            for position, key in enumerate(("scenario", "year", "variant", "replication")):
                frame.insert(position, key, getattr(cell, key))
            frames.append(frame)
        if not frames:
            raise DataError(f"{self.path}: holds no finished replication; run the study to its end")
        return pd.concat(frames, ignore_index=True)

    def first(self, what: str) -> str:
        """Return the first scenario, year or variant of the study that has a finished replication."""
        finished = {getattr(cell, what.removesuffix("s")) for cell in self.cells()}
        known: list[str] = list(self.facts[what])
        return next((name for name in known if name in finished), known[0])

    @property
    def reference(self) -> str:
        """The study's reference variant, or the first one that has a finished replication where the reference has none."""
        finished = {cell.variant for cell in self.cells()}
        word = str(self.facts["reference"])
        return word if word in finished else self.first("variants")

    def choose(self, what: str, name: str | None, default: str | None = None) -> str:
        """Return a scenario, year or variant of the run, checked; by default the first that has a finished replication."""
        known = list(self.facts[what])
        word = name or default or self.first(what)
        if word not in known:
            raise UsageError(f"{self.path}: has no {what.removesuffix('s')} '{word}'{nearest(word, known)}; it has: {allowed(known)}")
        return word


def check_file(folder: Path, name: str) -> None:
    """Refuse a result file that is not as it was written."""
    files = read_json(folder / MANIFEST_FILE, _AGAIN).get("files")
    expected = files.get(name) if isinstance(files, dict) else None
    path = folder / name
    if expected is None or not path.is_file():
        raise DataError(f"{path}: no such result table; {_AGAIN}")
    if sha256(path) != expected:
        raise DataError(f"{path}: is damaged (its checksum differs from the one in {MANIFEST_FILE}); {_AGAIN}")
