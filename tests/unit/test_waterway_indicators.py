"""Indicators of bridges, canal, water and salt on tables that are small enough to do by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.appraisal.canal import CAUSES
from nspd_mobility.appraisal.indicators import INDICATORS, counted
from nspd_mobility.appraisal.registry import Figure, summarise_tables
from nspd_mobility.appraisal.water import day_lengths_s, treaty_flow_m3_s

HOUR, DAY = 3600.0, 86_400.0
# The week stands for 300 days of the year and measures two days: a row stands for 150. The storm measures one day: 65.
FACTS: dict[str, Any] = {
    "periods": {
        "week": {"warm_up_s": 0.0, "measure_s": 2 * DAY, "drain_s": 0.5 * DAY, "weight_days": 300.0, "year_factor": 150.0},
        "storm": {"warm_up_s": 0.0, "measure_s": DAY, "drain_s": 0.0, "weight_days": 65.0, "year_factor": 65.0},
    },
    "inventory": [
        {"path": "network.waterway.water.treaty_flow_m3_s", "value": 13.0},
        {"path": "network.waterway.water.treaty_window_days", "value": 2},
    ],
}


def closures() -> pd.DataFrame:
    """North opens twice in the week, for 10 and 20 minutes of road; south once in the storm for 30; one does not count."""
    rows = [
        ("week", "north", 0.0, 600.0, True),
        ("week", "north", 3600.0, 4800.0, True),
        ("storm", "south", 0.0, 1800.0, True),
        ("week", "south", 0.0, 9e3, False),
    ]
    return pd.DataFrame(rows, columns=["period", "bridge", "road_closed_s", "road_open_s", "is_counted"])


def passages() -> pd.DataFrame:
    rows = [
        ("week", "north", "ship", 0.0, 120.0, True),
        ("week", "north", "ship", 0.0, 0.0, True),
        ("week", "north", "train", 0.0, 9e3, True),  # no ship
        ("storm", "south", "ship", 60.0, 660.0, True),
        ("storm", "south", "ship", 60.0, np.nan, True),  # not through at the end
    ]
    return pd.DataFrame(rows, columns=["period", "bridge", "user", "eta_s", "begin_s", "is_counted"])


def ships() -> pd.DataFrame:
    rows = [
        ("week", "inland", "none", 600.0, True),
        ("week", "recreation", "none", 0.0, True),
        ("storm", "sea", "none", 1200.0, False),
        ("storm", "sea", "draught", 0.0, True),
    ]
    frame = pd.DataFrame(rows, columns=["period", "group", "refused_reason", "canal_wait_s", "is_finished"])
    nan = dict.fromkeys(("wait_rv_s", "passage_s", "arrive_s", "depart_s", "arrival_s", "entry_start_s"), np.nan)
    return frame.assign(is_counted=True, origin="a", **nan)


def waits() -> pd.DataFrame:
    rows = [
        ("week", "bridge", 0.0, 300.0, True),
        ("week", "section", 0.0, 300.0, True),
        ("storm", "bridge", 0.0, 1200.0, True),
        ("week", "bridge", 0.0, 9e3, False),
    ]
    return pd.DataFrame(rows, columns=["period", "cause", "begin_s", "end_s", "is_counted"])


def encounters() -> pd.DataFrame:
    rows = [("week", "meeting", 10, 22.8), ("week", "overtaking", 2, 30.0), ("storm", "meeting", 4, 45.0)]
    return pd.DataFrame(rows, columns=["period", "kind", "n", "beam_sum_max_m"])


def water() -> pd.DataFrame:
    """Days of 20 and 10 m³/s in the week, the storm's day of 40; the third day of the week is half a day of 10 m³/s and does not count."""
    return pd.DataFrame(
        {
            "period": ["week", "week", "week", "storm"],
            "lock": "gate",
            "day_s": [0.0, DAY, 2 * DAY, 0.0],
            "inflow_m3": [20 * DAY, 10 * DAY, 5 * DAY, 40 * DAY],
            "lock_loss_m3": [8 * DAY, 12 * DAY, 9 * DAY, 10 * DAY],
            "flushing_m3": [1 * DAY, 0.0, 0.0, 0.0],
            "shortage_m3": [0.0, 5.0, 0.0, 0.0],
            "is_counted": [True, True, False, True],
        }
    )


