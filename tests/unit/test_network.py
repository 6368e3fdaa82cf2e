"""The bundled waterway, and what is refused or reported in a faulty one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nspd_mobility.errors import DataError
from nspd_mobility.network.check import Finding, check_network
from nspd_mobility.network.dataset import find_dataset, load_dataset
from nspd_mobility.network.waterway import line_length_m, read_fairways
from nspd_mobility.params.build import build
from nspd_mobility.params.waterway import NetworkParams

NSPD = find_dataset("networks", "nspd")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "nspd"
    shutil.copytree(NSPD, folder)
    return folder


def edit(folder: Path, file: str, feature_id: str, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / file
    data = json.loads(path.read_text(encoding="utf-8"))
    change(next(f for f in data["features"] if f["id"] == feature_id))
    path.write_text(json.dumps(data), encoding="utf-8")


def setting(**values: object) -> Callable[[dict[str, Any]], None]:
    return lambda feature: feature["properties"].update(values)


def replace(folder: Path, old: str, new: str) -> None:
    path = folder / "dataset.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} must stand once in the dataset"
    path.write_text(text.replace(old, new), encoding="utf-8")


def findings(folder: Path, level: str) -> list[Finding]:
    return [finding for finding in check_network(load_dataset(folder)) if finding.level == level]


def test_values_make_valid_parameters() -> None:
    params = build(NetworkParams, load_dataset(NSPD).values, "values")
    chambers = params.waterway.locks["terneuzen"].chambers
    assert {name: (c.length_m, c.width_m, c.gate_width_m, c.sill_m_nap) for name, c in chambers.items()} == {
        "oostsluis": (260, 24, 24, -6.5),
        "westsluis": (290, 38, 38, -12.8),
        "nieuwe-sluis": (417, 55, 49, -16.44),
    }


def test_coaster_takes_hardly_longer_than_a_barge_and_a_large_ship_has_tug_times() -> None:
    # The band is that of lock studies: 20 to 30 minutes into the Westsluis, 30 to 45 into the Nieuwe Sluis, above 150 m with tugs.
    chambers = build(NetworkParams, load_dataset(NSPD).values).waterway.locks["terneuzen"].chambers
    for name, low_min, high_min in (("westsluis", 20, 30), ("nieuwe-sluis", 30, 45)):
        sea, inland = chambers[name].movements.sea.entry_first_s, chambers[name].movements.inland.entry_first_s
        assert low_min <= (sea.base_s + sea.per_length_s_m * 190) / 60 <= high_min
        assert 1.0 <= (sea.base_s + sea.per_length_s_m * 85) / inland.base_s <= 1.6


def test_bundled_network_has_no_errors_and_no_warnings() -> None:
    assert findings(NSPD, "error") == []
    assert findings(NSPD, "warning") == []


def test_lengths_are_fairway_kilometres() -> None:
    # FIS: route 131 from Antwerpen (km 0) to Vlissingen (km 85.94), route 130 from Gent (km 0) to the Westerschelde (km 32.513).
    network = read_fairways(NSPD)
    estuary = network.length_by_kind_m(network.route("antwerpen", "vlissingen"))
    assert estuary == {"estuary": pytest.approx(85_940)}
    canal = network.length_by_kind_m(network.route("gent", "westbuitenhaven-mouth"))
    assert sum(canal.values()) == pytest.approx(32_513)
    assert canal["canal"] == pytest.approx(30_416)


def test_ships_pass_the_lock_between_sea_and_canal_only() -> None:
    network = read_fairways(NSPD)
    assert network.locks_on("vlissingen", "grootdok") == ["terneuzen"]
    assert network.locks_on("vlissingen", "antwerpen") == []
    assert network.locks_on("gent", "zijkanaal-c") == []
    assert network.route("gent", "gent") == []


def test_ships_from_the_west_take_the_west_harbour_and_from_the_east_the_east_harbour() -> None:
    network = read_fairways(NSPD)
    assert "westbuitenhaven" in network.route("vlissingen", "gent")
    assert "oostbuitenhaven" in network.route("antwerpen", "gent")
    approaches = network.through("terneuzen")
    assert set(approaches.sea) == {"westbuitenhaven", "oostbuitenhaven"}
    assert approaches.canal == ("terneuzen-approach",)


def test_bridges_stand_on_the_canal_in_order() -> None:
    nodes = read_fairways(NSPD).nodes_on("terneuzen", "gent")
    bridges = [node for node in nodes if node.endswith("-bridge")]
    assert bridges == ["sluiskil-bridge", "sas-van-gent-bridge", "zelzate-bridge", "meulestede-bridge"]
    assert nodes.index("sas-van-gent-bridge") < nodes.index("border") < nodes.index("zelzate-bridge")


def test_border_parts_the_countries() -> None:
    stretches = read_fairways(NSPD).stretches
    canal = stretches[stretches["route"] == "130"]
    assert set(canal[canal["km_begin"] >= 16.518]["country"]) == {"NL"}
    assert set(canal[canal["km_end"] <= 16.518]["country"]) == {"BE"}


def test_every_estimate_and_assumption_of_the_values_has_a_band() -> None:
    assert [f.message for f in findings(NSPD, "note") if "without low and high" in f.message] == []


def test_line_length_on_the_sphere() -> None:
    # One degree of a great circle is 6371.0088 km x pi / 180 = 111.195 km; along the parallel of 60 degrees half of it.
    assert line_length_m([(3.0, 51.0), (3.0, 52.0)]) == pytest.approx(111_195, abs=1)
    assert line_length_m([(3.0, 60.0), (3.1, 60.0)]) == pytest.approx(5_559.7, abs=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (setting(length_m=0), r"feature westbuitenhaven: length_m is 0; it must be a number of metres above 0"),
        (setting(length_m="2 km"), r"feature westbuitenhaven: length_m is '2 km'"),
        (setting(length_m=3005.0), r"length_m is 3005 and the drawn line is 2106 m, more than 25% apart"),
        (setting(from_node="terneuzn"), r"from_node 'terneuzn' is not a node \(did you mean 'terneuzen'\?\)"),
        (setting(to_node="terneuzen"), r"begins and ends at 'terneuzen'"),
        (setting(country=None), r"feature westbuitenhaven: property 'country' is missing"),
        (setting(country="DE"), r"country is 'DE'; allowed are: BE, NL"),
        (setting(kind="harbor"), r"kind is 'harbor' \(did you mean 'harbour'\?\)"),
        (setting(id="oostbuitenhaven"), r"feature oostbuitenhaven: the id stands there twice"),
        (setting(to_node="oostbuitenhaven-mouth"), r"feature oostbuitenhaven: joins the same nodes as 'westbuitenhaven'"),
        (lambda f: f["geometry"].update(type="Point"), r"is a Point; it must be a LineString"),
        (lambda f: f["geometry"].update(coordinates=[[3.8, 51.3]]), r"the coordinates are not usable"),
    ],
)
def test_faulty_stretch_is_refused_with_file_and_feature(copy: Path, change: Callable[[dict[str, Any]], None], message: str) -> None:
    edit(copy, "fairway.geojson", "westbuitenhaven", change)
    with pytest.raises(DataError, match=r"fairway\.geojson: .*" + message):
        read_fairways(copy)


def test_unknown_places_get_the_nearest_spelling() -> None:
    network = read_fairways(NSPD)
    with pytest.raises(DataError, match=r"unknown node 'vlisingen' \(did you mean 'vlissingen'\?\)"):
        network.route("vlisingen", "gent")
    with pytest.raises(DataError, match=r"node 'gent' is a boundary, not a lock; locks are: terneuzen"):
        network.through("gent")


def test_file_that_is_not_json_is_refused_with_its_line(copy: Path) -> None:
    (copy / "nodes.geojson").write_text('{"type": "FeatureCollection",\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"nodes\.geojson:2: is not JSON"):
        read_fairways(copy)


def test_no_way_over_the_water(copy: Path) -> None:
    drop(copy, "terneuzen-approach")
    with pytest.raises(DataError, match="there is no way over the water from 'vlissingen' to 'gent'"):
        read_fairways(copy).route("vlissingen", "gent")
    messages = [finding.message for finding in findings(copy, "error")]
    assert any("can't be reached" in message for message in messages)
    assert any("lock 'terneuzen' has no stretch on its canal side" in message for message in messages)


def drop(folder: Path, feature_id: str) -> None:
    path = folder / "fairway.geojson"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["features"] = [f for f in data["features"] if f["id"] != feature_id]
    path.write_text(json.dumps(data), encoding="utf-8")


def test_check_finds_a_node_without_a_stretch(copy: Path) -> None:
    drop(copy, "grootdok")
    assert "node 'grootdok' has no stretch" in findings(copy, "warning")[0].message


def test_check_finds_a_source_that_is_not_described(copy: Path) -> None:
    edit(copy, "nodes.geojson", "vlissingen", setting(source="fiss"))
    (finding,) = findings(copy, "error")
    assert "node 'vlissingen': source 'fiss' is not under 'sources' (did you mean 'fis'?)" in finding.message


def test_check_finds_a_lock_that_is_not_a_node(copy: Path) -> None:
    replace(copy, "      terneuzen:\n", "      terneuzn:\n")
    messages = [finding.message for finding in findings(copy, "error")]
    assert any("lock 'terneuzn' is not a node of kind lock (did you mean 'terneuzen'?)" in message for message in messages)
    assert any("node 'terneuzen' is a lock without parameters" in message for message in messages)


def test_check_finds_a_sill_above_low_water(copy: Path) -> None:
    replace(copy, "sill_m_nap: {value: -6.5, low: -7.2, high: -6.0", "sill_m_nap: {value: 6.5, low: 6.0, high: 7.2")
    messages = " ".join(finding.message for finding in findings(copy, "warning"))
    assert "sill_m_nap 6.5 lies above mean low water" in messages


def test_check_finds_a_number_without_quality(copy: Path) -> None:
    replace(copy, "mean_m_nap: {value: 0.09, unit: m NAP, source: hatyan, year: 2019, quality: published}", "mean_m_nap: 0.09")
    messages = [finding.message for finding in findings(copy, "warning")]
    assert any("waterway.tide.mean_m_nap: has no quality" in message for message in messages)
    assert any("waterway.tide.mean_m_nap: has no source" in message for message in messages)


def test_check_finds_a_missing_tide_file(copy: Path) -> None:
    (copy / "tide_terneuzen.csv").unlink()
    assert "'tide_terneuzen.csv' is not in the dataset" in findings(copy, "error")[0].message


def test_check_finds_a_line_that_ends_far_from_its_node(copy: Path) -> None:
    edit(copy, "nodes.geojson", "grootdok", lambda f: f["geometry"].update(coordinates=[3.76, 51.09]))
    assert "stretch 'grootdok': its line ends" in findings(copy, "warning")[0].message


def test_an_unknown_cross_section(copy: Path) -> None:
    edit(copy, "fairway.geojson", "canal-border", setting(cross_section="canal-n"))
    errors = [finding.message for finding in findings(copy, "error")]
    assert errors == ["stretch 'canal-border': cross_section 'canal-n' is unknown (did you mean 'canal-nl'?); allowed are: canal-be, canal-nl"]


@pytest.mark.parametrize(
    ("berths", "message"),
    [
        (
            {"kluizendock": 4.0},
            "waterway.berths: 'kluizendock' is no berth on the canal (did you mean 'kluizendok'?); berths there are: axelse-vlakte, grootdok",
        ),
        ({"sloehaven": 4.0}, "waterway.berths: 'sloehaven' is no berth on the canal"),
        ({"kluizendok": 0.5}, "waterway.berths.kluizendok: 0.5 ships find a berth; it must be 1 or more, or left out for no limit"),
    ],
)
def test_unusable_berths(berths: dict[str, float], message: str) -> None:
    from nspd_mobility.district.fairways import _behind_locks, _layout

    dataset = load_dataset(NSPD)
    params = build(NetworkParams, dataset.values, "values").waterway.model_copy(update={"berths": berths})
    network = read_fairways(NSPD)
    with pytest.raises(DataError) as error:
        _layout(network, params, _behind_locks(network, ["terneuzen"]))
    assert message in str(error.value)
