"""What entries add up to: by user and group, by project, by directory, first its own contents, then all below."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.compact import (
    Compact,
    add,
    add_row,
    add_row_to,
    is_above_zero,
    is_tight,
    load_soon,
    lower,
    put,
    raise_to,
    read_row,
)
from grt_platform.systems.lustre.logic.kernels.directories import COUNT, ROOT, Directories
from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.lines import DIRECTORY, FILE
from grt_platform.systems.lustre.logic.kernels.numbers import ATIME, GID, MTIME, NLINK, SIZE, TYPE, UID
from grt_platform.systems.lustre.logic.kernels.pairs import (
    FILES,
    INODES,
    NEWEST,
    PAIRS,
    TOTAL,
    USED,
    Pairs,
    add_to_pair,
    pair_of,
    used_bytes,
)
from grt_platform.systems.lustre.logic.rules import AGE_LIMITS, EARLIEST, LATEST, NO_TIME

FILE_USED, OLDEST, AGES = 4, 5, 6
CLASSES = AGES + len(AGE_LIMITS) + 1
"""Columns of the sums of directories, behind the four that pairs have too; the file classes follow."""
NEVER = LATEST + 1
"""Stands for "none" where an oldest time is told."""
_BEFORE = EARLIEST - 1
"""Times are kept as seconds since this (the newest) or up to NEVER (the oldest), 0 for none: the largest counts of
both, and sums of nothing are zeros, which memory nobody has touched yet is full of."""
_AHEAD = 16
"""So many rows before they are added sums are loaded."""
_LIMITS = np.array(AGE_LIMITS, np.int64)


class Placed(NamedTuple):
    """Rows of entries as they are read again: numbers, and codes with what they mean.

    Attributes:
        size, nlink, mtime, atime: Of each row.
        kind, kinds: Code of each row's type, and the types as their letters' numbers.
        file_class, classes: Code of each row's class, and the numbers of classes, the last of them NO_CLASS.
        node, nodes: Code of each row's directory, and the directories; complements as in `Columns`.
    """

    size: NDArray[np.int64]
    nlink: NDArray[np.int64]
    mtime: NDArray[np.int64]
    atime: NDArray[np.int64]
    kind: NDArray[np.int32]
    kinds: NDArray[np.int64]
    file_class: NDArray[np.int32]
    classes: NDArray[np.int8]
    node: NDArray[np.int32]
    nodes: NDArray[np.int32]


@compiled
def add_rows(
    values: NDArray[np.int64],
    file_class: NDArray[np.int8],
    node: NDArray[np.int32],
    first: int,
    behind: int,
    as_of: int,
    known: Directories,
    key: NDArray[np.int32],
    sums: Compact,
    users: Pairs,
    owners: Pairs,
    own: Pairs,
) -> int:
    """Adds rows to the sums of their user and group, of their directory, and of their project's groups.

    A directory adds to its own sums, any other entry to those of the directory it lies in. `owners` gets the bytes of
    files by project key and gid, `own` the gids of the keys' own directories.

    Returns:
        The first row not added, since one of the pairs or what is beyond the sums' bits has no room; `behind` when all
        are; -1 where the used bytes of all add up beyond 64 bits.
    """
    user, owner = np.int64(-1), np.int64(-1)
    for row in range(first, behind):
        if owners.now[PAIRS] == len(owners.keys) or own.now[PAIRS] == len(own.keys) or is_tight(sums):
            return row
        gid, nlink, mtime = values[GID, row], values[NLINK, row], values[MTIME, row]
        kind, at = values[TYPE, row], np.int64(node[row])
        is_deeper = at < 0
        if is_deeper:
            at = ~at
        used = used_bytes(values[SIZE, row], nlink)
        user = pair_of(users, values[UID, row], gid, user)
        if user < 0:
            return row
        is_file = np.int64(kind == FILE and nlink > 0)
        add_to_pair(users, user, used, is_file, mtime, as_of)
        if users.now[TOTAL] < 0:
            return -1
        add_to_directory(sums, at, used, kind, is_file, mtime, values[ATIME, row], file_class[row], as_of)
        mine = np.int64(key[at])
        if mine >= 0 and kind == FILE:
            owner = pair_of(owners, mine, gid, owner)
            owners.sums[owner, USED] += used
        elif mine >= 0 and kind == DIRECTORY and not is_deeper and key[known.parent[at]] != mine:
            pair_of(own, mine, gid, -1)
    return behind


@compiled
def add_placed(rows: Placed, first: int, as_of: int, sums: Compact) -> int:
    """Adds rows from `first` on to the sums of their directories, as `add_rows` does; returns what that does."""
    count = len(rows.size)
    for row in range(first, count):
        if is_tight(sums):
            return row
        coming = np.int64(rows.nodes[rows.node[min(row + _AHEAD, count - 1)]])
        load_soon(sums, max(coming, ~coming))
        kind, nlink, at = rows.kinds[rows.kind[row]], rows.nlink[row], np.int64(rows.nodes[rows.node[row]])
        used = used_bytes(rows.size[row], nlink)
        is_file = np.int64(kind == FILE and nlink > 0)
        file_class = rows.classes[rows.file_class[row]]
        at = max(at, ~at)
        add_to_directory(sums, at, used, kind, is_file, rows.mtime[row], rows.atime[row], file_class, as_of)
    return count


@inlined
def add_to_directory(
    sums: Compact, at: int, used: int, kind: int, is_file: int, mtime: int, atime: int, file_class: int, as_of: int
) -> None:
    """Adds an entry to the sums of one directory."""
    add(sums, at, INODES, 1)
    if kind == FILE:
        add(sums, at, FILES, is_file)
        add(sums, at, FILE_USED, used)
        if file_class >= 0:
            add(sums, at, CLASSES + file_class, used)
    add(sums, at, AGES + age_of(mtime, as_of), used)
    if EARLIEST <= mtime <= as_of:
        raise_to(sums, at, NEWEST, mtime - _BEFORE)
    if EARLIEST <= atime <= LATEST:
        raise_to(sums, at, OLDEST, NEVER - atime)


@inlined
def age_of(mtime: int, as_of: int) -> int:
    """The number of the age; the youngest for times in the future or absurd."""
    if mtime < EARLIEST or mtime > as_of:
        return 0
    age, number = as_of - mtime, 0
    for limit in _LIMITS:
        number += np.int64(age >= limit)
    return number


@compiled
def roll_up(known: Directories, behind: int, sums: Compact) -> int:
    """Adds to every directory all that is below it, from before `behind` on back to the root.

    Returns:
        Where to go on when `sums` have no room for larger ones; 0 when all is done.
    """
    for node in range(behind - 1, 0, -1):
        if is_tight(sums):
            return node + 1
        load_soon(sums, np.int64(known.parent[max(node - _AHEAD, 0)]))
        parent = np.int64(known.parent[node])
        newest = max(lower(sums, node, NEWEST), lower(sums, parent, NEWEST))
        oldest = max(lower(sums, node, OLDEST), lower(sums, parent, OLDEST))
        add_row(sums, node, parent)
        put(sums, parent, NEWEST, newest)
        put(sums, parent, OLDEST, oldest)
    return 0


@compiled
def add_keys(count: int, key: NDArray[np.int32], sums: Compact, into: NDArray[np.int64]) -> None:
    """Adds the own contents of directories to the sums of their keys, but for USED, which nobody asks of them."""
    for node in range(count):
        mine = np.int64(key[node])
        if mine < 0:
            continue
        newest = max(into[mine, NEWEST], np.int64(lower(sums, node, NEWEST)))
        oldest = max(into[mine, OLDEST], np.int64(lower(sums, node, OLDEST)))
        add_row_to(sums, node, into, mine)
        into[mine, NEWEST], into[mine, OLDEST] = newest, oldest


@compiled
def roll_up_keys(keys: Directories, sums: NDArray[np.int64]) -> None:
    """Adds to every key all that is below it."""
    for node in range(keys.now[COUNT] - 1, 0, -1):
        mine, over = sums[node], sums[keys.parent[node]]
        newest, oldest = max(mine[NEWEST], over[NEWEST]), max(mine[OLDEST], over[OLDEST])
        for each in range(sums.shape[1]):
            over[each] += mine[each]
        over[NEWEST], over[OLDEST] = newest, oldest


def has_rows(sums: Compact) -> bool:
    """Whether anything was added: every directory is there because of something in it."""
    return is_above_zero(sums, ROOT, INODES)


@compiled
def take_sums(sums: Compact, nodes: NDArray[np.int32], out: NDArray[np.int64]) -> None:
    """Writes the sums of directories in this order, each kind of sum in a row of its own, times as `as_times` says."""
    for number in range(len(nodes)):
        load_soon(sums, np.int64(nodes[min(number + _AHEAD, len(nodes) - 1)]))
        node, used = np.int64(nodes[number]), np.int64(0)
        read_row(sums, node, out, number)
        for each in range(AGES, CLASSES):
            used += out[each, number]
        out[USED, number] = used


def newest_times(sums: NDArray[np.int64]) -> NDArray[np.int64]:
    """The newest times as Unix seconds, from their sums."""
    return np.where(sums > 0, sums + _BEFORE, NO_TIME)


def as_times(taken: NDArray[np.int64]) -> None:
    """Makes the times of sums, each kind in a row, Unix seconds."""
    taken[NEWEST] = newest_times(taken[NEWEST])
    taken[OLDEST] = NEVER - taken[OLDEST]
