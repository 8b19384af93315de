"""Sums of directories as rows of `tree`: by depth and path, in frames of bounded size."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grt_platform.kernel.ahead import ahead
from grt_platform.systems.lustre.columns import AGES as AGE_NAMES
from grt_platform.systems.lustre.logic.arrow import Paths, class_bytes, column
from grt_platform.systems.lustre.logic.buffers import numbers
from grt_platform.systems.lustre.logic.kernels.compact import Compact
from grt_platform.systems.lustre.logic.kernels.directories import Directories
from grt_platform.systems.lustre.logic.kernels.pairs import FILES, INODES, NEWEST, USED
from grt_platform.systems.lustre.logic.kernels.sums import (
    AGES,
    CLASSES,
    FILE_USED,
    NEVER,
    OLDEST,
    as_times,
    has_rows,
    take_sums,
)
from grt_platform.systems.lustre.logic.moments import moment
from grt_platform.systems.lustre.logic.rules import NO_TIME

_CHUNK = 1 << 15
_AT_ONCE = 2
"""Frames are made by so many threads."""
_COLUMNS = {
    "used_bytes": USED,
    "file_bytes": FILE_USED,
    "inodes": INODES,
    "files": FILES,
    "last_modified_at": NEWEST,
    "oldest_accessed_at": OLDEST,
    **{f"age_{age}_bytes": AGES + number for number, age in enumerate(AGE_NAMES)},
}


class Tree(NamedTuple):
    """Directories with what they add up to.

    Attributes:
        known: The directories.
        sums: What is in each and below it.
        order: Gives them as `by_depth_and_path` does.
    """

    known: Directories
    sums: Compact
    order: Callable[[], tuple[NDArray[np.int32], NDArray[np.int64]]]


class _Rows(NamedTuple):
    """Directories of one depth: their columns but for the classes, and the bytes of each class in a row."""

    frame: pl.DataFrame
    classes: NDArray[np.int64]


class _Part(NamedTuple):
    depth: int
    nodes: NDArray[np.int32]


def tree_frames(tree: Tree, deepest: int, classes: Sequence[str]) -> Iterator[pl.DataFrame]:
    """`tree` of all directories, by depth and path, in frames of bounded size."""
    yield from _made(tree, deepest, lambda rows: _finished(*rows, classes))


def tree_chunks(tree: Tree, deepest: int) -> Iterator[pl.DataFrame]:
    """The same as raw numbers, which can be added up; each frame of one depth.

    Times are Unix seconds, each class has a column of its own.
    """
    yield from _made(tree, deepest, _raw)


def _made(tree: Tree, deepest: int, finish: Callable[[_Rows], pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The frames of all parts, several of them made at a time."""
    free = [Paths() for _ in range(_AT_ONCE)]

    def make(part: _Part) -> pl.DataFrame:
        paths = free.pop()
        try:
            return finish(_rows_of(tree, part, paths))
        finally:
            free.append(paths)

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="tree") as pool:
        yield from ahead(pool, make, _parts(tree, deepest), _AT_ONCE)


def _parts(tree: Tree, deepest: int) -> Iterator[_Part]:
    order, depths = tree.order()
    if not has_rows(tree.sums):
        return
    for depth, (begin, end) in enumerate(pairwise(depths[: deepest + 2].tolist())):
        for start in range(begin, end, _CHUNK):
            yield _Part(depth, order[start : min(start + _CHUNK, end)])


def _rows_of(tree: Tree, part: _Part, paths: Paths) -> _Rows:
    depth, nodes = part
    taken = np.empty((tree.sums.columns, len(nodes)), np.int64)
    take_sums(tree.sums, nodes, taken)
    as_times(taken)
    path = column("path", paths.of(tree.known, nodes)) if depth else pl.Series("path", [b"/"])
    head = [column("depth", numbers(np.full(len(nodes), depth, np.int64))), path]
    named = [column(name, numbers(taken[at])) for name, at in _COLUMNS.items()]
    return _Rows(pl.DataFrame([*head, *named]), taken[CLASSES:])


def _raw(rows: _Rows) -> pl.DataFrame:
    return rows.frame.with_columns(pl.Series(_class_column(number), each) for number, each in enumerate(rows.classes))


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
