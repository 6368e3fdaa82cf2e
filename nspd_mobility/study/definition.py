"""A study as read from its folder: the definition, its datasets, and the resolved parameters of each variant."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..demand.passages import yearly_passages
from ..engine.period import Period
from ..errors import DataError, UsageError, allowed, nearest
from ..network.dataset import DATASET_FILE, Dataset, data_hash, find_dataset, known_datasets, load_dataset
from ..network.waterway import FairwayNetwork, read_fairways
from ..params.build import Value, build, inventory
from ..params.study import StudyParams
from ..params.tree import Branch, find, load_yaml, merge, to_plain
from ..params.waterway import DistrictParams
from .overlay import check_conflicts, check_measures, ordered
from .uncertainty import with_draw

STUDY_FILE = "study.yaml"
KIND = "experiments"


@dataclass(frozen=True, eq=False)
class Variant:
    """One variant in one scenario and year: resolved, frozen, hashed."""

    scenario: str
    year: int
    name: str
    measures: tuple[str, ...]
    tree: Branch
    params: DistrictParams

    @cached_property
    def hash(self) -> str:
        """Hash of the resolved values."""
        return hashlib.sha256(json.dumps(to_plain(self.tree), sort_keys=True, default=str).encode()).hexdigest()

    def inventory(self) -> list[Value]:
        """Return every value with its source and quality, defaults included."""
        return list(inventory(self.params, self.tree))


@dataclass(frozen=True)
class Study:
    """A study: what is varied, and the datasets that it rests on."""

    folder: Path
    tree: Branch
    params: StudyParams
    network: Dataset
    demand: Dataset

    @property
    def name(self) -> str:
        """The study's name."""
        return self.params.study

    @property
    def source(self) -> str:
        """How to name the study to load it again: its name where it is bundled, else its folder."""
        known = known_datasets(KIND).get(self.name)
        return self.name if known is not None and known.resolve() == self.folder.resolve() else str(self.folder.resolve())

    @cached_property
    def fairways(self) -> FairwayNetwork:
        """The waterways of the network dataset."""
        return read_fairways(self.network.folder, self.network.tree)

    @cached_property
    def data_hash(self) -> str:
        """Hash of all files of the datasets."""
        return hashlib.sha256(f"{data_hash(self.network.folder)} {data_hash(self.demand.folder)}".encode()).hexdigest()

    @cached_property
    def hash(self) -> str:
        """Hash of all that the study's files and datasets hold."""
        parts = (self.tree, self.network.values, self.demand.values)
        text = json.dumps([to_plain(part) for part in parts], sort_keys=True, default=str)
        return hashlib.sha256(f"{text} {self.data_hash}".encode()).hexdigest()

    def periods(self) -> list[Period]:
        """Return the typical periods of the calendar."""
        span = self.params.period
        return [Period(name, typical.start, span.warm_up, typical.measure, span.drain, typical.weight_days) for name, typical in self.params.calendar.items()]

    def choose(self, what: str, wanted: list[str] | None) -> list[str]:
        """Return the chosen scenarios, years or variants: all, or those wanted.

        Raises
        ------
        UsageError
            If a wanted one does not exist.
        """
        known = list(getattr(self.params, what))
        for word in wanted or []:
            if word not in known:
                raise UsageError(f"study {self.name} has no {what.removesuffix('s')} '{word}'{nearest(word, known)}; it has: {allowed(known)}")
        return [name for name in known if not wanted or name in wanted]

    def resolve(self, scenario: str, year: str, variant: str, draw: dict[str, float] | None = None) -> Variant:
        """Return a variant with all overlays laid over the datasets.

        Parameters
        ----------
        scenario, year, variant : str
        draw : dict, optional
            Quantiles of an uncertainty draw by path: each uncertain value of this variant becomes its own quantile.

        Raises
        ------
        DataError
            If measures conflict or a resolved value is not usable, with the file and line that set it.
        """
        definition = self.params
        base = Branch(str(self.folder / STUDY_FILE), 1, {"network": self.network.values, "demand": self.demand.values})
        tree = merge(base, self.tree.branch("values"))
        tree = merge(tree, self._values("scenarios", scenario))
        tree = merge(tree, self._values("years", year))
        entry = self.tree.branch("variants").branch(variant)
        order = ordered(definition.variants[variant].measures, definition.measures, variant, entry.where)
        overlays = {name: self._values("measures", name) for name in order}
        check_conflicts(order, definition.measures, overlays, variant)
        in_effect = [name for name in order if (definition.measures[name].opening_year or 0) <= int(year)]
        for name in in_effect:
            tree = merge(tree, overlays[name])
        if draw:
            tree = with_draw(tree, draw)
        params = build(DistrictParams, tree)
        if not params.demand.waterway.ships_file:
            _check_passages(params, tree, int(year))
        return Variant(scenario, int(year), variant, tuple(in_effect), tree, params)

    def _values(self, part: str, name: str) -> Branch:
        return self.tree.branch(part).branch(name).branch("values")

    def check_all(self) -> list[Variant]:
        """Resolve every variant, so that every fault of a file shows before anything runs."""
        definition = self.params
        return [self.resolve(s, y, v) for s in definition.scenarios for y in definition.years for v in definition.variants]


