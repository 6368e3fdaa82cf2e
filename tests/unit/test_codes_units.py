"""Codes are words in files, units are ends of names, and hints name the nearest spelling."""

from __future__ import annotations

import pytest

from nspd_mobility.codes import Packing, Quality, Side
from nspd_mobility.errors import DataError, UsageError, allowed, nearest
from nspd_mobility.units import UNITS, parse_duration_s, to_ms, unit_of


def test_code_is_read_by_its_word() -> None:
    assert Side.parse("canal") is Side.CANAL
    assert Side.parse(Side.SEA) is Side.SEA
    assert [quality.word for quality in Quality] == ["measured", "published", "estimate", "assumption"]


@pytest.mark.parametrize("value", ["Sea", 0, None, True, 1.5, "see"])
def test_what_is_no_word_is_refused(value: object) -> None:
    with pytest.raises(DataError, match="is not one of: canal, sea"):
        Side.parse(value)


def test_member_of_another_code_is_refused() -> None:
    with pytest.raises(DataError, match="is not one of: one_column, skyline"):
        Packing.parse(Side.SEA)


@pytest.mark.parametrize(
    ("name", "unit"),
    [("length_m", "m"), ("sill_m_nap", "m NAP"), ("speed_m_s", "m/s"), ("per_length_s_m", "s/m"), ("wait_s", "s"), ("time_ms", "ms"), ("cost_eur", "€"),
     ("area_share", "–"), ("opening_m2", "m²"), ("queue_growth_per_day", "1/day"), ("name", ""), ("items", ""), ("m", "m"), ("n_ships", "")],
)  # fmt: skip
def test_unit_is_the_end_of_the_name(name: str, unit: str) -> None:
    assert unit_of(name) == unit


def test_every_unit_is_found_by_its_own_ending() -> None:
    assert {suffix: unit_of(f"x_{suffix}") for suffix in UNITS} == UNITS


@pytest.mark.parametrize(("text", "seconds"), [("7 d", 604_800), ("90 min", 5400), ("1.5h", 5400), ("250 ms", 0.25), (" 3 s ", 3), (0, 0), (12.5, 12.5)])
def test_duration(text: object, seconds: float) -> None:
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["7", "7 days", "-1 d", -1, True, None, "", "d", "1e3 s", float("nan"), float("inf"), 1e13, "99999999999999 d"])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration_s(text)


def test_milliseconds_are_rounded_half_to_even() -> None:
    assert [to_ms(s) for s in (0.0005, 0.0015, 1.2344, -1.0)] == [0, 2, 1234, -1000]


def test_hints() -> None:
    assert nearest("wait_meen", ["wait_mean", "journey_mean"]) == " (did you mean 'wait_mean'?)"
    assert nearest("zebra", ["wait_mean"]) == ""
    assert allowed(["b", "a"]) == "a, b"
    assert allowed([str(k) for k in range(30)], limit=2) == "0, 1 and 28 more"
    assert (DataError.exit_code, UsageError.exit_code) == (3, 2)
