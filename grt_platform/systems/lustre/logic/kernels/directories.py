"""Every directory once: a number for each, known by its parent and its name, found again by hash."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.wide import copy, lowest, unlike_mask, word

COUNT, NAME_BYTES = range(2)
ROOT = 0
_FIRST_ROOM, _MANY = 1 << 14, 1 << 20
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_HALF, _LOW, _ALL = np.uint64(32), np.uint64(0xFFFFFFFF), np.uint64((1 << 64) - 1)
_LENGTH_BITS = 17
_LENGTHS = (1 << _LENGTH_BITS) - 1
"""Names are shorter than lines, which are 64 KiB at most."""


class Directories(NamedTuple):
    """The directories met so far; number 0 is `/`. A parent's number is below its children's.

    A directory is looked up for every line and more, at places that are mostly in no cache: what is compared stands
    together.

    Attributes:
        now: COUNT of directories and NAME_BYTES in use.
        parent: Of each directory.
        reach: Of each directory the bytes of its path; 0 for `/`.
        facts: Of each directory its parent and the length of its name in one number, and where the name begins.
        names: All names, one behind the other.
        slots: The hash table: hash and number of directories, 0 where free; its size is a power of two.
    """

    now: NDArray[np.int64]
    parent: NDArray[np.int32]
    reach: NDArray[np.int32]
    facts: NDArray[np.int64]
    names: NDArray[np.uint8]
    slots: NDArray[np.uint64]


def new_directories(room: int = _FIRST_ROOM) -> Directories:
    """A table that knows `/` only."""
    return Directories(
        np.array([1, 0], np.int64),
        np.zeros(room, np.int32),
        np.zeros(room, np.int32),
        np.zeros((room, 2), np.int64),
        np.zeros(room * 16, np.uint8),
        np.zeros(_slots(room), np.uint64),
    )


def grown(known: Directories) -> Directories:
    """The same directories with room for more (twice as many, a quarter where they are many), and for longer names."""
    count, used = known.now.tolist()
    before = len(known.parent)
    wider = new_directories(before * 2 if before < _MANY else before * 5 // 4)._replace(now=known.now)
    wider.parent[:count], wider.facts[:count] = known.parent[:count], known.facts[:count]
    wider.reach[:count] = known.reach[:count]
    if used * 2 > len(wider.names):
        wider = wider._replace(names=np.zeros(used * 2, np.uint8))
    wider.names[:used] = known.names[:used]
    if len(wider.slots) == len(known.slots):
        return wider._replace(slots=known.slots)
    refill(known.slots, wider.slots)
    return wider


def _slots(room: int) -> int:
    return 1 << (room * 4 // 3).bit_length()


@compiled
def refill(full: NDArray[np.uint64], empty: NDArray[np.uint64]) -> None:
    """Puts every directory of a hash table into an empty one."""
    mask = len(empty) - 1
    for entry in full:
        if entry:
            slot = np.int64(entry >> _HALF) & mask
            while empty[slot]:
                slot = (slot + 1) & mask
            empty[slot] = entry


@inlined
def name_begin(known: Directories, node: int) -> int:
    """Where the name of a directory begins in `names`."""
    return known.facts[node, 1]


@inlined
def name_length(known: Directories, node: int) -> int:
    """How many bytes the name of a directory has."""
    return known.facts[node, 0] & _LENGTHS


def name_of(known: Directories, node: int) -> bytes:
    """The name of a directory."""
    begin = int(known.facts[node, 1])
    return known.names[begin : begin + (int(known.facts[node, 0]) & _LENGTHS)].tobytes()


@inlined
def has_room(known: Directories, more: int, name_bytes: int) -> bool:
    """Whether so many more directories, with names of so many bytes in all, fit."""
    return known.now[COUNT] + more <= len(known.parent) and known.now[NAME_BYTES] + name_bytes + 64 <= len(known.names)


@inlined
def child(known: Directories, parent: int, text: NDArray[np.uint8], begin: int, end: int, guess: int) -> int:
    """The directory of this name in `parent`, made where it is new; there must be room, and 64 bytes behind `end`.

    `guess` is a directory that it may well be, of this table or of another; ROOT for none.
    """
    length = end - begin
    fact = np.int64(parent) << _LENGTH_BITS | length
    if known.facts[guess, 0] == fact and is_same(known.names, known.facts[guess, 1], text, begin, length):
        return guess
    hashed = hash_of(parent, text, begin, length)
    mask = len(known.slots) - 1
    slot = np.int64(hashed >> _HALF) & mask
    while known.slots[slot]:
        node = np.int64(known.slots[slot] & _LOW)
        if (
            known.slots[slot] - np.uint64(node) == hashed
            and known.facts[node, 0] == fact
            and is_same(known.names, known.facts[node, 1], text, begin, length)
        ):
            return node
        slot = (slot + 1) & mask
    node, at = known.now[COUNT], known.now[NAME_BYTES]
    known.slots[slot] = hashed | np.uint64(node)
    known.parent[node], known.reach[node] = parent, known.reach[parent] + 1 + length
    known.facts[node, 0], known.facts[node, 1] = fact, at
    copy(known.names, at, text, begin, length)
    known.now[COUNT] += 1
    known.now[NAME_BYTES] += length
    return node


@inlined
def hash_of(parent: int, text: NDArray[np.uint8], begin: int, length: int) -> int:
    """A hash over a name and its parent's number, in the upper 32 bits."""
    mixed = (np.uint64(parent) + np.uint64(length) * np.uint64(0x100000001)) * _PRIME
    mixed = mix(mixed, word(text, begin) & first_bytes(length))
    mixed = mix(mixed, word(text, begin + 8) & first_bytes(length - 8))
    done = 16
    while done < length:
        mixed = mix(mixed, word(text, begin + done) & first_bytes(length - done))
        done += 8
    return mixed & ~_LOW


@inlined
def mix(mixed: int, part: int) -> int:
    """Takes eight bytes into a hash."""
    mixed = (mixed ^ part) * _PRIME
    return mixed ^ (mixed >> np.uint64(29))


@inlined
def first_bytes(count: int) -> int:
    """A mask of the first bytes of eight: none where `count` is below 0, all above 8; without a branch."""
    bits = np.uint64(4 * min(max(count, 0), 8))
    return ~((_ALL << bits) << bits)


@inlined
def is_same(names: NDArray[np.uint8], at: int, text: NDArray[np.uint8], begin: int, length: int) -> bool:
    """Whether so many bytes are the same in both places; 64 bytes must be there behind both."""
    differ = unlike_mask(names, at, text, begin)
    if length < 64:
        return differ & ((np.uint64(1) << np.uint64(length)) - np.uint64(1)) == 0
    done = 0
    while not differ and length - done >= 64:
        done += 64
        differ = unlike_mask(names, at + done, text, begin + done)
    return lowest(differ) >= length - done
