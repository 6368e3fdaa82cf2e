"""Configuration as a tree in which every value knows its file and line, its source and its quality.

Files are YAML 1.2: keyed maps and lists of plain values, no lists of objects, so that an overlay can address one lock or one
service. A value is written plainly, or as a quantity::

    length_m: {value: 290, low: 280, high: 290, unit: m, source: nzs, year: 2020, quality: published}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ..codes import Quality
from ..errors import DataError, allowed, nearest
from ..units import unit_of

QUANTITY_KEYS = ("value", "low", "high", "unit", "source", "year", "quality", "note")
REMOVE = "remove"
DEFERRED = "values"  # below this key of a study, 'remove' speaks of the datasets, and waits until it is laid over them
MAX_FILE_MB = 1  # real files hold some kB, and a MB takes half a minute to read
MAX_BRACKETS = 200  # open at one place; the reader takes 8 s to give up on 20 000
MAX_DEPTH = 40  # real files go 9 deep
MAX_VALUES = 100_000  # aliases may stand for many times what is written


class _Constructor(RoundTripConstructor):
    """Leaves dates as text: whoever needs a date checks it, and names the place."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda constructor, node: constructor.construct_scalar(node))


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value with where it stands and what is known of it."""

    value: Any
    file: str
    line: int
    low: float | None = None
    high: float | None = None
    source: str = ""
    year: int | None = None
    quality: Quality | None = None
    note: str = ""

    @property
    def where(self) -> str:
        """The place as file:line."""
        return f"{self.file}:{self.line}"


class Branch(dict[str, "Branch | Leaf"]):
    """A keyed map with the place where it begins."""

    def __init__(self, file: str = "", line: int = 1, items: dict[str, Branch | Leaf] | None = None) -> None:
        super().__init__(items or {})
        self.file = file
        self.line = line

    @property
    def where(self) -> str:
        """The place as file:line."""
        return f"{self.file}:{self.line}"

    def branch(self, key: str) -> Branch:
        """Return a sub-tree, empty where the key is absent; an error where it is a plain value."""
        node = self.get(key)
        if node is None:
            return Branch(self.file, self.line)
        if isinstance(node, Leaf):
            raise DataError(f"{node.where}: '{key}' must be a map of keys, not the plain value {node.value!r}")
        return node

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text value; an error that names the place where it is missing or not text."""
        node = self.get(key)
        if node is None and default is not None:
            return default
        if node is None:
            raise DataError(f"{self.where}: key '{key}' is missing; add it here")
        if isinstance(node, Leaf) and isinstance(node.value, str | int | float) and not isinstance(node.value, bool):
            return str(node.value)
        raise DataError(f"{node.where}: '{key}' must be text")

    def words(self, key: str) -> list[str]:
        """Return a list of words, empty where the key is absent; one word alone stands for a list of one."""
        node = self.get(key)
        if node is None:
            return []
        if isinstance(node, Leaf):
            values = node.value if isinstance(node.value, list) else [node.value]
            if all(isinstance(v, str | int) and not isinstance(v, bool) for v in values):
                return [str(v) for v in values]
        raise DataError(f"{node.where}: '{key}' must be a list of names, for example [a, b]")

    def expect_keys(self, known: tuple[str, ...], what: str) -> None:
        """Refuse keys that are not known here."""
        for key, node in self.items():
            if key not in known:
                raise DataError(f"{node.where}: unknown key '{key}' in {what}{nearest(key, known)}; allowed are: {allowed(known)}")


def load_yaml(path: Path) -> Branch:
    """Read a YAML 1.2 file.

    Raises
    ------
    DataError
        If the file is missing, empty, not a map, holds a key twice, a list of objects, or is not YAML; with file and line.
    """
    try:
        size_mb = path.stat().st_size / 1e6
        if size_mb > MAX_FILE_MB:
            raise DataError(f"{path}: has {size_mb:.0f} MB, and at most {MAX_FILE_MB} MB are read; put tables into CSV or Parquet files")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; add it or mend the name") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is no UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise DataError(f"{path}: can't be read ({error.strerror or error})") from None
    if _open_brackets(text) > MAX_BRACKETS:
        raise DataError(f"{path}: is not usable YAML (brackets are nested more than {MAX_BRACKETS} deep); mend the file")
    reader = YAML(typ="rt")
    reader.Constructor = _Constructor
    try:
        data = reader.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        problem = (error.problem or str(error)).strip()
        raise DataError(f"{path}:{line}: {problem}; mend the YAML here") from None
    except (YAMLError, ValueError, RecursionError) as error:
        problem = "nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{path}: is not usable YAML ({problem}); mend the file") from None
    if not isinstance(data, CommentedMap):
        held = "nothing" if data is None else "a list" if isinstance(data, CommentedSeq) else "one plain value"
        raise DataError(f"{path}:1: must hold a map of keys, and holds {held}; write 'key: value' lines")
    return _Reader(str(path)).branch(data, 1, ())


