"""The chapters on bridges, canal, water, capacity and the trade-off: what they say, and that they are left out where they have nothing to say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.appraisal.capacity import capacity_points, traffic_at_norm
from nspd_mobility.appraisal.indicators import summarise
from nspd_mobility.report.bridge_charts import closed_by_hour
from nspd_mobility.report.chapters.trade_off import beaten
from nspd_mobility.report.context import Context, read_context
from nspd_mobility.report.page import write_report
from nspd_mobility.report.published import outside, published
from nspd_mobility.report.sections import build_sections
from nspd_mobility.tables.recorder import Recorder
from nspd_mobility.tables.run_folder import MANIFEST_FILE, RUN_FILE, RunFolder, sha256, write_json
from nspd_mobility.tables.schemas import SCHEMA_VERSION, TABLES

HOUR_S, DAY_S = 3600.0, 86_400.0
NAMES = ("ships", "lockages", "legs", "levels", "waits", "bridge_closures", "bridge_passages", "encounters", "water", "salinity", "closures")
EPOCH = "2023-04-16T22:00:00+00:00"  # midnight of 17 April in local time
CHAPTERS = {"bridges", "encounters", "water", "capacity", "trade_off"}


def whole(name: str, **columns: Any) -> pd.DataFrame:
    """Return a table with all its columns; those not given are 0 or empty."""
    n = max((len(c) for c in columns.values() if isinstance(c, list | np.ndarray)), default=1)
    empty = {"string": "", "double": 0.0, "int64": 0, "uint64": np.uint64(0), "bool": True}
    return pd.DataFrame({c.name: columns[c.name] if c.name in columns else [empty[c.kind]] * n for c in TABLES[name].columns})


def tables(wait_min: float, n: int, salt_kg: float, loss_m3: float, *, n_open: int = 0, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Return the tables of one replication of one measured day after half a day of warm-up."""
    rng = np.random.default_rng(seed)
    arrival = np.sort(rng.uniform(0.5 * DAY_S, 1.5 * DAY_S, n))
    wait = rng.uniform(0.9, 1.1, n) * wait_min * 60.0
    gone = np.where(np.arange(n) < n - n_open, 1.0, np.nan)
    day = {"period": "day", "lock": "gate"}
    ships = whole(
        "ships", **day, entity_id=np.arange(n, dtype=np.uint64), group=["inland", "sea"] * (n // 2), refused_reason="none", is_finished=gone == 1.0,
        arrival_s=arrival, entry_start_s=(arrival + wait) * gone, wait_rv_s=wait * gone, passage_s=(wait + 1200.0) * gone, canal_wait_s=120.0,
    )  # fmt: skip
    starts = np.arange(0.5, 1.5, 0.05) * DAY_S
    k = starts.size
    lockages = whole(
        "lockages", **day, lockage_id=np.arange(k), chamber="west", direction=["to_canal", "to_sea"] * (k // 2), start_s=starts, doors_close_s=starts + 600.0,
        doors_closed_s=starts + 900.0, levelled_s=starts + 1500.0, doors_open_s=starts + 1800.0, end_s=starts + 2400.0, head_m=-1.5, n_ships=[1] * k,
        area_share=0.3, salt_to_canal_kg=[salt_kg, 0.0] * (k // 2), water_loss_m3=[loss_m3, 0.0] * (k // 2),
    )  # fmt: skip
    # north opens at 12:50 and at 20:00, for 20 and 10 minutes; the second one is forced
    begins = np.array([0.5 * DAY_S + 3000.0, 20 * HOUR_S])
    ends = begins + np.array([1200.0, 600.0])
    times = np.arange(0.0, 2 * DAY_S + 1.0, 600.0)
    return {
        "ships": ships,
        "lockages": lockages,
        "legs": whole("legs", period="day", stretch=["s"], direction="forward"),
        "levels": whole("levels", **day, time_s=times, sea_m_nap=np.sin(times / 7000.0), canal_m_nap=2.13),
        "waits": whole("waits", period="day", group="inland", place="north", cause=["bridge", "section"], end_s=[240.0, 60.0]),
        "bridge_closures": whole(
            "bridge_closures", period="day", bridge="north", n_ships=[1, 2], is_forced=[False, True], road_closed_s=begins, road_open_s=ends
        ),
        "bridge_passages": whole("bridge_passages", period="day", bridge="north", user="ship", cause="none", begin_s=[90.0, 0.0]),
        "encounters": whole(
            "encounters",
            period="day",
            stretch="s",
            km=[3, 4, 4],
            kind=["meeting", "meeting", "overtaking"],
            first_group=["inland", "sea", "inland"],
            second_group=["inland", "inland", "inland"],
            n=[5, 8, 2],
            beam_sum_max_m=[22.8, 41.0, 22.8],
        ),
        "water": whole(
            "water",
            **day,
            day_s=[0.0, DAY_S],
            inflow_m3=20.0 * DAY_S,
            lock_loss_m3=loss_m3 * 10.0,
            is_counted=[False, True],
        ),
        "salinity": whole(
            "salinity",
            **day,
            place_id=["lock", "new-harbour", "canal"] * 2,
            day_s=[0.0] * 3 + [DAY_S] * 3,
            salinity_kg_m3=[9.0, 7.0, 5.0, 9.1, 7.1, 5.1],
            is_counted=[False] * 3 + [True] * 3,
        ),
        "closures": whole("closures", **day, chamber="west", begin_s=[6 * HOUR_S], end_s=[9 * HOUR_S], cause="maintenance"),
    }


def facts(variants: list[str], scenarios: list[str]) -> dict[str, Any]:
    def named(names: list[str]) -> dict[str, Any]:
        return {name: {"nl": f"{name} nl", "en": f"{name} en"} for name in names}

    treaty = {
        "path": "network.waterway.water.treaty_flow_m3_s",
        "value": 13.0,
        "unit": "m³/s",
        "low": None,
        "high": None,
        "source": "k",
        "quality": "assumption",
    }
    rule = treaty | {"path": "network.waterway.canal.sections.a.meeting_max_beam_sum_m", "value": 46.0, "unit": "m"}
    chambers = {"west": {"length_m": 290.0, "width_m": 38.0, "sill_m_nap": -12.8}}
    ends = {"from_node": "north", "to_node": "gate", "route": "1", "km_begin": 3.0, "km_end": 5.0}
    place = {"country": "NL", "lon": 3.82, "lat": 51.33}
    lengths = {"warm_up_s": 0.5 * DAY_S, "measure_s": DAY_S, "drain_s": 0.5 * DAY_S}
    return {
        "schema_version": SCHEMA_VERSION, "study": "small", "study_source": "project", "title": "small", "question": "?",
        "scenarios": named(scenarios), "years": {"2023": {}}, "reference": variants[0],
        "key_indicators": {"wait_mean": 1.0, "salt_to_canal_per_day_kg": 1e4}, "chosen_day": "2023-04-17",
        "variants": {name: {"title": title, "measures": {}} for name, title in named(variants).items()},
        "saturation": {"unfinished_share": 0.05, "queue_growth_per_day": 5.0}, "seed": 1, "replications": 2,
        "periods": {"day": {"start": "2023-04-17", "epoch": EPOCH, **lengths, "weight_days": 365.0, "year_factor": 365.0}},
        "locks": {"gate": dict.fromkeys(variants, chambers)}, "inventory": [row | {"variant": variants[0]} for row in (treaty, rule)],
        "sources": {"k": {"title": "t"}}, "datasets": {}, "program": {"version": "0", "code": "c"}, "data_hash": "h", "fingerprints": {},
        "map": {
            "nodes": {"gate": place | {"name": "Gate", "kind": "lock"}, "north": place | {"name": "North", "kind": "bridge", "lat": 51.30}},
            "stretches": {"s": {"name": "S", "kind": "canal", "country": "NL", "length_m": 2000.0, "line": [[3.82, 51.33], [3.80, 51.20]], **ends}},
        },
    }  # fmt: skip


def make_run(
    folder: Path, variants: dict[str, dict[str, float]], scenarios: dict[str, float] | None = None, without: tuple[str, ...] = (), window_days: int = 61
) -> RunFolder:
    """Write a run of two replications; a scenario multiplies traffic and waits by its factor; the tables `without` are empty."""
    scenarios = scenarios or {"base": 1.0}
    known = facts(list(variants), list(scenarios))
    known["inventory"].append(known["inventory"][0] | {"path": "network.waterway.water.treaty_window_days", "value": window_days, "unit": "days"})
    for scenario, factor in scenarios.items():
        for variant, given in variants.items():
            for replication in range(2):
                path = f"{scenario}/2023/{variant}/r{replication:04d}"
                (folder / path).mkdir(parents=True)
                made = tables(given["wait"] * factor, 2 * round(20 * factor), given["salt"] * (1.0 + 0.01 * replication), given["loss"], seed=replication)
                with Recorder(folder / path, NAMES) as recorder:
                    for name, frame in made.items():
                        recorder.write(name, frame.iloc[:0] if name in without else frame)
                summarise(folder / path, known)
                write_json(folder / path / MANIFEST_FILE, {"fingerprint": path, "files": {f.name: sha256(f) for f in (folder / path).glob("*.parquet")}})
                known["fingerprints"][path] = path
    write_json(folder / RUN_FILE, known)
    return RunFolder(folder)


THREE = {
    "now": {"wait": 20.0, "salt": 1e6, "loss": 90_000.0},
    "fresh": {"wait": 35.0, "salt": 4e5, "loss": 50_000.0},
    "worse": {"wait": 40.0, "salt": 1.2e6, "loss": 95_000.0},
}


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return read_context(make_run(tmp_path_factory.mktemp("three"), THREE, {"base": 1.0, "busy": 2.0}), "base", None)


@pytest.fixture(scope="module")
def words(context: Context) -> str:
    """The English text of the page."""
    html = write_report(context.run, "en", scenario="base").read_text(encoding="utf-8")
    body = re.sub(r"<(script|style)\b.*?</\1>|<span class=\"in-nl\".*?</span>", "", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))


def test_each_chapter_is_there_and_its_charts_tell_what_they_show(context: Context) -> None:
    sections = {s.key: s for s in build_sections(context)}
    assert set(sections) >= CHAPTERS
    for key in CHAPTERS:
        charts = sections[key].charts
        assert charts
        for chart in charts:
            assert all(len(chart.alt[language]) > 20 for language in ("nl", "en"))


def test_every_axis_of_time_amount_or_place_has_a_title(context: Context) -> None:
    for section in build_sections(context):
        for chart in section.charts if section.key in CHAPTERS else []:
            if (chart.key.startswith("water0-") and chart.key != "water0-salinity") or chart.key == "bridges-day":
                continue  # small bars with the unit in their title; names of bridges and clock times
            for choice in chart.choices:
                assert all(choice.figure["layout"][a]["title"]["text"] for a in ("xaxis", "yaxis")), chart.key


def test_bridges_say_what_they_cost_road_and_ships(words: str) -> None:
    # 20 and 10 minutes of road in a day of two openings; ships wait 90 and 0 seconds
    assert "Of the bridges North costs the road most: closed 0.5 ± 0.0 hours a day, in 2.0 ± 0.0 openings of 15.0 ± 0.0 minutes on average" in words
    assert "wait 0.8 ± 0.0 minutes on average" in words
    assert "The road is closed longest from 12:00 to 13:00: 10 ± 0 minutes" in words
    assert "Worse en: road closed 0.0 hours per day (0.0 to 0.0; does not differ); wait of a ship 0.0 min" in words


def test_closed_minutes_fall_in_their_hours(context: Context) -> None:
    # 12:50 to 13:10 local time gives 10 minutes in each of two hours; 20:00 to 20:10 gives 10 in one
    expected = np.zeros((2, 24))
    expected[:, [12, 13, 20]] = 10.0
    np.testing.assert_allclose(closed_by_hour(context, "now", "north"), expected, atol=1e-9)


def test_encounters_name_the_busiest_kilometre_and_the_rule(words: str) -> None:
    assert "ships meet 13 ± 0 times a day and overtake 2 ± 0 times" in words
    assert "The busiest kilometre is 4 to 5 (near Gate), with 8 meetings a day" in words
    assert "The widest meeting is 41.0 m, the beams of two ships together (S, North to Gate)." in words
    assert "allow 46.0 m at most" in words


def test_water_is_judged_by_the_flow_of_the_treaty(words: str) -> None:
    # ten lockages to the canal of 90 000 m³ a day are 10.4 m³/s, 2.6 below the treaty's 13
    assert "take 10.4 ± 0.0 m³/s of water" in words
    assert "can be kept up, with 2.6 m³/s to spare" in words
    assert "Over 1 measured day the salinity mostly shows the initial state" in words
    assert "two months (61 days) and 1 are measured: the mean over the measured days is no verdict" in words


def test_where_a_window_is_measured_the_treaty_is_judged_by_it(tmp_path: Path) -> None:
    words = write_report(make_run(tmp_path, {"now": THREE["now"]}, window_days=1), "en").read_text(encoding="utf-8")
    assert "Windows of 1 days below the treaty" in words
    assert "no verdict on the treaty" not in words


def test_the_places_of_the_canal_are_those_of_the_run(context: Context) -> None:
    chart = next(c for s in build_sections(context) for c in s.charts if c.key == "water0-salinity")
    assert "New Harbour 7.10 kg/m³ at the end of the measured days" in chart.alt["en"]


def test_a_loss_above_the_treaty_cannot_be_kept_up(tmp_path: Path) -> None:
    run = make_run(tmp_path, {"now": {"wait": 20.0, "salt": 1e6, "loss": 130_000.0}})
    assert "cannot be kept up: 2.0 m³/s would be missing" in write_report(run, "en").read_text(encoding="utf-8")


def test_the_trade_off_names_the_price_of_less_salt_and_what_can_be_dropped(context: Context, words: str) -> None:
    assert beaten(context, list(THREE)) == {"worse": "now"}
    assert "The least salt comes in with the variant “fresh en”: 60.0 ± 3.8 % less than in the variant “now en”" in words
    assert "Worse en: no better than the variant “now en”" in words


def test_capacity_crosses_the_norm_between_two_points(context: Context) -> None:
    points = capacity_points(context.run)
    rows = points[points["variant"] == "now"]
    waits, traffic = rows["wait_min"].to_numpy(), rows["passages_per_year"].to_numpy()
    assert traffic.tolist() == [40 * 365, 80 * 365]  # 40 and 80 ships in the one measured day
    assert waits == pytest.approx([20.0, 40.0], rel=0.05)
    expected = traffic[0] + (30.0 - waits[0]) / (waits[1] - waits[0]) * (traffic[1] - traffic[0])
    assert traffic_at_norm(points, "now") == pytest.approx(expected, rel=1e-12)
    assert np.isnan(traffic_at_norm(points, "fresh"))  # above the norm everywhere
    assert points["capacity_per_year"].isna().all()  # nothing is saturated, so C is not known


def test_capacity_is_what_a_saturated_lock_handles() -> None:
    from nspd_mobility.appraisal.capacity import _capacity

    rows = [("a", 60_000.0, 0.0, False), ("a", 90_000.0, 80.0, True), ("a", 80_000.0, 60.0, True)]
    points = pd.DataFrame(rows, columns=["variant", "passages_per_year", "growth_per_day", "is_saturated"])
    assert _capacity(points, "a") == 90_000.0 - 365.0 * 80.0


def test_a_run_of_one_scenario_and_two_variants_has_no_curve_and_no_trade_off(tmp_path: Path) -> None:
    two = {name: THREE[name] for name in ("now", "fresh")}
    keys = {s.key for s in build_sections(read_context(make_run(tmp_path, two), None, None))}
    assert keys & CHAPTERS == {"bridges", "encounters", "water"}


def test_empty_tables_make_no_chapter(tmp_path: Path) -> None:
    run = make_run(tmp_path, THREE, without=("bridge_closures", "bridge_passages", "encounters", "waits", "water", "closures"))
    keys = {s.key for s in build_sections(read_context(run, None, None))}
    assert not keys & {"bridges", "encounters", "water"}


def test_a_closure_is_shaded_with_its_cause(context: Context) -> None:
    charts = {chart.key: chart for section in build_sections(context) for chart in section.charts}
    levels = charts["lock0-levels"].choices[0].figure["layout"]
    assert [note["text"]["en"] for note in levels["annotations"]] == ["West: maintenance"]
    assert [(shape["x0"], shape["x1"]) for shape in levels["shapes"]] == [("2023-04-17 06:00:00", "2023-04-17 09:00:00")]
    closed = [trace for trace in charts["lock0-gantt"].choices[0].figure["data"] if trace.get("legendgroup") == "closed"]
    assert closed[0]["hovertext"]["nl"] == ["West: onderhoud<br>06:00–09:00"]


def test_published_figures_name_their_source_and_quality() -> None:
    for rows in published()["bridges"].values():
        for row in rows:
            assert row["source"] in published()["sources"] and row["quality"] in ("published", "estimate")
            assert ("value" in row) != ("low" in row and "high" in row)
    assert outside(38.5, {"value": 23}) == 15.5 and outside(15.0, {"low": 20, "high": 40}) == -5.0 and outside(20.0, {"low": 20, "high": 40}) == 0.0
    table = published()["lock_reliability"]
    assert len(table["intensity_share"]) == len(table["passage_mean_min"]) and np.all(np.diff(table["passage_mean_min"]) > 0)
