"""What studies and datasets are: findings of a check, resolved values, bundled ones, schemas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from ..errors import DataError, NspdError, UsageError, allowed, nearest
from .console import console, print_json

if TYPE_CHECKING:
    from ..network.check import Finding
    from ..params.build import Value
    from ..study.check import Row

_WIDE = 160  # characters from which the longest name of a value, some 90, stays on one line and can be searched for


def print_findings(findings: list[Finding], values: list[Value], as_json: bool) -> None:
    """Print what a check found; an error among it raises.

    Raises
    ------
    DataError
        If there is an error among the findings.
    """
    counts: dict[str, int] = {}
    for value in values:
        counts[value.quality.word] = counts.get(value.quality.word, 0) + 1
    weak = [value for value in values if value.quality.word in ("estimate", "assumption")]
    if as_json:
        rows = [{"path": v.path, "value": v.value, "unit": v.unit, "low": v.low, "high": v.high, "quality": v.quality.word, "source": v.source} for v in weak]
        print_json({"findings": [vars_of(f) for f in findings], "values": counts, "weak": rows})
    else:
        for finding in findings:
            console.print(escape(f"{finding.level}: {finding.where}: {finding.message}"))
        table = Table(title="values that rest on estimates and assumptions", title_justify="left")
        table.add_column("value", overflow="fold", no_wrap=console.width >= _WIDE)  # a name that is cut off can't be looked up
        for column in ("is", "unit", "low … high", "quality", "source"):
            table.add_column(column, overflow="fold")
        for v in weak:
            band = "" if v.low is None else f"{v.low:g} … {v.high:g}"
            table.add_row(escape(v.path), escape(str(v.value)), v.unit, band, v.quality.word, escape(v.source))
        console.print(table)
        console.print("values by quality: " + ", ".join(f"{n} {word}" for word, n in sorted(counts.items())))
    errors = [finding for finding in findings if finding.level == "error"]
    if errors:
        raise DataError(f"{len(errors)} errors; the first: {errors[0].where}: {errors[0].message}")


def vars_of(finding: Finding) -> dict[str, str]:
    """Return a finding as a plain dict."""
    return {"level": finding.level, "where": finding.where, "message": finding.message}


def short_place(where: str) -> str:
    """Return a place as file:line from the present folder, or for bundled data from the folder of the data."""
    path, colon, line = where.rpartition(":")
    package = Path(__file__).resolve().parents[1]
    for root in (Path.cwd(), package / "_data", package.parent):
        if colon and Path(path).is_relative_to(root):
            return f"{Path(path).relative_to(root).as_posix()}:{line}"
    return where


def print_values(rows: list[Row], diff: str | None) -> None:
    """Print resolved values, or the differences between two variants."""
    table = Table(show_lines=False)
    for column in ("path", "value", *([f"in {diff}"] if diff else []), "unit", "quality", "set at"):
        table.add_column(escape(column), overflow="fold")
    for row in rows:
        cells = [row.path, str(row.value), *([str(row.other)] if diff else []), row.unit, row.quality, short_place(row.where)]
        table.add_row(*map(escape, cells))
    if rows:
        console.print(table)
    if diff and not rows:
        console.print("no differences")


def print_bundled() -> None:
    """Print the bundled studies with their questions, and the datasets."""
    from ..network.dataset import known_datasets
    from ..params.study import text_in
    from ..study.definition import load_study

    table = Table(title="studies", title_justify="left")
    for column in ("name", "question", "variants"):
        table.add_column(column)
    for name in known_datasets("experiments"):
        try:
            definition = load_study(name).params
        except NspdError as error:  # one unusable study of a user's own data folder doesn't hide the others
            table.add_row(escape(name), escape(f"can't be used: {error}"), "")
        else:
            table.add_row(escape(name), escape(text_in(definition.question, "en")), ", ".join(definition.variants))
    console.print(table)
    for kind in ("networks", "demand"):
        console.print(escape(f"{kind}: {', '.join(known_datasets(kind))}"))


def print_schema(what: str) -> None:
    """Print a schema as JSON."""
    from ..params.fields import json_schema_of
    from ..params.study import StudyParams
    from ..params.waterway import DistrictParams
    from ..tables.schemas import TABLES, table_as_data

    if what == "study":
        print_json(json_schema_of(StudyParams))
    elif what == "parameters":
        print_json(json_schema_of(DistrictParams))
    elif what == "tables":
        print_json({name: table_as_data(table) for name, table in TABLES.items()})
    elif what in TABLES:
        print_json(table_as_data(TABLES[what]))
    else:
        known = ["study", "parameters", "tables", *TABLES]
        raise UsageError(f"there is no schema '{what}'{nearest(what, known)}; allowed are: {allowed(known)}")
