"""From files to a folder: what the command line does, as one function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..demand.ship_tables import ShipTables, read_ship_tables
from ..errors import UsageError, allowed, nearest
from ..network.dataset import find_dataset, load_dataset
from ..params import LockParams
from ..params.build import build
from .bridges import fit_bridges
from .lock import fit_lock
from .logs import read_columns_file
from .result import FitResult
from .settings import FitSettings
from .write import write_fit


def load_lock(network: str | Path, lock: str) -> LockParams:
    """Return the parameters of a lock of a network dataset.

    Raises
    ------
    UsageError
        If the network has no such lock.
    DataError
        If the dataset can't be used.
    """
    dataset = load_dataset(find_dataset("networks", network))
    locks = dataset.values.branch("waterway").branch("locks")
    if lock not in locks:
        raise UsageError(f"the network {dataset.name} has no lock '{lock}'{nearest(lock, locks)}; it has: {allowed(locks) or 'none'}")
    return build(LockParams, locks.branch(lock), f"waterway.locks.{lock}")


def load_profiles(demand: str | Path) -> ShipTables:
    """Return the ship tables of a demand dataset."""
    return read_ship_tables(find_dataset("demand", demand) / "waterway")


def fit_files(
    passages: Path,
    *,
    lock: str,
    network: str | Path = "nspd",
    demand: str | Path = "nspd",
    lockages: Path | None = None,
    levels: Path | None = None,
    bridges: Path | None = None,
    columns: Path | None = None,
    ambiguous: str = "error",
    out: Path = Path("fit"),
    language: str = "nl",
    on_stage: Callable[[str], None] = lambda stage: None,
) -> tuple[FitResult, Path]:
    """Estimate from files and write the folder.

    Parameters
    ----------
    passages, lockages, levels, bridges : Path
        The logs; see `fit_lock` and `fit_bridges`.
    lock : str
        A lock of the network.
    network, demand : str or Path
        Datasets: the chambers; groups of classes and base profiles.
    columns : Path, optional
        Map of columns and words.
    ambiguous : str
        error or drop.
    out : Path
        The folder that is written.
    language : str
        Language of the page.
    on_stage : callable
        Called with the name of each stage.

    Returns
    -------
    result : FitResult
    folder : Path

    Raises
    ------
    DataError, UsageError
        For a fault of a file, or a name that does not exist.
    """
    chambers = load_lock(network, lock)
    base = load_profiles(demand)
    names = read_columns_file(columns) if columns is not None else None
    settings = FitSettings()
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is a file; --out must be a folder")
    classes = dict(zip(base.classes["class_id"], base.classes["group"], strict=True))
    result = fit_lock(
        passages, lockages, levels, chambers=chambers, classes=classes, base=base, settings=settings, columns=names, ambiguous=ambiguous, on_stage=on_stage
    )
    if bridges is not None:
        on_stage("bridges")
        result = fit_bridges(bridges, settings=settings, columns=names, ambiguous=ambiguous, result=result)
    on_stage("writing")
    logs = {"passages": passages, "lockages": lockages, "levels": levels, "bridges": bridges}
    sources = {kind: path.name for kind, path in logs.items() if path is not None}
    return result, write_fit(result, out, lock=lock, sources=sources, base=base, settings=settings, language=language)
