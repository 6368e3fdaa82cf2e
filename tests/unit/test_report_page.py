"""The report of a small run that is made here by hand: escaping, equal bytes, saturation, bounds, nothing from a network."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.appraisal.indicators import summarise
from nspd_mobility.appraisal.summary import summary_table
from nspd_mobility.errors import UsageError
from nspd_mobility.html import in_script, json_in_html
from nspd_mobility.report.page import write_report
from nspd_mobility.report.sections import SECTIONS, section
from nspd_mobility.tables.recorder import Recorder
from nspd_mobility.tables.run_folder import MANIFEST_FILE, RUN_FILE, RunFolder, sha256, write_json
from nspd_mobility.tables.schemas import SCHEMA_VERSION, TABLES

EVIL = "<script>alert(1)</script>"
NAMES = ("ships", "lockages", "legs", "levels")
HOUR_S = 3600.0


def ships(wait_min: float, n: int, n_open: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return ships that arrive through the two days and wait about as long as asked; the last ones never get in."""
    arrival = np.sort(rng.uniform(0.0, 46 * HOUR_S, n))
    wait = rng.uniform(0.5, 1.5, n) * wait_min * 60.0
    is_finished = np.arange(n) < n - n_open
    gone = np.where(is_finished, 1.0, np.nan)
    frame = pd.DataFrame(
        {
            "entity_id": np.arange(n, dtype=np.uint64),
            "id": [f"s{i}" for i in range(n)],
            "class_id": "M8",
            "group": np.where(np.arange(n) % 3, "inland", "sea"),
            "is_counted": arrival >= 6 * HOUR_S,
            "is_finished": is_finished,
            "refused_reason": "none",
            "chamber": "west",
            "lock": "gate",
            "side": "sea",
            "period": "day",
            "is_loaded": True,
            "origin": "a",
            "destination": "b",
            "flag": "NL",
            "lockage_id": 0,
            "engine_year": 2010,
            "arrival_s": arrival,
            "entry_start_s": (arrival + wait) * gone,
            "wait_lineup_s": wait * gone,
            "wait_rv_s": (wait + 180.0) * gone,
            "passage_s": (wait + 1500.0) * gone,
        }
    )
    for name in TABLES["ships"].names:
        if name not in frame.columns:
            frame[name] = 0.0
    return frame


def lockages() -> pd.DataFrame:
    """Return a lockage each hour, to sea and to the canal in turn; each fifth is an empty turn."""
    start = np.arange(0.0, 47.0) * HOUR_S
    n_ships = np.where(np.arange(start.size) % 5 == 0, 0, 2)
    return pd.DataFrame(
        {
            "period": "day",
            "lock": "gate",
            "lockage_id": np.arange(start.size),
            "chamber": "west",
            "direction": np.where(np.arange(start.size) % 2, "to_sea", "to_canal"),
            "start_s": start,
            "doors_close_s": start + 600.0,
            "doors_closed_s": start + 900.0,
            "levelled_s": start + 1500.0,
            "doors_open_s": start + 1800.0,
            "end_s": start + 2400.0,
            "head_m": -1.5,
            "n_ships": n_ships,
            "area_share": 0.3 * (n_ships > 0),
            "water_loss_m3": np.nan,
            "salt_to_canal_kg": np.nan,
            "is_counted": start >= 6 * HOUR_S,
        }
    )


