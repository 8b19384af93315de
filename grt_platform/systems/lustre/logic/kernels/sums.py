"""What entries add up to: per user and group, and per directory, first each one's own contents, then all below it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.directories import COUNT, Directories
from grt_platform.systems.lustre.logic.kernels.jit import compiled
from grt_platform.systems.lustre.logic.kernels.lines import DIRECTORY, FILE
from grt_platform.systems.lustre.logic.kernels.numbers import ATIME, GID, MTIME, NLINK, SIZE, TYPE, UID
from grt_platform.systems.lustre.logic.kernels.wide import copy
from grt_platform.systems.lustre.logic.rules import AGE_LIMITS, EARLIEST, LATEST, NO_TIME

USED, INODES, FILES, NEWEST = range(4)
FILE_USED, OLDEST, AGES = 4, 5, 6
CLASSES = AGES + len(AGE_LIMITS) + 1
NEVER = LATEST + 1
"""Stands for "none" where an oldest time is kept."""
_LIMITS = np.array(AGE_LIMITS, np.int64)
_PRIME = np.uint64(0x9E3779B97F4A7C15)
PAIRS, TOTAL = range(2)


class Pairs(NamedTuple):
    """Sums for each pair of numbers, such as uid and gid.

    Attributes:
        now: PAIRS in use; TOTAL of all used bytes.
        keys: The pairs.
        sums: For each pair USED, INODES, FILES, NEWEST.
        slots: The hash table: numbers of pairs, -1 where free; its size is a power of two.
    """

    now: NDArray[np.int64]
    keys: NDArray[np.int64]
    sums: NDArray[np.int64]
    slots: NDArray[np.int32]


def new_pairs(room: int = 1 << 10) -> Pairs:
    """No pairs yet."""
    return Pairs(
        np.zeros(2, np.int64),
        np.zeros((room, 2), np.int64),
        np.zeros((room, 4), np.int64),
        np.full(room * 2, -1, np.int32),
    )


def grown_pairs(pairs: Pairs) -> Pairs:
    """The same sums with room for twice as many."""
    wider = new_pairs(len(pairs.keys) * 2)
    count = int(pairs.now[PAIRS])
    wider.now[:] = pairs.now
    wider.keys[:count], wider.sums[:count] = pairs.keys[:count], pairs.sums[:count]
    refill_pairs(wider)
    return wider


@compiled
def refill_pairs(pairs: Pairs) -> None:
    """Puts every pair into an empty hash table."""
    for number in range(pairs.now[PAIRS]):
        pairs.slots[free_slot(pairs, pairs.keys[number, 0], pairs.keys[number, 1])] = number


@compiled
def free_slot(pairs: Pairs, one: int, other: int) -> int:
    """The slot of the pair, or the free one where it belongs."""
    mask = len(pairs.slots) - 1
    mixed = (np.uint64(one) * _PRIME ^ np.uint64(other)) * _PRIME
    slot = np.int64(mixed >> np.uint64(32)) & mask
    while True:
        number = pairs.slots[slot]
        if number < 0 or (pairs.keys[number, 0] == one and pairs.keys[number, 1] == other):
            return slot
        slot = (slot + 1) & mask


@compiled
def add_to_pair(pairs: Pairs, one: int, other: int, used: int, is_file: int, mtime: int, as_of: int) -> int:
    """Adds an entry to its pair's sums; returns -1, and adds nothing, where the table has no room for a new pair."""
    slot = free_slot(pairs, one, other)
    number = np.int64(pairs.slots[slot])
    if number < 0:
        number = pairs.now[PAIRS]
        if number == len(pairs.keys):
            return -1
        pairs.slots[slot] = number
        pairs.keys[number, 0], pairs.keys[number, 1] = one, other
        pairs.sums[number, NEWEST] = NO_TIME
        pairs.now[PAIRS] += 1
    pairs.sums[number, USED] += used
    pairs.sums[number, INODES] += 1
    pairs.sums[number, FILES] += is_file
    if EARLIEST <= mtime <= as_of:
        pairs.sums[number, NEWEST] = max(pairs.sums[number, NEWEST], mtime)
    return number


@compiled
def used_bytes(size: int, nlink: int) -> int:
    """The entry's share of its inode's bytes."""
    if nlink == 1:
        return size
    return size // nlink if nlink > 0 else 0


@compiled
def add_users(values: NDArray[np.int64], first: int, behind: int, pairs: Pairs, as_of: int) -> int:
    """Adds rows to the sums of their users and groups; returns the first row not added (`behind` when all are).

    Returns -1 where the used bytes of all add up beyond 64 bits.
    """
    for row in range(first, behind):
        nlink = values[NLINK, row]
        used = used_bytes(values[SIZE, row], nlink)
        is_file = np.int64(values[TYPE, row] == FILE and nlink > 0)
        if add_to_pair(pairs, values[UID, row], values[GID, row], used, is_file, values[MTIME, row], as_of) < 0:
            return row
        pairs.now[TOTAL] += used
        if pairs.now[TOTAL] < 0:
            return -1
    return behind


@compiled
def clear_sums(sums: NDArray[np.int64], first: int, behind: int) -> None:
    """Sets the sums of directories to those of empty ones."""
    for node in range(first, behind):
        sums[node, :] = 0
        sums[node, NEWEST] = NO_TIME
        sums[node, OLDEST] = NEVER


