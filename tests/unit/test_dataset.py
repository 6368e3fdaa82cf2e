"""Datasets are found by name or path, and known by their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from nspd_mobility.errors import DataError
from nspd_mobility.network.dataset import data_hash, file_hashes, find_dataset, known_datasets, load_dataset

TEXT = """dataset: toy
title: {nl: Speelgoed, en: Toy}
licence: CC0-1.0
sources:
  us: {title: Our own, year: 2026}
values:
  waterway:
    canal_level_m_nap: {value: 2.1, unit: m NAP, source: us, year: 2026, quality: assumption}
"""


def toy(root: Path, kind: str = "networks", name: str = "toy") -> Path:
    folder = root / kind / name
    folder.mkdir(parents=True)
    (folder / "dataset.yaml").write_text(TEXT, encoding="utf-8")
    return folder


def test_bundled_network_is_found_by_name() -> None:
    folder = find_dataset("networks", "nspd")
    assert folder.name == "nspd"
    assert load_dataset(folder).name == "nspd"


@pytest.mark.parametrize("kind", ["networks", "demand", "experiments"])
def test_own_data_folder_goes_first(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = toy(tmp_path, kind, "nspd")
    monkeypatch.setenv("NSPD_DATA", str(tmp_path))
    assert find_dataset(kind, "nspd") == folder


def test_single_file_is_named_without_its_ending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "experiments").mkdir()
    file = tmp_path / "experiments" / "drought.yaml"
    file.write_text("study: drought\n", encoding="utf-8")
    monkeypatch.setenv("NSPD_DATA", str(tmp_path))
    assert find_dataset("experiments", "drought") == file


def test_path_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = toy(tmp_path)
    assert find_dataset("networks", folder) == folder
    assert find_dataset("networks", str(folder)) == folder


def test_misspelt_name_gets_the_nearest() -> None:
    with pytest.raises(DataError, match=r"unknown dataset 'nsdp' in networks \(did you mean 'nspd'\?\); known are: .*nspd"):
        find_dataset("networks", "nsdp")


def test_unknown_kind_names_the_allowed_ones() -> None:
    with pytest.raises(DataError, match="allowed are: demand, experiments, networks"):
        known_datasets("network")


def test_missing_path_says_so() -> None:
    with pytest.raises(DataError, match="no such folder or file"):
        find_dataset("networks", "./no-such-port")


def test_dataset_holds_titles_sources_and_values(tmp_path: Path) -> None:
    dataset = load_dataset(toy(tmp_path))
    assert dataset.titles == {"nl": "Speelgoed", "en": "Toy"}
    assert dataset.sources == {"us": {"title": "Our own", "year": "2026"}}
    assert list(dataset.values) == ["waterway"]


def test_missing_key_is_named_with_its_file(tmp_path: Path) -> None:
    folder = toy(tmp_path)
    (folder / "dataset.yaml").write_text(TEXT.replace("licence: CC0-1.0\n", ""), encoding="utf-8")
    with pytest.raises(DataError, match=r"dataset\.yaml:\d+: key 'licence' is missing"):
        load_dataset(folder)


def test_source_without_title_is_refused(tmp_path: Path) -> None:
    folder = toy(tmp_path)
    (folder / "dataset.yaml").write_text(TEXT.replace("title: Our own, ", ""), encoding="utf-8")
    with pytest.raises(DataError, match="key 'title' is missing"):
        load_dataset(folder)


def test_file_outside_the_dataset_is_refused(tmp_path: Path) -> None:
    folder = toy(tmp_path)
    (folder / "dataset.yaml").write_text(TEXT + "nodes: ../../elsewhere.geojson\n", encoding="utf-8")
    with pytest.raises(DataError, match="lies outside the dataset"):
        load_dataset(folder).file("nodes")


def test_hash_is_of_names_and_contents_only(tmp_path: Path) -> None:
    here, there = toy(tmp_path / "a"), toy(tmp_path / "b")
    (there / ".hidden").write_text("notes of an editor", encoding="utf-8")
    assert file_hashes(here) == {"dataset.yaml": hashlib.sha256(TEXT.encode()).hexdigest()}
    assert data_hash(here) == data_hash(there)
    (there / "dataset.yaml").write_text(TEXT + "\n", encoding="utf-8")
    assert data_hash(here) != data_hash(there)
    (there / "dataset.yaml").rename(there / "other.yaml")
    (there / "other.yaml").write_text(TEXT, encoding="utf-8")
    assert data_hash(here) != data_hash(there)