def facts(title: str, other: str) -> dict[str, Any]:
    """Return the facts of a run with two variants of one lock."""
    both = {"nl": title, "en": title}
    chambers = {"west": {"length_m": 290.0, "width_m": 38.0, "sill_m_nap": -12.8}}
    row = {"path": "network.waterway.locks.gate.policy", "value": "first_come", "unit": "", "low": None, "high": None, "source": title, "quality": "assumption"}
    return {
        "schema_version": SCHEMA_VERSION,
        "study": "small",
        "study_source": "project",
        "title": both,
        "question": {"nl": title, "en": title},
        "scenarios": {"base": both},
        "years": {"2023": {}},
        "reference": "reference",
        "key_indicators": {"wait_mean": 1.0, "wait_over_norm_share": 0.01},
        "variants": {
            "reference": {"title": {"nl": "nu", "en": "now"}, "measures": {}},
            "other": {"title": {"nl": other, "en": other}, "measures": {"m": both}},
        },
        "saturation": {"unfinished_share": 0.05, "queue_growth_per_day": 5.0},
        "chosen_day": "2023-04-18",
        "seed": 1,
        "replications": 3,
        "periods": {
            "day": {
                "start": "2023-04-17",
                "epoch": "2023-04-16T22:00:00+00:00",
                "warm_up_s": 6 * HOUR_S,
                "measure_s": 40 * HOUR_S,
                "drain_s": 2 * HOUR_S,
                "weight_days": 365.0,
                "year_factor": 219.0,
            }
        },
        "locks": {"gate": {"reference": chambers, "other": chambers}},
        "inventory": [row | {"variant": "reference"}],
        "sources": {"k": {"title": title}},
        "datasets": {"network": {"name": "n", "title": both, "licence": "CC0"}, "demand": {"name": "d", "title": both, "licence": title}},
        "map": {
            "nodes": {"gate": {"name": title, "kind": "lock", "country": "NL", "lon": 3.82, "lat": 51.33}},
            "stretches": {"s": {"name": title, "kind": "canal", "country": "NL", "length_m": 2000.0, "line": [[3.82, 51.33], [3.80, 51.20]]}},
        },
        "program": {"version": "0", "code": "c", "python": "3"},
        "data_hash": "h",
        "fingerprints": {},
    }


def make_run(
    folder: Path, *, title: str = "Small", other: str = "other", waits: tuple[float, float] = (20.0, 40.0), n_open: int = 0, group: str = ""
) -> RunFolder:
    """Write a run of two variants and three replications; `n_open` ships of the second variant never get through."""
    known = facts(title, other)
    for variant, wait_min in zip(("reference", "other"), waits, strict=True):
        for replication in range(3):
            path = f"base/2023/{variant}/r{replication:04d}"
            target = folder / path
            target.mkdir(parents=True)
            rng = np.random.default_rng(replication)
            legs = pd.DataFrame(
                {"period": "day", "entity_id": np.uint64(1), "stretch": "s", "direction": "forward", "enter_s": 0.0, "leave_s": 1.0, "is_counted": [True]}
                | dict.fromkeys(("energy_kwh", "fuel_kg", "co2_kg", "nox_kg", "pm10_kg"), 1.0)
            )
            times = np.arange(0.0, 48 * HOUR_S + 1.0, 600.0)
            levels = pd.DataFrame({"period": "day", "lock": "gate", "time_s": times, "sea_m_nap": np.sin(times / 7000.0), "canal_m_nap": 2.13})
            tables = {"ships": ships(wait_min, 120, n_open if variant == "other" else 0, rng), "lockages": lockages(), "legs": legs, "levels": levels}
            if group:
                tables["ships"]["group"] = group
            with Recorder(target, NAMES) as recorder:
                for name, frame in tables.items():
                    recorder.write(name, frame)
            summarise(target, known)
            write_json(target / MANIFEST_FILE, {"fingerprint": path, "files": {file.name: sha256(file) for file in target.glob("*.parquet")}})
            known["fingerprints"][path] = path
    write_json(folder / RUN_FILE, known)
    return RunFolder(folder)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a run whose every title tries to be a script."""
    run = make_run(tmp_path_factory.mktemp("evil"), title=EVIL, other=EVIL)
    return write_report(run).read_text(encoding="utf-8")


def words(html: str) -> str:
    """Return the text of a page, outside its scripts and style."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))


