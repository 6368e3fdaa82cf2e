"""Datasets: where they are found, what they hold, and a hash that names their content.

A dataset is a folder with a ``dataset.yaml`` that names its sources and values, beside the files it refers to. A name is looked
up in the folder that the environment variable NSPD_DATA names, then in the data of the installed package, then beside the
package in a source tree. Anything with a slash, and any `Path`, is a path.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError, allowed, nearest
from ..params.tree import Branch, Leaf, load_yaml

KINDS = ("networks", "demand", "experiments")
DATASET_FILE = "dataset.yaml"
DATA_VARIABLE = "NSPD_DATA"
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset as read from its folder.

    Attributes
    ----------
    name : str
    folder : Path
    titles : dict of str to str
        Title by language (nl, en).
    licence : str
    sources : dict of str to dict of str to str
        What is known of each source, by its key.
    values : Branch
        The parameters that the dataset gives, each with its source and quality.
    tree : Branch
        The whole of dataset.yaml.
    """

    name: str
    folder: Path
    titles: dict[str, str]
    licence: str
    sources: dict[str, dict[str, str]]
    values: Branch
    tree: Branch

    def files(self) -> dict[str, str]:
        """Return the SHA-256 of every file of the folder, by its path within it."""
        return file_hashes(self.folder)

    def file(self, key: str) -> Path:
        """Return the path of the file that a key of dataset.yaml names.

        Raises
        ------
        DataError
            If the key is missing, the file does not exist, or lies outside the folder.
        """
        return inside(self.folder, self.tree.text(key), f"{self.tree[key].where}: '{key}'" if key in self.tree else self.tree.where)


def inside(folder: Path, name: str, where: str) -> Path:
    """Return the path of a file within a dataset's folder; `where` begins the message of the error."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise DataError(f"{where} names {name!r}, which lies outside the dataset; move the file into {folder} and name it from there")
    if not path.is_file():
        known = [str(p) for p in file_hashes(folder)]
        raise DataError(f"{where} names {name!r}, which does not exist in {folder}{nearest(name, known)}; files there: {allowed(known)}")
    return path


def _roots(kind: str) -> list[Path]:
    own = os.environ.get(DATA_VARIABLE, "")
    return [*([Path(own) / kind] if own else []), _PACKAGE / "_data" / kind, _PACKAGE.parent / kind]


def _is_item(path: Path) -> bool:
    is_hidden = path.name.startswith((".", "_"))
    return not is_hidden and (path.is_dir() or path.suffix == ".yaml")


def known_datasets(kind: str) -> dict[str, Path]:
    """Return the datasets of a kind that can be named, with their paths; the first place that holds a name wins."""
    if kind not in KINDS:
        raise DataError(f"unknown kind of dataset '{kind}'{nearest(kind, KINDS)}; allowed are: {allowed(KINDS)}")
    found: dict[str, Path] = {}
    for root in _roots(kind):
        for path in sorted(root.iterdir()) if root.is_dir() else []:
            if _is_item(path):
                found.setdefault(path.stem if path.is_file() else path.name, path)
    return found


def find_dataset(kind: str, name_or_path: str | Path) -> Path:
    """Return the path of a bundled dataset, or of one that the user names by its path.

    Parameters
    ----------
    kind : str
        networks, demand or experiments.
    name_or_path : str or Path
        A name such as ``nspd``, or a path such as ``./my-port``.

    Returns
    -------
    Path
        The folder, or the YAML file where a dataset is one file.

    Raises
    ------
    DataError
        If there is no such dataset; the message names the known ones.
    """
    known = known_datasets(kind)
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or any(mark in text for mark in "/\\") or text.endswith((".yaml", ".yml")) or text in (".", ".."):
        path = Path(name_or_path).expanduser()
        if not path.exists():
            raise DataError(f"{path}: no such folder or file; give an existing path, or one of the known {kind}: {allowed(known) or 'none'}")
        return path
    if text in known:
        return known[text]
    hint = f"; './{text}' is a folder here: write it so to use it" if text and Path(text).is_dir() else f"; or give a path such as ./{text}" if text else ""
    raise DataError(f"unknown dataset '{text}' in {kind}{nearest(text, known)}; known are: {allowed(known) or 'none'}{hint}")


def load_dataset(folder: Path) -> Dataset:
    """Read the dataset.yaml of a folder.

    Raises
    ------
    DataError
        If the folder or the file is missing, or a required key is missing or of the wrong form.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; a dataset is a folder with a {DATASET_FILE}")
    tree = load_yaml(folder / DATASET_FILE)
    titles = tree.branch("title")
    sources: dict[str, dict[str, str]] = {}
    for key, node in tree.branch("sources").items():
        if isinstance(node, Leaf):
            raise DataError(f"{node.where}: source '{key}' must be a map with title, author or organisation, year and note; write it as one")
        node.text("title")
        sources[key] = {name: node.text(name) for name in node}
    return Dataset(
        name=tree.text("dataset"),
        folder=folder,
        titles={language: titles.text(language) for language in titles},
        licence=tree.text("licence"),
        sources=sources,
        values=tree.branch("values"),
        tree=tree,
    )


def file_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its path with forward slashes, sorted; hidden files and caches are left out."""
    hashes = {}
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            hashes["/".join(parts)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return dict(sorted(hashes.items()))


def data_hash(folder: Path) -> str:
    """Return one SHA-256 over the names and contents of a dataset's files, the same wherever the folder lies."""
    digest = hashlib.sha256()
    for name, value in file_hashes(folder).items():
        digest.update(f"{name}\0{value}\n".encode())
    return digest.hexdigest()
