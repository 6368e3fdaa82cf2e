"""Parameters: one frozen, unit-named definition per facility and vehicle kind."""

from .fields import Params, describe, fill_record, record_dtype
from .lock import ChamberParams, GroupMovements, LevellingTime, LockParams, Movements, MovementTime

__all__ = [
    "ChamberParams",
    "GroupMovements",
    "LevellingTime",
    "LockParams",
    "MovementTime",
    "Movements",
    "Params",
    "describe",
    "fill_record",
    "record_dtype",
]
