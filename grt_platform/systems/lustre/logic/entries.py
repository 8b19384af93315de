"""The entries' Parquet file: row groups encoded while the next rows are read, each column as it packs best."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.arrow import Paths, binary
from grt_platform.systems.lustre.logic.buffers import numbers, texts
from grt_platform.systems.lustre.logic.entry import TYPES
from grt_platform.systems.lustre.logic.kernels.directories import Directories
from grt_platform.systems.lustre.logic.kernels.lines import NO_CLASS, Columns
from grt_platform.systems.lustre.logic.kernels.numbers import (
    APPARENT,
    ATIME,
    CTIME,
    DEV,
    GID,
    INODE,
    MTIME,
    NLINK,
    SIZE,
    TYPE,
    UID,
)
from grt_platform.systems.lustre.logic.kernels.written import encode

_NUMBERS = {
    "size_bytes": SIZE,
    "uid": UID,
    "gid": GID,
    "atime_s": ATIME,
    "mtime_s": MTIME,
    "inode": INODE,
    "nlink": NLINK,
    "dev": DEV,
}
_REPEATED = ["dir", "uid", "gid", "type", "file_class", "nlink", "dev"]
_ENCODINGS = {
    "inode": "DELTA_BINARY_PACKED",
    **dict.fromkeys(("size_bytes", "atime_s", "mtime_s", "ctime_s", "apparent_size_bytes"), "BYTE_STREAM_SPLIT"),
}
_LIGHTLY, _NOT = ("atime_s", "mtime_s", "inode"), ("uid", "gid", "file_class", "dev")
"""Columns that zstd's fastest level packs as well as the next, and those that are as small without it."""
_STATISTICS = ["dir", "uid", "gid"]
"""Columns by whose least and greatest value of a row group readers may pass over it."""
WAITING = 2
"""Groups that are being written or wait for it: with one, reading and writing would wait for each other by turns."""
_BATCH_ROWS = 1 << 14
_MOST = (1 << 31) - 1
_TYPE_NAMES = texts([chr(byte) for byte in TYPES])
_TYPE_CODES = np.zeros(256, np.int8)
_TYPE_CODES[list(TYPES)] = np.arange(len(TYPES))


class EntriesWriter:
    """Writes columns of entries as row groups, in a thread of its own, one after the other.

    Args:
        sink: Gets the file's bytes.
        schema: Names, types and metadata of the file's columns.
        classes: Names of the file classes, by their number.
    """

    def __init__(self, sink: BinaryIO, schema: pa.Schema, classes: list[str]) -> None:
        self._schema, self._classes = _with_dictionaries(schema), classes
        self._writer = pq.ParquetWriter(
            sink,
            self._schema,
            compression={name: "none" if name in _NOT else "zstd" for name in schema.names},
            compression_level={name: -1 if name in _LIGHTLY else 1 for name in schema.names if name not in _NOT},
            use_dictionary=_REPEATED,  # type: ignore[arg-type] # its stubs know no list
            column_encoding=_ENCODINGS,
            store_schema=False,
            write_page_checksum=True,
            write_statistics=_STATISTICS,
            write_batch_size=_BATCH_ROWS,
        )
        self._writer.add_key_value_metadata(_text(schema.metadata or {}))
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="parquet")
        self._pending = deque[Future[None]]()
        self._seen, self._base = np.zeros(0, np.int32), 1
        self._paths = Paths()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        try:
            if error is None:
                self._wait(0)
        finally:
            self._writer.close()

    def write(self, columns: Columns, rows: int, known: Directories) -> None:
        """Writes the rows as one group; they must stay as they are until `write` was called WAITING more times."""
        self._wait(WAITING - 1)
        self._pending.append(self._pool.submit(self._write, columns, rows, known))

    def _wait(self, most: int) -> None:
        """Returns when no more than so many groups are not written yet; raises what went wrong with one."""
        while len(self._pending) > most:
            self._pending.popleft().result()

    def _write(self, columns: Columns, rows: int, known: Directories) -> None:
        values = columns.values
        arrays: dict[str, Any] = {name: numbers(values[field, :rows]) for name, field in _NUMBERS.items()}
        arrays["dir"] = self._directories(columns.node[:rows], known)
        arrays["name"] = binary(columns.name_end[: rows + 1], columns.names)
        kinds = numbers(_TYPE_CODES[values[TYPE, :rows]])
        arrays["type"] = pa.DictionaryArray.from_arrays(kinds, _TYPE_NAMES)
        file_class = columns.file_class[:rows]
        codes = numbers(file_class, file_class == NO_CLASS)
        arrays["file_class"] = pa.DictionaryArray.from_arrays(codes, texts(self._classes))
        changed, apparent = values[CTIME, :rows], values[APPARENT, :rows]
        arrays["ctime_s"] = numbers(changed, changed == values[MTIME, :rows])
        arrays["apparent_size_bytes"] = numbers(apparent, apparent < 0)
        made = [arrays[name] for name in self._schema.names]
        self._writer.write_table(pa.Table.from_arrays(made, schema=self._schema), row_group_size=rows or 1)

    def _directories(self, nodes: NDArray[np.int32], known: Directories) -> "pa.DictionaryArray[Any, Any]":
        if len(self._seen) < len(known.parent) or self._base + len(nodes) >= _MOST:
            self._seen, self._base = np.zeros(len(known.parent), np.int32), 1
        codes, distinct = np.empty(len(nodes), np.int32), np.empty(len(nodes), np.int32)
        count = encode(nodes, self._base, self._seen, codes, distinct)
        self._base += count
        return pa.DictionaryArray.from_arrays(numbers(codes), self._paths.of(known, distinct[:count]))


def _with_dictionaries(schema: pa.Schema) -> pa.Schema:
    coded: dict[str, Any] = {
        "dir": pa.dictionary(pa.int32(), pa.binary()),
        "type": pa.dictionary(pa.int8(), pa.string()),
        "file_class": pa.dictionary(pa.int8(), pa.string()),
    }
    fields = [field.with_type(coded.get(field.name, field.type)) for field in schema]
    return pa.schema(fields)


def _text(metadata: dict[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in metadata.items()}
