"""Bytes that kernels wrote one behind the other, as Arrow arrays over the same memory."""

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.directories import Directories
from grt_platform.systems.lustre.logic.kernels.written import (
    EIGHT,
    MOST_DIGITS,
    WIDE,
    path_ends,
    write_members,
    write_paths,
)
from grt_platform.systems.lustre.logic.paths import path_text

_MOST = (1 << 31) - 1


class _Lent:
    """An array for polars by Arrow's C interface: to take one of pyarrow's own it imports a tenth of a CPU second."""

    def __init__(self, array: "pa.Array[Any]") -> None:
        self._array = array

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """As Arrow's PyCapsule interface says."""
        lent: tuple[object, object] = self._array.__arrow_c_array__(requested_schema)
        return lent


def column(name: str, array: "pa.Array[Any]") -> pl.Series:
    """The array as a column over the same memory."""
    return pl.Series(_Lent(array)).alias(name)


class Paths:
    """Writes paths of directories, mostly from what it wrote for others just before."""

    def __init__(self) -> None:
        self._begun, self._base = np.zeros(0, np.int32), 1

    def of(self, known: Directories, nodes: NDArray[np.int32]) -> "pa.Array[Any]":
        """The paths of directories, `/` as the empty one; together below 2 GiB."""
        return binary(*self.written(known, nodes))

    def written(self, known: Directories, nodes: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Where each path ends, and the paths one behind the other."""
        ends = np.zeros(len(nodes) + 1, np.int32)
        path_ends(known, nodes, ends)
        text = np.empty(int(ends[-1]) + WIDE, np.uint8)
        if len(self._begun) < len(known.parent) or self._base + len(text) >= _MOST:
            self._begun, self._base = np.zeros(len(known.parent), np.int32), 1
        write_paths(known, nodes, ends, self._base, self._begun, text)
        self._base += len(text)
        return ends, text[: int(ends[-1])]


def readable_paths(known: Directories, nodes: NDArray[np.int32]) -> pl.Series:
    """Paths of directories as `path_text` shows them to people."""
    ends, text = Paths().written(known, nodes)
    is_odd = (text < ord(" ")) | (text > ord("~")) | (text == ord("\\"))
    odd = np.unique(np.searchsorted(ends, np.flatnonzero(is_odd), side="right") - 1)
    shown = [path_text(text[ends[at] : ends[at + 1]].tobytes()) for at in odd.tolist()]
    text[is_odd] = ord("?")
    return column("", _over(pa.string(), ends, text)).scatter(odd, shown)


def binary(ends: NDArray[np.int32], text: NDArray[np.uint8]) -> "pa.Array[Any]":
    """Bytes that stand one behind the other, each up to its end; the first of the ends is 0."""
    return _over(pa.binary(), ends, text)


def class_bytes(sums: NDArray[np.int64], classes: list[str]) -> pl.Series:
    """The bytes of each class as JSON, those of 0 left out; NULL where all are 0.

    Args:
        sums: A row for each class.
        classes: Their names.
    """
    names = [b'"' + name.replace("\\", "\\\\").replace('"', '\\"').encode() + b'":' for name in classes]
    name_ends = np.cumsum([0, *map(len, names)]).astype(np.int64)
    count = sums.shape[1]
    ends = np.zeros(count + 1, np.int32)
    room = int(name_ends[-1]) + len(names) * (MOST_DIGITS + 1) + 2
    text, valid = np.empty(count * room + EIGHT, np.uint8), np.zeros(count // 8 + 1, np.uint8)
    quoted = np.frombuffer(b"".join(names) or b"\0", np.uint8)
    objects = write_members(sums, quoted, name_ends, ends, text, valid)
    return column("class_bytes", _over(pa.string(), ends, text, pa.py_buffer(valid.data), count - objects))


def _over(
    kind: "pa.DataType",
    ends: NDArray[np.int32],
    text: NDArray[np.uint8],
    valid: "pa.Buffer | None" = None,
    nulls: int = 0,
) -> "pa.Array[Any]":
    buffers = [valid, pa.py_buffer(ends.data), pa.py_buffer(text.data)]
    return pa.Array.from_buffers(kind, len(ends) - 1, buffers, nulls)
