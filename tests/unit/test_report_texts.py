"""Words and numbers of the report: both languages whole, numbers as each language writes them, labels that do not overlap."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files

import pytest

from nspd_mobility.appraisal.indicators import INDICATORS
from nspd_mobility.report.charts import escape, faded
from nspd_mobility.report.labels import Box, label_box, place_labels
from nspd_mobility.report.texts import LANGUAGES, catalogue, day_text, format_number, general, given, number, placeholders, say


def test_every_message_is_there_in_both_languages_with_the_same_values() -> None:
    for key, message in catalogue().items():
        assert set(message) == set(LANGUAGES), key
        assert all(text.strip() for text in message.values()), key
        assert placeholders(message["nl"]) == placeholders(message["en"]), key


def test_every_message_is_plain_text() -> None:
    marked = [key for key, message in catalogue().items() for text in message.values() if re.search(r"<[a-z/]", text)]
    assert marked == []


def test_every_key_that_the_code_names_is_in_the_catalogue() -> None:
    folder = files("nspd_mobility.report")
    modules = [*folder.iterdir(), *folder.joinpath("chapters").iterdir()]
    source = "".join(module.read_text(encoding="utf-8") for module in modules if module.name.endswith((".py", ".j2")))
    named = set(re.findall(r'say(?:_n)?\(\s*"([a-z_0-9.]+)"', source))
    assert len(named) > 80
    assert named - set(catalogue()) == set()


def test_every_indicator_has_a_name() -> None:
    assert [name for name in INDICATORS if f"indicator.{name}" not in catalogue()] == []


@pytest.mark.parametrize(
    ("value", "decimals", "nl", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (1_234_567.0, 0, "1.234.567", "1,234,567"),
        (-0.25, 2, "−0,25", "−0.25"),
        (-0.04, 1, "0,0", "0.0"),  # no minus before a zero
        (float("nan"), 1, "–", "–"),
        (float("inf"), 1, "–", "–"),
    ],
)
def test_numbers_follow_the_language(value: float, decimals: int, nl: str, en: str) -> None:
    assert number(value, decimals) == {"nl": nl, "en": en}


def test_a_difference_carries_its_sign() -> None:
    assert format_number(17.94, 1, "nl", sign=True) == "+17,9"
    assert format_number(-17.94, 1, "en", sign=True) == "−17.9"
    assert format_number(0.0, 1, "en", sign=True) == "0.0"


def test_a_given_value_keeps_its_digits() -> None:
    assert general(0.021)["nl"] == "0,021"
    assert general(11020.0)["en"] == "11,020"
    assert general(300)["nl"] == "300"
    assert general("skyline")["en"] == "skyline"
    assert general(None)["nl"] == "–"


def test_a_study_may_lack_a_language() -> None:
    assert given({"en": "The District"}) == {"nl": "The District", "en": "The District"}
    assert given("District") == {"nl": "District", "en": "District"}
    assert given(None, "key") == {"nl": "key", "en": "key"}


def test_a_date_is_written_in_full() -> None:
    assert day_text(date(2023, 4, 19)) == {"nl": "woensdag 19 april 2023", "en": "Wednesday 19 April 2023"}


def test_a_value_with_braces_is_not_a_placeholder() -> None:
    assert say("answer.no_wait", variant="{mean}")["en"].startswith("For the variant “{mean}” ")


def test_plotly_gets_no_markup_and_colours_get_an_opacity() -> None:
    assert escape("<b>a & b</b>") == "&lt;b&gt;a &amp; b&lt;/b&gt;"
    assert faded("#d55e00", 0.5) == "rgba(213,94,0,0.5)"


def test_labels_of_a_dense_row_do_not_cover_each_other() -> None:
    points = [(100.0, 100.0 + 12.0 * i, f"place {i}") for i in range(6)]
    positions = place_labels(points, [], Box(0.0, 0.0, 400.0, 400.0))
    boxes = [label_box(x, y, text, position) for (x, y, text), position in zip(points, positions, strict=True)]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
