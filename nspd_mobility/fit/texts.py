"""Words of the page of fit, in Dutch and English."""

from __future__ import annotations

from ..errors import UsageError, allowed, nearest

LANGUAGES = ("nl", "en")
_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("IJking van {lock}", "Calibration of {lock}"),
    "subtitle": ("uit {source}, {begin} tot {end}", "from {source}, {begin} to {end}"),
    "estimates": ("Schattingen", "Estimates"),
    "what": ("grootheid", "quantity"),
    "value": ("waarde", "value"),
    "interval": ("95 %-interval", "95 % interval"),
    "unit": ("eenheid", "unit"),
    "outliers": ("uitschieters", "outliers"),
    "param": ("in het model", "in the model"),
    "yes": ("ja", "yes"),
    "no": ("nee", "no"),
    "dropped": ("Weggelaten", "Left out"),
    "nothing": ("niets", "nothing"),
    "gaps": ("Gaten in het log", "Gaps in the log"),
    "begin": ("begin", "begin"),
    "end": ("einde", "end"),
    "hours": ("uren", "hours"),
    "expected": ("verwachte schepen", "ships expected"),
    "notes": ("Opmerkingen", "Notes"),
    "phases": ("Waarnemingen en schatting", "Observations and estimate"),
    "profiles": ("Aankomstprofielen", "Arrival profiles"),
    "duration": ("duur (s)", "duration (s)"),
    "number": ("aantal", "number"),
    "x_length": ("lengte van het schip (m)", "length of the ship (m)"),
    "x_head": ("verval (m)", "head (m)"),
    "x_number": ("schepen na het eerste", "ships after the first"),
    "observed": ("waargenomen", "observed"),
    "outlier": ("uitschieter", "outlier"),
    "fitted": ("geschat", "fitted"),
    "factor": ("factor (gemiddeld 1)", "factor (mean 1)"),
    "not_seen": ("niet in het log", "not in the log"),
    "profile_hour": ("uur van de dag", "hour of the day"),
    "profile_day": ("weekdag (1 is maandag)", "weekday (1 is Monday)"),
    "profile_month": ("maand", "month"),
    "no_script": ("De figuren vragen JavaScript.", "The figures need JavaScript."),
    "english": ("Redenen en opmerkingen staan in het Engels, zoals in fit.json.", ""),
}


def check_language(language: str) -> None:
    """Refuse a language that the page does not have."""
    if language not in LANGUAGES:
        raise UsageError(f"there is no language '{language}'{nearest(language.lower(), LANGUAGES)}; allowed are: {allowed(LANGUAGES)}")


def say(key: str, language: str, **values: object) -> str:
    """Return a text in a language, its values filled in."""
    return _TEXTS[key][LANGUAGES.index(language)].format(**values)
