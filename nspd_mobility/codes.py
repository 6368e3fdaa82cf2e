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

    FIRST_COME = 0  # in order of arrival; a chamber leaves with who is there
    FIXED_ALTERNATION = 1  # up and down by turns at a fixed interval; empty only for a ship that waits
    FULL_OR_MAX_WAIT = 2  # a chamber leaves full, or when somebody inside has waited long enough
    SEA_PRIORITY = 3  # sea ships and booked ships first, with a slot kept free for those that are announced
    EARLIEST_COMPLETION = 4  # a ship waits for a busy chamber that brings it through sooner
    MIN_SALT = 5  # few and full lockages, at a favourable outer level
    LOOK_AHEAD = 6  # the next lockages of all chambers are planned for the ships that are known


class Information(Code):
    """What a policy that looks ahead knows of ships that are still under way."""

    ANNOUNCED = 0  # what each ship has announced, with its error
    CLAIRVOYANT = 1  # everything, exactly: a bound on what information is worth


class TugPlace(Code):
    """Where tugs lie that stay with a ship in the chamber."""

    AHEAD = 0  # and astern: they take length
    ALONGSIDE = 1  # they take width


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


class ChamberOrder(Code):
    """What a plan tells a chamber that is idle, or that could leave."""

    NONE = 0
    GO = 1  # take the ships that are there; with ships inside: close the doors
    TURN = 2  # turn empty
    HOLD = 3  # wait


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
    EXPECTED_FULL = 6
    PLAN_WANTED = 7


class ClosureCause(Code):
    """Why a chamber may not lock."""

    MAINTENANCE = 0  # planned works
    STAFFING = 1
    OUTAGE = 2  # unplanned: a failure or a collision
    OUTER_LEVEL = 3  # the sea stands below or above what the chamber allows
    DROUGHT = 4  # fresh water is saved around low water
    SPILL = 5  # surplus water is let out (spuien) around low water
    OTHER = 6


class ClosureClass(Code):
    """How long a closure lasts, in the classes of the Richtlijnen Vaarwegen 2020, table 57."""

    UNDER_10_MIN = 1
    UNDER_30_MIN = 2
    UP_TO_2_H = 3
    UP_TO_2_DAYS = 4
    OVER_2_DAYS = 5


class Repeat(Code):
    """How often a closure of the calendar comes back."""

    NONE = 0
    DAILY = 1
    WEEKLY = 2


class RegimeActive(Code):
    """When a regime around low water holds."""

    NEVER = 0
    ALWAYS = 1
    TRIGGERED = 2  # while the canal or the discharge is beyond a trigger


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
    CLOCK_STUCK = 6


class BridgePhase(Code):
    """What a movable bridge is doing."""

    CLOSED = 0
    CLEARING = 1  # lights, barriers, road users off the deck; still locked
    OPENING = 2
    OPEN = 3
    CLOSING = 4
    REOPENING = 5  # locked, barriers go up


class BridgeUser(Code):
    """Kinds of users that a movable bridge serves."""

    SHIP = 0
    TRAIN = 1


class BridgePriority(Code):
    """Who goes first where a ship and a train want the bridge."""

    SHIPS_FIRST = 0
    TRAIN_WINDOWS = 1  # no opening may be open in a window reserved for trains; outside, ships go first
    LONGEST_WAIT = 2  # who has waited longest


class BridgeCause(Code):
    """What a user of a movable bridge waits for."""

    NONE = 0
    OPENING = 1  # normal operation: barriers and movements
    MIN_CLOSED = 2
    PEAK_BLOCK = 3
    BUNDLE = 4  # held for a second ship
    TRAIN = 5
    OUTAGE = 6
    OTHER_SHIPS = 7
    WIND = 8
    OUT_OF_SERVICE = 9


class BridgeWindow(Code):
    """Kinds of stretches of time in which a movable bridge is not free to move."""

    PEAK_BLOCK = 0  # no opening begins, for road traffic
    OUT_OF_SERVICE = 1  # no opening begins: nobody operates the bridge
    WIND = 2  # no opening begins: too much wind
    OUTAGE = 3  # nothing begins to move
    TRAIN = 4  # reserved for trains


class BridgeStatus(Code):
    """What a compiled step of a bridge reports besides its result."""

    OK = 0
    USERS_FULL = 1
    WAIT_ROWS_FULL = 2
    CLOSURE_ROWS_FULL = 3
    GRANTS_FULL = 4
    CLOCK_RAN_BACK = 5
    CLOCK_STUCK = 6
    BAD_MESSAGE = 7
    UNKNOWN_TRAIN = 8


class WindowDays(Code):
    """Days on which a daily window holds."""

    DAILY = 0
    WEEKDAYS = 1
    WEEKEND = 2


class CanalLevelRule(Code):
    """Where the level of a canal behind a lock comes from."""

    GIVEN = 0  # the target, or the user's series
    BALANCE = 1  # its own water balance, step by step while the locks work


# Rail.


class RunStatus(Code):
    """How the run of one train ends."""

    OK = 0
    UNTIL = 1  # the time came first
    CANNOT_START = 2  # the force is smaller than resistance and gradient
    STALLED = 3  # the same, under way
    TOO_FAST = 4  # it can't brake in time for a limit or the stop
    STUCK = 5


class Traction(Code):
    """What drives a vehicle."""

    NONE = 0
    DIESEL = 1
    ELECTRIC = 2
    BATTERY = 3  # charged under a wire or at a stop; runs without one


# The interlocked rail area.


class Dispatching(Code):
    """Who goes first where trains want the same track."""

    TIMETABLE = 0  # in the order of the timetable
    FIRST_COME = 1  # in the order of asking
    PRIORITY = 2  # by class, then by asking
    LOOK_AHEAD = 3  # in the order that costs the least weighted delay of each pair


class TrainWaitCause(Code):
    """Why a train is late, or gains time."""

    NONE = 0
    ENTRY = 1  # came late
    TRACK = 2  # held by another train
    ORDER = 3  # another train goes first
    HELD_BY_SAFETY = 4  # else the trains in the area could not all finish
    BRIDGE = 5  # ships
    CLOSURE = 6
    REVERSAL_TRACK = 7  # no second track to run round
    DWELL = 8  # stops longer than planned
    RUNNING = 9  # runs longer than planned, or accelerates again after a restrictive signal
    RECOVERY = 10  # gains time on its plan: supplement, shorter stop


class RailStatus(Code):
    """What a compiled step of a rail area reports besides its result."""

    OK = 0
    ROWS_FULL = 1
    SLOTS_FULL = 2
    HEAP_FULL = 3
    MESSAGES_FULL = 4
    PIECES_FULL = 5
    CLOCK_RAN_BACK = 6
    CANNOT_RUN = 7
    CLOCK_STUCK = 8
