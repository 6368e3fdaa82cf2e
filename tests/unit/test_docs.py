"""The documentation does what it says: its code runs, its commands and links exist, its generated pages are current."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

import nspd_mobility as nspd
from nspd_mobility import cli
from nspd_mobility.tables.schemas import TABLES

TOP = Path(__file__).resolve().parents[2]
PAGES = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FORBIDDEN = ("/work", "/tmp", "TODO", "FIXME")
CHEAP = ("list", "show", "check", "schema")  # commands that are run where they name a bundled study
ROOT: Any = get_command(cli.app)


def name_of(page: Path) -> str:
    return page.relative_to(TOP).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [body for word, body in FENCE.findall(page.read_text(encoding="utf-8")) if word == language]


def command_lines(page: Path) -> list[str]:
    """Return the commands of the page that stand on a line of their own: after $, in a plain block, or after the pip of the README."""
    found = [line[2:] for body in blocks(page, "console") for line in body.splitlines() if line.startswith("$ ")]
    found += [line for body in blocks(page, "") for line in body.splitlines() if line.startswith("nspd ")]
    found += re.findall(r"^    .*?&& (nspd .+)$", page.read_text(encoding="utf-8"), re.M)
    return found


def inline_commands(page: Path) -> list[str]:
    return re.findall(r"`(nspd [^`\n]+)`", FENCE.sub("", page.read_text(encoding="utf-8")))


def resolve(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that words name, and the words left."""
    command, rest = ROOT, words
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        assert rest[0] in command.commands, f"there is no command {rest[0]}"
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def options(command: Any) -> set[str]:
    return {name for parameter in command.params if parameter.param_type_name == "option" for name in parameter.opts if name.startswith("--")} | {"--help"}


def with_python(pages: list[Path]) -> list[Path]:
    return [page for page in pages if blocks(page, "python")]


