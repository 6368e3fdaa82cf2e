"""Trains and stops that an area can't take are told by name, in one sentence."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from support.areas import arrival_s, calls, nan, railway, stock, trains

from nspd_mobility.errors import DataError
from nspd_mobility.rail.rolling_stock import Train
from nspd_mobility.rail.simulation import simulate

NETWORK = railway(
    [("A1", "a", "b", 900.0, "A"), ("s1", "b", "c", 3000.0, ""), ("L1", "c", "d", 600.0, "L"), ("s2", "d", "e", 3000.0, ""), ("B1", "e", "f", 900.0, "B")], 20.0
)
KINDS = {"train": stock(400.0), "long": stock(700.0)}
GOOD = [("t", "A", nan(), 0.0, nan()), ("t", "L", nan(), nan(), 60.0), ("t", "B", nan(), nan(), nan())]


def message(table: pd.DataFrame, stops: pd.DataFrame, kinds: dict[str, Train] = KINDS, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        simulate(NETWORK, table, stops, kinds, **options)
    return str(caught.value)


def changed(row: int, column: str, value: Any) -> pd.DataFrame:
    stops = calls(GOOD)
    stops.loc[row, column] = value
    return stops


def test_faults_of_stops_name_the_train_and_the_place() -> None:
    table = trains(["t"])
    assert "unknown place 'LL' of train 't'" in message(table, changed(1, "place", "LL"))
    assert "train 't' at 'L': dwell_s is -1, and must be 0 or more" in message(table, changed(1, "dwell_s", -1.0))
    early = changed(1, "arrival_s", 500.0)
    early["departure_s"] = [0.0, 400.0, nan()]
    assert "departs at 400 s, before it arrives at 500 s" in message(table, early)
    assert "no departure_s at its first place, 'A'" in message(table, changed(0, "departure_s", nan()))
    assert "is at 'B' at 100 s, before it leaves 'A' at 300 s" in message(table, changed(0, "departure_s", 300.0).assign(arrival_s=[nan(), nan(), 100.0]))


def test_a_train_that_is_longer_than_its_stop_track_or_has_no_wire_is_refused() -> None:
    assert "fits no track of 'L': it is 700 m long and track 'L1' is 600 m" in message(trains(["t"], "long"), calls(GOOD))
    electric = stock(100.0)
    wired = Train(electric.name, electric.physics, frozenset({"3kv"}))
    assert "runs under 3kv, and track 'A1' has none" in message(trains(["t"]), calls(GOOD), {"train": wired})


def test_faults_of_trains_name_the_train() -> None:
    assert "id 't' occurs more than once" in message(trains(["t", "t"]), calls(GOOD))
    assert "unknown stock 'trian' (did you mean 'train'?)" in message(trains(["t"], "trian"), calls(GOOD))
    assert "unknown train 't'" in message(trains(["u"]), calls(GOOD))
    assert "'u' has no stops" in message(trains(["t", "u"]), calls(GOOD))
    assert "unknown column 'prio'" in message(trains(["t"], prio=1), calls(GOOD))


def test_faults_of_rules_and_closures() -> None:
    assert "'first_com' is not one of" in message(trains(["t"]), calls(GOOD), dispatch="first_com")
    shut = pd.DataFrame({"section": ["s1", "s1"], "begin_s": [0.0, 50.0], "end_s": [100.0, 200.0]})
    assert "two closures of section 's1' overlap at 50 s" in message(trains(["t"]), calls(GOOD), closures=shut)
    assert "unknown section 's9'" in message(trains(["t"]), calls(GOOD), closures=shut.assign(section="s9"))


def test_times_past_midnight_are_legal() -> None:
    result = simulate(NETWORK, trains(["t"]), changed(0, "departure_s", 90_000.0), KINDS)
    assert arrival_s(result, "t", "B") > 90_000.0
