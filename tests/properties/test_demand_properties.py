"""Properties of drawn ships: exact counts, growth that only adds, windows that agree, seeds that don't mix."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from nspd_mobility.demand.group_arrays import Choices
from nspd_mobility.demand.poisson import poisson_quantile
from nspd_mobility.demand.profiles import hour_means
from nspd_mobility.demand.sheets import GROUPS
from nspd_mobility.demand.ship_tables import ShipTables, read_ship_tables
from nspd_mobility.demand.ships import draw_ships
from nspd_mobility.params.waterway import WaterwayDemandParams
from nspd_mobility.streams import Streams
from nspd_mobility.units import LOCAL_ZONE

TABLES = Path(__file__).parents[2] / "demand" / "nspd" / "waterway"
few = settings(deadline=None, max_examples=15)
days = st.dates(min_value=pd.Timestamp("2019-01-01").date(), max_value=pd.Timestamp("2023-12-20").date()).map(lambda d: pd.Timestamp(d, tz=LOCAL_ZONE))
clock_changes = st.sampled_from(["2019-03-31", "2019-10-27", "2020-03-29", "2023-10-29", "2019-12-31"]).map(lambda d: pd.Timestamp(d, tz=LOCAL_ZONE))


@cache
def tables() -> ShipTables:
    return read_ship_tables(TABLES)


def draw(seed: int, start: pd.Timestamp, n_days: float, epoch: pd.Timestamp | None = None, **changes: float) -> pd.DataFrame:
    passages = {"2019": {"inland": 51_500.0, "sea": 9_055.0, "recreation": 1_000.0}}
    params = WaterwayDemandParams.model_validate({"passages": passages, "loaded_share": 0.62, **changes})
    return draw_ships(tables(), params, Streams(seed, 0), year=2019, start=start, days=n_days, epoch=epoch if epoch is not None else start)


@settings(deadline=None, max_examples=200)
@given(st.floats(0, 1, exclude_max=True), st.floats(0, 300))
def test_the_quantile_is_the_exact_inverse(u: float, mean: float) -> None:
    n = int(poisson_quantile(np.array([u]), np.array([mean]))[0])
    # The sum and SciPy's incomplete gamma function differ by rounding only.
    assert poisson.cdf(n, mean) >= u - 1e-12
    assert n == 0 or poisson.cdf(n - 1, mean) <= u + 1e-12


@settings(deadline=None, max_examples=200)
@given(st.floats(0, 1, exclude_max=True), st.floats(0, 300), st.floats(0, 300))
def test_the_quantile_never_falls_when_the_mean_rises(u: float, a: float, b: float) -> None:
    low, high = poisson_quantile(np.array([u, u]), np.array(sorted([a, b])))
    assert low <= high


@few
@given(st.integers(0, 5), st.one_of(days, clock_changes), st.floats(0, 2), st.floats(1, 3))
def test_more_demand_keeps_every_ship_and_adds_some(seed: int, start: pd.Timestamp, factor: float, more: float) -> None:
    base, extra = draw(seed, start, 2, factor=factor), draw(seed, start, 2, factor=factor * more)
    assert len(extra) >= len(base)
    kept = extra[extra["id"].isin(base["id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, base)


@few
@given(st.integers(0, 5), st.one_of(days, clock_changes), st.floats(0, 3), st.floats(0, 2))
def test_a_window_holds_the_ships_of_the_larger_window(seed: int, start: pd.Timestamp, skip: float, length: float) -> None:
    larger = draw(seed, start, 5)
    begin = start.tz_convert("UTC") + pd.Timedelta(seconds=round(skip * 86_400))
    part = draw(seed, begin, round(length * 86_400) / 86_400, epoch=start)
    low, high = (begin - start).total_seconds(), (begin - start).total_seconds() + round(length * 86_400)
    expected = larger[(larger["arrival_s"] >= low) & (larger["arrival_s"] < high)].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, expected)


@few
@given(st.integers(0, 5), days, st.floats(0, 1), st.floats(0, 1))
def test_more_loaded_ships_are_the_same_ships(seed: int, start: pd.Timestamp, a: float, b: float) -> None:
    low, high = (draw(seed, start, 1, loaded_share=share) for share in sorted([a, b]))
    assert low["id"].equals(high["id"])
    assert low["length_m"].equals(high["length_m"])
    assert not (low["is_loaded"] & ~high["is_loaded"]).any()


@few
@given(st.sampled_from(GROUPS), st.integers(2018, 2042), st.floats(0, 1e6))
def test_the_means_of_any_year_add_up(group: str, year: int, passages: float) -> None:
    hours = pd.date_range(f"{year}-01-01", f"{year + 1}-01-01", freq="h", inclusive="left", tz=LOCAL_ZONE)
    means = hour_means(tables(), group, passages, hours)
    assert (means >= 0).all()
    assert abs(means.sum() - passages) <= 1e-9 * passages


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=8), st.floats(0, 1, exclude_max=True))
def test_a_relation_that_does_not_fit_is_never_drawn(rows: list[tuple[float, bool]], u: float) -> None:
    shares, fits = np.array([share for share, _ in rows] + [0.5]), np.array([[fit for _, fit in rows] + [True]])
    choices = Choices(shares=shares / shares.sum(), columns={})
    row = int(choices.pick_fitting(np.array([u]), fits)[0])
    assert fits[0, row]
    assert shares[row] > 0
    assert choices.pick_fitting(np.array([u]), np.ones_like(fits))[0] == choices.pick(np.array([u]))[0]


@few
@given(st.integers(0, 5), clock_changes)
def test_another_epoch_shifts_the_times_and_nothing_else(seed: int, start: pd.Timestamp) -> None:
    base, shifted = draw(seed, start, 2), draw(seed, start, 2, epoch=start - pd.Timedelta(hours=36))
    times = ["arrival_s", "known_from_s", "eta_s"]
    pd.testing.assert_frame_equal(base.drop(columns=times), shifted.drop(columns=times))
    assert np.allclose(shifted[times] - base[times], 36 * 3600, rtol=0, atol=1e-6)


def test_the_order_of_table_rows_of_another_group_does_not_matter() -> None:
    start = pd.Timestamp("2019-05-06", tz=LOCAL_ZONE)
    base = draw(1, start, 1)
    held = tables()
    frames = {name: getattr(held, name) for name in ShipTables.__slots__ if name != "dataset"}
    turned = ShipTables(
        dataset=held.dataset, **{name: frame.sort_values("group", kind="stable", ascending=False, ignore_index=True) for name, frame in frames.items()}
    )
    params = WaterwayDemandParams.model_validate({"passages": {"2019": {"recreation": 1_000.0, "sea": 9_055.0, "inland": 51_500.0}}, "loaded_share": 0.62})
    pd.testing.assert_frame_equal(draw_ships(turned, params, Streams(1, 0), year=2019, start=start, days=1, epoch=start), base)
