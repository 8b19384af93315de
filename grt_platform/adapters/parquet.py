"""Parquet files of tables: bounded row groups, exact types, and a mark of which table it is."""

import hashlib
from collections.abc import Mapping
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from grt_platform.adapters.frames import conform
from grt_platform.kernel.table import Kind, Table

ROW_GROUP_ROWS = 1_000_000
ROW_GROUP_BYTES = 128 * 1024**2
_TABLE_MARK, _FINGERPRINT_MARK = b"grt.table", b"grt.fingerprint"
_REPEATED = {Kind.TEXT, Kind.UUID, Kind.BOOLEAN, Kind.JSON, Kind.DATE}


def fingerprint(table: Table) -> str:
    """A short hash of everything that decides what a file of the table looks like."""
    shape = [(column.name, column.kind.name, column.is_nullable) for column in table.stored_columns]
    return hashlib.sha256(repr((shape, table.partition_by)).encode()).hexdigest()[:16]


def marked_schema(table: Table) -> pa.Schema:
    """The Arrow schema of the table's files, with the table's name and fingerprint in its metadata."""
    marks = {_TABLE_MARK: table.name.encode(), _FINGERPRINT_MARK: fingerprint(table).encode()}
    return table.arrow_schema(with_partition=False).with_metadata(marks)


def drift(file: BinaryIO, table: Table) -> str | None:
    """How the file differs from what the table says now; None where it is of this table and shape."""
    stored = pq.read_schema(file)
    marks = stored.metadata or {}
    if marks.get(_TABLE_MARK) != table.name.encode():
        return f"it is a file of {marks.get(_TABLE_MARK, b'no table').decode()}, not of {table.name}"
    wanted = {field.name: field for field in marked_schema(table)}
    found = {field.name: field for field in stored}
    parts = [f"{name} is gone from the table" for name in found.keys() - wanted.keys()]
    parts += [f"{name} is new in the table" for name in wanted.keys() - found.keys()]
    parts += [
        f"{name} is stored as {_told(found[name])}, the table says {_told(wanted[name])}"
        for name in found.keys() & wanted.keys()
        if found[name] != wanted[name]
    ]
    if not parts and marks.get(_FINGERPRINT_MARK) != fingerprint(table).encode():
        parts = ["its columns stand in another order"]
    return "; ".join(sorted(parts)) or None


class PartitionWriter:
    """Writes the frames of one partition into one file; holds at most one row group of them.

    Attributes:
        rows: How many rows were written so far.
    """

    def __init__(
        self, sink: BinaryIO, table: Table, partition: Mapping[str, str], *, group_bytes: int = ROW_GROUP_BYTES
    ) -> None:
        self.rows = 0
        self._table, self._partition = table, partition
        self._waiting: list[pl.DataFrame] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._schema = marked_schema(table)
        self._most_bytes = group_bytes
        self._writer = pq.ParquetWriter(sink, self._schema, **_options(table))

    def write(self, frame: pl.DataFrame) -> None:
        """Append the frame's rows; they are safe once the partition's `with` block ends well.

        Raises:
            TypeError: The frame does not fit the table.
        """
        rows = conform(frame, self._table, self._partition)
        for piece in _bounded(rows, self._most_bytes):
            self._waiting.append(piece)
            self._waiting_rows += piece.height
            self._waiting_bytes += _arrow_bytes(piece)
            if self._waiting_rows >= ROW_GROUP_ROWS // 2 or self._waiting_bytes >= self._most_bytes // 2:
                self.flush()
        self.rows += rows.height

    def close(self) -> None:
        """Write the footer; what waits is lost without a `flush`."""
        self._writer.close()

    def flush(self) -> None:
        """Write what waits as a row group."""
        if self._waiting_rows:
            group = pl.concat(self._waiting, rechunk=True).to_arrow().cast(self._schema)
            self._writer.write_table(group, row_group_size=ROW_GROUP_ROWS)
        self._waiting = []
        self._waiting_rows = self._waiting_bytes = 0


def _options(table: Table) -> dict[str, Any]:
    """Dictionaries where values repeat; numbers are smaller without."""
    repeated = [column.name for column in table.stored_columns if column.kind in _REPEATED]
    return {"compression": "zstd", "compression_level": 1, "use_dictionary": repeated, "write_page_checksum": True}


def _told(field: "pa.Field[Any]") -> str:
    return f"{field.type}{'' if field.nullable else ' not null'}"


def _bounded(frame: pl.DataFrame, most_bytes: int) -> list[pl.DataFrame]:
    """The frame cut so that no piece is more than half a row group."""
    parts = max(1, -(-2 * frame.height // ROW_GROUP_ROWS), -(-2 * _arrow_bytes(frame) // most_bytes))
    if parts == 1:
        return [frame]
    return list(frame.iter_slices(max(1, -(-frame.height // parts))))


def _arrow_bytes(frame: pl.DataFrame) -> int:
    """The frame's size in Arrow, where equal texts do not share their bytes as they may in Polars."""
    lengths = [
        series.str.len_bytes() if series.dtype == pl.String else series.bin.size()
        for series in frame.iter_columns()
        if series.dtype in (pl.String, pl.Binary)
    ]
    return 8 * frame.width * frame.height + sum(int(length.sum()) for length in lengths)
