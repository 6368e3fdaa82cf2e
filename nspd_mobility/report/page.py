"""The report of a run: one HTML file in Dutch and English that asks nothing of a network.

The file holds plotly.js, its style and its data. Both languages are in it: texts stand beside each other and the style shows
one of them; the figures' texts are resolved in the browser. A content security policy forbids every request. Equal runs give
equal bytes: nothing in the file depends on the moment or the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import UsageError, allowed, nearest
from ..html import json_in_html, page_template, read_text
from ..tables.run_folder import RunFolder
from . import chapters  # noqa: F401  (registers the sections)
from .content import Section
from .context import Context, read_context
from .sections import build_sections
from .texts import LANGUAGES, Text, catalogue, given, join, plain, say, say_n

REPORT_FILE = "report.html"


def write_report(run: RunFolder, language: str = "nl", out: Path | None = None, scenario: str | None = None, year: str | None = None) -> Path:
    """Write the report of a run.

    Parameters
    ----------
    run : RunFolder
    language : str
        The language in which the page opens: nl or en. The reader can switch.
    out : Path, optional
        The file; ``report.html`` in the run's folder by default.
    scenario, year : str, optional
        By default the first of the run.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        If the language, scenario or year does not exist, or the run has no finished replication.
    """
    if language not in LANGUAGES:
        raise UsageError(f"language '{language}' is not known{nearest(language, LANGUAGES)}; allowed: {allowed(LANGUAGES)}")
    context = read_context(run, scenario, year)
    html = render(context, build_sections(context), language)
    path = run.path / REPORT_FILE if out is None else Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(html, encoding="utf-8", newline="\n")
    temporary.replace(path)
    return path


def render(context: Context, sections: Sequence[Section], language: str) -> str:
    """Return the page as HTML."""
    package = __package__ or "nspd_mobility.report"
    facts = context.facts
    charts = {chart.key: [choice.figure for choice in chart.choices] for section in sections for chart in section.charts}
    title = given(facts.get("title"), str(facts["study"]))
    subtitle = say(
        "page.subtitle",
        scenario=given(facts["scenarios"][context.scenario], context.scenario),
        year=context.year,
        replications=say_n("page.replications", context.matrix.shape[1]),
    )
    return page_template(package).render(
        language=language,
        languages=LANGUAGES,
        sections=sections,
        title=title,
        subtitle=subtitle,
        others=_others(context),
        say=say,
        plain=plain,
        names={key: catalogue()[f"language.{key}"][key] for key in LANGUAGES},
        version=str(facts["program"].get("version", "")),
        css=read_text(package, "page.css"),
        javascript=read_text(package, "page.js"),
        data=json_in_html({"charts": charts, "title": title, "dates": _dates()}),
    )


def _others(context: Context) -> Text | None:
    """Return which other scenarios and years the run has, and the command that makes their page."""
    found = context.other_results()
    if not found:
        return None
    scenario, year = found[0]
    named = [say("page.other", scenario=given(context.facts["scenarios"][s], s), year=y) for s, y in found]
    command = f"nspd report runs/{context.facts['study']} --scenario {scenario} --year {year} --out {scenario}-{year}.html"
    return say("page.others", others=join(named, "; "), command=command)


def _dates() -> dict[str, Any]:
    """Return the names of days and months for the charts' axes; plotly's week begins on Sunday."""
    days, months = [6, 0, 1, 2, 3, 4, 5], range(1, 13)
    return {
        language: {
            "days": [catalogue()[f"weekday.{d}"][language] for d in days],
            "shortDays": [catalogue()[f"weekday.{d}"][language][: 2 if language == "nl" else 3] for d in days],
            "months": [catalogue()[f"month.{m}"][language] for m in months],
            "shortMonths": [catalogue()[f"month_short.{m}"][language] for m in months],
        }
        for language in LANGUAGES
    }
