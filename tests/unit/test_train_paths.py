"""Which movable bridges the trains of the study l204 cross, in each variant."""

from __future__ import annotations

from pathlib import Path

import pytest

from nspd_mobility.district.trains import Railway, read_trains
from nspd_mobility.network.railway_file import read_railway
from nspd_mobility.params.tree import load_yaml
from nspd_mobility.study.definition import Study, load_study

SLUISKIL = ["sluiskil-bridge"]
EAST_BANK = {"axelse-vlakte-out", "axelse-vlakte-in", "terneuzen-zuid-out", "terneuzen-zuid-in"}
WEST_BANK_OF_BRIDGE = {"dow-out", "dow-in", "sas-van-gent-out", "sas-van-gent-in"}
ON_L55 = {"gent-terneuzen-west-north", "gent-terneuzen-west-south"}


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study("l204")


def crossings(study: Study, variant: str) -> dict[str, list[str]]:
    """Return the bridges on the way of each flow and running service."""
    resolved = study.resolve("today", "2023", variant)
    rules, demand = resolved.params.network.railway, resolved.params.demand.railway
    assert rules is not None and demand is not None
    network = read_railway(study.network.folder, load_yaml(study.network.folder / "dataset.yaml"), SLUISKIL, rules.built())
    railway: Railway = read_trains(study.demand.folder / "rail", network)
    ways = {str(row["id"]): list(row["stops"]) for _, row in railway.flows.iterrows()}
    for _, row in railway.patterns.iterrows():
        if not row["service"] or demand.services.get(row["service"], 0.0) > 0.0:
            ways[str(row["id"])] = [call.partition("@")[0] for call in row["calls"]]
    return {name: network.bridges_on(stops) for name, stops in ways.items()}


@pytest.mark.parametrize("variant", ["a", "b1", "b2", "c", "d1", "d2", "e1", "e2", "f"])
def test_bridges_of_every_train(study: Study, variant: str) -> None:
    found = crossings(study, variant)
    has_link = variant[0] in "cde"
    over_bridge = {name for name, bridges in found.items() if bridges}
    assert all(bridges in ([], SLUISKIL) for bridges in found.values())
    assert over_bridge & EAST_BANK == (set() if has_link else EAST_BANK), "the link takes the east bank's trains off the bridge"
    assert over_bridge & WEST_BANK_OF_BRIDGE == set(), "L55 reaches them on its own bank"
    assert over_bridge - EAST_BANK == (ON_L55 if variant == "f" else set()), "a service over L204 and the link crosses no bridge"
    assert len([name for name in found if name.startswith("gent-")]) == (0 if variant in "ac" else 2)


def test_files_of_trains_name_known_stock(study: Study, tmp_path: Path) -> None:
    from nspd_mobility.errors import DataError

    for path in (study.demand.folder / "rail").iterdir():
        (tmp_path / path.name).write_text(path.read_text().replace(",container_short,", ",container_shrt,") if path.name == "freight.csv" else path.read_text())
    with pytest.raises(DataError, match=r"freight\.csv:\d+: unknown rolling_stock 'container_shrt' \(did you mean 'container_short'\?\)"):
        read_trains(tmp_path, read_railway(study.network.folder, bridges=SLUISKIL))
