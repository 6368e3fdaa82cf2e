"""Absurd values are refused where they stand: a level in centimetres, a length in millimetres, a factor in per mille."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.studies import line_of, write_study

from nspd_mobility.errors import DataError
from nspd_mobility.study.definition import load_study

CHAMBER = "network.waterway.locks.terneuzen.chambers.westsluis"


@pytest.mark.parametrize(
    ("path", "value", "limit"),
    [
        ("network.waterway.canal_level_m_nap", 213, "20"),
        ("network.waterway.tide.mean_m_nap", -21, "-20"),
        ("network.waterway.estuary_speed_m_s", 300, "30"),
        ("demand.waterway.factor", 1001, "1000"),
        (f"{CHAMBER}.length_m", 290_000, "1000"),
        (f"{CHAMBER}.width_m", 1001, "1000"),
        (f"{CHAMBER}.sill_m_nap", 1280, "20"),
        (f"{CHAMBER}.door_open_s", 604_801, "604800"),
    ],
)
def test_absurd_value_is_refused_with_its_place_and_the_limit(path: str, value: float, limit: str, tmp_path: Path) -> None:
    keys = path.split(".")
    text = "values:\n" + "".join(f"{'  ' * (depth + 1)}{key}:{f' {value}' if key == keys[-1] else ''}\n" for depth, key in enumerate(keys))
    study = write_study(tmp_path, more=text)
    with pytest.raises(DataError) as caught:
        load_study(study).check_all()
    message = str(caught.value)
    assert line_of(study, f"{keys[-1]}: {value}") in message
    assert f"'{path}'" in message
    assert limit in message
