"""What a run found: indicators with intervals, comparisons, invariants."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from ..errors import CheckFailed, UsageError
from ..tables.run_folder import FEW_DRAWS
from .console import console, label, number

if TYPE_CHECKING:
    import pandas as pd

    from ..tables.run_folder import RunFolder


def result_as_data(run: RunFolder, report: Path) -> dict[str, Any]:
    """Return what a run found: means with intervals per variant, the comparison, and where things are."""
    from ..appraisal.summary import summary_table

    cells = run.cells()
    return {
        "study": run.facts["study"],
        "folder": str(run.path),
        "report": str(report),
        "replications": len(cells),
        "indicators": summary_table(run).to_dict("records"),
        "comparison": comparison_of(run).to_dict("records"),
    }


def comparison_of(run: RunFolder) -> pd.DataFrame:
    """Return the comparison of every scenario and year whose reference is finished, one below another."""
    import pandas as pd

    from ..appraisal.comparison import compare_variants

    finished = {(cell.scenario, cell.year) for cell in run.cells() if cell.variant == run.reference}
    parts = [compare_variants(run, scenario=s, year=y) for s, y in sorted(finished)]
    parts = [part for part in parts if not part.empty]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def print_result(run: RunFolder, report: Path) -> None:
    """Print the key indicators of every variant with their intervals, the comparison, and where the results are."""
    from ..appraisal.summary import summary_table

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
            table.add_row(escape(label(str(indicator), str(dimension))), "" if unit == "–" else str(unit), *(values.get(v, "–") for v in variants))
        console.print(table)
    for note in run_notes(summary, run.facts):
        console.print(escape(note))
    comparison = comparison_of(run)
    if not comparison.empty:
        print_comparison(comparison, everything=False)
    console.print(f"results: {escape(str(run.path))}   report: {escape(str(report))}", soft_wrap=True)


def _with_interval(row: dict[Any, Any]) -> str:
    if row["is_saturated"]:
        return f"saturated, {row['queue_growth_per_day']:+.1f} ships/day"
    sign = "≥ " if row["is_bound"] else ""
    unit = row["unit"]
    spread = "" if math.isnan(row["half_width"]) else f" ± {number(row['half_width'], unit).removesuffix(' %')}"
    text = number(row["mean"], unit)
    return f"{sign}{text.removesuffix(' %')}{spread}{' %' if text.endswith(' %') else ''}"


def run_notes(summary: pd.DataFrame, facts: dict[str, Any]) -> list[str]:
    """Return what a reader of the table has to know."""
    notes = []
    n_shown, n_wanted = int(summary["n_replications"].max()), int(facts["replications"])
    if n_shown > n_wanted:
        notes.append(f"{n_shown} replications are shown, not {n_wanted}: those of an earlier run that still hold are kept")
    own = facts.get("own_ships", [])
    if own:
        which = "" if set(own) >= set(facts["variants"]) else f" of {', '.join(own)}"
        notes.append(f"own ships: the ships{which} are given and chance is not in them: one replication holds all, an interval would say nothing")
    elif n_shown < 2:
        notes.append("one replication: no interval can be given; use --replications")
    n_draws = int(facts.get("uncertainty", {}).get("draws", 0))
    if 0 < n_draws < FEW_DRAWS:
        notes.append(
            f"{n_draws} draws: their 5-95 % band is rough, and holds chance too; use --uncertainty {FEW_DRAWS} or more, and 50 for a figure to rely on"
        )
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
        console.print("one variant: nothing to compare")
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
            line = [escape(label(row["indicator"], row["dimension"])), "" if u == "–" else u, number(row["reference_mean"], u), number(row["mean"], u)]
            line += [number(row["difference"], u), f"{number(row['low'], u)} … {number(row['high'], u)}", ratio, row["verdict"]]
            if has_draws:
                line.append(f"{number(row['knowledge_low'], u)} … {number(row['knowledge_high'], u)}")
            out.add_row(*line)
        console.print(out)


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
    from ..tables.invariants import CHECKED_TABLES, CHECKED_WITH_TRAINS, check_waterway

    cells = [*run.cells(), *run.cells(draws=True)]
    for cell in cells:
        with_trains = (run.folder(cell) / "trains.parquet").is_file()
        names = (*CHECKED_TABLES, *(CHECKED_WITH_TRAINS if with_trains else ()))
        faults = check_waterway({name: run.read(cell, name) for name in names}, run.facts, cell.variant)
        if faults:
            raise CheckFailed(f"{cell.path}: {faults[0]}" + (f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""))
    if not quiet:
        console.print(f"all invariants hold in {len(cells)} replications")
