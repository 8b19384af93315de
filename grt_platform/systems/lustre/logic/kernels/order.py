"""Directories in the order of their depth and path, without comparing whole paths."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.entry import MAX_PARTS
from grt_platform.systems.lustre.logic.kernels.directories import (
    COUNT,
    ROOT,
    Directories,
    first_bytes,
    name_begin,
    name_length,
)
from grt_platform.systems.lustre.logic.kernels.finding import shared
from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.wide import fetch, flipped, lowest, word

_SLASH, _END = 47, 0
_RUN = 16
_STEP, _FEW = 8, 8
"""What is needed is loaded so many directories ahead, for at most so many of their children."""


class Family(NamedTuple):
    """Directories of one parent that are being sorted, and room to do it with as many or more.

    Attributes:
        nodes: Their numbers.
        keys: Of each what its name says first behind what all names of its family begin with.
        spare_nodes, spare_keys: Room.
    """

    nodes: NDArray[np.int32]
    keys: NDArray[np.uint64]
    spare_nodes: NDArray[np.int32]
    spare_keys: NDArray[np.uint64]


def by_depth_and_path(known: Directories) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """All directories by depth, then by the bytes of their paths; and where each depth begins, and the last ends.

    Siblings are sorted by name, families by their parents: where a name goes on behind another, the path of a child
    has a slash there, so parents are put into the order of names with a slash at the end.
    """
    count = int(known.now[COUNT])
    starts, nodes = np.zeros(count + 2, np.int32), np.empty(count, np.int32)
    group_by_parent(known, starts, nodes)
    largest = int(np.diff(starts[: count + 1]).max())
    room = np.empty(largest, np.uint64), np.empty(largest, np.int32), np.empty(largest, np.uint64)
    order, walk = np.empty(count, np.int32), np.empty(count, np.int32)
    depths = np.zeros(MAX_PARTS + 2, np.int64)
    levels = sort_levels(known, starts, Family(nodes, *room), order, walk, depths)
    return order, depths[: levels + 1]


@compiled
def group_by_parent(known: Directories, starts: NDArray[np.int32], kids: NDArray[np.int32]) -> None:
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
    starts: NDArray[np.int32],
    kids: Family,
    order: NDArray[np.int32],
    walk: NDArray[np.int32],
    depths: NDArray[np.int64],
) -> int:
    """Writes the directories level after level, and where each level begins; returns how many levels there are.

    `kids` are those of all parents, with room to sort those of one.
    """
    order[0] = walk[0] = ROOT
    begin, behind, level = 0, 1, 0
    while begin < behind:
        depths[level] = begin
        filled = behind
        for number in range(begin, behind):
            load_soon(known, starts, kids, walk, number, behind - 1)
            first, last = np.int64(starts[walk[number]]), np.int64(starts[walk[number] + 1])
            if last - first > 1:
                sort_family(known, Family(kids.nodes[first:last], kids.keys, kids.spare_nodes, kids.spare_keys))
            for each in range(first, last):
                order[filled + each - first] = kids.nodes[each]
            for each in range(first, last):
                node, at = kids.nodes[each], filled
                while at > filled - (each - first) and is_before(known, node, walk[at - 1], _SLASH):
                    walk[at] = walk[at - 1]
                    at -= 1
                walk[at] = node
                filled += 1
        begin, behind, level = behind, filled, level + 1
    depths[level] = behind
    return level


@inlined
def load_soon(
    known: Directories, starts: NDArray[np.int32], kids: Family, walk: NDArray[np.int32], number: int, last: int
) -> None:
    """Has loaded what sorting the children of the next directories needs: each thing before what it leads to."""
    fetch(starts, np.int64(walk[min(number + 4 * _STEP, last)]))
    fetch(kids.nodes, np.int64(starts[walk[min(number + 3 * _STEP, last)]]))
    family = walk[min(number + 2 * _STEP, last)]
    for each in range(starts[family], min(starts[family] + _FEW, starts[family + 1])):
        fetch(known.facts, 2 * np.int64(kids.nodes[each]))
    family = walk[min(number + _STEP, last)]
    for each in range(starts[family], min(starts[family] + _FEW, starts[family + 1])):
        fetch(known.names, name_begin(known, kids.nodes[each]))


@compiled
def sort_family(known: Directories, kids: Family) -> None:
    """Sorts directories of one parent by name: short runs one by one, then pairs of runs merged until one is left."""
    head, count = kids.nodes[0], len(kids.nodes)
    same = name_length(known, head)
    for each in range(1, count):
        node = kids.nodes[each]
        same = min(same, name_length(known, node))
        same = shared(known.names, name_begin(known, head), name_begin(known, node), same)
    for each in range(count):
        node = kids.nodes[each]
        rest = word(known.names, name_begin(known, node) + same) & first_bytes(name_length(known, node) - same)
        kids.keys[each] = flipped(rest)
    for begin in range(0, count, _RUN):
        sort_run(known, kids, begin, min(begin + _RUN, count))
    size = _RUN
    while size < count:
        for begin in range(0, count - size, 2 * size):
            merge(known, kids, begin, begin + size, min(begin + 2 * size, count))
        size *= 2


@inlined
def sort_run(known: Directories, kids: Family, first: int, behind: int) -> None:
    """Sorts a few directories by name."""
    for number in range(first + 1, behind):
        node, key, at = kids.nodes[number], kids.keys[number], number
        while at > first and comes_first(known, key, node, kids.keys[at - 1], kids.nodes[at - 1]):
            kids.nodes[at], kids.keys[at] = kids.nodes[at - 1], kids.keys[at - 1]
            at -= 1
        kids.nodes[at], kids.keys[at] = node, key


@inlined
def merge(known: Directories, kids: Family, first: int, middle: int, behind: int) -> None:
    """Merges two sorted runs that stand one behind the other."""
    size = middle - first
    for each in range(size):
        kids.spare_nodes[each], kids.spare_keys[each] = kids.nodes[first + each], kids.keys[first + each]
    one, other, at = 0, middle, first
    while one < size:
        key, node = kids.spare_keys[one], kids.spare_nodes[one]
        if other < behind and comes_first(known, kids.keys[other], kids.nodes[other], key, node):
            kids.nodes[at], kids.keys[at] = kids.nodes[other], kids.keys[other]
            other += 1
        else:
            kids.nodes[at], kids.keys[at] = node, key
            one += 1
        at += 1


@inlined
def comes_first(known: Directories, key: int, node: int, other_key: int, other: int) -> bool:
    """Whether the first of two directories comes before the second."""
    if key != other_key:
        return key < other_key
    return is_before(known, node, other, _END)


@inlined
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
