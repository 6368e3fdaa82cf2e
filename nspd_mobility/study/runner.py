"""Running the grid of a study: which replications are missing, who computes them, and where they go."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..demand.ship_tables import read_ship_tables
from ..district.day import RESULT_TABLES, District, simulate_day
from ..errors import DataError, NspdError, SimulationError
from ..network.waterway import read_fairways
from ..params.tree import to_plain
from ..streams import Streams
from ..tables.recorder import Recorder
from ..tables.run_folder import Cell
from ..tables.schemas import SCHEMA_VERSION
from ..waterway.tide import read_constituents
from .definition import Study, Variant, load_study
from .store import fingerprint, is_finished, prepare_folder, write_manifest, writing

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
    facts: dict[str, Any]


@lru_cache(maxsize=4)
def _study(folder: str) -> Study:
    return load_study(folder)


@lru_cache(maxsize=4)
def _fixed(network: Path, demand: Path, constituents: str) -> tuple[Any, Any, Any]:
    return read_fairways(network), read_ship_tables(demand / "waterway"), read_constituents(network / constituents)


def district_of(study: Study, variant: Variant) -> District:
    """Return what the simulation of a variant needs, read once per process."""
    tide = variant.params.network.waterway.tide
    fairways, ships, constituents = _fixed(study.network.folder, study.demand.folder, tide.constituents)
    own = variant.params.demand.waterway.ships_file
    return District(variant.params, fairways, ships, constituents, _own_file(study, own) if own else None)


def _own_file(study: Study, name: str) -> Path:
    for folder in (study.folder, study.demand.folder, Path()):
        if (folder / name).is_file():
            return folder / name
    raise DataError(f"{study.folder}: ships_file '{name}' is not there, nor in {study.demand.folder}; put it beside the study or give a full path")


def compute(job: Job, summarise: Summarise | None, on_progress: Callable[[float], None] = lambda share: None) -> float:
    """Compute one replication into its folder and return the seconds it took."""
    begin = time.perf_counter()
    study = _study(job.study)
    cell = job.cell
    variant = study.resolve(cell.scenario, cell.year, cell.variant, job.draw)
    with writing(job.out / cell.path) as folder:
        with Recorder(folder, RESULT_TABLES) as recorder:
            simulate_day(district_of(study, variant), variant.year, study.periods(), Streams(job.seed, job.stream), recorder, on_progress)
        if summarise is not None:
            summarise(folder, job.facts)
        took_s = time.perf_counter() - begin
        write_manifest(folder, job.fingerprint, cell=cell.path, seed=job.seed, stream=job.stream, draw=job.draw, took_s=round(took_s, 3))
    return took_s


def jobs_of(
    study: Study, variants: list[Variant], replications: range, seed: int, out: Path, facts: dict[str, Any], draws: list[dict[str, float]] | None = None
) -> list[Job]:
    """Return the jobs of a grid, in order; with draws, one job per draw in place of the replications."""
    jobs = []
    calendar = study.params.model_dump(mode="json", include={"calendar", "period", "saturation"})
    for number in range(len(draws)) if draws is not None else replications:
        for variant in variants:
            draw = draws[number] if draws is not None else None
            stream = number % max(1, len(replications)) if draws is not None else number
            cell = Cell(variant.scenario, str(variant.year), variant.name, f"{'u' if draws is not None else 'r'}{number:04d}")
            print_of_input = fingerprint(
                values=to_plain(variant.tree), data=study.data_hash, own=_own_hash(study, variant), calendar=calendar, seed=seed, stream=stream, draw=draw,
                cell=cell.path, schema=SCHEMA_VERSION,
            )  # fmt: skip
            jobs.append(Job(str(study.folder), cell, seed, stream, draw, out, print_of_input, facts))
    return jobs


def _own_hash(study: Study, variant: Variant) -> str:
    from ..tables.run_folder import sha256

    own = variant.params.demand.waterway.ships_file
    return sha256(_own_file(study, own)) if own else ""


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
        took_s = compute(job, summarise, lambda share: on_share(done, share))  # noqa: B023
        slowest_s = took_s if done else 0.0  # the first includes loading the kernels
        done += 1
        yield done
    if done < len(todo):
        yield from _in_pool(todo[done:], summarise, min(workers, len(todo) - done), done)


def _in_pool(todo: list[Job], summarise: Summarise | None, workers: int, done: int) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context)
    try:
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
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _raise_for(job: Job, error: BaseException | None) -> None:
    if error is None:
        return
    if isinstance(error, NspdError):
        raise error
    raise SimulationError(f"replication {job.cell.path} failed: {type(error).__name__}: {error}") from error
