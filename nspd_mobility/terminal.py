"""What the command line shows: progress, tables of indicators and comparisons, findings, traces."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .errors import CheckFailed, DataError, NspdError, UsageError, allowed, nearest
from .units import LOCAL_ZONE

if TYPE_CHECKING:
    import pandas as pd

    from .network.check import Finding
    from .params.build import Value
    from .study.check import Row
    from .tables.run_folder import RunFolder

LANGUAGES = ("nl", "en")
_PIPED_WIDTH = 220  # a file or a pipe has no width of its own; rows stay on one line
_console = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
_errors = Console(stderr=True)


def check_language(language: str) -> None:
    """Refuse a language that the report does not have."""
    if language not in LANGUAGES:
        raise UsageError(f"there is no language '{language}'{nearest(language.lower(), LANGUAGES)}; allowed are: {allowed(LANGUAGES)}")


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[int, int, float], None]]:
    """Show the progress of a run on the error stream while the block runs."""
    if quiet or not _errors.is_terminal:
        with _plain_progress(quiet) as on_progress:
            yield on_progress
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("replications"), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_errors) as bar:
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


def number(value: float, unit: str = "") -> str:
    """Return a number as a table shows it: as many decimals as its size deserves."""
    if value is None or math.isnan(value):
        return "–"
    if unit == "–":
        return f"{100 * value:.1f} %"
    size = abs(value)
    decimals = 0 if size >= 1000 else 1 if size >= 10 else 2
    return f"{value:,.{decimals}f}"


def _label(indicator: str, dimension: str) -> str:
    return f"{indicator} [{dimension}]" if dimension else indicator


def print_json(content: Any) -> None:
    """Print data as JSON, with null for what is not a number."""

    def clean(item: Any) -> Any:
        if isinstance(item, dict):
            return {str(k): clean(v) for k, v in item.items()}
        if isinstance(item, list | tuple):
            return [clean(v) for v in item]
        if isinstance(item, float) and not math.isfinite(item):
            return None
        return item.item() if hasattr(item, "item") else item

    print(json.dumps(clean(content), indent=1, ensure_ascii=False, default=str))


def result_as_data(run: RunFolder, report: Path) -> dict[str, Any]:
    """Return what a run found: means with intervals per variant, the comparison, and where things are."""
    from .appraisal.summary import summary_table

    cells = run.cells()
    return {
        "study": run.facts["study"],
        "folder": str(run.path),
        "report": str(report),
        "replications": len(cells),
        "indicators": summary_table(run).to_dict("records"),
        "comparison": _comparison(run).to_dict("records"),
    }


def _comparison(run: RunFolder) -> pd.DataFrame:
    import pandas as pd

    from .appraisal.comparison import compare_variants

    finished = {(cell.scenario, cell.year) for cell in run.cells() if cell.variant == run.reference}
    parts = [compare_variants(run, scenario=s, year=y) for s, y in sorted(finished)]
    parts = [part for part in parts if not part.empty]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def print_result(run: RunFolder, report: Path) -> None:
    """Print the key indicators of every variant with their intervals, the comparison, and where the results are."""
    from .appraisal.summary import summary_table

    summary = summary_table(run)
    keys = run.facts["key_indicators"]
    for (scenario, year), rows in summary.groupby(["scenario", "year"], sort=False):
        table = Table(title=escape(f"{run.facts['title'].get('en', run.facts['study'])}: {scenario}, {year}"), title_justify="left")
        table.add_column("indicator")
        table.add_column("unit")
        variants = list(dict.fromkeys(rows["variant"]))
        for variant in variants:
            table.add_column(escape(variant), justify="right")
        shown = rows[[(f"{i}/{d}" if d else i) in keys or not keys for i, d in zip(rows["indicator"], rows["dimension"], strict=True)]]
        for (indicator, dimension, unit), line in shown.groupby(["indicator", "dimension", "unit"], sort=False):
            values = {row["variant"]: _with_interval(row) for row in line.to_dict("records")}
            table.add_row(escape(_label(str(indicator), str(dimension))), "" if unit == "–" else str(unit), *(values.get(v, "–") for v in variants))
        _console.print(table)
    for note in run_notes(summary):
        _console.print(escape(note))
    comparison = _comparison(run)
    if not comparison.empty:
        print_comparison(comparison, everything=False)
    _console.print(f"results: {escape(str(run.path))}   report: {escape(str(report))}", soft_wrap=True)


def _with_interval(row: dict[Any, Any]) -> str:
    if row["is_saturated"]:
        return f"saturated, {row['queue_growth_per_day']:+.1f} ships/day"
    sign = "≥ " if row["is_bound"] else ""
    unit = row["unit"]
    spread = "" if math.isnan(row["half_width"]) else f" ± {number(row['half_width'], unit).removesuffix(' %')}"
    text = number(row["mean"], unit)
    return f"{sign}{text.removesuffix(' %')}{spread}{' %' if text.endswith(' %') else ''}"


def run_notes(summary: pd.DataFrame) -> list[str]:
    """Return what a reader of the table has to know."""
    notes = []
    if summary["n_replications"].min() < 2:
        notes.append("one replication: no interval can be given; use --replications")
    if summary["is_bound"].any():
        notes.append("≥: some ships were not through at the end of the drain, the true value is at least this")
    refused = summary[(summary["indicator"] == "refused_per_year") & (summary["dimension"] == "") & (summary["mean"] > 0.0)]
    if not refused.empty:
        which = ", ".join(f"{row['variant']} {number(row['mean'])}" for row in refused.to_dict("records"))
        notes.append(f"refused: some ships fit no chamber (per year: {which}); they are kept in the table ships with their refused_reason, and wait nowhere")
    if summary["is_saturated"].any():
        notes.append("saturated: the queue grows through the measured window; a mean would say nothing, the growth is given")
    return notes


def print_comparison(table: pd.DataFrame, everything: bool) -> None:
    """Print differences with intervals and verdicts."""
    if table.empty:
        _console.print("one variant: nothing to compare")
        return
    shown = table if everything or not table["is_key"].any() else table[table["is_key"]]
    for (scenario, year, variant, reference), rows in shown.groupby(["scenario", "year", "variant", "reference"], sort=False):
        out = Table(title=escape(f"{variant} against {reference}: {scenario}, {year}"), title_justify="left")
        for column in ("indicator", "unit", reference, variant, "difference", "95 % interval", "variance ratio", "verdict"):
            out.add_column(escape(str(column)), justify="left" if column in ("indicator", "unit", "verdict") else "right")
        has_draws = rows["knowledge_low"].notna().any()
        if has_draws:
            out.add_column("5-95 % of draws", justify="right")
        row: dict[Any, Any]
        for row in rows.to_dict("records"):
            u = row["unit"]
            ratio = "∞" if math.isinf(row["variance_ratio"]) else number(row["variance_ratio"])
            line = [escape(_label(row["indicator"], row["dimension"])), "" if u == "–" else u, number(row["reference_mean"], u), number(row["mean"], u)]
            line += [number(row["difference"], u), f"{number(row['low'], u)} … {number(row['high'], u)}", ratio, row["verdict"]]
            if has_draws:
                line.append(f"{number(row['knowledge_low'], u)} … {number(row['knowledge_high'], u)}")
            out.add_row(*line)
        _console.print(out)


def write_table(table: pd.DataFrame, csv: Path | None, parquet: Path | None) -> None:
    """Write a table as CSV and as Parquet where wanted."""
    for path, is_csv in ((csv, True), (parquet, False)):
        if path is not None:
            try:
                if is_csv:
                    table.to_csv(path, index=False)
                else:
                    table.to_parquet(path, index=False)
            except OSError as error:
                raise UsageError(f"{path}: can't be written ({error.strerror or error}); choose another place") from None


def check_invariants(run: RunFolder, quiet: bool) -> None:
    """Check the invariants on every replication.

    Raises
    ------
    CheckFailed
        If one does not hold.
    """
    from .tables.invariants import check_waterway

    names = ("ships", "lockages", "legs", "events")
    cells = [*run.cells(), *run.cells(draws=True)]
    for cell in cells:
        faults = check_waterway({name: run.read(cell, name) for name in names}, run.facts, cell.variant)
        if faults:
            raise CheckFailed(f"{cell.path}: {faults[0]}" + (f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""))
    if not quiet:
        _console.print(f"all invariants hold in {len(cells)} replications")


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
            _console.print(escape(f"{finding.level}: {finding.where}: {finding.message}"))
        table = Table(title="values that rest on estimates and assumptions", title_justify="left")
        for column in ("value", "is", "unit", "low … high", "quality", "source"):
            table.add_column(column)
        for v in weak:
            band = "" if v.low is None else f"{v.low:g} … {v.high:g}"
            table.add_row(escape(v.path), escape(str(v.value)), v.unit, band, v.quality.word, escape(v.source))
        _console.print(table)
        _console.print("values by quality: " + ", ".join(f"{n} {word}" for word, n in sorted(counts.items())))
    errors = [finding for finding in findings if finding.level == "error"]
    if errors:
        raise DataError(f"{len(errors)} errors; the first: {errors[0].where}: {errors[0].message}")


def vars_of(finding: Finding) -> dict[str, str]:
    """Return a finding as a plain dict."""
    return {"level": finding.level, "where": finding.where, "message": finding.message}


def print_values(rows: list[Row], diff: str | None) -> None:
    """Print resolved values, or the differences between two variants."""
    table = Table(show_lines=False)
    for column in ("path", "value", *([f"in {diff}"] if diff else []), "unit", "quality", "set at"):
        table.add_column(escape(column), overflow="fold")
    for row in rows:
        cells = [row.path, str(row.value), *([str(row.other)] if diff else []), row.unit, row.quality, row.where]
        table.add_row(*map(escape, cells))
    if rows:
        _console.print(table)
    if diff and not rows:
        _console.print("no differences")


def print_bundled() -> None:
    """Print the bundled studies with their questions, and the datasets."""
    from .network.dataset import known_datasets
    from .params.study import text_in
    from .study.definition import load_study

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
    _console.print(table)
    for kind in ("networks", "demand"):
        _console.print(escape(f"{kind}: {', '.join(known_datasets(kind))}"))


def print_trace(path: Path, entity: str, scenario: str | None, year: str | None, variant: str | None, replication: int) -> None:
    """Print the events of one entity."""
    import pandas as pd

    from .tables.run_folder import Cell, RunFolder

    run = RunFolder(path)
    facts = run.facts
    cell = Cell(
        run.choose("scenarios", scenario),
        run.choose("years", year),
        run.choose("variants", variant, run.reference),
        f"r{replication:04d}",
    )
    if cell not in run.cells():
        there = [c.replication for c in run.cells() if (c.scenario, c.year, c.variant) == (cell.scenario, cell.year, cell.variant)]
        raise UsageError(f"{run.path}: {cell.path} is not finished; finished replications of it are: {allowed(there) or 'none'}; choose one with --replication")
    ships = run.read(cell, "ships", ["period", "entity_id", "id", "class_id", "origin", "destination"])
    known = ships[(ships["id"] == entity) | (ships["entity_id"].astype(str) == entity)]
    if known.empty:
        raise UsageError(f"{run.path}: replication {cell.path} has no ship '{entity}'{nearest(entity, ships['id'].tolist())}; ids are in the table ships")
    events = run.read(cell, "events")
    ship: dict[Any, Any]
    for ship in known.to_dict("records"):
        _console.print(escape(f"{ship['id']} ({ship['class_id']}) from {ship['origin'] or '–'} to {ship['destination'] or '–'}, {ship['period']}"))
        epoch = pd.Timestamp(facts["periods"][ship["period"]]["epoch"]).tz_convert(LOCAL_ZONE)
        table = Table()
        for column in ("local time", "event", "place", "facility", "cause"):
            table.add_column(column)
        mine = events[(events["entity_id"] == ship["entity_id"]) & (events["period"] == ship["period"])]
        event: dict[Any, Any]
        for event in mine.to_dict("records"):
            at = epoch + pd.Timedelta(milliseconds=event["time_ms"])
            table.add_row(at.strftime("%Y-%m-%d %H:%M:%S"), event["kind"], event["place_id"], event["facility_id"], event["cause"])
        _console.print(table)


def print_schema(what: str) -> None:
    """Print a schema as JSON."""
    from .params.fields import json_schema_of
    from .params.study import StudyParams
    from .params.waterway import DistrictParams
    from .tables.schemas import TABLES, table_as_data

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
