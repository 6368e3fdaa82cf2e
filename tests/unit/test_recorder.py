"""Tables stream to Parquet batch by batch, and say what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from nspd_mobility.errors import DataError
from nspd_mobility.tables import recorder as module
from nspd_mobility.tables.recorder import Recorder, read_table
from nspd_mobility.tables.schemas import SCHEMA_VERSION, TABLES, arrow_schema, table_as_data


def levels(n: int) -> pd.DataFrame:
    return pd.DataFrame({"period": "week", "lock": "east", "time_s": np.arange(n) * 1.0, "sea_m_nap": np.sin(np.arange(n)), "canal_m_nap": 2.1})


@pytest.mark.parametrize("cuts", [[], [1, 5], [0, 0, 99], [50]])
def test_batches_are_one_frame(cuts: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS_PER_GROUP", 20)  # some batches are kept, some are written at once
    frame = levels(100)
    with Recorder(tmp_path, ("levels",)) as recorder:
        for part in np.split(np.arange(100), cuts):
            recorder.write("levels", frame.iloc[part])
    found = read_table(tmp_path, "levels")
    pd.testing.assert_frame_equal(found, frame, check_dtype=False)


def test_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    with Recorder(tmp_path, ("levels", "ships")):
        pass
    for name in ("levels", "ships"):
        assert list(read_table(tmp_path, name).columns) == TABLES[name].names
        assert len(read_table(tmp_path, name)) == 0


@pytest.mark.parametrize("name", TABLES)
def test_file_says_what_it_holds(name: str, tmp_path: Path) -> None:
    with Recorder(tmp_path, (name,)):
        pass
    schema = pq.read_schema(tmp_path / f"{name}.parquet")
    assert schema.equals(arrow_schema(name), check_metadata=True)
    assert schema.metadata[b"schema_version"].decode() == SCHEMA_VERSION
    assert schema.metadata[b"table"].decode() == name
    for field in schema:
        assert field.metadata[b"doc"]
        assert b"unit" in field.metadata
    assert table_as_data(TABLES[name])["columns"][0]["doc"]


def test_units_follow_from_the_names() -> None:
    units = {column["name"]: column["unit"] for column in table_as_data(TABLES["levels"])["columns"]}
    assert units == {"period": "", "lock": "", "time_s": "s", "sea_m_nap": "m NAP", "canal_m_nap": "m NAP"}


def test_some_columns_alone(tmp_path: Path) -> None:
    with Recorder(tmp_path, ("levels",)) as recorder:
        recorder.write("levels", levels(3))
    assert list(read_table(tmp_path, "levels", ["time_s"]).columns) == ["time_s"]


def test_frame_that_lacks_a_column_or_holds_another_kind_is_refused(tmp_path: Path) -> None:
    with Recorder(tmp_path, ("levels",)) as recorder:
        with pytest.raises(KeyError, match="canal_m_nap"):
            recorder.write("levels", levels(3).drop(columns="canal_m_nap"))
        with pytest.raises(ValueError, match="high"):
            recorder.write("levels", levels(3).assign(time_s="high"))


def test_damaged_and_missing_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"levels\.parquet: no such result table; run the study again"):
        read_table(tmp_path, "levels")
    (tmp_path / "levels.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match=r"levels\.parquet: is damaged .*; run the study again"):
        read_table(tmp_path, "levels")