def salinity() -> pd.DataFrame:
    """The same days: each place at its value, one more on the second day, two more in the storm."""
    days = water()[["period", "lock", "day_s", "is_counted"]]
    places = (("lock", 9.0), ("canal", 5.0), ("sluiskil", 7.0), ("harbour", 6.0))
    return pd.concat([days.assign(place_id=place, salinity_kg_m3=[value, value + 1.0, 99.0, value + 2.0]) for place, value in places], ignore_index=True)


def lockages() -> pd.DataFrame:
    rows = [("week", "east", 1000.0, 500.0), ("week", "east", 3000.0, -100.0), ("storm", "west", 2000.0, 800.0)]
    frame = pd.DataFrame(rows, columns=["period", "chamber", "water_loss_m3", "salt_to_canal_kg"])
    return frame.assign(is_counted=True, n_ships=1, area_share=0.5, start_s=0.0, end_s=HOUR)


@pytest.fixture(scope="module")
def figures() -> dict[tuple[str, str], Figure]:
    tables = {
        "bridge_closures": closures(), "bridge_passages": passages(), "ships": ships(), "waits": waits(), "encounters": encounters(),
        "water": water(), "salinity": salinity(), "lockages": lockages(),
    }  # fmt: skip
    table = summarise_tables({name: counted(frame, FACTS) for name, frame in tables.items()}, FACTS)
    return {(r["indicator"], r["dimension"]): Figure(r["value"], r["n"], r["is_bound"]) for r in table.to_dict("records")}


EXPECTED = {
    ("bridge_openings_per_day", ""): ((2 * 150 + 65) / 365, 3, False),
    ("bridge_openings_per_day", "north"): (300 / 365, 2, False),
    ("bridge_open_minutes_mean", "north"): (15, 2, False),
    ("bridge_open_minutes_mean", ""): ((150 * 10 + 150 * 20 + 65 * 30) / 365, 3, False),
    ("bridge_closed_hours_per_day", "north"): (150 * 0.5 / 365, 2, False),
    ("bridge_wait_mean", "north"): (1, 2, False),
    ("bridge_wait_mean", "south"): (10, 1, False),
    ("canal_wait_mean", ""): ((150 * 10 + 65 * 20) / 365, 3, True),
    ("canal_wait_mean", "inland"): (10, 1, False),
    ("canal_wait_mean", "freight"): ((150 * 10 + 65 * 20) / 215, 2, True),
    # spread over all ships that could pass: 365 a year
    ("canal_wait_cause_mean", "bridge"): ((150 * 5 + 65 * 20) / 365, 2, False),
    ("canal_wait_cause_mean", "section"): (150 * 5 / 365, 1, False),
    ("encounters_per_day", ""): ((150 * 12 + 65 * 4) / 365, 16, False),
    ("encounters_per_day", "overtaking"): (150 * 2 / 365, 2, False),
    ("encounter_beam_sum_max", "meeting"): (45, 14, False),
    ("salt_to_canal_per_day_kg", "east"): (150 * 400 / 365, 2, False),
    ("salt_to_canal_per_day_kg", ""): ((150 * 400 + 65 * 800) / 365, 3, False),
    ("water_loss_mean_m3_s", "west"): (65 * 2000 / 365 / DAY, 1, False),
    # of the week the second day is the last that counts
    ("canal_salinity_end", ""): ((150 * 6 + 65 * 7) / 215, 2, False),
    ("canal_salinity_end", "sluiskil"): ((150 * 8 + 65 * 9) / 215, 2, False),
    ("fresh_water_spare_m3_s", ""): ((150 * 11 + 150 * -2 + 65 * 30) / 365, 3, False),
    ("water_shortage_share", ""): (150 / 365, 3, False),
    # windows of two days: the mean of the week is 15 and that of the storm, a day only, 40
    ("treaty_shortage_share", ""): (0.0, 1, False),
    ("inflow_lowest_mean_m3_s", ""): (15.0, 2, False),
}


@pytest.mark.parametrize("key", EXPECTED, ids="/".join)
def test_indicator_by_hand(key: tuple[str, str], figures: dict[tuple[str, str], Figure]) -> None:
    value, n, is_bound = EXPECTED[key]
    assert figures[key].value == pytest.approx(value, rel=1e-12)
    assert (figures[key].n, figures[key].is_bound) == (n, is_bound)


def test_every_indicator_is_tried() -> None:
    modules = {"bridges", "canal", "water"}
    assert {name for name, entry in INDICATORS.items() if entry.function.__module__.rpartition(".")[2] in modules} == {name for name, _ in EXPECTED}


