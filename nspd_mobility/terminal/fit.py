"""What an estimation from logs found: estimates with intervals, what was dropped, and where it is written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from .console import console, errors_console, number

if TYPE_CHECKING:
    from ..fit.result import FitResult

STAGES = {
    "reading": "reading the logs",
    "lockages": "finding the lockages",
    "phases": "fitting the phases",
    "profiles": "fitting the profiles",
    "bridges": "fitting the bridges",
    "writing": "writing",
}


@contextmanager
def fit_progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show the stage of an estimation to a person on the error stream; a log or a pipe gets nothing."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage: None
        return
    with errors_console.status("starting") as status:
        yield lambda stage: status.update(STAGES.get(stage, stage))


def print_fit(result: FitResult, folder: Path) -> None:
    """Print the estimates with their intervals and numbers, what was dropped, the gaps, the notes, and the folder."""
    table = Table(title="estimates", title_justify="left")
    for column, side in (
        ("quantity", "left"),
        ("value", "right"),
        ("95 % interval", "right"),
        ("unit", "left"),
        ("n", "right"),
        ("outliers", "right"),
        ("parameter", "left"),
    ):
        table.add_column(column, justify=side, overflow="fold")  # type: ignore[arg-type]
    for e in result.estimates:
        interval = f"{number(e.low)} … {number(e.high)}"
        table.add_row(escape(e.path), number(e.value), interval, e.unit, str(e.n), str(e.n_outliers), "yes" if e.is_param else "reported only")
    console.print(table)
    for drop in result.dropped:
        console.print(escape(f"left out: {drop.text}"), soft_wrap=True)
    for gap in result.gaps:
        expected = "" if gap.expected != gap.expected else f", {gap.expected:.0f} ships expected"
        console.print(
            f"gap in the log: {gap.begin:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M} ({gap.hours:.1f} h{expected}; {gap.reason}): not time without ships",
            soft_wrap=True,
        )
    for note in result.notes:
        console.print(escape(f"note: {note}"), soft_wrap=True)
    console.print(f"overlay: {escape(str(folder / 'fit.yaml'))}   pictures: {escape(str(folder / 'fit.html'))}", soft_wrap=True)
