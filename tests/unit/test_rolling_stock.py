"""The tables of rolling stock: the dataset's own, and faults in one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from nspd_mobility.errors import DataError
from nspd_mobility.params.rolling_stock import VehicleParams
from nspd_mobility.rail import read_compositions, read_vehicles, train_of

FOLDER = Path(__file__).parents[2] / "demand/nspd/rail"


def copied(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_trains_of_the_dataset():
    trains = read_compositions(FOLDER / "compositions.csv", read_vehicles(FOLDER / "rolling_stock.csv"))
    bulk = trains["bulk"]
    assert bulk.mass_tonne == pytest.approx(126.9 + 27 * (25.0 + 0.761 * 59.0)) and bulk.length_m == pytest.approx(21.35 + 27 * 19.04)
    assert bulk.wires is None and not bulk.is_reversible and bulk.physics["brake_m_s2"][0] == 0.225
    assert trains["container_electric"].wires == {"3kv", "1.5kv"} and trains["sprinter"].is_reversible


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("rolling_stock.csv", ",diesel,,21.35", ",steam,,21.35", r"rolling_stock.csv:2 \(class66\).*'steam' is not one of: battery, diesel, electric, none"),
        ("rolling_stock.csv", "21.35,126.9", "long,126.9", "rolling_stock.csv:2: column 'length_m' holds 'long'; it must be a number of 0 or more"),
        ("rolling_stock.csv", "electric,3kv 1.5kv", "electric,15kv", "wires holds '15kv'; allowed are: none, 3kv, 1.5kv"),
        ("rolling_stock.csv", "126.9,126.9", "126.9,200", "driving_mass_tonne is 200 and the whole mass 126.9"),
        (
            "compositions.csv",
            "class66,1,facs124",
            "clas66,1,facs124",
            r"compositions.csv:2: column 'engine' holds 'clas66', which is no vehicle \(did you mean 'class66'",
        ),
        ("compositions.csv", "27,0.761", "0,0.761", "compositions.csv:2: wagon and n_wagons must both be given"),
        ("compositions.csv", "27,0.761", "27,1.2", "compositions.csv:2: bulk: too heavy, .* with a load share of 1.2; it must be 0 to 1 of its 59 t"),
        ("compositions.csv", "class66,1,facs124", "facs124,1,facs124", "compositions.csv:2: bulk: has no engine; add a locomotive"),
    ],
)
def test_faults_in_the_tables(tmp_path, name, old, new, message):
    stock = copied(tmp_path, name, old, new) if name == "rolling_stock.csv" else FOLDER / "rolling_stock.csv"
    trains = copied(tmp_path, name, old, new) if name == "compositions.csv" else FOLDER / "compositions.csv"
    with pytest.raises(DataError, match=message):
        read_compositions(trains, read_vehicles(stock))


def test_engines_that_share_no_wire():
    made = {
        wire: VehicleParams(name=wire, traction="electric", wires=(wire,), length_m=20.0, mass_tonne=80.0, speed_max_m_s=30.0, starting_force_newton=2e5)
        for wire in ("3kv", "1.5kv")
    }
    with pytest.raises(DataError, match="electrification mismatch, its engines share no wire"):
        train_of([(vehicle, 1, 0.0) for vehicle in made.values()])
