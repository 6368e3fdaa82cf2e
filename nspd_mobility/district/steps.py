"""The table of steps: what each reads and writes. The order of a run is the topological order of the table names.

A step may read only what an earlier step wrote, or what comes from a file: causes before effects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from ..errors import SimulationError

if TYPE_CHECKING:
    from .day import Day


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a replication.

    Attributes
    ----------
    name : str
    reads, writes : tuple of str
        Names of tables.
    run : callable
        Called with the `Day`; yields the simulated time reached (s), for progress.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[[Day], Iterator[float]]


def in_order(steps: Iterable[Step], given: Iterable[str] = ()) -> list[Step]:
    """Return the steps so that every table is written before it is read.

    Parameters
    ----------
    steps : iterable of Step
    given : iterable of str
        Tables that come from files.

    Raises
    ------
    SimulationError
        If a table has two writers, no writer, or steps wait for each other.
    """
    steps = list(steps)
    writer: dict[str, Step] = {}
    for step in steps:
        for table in step.writes:
            if table in writer:
                raise SimulationError(f"table '{table}' is written by two steps, {writer[table].name} and {step.name}")
            writer[table] = step
    available = set(given)
    graph: dict[str, set[str]] = {}
    for step in steps:
        missing = [table for table in step.reads if table not in writer and table not in available]
        if missing:
            raise SimulationError(f"step {step.name} reads '{missing[0]}', which no step writes and no file gives")
        graph[step.name] = {writer[table].name for table in step.reads if table not in available}
    by_name = {step.name: step for step in steps}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise SimulationError(f"steps wait for each other: {' -> '.join(error.args[1])}") from None