def chart_data(html: str) -> dict[str, Any]:
    """Return the embedded data of the charts."""
    found = re.search(r'<script type="application/json" id="report-data">(.*?)</script>', html, re.S)
    assert found is not None
    return dict(json.loads(found[1]))


def test_a_title_that_is_a_script_is_inert_everywhere(page: str) -> None:
    assert EVIL not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page  # shown as it stands
    assert page.count("<script") == page.count("</script") == 3  # data, plotly.js and the page's own


def test_labels_of_charts_hold_no_markup_of_a_study(page: str) -> None:
    data = chart_data(page)
    assert data["title"]["nl"] == EVIL  # the browser's title is text, not markup
    assert "<script" not in json.dumps(data["charts"])
    assert "&lt;script&gt;" in json.dumps(data["charts"])


def test_json_cannot_end_its_script_element() -> None:
    text = json_in_html({"a": "</script><!--\u2028&"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!--\u2028&"}
    assert "</script" not in in_script("x = '</script>'")


def test_the_page_asks_nothing_of_a_network(page: str) -> None:
    own = re.sub(r"<script>/\*\*.*?</script>", "", page, flags=re.S)  # plotly.js names addresses that it does not ask for
    assert not re.search(r"""(?:src|href)=["'](?!#)""", own)
    assert "url(" not in own and "@import" not in own and "http://" not in own and "https://" not in own
    assert "default-src 'none'" in page


def test_equal_runs_give_equal_bytes(tmp_path: Path) -> None:
    first = write_report(make_run(tmp_path / "one")).read_bytes()
    assert write_report(make_run(tmp_path / "two"), out=tmp_path / "elsewhere.html").read_bytes() == first
    assert len(first) < 8_000_000


def test_the_page_opens_in_the_language_asked_for_and_holds_both(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    html = write_report(run, "en", tmp_path / "en.html").read_text(encoding="utf-8")
    assert '<html lang="en" data-language="en">' in html
    assert "Question and answer" in html and "Vraag en antwoord" in html
    with pytest.raises(UsageError, match=r"language 'de' is not known.*allowed: en, nl"):
        write_report(run, "de")


def test_a_longer_wait_is_told_in_words_with_the_norm(tmp_path: Path) -> None:
    text = words(write_report(make_run(tmp_path, waits=(20.0, 40.0))).read_text(encoding="utf-8"))
    assert "Dat is aantoonbaar meer" in text and "That is demonstrably more" in text
    assert "Norm van 30 minuten gehaald" in text and "Norm van 30 minuten niet gehaald" in text


def test_the_reference_stands_first_in_every_table(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    run.facts["reference"] = "other"
    assert list(dict.fromkeys(summary_table(run)["variant"])) == ["other", "reference"]
    html = write_report(run, "en").read_text(encoding="utf-8")
    heads = [re.sub(r'<span class="in-nl".*?</span>', "", head) for head in re.findall(r"<thead>(.*?)</thead>", html, re.S)]
    columns = [re.findall(r'<th scope="col">(?:<span[^>]*>)?([^<]*)', head) for head in heads]
    assert ["Indicator", "Unit", "Reference", "Variant", "Difference", "Verdict"] in columns
    assert ["Indicator", "Unit", "Other", "Now"] in columns


def test_a_band_of_few_draws_is_called_rough_and_said_to_hold_chance(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    for path in list(run.facts["fingerprints"]):
        draw = path.replace("/r000", "/u000")
        shutil.copytree(run.path / path, run.path / draw)
        run.facts["fingerprints"][draw] = path
    write_json(tmp_path / RUN_FILE, run.facts)
    text = words(write_report(RunFolder(tmp_path)).read_text(encoding="utf-8"))
    assert "The knowledge band rests on 3 draws and is therefore rough" in text
    assert "each draw is one replication, so the band holds chance too" in text


def test_the_norm_is_for_freight(tmp_path: Path) -> None:
    run = make_run(tmp_path / "freight")
    text = words(write_report(run).read_text(encoding="utf-8"))
    assert "Vrachtschepen (binnenvaart en zeevaart samen) wachten gemiddeld" in text
    text = words(write_report(make_run(tmp_path / "recreation", group="recreation")).read_text(encoding="utf-8"))
    assert "The norm of 30 minutes is for freight ships, and there are none" in text
    assert "Norm of 30 minutes met" not in text and "Norm of 30 minutes not met" not in text


def test_the_page_says_what_else_the_run_has_and_how_to_get_it(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    assert "The run also has" not in words(write_report(run).read_text(encoding="utf-8"))
    run.facts["years"]["2040"] = {}
    for path in list(run.facts["fingerprints"]):
        later = path.replace("/2023/", "/2040/")
        shutil.copytree(run.path / path, run.path / later)
        run.facts["fingerprints"][later] = path
    write_json(tmp_path / RUN_FILE, run.facts)
    text = words(write_report(RunFolder(tmp_path)).read_text(encoding="utf-8"))
    assert "The run also has: scenario Small, year 2040" in text
    assert "nspd report runs/small --scenario base --year 2040 --out base-2040.html" in text


def test_the_lock_chapter_says_that_door_times_hold_the_bridge(page: str) -> None:
    assert "include lowering and raising the bridge" in words(page) and "neerlaten en ophalen van de brug" in words(page)


def test_equal_variants_do_not_differ(tmp_path: Path) -> None:
    text = words(write_report(make_run(tmp_path, waits=(20.0, 20.0))).read_text(encoding="utf-8"))
    assert "Dat verschil doet er niet toe" in text and "That difference does not matter" in text


def test_ships_that_never_get_through_make_a_mean_at_least(tmp_path: Path) -> None:
    # 3 of 120 ships stay: 2.9 % of the counted ones, below the limit of 5 %: a bound, and no saturation
    text = words(write_report(make_run(tmp_path, n_open=3)).read_text(encoding="utf-8"))
    assert "≥" in text and "gemiddeld ten minste" in text
    assert "De sluis is verzadigd" not in text


def test_a_saturated_variant_gets_the_growth_of_its_queue_in_place_of_a_mean(tmp_path: Path) -> None:
    # 30 of about 104 counted ships stay: far above the limit of 5 %
    text = words(write_report(make_run(tmp_path, n_open=30)).read_text(encoding="utf-8"))
    assert "De sluis is verzadigd" in text and "The lock is saturated" in text
    assert "the queue grows by" in text
    assert "demonstrably" not in text


def test_a_run_of_the_reference_alone_has_a_report(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    run.facts["fingerprints"] = {path: value for path, value in run.facts["fingerprints"].items() if "/reference/" in path}
    assert "er is niets om mee te vergelijken" in words(write_report(run).read_text(encoding="utf-8"))


def test_one_replication_claims_no_interval(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    run.facts["fingerprints"] = {path: value for path, value in run.facts["fingerprints"].items() if path.endswith("r0000")}
    text = words(write_report(run).read_text(encoding="utf-8"))
    assert "one replication does not say how sure that is" in text
    assert "nan" not in text.lower().split()
    assert "Norm of 30 minutes met" not in text and "Norm of 30 minutes not met" not in text
    assert "No verdict on the norm of 30 minutes without an interval" in text
    assert "1 replication" in text and "1 replicatie" in text
    assert "1 replications" not in text and "1 replicaties" not in text


def test_a_section_whose_table_is_missing_is_left_out(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    for cell in run.cells():
        (run.folder(cell) / "legs.parquet").unlink()
    html = write_report(run).read_text(encoding="utf-8")
    assert 'id="network"' not in html and 'id="lock"' in html


def test_two_sections_of_one_name_are_an_error() -> None:
    assert next(iter(SECTIONS)) == "answer"
    with pytest.raises(ValueError, match="section answer is registered twice"):
        section("answer")(lambda context: [])