@compiled
def add_directories(
    values: NDArray[np.int64],
    file_class: NDArray[np.int8],
    node: NDArray[np.int32],
    rows: int,
    sums: NDArray[np.int64],
    as_of: int,
) -> None:
    """Adds rows to the sums of the directories they lie in, directories to their own."""
    for row in range(rows):
        nlink, mtime, atime = values[NLINK, row], values[MTIME, row], values[ATIME, row]
        used = used_bytes(values[SIZE, row], nlink)
        into = sums[node[row]]
        into[USED] += used
        into[INODES] += 1
        if values[TYPE, row] == FILE:
            into[FILES] += np.int64(nlink > 0)
            into[FILE_USED] += used
            if file_class[row] >= 0:
                into[CLASSES + file_class[row]] += used
        into[AGES + age_of(mtime, as_of)] += used
        if EARLIEST <= mtime <= as_of:
            into[NEWEST] = max(into[NEWEST], mtime)
        if EARLIEST <= atime <= LATEST:
            into[OLDEST] = min(into[OLDEST], atime)


@compiled
def age_of(mtime: int, as_of: int) -> int:
    """The number of the age; the youngest for times in the future or absurd."""
    if mtime < EARLIEST or mtime > as_of:
        return 0
    age, number = as_of - mtime, 0
    for limit in _LIMITS:
        number += np.int64(age >= limit)
    return number


@compiled
def roll_up(known: Directories, sums: NDArray[np.int64]) -> None:
    """Adds to every directory all that is below it."""
    for node in range(known.now[COUNT] - 1, 0, -1):
        mine, over = sums[node], sums[known.parent[node]]
        newest, oldest = max(mine[NEWEST], over[NEWEST]), min(mine[OLDEST], over[OLDEST])
        for each in range(sums.shape[1]):
            over[each] += mine[each]
        over[NEWEST], over[OLDEST] = newest, oldest


@compiled
def write_paths(known: Directories, nodes: NDArray[np.int32], ends: NDArray[np.int32], out: NDArray[np.uint8]) -> None:
    """Writes the paths of directories one behind the other; each ends where `ends` says (`/` is written empty)."""
    for number in range(len(nodes)):
        node, at = nodes[number], ends[number + 1]
        while node > 0:
            length = known.length[node]
            at -= length
            copy(out, at, known.names, known.begin[node], length)
            at -= 1
            out[at] = 47
            node = known.parent[node]


@compiled
def path_ends(known: Directories, nodes: NDArray[np.int32], ends: NDArray[np.int32]) -> None:
    """Writes where each path ends when they stand one behind the other; `/` is empty."""
    total = 0
    for number in range(len(nodes)):
        node = nodes[number]
        while node > 0:
            total += 1 + known.length[node]
            node = known.parent[node]
        ends[number + 1] = total


@compiled
def inherit(known: Directories, first: int, key: NDArray[np.int32], asks: NDArray[np.uint8]) -> int:
    """Gives directories from `first` on their parent's key; stops at one whose parent wants its children decided."""
    for node in range(first, known.now[COUNT]):
        parent = known.parent[node]
        if asks[parent]:
            return node
        key[node] = key[parent]
        asks[node] = 0
    return known.now[COUNT]


@compiled
def add_owners(
    values: NDArray[np.int64],
    node: NDArray[np.int32],
    first: int,
    behind: int,
    known: Directories,
    key: NDArray[np.int32],
    pairs: Pairs,
    own: Pairs,
) -> int:
    """Adds rows to the bytes of each key and group, and notes the groups of the keys' own directories.

    Returns the first row not added, `behind` when all are.
    """
    for row in range(first, behind):
        at = np.int64(node[row])
        mine = np.int64(key[at])
        if mine < 0:
            continue
        gid = values[GID, row]
        if values[TYPE, row] == FILE:
            used = used_bytes(values[SIZE, row], values[NLINK, row])
            if add_to_pair(pairs, mine, gid, used, 1, NO_TIME, 0) < 0:
                return row
        elif values[TYPE, row] == DIRECTORY and key[known.parent[at]] != mine:
            if add_to_pair(own, mine, gid, 0, 0, NO_TIME, 0) < 0:
                return row
    return behind


@compiled
def add_keys(count: int, key: NDArray[np.int32], sums: NDArray[np.int64], into: NDArray[np.int64]) -> None:
    """Adds the own contents of directories to the sums of their keys."""
    for node in range(count):
        mine = np.int64(key[node])
        if mine < 0:
            continue
        newest = max(into[mine, NEWEST], sums[node, NEWEST])
        for each in range(sums.shape[1]):
            into[mine, each] += sums[node, each]
        into[mine, NEWEST] = newest


@compiled
def encode(
    nodes: NDArray[np.int32], base: int, seen: NDArray[np.int64], codes: NDArray[np.int32], distinct: NDArray[np.int32]
) -> int:
    """Numbers the distinct directories of rows in the order they appear; returns how many there are.

    Args:
        nodes: The directory of each row.
        base: Larger than every number used before with this `seen`.
        seen: For each directory its number plus the base when it was numbered last.
        codes: Gets each row's number.
        distinct: Gets the directories.
    """
    count = 0
    for row in range(len(nodes)):
        node = nodes[row]
        code = seen[node] - base
        if code < 0:
            code = count
            seen[node] = base + count
            distinct[count] = node
            count += 1
        codes[row] = code
    return count


@compiled
def measure_depths(known: Directories, depths: NDArray[np.int32]) -> None:
    """Writes the depth of every directory; `/` has 0."""
    depths[0] = 0
    for node in range(1, known.now[COUNT]):
        depths[node] = depths[known.parent[node]] + 1
