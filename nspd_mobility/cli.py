"""The command line: a thin layer over `nspd_mobility.api`. Imports nothing heavy before a command needs it.

Exit codes: 0 ok, 1 a check failed, 2 usage, 3 invalid data, 4 simulation error, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from .errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_SIMULATION, NspdError
from .version import __version__

app = typer.Typer(
    name="nspd",
    help="Simulate the North Sea Port District: run studies, compare variants, write reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
golden_app = typer.Typer(help="Golden values of the bundled studies.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(golden_app, name="golden")

_ClickException: Any = typer.BadParameter.__mro__[2]  # the base of usage errors, wherever this version of Typer keeps it

StudyArgument = Annotated[str, typer.Argument(metavar="STUDY", help="A bundled study (see 'nspd list') or a folder with a study.yaml.")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="The folder that 'nspd run' prints, such as runs/smoke.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nspd-mobility {__version__}")
        raise typer.Exit


@app.callback()
def _main(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False) -> None:
    """Hold the options that all commands share."""


@app.command()
def run(
    study: StudyArgument,
    variant: Annotated[list[str] | None, typer.Option(help="Only this variant; may be given more than once.")] = None,
    scenario: Annotated[list[str] | None, typer.Option(help="Only this scenario.")] = None,
    year: Annotated[list[str] | None, typer.Option(help="Only this year.")] = None,
    replications: Annotated[int | None, typer.Option(min=1, help="Replications per variant, in place of the study's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed, in place of the study's.")] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Processes; 0 takes as many as pay off.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder that gets a folder with the study's name.")] = Path("runs"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Compute also what is there already.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Check the invariants of every replication.")] = False,
    uncertainty: Annotated[int, typer.Option(min=0, metavar="N", help="Draws over the values that rest on estimates and assumptions.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON in place of tables.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the report: nl or en.")] = "nl",
) -> None:
    """Run a study, or what of it is missing, and write its report."""
    from . import api
    from .terminal.console import check_language, print_json
    from .terminal.progress import progress
    from .terminal.results import check_invariants, print_result, result_as_data

    check_language(lang)
    with progress(quiet=as_json) as on_progress:
        folder = api.run(
            study,
            variants=variant,
            scenarios=scenario,
            years=year,
            replications=replications,
            seed=seed,
            jobs=jobs,
            out=out,
            fresh=fresh,
            uncertainty=uncertainty,
            on_progress=on_progress,
        )
    report_path = folder.path / "report.html"
    if not _is_current(report_path, folder, lang):
        from .report.page import write_report

        report_path = write_report(folder, lang)
    if as_json:
        print_json(result_as_data(folder, report_path))
    else:
        print_result(folder, report_path)
    if check:
        check_invariants(folder, quiet=as_json)


def _is_current(report_path: Path, folder: Any, lang: str) -> bool:
    """Say whether the report is newer than all results, in that language; writing it takes longer than finding that out."""
    results = [folder.path / "run.json", *(folder.folder(cell) / "manifest.json" for draws in (False, True) for cell in folder.cells(draws))]
    try:
        written = report_path.stat().st_mtime_ns
        with report_path.open(encoding="utf-8") as file:
            opens_in = f'<html lang="{lang}"' in file.read(400)
        return opens_in and all(path.stat().st_mtime_ns < written for path in results)
    except OSError:
        return False


@app.command()
def compare(
    run_folder: RunArgument,
    reference: Annotated[str | None, typer.Option(help="Variant to compare with; by default the study's reference.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Scenario; by default the first.")] = None,
    year: Annotated[str | None, typer.Option(help="Year; by default the first.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show all indicators, not the key indicators only.")] = False,
    until_precision: Annotated[
        float | None,
        typer.Option(
            min=0.0001, max=10.0, metavar="SHARE", help="Add replications until the intervals of the key differences are within this share of the reference."
        ),
    ] = None,
    most: Annotated[int, typer.Option(min=2, help="Most replications that --until-precision may add up to.")] = 200,
    csv: Annotated[Path | None, typer.Option(help="Write the whole comparison to this CSV file.")] = None,
    parquet: Annotated[Path | None, typer.Option(help="Write the whole comparison to this Parquet file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Compare the variants of a run: differences paired by replication, with intervals and plain words."""
    from . import api
    from .terminal.console import print_json
    from .terminal.progress import progress
    from .terminal.results import print_comparison, write_table

    if until_precision is not None:
        with progress(quiet=as_json) as on_progress:
            api.refine(run_folder, until_precision, most=most, reference=reference, on_progress=on_progress)
    table = api.compare(run_folder, reference=reference, scenario=scenario, year=year)
    write_table(table, csv, parquet)
    if as_json:
        print_json(table.to_dict("records"))
    else:
        print_comparison(table, everything)


