"""Every directory once: a number for each, known by its parent and its name, found again by hash."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.entry import MAX_LINE_BYTES, MAX_PARTS
from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.room import wider
from grt_platform.systems.lustre.logic.kernels.wide import copy_wide, lowest, unlike_mask, word

COUNT, NAME_BYTES = range(2)
ROOT = 0
_FIRST_ROOM, _MANY = 1 << 14, 1 << 17
_FIRST_NAME_BYTES, _MANY_BYTES = 1 << 18, 1 << 22
_LEAP = 32
"""By how much more room is made once there are many directories: what nobody touches takes no memory, and each copy of
what is known touches as much anew."""
_MOST_MORE, _MOST_NAME_BYTES = MAX_PARTS + 1, MAX_LINE_BYTES + 64
"""What one path may need."""
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
    """A table that knows `/` only, with room for so many directories, or more by `grown`."""
    return Directories(
        np.array([1, 0], np.int64),
        np.zeros(room, np.int32),
        np.zeros(room, np.int32),
        np.zeros((room, 2), np.int64),
        np.zeros(max(room * 16, _FIRST_NAME_BYTES), np.uint8),
        np.zeros(_FIRST_ROOM * 2, np.uint64),
    )


def grown(known: Directories) -> Directories:
    """The same directories, with more room of each kind that the longest path may have not enough of."""
    count, used = known.now.tolist()
    if count + _MOST_MORE > len(known.parent):
        room = _more(len(known.parent), _MANY)
        parent, reach, facts = (wider(each, room) for each in (known.parent, known.reach, known.facts))
        known = known._replace(parent=parent, reach=reach, facts=facts)
    if used + _MOST_NAME_BYTES > len(known.names):
        known = known._replace(names=wider(known.names, _more(len(known.names), _MANY_BYTES)))
    if (count + _MOST_MORE) * 4 > len(known.slots) * 3:
        slots = np.zeros(len(known.slots) * 2, np.uint64)
        refill(known.slots, slots)
        known = known._replace(slots=slots)
    return known


def _more(room: int, many: int) -> int:
    """Twice the room; once, where it becomes large, far more."""
    return room * (_LEAP if many <= room < many * _LEAP else 2)


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
    count = known.now[COUNT] + more
    has_names = known.now[NAME_BYTES] + name_bytes + 64 <= len(known.names)
    return has_names and count <= len(known.parent) and count * 4 <= len(known.slots) * 3


@inlined
def child(
    known: Directories, parent: int, hashed: int, text: NDArray[np.uint8], begin: int, end: int, guess: int
) -> int:
    """The directory of this name in `parent`, made where it is new; there must be room, and 64 bytes behind `end`.

    Args:
        known: The table.
        parent: The directory that it is in.
        hashed: `hash_of` the name and of what is the same for all of the parent's children, and mostly no other's: best
            the hash of its path. It does not depend on numbers, so directories of a path can be looked up before those
            above them are found, while memory is waited for.
        text: Holds the name.
        begin: Where it begins.
        end: Where it ends.
        guess: A directory that it may well be, of this table or of another; ROOT for none.
    """
    length = end - begin
    fact = np.int64(parent) << _LENGTH_BITS | length
    if known.facts[guess, 0] == fact and is_same(known.names, known.facts[guess, 1], text, begin, length):
        return guess
    upper, mask = hashed & ~_LOW, len(known.slots) - 1
    slot = np.int64(hashed >> _HALF) & mask
    while known.slots[slot] and not is_entry_of(known, known.slots[slot], upper, fact, text, begin, length):
        slot = (slot + 1) & mask
    if not known.slots[slot]:
        known.slots[slot] = upper | np.uint64(known.now[COUNT])
        add(known, parent, fact, text, begin, length)
    return np.int64(known.slots[slot] & _LOW)


@inlined
def is_entry_of(
    known: Directories, entry: int, upper: int, fact: int, text: NDArray[np.uint8], begin: int, length: int
) -> bool:
    """Whether an entry of the hash table is that of this name in this parent (`fact`)."""
    node = np.int64(entry & _LOW)
    return (
        entry & ~_LOW == upper
        and known.facts[node, 0] == fact
        and is_same(known.names, known.facts[node, 1], text, begin, length)
    )


@inlined
def add(known: Directories, parent: int, fact: int, text: NDArray[np.uint8], begin: int, length: int) -> None:
    """Writes down a new directory."""
    node, at = known.now[COUNT], known.now[NAME_BYTES]
    known.parent[node], known.reach[node] = parent, known.reach[parent] + 1 + length
    known.facts[node, 0], known.facts[node, 1] = fact, at
    copy_wide(known.names, at, text, begin, length)
    known.now[COUNT] += 1
    known.now[NAME_BYTES] += length


@inlined
def hash_of(above: int, text: NDArray[np.uint8], begin: int, end: int) -> int:
    """A hash over a name and `above`, the hash of the path that it is in or what else tells its parent."""
    length = end - begin
    mixed = (np.uint64(above) + np.uint64(length)) * _PRIME
    mixed = mix(mixed, word(text, begin) & first_bytes(length))
    mixed = mix(mixed, word(text, begin + 8) & first_bytes(length - 8))
    done = 16
    while done < length:
        mixed = mix(mixed, word(text, begin + done) & first_bytes(length - done))
        done += 8
    return mixed


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
