"""Directories and their sums written as text: paths one behind the other, bytes of file classes as JSON."""

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.directories import COUNT, Directories, name_begin, name_length
from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.wide import copy, copy_wide, fetch, lowest

_SLASH, _COMMA, _OPEN, _CLOSE = 47, 44, 123, 125
MOST_DIGITS, EIGHT, WIDE = 19, 8, 64
_AHEAD = 16
_EIGHT_DIGITS = 100_000_000


@compiled
def write_paths(
    known: Directories,
    nodes: NDArray[np.int32],
    ends: NDArray[np.int32],
    base: int,
    begun: NDArray[np.int32],
    out: NDArray[np.uint8],
) -> None:
    """Writes the paths of directories one behind the other (`/` is written empty).

    Args:
        known: The directories.
        nodes: Those to write.
        ends: Where each path ends, as `path_ends` gives it.
        base: Larger than every place used before with this `begun`.
        begun: For each directory the base and the place where a path was written that begins with its own.
        out: Gets the paths; WIDE more bytes may be written behind them.
    """
    count = len(nodes)
    for number in range(count):
        coming = nodes[min(number + _AHEAD, count - 1)]
        fetch(known.facts, 2 * np.int64(coming))
        fetch(begun, coming)
        fetch(known.names, name_begin(known, nodes[min(number + _AHEAD // 2, count - 1)]))
        begin, at = np.int64(ends[number]), np.int64(ends[number + 1])
        node = np.int64(nodes[number])
        above = np.int64(begun[known.parent[node]])
        if above >= base and begun[node] < base:
            write_below(known, node, above - base, begin, at, out)
            begun[node] = base + begin
            continue
        while node > 0 and begun[node] < base:
            begun[node] = base + begin
            length = name_length(known, node)
            at -= length
            copy(out, at, known.names, name_begin(known, node), length)
            at -= 1
            out[at] = _SLASH
            node = np.int64(known.parent[node])
        if at > begin:
            copy(out, begin, out, begun[node] - base, at - begin)


@inlined
def write_below(known: Directories, node: int, above: int, begin: int, end: int, out: NDArray[np.uint8]) -> None:
    """Writes the path of a directory between two places; that of the one it is in was written at `above`."""
    name = end - name_length(known, node)
    copy_wide(out, begin, out, above, name - 1 - begin)
    out[name - 1] = _SLASH
    copy_wide(out, name, known.names, name_begin(known, node), end - name)


@compiled
def path_ends(known: Directories, nodes: NDArray[np.int32], ends: NDArray[np.int32]) -> None:
    """Writes where each path ends when they stand one behind the other; `/` is empty."""
    total = np.int64(0)
    for number in range(len(nodes)):
        fetch(known.reach, np.int64(nodes[min(number + _AHEAD, len(nodes) - 1)]))
        total += known.reach[nodes[number]]
        ends[number + 1] = total


@compiled
def measure(known: Directories) -> None:
    """Writes of each directory how many bytes its path has, for tables whose parents were changed."""
    for node in range(1, known.now[COUNT]):
        known.reach[node] = known.reach[known.parent[node]] + 1 + name_length(known, node)


@compiled
def encode(
    nodes: NDArray[np.int32], base: int, seen: NDArray[np.int32], codes: NDArray[np.int32], distinct: NDArray[np.int32]
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
def write_members(
    sums: NDArray[np.int64],
    names: NDArray[np.uint8],
    name_ends: NDArray[np.int64],
    ends: NDArray[np.int32],
    out: NDArray[np.uint8],
    valid: NDArray[np.uint8],
) -> int:
    """Writes for each column of `sums` a JSON object of the numbers above 0 in it; nothing where there is none.

    Args:
        sums: A row for each member of the object.
        names: The members' names, quoted and with a colon, one behind the other.
        name_ends: Where each ends; one more than names, the first is 0.
        ends: Gets where each object ends; one more than columns of `sums`.
        out: Gets the objects; room for all names and MOST_DIGITS + 2 more for each number, and EIGHT more at the end.
        valid: Gets a bit for each column that has an object, the lowest of a byte first; zeros before.

    Returns:
        How many columns have an object.
    """
    at, objects = 0, 0
    for number in range(sums.shape[1]):
        begin = at
        for member in range(sums.shape[0]):
            value = sums[member, number]
            if value > 0:
                out[at] = _OPEN if at == begin else _COMMA
                size = name_ends[member + 1] - name_ends[member]
                copy(out, at + 1, names, name_ends[member], size)
                at = write_number(out, at + 1 + size, value)
        if at > begin:
            out[at] = _CLOSE
            at += 1
            objects += 1
            valid[number >> 3] |= 1 << (number & 7)
        ends[number + 1] = at
    return objects


@inlined
def write_number(out: NDArray[np.uint8], at: int, value: int) -> int:
    """Writes the digits of a number above 0, and up to seven bytes that mean nothing; returns where the digits end."""
    high = value // _EIGHT_DIGITS
    low = value - high * _EIGHT_DIGITS
    if high == 0:
        return write_eight(out, at, low, 1)
    top = high // _EIGHT_DIGITS
    if top > 0:
        at = write_eight(out, at, top, 1)
    at = write_eight(out, at, high - top * _EIGHT_DIGITS, EIGHT if top > 0 else 1)
    return write_eight(out, at, low, EIGHT)


@inlined
def write_eight(out: NDArray[np.uint8], at: int, value: int, least: int) -> int:
    """Writes a number of at most eight digits, with zeros before it where it has less than `least`; returns its end.

    The halves of the number are parted in the halves of one word, then their halves, then the digits: three divisions
    for all, by multiplying with inverses that are near enough.
    """
    digits = np.uint64(value // 10_000) | np.uint64(value % 10_000) << np.uint64(32)
    halves = (digits * np.uint64(5243) >> np.uint64(19)) & np.uint64(0x7F_0000_007F)
    digits = halves | (digits - halves * np.uint64(100)) << np.uint64(16)
    halves = (digits * np.uint64(103) >> np.uint64(10)) & np.uint64(0x000F_000F_000F_000F)
    digits = halves | (digits - halves * np.uint64(10)) << np.uint64(8)
    zeros = min(lowest(digits) >> 3, EIGHT - least)
    text = (digits | np.uint64(0x3030_3030_3030_3030)) >> np.uint64(8 * zeros)
    for place in range(EIGHT):
        out[at + place] = np.uint8(text >> np.uint64(8 * place) & np.uint64(0xFF))
    return at + EIGHT - zeros
