"""Sums of directories as rows of `tree`: by depth and path, in frames of bounded size."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grt_platform.systems.lustre.columns import AGES as AGE_NAMES
from grt_platform.systems.lustre.logic.arrow import Paths, class_bytes, column
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


def tree_chunks(known: Directories, sums: NDArray[np.int64], deepest: int) -> Iterator[pl.DataFrame]:
    """Depth, path and raw numbers of all directories that hold anything, by depth and path; each frame of one depth.

    Times are Unix seconds, each class has a column of its own.
    """
    order, depths = by_depth_and_path(known)
    paths = Paths()
    for depth, (begin, end) in enumerate(pairwise(depths[: deepest + 2].tolist())):
        nodes = order[begin:end]
        nodes = nodes[sums[nodes, INODES] > 0]
        for start in range(0, len(nodes), _CHUNK):
            yield _chunk(known, sums, nodes[start : start + _CHUNK], depth, paths)


def _chunk(
    known: Directories, sums: NDArray[np.int64], nodes: NDArray[np.int32], depth: int, paths: Paths
) -> pl.DataFrame:
    numbers = np.empty((sums.shape[1], len(nodes)), np.int64)
    take_sums(sums, nodes, numbers)
    path = column("path", paths.of(known, nodes)) if depth else pl.Series("path", [b"/"])
    head = [pl.Series("depth", np.full(len(nodes), depth, np.int64)), path]
    named = [pl.Series(name, numbers[at]) for name, at in _COLUMNS.items()]
    return pl.DataFrame([*head, *named, *_class_columns(numbers[CLASSES:])])


def _class_columns(sums: NDArray[np.int64]) -> list[pl.Series]:
    return [pl.Series(f"class:{number}", each) for number, each in enumerate(sums)]


def tree_frame(raw: pl.DataFrame, classes: Sequence[str]) -> pl.DataFrame:
    """`tree` from rows as `tree_chunks` gives them, in their order."""
    names = [f"class:{number}" for number in range(len(classes))]
    sums = np.array([raw[name].to_numpy() for name in names], np.int64).reshape(len(names), raw.height)
    times = moment("last_modified_at", NO_TIME), moment("oldest_accessed_at", NEVER)
    return raw.drop(names).with_columns(*times, class_bytes(sums, list(classes)))


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
