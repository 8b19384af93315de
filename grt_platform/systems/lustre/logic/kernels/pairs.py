"""Sums for each pair of numbers, such as a user and a group: a hash table that callers let grow."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.room import wider
from grt_platform.systems.lustre.logic.rules import EARLIEST, NO_TIME

USED, INODES, FILES, NEWEST = range(4)
PAIRS, TOTAL = range(2)
_PRIME = np.uint64(0x9E3779B97F4A7C15)


class Pairs(NamedTuple):
    """Sums for each pair of numbers, such as uid and gid.

    Attributes:
        now: PAIRS in use; TOTAL of all used bytes.
        keys: The pairs.
        sums: For each pair USED, INODES, FILES, NEWEST, or as many of them as are summed.
        slots: The hash table: numbers of pairs, -1 where free; its size is a power of two.
    """

    now: NDArray[np.int64]
    keys: NDArray[np.int64]
    sums: NDArray[np.int64]
    slots: NDArray[np.int32]


def new_pairs(sums: int = NEWEST + 1, room: int = 1 << 10) -> Pairs:
    """No pairs yet, each to get so many sums; `room` is a power of two."""
    return Pairs(
        np.zeros(2, np.int64),
        np.zeros((room, 2), np.int64),
        np.zeros((room, sums), np.int64),
        np.full(room * 2, -1, np.int32),
    )


def grown_pairs(pairs: Pairs) -> Pairs:
    """The same sums with room for twice as many."""
    room = len(pairs.keys) * 2
    grown = Pairs(pairs.now, wider(pairs.keys, room), wider(pairs.sums, room), np.full(room * 2, -1, np.int32))
    refill_pairs(grown)
    return grown


def with_room_for(pairs: Pairs, more: int) -> Pairs:
    """The pairs, with room for so many more."""
    while int(pairs.now[PAIRS]) + more > len(pairs.keys):
        pairs = grown_pairs(pairs)
    return pairs


@compiled
def refill_pairs(pairs: Pairs) -> None:
    """Puts every pair into an empty hash table."""
    for number in range(pairs.now[PAIRS]):
        pairs.slots[free_slot(pairs, pairs.keys[number, 0], pairs.keys[number, 1])] = number


@inlined
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


@inlined
def pair_of(pairs: Pairs, one: int, other: int, before: int) -> int:
    """The number of a pair, with sums of nothing where it is new; -1 where the table has no room for it.

    `before` is the number of the pair that was asked for before, mostly the same, or -1.
    """
    if before >= 0 and pairs.keys[before, 0] == one and pairs.keys[before, 1] == other:
        return before
    slot = free_slot(pairs, one, other)
    number = np.int64(pairs.slots[slot])
    if number < 0:
        number = pairs.now[PAIRS]
        if number == len(pairs.keys):
            return -1
        pairs.slots[slot] = number
        pairs.keys[number, 0], pairs.keys[number, 1] = one, other
        if pairs.sums.shape[1] > NEWEST:
            pairs.sums[number, NEWEST] = NO_TIME
        pairs.now[PAIRS] += 1
    return number


@inlined
def add_to_pair(pairs: Pairs, number: int, used: int, is_file: int, mtime: int, as_of: int) -> None:
    """Adds an entry to the sums of a pair."""
    pairs.now[TOTAL] += used
    pairs.sums[number, USED] += used
    pairs.sums[number, INODES] += 1
    pairs.sums[number, FILES] += is_file
    if EARLIEST <= mtime <= as_of and mtime > pairs.sums[number, NEWEST]:
        pairs.sums[number, NEWEST] = mtime


@inlined
def used_bytes(size: int, nlink: int) -> int:
    """The entry's share of its inode's bytes."""
    if nlink == 1:
        return size
    return size // nlink if nlink > 0 else 0
