"""Directories and their sums written as text: paths one behind the other, bytes of file classes as JSON."""

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.directories import COUNT, Directories, name_begin, name_length
from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.wide import copy

_SLASH, _COMMA, _OPEN, _CLOSE, _ZERO = 47, 44, 123, 125, 48
MOST_DIGITS = 19


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
        out: Gets the paths.
    """
    for number in range(len(nodes)):
        begin, at = np.int64(ends[number]), np.int64(ends[number + 1])
        node = np.int64(nodes[number])
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


@compiled
def path_ends(known: Directories, nodes: NDArray[np.int32], ends: NDArray[np.int32]) -> None:
    """Writes where each path ends when they stand one behind the other; `/` is empty."""
    total = np.int64(0)
    for number in range(len(nodes)):
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
) -> None:
    """Writes for each column of `sums` a JSON object of the numbers above 0 in it; nothing where there is none.

    Args:
        sums: A row for each member of the object.
        names: The members' names, quoted and with a colon, one behind the other.
        name_ends: Where each ends; one more than names, the first is 0.
        ends: Gets where each object ends; one more than columns of `sums`.
        out: Gets the objects; room for all names and MOST_DIGITS + 2 more for each number.
    """
    at = 0
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
        ends[number + 1] = at


@inlined
def write_number(out: NDArray[np.uint8], at: int, value: int) -> int:
    """Writes the digits of a number above 0; returns where they end."""
    digits, rest = 0, value
    while rest > 0:
        rest //= 10
        digits += 1
    rest = value
    for place in range(digits):
        quotient = rest // 10
        out[at + digits - 1 - place] = _ZERO + rest - quotient * 10
        rest = quotient
    return at + digits