@pytest.mark.parametrize("page", with_python(PAGES), ids=name_of)
def test_the_python_of_a_page_runs_from_top_to_bottom(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nspd_mobility.appraisal.indicators import INDICATORS
    from nspd_mobility.bench import CASES

    monkeypatch.chdir(tmp_path)
    kept = [(registry, dict(registry)) for registry in (INDICATORS, CASES)]
    namespace: dict[str, Any] = {"__name__": "page"}
    try:
        for body in blocks(page, "python"):
            exec(compile(body, name_of(page), "exec"), namespace)
    finally:  # what a page registers is forgotten after it
        for registry, entries in kept:
            registry.clear()
            registry.update(entries)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_of_a_page_exists_and_takes_its_options(page: Path) -> None:
    for line in command_lines(page):
        words = shlex.split(line)
        assert words[0] == "nspd", line
        command, rest = resolve(words[1:])
        command.make_context(line, rest)  # raises where an option or argument is wrong
    for line in inline_commands(page):
        words = shlex.split(line.replace("COMMAND ", ""))[1:]
        command, rest = resolve(words)
        wanted = {word.split("=")[0] for word in rest if word.startswith("--")}
        assert wanted <= options(command), line


def cheap_lines() -> list[str]:
    bundled = ("smoke", "district-today")
    lines = {line for page in PAGES for line in command_lines(page)}
    cheap = [line for line in lines if line.split()[1] in CHEAP]
    return sorted(line for line in cheap if line.split()[1] in ("list", "schema") or line.split()[2] in bundled)


@pytest.mark.parametrize("line", cheap_lines())
def test_cheap_commands_on_bundled_studies_work(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli._run(shlex.split(line)[1:]) == 0
    assert capsys.readouterr().out


def slugs(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as a code host makes them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.M)}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{target} does not exist"
        if anchor:
            assert anchor in slugs(file), f"{target} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_says_nothing_of_our_machines(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [word for word in FORBIDDEN if word in text] == []


def test_every_page_can_be_reached_from_the_index() -> None:
    todo, seen = [TOP / "docs" / "README.md"], set()
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md" or not page.is_relative_to(TOP / "docs"):
            continue
        seen.add(page)
        targets = LINK.findall(page.read_text(encoding="utf-8"))
        todo += [(page.parent / target.partition("#")[0]).resolve() for target in targets if "://" not in target and not target.startswith("#")]
    assert {name_of(page) for page in PAGES if page.is_relative_to(TOP / "docs")} == {name_of(page) for page in seen}


def test_the_generated_pages_are_current() -> None:
    spec = importlib.util.spec_from_file_location("generate", TOP / "docs" / "reference" / "generate.py")
    assert spec is not None and spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert generate.stale() == [], "run: python docs/reference/generate.py"


def documented_options() -> dict[str, set[str]]:
    """Return the options in the page on commands, by command."""
    sections = re.split(r"^## ", (TOP / "docs" / "reference" / "commands.md").read_text(encoding="utf-8"), flags=re.M)[1:]
    found = {}
    for section in sections:
        title, _, body = section.partition("\n")
        if title.startswith("nspd"):
            words = [word for word in title.split()[1:] if word.islower()]
            found[" ".join(words)] = set(re.findall(r"^\| `(--[\w-]+)", body, re.M))
    return found


def existing_options() -> dict[str, set[str]]:
    found = {"": options(ROOT) - {"--help"}}
    for name, command in ROOT.commands.items():
        for inner, leaf in getattr(command, "commands", {"": command}).items():
            found[f"{name} {inner}".strip()] = options(leaf) - {"--help"}
    return found


def test_the_page_on_commands_has_every_command_and_option() -> None:
    assert documented_options() == existing_options()


def yaml_blocks() -> list[Any]:
    return [pytest.param(body, id=f"{name_of(page)}-{k}") for page in PAGES for k, body in enumerate(blocks(page, "yaml"))]


@pytest.mark.parametrize("body", yaml_blocks())
def test_every_piece_of_a_study_file_resolves(body: str, tmp_path: Path) -> None:
    data = YAML(typ="safe").load(body)
    if "dataset" in data or data.get("network", "").startswith("./"):
        return  # a network of its own: the test below
    (tmp_path / "study.yaml").write_text(body if "study" in data else f"study: piece\nextends: district-today\n{body}", encoding="utf-8")
    (tmp_path / "ships.csv").write_text("id,side,arrival\nanna,sea,2023-04-18 06:10\n", encoding="utf-8")
    study = nspd.load_study(tmp_path)
    assert study.check_all()


def test_the_lock_of_the_how_to_is_simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = TOP / "docs" / "how-to" / "own-lock.md"
    exec(compile(blocks(page, "python")[-1], name_of(page), "exec"), {})
    dataset, study = blocks(page, "yaml")
    (ships,) = [body for body in blocks(TOP / "docs" / "how-to" / "own-ships.md", "") if body.startswith("id,")]
    for name, text in (("network/dataset.yaml", dataset), ("study.yaml", study), ("ships.csv", ships)):
        Path("my-lock", name).write_text(text, encoding="utf-8")
    result = nspd.read_results(nspd.run("./my-lock"), "ships")
    assert sorted(result["id"]) == ["anna", "berta", "claes"]
    assert result["is_finished"].all()


def test_the_picture_names_columns_that_exist() -> None:
    picture = (TOP / "docs" / "concepts" / "lock-times.svg").read_text(encoding="utf-8")
    of_ships = ("wait_lineup_s", "entry_s", "wait_rv_s", "lockage_s", "passage_s")
    of_lockages = ("start_s", "doors_close_s", "doors_closed_s", "levelled_s", "doors_open_s", "end_s")
    assert set(of_ships) <= set(TABLES["ships"].names)
    assert set(of_lockages) <= set(TABLES["lockages"].names)
    for name in of_ships + of_lockages:
        assert f">{name}<" in picture


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_source_files_and_lines_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`([\w/]+/[\w/]+\.(?:py|yaml|json))`", text):
        assert any((top / name).is_file() for top in (TOP, TOP / "nspd_mobility")) or name.startswith(("my-", "faster-", "network/")), name
    source = {line.strip() for path in (TOP / "nspd_mobility").rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()}
    for body in blocks(page, "diff"):  # the lines around what a recipe adds
        assert [line for line in body.splitlines() if line.startswith(" ") and line.strip() not in {*source, "..."}] == []