def _open_brackets(text: str) -> int:
    """Return how many brackets are open at most, those in texts and comments included."""
    deepest = depth = 0
    for mark in re.findall(r"[\[\]{}]", text):
        depth = max(0, depth + (1 if mark in "[{" else -1))
        deepest = max(deepest, depth)
    return deepest


class _Reader:
    """Turns what the YAML reader gives into a tree; counts, because aliases make a small file stand for a huge tree."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.n_values = 0

    def branch(self, data: CommentedMap, line: int, path: tuple[str, ...]) -> Branch:
        branch = Branch(self.file, line)
        if len(path) > MAX_DEPTH:
            raise DataError(f"{self.file}:{line}: keys are nested more than {MAX_DEPTH} deep, below '{'.'.join(path[:3])}'; write fewer levels")
        for key, value in data.items():
            here = data.lc.data[key][0] + 1 if key in data.lc.data else line
            self.n_values += 1
            if self.n_values > MAX_VALUES:
                raise DataError(f"{self.file}:{here}: stands for more than {MAX_VALUES} values, aliases written out; use fewer aliases")
            if isinstance(key, bool) or not isinstance(key, str | int):
                raise DataError(f"{self.file}:{here}: the key {key!r} must be a name; put it in quotes")
            name = str(key)
            if name in branch:
                raise DataError(f"{self.file}:{here}: the key '{name}' stands here twice, as a number and as text; take one away")
            if "." in name or not name:
                raise DataError(f"{self.file}:{here}: the key '{name}' can't be used: a key is not empty and has no dots, they separate keys; use a hyphen")
            branch[name] = self.node(value, here, (*path, name))
        return branch

    def node(self, value: Any, line: int, path: tuple[str, ...]) -> Branch | Leaf:
        if isinstance(value, CommentedMap):
            is_quantity = "value" in value and not isinstance(value["value"], CommentedMap)
            return _quantity(value, self.file, line, path[-1], ".".join(path)) if is_quantity else self.branch(value, line, path)
        return Leaf(_plain(value, f"{self.file}:{line}", ".".join(path)), self.file, line)


def _quantity(data: CommentedMap, file: str, line: int, name: str, path: str) -> Leaf:
    for key in data:
        if key not in QUANTITY_KEYS:
            raise DataError(
                f"{file}:{line}: unknown key '{key}' in the quantity '{path}'{nearest(str(key), QUANTITY_KEYS)}; allowed are: {allowed(QUANTITY_KEYS)}"
            )
    unit, expected = data.get("unit"), unit_of(name)
    if unit is not None and expected and str(unit) not in (expected, expected.replace("²", "2").replace("³", "3")):
        raise DataError(f"{file}:{line}: '{path}' is in {expected}, as its name says, and the file gives unit {unit!r}; convert the value to {expected}")
    try:
        quality = None if data.get("quality") is None else Quality.parse(data["quality"])
    except DataError as error:
        raise DataError(f"{file}:{line}: quality of '{path}': {error}") from None
    low, high, value = (_plain(data.get(key), f"{file}:{line}", path) for key in ("low", "high", "value"))
    if low is not None or high is not None:
        numbers = [v for v in (low, value, high) if isinstance(v, int | float) and not isinstance(v, bool)]
        if len(numbers) != 3 or not low <= value <= high:
            raise DataError(f"{file}:{line}: '{path}' needs low <= value <= high, all three numbers, and has {low!r}, {value!r}, {high!r}")
    return Leaf(value, file, line, low, high, str(data.get("source") or ""), data.get("year"), quality, str(data.get("note") or ""))


def _plain(value: Any, where: str, path: str) -> Any:
    """Turn a scalar of the YAML reader, or a list of scalars, into plain Python values."""
    if isinstance(value, CommentedSeq):
        if any(isinstance(item, CommentedMap | CommentedSeq) for item in value):
            raise DataError(f"{where}: '{path}' is a list of objects; write a map with a name for each, so that an overlay can address one")
        return [_plain(item, where, path) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (float, int, str):
        if isinstance(value, kind):
            return kind(value)
    raise DataError(f"{where}: '{path}' is of a kind that is not read here ({type(value).__name__}); write a number, a text or a list, without a tag")


def merge(base: Branch, overlay: Branch, *, is_study: bool = False, keeps_removals: bool = False) -> Branch:
    """Return `base` with `overlay` laid over it; ``remove: [keys]`` in the overlay removes keys that must exist.

    Parameters
    ----------
    base, overlay : Branch
    is_study : bool
        Both are studies: below a key ``values``, removals are kept.
    keeps_removals : bool
        A `remove` withdraws what `base` sets; what `base` does not set is left to be removed when the result is laid over data.
    """
    place = overlay if is_study or not base.file else base  # a check of a whole study points to the file that the user wrote last
    result = Branch(place.file, place.line, dict(base))
    kept = []
    for key in overlay.words(REMOVE):
        if key not in result and keeps_removals:
            kept.append(key)
            continue
        if key not in result:
            node = overlay[REMOVE]
            raise DataError(f"{node.where}: 'remove' names '{key}', which does not exist here{nearest(key, result)}; existing keys: {allowed(result)}")
        del result[key]
    for key, node in overlay.items():
        if key == REMOVE:
            continue
        old = result.get(key)
        if isinstance(node, Branch):
            keeps = keeps_removals or (is_study and key == DEFERRED)
            below = old if isinstance(old, Branch) else Branch(node.file, node.line)
            result[key] = merge(below, node, is_study=is_study, keeps_removals=keeps)
        else:
            result[key] = node
    if kept:
        where = overlay[REMOVE]
        result[REMOVE] = Leaf(list(dict.fromkeys([*base.words(REMOVE), *kept])), where.file, where.line)
    return result


def leaves(tree: Branch, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Yield every value with its dotted path."""
    for key, node in tree.items():
        here = f"{path}.{key}" if path else key
        if isinstance(node, Leaf):
            yield here, node
        else:
            yield from leaves(node, here)


