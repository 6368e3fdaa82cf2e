"""Progress of a run on the error stream: a bar for a person, lines for a log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .console import errors_console


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[int, int, float], None]]:
    """Show the progress of a run on the error stream while the block runs."""
    if quiet or not errors_console.is_terminal:
        with _plain_progress(quiet) as on_progress:
            yield on_progress
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("replications"), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors_console) as bar:
        task = bar.add_task("loading", total=None)

        def update(done: int, total: int, share: float) -> None:
            bar.update(task, description="running", total=total, completed=round(done + share, 2))

        yield update


@contextmanager
def _plain_progress(quiet: bool) -> Iterator[Callable[[int, int, float], None]]:
    """One line per tenth of the work, for logs."""
    shown = -1

    def update(done: int, total: int, share: float) -> None:
        nonlocal shown
        tenth = int(10 * (done + share) / total) if total else 10
        if tenth > shown and not quiet:
            shown = tenth
            print(f"{10 * tenth} %, {done} of {total} replications", file=sys.stderr, flush=True)

    yield update
