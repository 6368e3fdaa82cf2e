"""Builders of small studies, and the command line in this process: what the tests of studies, runs and bad input share."""

from __future__ import annotations

import os
import sys
import textwrap
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nspd_mobility import cli

ROOT = Path(__file__).resolve().parents[2]

TINY = """study: tiny
extends: smoke
title: {nl: Klein, en: Tiny}
replications: 2
period: {warm_up: 1 h, drain: 4 h}
calendar:
  remove: [spring-week]
  morning: {start: 2023-04-18, measure: 3 h, weight_days: 365}
"""
"""Eight simulated hours, two variants, two replications: a second or two."""


def write_study(folder: Path, text: str = TINY, more: str = "") -> Path:
    """Write a study.yaml and return its folder; `more` is dedented and appended."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yaml").write_text(text + textwrap.dedent(more), encoding="utf-8")
    return folder


def line_of(folder: Path, part: str) -> str:
    """Return the place, file:line, of the first line of the study that holds a text."""
    lines = (folder / "study.yaml").read_text(encoding="utf-8").splitlines()
    number = next(k for k, line in enumerate(lines, 1) if part in line)
    return f"study.yaml:{number}: "


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands in this process."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self.capture = capture

    def __call__(self, *arguments: object) -> Answer:
        self.capture.readouterr()
        code = cli._run([str(argument) for argument in arguments])
        out, err = self.capture.readouterr()
        return Answer(code, out, err)

    def fault(self, code: int, *arguments: object) -> str:
        """Run a command that must fail with this code and one line that is no traceback; return the line."""
        answer = self(*arguments)
        lines = [line for line in answer.err.splitlines() if not line.endswith(" replications")]
        assert answer.code == code, (answer.code, answer.err)
        assert len(lines) == 1, answer.err
        assert lines[0].startswith("nspd: ")
        assert "Traceback" not in answer.err
        assert "internal error" not in answer.err
        return lines[0]

    def usage(self, *arguments: object) -> str:
        """Run a command that the parser of options must refuse; return the error stream on one line."""
        answer = self(*arguments)
        assert answer.code == 2, (answer.code, answer.err)
        assert "Traceback" not in answer.err
        return " ".join(answer.err.replace("│", " ").split())


def without_report(patch: pytest.MonkeyPatch) -> None:
    """Put a report of one line in place of the page: these tests are about the run."""

    def write_report(run: Any, lang: str = "nl", out: Path | None = None, scenario: str | None = None, year: str | None = None) -> Path:
        path = out or run.path / "report.html"
        path.write_text(f"<html lang='{lang}'></html>\n", encoding="utf-8")
        return path

    page = types.ModuleType("nspd_mobility.report.page")
    page.write_report = write_report  # type: ignore[attr-defined]
    patch.setitem(sys.modules, "nspd_mobility.report.page", page)


def environment() -> dict[str, str]:
    """Return the environment of a command in a process of its own."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def tables_of(run: Path) -> dict[str, bytes]:
    """Return the bytes of every result table of a run, by its path."""
    return {str(path.relative_to(run)): path.read_bytes() for path in sorted(run.rglob("*.parquet"))}
