"""The same sums again, from the entries' Parquet instead of the dump."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from grt_platform.kernel.ahead import one_ahead
from grt_platform.systems.lustre.logic.buffers import is_null, values_of
from grt_platform.systems.lustre.logic.entry import MAX_PARTS
from grt_platform.systems.lustre.logic.frames import groups_frame
from grt_platform.systems.lustre.logic.gather import Gathered
from grt_platform.systems.lustre.logic.kernels.directories import grown, new_directories
from grt_platform.systems.lustre.logic.kernels.finding import find_paths
from grt_platform.systems.lustre.logic.kernels.lines import NO_CLASS, new_columns
from grt_platform.systems.lustre.logic.kernels.numbers import ATIME, GID, MTIME, NLINK, SIZE, TYPE, UID
from grt_platform.systems.lustre.logic.kernels.sums import Placed
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.logic.spill import Scratch

_NUMBERS = {"size_bytes": SIZE, "atime_s": ATIME, "mtime_s": MTIME, "nlink": NLINK}
_OWNERS = {"uid": UID, "gid": GID}
_PLACED = ("size_bytes", "nlink", "mtime_s", "atime_s")
_CODED = ["dir", "type", "file_class"]
_PADDING = 64


def rescan(entries: BinaryIO, rules: ScanRules, *, scratch: Scratch, is_owned: bool = True) -> "Rescanned":
    """Reads the whole Parquet file once.

    Args:
        entries: A file of `entries`.
        rules: What to do; classes are those the file was made with, by name.
        scratch: Makes files for sums that memory has no room for.
        is_owned: Whether users and groups are read; without them only the tree may be asked for.
    """
    numbers = _NUMBERS | _OWNERS if is_owned else _NUMBERS
    again = Rescanned(rules, scratch, numbers, rules.deepest if is_owned else rules.max_tree_depth)
    for table in one_ahead(_row_groups(pq.ParquetFile(entries, read_dictionary=_CODED), [*numbers, *_CODED])):
        again.take(table)
    again.finish()
    return again


def _row_groups(file: pq.ParquetFile, columns: list[str]) -> Iterator[pa.Table]:
    return (file.read_row_group(number, columns, use_threads=True) for number in range(file.num_row_groups))


class Rescanned:
    """What the entries add up to, as in `Scanned`.

    Args:
        rules: What to do.
        scratch: Makes files for sums that memory has no room for.
        numbers: Columns that are read as they are, with their fields.
        deepest: Down to which depth directories are told apart.
    """

    def __init__(self, rules: ScanRules, scratch: Scratch, numbers: Mapping[str, int], deepest: int) -> None:
        self._classes = {each.name: number for number, each in enumerate(rules.classes)}
        self._gathered, self._deepest = Gathered(rules, scratch), deepest
        self._known = new_directories()
        self._above, self._hashes = np.zeros((2, MAX_PARTS + 2), np.int64), np.zeros(MAX_PARTS + 2, np.uint64)
        self._numbers, self._columns = numbers, new_columns(0, 0)
        self.tree = self._gathered.tree
        self.projects = self._gathered.projects
        self.users = self._gathered.users

    def groups(self) -> pl.DataFrame:
        """`group_totals` of all rows."""
        return groups_frame(self.users())

    def take(self, table: pa.Table) -> None:
        """Adds the rows of a table of entries."""
        rows = self._placed(table)
        if _OWNERS.keys() <= self._numbers.keys():
            self._fill(table, rows)
            self._gathered.add(self._columns, 0, table.num_rows, self._known, "entries")
        else:
            self._gathered.add_placed(rows, self._known)
        self._known = self._gathered.settle(self._known)

    def finish(self) -> None:
        """Rolls up; nothing may be taken any more."""
        self._gathered.finish(self._known)
        self._known, self._columns = new_directories(), new_columns(0, 0)

    def _placed(self, table: pa.Table) -> Placed:
        """The rows over the table's own memory, with what their codes mean."""
        size, nlink, mtime, atime = (values_of(_whole(table[name]), np.int64) for name in _PLACED)
        kind, kinds = _codes(table["type"])
        file_class, classes = _codes(table["file_class"])
        numbers = np.array([*(self._classes.get(name, NO_CLASS) for name in classes), NO_CLASS], np.int8)
        node, ends, text = _codes_and_paths(table["dir"])
        letters = np.array([*map(ord, kinds), 0])
        return Placed(
            size, nlink, mtime, atime, kind, letters, file_class, numbers, node, self._directories(ends, text)
        )

    def _fill(self, table: pa.Table, rows: Placed) -> None:
        """Writes the rows into the columns, which are used again and again."""
        count = table.num_rows
        if count > len(self._columns.node):
            self._columns = new_columns(count, 0)
        values, file_class, node = self._columns.values, self._columns.file_class, self._columns.node
        for name, field in self._numbers.items():
            values[field, :count] = values_of(_whole(table[name]), np.int64)
        np.take(rows.kinds, rows.kind, out=values[TYPE, :count], mode="clip")
        np.take(rows.classes, rows.file_class, out=file_class[:count], mode="clip")
        np.take(rows.nodes, rows.node, out=node[:count], mode="clip")

    def _directories(self, ends: NDArray[np.int32], text: NDArray[np.uint8]) -> NDArray[np.int32]:
        nodes, done = np.zeros(max(len(ends) - 1, 1), np.int32), 0
        paths = nodes[: len(ends) - 1]
        room = paths, self._above, self._hashes
        while (done := find_paths(self._known, text, ends, done, self._deepest, *room)) != len(paths):
            self._known = grown(self._known)
        return nodes


def _whole(column: "pa.ChunkedArray[Any]") -> Any:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _codes(column: "pa.ChunkedArray[Any]") -> tuple[NDArray[np.int32], list[str]]:
    """Codes of a coded column (NULL is the last plus one) and what they mean."""
    array = _whole(column.unify_dictionaries())
    meaning = array.dictionary.to_pylist()
    codes = values_of(array.indices, np.int32)
    if array.null_count:
        codes = np.where(is_null(array.indices), np.int32(len(meaning)), codes)
        codes.flags.writeable = False  # as what Arrow holds: one kind of array, so one kernel
    return codes, meaning


def _codes_and_paths(column: "pa.ChunkedArray[Any]") -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    array = _whole(column.unify_dictionaries())
    ends, text = _binary(array.dictionary)
    return values_of(array.indices, np.int32), ends, text


def _binary(array: Any) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Ends and bytes of a binary array, with the padding that kernels read over."""
    _, ends, text = array.buffers()
    offsets = np.frombuffer(ends, np.int32)[array.offset : array.offset + len(array) + 1]
    padded = np.empty(int(offsets[-1]) + _PADDING, np.uint8)
    padded[: int(offsets[-1])] = np.frombuffer(text or b"", np.uint8)[: int(offsets[-1])]
    padded[int(offsets[-1]) :] = 0
    return offsets, padded
