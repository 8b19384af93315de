"""Directories looked up for many paths, or for many names in known directories, at once."""

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.entry import MAX_PARTS
from grt_platform.systems.lustre.logic.kernels.directories import ROOT, Directories, child, has_room, hash_of
from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.wide import equal_mask, lowest, word

_SLASH = 47


@compiled
def find_paths(
    known: Directories,
    text: NDArray[np.uint8],
    ends: NDArray[np.int32],
    first: int,
    deepest: int,
    nodes: NDArray[np.int32],
    above: NDArray[np.int64],
    hashes: NDArray[np.uint64],
) -> int:
    """Writes the directories of paths that stand one behind the other, `/` being empty.

    What a path begins with like the one before it is not looked up again.

    Args:
        known: Gets those that are new.
        text: The paths, and 64 bytes behind them.
        ends: Where each ends; one more than paths.
        first: The number of the first one to look up.
        deepest: Down to which depth directories are told apart.
        nodes: Gets the directories; for one that is deeper, the complement of the one it lies in at that depth.
        above: Room for the end and the number of each directory of a path, in two rows.
        hashes: Room for the hash of each.

    Returns:
        The number of the first path that there was no room for; as many as there are when all are found.
    """
    depth, before = 0, np.int64(ends[first])
    above[0, 0], above[1, 0], hashes[0] = 0, ROOT, 0
    for number in range(first, len(nodes)):
        begin, size = np.int64(ends[number]), np.int64(ends[number + 1] - ends[number])
        if not has_room(known, min(size, MAX_PARTS), size):
            return number
        same = shared(text, before, begin, min(size, begin - before))
        while above[0, depth] > same or (above[0, depth] < size and text[begin + above[0, depth]] != _SLASH):
            depth -= 1
        depth = go_down(known, text, begin, size, deepest, depth, above, hashes)
        node = above[1, depth]
        nodes[number] = node if above[0, depth] == size else ~node
        before = begin
    return len(nodes)


@inlined
def go_down(
    known: Directories,
    text: NDArray[np.uint8],
    begin: int,
    size: int,
    deepest: int,
    depth: int,
    above: NDArray[np.int64],
    hashes: NDArray[np.uint64],
) -> int:
    """Finds the rest of a path's directories, those down to `depth` being found; returns how deep they go."""
    end = above[0, depth]
    while end < size and depth < deepest:
        start, node = begin + end + 1, above[1, depth]
        end = part_end(text, start, begin + size) - begin
        hashed = hash_of(hashes[depth], text, start, begin + end)
        depth += 1
        above[0, depth], hashes[depth] = end, hashed
        above[1, depth] = child(known, node, hashed, text, start, begin + end, ROOT)
    return depth


@inlined
def part_end(text: NDArray[np.uint8], begin: int, stop: int) -> int:
    """Where the part of a path that begins here ends: at its next slash, or where the path does."""
    position = begin
    while position < stop:
        mask = equal_mask(text, position, np.uint8(_SLASH))
        if mask:
            return min(position + lowest(mask), stop)
        position += 64
    return stop


@inlined
def shared(text: NDArray[np.uint8], one: int, other: int, most: int) -> int:
    """How many bytes are the same from two positions on, `most` at most."""
    done = 0
    while done < most:
        differ = word(text, one + done) ^ word(text, other + done)
        if differ:
            return min(done + (lowest(differ) >> 3), most)
        done += 8
    return most


@compiled
def find_children(
    known: Directories,
    parents: NDArray[np.int32],
    wanted: NDArray[np.uint8],
    text: NDArray[np.uint8],
    ends: NDArray[np.int32],
    first: int,
    nodes: NDArray[np.int32],
) -> int:
    """Writes for wanted rows the directory of that name in its parent, for others the parent.

    Returns:
        The first row that there was no room for; as many as there are when all are done.
    """
    for row in range(first, len(parents)):
        nodes[row] = parents[row]
        begin, end = np.int64(ends[row]), np.int64(ends[row + 1])
        if wanted[row] and end > begin:
            if not has_room(known, 1, end - begin):
                return row
            hashed = hash_of(parents[row], text, begin, end)
            nodes[row] = child(known, parents[row], hashed, text, begin, end, ROOT)
    return len(parents)
