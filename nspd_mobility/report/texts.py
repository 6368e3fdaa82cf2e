"""Words and numbers in Dutch and English, from one catalogue.

A `Text` holds both languages. Messages are plain text with ``{name}`` for values; nothing in them is markup, so that the page
escapes the whole of it, whatever a study's title says. Numbers are written by language: 1.234,5 and 1,234.5.
"""

from __future__ import annotations

import math
import string
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("nl", "en")
Text = dict[str, str]
_MINUS, _NO_VALUE = "\N{MINUS SIGN}", "–"


@cache
def catalogue() -> dict[str, Text]:
    """Return all messages by key."""
    from ruamel.yaml import YAML

    text = files(__package__).joinpath("messages.yaml").read_text(encoding="utf-8")
    messages: dict[str, Text] = YAML(typ="safe").load(text)
    return messages


def say(key: str, **values: Text | str | int) -> Text:
    """Return a message in both languages, its values filled in.

    Raises
    ------
    KeyError
        If the key is not in the catalogue or a value of the message is missing.

    Examples
    --------
    >>> say("answer.title")["en"]
    'Question and answer'
    """
    message = catalogue()[key]
    return {language: message[language].format(**{name: in_language(value, language) for name, value in values.items()}) for language in LANGUAGES}


def say_n(key: str, n: int, **values: Text | str | int) -> Text:
    """Return a message about `n` things; the message ``<key>_one`` speaks of a single one.

    Examples
    --------
    >>> say_n("page.replications", 1)["nl"], say_n("page.replications", 2)["nl"]
    ('1 replicatie', '2 replicaties')
    """
    return say(f"{key}_one" if n == 1 else key, n=n, **values)


def say_or(key: str, otherwise: str) -> Text:
    """Return a message, or the other text where the catalogue has none: for names that a later version may add."""
    return say(key) if key in catalogue() else plain(otherwise)


def placeholders(message: str) -> set[str]:
    """Return the names of the values in a message."""
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def plain(text: str) -> Text:
    """Return a text that is the same in both languages."""
    return dict.fromkeys(LANGUAGES, text)


def given(text: Any, otherwise: str = "") -> Text:
    """Return a text of a study or dataset, which may lack a language or be a single string."""
    if not isinstance(text, Mapping):
        return plain(str(text or otherwise))
    some = next((str(value) for value in text.values() if value), otherwise)
    return {language: str(text.get(language) or some) for language in LANGUAGES}


def in_language(value: Text | str | int, language: str) -> str:
    """Return a value of a message as a string."""
    if isinstance(value, dict):
        return value[language]
    return format_number(float(value), 0, language) if isinstance(value, int) else value


def format_number(value: float, decimals: int, language: str, *, sign: bool = False) -> str:
    """Return a number as a language writes it.

    Examples
    --------
    >>> format_number(1234.5, 1, "nl"), format_number(1234.5, 1, "en")
    ('1.234,5', '1,234.5')
    """
    if not math.isfinite(value):
        return _NO_VALUE
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not text.strip("0.,")
    if language == "nl":
        text = text.translate(str.maketrans(",.", ".,"))
    return ("" if is_zero else _MINUS if value < 0.0 else "+" if sign else "") + text


def number(value: float, decimals: int = 1, *, sign: bool = False) -> Text:
    """Return a number in both languages."""
    return {language: format_number(value, decimals, language, sign=sign) for language in LANGUAGES}


def general(value: Any) -> Text:
    """Return a value of any kind: a number with the digits that it has, anything else as it stands.

    Examples
    --------
    >>> general(0.021)["nl"], general("skyline")["nl"]
    ('0,021', 'skyline')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return plain(_NO_VALUE if value is None else str(value))
    digits = f"{float(value):.10f}".rstrip("0").partition(".")[2]
    return number(float(value), len(digits))


def join(parts: Iterable[Text], between: str = " ") -> Text:
    """Return texts after each other."""
    kept = list(parts)
    return {language: between.join(part[language] for part in kept if part[language]) for language in LANGUAGES}


def sentence(text: Text) -> Text:
    """Return a text that begins with a capital."""
    return {language: words[:1].upper() + words[1:] for language, words in text.items()}


def day_text(day: date) -> Text:
    """Return a date in full: woensdag 19 april 2023."""
    return join([say(f"weekday.{day.weekday()}"), plain(str(day.day)), say(f"month.{day.month}"), plain(str(day.year))])


def place_name(key: str) -> str:
    """Return a readable name for the key of a chamber or a lock.

    Examples
    --------
    >>> place_name("nieuwe-sluis")
    'Nieuwe Sluis'
    """
    return " ".join(word[:1].upper() + word[1:] for word in key.replace("_", "-").split("-"))
