"""Writing replications so that they are whole or absent, and knowing which are there already."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..tables.run_folder import MANIFEST_FILE, RUN_FILE, sha256, write_json

_PACKAGE = Path(__file__).resolve().parents[1]
_NO_RESULT = ("report", "cli.py", "__main__.py", "terminal", "bench.py", "golden.py", "warm.py", "_data")  # what can't change a result
_TEMPORARY = ".part-"


@cache
def code_hash() -> str:
    """Return a hash of the source that results depend on."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        part = path.relative_to(_PACKAGE)
        if part.parts[0] not in _NO_RESULT:
            digest.update(part.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


@cache
def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    from importlib.metadata import version

    found = {name: version(name) for name in ("numpy", "numba", "pandas", "scipy", "pyarrow", "simpy", "networkx")}
    return {"python": platform.python_version(), **found}


def fingerprint(**identity: Any) -> str:
    """Return one hash over all that a replication's result depends on."""
    text = json.dumps({**identity, "code": code_hash(), "versions": versions()}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def is_finished(folder: Path, expected: str) -> bool:
    """Say whether a replication is there, whole, and made from the same input by the same code."""
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        files = manifest["files"]
        is_whole = bool(files) and all((folder / name).is_file() and sha256(folder / name) == value for name, value in files.items())
        return bool(manifest["fingerprint"] == expected and is_whole)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


@contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """Give a temporary folder that becomes `folder` when the block ends well, and vanishes otherwise."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.parent / f"{_TEMPORARY}{folder.name}-{os.getpid()}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    lock = os.open(temporary, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # says that the folder is being written, and goes with the process however that ends
    try:
        yield temporary
        shutil.rmtree(folder, ignore_errors=True)
        try:
            temporary.rename(folder)
        except OSError:  # a plain file of that name, or another process that computed the same
            if folder.is_dir():
                shutil.rmtree(folder)
            else:
                folder.unlink()
            temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        os.close(lock)


def write_manifest(folder: Path, print_of_input: str, **facts: Any) -> None:
    """Write the manifest of a replication: the fingerprint, the checksum of every file, and facts."""
    files = {path.name: sha256(path) for path in sorted(folder.glob("*.parquet"))}
    write_json(folder / MANIFEST_FILE, {"fingerprint": print_of_input, "files": files, "versions": versions(), "code": code_hash(), **facts})


def prepare_folder(folder: Path) -> None:
    """Make the folder of a run, and clear away what killed runs left half-written.

    Raises
    ------
    UsageError
        If the folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(f"{folder}: can't be written ({error.strerror or error}); choose another place with --out") from None
    clear_left_over(folder)


def clear_left_over(folder: Path) -> None:
    """Clear away what processes that are gone left half-written in the folder of a run."""
    for left in folder.glob(f"*/*/*/{_TEMPORARY}*"):
        if not _is_being_written(left):
            shutil.rmtree(left, ignore_errors=True)
    for file in [*folder.glob(".probe-*"), *folder.glob(f".{RUN_FILE}.*")]:
        number = re.search(r"[-.](\d+)$", file.name)
        if number is not None and not _is_alive(int(number.group(1))):
            file.unlink(missing_ok=True)


def _is_being_written(temporary: Path) -> bool:
    try:
        lock = os.open(temporary, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _is_alive(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
