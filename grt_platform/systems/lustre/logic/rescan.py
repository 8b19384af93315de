"""The same sums again, from the entries' Parquet instead of the dump."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.entry import MAX_PARTS
from grt_platform.systems.lustre.logic.frames import groups_frame
from grt_platform.systems.lustre.logic.gather import Gathered
from grt_platform.systems.lustre.logic.kernels.directories import (
    find_children,
    find_paths,
    grown,
    new_directories,
)
from grt_platform.systems.lustre.logic.kernels.lines import DIRECTORY, NO_CLASS, Columns
from grt_platform.systems.lustre.logic.kernels.numbers import ATIME, FIELDS, GID, MTIME, NLINK, SIZE, TYPE, UID
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.logic.spill import Scratch

_NUMBERS = {"size_bytes": SIZE, "uid": UID, "gid": GID, "atime_s": ATIME, "mtime_s": MTIME, "nlink": NLINK}
_CODED = ["dir", "type", "file_class"]
_COLUMNS = [*_NUMBERS, *_CODED, "name"]
_PADDING = 64


def rescan(entries: BinaryIO, rules: ScanRules, *, scratch: Scratch) -> "Rescanned":
    """Reads the whole Parquet file once.

    Args:
        entries: A file of `entries`.
        rules: What to do; classes are those the file was made with, by name.
        scratch: Makes files for sums that memory has no room for.
    """
    again = Rescanned(rules, scratch)
    for table in _row_groups(pq.ParquetFile(entries, read_dictionary=_CODED)):
        again.take(table)
    again.finish()
    return again


def _row_groups(file: pq.ParquetFile) -> Iterator[pa.Table]:
    """The row groups, each read while the one before is added."""
    with ThreadPoolExecutor(1, thread_name_prefix="entries") as pool:
        coming: Future[pa.Table] | None = None
        for number in range(file.num_row_groups):
            read, coming = coming, pool.submit(file.read_row_group, number, _COLUMNS, use_threads=True)
            if read is not None:
                yield read.result()
        if coming is not None:
            yield coming.result()


class Rescanned:
    """What the entries add up to, as in `Scanned`."""

    def __init__(self, rules: ScanRules, scratch: Scratch) -> None:
        self._classes = {each.name: number for number, each in enumerate(rules.classes)}
        self._gathered, self._known = Gathered(rules, scratch), new_directories()
        self._above = np.zeros((2, MAX_PARTS + 2), np.int64)
        self.tree = self._gathered.tree
        self.projects = self._gathered.projects
        self.users = self._gathered.users

    def groups(self) -> pl.DataFrame:
        """`group_totals` of all rows."""
        return groups_frame(self.users())

    def take(self, table: pa.Table) -> None:
        """Adds the rows of a table of entries."""
        columns = self._columns(table.combine_chunks())
        self._gathered.add(columns, 0, table.num_rows, self._known, "entries")
        self._known = self._gathered.settle(self._known)

    def finish(self) -> None:
        """Rolls up; nothing may be taken any more."""
        self._gathered.finish(self._known)

    def _columns(self, table: pa.Table) -> Columns:
        values = np.empty((FIELDS, table.num_rows), np.int64)
        for name, field in _NUMBERS.items():
            values[field] = table[name].to_numpy()
        codes, names = _codes(table["type"])
        values[TYPE] = np.array([ord(name) for name in names] or [0])[codes]
        parent = self._parents(*_codes_and_paths(table["dir"]))
        ends, text = _binary(_whole(table["name"]))
        none = np.zeros(0, np.int64)
        node = self._nodes(parent, (values[TYPE] == DIRECTORY).view(np.uint8), ends, text)
        return Columns(none, values, self._file_class(table["file_class"]), parent, node, ends, text, none)

    def _file_class(self, column: "pa.ChunkedArray[Any]") -> NDArray[np.int8]:
        codes, names = _codes(column)
        numbers = np.array([*(self._classes.get(name, NO_CLASS) for name in names), NO_CLASS], np.int8)
        return numbers[codes]

    def _parents(self, codes: NDArray[np.int64], ends: NDArray[np.int32], text: NDArray[np.uint8]) -> NDArray[np.int32]:
        nodes, done = np.empty(len(ends) - 1, np.int32), 0
        while (done := find_paths(self._known, text, ends, done, nodes, self._above)) != len(nodes):
            self._known = grown(self._known)
        return nodes[codes]

    def _nodes(
        self, parent: NDArray[np.int32], wanted: NDArray[np.uint8], ends: NDArray[np.int32], text: NDArray[np.uint8]
    ) -> NDArray[np.int32]:
        node, done = np.empty_like(parent), 0
        while (done := find_children(self._known, parent, wanted, text, ends, done, node)) != len(parent):
            self._known = grown(self._known)
        return node


def _whole(column: "pa.ChunkedArray[Any]") -> Any:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _codes(column: "pa.ChunkedArray[Any]") -> tuple[NDArray[np.int64], list[str]]:
    """Codes of a coded column (NULL is the last plus one) and what they mean."""
    array = _whole(column.unify_dictionaries())
    meaning = array.dictionary.to_pylist()
    codes = array.indices.fill_null(len(meaning)).to_numpy(zero_copy_only=False)
    return codes.astype(np.int64), meaning


def _codes_and_paths(column: "pa.ChunkedArray[Any]") -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
    array = _whole(column.unify_dictionaries())
    ends, text = _binary(array.dictionary)
    return array.indices.to_numpy(zero_copy_only=False).astype(np.int64), ends, text


def _binary(array: Any) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Ends and bytes of a binary array, with the padding that kernels read over."""
    _, ends, text = array.buffers()
    offsets = np.frombuffer(ends, np.int32)[array.offset : array.offset + len(array) + 1]
    padded = np.zeros(int(offsets[-1]) + _PADDING, np.uint8)
    padded[: int(offsets[-1])] = np.frombuffer(text or b"", np.uint8)[: int(offsets[-1])]
    return offsets, padded
