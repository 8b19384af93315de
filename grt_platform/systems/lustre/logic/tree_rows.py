"""Sums of directories as rows of `tree`: by depth and path, in frames of bounded size."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grt_platform.systems.lustre.columns import AGES as AGE_NAMES
from grt_platform.systems.lustre.logic.ahead import ahead
from grt_platform.systems.lustre.logic.arrow import Paths, class_bytes, column
from grt_platform.systems.lustre.logic.buffers import numbers
from grt_platform.systems.lustre.logic.kernels.directories import Directories
from grt_platform.systems.lustre.logic.kernels.order import by_depth_and_path
from grt_platform.systems.lustre.logic.kernels.pairs import FILES, INODES, NEWEST, USED
from grt_platform.systems.lustre.logic.kernels.sums import AGES, CLASSES, FILE_USED, NEVER, OLDEST, take_sums
from grt_platform.systems.lustre.logic.moments import moment
from grt_platform.systems.lustre.logic.rules import NO_TIME

_CHUNK = 1 << 15
_COLUMNS = {
    "used_bytes": USED,
    "file_bytes": FILE_USED,
    "inodes": INODES,
    "files": FILES,
    "last_modified_at": NEWEST,
    "oldest_accessed_at": OLDEST,
    **{f"age_{age}_bytes": AGES + number for number, age in enumerate(AGE_NAMES)},
}


class _Rows(NamedTuple):
    """Directories of one depth: their columns but for the classes, and the bytes of each class in a row."""

    frame: pl.DataFrame
    classes: NDArray[np.int64]


def tree_frames(
    known: Directories, sums: NDArray[np.int64], deepest: int, classes: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """`tree` of all directories that hold anything, by depth and path, in frames of bounded size."""
    yield from (_finished(*rows, classes) for rows in ahead(_rows(known, sums, deepest)))


def tree_chunks(known: Directories, sums: NDArray[np.int64], deepest: int) -> Iterator[pl.DataFrame]:
    """The same as raw numbers, which can be added up; each frame of one depth.

    Times are Unix seconds, each class has a column of its own.
    """
    for frame, classes in _rows(known, sums, deepest):
        yield frame.with_columns(pl.Series(_class_column(number), each) for number, each in enumerate(classes))


def _rows(known: Directories, sums: NDArray[np.int64], deepest: int) -> Iterator[_Rows]:
    order, depths = by_depth_and_path(known)
    paths = Paths()
    for depth, (begin, end) in enumerate(pairwise(depths[: deepest + 2].tolist())):
        nodes = order[begin:end]
        nodes = nodes[sums[nodes, INODES] > 0]
        for start in range(0, len(nodes), _CHUNK):
            yield _rows_of(known, sums, nodes[start : start + _CHUNK], depth, paths)


def _rows_of(known: Directories, sums: NDArray[np.int64], nodes: NDArray[np.int32], depth: int, paths: Paths) -> _Rows:
    taken = np.empty((sums.shape[1], len(nodes)), np.int64)
    take_sums(sums, nodes, taken)
    path = column("path", paths.of(known, nodes)) if depth else pl.Series("path", [b"/"])
    head = [column("depth", numbers(np.full(len(nodes), depth, np.int64))), path]
    named = [column(name, numbers(taken[at])) for name, at in _COLUMNS.items()]
    return _Rows(pl.DataFrame([*head, *named]), taken[CLASSES:])


def _class_column(number: int) -> str:
    return f"class:{number}"


def tree_frame(raw: pl.DataFrame, classes: Sequence[str]) -> pl.DataFrame:
    """`tree` from rows as `tree_chunks` gives them, in their order."""
    names = [_class_column(number) for number in range(len(classes))]
    sums = np.array([raw[name].to_numpy() for name in names], np.int64).reshape(len(names), raw.height)
    return _finished(raw.drop(names), sums, classes)


def _finished(frame: pl.DataFrame, sums: NDArray[np.int64], classes: Sequence[str]) -> pl.DataFrame:
    times = moment("last_modified_at", NO_TIME), moment("oldest_accessed_at", NEVER)
    return frame.with_columns(*times, class_bytes(sums, list(classes)))


def evened(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows in frames as `tree_chunks` cuts them; each frame given has rows of one depth."""
    for _, of_depth in groupby(frames, key=lambda frame: int(frame["depth"][0])):
        waiting = pl.DataFrame()
        for frame in of_depth:
            waiting = pl.concat([waiting, frame]) if waiting.height else frame
            while waiting.height >= _CHUNK:
                yield waiting[:_CHUNK]
                waiting = waiting[_CHUNK:]
        if waiting.height:
            yield waiting