def test_every_split_is_the_one_that_is_said(figures: dict[tuple[str, str], Figure]) -> None:
    words = {
        "group": {"inland", "sea", "recreation"}, "bridge": {"north", "south"}, "kind": {"meeting", "overtaking"}, "cause": set(CAUSES),
        "chamber": {"east", "west"}, "place": {"lock", "sluiskil", "harbour"}, "": set(),
    }  # fmt: skip
    for name, dimension in {key for key in figures if key[0] in {n for n, _ in EXPECTED}}:
        entry = INDICATORS[name]
        assert not dimension or dimension in entry.sums or dimension in words[entry.split_by]


def test_a_day_that_the_end_of_the_run_cuts_off_counts_for_its_length() -> None:
    whole = water().assign(is_counted=True)
    rows = counted(whole[whole["period"] == "week"], FACTS)
    assert day_lengths_s(rows).tolist() == [DAY, DAY, 0.5 * DAY]
    # the half day brings 10 m³/s and loses 18 m³/s
    spare = INDICATORS["fresh_water_spare_m3_s"].function(rows, facts=FACTS)[""].value
    assert spare == pytest.approx((11 + -2 + 0.5 * -8) / 2.5, rel=1e-12)


def test_without_water_there_is_no_figure_of_it() -> None:
    dry = counted(lockages().assign(water_loss_m3=np.nan, salt_to_canal_kg=np.nan), FACTS)
    assert INDICATORS["salt_to_canal_per_day_kg"].function(dry, facts=FACTS) == {}
    none = counted(water().iloc[:0], FACTS)
    assert INDICATORS["canal_salinity_end"].function(counted(salinity().iloc[:0], FACTS), facts=FACTS) == {}
    for name in ("fresh_water_spare_m3_s", "water_shortage_share", "treaty_shortage_share", "inflow_lowest_mean_m3_s"):
        assert INDICATORS[name].function(none, facts=FACTS) == {}


def test_without_a_treaty_flow_no_day_is_judged_by_it() -> None:
    facts = FACTS | {"inventory": []}
    assert np.isnan(treaty_flow_m3_s(facts))
    assert INDICATORS["treaty_shortage_share"].function(counted(water(), FACTS), facts=facts) == {}


def windows(inflow_m3_s: list[float], window_days: int = 2, treaty: float = 13.0) -> dict[str, Any]:
    """Return the figures of the treaty for the mean inflow of days in a week; a last day may be half a day of `end_s`."""
    days = pd.DataFrame({"period": "week", "lock": "gate", "day_s": np.arange(len(inflow_m3_s)) * DAY, "weight": 150.0, "end_s": 2.5 * DAY})
    rows = days.assign(inflow_m3=inflow_m3_s * day_lengths_s(days))
    inventory = [{"path": f"network.waterway.water.{name}", "value": v} for name, v in (("treaty_flow_m3_s", treaty), ("treaty_window_days", window_days))]
    return {n: INDICATORS[n].function(rows, facts={"inventory": inventory}).get("") for n in ("treaty_shortage_share", "inflow_lowest_mean_m3_s")}


def test_the_treaty_is_judged_by_the_mean_of_its_window() -> None:
    assert windows([10.0, 20.0]) == {"treaty_shortage_share": Figure(0.0, 1), "inflow_lowest_mean_m3_s": Figure(15.0, 2)}
    below = windows([10.0, 14.0])
    assert below == {"treaty_shortage_share": Figure(1.0, 1), "inflow_lowest_mean_m3_s": Figure(12.0, 2)}
    assert windows([10.0, 14.0, 99.0]) == below, "a day that the end of the run cuts off is in no window"


def test_a_run_shorter_than_the_window_gives_its_mean_and_no_share() -> None:
    # 10 and 14 m³/s for a day each, then 30 for half a day: 39 over 2.5
    assert windows([10.0, 14.0, 30.0], window_days=61) == {"treaty_shortage_share": None, "inflow_lowest_mean_m3_s": Figure(pytest.approx(39.0 / 2.5), 3)}


def test_a_bridge_that_never_opens_has_no_mean() -> None:
    none = counted(closures().iloc[:0], FACTS)
    assert INDICATORS["bridge_openings_per_day"].function(none, facts=FACTS)[""] == Figure(0.0, 0)
    assert np.isnan(INDICATORS["bridge_open_minutes_mean"].function(none, facts=FACTS)[""].value)


def test_a_run_of_an_older_program_without_these_tables_keeps_its_indicators() -> None:
    rows = summarise_tables({"lockages": counted(lockages(), FACTS)}, FACTS)
    assert "lockages_per_day" in set(rows["indicator"]) and "bridge_openings_per_day" not in set(rows["indicator"])
