"""The public functions: load a study, run it, compare its variants, read its results.

These compose what lies below; the command line is a thin layer over them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from .appraisal.comparison import compare_variants
from .appraisal.indicators import summarise
from .errors import UsageError
from .study.definition import Study, load_study
from .study.facts import run_facts
from .study.runner import jobs_of, run_jobs
from .study.store import prepare_folder
from .study.uncertainty import draws, uncertain_values
from .tables.run_folder import RUN_FILE, RunFolder, write_json
from .version import __version__

__all__ = ["RunFolder", "Study", "compare", "load_study", "read_results", "refine", "run"]


def run(
    study: Study | str | Path,
    *,
    scenarios: list[str] | None = None,
    years: list[str] | None = None,
    variants: list[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 0,
    out: str | Path = "runs",
    fresh: bool = False,
    uncertainty: int = 0,
    on_progress: Callable[[int, int, float], None] = lambda done, total, share: None,
) -> RunFolder:
    """Run a study, or what of it is missing.

    Parameters
    ----------
    study : Study, str or Path
        A study, or its name or folder.
    scenarios, years, variants : list of str, optional
        A part of the grid; all of it by default.
    replications, seed : int, optional
        In place of those of the study.
    jobs : int
        Processes; 0 takes as many as there are cores where the work is long enough. The results do not depend on it.
    out : str or Path
        Folder that gets a folder with the study's name.
    fresh : bool
        Compute everything anew; otherwise a finished replication with the same fingerprint is kept.
    uncertainty : int
        Number of draws over the uncertain values, besides the replications.
    on_progress : callable
        Called with replications done, replications in all, and the share done of the present one.

    Returns
    -------
    RunFolder
        The folder ``<out>/<study>``.

    Raises
    ------
    NspdError
        DataError for a fault in a file, UsageError for a name that does not exist, SimulationError for a fault of a model.
    """
    definition = study if isinstance(study, Study) else load_study(study)
    if replications is not None and replications < 1:
        raise UsageError(f"replications is {replications}; at least 1 is needed")
    n = replications or definition.params.replications
    first_number = definition.params.seed if seed is None else seed
    grid = [
        definition.resolve(scenario, year, variant)
        for scenario in definition.choose("scenarios", scenarios)
        for year in definition.choose("years", years)
        for variant in definition.choose("variants", variants)
    ]
    facts = run_facts(definition, grid, first_number, n, __version__)
    folder = Path(out) / definition.name
    todo = jobs_of(definition, grid, range(n), first_number, folder, facts)
    if uncertainty:
        drawn = draws(uncertain_values(grid), uncertainty, first_number)
        todo += jobs_of(definition, grid, range(n), first_number, folder, facts, drawn)
    prepare_folder(folder)
    write_json(folder / RUN_FILE, facts)
    run_jobs(todo, summarise, n_processes=jobs, fresh=fresh, on_progress=on_progress)
    return RunFolder(folder)


def compare(run_folder: RunFolder | str | Path, *, reference: str | None = None, scenario: str | None = None, year: str | None = None) -> pd.DataFrame:
    """Compare the variants of a run with a reference, paired by replication.

    Parameters
    ----------
    run_folder : RunFolder, str or Path
    reference : str, optional
        A variant; by default the study's reference.
    scenario, year : str, optional
        By default the first of the run.

    Returns
    -------
    DataFrame
        One row per variant, indicator and dimension; the columns are those of `compare_variants`.
    """
    folder = run_folder if isinstance(run_folder, RunFolder) else RunFolder(run_folder)
    return compare_variants(folder, reference=reference, scenario=scenario, year=year)


def read_results(run_folder: RunFolder | str | Path, table: str = "indicators") -> pd.DataFrame:
    """Read one result table of all replications of a run.

    Parameters
    ----------
    run_folder : RunFolder, str or Path
    table : str
        ships, lockages, legs, levels, events or indicators.

    Returns
    -------
    DataFrame
        The table, with scenario, year, variant and replication in front.
    """
    folder = run_folder if isinstance(run_folder, RunFolder) else RunFolder(run_folder)
    return folder.read_all(table)


def refine(
    run_folder: RunFolder | str | Path,
    precision_share: float,
    *,
    most: int = 200,
    reference: str | None = None,
    on_progress: Callable[[int, int, float], None] = lambda done, total, share: None,
) -> pd.DataFrame:
    """Add replications until the intervals of the key differences are narrow enough, or `most` is reached.

    Parameters
    ----------
    run_folder : RunFolder, str or Path
        A run of a study that can still be found where it was.
    precision_share : float
        Wanted half-width as a share of the reference's mean.
    most : int
        Most replications per variant.
    reference : str, optional
        By default the study's reference.
    on_progress : callable

    Returns
    -------
    DataFrame
        The comparison.
    """
    folder = run_folder if isinstance(run_folder, RunFolder) else RunFolder(run_folder)
    facts = folder.facts
    study = load_study(facts["study_source"])
    while True:
        tables = [compare(folder, reference=reference, scenario=s, year=y) for s in facts["scenarios"] for y in facts["years"]]
        table = pd.concat(tables, ignore_index=True)
        key = table[table["is_key"]] if table["is_key"].any() else table[table["dimension"] == ""]
        wanted = precision_share * key["reference_mean"].abs()
        is_wide = (key["half_width"] > wanted) & (wanted > 0.0)
        n = int(table["n"].max())
        if not is_wide.any() or n >= most:
            return table
        worst = float((key["half_width"] / wanted)[is_wide].max())
        more = min(most, max(n + 1, min(2 * n, int(n * worst**2) + 1)))  # at most twice as many at a time: the spread is an estimate
        folder = run(
            study,
            scenarios=list(facts["scenarios"]),
            years=list(facts["years"]),
            variants=list(facts["variants"]),
            replications=more,
            seed=facts["seed"],
            out=folder.path.parent,
            on_progress=on_progress,
        )