def settings(overlay: Branch, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Yield what an overlay sets: the dotted path of each value, and of each removed key."""
    for here, leaf in leaves(overlay, path):
        if here.endswith(f".{REMOVE}") or here == REMOVE:
            parent = here[: -len(REMOVE)].rstrip(".")
            for key in leaf.value if isinstance(leaf.value, list) else [leaf.value]:
                yield (f"{parent}.{key}" if parent else str(key)), Leaf("(removed)", leaf.file, leaf.line)
        else:
            yield here, leaf


def to_plain(tree: Branch) -> dict[str, Any]:
    """Return the bare values as nested dicts."""
    return {key: node.value if isinstance(node, Leaf) else to_plain(node) for key, node in tree.items()}


def find(tree: Branch, path: tuple[str, ...]) -> Branch | Leaf:
    """Return the node at a path, or the deepest one that exists on the way."""
    node: Branch | Leaf = tree
    for key in path:
        if isinstance(node, Leaf) or key not in node:
            return node
        node = node[key]
    return node


def replaced(tree: Branch, path: tuple[str, ...], value: Any) -> Branch:
    """Return the tree with the value of one existing leaf replaced; its source and quality stay."""
    key, rest = path[0], path[1:]
    node = tree[key]
    result = Branch(tree.file, tree.line, dict(tree))
    if rest and isinstance(node, Branch):
        result[key] = replaced(node, rest, value)
    elif not rest and isinstance(node, Leaf):
        result[key] = Leaf(value, node.file, node.line, node.low, node.high, node.source, node.year, node.quality, node.note)
    else:
        raise DataError(f"{node.where}: there is no single value at '{'.'.join(path)}'")
    return result
