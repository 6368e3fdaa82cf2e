"""Indicators of trains on tables made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.appraisal import rail

FACTS = {"periods": {"p": {"weight_days": 2.0}}}


def trains() -> pd.DataFrame:
    """Return two passenger trains, one of which enters 10 minutes late, and a freight train that is cancelled."""
    rows = [
        ("one", "passenger", 0, True, np.nan, 0.0, True),
        ("one", "passenger", 1, True, 240.0, 0.0, True),  # 4 minutes late
        ("one", "passenger", 2, False, 900.0, 0.0, True),  # outside the District: not looked at
        ("late", "passenger", 0, True, np.nan, 600.0, True),
        ("late", "passenger", 1, True, 660.0, 600.0, True),  # 11 minutes late, 10 of which it brought
        ("gone", "freight", 0, True, np.nan, 0.0, False),
        ("gone", "freight", 1, True, np.nan, 0.0, False),
    ]
    frame = pd.DataFrame(rows, columns=["train", "kind", "seq", "in_district", "delay_s", "entry_delay_s", "is_finished"])
    planned = frame["seq"] > 0
    return frame.assign(period="p", service="s", weight=2.0, planned_arrival_s=np.where(planned, 1000.0, np.nan), departure_s=0.0, arrival_s=1000.0)


def waits() -> pd.DataFrame:
    rows = [
        ("one", "passenger", 300.0, "track", "freight"),
        ("one", "passenger", -60.0, "recovery", ""),
        ("late", "passenger", 600.0, "entry", ""),
        ("late", "passenger", 60.0, "track", "passenger"),
        ("gone", "freight", 120.0, "bridge", "ships"),
        ("gone", "freight", 30.0, "order", "passenger"),
    ]
    return pd.DataFrame(rows, columns=["train", "kind", "delay_s", "cause", "causer_kind"]).assign(period="p", weight=2.0)


def test_punctuality_is_of_the_added_delay_at_the_last_place_and_cancelled_is_late() -> None:
    three, six = rail.train_punctuality_3_min(trains(), FACTS), rail.train_punctuality_6_min(trains(), FACTS)
    assert three[""].value == pytest.approx(1 / 3) and six[""].value == pytest.approx(2 / 3)
    assert three["passenger-trains"].value == 0.5 and six["freight-trains"].value == 0.0
    assert rail.train_cancelled_share(trains(), FACTS)[""].value == pytest.approx(1 / 3)
    assert rail.train_added_delay_mean(trains(), FACTS)[""].value == pytest.approx((4.0 + 1.0) / 2)
    assert rail.train_added_delay_p80(trains(), FACTS)[""].value == np.inf


def test_causes_add_up_and_budgets_hold_their_part() -> None:
    by_cause = rail.train_delay_minutes_per_day(waits(), FACTS)
    total = by_cause.pop("")
    assert sum(figure.value for figure in by_cause.values()) == pytest.approx(total.value) == pytest.approx(1050 / 60)
    assert rail.train_bridge_minutes_per_day(waits(), FACTS)[""].value == pytest.approx(2.0)
    mixed = rail.train_mixed_minutes_per_day(waits(), FACTS)
    assert (mixed["passenger-trains"].value, mixed["freight-trains"].value) == pytest.approx((5.0, 0.5)), "not what trains of one kind cost each other"
    assert rail.train_bridge_waits_per_day(waits(), FACTS)[""].value == pytest.approx(1.0)


def test_ships_wait_for_trains_where_a_train_is_the_longest_part() -> None:
    passages = pd.DataFrame(
        {"bridge": "b", "user": ["ship", "ship", "train"], "cause": ["train", "opening", "none"], "eta_s": 0.0, "begin_s": [300.0, 900.0, 5.0]}
    )
    assert rail.ship_minutes_by_trains_per_day(trains(), passages.assign(weight=2.0), FACTS)["b"].value == pytest.approx(5.0)