@app.command()
def report(
    run_folder: RunArgument,
    lang: Annotated[str, typer.Option(help="Language that the page opens in: nl or en.")] = "nl",
    out: Annotated[Path | None, typer.Option(help="The file; by default report.html in the run's folder.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Scenario; by default the first.")] = None,
    year: Annotated[str | None, typer.Option(help="Year; by default the first.")] = None,
) -> None:
    """Write the report of a run: one HTML file that needs no network."""
    from .report.page import write_report
    from .tables.run_folder import RunFolder
    from .terminal.console import check_language

    check_language(lang)
    typer.echo(write_report(RunFolder(run_folder), lang, out, scenario, year))


@app.command()
def check(study: StudyArgument, as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False) -> None:
    """Check a study and its datasets, and list what rests on estimates and assumptions."""
    from . import api
    from .study.check import check_study
    from .terminal.definitions import print_findings

    definition = api.load_study(study)
    findings, values = check_study(definition)
    api.check_key_indicators(definition)
    print_findings(findings, values, as_json)


@app.command()
def show(
    study: StudyArgument,
    variant: Annotated[str, typer.Argument(metavar="VARIANT", help="A variant of the study.")],
    diff: Annotated[str | None, typer.Option(metavar="OTHER", help="Show only what differs from this variant.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Scenario; by default the first.")] = None,
    year: Annotated[str | None, typer.Option(help="Year; by default the first.")] = None,
) -> None:
    """Show every resolved value of a variant with its source, file and line."""
    from .study.check import values_of
    from .terminal.definitions import print_values

    print_values(values_of(study, variant, diff, scenario, year), diff)


@app.command("list")
def list_() -> None:
    """List the bundled studies and datasets."""
    from .terminal.definitions import print_bundled

    print_bundled()


@app.command()
def init(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="Name of the new study, and of the folder that is made here.")],
    other: Annotated[str, typer.Option("--from", metavar="OTHER", help="The study to begin from.")] = "district-today",
) -> None:
    """Make the folder of a new study from another one."""
    from .study.create import init_study

    typer.echo(f"made {init_study(study, other)} with the title '{study}'; write a title and a question there, edit it and run it with: nspd run ./{study}")


@app.command()
def fit(
    passages: Annotated[Path, typer.Option(metavar="FILE", help="Log of ship passages (CSV or Parquet).")],
    lock: Annotated[str, typer.Option(metavar="NAME", help="The lock of the network that the logs are of.")],
    network: Annotated[str, typer.Option(help="Network dataset, by name or path.")] = "nspd",
    demand: Annotated[str, typer.Option(help="Demand dataset: groups of classes, and profiles for what the log has not seen.")] = "nspd",
    lockages: Annotated[Path | None, typer.Option(metavar="FILE", help="Log of lockages: doors and levelling.")] = None,
    levels: Annotated[Path | None, typer.Option(metavar="FILE", help="Water levels: the head at levelling.")] = None,
    bridges: Annotated[Path | None, typer.Option(metavar="FILE", help="Log of bridge openings.")] = None,
    columns: Annotated[Path | None, typer.Option(metavar="FILE", help="YAML file that maps columns and words of the logs.")] = None,
    ambiguous: Annotated[str, typer.Option(help="Local times that a change of clocks skips or repeats: error or drop.")] = "error",
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for fit.yaml, profiles, fit.json and fit.html.")] = Path("fit"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the estimates as JSON in place of a table.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the page: nl or en.")] = "nl",
) -> None:
    """Estimate parameters from logs of a lock, with intervals, and write them as measured values."""
    from .fit.files import fit_files
    from .terminal.console import check_language, print_json
    from .terminal.fit import fit_progress, print_fit

    check_language(lang)
    with fit_progress(quiet=as_json) as on_stage:
        result, folder = fit_files(
            passages,
            lock=lock,
            network=network,
            demand=demand,
            lockages=lockages,
            levels=levels,
            bridges=bridges,
            columns=columns,
            ambiguous=ambiguous,
            out=out,
            language=lang,
            on_stage=on_stage,
        )
    if as_json:
        print_json({"folder": str(folder), "estimates": result.table().to_dict("records"), "dropped": [d.text for d in result.dropped], "notes": result.notes})
    else:
        print_fit(result, folder)


