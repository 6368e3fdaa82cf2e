"""Parameters: one definition gives the Python constructor, the YAML keys, the schema, the record and the inventory."""

from __future__ import annotations

import numpy as np
import pytest

from nspd_mobility.codes import Packing, Quality, Side
from nspd_mobility.errors import DataError
from nspd_mobility.params import ChamberParams, LevellingTime, LockParams, MovementTime, describe, fill_record, record_dtype
from nspd_mobility.params.build import build_plain, inventory
from nspd_mobility.params.fields import json_schema_of
from nspd_mobility.params.study import StudyParams, text_in
from nspd_mobility.params.waterway import DistrictParams
from nspd_mobility.study.definition import load_study
from nspd_mobility.units import unit_of

TIMES = {"entry_first_s": 300, "entry_follow_s": 180, "exit_first_s": 180, "exit_follow_s": 120}
CHAMBER = {"length_m": 260, "width_m": 24, "door_close_s": 300, "door_open_s": 330, "levelling_s": 600, "movements": {"inland": TIMES, "sea": TIMES}}


def test_plain_number_stands_for_the_fixed_part_of_a_formula() -> None:
    chamber = ChamberParams.model_validate(CHAMBER)
    assert chamber.levelling_s == LevellingTime(base_s=600.0)
    assert chamber.movements.inland.entry_first_s == MovementTime(base_s=300.0)


def test_gate_is_as_wide_as_the_chamber_and_levels_its_area_unless_said() -> None:
    chamber = ChamberParams.model_validate(CHAMBER)
    assert (chamber.gate_width_m, chamber.water_area_m2) == (24.0, 260.0 * 24.0)
    assert ChamberParams.model_validate({**CHAMBER, "gate_width_m": 22, "levelling_area_m2": 7000}).water_area_m2 == 7000.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"length_m": 0}, r"chamber: 'length_m': should be greater than 0, not 0"),
        ({"width_m": "24"}, r"'width_m': should be a valid number, not '24'"),
        ({"lenght_m": 5}, r"unknown key 'lenght_m' \(did you mean 'length_m'\?\); allowed are: .* \(at 'lenght_m'\)"),
        ({"packing": "skylin"}, r"'packing': 'skylin' is not one of: one_column, skyline \(did you mean 'skyline'\?\)$"),
        ({"length_m": -1, "max_ships": -1}, r"'length_m': should be greater than 0, not -1 \(and 1 more\)"),
        ({"movements": {"inland": TIMES}}, r"key 'movements.sea' is missing; add it"),
        ({"length_m": 10**400}, r"'length_m': "),
    ],
)
def test_fault_is_one_line(change: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        build_plain(ChamberParams, "chamber", **{**CHAMBER, **change})
    assert "\n" not in str(caught.value)


def test_lock_has_a_chamber_at_least_and_63_at_most() -> None:
    with pytest.raises(DataError, match=r"'chambers': is empty; it needs at least 1"):
        build_plain(LockParams, "lock", chambers={})
    with pytest.raises(DataError, match="64 chambers, at most 63 are supported"):
        build_plain(LockParams, "lock", chambers={f"c{k}": CHAMBER for k in range(64)})


def test_parameters_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        ChamberParams.model_validate(CHAMBER).length_m = 3.0  # type: ignore[misc]


def test_record_of_a_kernel_holds_the_scalars() -> None:
    kind = record_dtype(ChamberParams, extra="f8")
    record = np.zeros(1, dtype=kind)[0]
    fill_record(record, ChamberParams.model_validate({**CHAMBER, "packing": "one_column", "initial_side": "sea"}))
    assert (record["length_m"], record["packing"], record["initial_side"], record["extra"]) == (260.0, int(Packing.ONE_COLUMN), int(Side.SEA), 0.0)
    assert "movements" not in (kind.names or ())


@pytest.mark.parametrize("model", [ChamberParams, LockParams, MovementTime, LevellingTime])
def test_every_parameter_is_described_and_a_number_has_its_unit(model: type[ChamberParams]) -> None:
    for row in describe(model):
        assert row["doc"]
        assert Quality.parse(row["quality"]) in Quality
        assert row["unit"] == unit_of(row["name"])


def test_schema_is_of_the_same_keys() -> None:
    schema = json_schema_of(StudyParams)
    assert set(schema["properties"]) == set(StudyParams.model_fields)
    assert schema["additionalProperties"] is False
    assert "value may also be written as" in schema["$comment"]


def test_inventory_lists_every_value_once_with_its_place() -> None:
    variant = load_study("smoke").resolve("base", "2023", "reference")
    values = list(inventory(variant.params, variant.tree))
    paths = [value.path for value in values]
    assert len(paths) == len(set(paths))
    by_path = {value.path: value for value in values}
    east = "network.waterway.locks.terneuzen.chambers.oostsluis"
    length = by_path[f"{east}.length_m"]
    assert (length.value, length.unit, length.quality) == (260.0, "m", Quality.PUBLISHED)
    assert "dataset.yaml:" in length.where
    assert by_path[f"{east}.packing_effort"].where == "default"
    assert isinstance(variant.params, DistrictParams)


def test_text_falls_back_to_another_language() -> None:
    assert text_in({"nl": "Sluis", "en": "Lock"}, "en") == "Lock"
    assert text_in({"nl": "Sluis"}, "en") == "Sluis"
    assert text_in("Lock", "nl") == "Lock"
    assert text_in({}, "nl", "none") == text_in("", "nl", "none") == "none"
