"""Streams result tables to Parquet, batch by batch, so that memory does not grow with the length of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd

from ..errors import DataError
from .schemas import arrow_schema

_ROWS_PER_GROUP = 65_536


class Recorder:
    """Writes the tables of one replication into a folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    names : tuple of str
        The tables that are written; each gets a file.

    Examples
    --------
    >>> with Recorder(tmp_path, ("levels",)) as recorder:  # doctest: +SKIP
    ...     recorder.write("levels", frame)
    """

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self.folder = folder
        self._names = names
        self._writers: dict[str, Any] = {}
        self._kept: dict[str, list[Any]] = {}
        self._n_kept: dict[str, int] = {}

    def write(self, name: str, rows: pd.DataFrame | Mapping[str, Any]) -> None:
        """Append rows, a frame or columns by name: all of the schema, others are left. A text stands for every row."""
        import pyarrow as pa

        schema = arrow_schema(name)
        values = [rows[field.name] for field in schema]
        n = next(len(column) for column in values if not isinstance(column, str))
        arrays = [
            pa.repeat(column, n) if isinstance(column, str) else pa.array(column, field.type, from_pandas=True)
            for column, field in zip(values, schema, strict=True)
        ]
        batch = pa.Table.from_arrays(arrays, schema=schema)
        self._kept.setdefault(name, []).append(batch)
        self._n_kept[name] = self._n_kept.get(name, 0) + batch.num_rows
        if self._n_kept[name] >= _ROWS_PER_GROUP:
            self._flush(name)

    def _flush(self, name: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if name not in self._writers:
            path = self.folder / f"{name}.parquet"
            self._writers[name] = pq.ParquetWriter(path, arrow_schema(name), compression="zstd", use_dictionary=True)
        if self._kept.get(name):
            self._writers[name].write_table(pa.concat_tables(self._kept[name]))
        self._kept[name] = []
        self._n_kept[name] = 0

    def close(self) -> None:
        """Write what is kept and close all files; a table that was given no rows gets a file without rows."""
        for name in self._names:
            self._flush(name)
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self.close()
        else:
            for writer in self._writers.values():
                writer.close()


def read_table(folder: Path, name: str, columns: list[str] | None = None) -> pd.DataFrame:
    """Read one table of a replication.

    Raises
    ------
    DataError
        If the file is missing, damaged, or of another schema version.
    """
    import pyarrow.parquet as pq

    path = folder / f"{name}.parquet"
    try:
        file = pq.ParquetFile(path)
        version = (file.schema_arrow.metadata or {}).get(b"schema_version", b"?").decode()
        expected = arrow_schema(name).metadata[b"schema_version"].decode()
        if version != expected:
            raise DataError(f"{path}: has schema version {version}, this program reads {expected}; run the study again")
        frame: pd.DataFrame = file.read(columns=columns).to_pandas()
        return frame
    except FileNotFoundError:
        raise DataError(f"{path}: no such result table; run the study again") from None
    except (OSError, ValueError) as error:  # Arrow's errors derive from these
        raise DataError(f"{path}: is damaged ({str(error).splitlines()[0]}); run the study again") from None