@app.command()
def trace(
    run_folder: RunArgument,
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="Natural key or entity id of a ship.")],
    variant: Annotated[str | None, typer.Option(help="Variant; by default the reference.")] = None,
    replication: Annotated[int, typer.Option(min=0, help="Number of the replication.")] = 0,
    scenario: Annotated[str | None, typer.Option(help="Scenario; by default the first.")] = None,
    year: Annotated[str | None, typer.Option(help="Year; by default the first.")] = None,
) -> None:
    """Follow one entity through a replication, event by event."""
    from .terminal.trace import print_trace

    print_trace(run_folder, entity, scenario, year, variant, replication)


@app.command()
def schema(what: Annotated[str, typer.Argument(metavar="WHAT", help="study, parameters, tables, or the name of a table.")] = "study") -> None:
    """Print a JSON Schema of study files or parameters, or the schema of the result tables."""
    from .terminal.definitions import print_schema

    print_schema(what)


@app.command()
def warm() -> None:
    """Compile all kernels now, so that the first run need not."""
    from .warm import warm_kernels

    n_kernels, took_s = warm_kernels()
    typer.echo(f"{n_kernels} kernels are ready ({took_s:.1f} s)")


@app.command()
def bench(
    case: Annotated[str | None, typer.Argument(metavar="CASE", help="One case; by default all.")] = None,
    smoke: Annotated[bool, typer.Option("--smoke", help="Small sizes: shows that the cases run, not how fast.")] = False,
    json_out: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the figures to this file.")] = None,
    against: Annotated[Path | None, typer.Option(metavar="BASE", help="Compare the ratios with those of an earlier file.")] = None,
    fail_above: Annotated[float, typer.Option(min=1.0, metavar="RATIO", help="Fail where a case became slower by more than this factor.")] = 1.3,
) -> None:
    """Time the benchmark cases; each is a ratio to a yardstick measured in the same run."""
    from .bench import run_cases

    run_cases(case, smoke=smoke, json_out=json_out, against=against, fail_above=fail_above)


@golden_app.command("update")
def golden_update(reason: Annotated[str, typer.Option(metavar="TEXT", help="Why the golden values change; goes into the file.")]) -> None:
    """Compute the golden values of the bundled studies anew and write them, with the reason."""
    from .golden import update

    typer.echo(update(reason))


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    """Run a command and return its exit code; a user's fault is one line on the error stream."""
    try:
        result: Any = app(args=arguments, prog_name="nspd", standalone_mode=False)
        sys.stdout.flush()
    except NspdError as error:
        typer.echo(f"nspd: {error}", err=True)
        return error.exit_code
    except typer.Exit as leave:
        return int(leave.exit_code)
    except _ClickException as error:
        error.show()
        return int(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except BrokenPipeError:  # the reader of our output went away, as in 'nspd list | head'
        return _without_reader()
    except SystemExit as leave:
        if isinstance(leave.__context__, BrokenPipeError):  # Typer leaves with 1 then
            return _without_reader()
        raise
    except Exception as error:
        if os.environ.get("NSPD_DEBUG"):
            raise
        typer.echo(f"nspd: internal error, {type(error).__name__}: {error}; set NSPD_DEBUG=1 for the details and report it", err=True)
        return EXIT_SIMULATION
    if result == EXIT_INTERRUPTED:  # how newer versions of Typer tell of Ctrl-C
        return _interrupted()
    return int(result) if isinstance(result, int) else EXIT_OK


def _without_reader() -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ is not None else 1)
    return EXIT_OK


def _interrupted() -> int:
    typer.echo("nspd: interrupted; what is finished is kept, and the same command goes on from there", err=True)
    return EXIT_INTERRUPTED


if __name__ == "__main__":
    main()
