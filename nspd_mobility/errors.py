"""What can go wrong, and how a user is told.

An error message is one sentence that says what is wrong, where (file:line and key), what is allowed, and how to mend it.
Every error carries the exit code of the command line: 1 a check failed, 2 usage, 3 invalid data, 4 simulation error.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

EXIT_OK = 0
EXIT_CHECK_FAILED = 1
EXIT_USAGE = 2
EXIT_INVALID_DATA = 3
EXIT_SIMULATION = 4
EXIT_INTERRUPTED = 130


class NspdError(Exception):
    """Any error that a user can mend; `exit_code` is what the command line returns."""

    exit_code = EXIT_SIMULATION


class CheckFailed(NspdError):
    """An invariant or a golden value does not hold."""

    exit_code = EXIT_CHECK_FAILED


class UsageError(NspdError):
    """A command or a call asks for something that does not exist."""

    exit_code = EXIT_USAGE


class DataError(NspdError):
    """A file or a table holds something that the model can't use."""

    exit_code = EXIT_INVALID_DATA


class SimulationError(NspdError):
    """The simulation itself reached a state that it must not reach."""

    exit_code = EXIT_SIMULATION


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest known spelling, or an empty string.

    Examples
    --------
    >>> nearest("lenght_m", ["length_m", "beam_m"])
    " (did you mean 'length_m'?)"
    """
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{match[0]}'?)" if match else ""


def allowed(known: Iterable[str], limit: int = 24) -> str:
    """Return the allowed words as a short list for a message."""
    words = sorted(known)
    more = f" and {len(words) - limit} more" if len(words) > limit else ""
    return ", ".join(words[:limit]) + more
