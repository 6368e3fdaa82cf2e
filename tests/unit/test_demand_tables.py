"""The tables that ships are drawn from: the dataset's own, and faulty ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from nspd_mobility.demand.ship_tables import ShipTables, read_ship_tables
from nspd_mobility.errors import DataError
from nspd_mobility.params.build import build
from nspd_mobility.params.tree import leaves, load_yaml
from nspd_mobility.params.waterway import DemandParams, WaterwayDemandParams

DATASET = Path(__file__).parents[2] / "demand" / "nspd"
TABLES = DATASET / "waterway"


@pytest.fixture(scope="module")
def tables() -> ShipTables:
    return read_ship_tables(TABLES)


@pytest.fixture(scope="module")
def params() -> WaterwayDemandParams:
    return build(DemandParams, load_yaml(DATASET / "dataset.yaml").branch("values")).waterway


def test_every_number_of_the_dataset_is_sourced(params: WaterwayDemandParams) -> None:
    tree = load_yaml(DATASET / "dataset.yaml")
    sources = set(tree.branch("sources"))
    for path, leaf in leaves(tree.branch("values")):
        assert leaf.source in sources, path
        assert leaf.quality is not None, path
        assert leaf.year is not None, path
    assert params.passages["2019"] == {"inland": 51_500, "sea": 9_055, "recreation": 1_000}  # Rijkswaterstaat, 61 555 together
    assert sum(params.passages["2023"].values()) == 56_000  # Schuttevaer 2024
    assert 95_000 <= sum(params.passages["2040"].values()) <= 96_000  # forecast, Schuttevaer 2024
    for group, total in params.passages["2040"].items():  # split by the shares of 2019, rounded to 10
        assert total == pytest.approx(95_500 * params.passages["2019"][group] / 61_555, abs=5), group


def test_sources_named_in_the_tables_exist(tables: ShipTables) -> None:
    known = tuple(load_yaml(DATASET / "dataset.yaml").branch("sources"))
    for frame in (tables.classes, tables.profile_month, tables.profile_day, tables.profile_hour, tables.od, tables.cargo, tables.loading, tables.flags):
        for source in frame["source"]:
            assert source == "by definition" or any(key in source for key in known), source


def test_relations_go_through_the_lock(tables: ShipTables) -> None:
    sea_side, canal_side = {"vlissingen", "antwerpen", "zuid-beveland"}, {"zijkanaal-c", "kluizendok", "grootdok", "evergem"}
    for row in tables.od.itertuples():
        ends = (sea_side, canal_side) if row.direction == "to_canal" else (canal_side, sea_side)
        assert row.origin in ends[0]
        assert row.destination in ends[1]


# --- faulty tables ---------------------------------------------------------------------------------------------------


def spoil(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = tmp_path / "waterway"
    shutil.copytree(TABLES, folder)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_limits_of_a_relation_may_be_left_out(tmp_path: Path, tables: ShipTables) -> None:
    at_evergem = (tables.od["group"] == "inland") & ((tables.od["origin"] == "evergem") | (tables.od["destination"] == "evergem"))
    assert (tables.od["max_length_m"] == np.where(at_evergem, 190.0, np.inf)).all()
    assert (tables.od["max_beam_m"] == np.where(at_evergem, 11.4, np.inf)).all()
    folder = spoil(tmp_path, "od.csv", "", "")
    rows = [row.split(",") for row in (folder / "od.csv").read_text(encoding="utf-8").splitlines()]
    (folder / "od.csv").write_text("\n".join(",".join(row[:5] + row[7:]) for row in rows), encoding="utf-8")
    assert np.isinf(read_ship_tables(folder).od[["max_length_m", "max_beam_m"]].to_numpy()).all()


def test_a_class_that_fits_no_relation(tmp_path: Path) -> None:
    folder = spoil(tmp_path, "od.csv", "", "")
    text = (folder / "od.csv").read_text(encoding="utf-8")
    (folder / "od.csv").write_text(text.replace(",,,", ",190,11.4,"), encoding="utf-8")
    with pytest.raises(DataError, match=r"od.csv: the class 'M10' \(110 m by 13.5 m\) fits no relation of the group 'inland'; add one or raise a limit"):
        read_ship_tables(folder)


def test_the_ends_of_relations_are_nodes_of_the_network(tables: ShipTables) -> None:
    network = DATASET.parents[1] / "networks" / "nspd" / "nodes.geojson"
    nodes = {feature["properties"]["id"] for feature in json.loads(network.read_text(encoding="utf-8"))["features"]}
    assert set(tables.od["origin"]) | set(tables.od["destination"]) <= nodes


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("classes.csv", "beam_m", "baem_m", "classes.csv: column 'beam_m' is missing (did you mean 'baem_m'?); add it to the header"),
        ("od.csv", "quality\n", "quality,x\n", "od.csv:2: has 9 cells and the header 10"),
        (
            "classes.csv",
            "M1,inland,Spits,I,0.030,38.5",
            "M1,inland,Spits,I,0.030,-38.5",
            "classes.csv:3: column 'length_m' holds '-38.5'; it must be a number above 0",
        ),
        ("classes.csv", "M1,inland,Spits,I,0.030,38.5", "M1,inland,Spits,I,0.030,", "classes.csv:3: column 'length_m' holds nothing"),
        ("classes.csv", "M1,inland,Spits,I,0.030,38.5", "M1,inland,Spits,I,0.030,nan", "classes.csv:3: column 'length_m' holds 'nan'"),
        (
            "classes.csv",
            "M1,inland,Spits,I,0.030,38.5",
            "M1,inland,Spits,I,0.030,60",
            "'length_m' holds '60'; it must be between length_low_m and length_high_m",
        ),
        ("classes.csv", "M2,inland", "M1,inland", "classes.csv:4: class_id 'M1' stands in the table twice"),
        ("classes.csv", "M1,inland", "M1,inlnd", "column 'group' holds 'inlnd'; it must be one of: inland, recreation, sea (did you mean 'inland'?)"),
        ("classes.csv", "M1,inland,Spits,I,0.030", "M1,inland,Spits,I,0.040", "column 'share' of the group 'inland' sums to 1.01, and must sum to 1"),
        ("classes.csv", "M1,inland,Spits,I,0.030", "M1,inland,Spits,I,3", "column 'share' holds '3'; it must be a number from 0 to 1"),
        ("od.csv", "0.0625", "0.0635", "od.csv: column 'share' of the group 'inland' sums to 1.001, and must sum to 1"),
        ("od.csv", "0.0875,190,11.4", "0.0875,190,-1", "od.csv:5: column 'max_beam_m' holds '-1'; it must be a number above 0; mend the cell"),
        ("od.csv", "0.0875,190,11.4", "0.0875,190,wide", "od.csv:5: column 'max_beam_m' holds 'wide'; it must be a number above 0"),
        ("od.csv", "max_beam_m", "max_baem_m", "od.csv: unknown column 'max_baem_m' (did you mean 'max_beam_m'?)"),
        ("profile_month.csv", "inland,1,0.94", "inland,1,1.94", "column 'factor' of the group 'inland' has mean 1.08333, and must have mean 1"),
        ("profile_hour.csv", "inland,1,", "inland,0,", "profile_hour.csv:3: group and hour 'inland|0' stands in the table twice"),
        ("profile_hour.csv", "inland,1,", "inland,1.5,", "column 'hour' holds '1.5'; it must be a whole number from 0 to 23"),
        (
            "profile_day.csv",
            "inland,1,1.12,nspd_estimate,estimate\n",
            "",
            "profile_day.csv: the group 'inland' has 6 rows, and must have one for each weekday: 7",
        ),
        ("loading.csv", "sea,to_sea", "inland,to_sea", "loading.csv:3: column 'group' holds 'inland'; it must be another group"),
        ("loading.csv", "sea,to_sea,0.4,nspd_estimate,assumption\n", "", "loading.csv: the group 'sea' lacks a direction"),
        ("flags.csv", "assumption", "guess", "column 'quality' holds 'guess'; it must be one of: assumption, estimate, measured, published"),
        ("cargo.csv", "recreation,none,0,1,by definition,assumption\n", "", "cargo.csv: has no rows for the group 'recreation' of classes.csv; add them"),
    ],
)
def test_faulty_tables_are_named_by_file_row_and_column(tmp_path: Path, name: str, old: str, new: str, message: str) -> None:
    with pytest.raises(DataError) as error:
        read_ship_tables(spoil(tmp_path, name, old, new))
    assert message in str(error.value)


def test_an_unknown_column_of_a_table(tmp_path: Path) -> None:
    folder = spoil(tmp_path, "flags.csv", "", "")
    rows = (folder / "flags.csv").read_text(encoding="utf-8").splitlines()
    (folder / "flags.csv").write_text("\n".join([rows[0] + ",sharee"] + [row + ",1" for row in rows[1:]]), encoding="utf-8")
    with pytest.raises(DataError, match=r"flags.csv: unknown column 'sharee' \(did you mean 'share'\?\); allowed are: flag, group, quality, share, source"):
        read_ship_tables(folder)
    (folder / "flags.csv").unlink()
    with pytest.raises(DataError, match=r"flags.csv: no such file"):
        read_ship_tables(folder)
