"""Running the grid of a study: which replications are missing, who computes them, and where they go."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..demand.emission_tables import read_emission_tables
from ..demand.passages import yearly_passages
from ..demand.poisson import MAX_MEAN
from ..demand.profiles import hour_means
from ..demand.ship_tables import read_ship_tables
from ..demand.ships_file import read_ships_file
from ..errors import DataError, NspdError, SimulationError, UsageError
from ..network.dataset import inside
from ..params.tree import find
from ..streams import Streams
from ..tables.recorder import Recorder
from ..tables.run_folder import Cell, sha256
from ..tables.schemas import SCHEMA_VERSION
from ..units import LOCAL_ZONE
from ..waterway.tide import read_constituents
from .definition import Study, Variant, load_study
from .store import clear_left_over, fingerprint, is_finished, prepare_folder, write_manifest, writing
from .uncertainty import drawn_values

if TYPE_CHECKING:
    from ..district.day import District
    from ..district.trains import Railway

Summarise = Callable[[Path, dict[str, Any]], None]
"""Adds the indicators to a replication's folder: called with the folder and the facts of the run."""

Progress = Callable[[int, int, float], None]
"""Called with replications done, replications to do, and the share done of the present one."""

_INLINE_S = 2.0  # a pool of processes costs about this much to start


@dataclass(frozen=True, slots=True)
class Job:
    """One replication to compute; small enough to send to another process."""

    study: str
    cell: Cell
    seed: int
    stream: int
    draw: dict[str, float] | None
    out: Path
    fingerprint: str
    hashes: dict[str, str]
    facts: dict[str, Any]


@lru_cache(maxsize=4)
def _study(folder: str, study_hash: str) -> Study:
    """Return the study as it was when the run began; the hash keeps an edited study from being served from memory."""
    study = load_study(folder)
    if study.hash != study_hash:
        raise DataError(f"{folder}: the study or its datasets changed while it ran; run it again")
    return study


@lru_cache(maxsize=4)
def _fixed(demand: Path, constituents: Path, data_hash: str) -> tuple[Any, Any, Any]:
    ships = demand / "waterway"
    return read_ship_tables(ships), read_emission_tables(ships), read_constituents(constituents)


def district_of(study: Study, variant: Variant) -> District:
    """Return what the simulation of a variant needs, read once per process."""
    from ..district.day import District

    ships, emissions, constituents = _fixed(study.demand.folder, constituents_file(study, variant), study.data_hash)
    levels, water = variant.params.network.waterway.levels, ("network", "waterway", "levels")
    return District(
        variant.params,
        fairways=study.fairways,
        ship_tables=ships,
        emission_tables=emissions,
        constituents=constituents,
        own_ships=own_ships_file(study, variant),
        level_file=named_file(study, variant, (*water, "series", "file"), levels.series.file),
        railway=_railway(study, variant),
        discharge_file=named_file(study, variant, (*water, "discharge", "file"), levels.discharge.file),
    )


@lru_cache(maxsize=4)
def _tracks(network: Path, demand: Path, bridges: tuple[str, ...], measures: tuple[str, ...], data_hash: str) -> Railway:
    from ..district.trains import read_trains
    from ..network.railway_file import read_railway

    return read_trains(demand / "rail", read_railway(network, bridges=bridges, measures=measures))


def _railway(study: Study, variant: Variant) -> Railway | None:
    """Return the railway of a variant, None where no trains run."""
    from ..district.trains import has_trains

    rules = variant.params.network.railway
    if rules is None or not has_trains(variant.params):
        return None
    bridges = tuple(variant.params.network.waterway.bridges)
    return _tracks(study.network.folder, study.demand.folder, bridges, tuple(rules.built()), study.data_hash)


def constituents_file(study: Study, variant: Variant) -> Path:
    """Return the file of the tide's constituents, which lies in the network dataset."""
    path = ("network", "waterway", "tide", "constituents")
    return inside(study.network.folder, variant.params.network.waterway.tide.constituents, f"{find(variant.tree, path).where}: '{'.'.join(path)}'")


def own_ships_file(study: Study, variant: Variant) -> Path | None:
    """Return the user's own file of ships."""
    return named_file(study, variant, ("demand", "waterway", "ships_file"), variant.params.demand.waterway.ships_file)


def named_file(study: Study, variant: Variant, keys: tuple[str, ...], name: str) -> Path | None:
    """Return a file that a parameter names: beside the study, in a dataset, here, or by its full path; none where no name is given."""
    folders = (study.folder, study.demand.folder, study.network.folder)
    for folder in (*folders, Path()) if name else ():
        if (folder / name).is_file():
            return folder / name
    if not name:
        return None
    where = find(variant.tree, keys).where
    raise DataError(f"{where}: {keys[-1]} '{name}' is neither in {study.folder} nor in {study.demand.folder}; put it beside the study or give a full path")


