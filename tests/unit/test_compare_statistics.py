"""The statistics of a comparison, against SciPy's tests, a hand example, and a count of how often the interval holds the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nspd_mobility.appraisal.comparison import DIFFERS, OPEN, SAME, holm, key_margin, mean_interval, paired_difference, verdict

OTHER = np.array([12.1, 14.8, 11.0, 15.9, 13.2])
REFERENCE = np.array([10.9, 13.1, 10.2, 13.8, 12.4])  # moves with it: pairing helps
AGAINST = 24.0 - REFERENCE  # moves against it: pairing harms


def test_paired_difference_is_the_paired_t_test() -> None:
    found = paired_difference(OTHER, REFERENCE)
    test = stats.ttest_rel(OTHER, REFERENCE)
    interval = test.confidence_interval(0.95)
    assert found["is_paired"]
    assert found["p_value"] == pytest.approx(test.pvalue, rel=1e-12)
    assert found["difference"] - found["half_width"] == pytest.approx(interval.low, rel=1e-12)
    assert found["difference"] + found["half_width"] == pytest.approx(interval.high, rel=1e-12)


def test_where_pairing_harms_the_interval_is_that_of_welch() -> None:
    other, reference = np.array([1.0, 2.0, 3.0, 4.0]), np.array([9.0, 5.0, 4.0, 1.0])
    found = paired_difference(other, reference)
    test = stats.ttest_ind(other, reference, equal_var=False)
    interval = test.confidence_interval(0.95)
    assert found["variance_ratio"] < 1.0
    assert not found["is_paired"]
    assert found["p_value"] == pytest.approx(test.pvalue, rel=1e-12)
    assert found["difference"] + found["half_width"] == pytest.approx(interval.high, rel=1e-12)


def test_variance_ratio_is_that_of_independent_runs_over_paired_ones() -> None:
    # differences 1 and 3: variance 2; (0, 4) has variance 8, (-1, 1) has 2: (8 + 2) / 2
    assert paired_difference(np.array([0.0, 4.0]), np.array([-1.0, 1.0]))["variance_ratio"] == pytest.approx(5.0)
    assert paired_difference(OTHER, AGAINST)["variance_ratio"] < 1.0 < paired_difference(OTHER, REFERENCE)["variance_ratio"]


def test_difference_without_spread_is_certain() -> None:
    same = paired_difference(OTHER, OTHER)
    assert (same["difference"], same["half_width"], same["p_value"]) == (0.0, 0.0, 1.0)
    shifted = paired_difference(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    assert (shifted["difference"], shifted["half_width"], shifted["p_value"], shifted["variance_ratio"]) == (1.0, 0.0, 0.0, np.inf)


def test_one_replication_has_no_interval() -> None:
    found = paired_difference(np.array([3.0]), np.array([1.0]))
    assert found["difference"] == 2.0
    assert np.isnan([found["half_width"], found["p_value"], found["variance_ratio"]]).all()
    assert verdict(found["difference"], found["half_width"], found["p_value"], 0.0) == OPEN
    assert np.isnan(paired_difference(np.array([]), np.array([]))["difference"])


def test_mean_interval_is_students() -> None:
    mean, half_width = mean_interval(OTHER)
    low, high = stats.t.interval(0.95, OTHER.size - 1, OTHER.mean(), stats.sem(OTHER))
    assert (mean - half_width, mean + half_width) == pytest.approx((low, high), rel=1e-12)


def test_holm_by_hand() -> None:
    # sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1 is 0.02, 0.03, 0.06, 0.04; the last may not be below the one before it
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.6, 0.7])) == pytest.approx([1.0, 1.0])  # 1.2 is no probability
    assert np.array_equal(holm(np.array([np.nan, 0.02])), [np.nan, 0.02], equal_nan=True)  # NaN counts for nothing
    assert holm(np.array([np.nan, np.nan])).size == 2
    assert holm(np.array([])).size == 0


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_interval_holds_the_truth_as_often_as_it_says(correlation: float) -> None:
    # 4 000 trials of 95 %: standard error 0.34 %, so 1.4 % is four of them; choosing by the ratio costs up to about 1 % more at 0
    random = np.random.default_rng(1)
    covariance = [[4.0, 2.0 * correlation], [2.0 * correlation, 1.0]]
    hits, trials, truth = 0, 4000, 0.7
    for _ in range(trials):
        draw = random.multivariate_normal([truth, 0.0], covariance, size=8)
        found = paired_difference(draw[:, 0], draw[:, 1])
        hits += abs(found["difference"] - truth) <= found["half_width"]
    assert hits / trials == pytest.approx(0.95, abs=0.014 + (0.01 if correlation == 0.0 else 0.0))


@pytest.mark.parametrize(
    ("difference", "half_width", "p_value", "margin", "word"),
    [
        (3.0, 1.0, 0.001, 0.5, DIFFERS),
        (0.2, 0.2, 0.001, 0.5, SAME),  # surely not zero, and surely too small to matter
        (0.0, 0.5, 0.9, 0.5, SAME),
        (0.1, 0.5, 0.9, 0.5, OPEN),
        (3.0, 4.0, 0.2, 0.5, OPEN),
        (3.0, 1.0, 0.0501, 0.0, OPEN),  # the adjusted p-value must be below 5 %
        (np.nan, np.nan, np.nan, 1.0, OPEN),
    ],
)
def test_words(difference: float, half_width: float, p_value: float, margin: float, word: str) -> None:
    assert verdict(difference, half_width, p_value, margin) == word


def test_key_indicator_of_a_group_has_its_own_margin() -> None:
    keys = {"wait_mean": 1.0, "wait_mean/sea": 2.0}
    assert key_margin(keys, "wait_mean", "") == 1.0
    assert key_margin(keys, "wait_mean", "sea") == 2.0
    assert key_margin(keys, "wait_mean", "inland") is None
