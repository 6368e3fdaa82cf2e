"""Passages of a year, and how they spread over its hours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.demand.passages import yearly_passages
from nspd_mobility.demand.profiles import hour_means, hours_of_year
from nspd_mobility.demand.sheets import GROUPS
from nspd_mobility.demand.ship_tables import ShipTables, read_ship_tables
from nspd_mobility.errors import DataError
from nspd_mobility.params.build import build
from nspd_mobility.params.tree import load_yaml
from nspd_mobility.params.waterway import DemandParams, WaterwayDemandParams
from nspd_mobility.units import LOCAL_ZONE

DATASET = Path(__file__).parents[2] / "demand" / "nspd"
TABLES = DATASET / "waterway"


@pytest.fixture(scope="module")
def tables() -> ShipTables:
    return read_ship_tables(TABLES)


@pytest.fixture(scope="module")
def params() -> WaterwayDemandParams:
    return build(DemandParams, load_yaml(DATASET / "dataset.yaml").branch("values")).waterway


def midnight(day: str) -> pd.Timestamp:
    return pd.Timestamp(day, tz=LOCAL_ZONE)


def hours_of(first: str, last: str) -> pd.DatetimeIndex:
    return pd.date_range(midnight(first), midnight(last), freq="h", inclusive="left")


def given(**changes: object) -> WaterwayDemandParams:
    values: dict[str, object] = {"passages": {"2019": {"inland": 100.0, "sea": 10.0}, "2023": {"inland": 80.0, "sea": 20.0}}, "loaded_share": 0.6}
    return WaterwayDemandParams.model_validate({**values, **changes})


def test_a_year_between_two_given_years_lies_on_the_line() -> None:
    assert yearly_passages(given(), 2020) == {"inland": 95.0, "sea": 12.5}


def test_growth_starts_after_the_last_given_year() -> None:
    grown = yearly_passages(given(growth_share_per_year=0.1, factor=2.0), 2025)
    assert grown["inland"] == pytest.approx(80 * 1.1**2 * 2, rel=1e-12)
    assert yearly_passages(given(growth_share_per_year=0.1), 2023) == {"inland": 80.0, "sea": 20.0}


def test_the_dataset_reaches_the_forecast_of_2040_on_a_straight_line(params: WaterwayDemandParams) -> None:
    totals = {year: sum(yearly_passages(params, year).values()) for year in (2023, 2030, 2040, 2041)}
    assert totals[2023] == 56_000
    assert totals[2030] == pytest.approx(56_000 + 7 / 17 * (95_500 - 56_000), rel=1e-12)
    assert totals[2040] == 95_500
    assert totals[2041] == pytest.approx(95_500 * (1 + params.growth_share_per_year), rel=1e-12)


@pytest.mark.parametrize(
    ("passages", "year", "message"),
    [
        ({"2019": {"sea": 1.0}}, 2018, "year 2018 has no passages; allowed are 2019 and later (given: 2019)"),
        ({}, 2018, "waterway.passages: gives no year"),
        ({"2019": {}}, 2019, "waterway.passages.2019: gives no group; allowed are: inland, recreation, sea"),
        ({"now": {"sea": 1.0}}, 2018, "waterway.passages: 'now' is not a year"),
        ({"2019": {"inlnd": 1.0}}, 2019, "waterway.passages.2019: unknown group 'inlnd' (did you mean 'inland'?); allowed are: inland, recreation, sea"),
        ({"2019": {"sea": 1.0}, "2020": {"inland": 1.0, "sea": 2.0}}, 2019, "waterway.passages.2019: the group 'inland' is missing"),
        ({"2019": {"sea": -1.0}}, 2019, "waterway.passages.2019.sea: -1 passages; must be 0 or more"),
    ],
)
def test_unusable_passages(passages: dict[str, dict[str, float]], year: int, message: str) -> None:
    with pytest.raises(DataError) as error:
        yearly_passages(given(passages=passages), year)
    assert message in str(error.value)


@pytest.mark.parametrize("year", [2019, 2020])  # 365 and 366 days
@pytest.mark.parametrize("group", GROUPS)
def test_the_means_of_a_year_add_up_to_the_passages(tables: ShipTables, group: str, year: int) -> None:
    means = hour_means(tables, group, 1234.5, hours_of(f"{year}-01-01", f"{year + 1}-01-01"))
    assert means.sum() == pytest.approx(1234.5, rel=1e-12)  # rounding of some 8 760 additions


def test_the_calendar_of_a_year_is_counted_once_and_cannot_be_changed() -> None:
    counts = hours_of_year(2019)
    assert hours_of_year(2019) is counts
    assert counts[3, 7, 2] == 4  # five Sundays in March 2019, and on the 31st the hour from 2 to 3 is skipped
    assert counts[10, 7, 2] == 5  # four Sundays in October 2019, and on the 27th it comes twice
    with pytest.raises(ValueError, match="read-only"):
        counts[3, 7, 2] = 5


def test_a_day_of_23_or_25_hours_has_fewer_or_more_ships(tables: ShipTables) -> None:
    # Sea ships have a flat profile, so a day's mean is its hours: 23, 24, 25 times the same.
    spring, plain, autumn = (hour_means(tables, "sea", 8760.0, hours_of(day, after)) for day, after in DST_DAYS)
    assert [len(spring), len(plain), len(autumn)] == [23, 24, 25]
    assert spring.sum() / plain.sum() == pytest.approx(23 / 24)
    assert autumn.sum() / plain.sum() == pytest.approx(25 / 24)
    # Barges: the hour from 2 to 3 is left out in spring and comes twice in autumn.
    inland = [hour_means(tables, "inland", 51_500.0, hours_of(day, after)) for day, after in DST_DAYS]
    at_night = inland[2][2]
    assert inland[2][3] == pytest.approx(at_night)
    assert inland[2].sum() == pytest.approx(np.delete(inland[2], 3).sum() + at_night)


DST_DAYS = (("2019-03-31", "2019-04-01"), ("2019-06-12", "2019-06-13"), ("2019-10-27", "2019-10-28"))
