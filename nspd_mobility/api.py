"""The public functions: load a study, run it, compare its variants, read its results.

These compose what lies below; the command line is a thin layer over them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from .appraisal import rail
from .appraisal.canal import CAUSES, KINDS
from .appraisal.comparison import compare_variants
from .appraisal.indicators import summarise
from .appraisal.registry import INDICATORS
from .codes import Refusal
from .demand.sheets import GROUPS
from .demand.trains import service_names
from .errors import DataError, NspdError, UsageError, allowed, nearest
from .params.tree import find
from .params.water import CANAL_PLACE
from .study.definition import Study, load_study
from .study.facts import has_own_ships, run_facts
from .study.runner import check_own_ships, jobs_of, n_on_disk, run_jobs, with_still_valid
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
        In place of those of the study. Where all ships are the user's own there is one replication: nothing is drawn.
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
    for name, number in (("seed", seed), ("jobs", jobs), ("uncertainty", uncertainty)):
        if number is not None and number < 0:
            raise UsageError(f"{name} is {number}; it must be 0 or more")
    n = replications or definition.params.replications
    first_number = definition.params.seed if seed is None else seed
    chosen = {
        (scenario, year, variant)
        for scenario in definition.choose("scenarios", scenarios)
        for year in definition.choose("years", years)
        for variant in definition.choose("variants", variants)
    }
    grid = definition.check_all()  # the whole grid: parts that are run one by one belong together
    check_key_indicators(definition)
    for variant in grid:
        check_own_ships(definition, variant)
    is_fixed = all(has_own_ships(variant) for variant in grid)
    n = 1 if is_fixed else n
    facts = run_facts(definition, grid, first_number, n, __version__)
    folder = Path(out) / definition.name
    known = jobs_of(definition, grid, n if is_fixed else max(n, n_on_disk(folder)), first_number, folder, facts)
    todo = known[: n * len(grid)]
    everything = with_still_valid(known, n, chosen)  # a narrower run hides nothing that still holds
    of_draws = {"draws": uncertainty, "replications": n} if uncertainty else _earlier_draws(folder)
    if of_draws["draws"]:
        drawn = draws(uncertain_values(grid), of_draws["draws"], first_number)
        of_values = jobs_of(definition, grid, of_draws["replications"], first_number, folder, facts, drawn)
        everything += of_values
        todo += of_values if uncertainty else []
    prepare_folder(folder)
    write_json(folder / RUN_FILE, {**facts, "uncertainty": of_draws, "fingerprints": {job.cell.path: job.fingerprint for job in everything}})
    todo = [job for job in todo if (job.cell.scenario, job.cell.year, job.cell.variant) in chosen]
    run_jobs(todo, summarise, n_processes=jobs, fresh=fresh, on_progress=on_progress)
    return RunFolder(folder)


def _earlier_draws(folder: Path) -> dict[str, int]:
    """Return how many draws an earlier run into this folder made, and with how many replications; they stay where they still hold."""
    try:
        earlier = RunFolder(folder).facts["uncertainty"]
        return {"draws": int(earlier["draws"]), "replications": max(1, int(earlier["replications"]))}
    except (NspdError, KeyError, TypeError, ValueError):
        return {"draws": 0, "replications": 1}


def check_key_indicators(study: Study) -> None:
    """Refuse key indicators that no indicator stands for, before anything runs.

    Raises
    ------
    DataError
        With the place, what is allowed, and the nearest spelling.
    """
    chambers = {chamber for v in study.check_all() for lock in v.params.network.waterway.locks.values() for chamber in lock.chambers}
    bridges = {bridge for v in study.check_all() for bridge in v.params.network.waterway.bridges}
    canals = [water.canal for v in study.check_all() if (water := v.params.network.waterway.water) is not None]
    dimensions = {"group": set(GROUPS), "chamber": chambers, "reason": {reason.word for reason in Refusal} - {"none"}, "bridge": bridges, "": set()}
    dimensions["lock"] = {lock for v in study.check_all() for lock in v.params.network.waterway.boundary_locks}
    dimensions |= {"kind": set(KINDS), "cause": set(CAUSES), "place": {place for canal in canals for place in canal.places if place != CANAL_PLACE}}
    dimensions |= {"train_kind": set(rail.KINDS), "train_cause": set(rail.CAUSES), "train_service": set(service_names(study.demand.folder / "rail"))}
    for key in study.params.key_indicators:
        where = find(study.tree, ("key_indicators", key)).where
        name, _, dimension = key.partition("/")
        if name not in INDICATORS:
            raise DataError(f"{where}: key indicator '{key}': there is no indicator '{name}'{nearest(name, INDICATORS)}; allowed are: {allowed(INDICATORS)}")
        known = dimensions[INDICATORS[name].split_by] | set(INDICATORS[name].sums)
        if dimension and dimension not in known:
            may_be = f"allowed are: {allowed(known)}" if known else "it is not split; write its name alone"
            raise DataError(f"{where}: key indicator '{key}': '{name}' is not given for '{dimension}'{nearest(dimension, known)}; {may_be}")


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
    if not 0.0 < precision_share < float("inf"):
        raise UsageError(f"the precision is {precision_share}; it must be a share above 0, such as 0.05")
    if set(facts["variants"]) <= set(facts.get("own_ships", [])):
        raise UsageError(
            f"{folder.path}: all ships are the user's own, so nothing is drawn and more replications would be the same; compare without a precision"
        )
    while True:
        finished = sorted({(cell.scenario, cell.year) for cell in folder.cells()})
        tables = [compare(folder, reference=reference, scenario=s, year=y) for s, y in finished]
        if all(table.empty for table in tables):
            raise UsageError(f"{folder.path}: there is nothing to compare: a precision needs finished replications of the reference and of another variant")
        table = pd.concat([table for table in tables if not table.empty], ignore_index=True)
        key = table[table["is_key"]] if table["is_key"].any() else table[table["dimension"] == ""]
        wanted = precision_share * key["reference_mean"].abs()
        is_wide = (key["half_width"] > wanted) & (wanted > 0.0)
        is_unknown = (key["n"] < 2) & (wanted > 0.0)  # one replication has no interval
        n = int(table["n"].max())
        if not (is_wide | is_unknown).any() or n >= most:
            return table
        worst = float((key["half_width"] / wanted)[is_wide].max()) if is_wide.any() else 1.0
        more = min(most, max(n + 1, min(2 * n, int(n * worst**2) + 1)))  # at most twice as many at a time: the spread is an estimate
        folder = run(
            study,
            scenarios=list(dict.fromkeys(s for s, _ in finished)),
            years=list(dict.fromkeys(y for _, y in finished)),
            variants=sorted({cell.variant for cell in folder.cells()}),
            replications=more,
            seed=facts["seed"],
            out=folder.path.parent,
            on_progress=on_progress,
        )