def check_own_ships(study: Study, variant: Variant) -> None:
    """Read a user's own ships before anything runs; some of them have to arrive in a simulated period."""
    path = own_ships_file(study, variant)
    if path is None:
        return
    total, coming = 0, 0
    for period in study.periods():
        arrival_s = read_ships_file(path, epoch=period.epoch)["arrival_s"]
        total = len(arrival_s)
        coming += int(((arrival_s >= 0.0) & (arrival_s < period.end_s)).sum())
    if not coming:
        days = ", ".join(f"{p.name} from {p.epoch.tz_convert(LOCAL_ZONE):%Y-%m-%d %H:%M} for {p.end_s / 3600:g} h" for p in study.periods())
        raise DataError(f"{path}: none of the {total} ships arrives in a simulated period ({days}); mend the arrivals or the study's calendar")


def check_ships(study: Study, variant: Variant) -> None:
    """Refuse passages that no ships can be drawn for, with the place that gives them.

    Raises
    ------
    DataError
        For a group without classes, or more ships in an hour than can be drawn.
    """
    demand = variant.params.demand.waterway
    if demand.ships_file:
        return
    folder = study.demand.folder / "waterway"
    tables, _, _ = _fixed(study.demand.folder, constituents_file(study, variant), study.data_hash)
    where = find(variant.tree, ("demand", "waterway", "passages")).where
    for group, total in yearly_passages(demand, variant.year).items():
        if total > 0 and group not in set(tables.classes["group"]):
            raise DataError(
                f"{where}: 'passages' gives {total:g} ships of the group '{group}', which {folder / 'classes.csv'} lacks; add classes or set it to 0"
            )
        for period in study.periods() if total > 0 else ():
            hours = pd.date_range(period.epoch.tz_convert("UTC").floor("h"), periods=int(period.end_s // 3600) + 1, freq="h")
            most = hour_means(tables, group, total, hours).max()
            if most > MAX_MEAN:
                factor = find(variant.tree, ("demand", "waterway", "factor")).where if demand.factor != 1.0 else where
                raise DataError(f"{factor}: {most:.0f} ships of the group '{group}' per hour, at most {MAX_MEAN:g} are possible; lower 'factor' or 'passages'")


def check_routes(study: Study, variants: list[Variant]) -> None:
    """Refuse relations of the demand whose way passes no lock, or more than one, with the line that gives them.

    Raises
    ------
    DataError
        For the first such relation.
    """
    from ..district.routes import route_through_lock

    for variant in variants:
        if variant.params.demand.waterway.ships_file:  # every ship is the user's own
            continue
        tables, _, _ = _fixed(study.demand.folder, constituents_file(study, variant), study.data_hash)
        locks = frozenset(variant.params.network.waterway.locks)
        for row, pair in enumerate(tables.od[["origin", "destination"]].itertuples(index=False)):
            try:
                route_through_lock(study.fairways, str(pair[0]), str(pair[1]), locks)
            except DataError as error:
                raise DataError(f"{study.demand.folder / 'waterway' / 'od.csv'}:{row + 2}: {error}; mend the relation or the fairways") from None


def compute(job: Job, summarise: Summarise | None, on_progress: Callable[[float], None] = lambda share: None) -> float:
    """Compute one replication into its folder and return the seconds it took."""
    from ..district.day import simulate_day, tables_of  # the kernels take 0.7 s to load; a run whose results are all there needs none

    begin = time.perf_counter()
    study = _study(job.study, job.hashes["study"])
    cell = job.cell
    variant = study.resolve(cell.scenario, cell.year, cell.variant, job.draw)
    check_ships(study, variant)  # here, since reading the tables takes 0.4 s, which a run with all results there need not
    check_routes(study, [variant])
    with writing(job.out / cell.path) as folder:
        with Recorder(folder, tables_of(variant.params)) as recorder:
            simulate_day(district_of(study, variant), variant.year, study.periods(), Streams(job.seed, job.stream), recorder, on_progress)
        if summarise is not None:
            summarise(folder, job.facts)
        took_s = time.perf_counter() - begin
        drawn = drawn_values(variant.tree, job.draw) if job.draw is not None else None
        write_manifest(folder, job.fingerprint, hashes=job.hashes, cell=cell.path, seed=job.seed, stream=job.stream, draw=drawn, took_s=round(took_s, 3))
    return took_s


def jobs_of(
    study: Study, variants: list[Variant], n_replications: int, seed: int, out: Path, facts: dict[str, Any], draws: list[dict[str, float]] | None = None
) -> list[Job]:
    """Return the jobs of a grid, in order; with draws, one job per draw in place of the replications.

    A draw uses the random numbers of a replication, in turn.
    """
    jobs = []
    calendar = study.params.model_dump(mode="json", include={"calendar", "period", "saturation"})
    own = {variant: _own_hash(study, variant) for variant in variants}
    for number in range(len(draws) if draws is not None else n_replications):
        for variant in variants:
            draw = draws[number] if draws is not None else None
            stream = number % n_replications
            cell = Cell(variant.scenario, str(variant.year), variant.name, f"{'u' if draws is not None else 'r'}{number:04d}")
            identity_hashes = {"values": variant.hash, "data": study.data_hash, "own": own[variant]}
            hashes = {**identity_hashes, "study": study.hash}
            identity = fingerprint(**identity_hashes, calendar=calendar, seed=seed, stream=stream, draw=draw, cell=cell.path, schema=SCHEMA_VERSION)
            jobs.append(Job(str(study.folder), cell, seed, stream, draw, out, identity, hashes, facts))
    return jobs


def n_on_disk(out: Path) -> int:
    """Return how many replications the folder of a run holds of the variant that has most, of whatever input."""
    counts: dict[Path, int] = {}
    for folder in out.glob("*/*/*/r*"):
        counts[folder.parent] = counts.get(folder.parent, 0) + 1
    return max(counts.values(), default=0)


def with_still_valid(jobs: list[Job], n_wanted: int, chosen: set[tuple[str, str, str]]) -> list[Job]:
    """Return the jobs of the wanted replications, and of those that an earlier, wider run left behind them and that still hold.

    A further replication counts where all of the chosen variants have it, so that they stay comparable.
    """
    kept: list[Job] = []
    for name in dict.fromkeys(job.cell.replication for job in jobs):
        group = [job for job in jobs if job.cell.replication == name]
        of_chosen = [job for job in group if (job.cell.scenario, job.cell.year, job.cell.variant) in chosen]
        if len(kept) >= n_wanted * len(group) and not all(is_finished(job.out / job.cell.path, job.fingerprint) for job in of_chosen):
            break
        kept += group
    return kept


def _own_hash(study: Study, variant: Variant) -> str:
    own = own_ships_file(study, variant)
    return sha256(own) if own else ""


def run_jobs(jobs: list[Job], summarise: Summarise | None, *, n_processes: int = 0, fresh: bool = False, on_progress: Progress = lambda *a: None) -> int:
    """Compute the jobs whose results are missing and return how many were computed.

    Parameters
    ----------
    jobs : list of Job
    summarise : callable, optional
    n_processes : int
        0: as many as there are cores, where the work is long enough to pay for starting them.
    fresh : bool
        Compute also what is there already.
    on_progress : callable
    """
    if not jobs:
        return 0
    prepare_folder(jobs[0].out)
    todo = [job for job in jobs if fresh or not is_finished(job.out / job.cell.path, job.fingerprint)]
    for done in _computed(todo, summarise, n_processes, lambda n, share: on_progress(len(jobs) - len(todo) + n, len(jobs), share)):
        on_progress(len(jobs) - len(todo) + done, len(jobs), 0.0)
    return len(todo)


def _computed(todo: list[Job], summarise: Summarise | None, n_processes: int, on_share: Callable[[int, float], None]) -> Iterator[int]:
    """Compute jobs, the first ones here, and yield how many are done."""
    workers = n_processes or (os.cpu_count() or 1)
    done = 0
    slowest_s = 0.0
    for job in todo:
        left = len(todo) - done
        is_worth_it = n_processes > 1 or (n_processes == 0 and done > 1 and slowest_s * left > _INLINE_S * workers)
        if workers > 1 and left > 1 and is_worth_it:
            break
        try:
            took_s = compute(job, summarise, lambda share: on_share(done, share))  # noqa: B023
        except Exception as error:
            _raise_for(job, error)
        slowest_s = took_s if done else 0.0  # the first includes loading the kernels
        done += 1
        yield done
    if done < len(todo):
        yield from _in_pool(todo[done:], summarise, min(workers, len(todo) - done), done)


def _in_pool(todo: list[Job], summarise: Summarise | None, workers: int, done: int) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
    try:
        with _no_main_module():
            pending = {pool.submit(compute, job, summarise): job for job in todo}
        while pending:
            finished, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                job = pending.pop(future)
                _raise_for(job, future.exception())
                done += 1
                yield done
    except BaseException:  # also Ctrl-C: what runs is given up, what is finished stays
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
        clear_left_over(todo[0].out)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _no_main_module() -> Iterator[None]:
    """Keep new processes from running the caller's script once more: it need not guard itself with ``if __name__ == "__main__"``."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, which ends its workers, and end when the parent was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _raise_for(job: Job, error: BaseException | None) -> None:
    if error is None:
        return
    if isinstance(error, NspdError):
        raise error
    if isinstance(error, OSError):
        where = error.filename or job.out / job.cell.path
        raise UsageError(
            f"{where}: can't be written or read ({error.strerror or error}); make room or choose another --out, and run again: what is finished is kept"
        ) from error
    if isinstance(error, BrokenProcessPool):
        raise SimulationError(
            f"a process ended without an answer at replication {job.cell.path}, perhaps for lack of memory; run again with fewer --jobs"
        ) from error
    raise SimulationError(f"replication {job.cell.path} failed: {type(error).__name__}: {error}") from error
