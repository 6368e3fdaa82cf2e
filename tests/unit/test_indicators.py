"""Every indicator on a table of five ships and four lockages, small enough to do by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.appraisal.indicators import INDICATORS, counted
from nspd_mobility.appraisal.registry import Figure, indicator, summarise_tables, weighted_mean, weighted_quantile
from nspd_mobility.appraisal.summary import is_saturated
from nspd_mobility.appraisal.waterway import queue_length
from nspd_mobility.engine.period import Period

HOUR = 3600.0
WEEK = Period("week", "2023-04-17", 0.0, 24 * HOUR, 12 * HOUR, 300.0)
STORM = Period("storm", "2023-11-01", 0.0, 24 * HOUR, 12 * HOUR, 65.0)


def period_facts(*periods: Period) -> dict[str, Any]:
    keys = ("warm_up_s", "measure_s", "drain_s", "weight_days", "year_factor")
    return {"periods": {p.name: {key: getattr(p, key) for key in keys} for p in periods}, "saturation": {"unfinished_share": 0.05, "queue_growth_per_day": 5.0}}


FACTS = period_facts(WEEK, STORM)


def ships() -> pd.DataFrame:
    """Three inland ships of the week, one not through at the end; one sea ship of the storm; one ship that fits nowhere."""
    rows = [
        # id, period, group, refused, arrival, entry start, waited, passage, depart, arrive, finished, counted
        ("a", "week", "inland", "none", 1.0, 1.2, 0.4, 1.0, 0.0, 4.0, True, True),
        ("b", "week", "inland", "none", 2.0, 2.9, 1.0, 2.0, 1.0, 6.0, True, True),
        ("c", "week", "inland", "none", 34.0, np.nan, np.nan, np.nan, 33.0, np.nan, False, True),  # 2 h before the end of the drain
        ("d", "storm", "sea", "none", 3.0, 3.1, 0.25, 0.5, 2.0, 5.0, True, True),
        ("e", "week", "sea", "draught", 3.0, np.nan, np.nan, np.nan, 2.0, np.nan, True, True),
        ("f", "week", "sea", "none", 3.0, 9.0, 6.0, 7.0, 2.0, 12.0, True, False),  # counts for nothing
    ]
    names = ["id", "period", "group", "refused_reason", "arrival_s", "entry_start_s", "wait_rv_s", "passage_s", "depart_s", "arrive_s"]
    frame = pd.DataFrame(rows, columns=[*names, "is_finished", "is_counted"])
    for name in names[4:]:
        frame[name] *= HOUR
    return frame.assign(origin="here")


def lockages() -> pd.DataFrame:
    rows = [
        # chamber, period, start, end, ships, share of the area, counted
        ("east", "week", 0.0, 1.0, 2, 0.5, True),
        ("east", "week", 2.0, 4.0, 0, 0.0, True),
        ("west", "storm", 0.0, 2.0, 1, 0.9, True),
        ("west", "storm", 5.0, 6.0, 4, 0.2, False),
    ]
    frame = pd.DataFrame(rows, columns=["chamber", "period", "start_s", "end_s", "n_ships", "area_share", "is_counted"])
    return frame.assign(start_s=frame["start_s"] * HOUR, end_s=frame["end_s"] * HOUR)


@pytest.fixture(scope="module")
def figures() -> dict[tuple[str, str], Figure]:
    tables = {"ships": counted(ships(), FACTS), "lockages": counted(lockages(), FACTS)}
    table = summarise_tables(tables, FACTS)
    return {(r["indicator"], r["dimension"]): Figure(r["value"], r["n"], r["is_bound"]) for r in table.to_dict("records")}


# A row of the week stands for 300 days, one of the storm for 65. Ship c waits at least from 34 h to the end at 36 h: 120 min.
EXPECTED = {
    ("passages_per_year", ""): (3 * 300 + 65, 4, False),
    ("passages_per_year", "inland"): (900, 3, False),
    ("passages_per_year", "sea"): (65, 1, False),
    ("wait_mean", ""): ((300 * (24 + 60 + 120) + 65 * 15) / 965, 4, True),
    ("wait_mean", "inland"): ((24 + 60 + 120) / 3, 3, True),
    ("wait_mean", "sea"): (15, 1, False),
    ("wait_mean", "freight"): ((300 * (24 + 60 + 120) + 65 * 15) / 965, 4, True),
    ("wait_p90", ""): (120, 4, True),
    ("wait_p90", "sea"): (15, 1, False),
    ("wait_over_norm_share", ""): (600 / 965, 4, True),
    ("wait_over_norm_share", "sea"): (0, 1, False),
    ("passage_mean", "inland"): ((60 + 120 + 120) / 3, 3, True),
    ("passage_p90", "sea"): (30, 1, False),
    ("wait_ship_hours_per_year", ""): (300 * (0.4 + 1.0 + 2.0) + 65 * 0.25, 4, True),
    ("journey_mean", ""): ((300 * (240 + 300) + 65 * 180) / 665, 3, False),
    ("journey_mean", "sea"): (180, 1, False),
    ("unfinished_share", ""): (300 / 965, 4, False),
    ("refused_per_year", ""): (300, 1, False),
    ("refused_per_year", "draught"): (300, 1, False),
    ("lockages_per_day", ""): ((300 + 300 + 65) / 365, 3, False),
    ("lockages_per_day", "west"): (65 / 365, 1, False),
    ("empty_turn_share", "east"): (0.5, 2, False),
    ("empty_turn_share", ""): (300 / 665, 3, False),
    ("ships_per_lockage", ""): ((300 * 2 + 65 * 1) / 365, 2, False),
    ("chamber_fill_share", ""): ((300 * 0.5 + 65 * 0.9) / 365, 2, False),
    ("chamber_busy_share", "east"): (3 * 300 / (24 * 365), 2, False),
    ("chamber_busy_share", "west"): (2 * 65 / (24 * 365), 1, False),
}


@pytest.mark.parametrize("key", EXPECTED, ids="/".join)
def test_indicator_by_hand(key: tuple[str, str], figures: dict[tuple[str, str], Figure]) -> None:
    value, n, is_bound = EXPECTED[key]
    assert figures[key].value == pytest.approx(value, rel=1e-12)
    assert (figures[key].n, figures[key].is_bound) == (n, is_bound)


def test_recreation_is_no_freight() -> None:
    changed = ships()
    changed.loc[changed["id"] == "d", "group"] = "recreation"
    rows = summarise_tables({"ships": counted(changed, FACTS)}, FACTS).set_index(["indicator", "dimension"])["value"]
    assert rows["wait_mean", "freight"] == rows["wait_mean", "inland"]
    changed["group"] = "recreation"
    assert ("wait_mean", "freight") not in summarise_tables({"ships": counted(changed, FACTS)}, FACTS).set_index(["indicator", "dimension"]).index


def test_every_indicator_is_tried(figures: dict[tuple[str, str], Figure]) -> None:
    of_locks = {name for name, entry in INDICATORS.items() if entry.function.__module__.endswith("appraisal.waterway")}
    assert {name for name, _ in figures} == of_locks == {name for name, _ in EXPECTED} | {"queue_growth_per_day"}


def test_every_split_is_the_one_that_is_said(figures: dict[tuple[str, str], Figure]) -> None:
    words = {"inland": "group", "sea": "group", "east": "chamber", "west": "chamber", "draught": "reason"}
    for name, dimension in figures:
        assert not dimension or dimension in INDICATORS[name].sums or INDICATORS[name].split_by == words[dimension]


def test_queue_that_grows_by_a_ship_each_hour() -> None:
    # one ship arrives each hour and none enters: 24 a day
    arrivals = np.arange(0.5, 24.0) * HOUR
    queue = pd.DataFrame({"period": "week", "refused_reason": "none", "arrival_s": arrivals, "entry_start_s": np.nan, "weight": 300.0})
    figure = INDICATORS["queue_growth_per_day"].function(queue, facts=period_facts(WEEK))[""]
    assert figure.value == pytest.approx(24.0, rel=1e-9)
    assert is_saturated(0.0, (figure.value, 1.0), FACTS)
    served = queue.assign(entry_start_s=queue["arrival_s"] + 60.0)
    assert INDICATORS["queue_growth_per_day"].function(served, facts=period_facts(WEEK))[""].value == pytest.approx(0.0, abs=1e-9)


def test_growth_is_weighted_by_the_days_that_a_period_stands_for() -> None:
    arrivals = np.arange(0.5, 24.0) * HOUR
    grows = pd.DataFrame({"period": "storm", "refused_reason": "none", "arrival_s": arrivals, "entry_start_s": np.nan, "weight": 65.0})
    assert INDICATORS["queue_growth_per_day"].function(grows, facts=FACTS)[""].value == pytest.approx(24.0 * 65 / 365, rel=1e-9)


def test_queue_length_counts_who_came_and_has_not_entered() -> None:
    table = pd.DataFrame({"arrival_s": [1.0, 2.0, 3.0], "entry_start_s": [2.0, np.nan, 5.0]})
    assert queue_length(table, np.array([0.0, 1.0, 2.0, 3.0, 5.0])).tolist() == [0, 1, 1, 2, 1]


@pytest.mark.parametrize(
    ("unfinished", "growth", "is_so"),
    [
        (0.05, (5.0, 0.0), False),
        (0.051, (0.0, 0.0), True),
        (0.0, (5.1, 1.0), True),
        (0.0, (5.1, 5.2), False),  # it may as well be 0: chance
        (0.0, (5.1, np.nan), True),  # one replication says nothing of chance
        (0.0, (np.nan, np.nan), False),
    ],
)
def test_saturation_is_above_the_limits(unfinished: float, growth: tuple[float, float], is_so: bool) -> None:
    assert is_saturated(unfinished, growth, FACTS) is is_so


def test_nothing_at_all_gives_no_number_and_no_error() -> None:
    table = summarise_tables({"ships": counted(ships().iloc[:0], FACTS), "lockages": counted(lockages().iloc[:0], FACTS)}, FACTS)
    values = table.set_index("indicator")["value"]
    assert values["passages_per_year"] == values["wait_ship_hours_per_year"] == values["refused_per_year"] == 0.0
    assert np.isnan(values[["wait_mean", "wait_p90", "journey_mean", "ships_per_lockage"]].to_numpy(dtype=float)).all()


def test_year_factor_makes_a_year_of_a_window() -> None:
    # a week of 7 days that stands for 365: each ship stands for 365 / 7
    assert Period("p", "2023-04-17", 0.0, 7 * 24 * HOUR, 0.0, 365.0).year_factor == pytest.approx(365 / 7)
    assert WEEK.year_factor == 300.0
    weights = counted(ships(), FACTS).set_index("id")["weight"]
    assert (weights["a"], weights["d"]) == (300.0, 65.0)


def test_entity_counts_when_it_arrives_in_the_window() -> None:
    period = Period("p", "2023-04-17", 10.0, 20.0, 5.0, 365.0)
    assert period.is_counted(np.array([9.999, 10.0, 29.999, 30.0])).tolist() == [False, True, True, False]
    assert period.end_s == 35.0


def test_period_begins_at_local_midnight_less_the_warm_up() -> None:
    summer = Period("p", "2023-04-17", HOUR, HOUR, 0.0, 365.0)
    assert summer.epoch == pd.Timestamp("2023-04-16T21:00Z")  # midnight is 22:00 UTC in summer
    assert Period("p", "2023-01-10", 0.0, HOUR, 0.0, 365.0).epoch == pd.Timestamp("2023-01-09T23:00Z")


def test_weighted_quantile_is_the_smallest_that_covers_the_share() -> None:
    values = np.array([3.0, 1.0, 2.0, 4.0])
    equal = np.ones(4)
    assert [weighted_quantile(values, equal, q) for q in (0.0, 0.25, 0.26, 0.5, 0.75, 0.9, 1.0)] == [1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0]
    # value 1 three times over is the list 1, 1, 1, 2, 3, 4
    assert [weighted_quantile(values, np.array([1.0, 3.0, 1.0, 1.0]), q) for q in (0.5, 0.51, 5 / 6, 0.9)] == [1.0, 2.0, 3.0, 4.0]
    assert np.isnan(weighted_quantile(np.array([]), np.array([]), 0.5))
    assert weighted_quantile(np.array([7.0]), np.array([0.1]), 0.9) == 7.0


def test_weighted_mean_by_hand() -> None:
    assert weighted_mean(np.array([1.0, 4.0]), np.array([2.0, 1.0])) == pytest.approx(2.0)
    assert np.isnan(weighted_mean(np.array([]), np.array([])))


def test_two_indicators_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="indicator wait_mean is registered twice"):
        indicator("wait_mean", "min", ("ships",))(lambda ships, facts: {})
