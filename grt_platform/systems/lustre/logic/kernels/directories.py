"""Every directory once: a number for each, known by its parent and its name, found again by hash."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.jit import compiled
from grt_platform.systems.lustre.logic.kernels.wide import copy, word

COUNT, NAME_BYTES = range(2)
ROOT = 0
_FIRST_ROOM = 1 << 14
_PRIME = np.uint64(0x9E3779B97F4A7C15)


class Directories(NamedTuple):
    """The directories met so far; number 0 is `/`. A parent's number is below its children's.

    Attributes:
        now: COUNT of directories and NAME_BYTES in use.
        parent, hashed, begin, length: Of each directory its parent, hash, and where its name stands in `names`.
        names: All names, one behind the other.
        slots: The hash table: numbers of directories, -1 where free; its size is a power of two.
    """

    now: NDArray[np.int64]
    parent: NDArray[np.int32]
    hashed: NDArray[np.uint32]
    begin: NDArray[np.int64]
    length: NDArray[np.int32]
    names: NDArray[np.uint8]
    slots: NDArray[np.int32]


def new_directories(room: int = _FIRST_ROOM) -> Directories:
    """A table that knows `/` only."""
    return Directories(
        np.array([1, 0], np.int64),
        np.zeros(room, np.int32),
        np.zeros(room, np.uint32),
        np.zeros(room, np.int64),
        np.zeros(room, np.int32),
        np.zeros(room * 16, np.uint8),
        np.full(_slots(room), -1, np.int32),
    )


def grown(known: Directories) -> Directories:
    """The same directories with room for more of them and for longer names."""
    room = len(known.parent) * 3 // 2
    used = int(known.now[NAME_BYTES])
    names = np.zeros(max(used * 2, len(known.names)), np.uint8)
    names[:used] = known.names[:used]
    wider = Directories(
        known.now,
        np.resize(known.parent, room),
        np.resize(known.hashed, room),
        np.resize(known.begin, room),
        np.resize(known.length, room),
        names,
        np.full(_slots(room), -1, np.int32) if _slots(room) != len(known.slots) else known.slots,
    )
    if wider.slots is not known.slots:
        refill(wider)
    return wider


def _slots(room: int) -> int:
    return 1 << (room * 3 // 2).bit_length()


@compiled
def refill(known: Directories) -> None:
    """Puts every directory but `/` into an empty hash table."""
    mask = len(known.slots) - 1
    for node in range(1, known.now[COUNT]):
        slot = np.int64(known.hashed[node]) & mask
        while known.slots[slot] >= 0:
            slot = (slot + 1) & mask
        known.slots[slot] = node


@compiled
def has_room(known: Directories, more: int, name_bytes: int) -> bool:
    """Whether so many more directories, with names of so many bytes in all, fit."""
    return known.now[COUNT] + more <= len(known.parent) and known.now[NAME_BYTES] + name_bytes + 8 <= len(known.names)


@compiled
def child(known: Directories, parent: int, text: NDArray[np.uint8], begin: int, end: int) -> int:
    """The directory of this name in `parent`, made where it is new; there must be room, and 8 bytes behind `end`."""
    length = end - begin
    hashed = hash_of(parent, text, begin, length)
    mask = len(known.slots) - 1
    slot = np.int64(hashed) & mask
    while True:
        node = np.int64(known.slots[slot])
        if node < 0:
            break
        if (
            known.hashed[node] == hashed
            and known.parent[node] == parent
            and known.length[node] == length
            and is_same(known.names, known.begin[node], text, begin, length)
        ):
            return node
        slot = (slot + 1) & mask
    node, at = known.now[COUNT], known.now[NAME_BYTES]
    known.slots[slot] = node
    known.parent[node], known.hashed[node] = parent, hashed
    known.begin[node], known.length[node] = at, length
    copy(known.names, at, text, begin, length)
    known.now[COUNT] += 1
    known.now[NAME_BYTES] += length
    return node


@compiled
def hash_of(parent: int, text: NDArray[np.uint8], begin: int, length: int) -> int:
    """A hash of 32 bits over a name and its parent's number."""
    mixed = (np.uint64(parent) + np.uint64(length) * np.uint64(0x100000001)) * _PRIME
    done = 0
    while done < length:
        part = word(text, begin + done)
        if length - done < 8:
            part &= (np.uint64(1) << np.uint64(8 * (length - done))) - np.uint64(1)
        mixed = (mixed ^ part) * _PRIME
        mixed ^= mixed >> np.uint64(29)
        done += 8
    return np.uint32(mixed >> np.uint64(32))


@compiled
def is_same(names: NDArray[np.uint8], at: int, text: NDArray[np.uint8], begin: int, length: int) -> bool:
    """Whether so many bytes are the same in both places; 8 bytes must be there behind both."""
    done = 0
    while done < length:
        differ = word(names, at + done) ^ word(text, begin + done)
        if length - done < 8:
            differ &= (np.uint64(1) << np.uint64(8 * (length - done))) - np.uint64(1)
        if differ:
            return False
        done += 8
    return True


@compiled
def find_paths(
    known: Directories, text: NDArray[np.uint8], ends: NDArray[np.int32], first: int, nodes: NDArray[np.int32]
) -> int:
    """Writes the directories of paths that stand one behind the other, `/` being empty.

    Returns:
        The number of the first path that there was no room for; as many as there are when all are found.
    """
    for number in range(first, len(nodes)):
        begin, stop = np.int64(ends[number]), np.int64(ends[number + 1])
        if not has_room(known, stop - begin, stop - begin):
            return number
        node = ROOT
        while begin < stop:
            end = begin + 1
            while end < stop and text[end] != 47:
                end += 1
            node = child(known, node, text, begin + 1, end)
            begin = end
        nodes[number] = node
    return len(nodes)


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
            nodes[row] = child(known, parents[row], text, begin, end)
    return len(parents)
