"""Codes shared by kernels, tables and configs: one integer and one word each.

Files and tables carry the word, kernels the integer (pass ``int(code)`` to a kernel, never the member: Numba compiles an
enum argument as a type of its own).
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

from .errors import DataError, allowed, nearest

CodeT = TypeVar("CodeT", bound="Code")


class Code(IntEnum):
    """An integer code with a word; the word is the member's name in lower case."""

    @property
    def word(self) -> str:
        """The code as files and tables spell it."""
        return self.name.lower()

    @classmethod
    def parse(cls: type[CodeT], value: object) -> CodeT:
        """Return the member that `value` (a word or a member) names.

        Raises
        ------
        DataError
            If the word is unknown; the message names the allowed words.
        """
        if isinstance(value, cls):
            return value
        words = {member.word: member for member in cls}
        if isinstance(value, str) and value in words:
            return words[value]
        raise DataError(f"{value!r} is not one of: {allowed(words)}{nearest(str(value), words)}")


class Side(Code):
    """Side of a lock: the tidal side or the canal side."""

    SEA = 0
    CANAL = 1


class VesselGroup(Code):
    """Groups with movement times of their own at a lock."""

    INLAND = 0
    SEA = 1


class LockPolicy(Code):
    """Rule by which ships are given a chamber."""

    FIRST_COME = 0


class Packing(Code):
    """How ships are placed in a chamber."""

    SKYLINE = 0  # two-dimensional, side by side and behind each other
    ONE_COLUMN = 1  # by length only, one behind another


class Refusal(Code):
    """Why a ship can't pass a lock at all."""

    NONE = 0
    LENGTH = 1
    BEAM = 2
    DRAUGHT = 3
    AIR_DRAUGHT = 4


class ChamberPhase(Code):
    """What a lock chamber is doing."""

    IDLE = 0
    ENTERING = 1
    LOCKING = 2  # closing doors, levelling, opening doors
    EXITING = 3


class Quality(Code):
    """Where a number comes from, best first."""

    MEASURED = 0
    PUBLISHED = 1
    ESTIMATE = 2
    ASSUMPTION = 3


class KernelStatus(Code):
    """What a compiled step reports besides its result."""

    OK = 0
    SHIP_ROWS_FULL = 1
    LOCKAGE_ROWS_FULL = 2
    SLOTS_FULL = 3
    CLOCK_RAN_BACK = 4
    CLOCK_STUCK = 5


# The canal.


class CanalWait(Code):
    """Why a ship on the canal loses time."""

    NONE = 0
    SECTION = 1  # an opposing ship that is too wide to meet is in the section, or goes first
    OVERSIZE = 2  # the same, and one of both is a ship for which the canal is closed
    BRIDGE = 3
    BERTH = 4
    FOLLOW = 5  # behind a slower ship that may not be overtaken


class CanalEnd(Code):
    """How a journey on the canal ends."""

    BOUNDARY = 0
    LOCK = 1
    BERTH = 2


class CanalStatus(Code):
    """What a compiled step of the canal reports besides its result."""

    OK = 0
    ROWS_FULL = 1
    SLOTS_FULL = 2
    HEAP_FULL = 3
    MESSAGES_FULL = 4
    CLOCK_RAN_BACK = 5