def _check_passages(params: DistrictParams, tree: Branch, year: int) -> None:
    """Refuse a year without passages before anything runs, with the place of the passages."""
    try:
        yearly_passages(params.demand.waterway, year)
    except DataError as error:
        raise DataError(f"{find(tree, ('demand', 'waterway', 'passages')).where}: {error}") from None


def load_study(name_or_path: str | Path) -> Study:
    """Read a study.

    Parameters
    ----------
    name_or_path : str or Path
        A bundled study such as ``district-today``, or the path of a folder with a ``study.yaml``.

    Returns
    -------
    Study

    Raises
    ------
    DataError
        For the first fault of a file, with file, line and key.
    UsageError
        If there is no such study.

    Examples
    --------
    >>> load_study("smoke").name
    'smoke'
    """
    folder = _find(name_or_path)
    tree = _read_with_extends(folder, ())
    definition = build(StudyParams, tree)
    check_measures(definition.measures, tree.branch("measures"))
    for part in ("scenarios", "years", "measures"):
        for name in getattr(definition, part):
            tree.branch(part).branch(name).branch("values").expect_keys(("network", "demand", "remove"), f"the values of '{name}'")
    network = load_dataset(_dataset("networks", definition.network, folder, tree["network"].where))
    demand = load_dataset(_dataset("demand", definition.demand, folder, tree["demand"].where))
    return Study(folder, tree, definition, network, demand)


def _find(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if "/" not in text and not _is_file(Path(text) / STUDY_FILE):
        known = known_datasets(KIND)
        if text not in known:
            raise UsageError(
                f"there is no study '{text}'{nearest(text, known)}; bundled studies are: {allowed(known)}; or give the path of a folder with a {STUDY_FILE}"
            )
        return known[text]
    path = Path(text).expanduser()
    if path.name == STUDY_FILE:
        path = path.parent
    if not _is_file(path / STUDY_FILE):
        raise UsageError(f"{path}: no {STUDY_FILE} there; give a bundled study or the path of a folder with a {STUDY_FILE}")
    return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, or a folder that may not be read
        return False


def _dataset(kind: str, name: str, folder: Path, where: str) -> Path:
    beside = folder / name
    if "/" in name and not Path(name).is_absolute() and _is_file(beside / DATASET_FILE):
        return beside.resolve()
    try:
        found = find_dataset(kind, name)
    except DataError as error:
        raise DataError(f"{where}: {error}") from None
    if not _is_file(found / DATASET_FILE):
        raise DataError(f"{where}: {found} is no dataset of {kind} (no {DATASET_FILE} in it); known are: {allowed(known_datasets(kind))}")
    return found


def _read_with_extends(folder: Path, seen: tuple[Path, ...]) -> Branch:
    folder = folder.resolve()
    tree = load_yaml(folder / STUDY_FILE)
    if folder in seen:
        circle = " -> ".join(path.name for path in (*seen, folder))
        raise DataError(f"{tree['extends'].where}: studies extend each other in a circle: {circle}; take one 'extends' away")
    if "extends" not in tree:
        return tree
    other = tree.text("extends")
    beside = folder / other
    try:
        found = beside if "/" in other and _is_file(beside / STUDY_FILE) else _find(other)
    except UsageError as error:
        raise DataError(f"{tree['extends'].where}: 'extends': {error}") from None
    base = _read_with_extends(found, (*seen, folder))
    base = Branch(base.file, base.line, {key: node for key, node in base.items() if key not in ("study", "extends")})
    return merge(base, tree, is_study=True)


def plain(text: Any) -> Any:
    """Return a study's text by language as a plain dict for JSON."""
    return {"nl": text, "en": text} if isinstance(text, str) else dict(text)
