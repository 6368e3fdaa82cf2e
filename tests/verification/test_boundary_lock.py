"""Boundary locks: table 33 comes back, published waits beside the model's, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.errors import DataError
from nspd_mobility.network.dataset import find_dataset, load_dataset
from nspd_mobility.params.boundary import BoundaryLockParams
from nspd_mobility.params.build import build
from nspd_mobility.params.waterway import NetworkParams
from nspd_mobility.streams import Streams
from nspd_mobility.tables.columns import columns_of
from nspd_mobility.waterway.boundary import boundary_lock, boundary_times, goes_through

# One chamber that takes five ships and an hour for up and down: 2 * 5 * 24 * 365.25 = 87 660 ships a year.
CAPACITY = 87_660.0
CHAMBER = {"length_m": 230.0, "width_m": 25.0, "n_ships": 5.0, "cycle_s": 3600.0}


def lock(share: float, **more: Any) -> dict[str, Any]:
    return {"node": "gate", "passages": {"2020": share * CAPACITY}, "chambers": {"one": CHAMBER}} | more


def ships(n: int) -> pd.DataFrame:
    return pd.DataFrame({"id": [f"s{k}" for k in range(n)], "arrival_s": np.arange(n) * 60.0})


@pytest.mark.parametrize(("share", "mean_min", "p90_min"), [(0.3, 25, 38), (0.5, 45, 77), (0.6, 60, 108), (0.9, 235, 494)])
def test_the_passages_have_the_mean_and_the_90_percent_point_of_table_33(share: float, mean_min: float, p90_min: float) -> None:
    n = 40_000
    passage_min = boundary_lock(ships(n), lock(share), year=2020, streams=Streams(1, 0))["passage_s"] / 60
    wait_min = (p90_min - mean_min) / (math.log(10) - 1)
    assert passage_min.mean() == pytest.approx(mean_min, abs=4 * wait_min / math.sqrt(n))
    # Standard error of a quantile: sqrt(p (1 - p) / n) / density, and the density there is 0.1 / wait.
    assert passage_min.quantile(0.9) == pytest.approx(p90_min, abs=4 * math.sqrt(0.09 / n) * wait_min / 0.1)


def test_capacity_is_what_full_chambers_pass_in_the_hours_of_service() -> None:
    half = boundary_times(lock(0.3, service_h_per_week=84.0), 2020)
    assert (half.capacity, half.intensity_share) == (pytest.approx(CAPACITY / 2), pytest.approx(0.6))
    assert half.passage_mean_s == pytest.approx(3600.0)


def test_passages_are_linear_between_years_and_grow_after_the_last() -> None:
    given = lock(0.0, passages={"2020": 1000.0, "2030": 2000.0}, growth_share_per_year=0.1)
    assert [boundary_times(given, year).passages for year in (2010, 2025, 2031)] == pytest.approx([1000.0, 1500.0, 2200.0])


def test_more_traffic_makes_each_wait_longer_by_one_factor() -> None:
    some, more = (boundary_lock(ships(50), lock(share), year=2020, streams=Streams(1, 0))["wait_s"] for share in (0.4, 0.7))
    assert (more / some).to_numpy() == pytest.approx(np.full(50, (152 - 80) / (48 - 30)))


def test_beyond_the_table_its_ends_hold_and_are_marked() -> None:
    low, high = boundary_times(lock(0.1), 2020), boundary_times(lock(1.2), 2020)
    assert (low.passage_mean_s, high.passage_mean_s) == (pytest.approx(25 * 60), pytest.approx(235 * 60))
    assert low.is_beyond_table
    assert high.is_beyond_table


def test_only_ships_that_fit_and_are_of_the_groups_go_through() -> None:
    table = pd.DataFrame({"entity_id": np.arange(4, dtype=np.uint64), "group": ["inland", "sea", "inland", "inland"]})
    table = table.assign(length_m=[110.0, 110.0, 240.0, 110.0], beam_m=[11.4, 11.4, 11.4, 26.0])
    params = BoundaryLockParams.model_validate(lock(0.5))
    assert goes_through(columns_of(table), params, Streams(1, 0), "gate").tolist() == [True, False, False, False]
    assert not goes_through(columns_of(table), params.model_copy(update={"share": 0.0}), Streams(1, 0), "gate").any()


def test_published_waits_beside_those_of_the_dataset() -> None:
    """Not fitted, but for the four ships of Evergem. Kreekrak (PZC 2017): 20 min in 2014, 38 in 2030 at 2 % growth; Evergem (Knack 1998): 28 min in 1997."""
    locks = build(NetworkParams, load_dataset(find_dataset("networks", "nspd")).values, "values").waterway.boundary_locks
    kreekrak = locks["kreekrak"]
    assert boundary_times(kreekrak, 2014).wait_mean_s / 60 == pytest.approx(21.5, abs=0.1)  # with the passages of 2018: 1.5 min more than published
    high = kreekrak.model_copy(update={"growth_share_per_year": 0.02})
    assert boundary_times(high, 2030).wait_mean_s / 60 == pytest.approx(36.6, abs=0.2)  # 1.4 min less than published
    old = locks["evergem"].model_copy(update={"chambers": {"small": locks["evergem"].chambers["small"]}})
    assert boundary_times(old, 1997).is_beyond_table  # with today's two ships in the old chamber; four of the fleet of 1997 give 27 min
    four = old.chambers["small"].model_copy(update={"n_ships": 4.0})
    assert boundary_times(old.model_copy(update={"chambers": {"small": four}}), 1997).wait_mean_s / 60 == pytest.approx(27, abs=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"passages": {"now": 1.0}}, "passages: 'now' is not a year; write years such as '2019'"),
        ({"reliability": {"intensity_share": [0.3]}}, "reliability: the three lists must be of one length"),
        ({"chamber": {}}, "unknown key 'chamber' (did you mean 'chambers'?)"),
        ({"chambers": {}}, "'chambers': is empty; it needs at least 1"),
    ],
)
def test_unusable_locks(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError) as error:
        boundary_times(lock(0.5, **change), 2020)
    assert message in str(error.value)


def test_a_table_without_a_column() -> None:
    with pytest.raises(DataError, match="column 'arrival_s' is missing"):
        boundary_lock(ships(1).drop(columns="arrival_s"), lock(0.5), year=2020, streams=Streams(1, 0))
