"""Directories in the order of their depth and path, without comparing whole paths."""

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.directories import COUNT, ROOT, Directories, name_begin, name_length
from grt_platform.systems.lustre.logic.kernels.jit import compiled
from grt_platform.systems.lustre.logic.kernels.wide import lowest, word

_SLASH, _END = 47, 0
_RUN = 16


def by_depth_and_path(known: Directories) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """All directories by depth, then by the bytes of their paths; and where each depth begins, and the last ends.

    Siblings are sorted by name, families by their parents: where a name goes on behind another, the path of a child
    has a slash there, so parents are put into the order of names with a slash at the end.
    """
    count = int(known.now[COUNT])
    kids, starts = np.empty(count, np.int32), np.zeros(count + 2, np.int64)
    order, walk, spare = (np.empty(count, np.int32) for _ in range(3))
    group_by_parent(known, starts, kids)
    depths = np.zeros(count + 1, np.int64)
    levels = sort_levels(known, starts, kids, order, walk, spare, depths)
    return order, depths[: levels + 1]


@compiled
def group_by_parent(known: Directories, starts: NDArray[np.int64], kids: NDArray[np.int32]) -> None:
    """Brings the children of each directory together: those of `n` are `kids[starts[n]:starts[n + 1]]`."""
    count = known.now[COUNT]
    for node in range(1, count):
        starts[known.parent[node] + 2] += 1
    for node in range(count):
        starts[node + 1] += starts[node]
    for node in range(1, count):
        parent = known.parent[node]
        kids[starts[parent + 1]] = node
        starts[parent + 1] += 1


@compiled
def sort_levels(
    known: Directories,
    starts: NDArray[np.int64],
    kids: NDArray[np.int32],
    order: NDArray[np.int32],
    walk: NDArray[np.int32],
    spare: NDArray[np.int32],
    depths: NDArray[np.int64],
) -> int:
    """Writes the directories level after level, and where each level begins; returns how many levels there are."""
    order[0] = walk[0] = ROOT
    begin, behind, level = 0, 1, 0
    while begin < behind:
        depths[level] = begin
        filled = behind
        for number in range(begin, behind):
            first, last = starts[walk[number]], starts[walk[number] + 1]
            size = last - first
            sort_names(known, kids, first, last, spare, _END)
            for each in range(size):
                order[filled + each] = walk[filled + each] = kids[first + each]
            sort_run(known, walk, filled, filled + size, _SLASH)
            filled += size
        begin, behind, level = behind, filled, level + 1
    depths[level] = behind
    return level


@compiled
def sort_names(
    known: Directories, nodes: NDArray[np.int32], first: int, behind: int, spare: NDArray[np.int32], end: int
) -> None:
    """Sorts directories by name: short runs one by one, then pairs of runs merged until one is left."""
    for begin in range(first, behind, _RUN):
        sort_run(known, nodes, begin, min(begin + _RUN, behind), end)
    size = _RUN
    while size < behind - first:
        for begin in range(first, behind - size, 2 * size):
            merge(known, nodes, begin, begin + size, min(begin + 2 * size, behind), spare, end)
        size *= 2


@compiled
def sort_run(known: Directories, nodes: NDArray[np.int32], first: int, behind: int, end: int) -> None:
    """Sorts a few directories, or many that are nearly sorted, by name."""
    for number in range(first + 1, behind):
        node, at = nodes[number], number
        while at > first and is_before(known, node, nodes[at - 1], end):
            nodes[at] = nodes[at - 1]
            at -= 1
        nodes[at] = node


@compiled
def merge(
    known: Directories,
    nodes: NDArray[np.int32],
    first: int,
    middle: int,
    behind: int,
    spare: NDArray[np.int32],
    end: int,
) -> None:
    """Merges two sorted runs that stand one behind the other."""
    if not is_before(known, nodes[middle], nodes[middle - 1], end):
        return
    size = middle - first
    for each in range(size):
        spare[each] = nodes[first + each]
    one, other, at = 0, middle, first
    while one < size:
        if other < behind and is_before(known, nodes[other], spare[one], end):
            nodes[at] = nodes[other]
            other += 1
        else:
            nodes[at] = spare[one]
            one += 1
        at += 1


@compiled
def is_before(known: Directories, one: int, other: int, end: int) -> bool:
    """Whether a name comes before another, both with the byte `end` behind them; names of one directory differ."""
    size, others = name_length(known, one), name_length(known, other)
    begin, begins = name_begin(known, one), name_begin(known, other)
    shared = min(size, others)
    for done in range(0, shared, 8):
        differ = word(known.names, begin + done) ^ word(known.names, begins + done)
        if shared - done < 8:
            differ &= (np.uint64(1) << np.uint64(8 * (shared - done))) - np.uint64(1)
        if differ:
            at = done + (lowest(differ) >> 3)
            return known.names[begin + at] < known.names[begins + at]
    mine = known.names[begin + shared] if size > shared else end
    return mine < (known.names[begins + shared] if others > shared else end)
