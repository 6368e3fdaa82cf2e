"""The report in a browser, offline: no error, no request, all charts drawn, language and variant switch, nothing wider than a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nspd_mobility
from nspd_mobility.report.page import write_report

pytestmark = pytest.mark.browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def lacking(reason: str) -> None:
    """Skip, or fail where a browser is required."""
    if os.environ.get("NSPD_REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a small study with two variants."""
    return write_report(nspd_mobility.run("smoke", out=tmp_path_factory.mktemp("runs"), jobs=1))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium of the machine."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        lacking(f"no browser on this machine; looked for {', '.join(BROWSERS)}")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacking("playwright is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Any, report: Path) -> Iterator[Any]:
    """The report, opened; what goes wrong in the browser fails the test."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(f"console: {message.text}") if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: faults.append(f"error: {error}"))
    opened.on("request", lambda request: None if request.url.startswith(("file:", "data:", "blob:")) else faults.append(f"request: {request.url}"))
    opened.goto(report.as_uri())
    opened.wait_for_selector("html[data-ready=true]")
    yield opened
    opened.close()
    assert faults == []


def texts(page: Any, selector: str) -> list[str]:
    """Return the visible texts of elements."""
    return [text.strip() for text in page.locator(selector).evaluate_all("all => all.map(e => e.textContent)")]


def test_every_chart_is_drawn(page: Any) -> None:
    n = page.locator(".plot").count()
    assert n >= 15
    marks = (".trace path", ".trace .point", ".scatterlayer path", ".heatmaplayer image")
    drawn = page.locator(".plot").evaluate_all(
        f"all => all.filter(p => p.querySelectorAll('{', '.join(f'.main-svg {mark}' for mark in marks)}').length > 0).length"
    )
    assert drawn == n
    assert all(page.locator(".plot").evaluate_all("all => all.map(p => p.getAttribute('aria-label').length > 20)"))


def test_the_toolbar_is_on_wide_charts_only_where_it_covers_no_legend(page: Any) -> None:
    sizes = page.locator(".plot").evaluate_all("all => all.map(p => [p.clientWidth, p.querySelectorAll('.modebar').length])")
    assert {n > 0 for width, n in sizes if width < 600} == {False}
    assert {n > 0 for width, n in sizes if width >= 600} == {True}


def test_the_language_switches_headings_axes_and_numbers_without_reloading(page: Any) -> None:
    page.evaluate("window.kept = 1")
    assert "Vraag en antwoord" in page.inner_text("h2 >> nth=0")
    assert "wachttijd (min)" in texts(page, "#plot-wait-means .xtitle")
    tile = page.inner_text(".tile .value >> nth=0")
    assert "," in tile and "." not in tile
    page.keyboard.press("Tab")  # the switch is reached by keyboard: skip link, then the two languages
    page.locator(".switch button[data-language=en]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#plot-wait-means .xtitle')?.textContent === 'waiting time (min)'")
    assert "Question and answer" in page.inner_text("h2 >> nth=0")
    assert "Vraag en antwoord" not in page.inner_text("main")
    assert page.inner_text(".tile .value >> nth=0") == tile.replace(",", ".")
    assert page.get_attribute("html", "lang") == "en"
    assert page.get_attribute("#plot-wait-means", "aria-label").startswith("Points with intervals")
    assert "entering" in texts(page, "#plot-lock0-gantt .legendtext")
    assert page.evaluate("window.kept") == 1


def test_the_gantt_shows_the_variant_that_is_chosen(page: Any) -> None:
    gantt = page.locator("#plot-lock0-gantt")

    def bars() -> int:
        return int(gantt.evaluate("p => p.querySelectorAll('.barlayer .point').length"))

    def chambers() -> str:
        return " ".join(texts(page, "#plot-lock0-gantt .ytick"))

    assert "Nieuwe Sluis" in chambers()
    before = bars()
    page.locator("#figure-lock0-gantt .choices label").nth(1).click()
    page.wait_for_function("!document.querySelector('#plot-lock0-gantt .yaxislayer-above')?.textContent.includes('Nieuwe Sluis')")
    assert "Nieuwe Sluis" not in chambers() and "Westsluis" in chambers()
    assert 0 < bars() != before


def test_nothing_is_wider_than_a_phone(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(500)
    page.locator("details").evaluate_all("all => all.forEach(d => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_print_holds_the_folded_parts_and_charts_of_its_width(page: Any) -> None:
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(500)
    assert page.locator("details:not([open])").count() == 0
    assert page.locator(".plot .svg-container").evaluate_all("all => Math.max(...all.map(s => s.getBoundingClientRect().width))") <= 670
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
