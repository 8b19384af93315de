"""Lines of a block to columns: every field typed, every path as a directory's number and a name."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.directories import ROOT, Directories, child, has_room, hash_of
from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.numbers import (
    ALL_FIELDS,
    APPARENT,
    ATIME,
    DEV,
    FIELDS,
    GID,
    MTIME,
    NLINK,
    SIZE,
    TYPE,
    UID,
    fields,
)
from grt_platform.systems.lustre.logic.kernels.path import (
    BEGIN,
    LAST,
    LENGTH,
    PARTS,
    SLASHES,
    PathState,
    read_path,
)
from grt_platform.systems.lustre.logic.kernels.wide import copy_wide, equal_mask, lowest, word

POSITION, ROWS, NAMES_USED, BAD, LINES = range(5)
DONE, ROWS_FULL, BAD_FULL, DIRECTORIES_FULL = range(4)
NAMES = 1 << FIELDS
EVERYTHING = ALL_FIELDS | NAMES
FOR_SUMS = 1 << SIZE | 1 << UID | 1 << GID | 1 << ATIME | 1 << MTIME | 1 << TYPE | 1 << NLINK
"""What of the lines is kept, in bits: fields by their numbers, and NAMES."""
NO_CLASS = -1
FILE, DIRECTORY = 102, 100
_NEWLINE = 10
_EVERY_BIT = (1 << 64) - 1


class Columns(NamedTuple):
    """Rows of entries, as many as there is room for, and the bad lines between them.

    Attributes:
        now: POSITION in the block, ROWS and NAMES_USED bytes filled, BAD lines, LINES read.
        values: One row for each field of `numbers`.
        file_class: Number of the file's class or NO_CLASS.
        node: Where its bytes count: a directory's own number, for others that of the directory they lie in. Of what
            lies deeper than directories are told apart, the complement of the number of the last that is.
        name_end: Where each name ends in `names`; one more than rows, the first is 0.
        names: All names, one behind the other; those of directories are empty.
        bad: Begin, end and number (from 0) of each bad line in the block.
    """

    now: NDArray[np.int64]
    values: NDArray[np.int64]
    file_class: NDArray[np.int8]
    node: NDArray[np.int32]
    name_end: NDArray[np.int32]
    names: NDArray[np.uint8]
    bad: NDArray[np.int64]


class Suffixes(NamedTuple):
    """Ends of names with the class each means, in the order in which they are tried.

    Attributes:
        ends: Where each ends in `text`.
        text: The suffixes, one behind the other.
        means: The class of each.
        words, masks: The last eight bytes of each as a number, and which of its bits count where it is shorter.
        last_bytes: Whether a byte is the last of any.
    """

    ends: NDArray[np.int64]
    text: NDArray[np.uint8]
    means: NDArray[np.int8]
    words: NDArray[np.uint64]
    masks: NDArray[np.uint64]
    last_bytes: NDArray[np.uint8]


def new_columns(rows: int, bad: int) -> Columns:
    """Columns with room for so many rows and bad lines."""
    return Columns(
        np.zeros(5, np.int64),
        np.zeros((FIELDS, rows), np.int64),
        np.zeros(rows, np.int8),
        np.zeros(rows, np.int32),
        np.zeros(rows + 1, np.int32),
        np.zeros(rows * 48 + (1 << 17), np.uint8),
        np.zeros((bad, 3), np.int64),
    )


def suffixes_of(classes: "list[tuple[bytes, ...]]") -> Suffixes:
    """The suffixes of classes in their order."""
    pairs = [(suffix, number) for number, suffixes in enumerate(classes) for suffix in suffixes]
    last_bytes = np.zeros(256, np.uint8)
    for suffix, _ in pairs:
        last_bytes[suffix[-1]] = 1
    text = b"".join(suffix for suffix, _ in pairs)
    return Suffixes(
        np.cumsum([0, *(len(suffix) for suffix, _ in pairs)]).astype(np.int64),
        np.frombuffer(text or b"\0", np.uint8),
        np.array([number for _, number in pairs], np.int8),
        np.array([int.from_bytes(suffix[-8:].rjust(8, b"\0"), "little") for suffix, _ in pairs], np.uint64),
        np.array([_EVERY_BIT << 8 * max(8 - len(suffix), 0) & _EVERY_BIT for suffix, _ in pairs], np.uint64),
        last_bytes,
    )


@compiled
def read_columns(
    data: NDArray[np.uint8],
    stop: int,
    is_quoted: int,
    max_line: int,
    deepest: int,
    kept: int,
    path: PathState,
    known: Directories,
    suffixes: Suffixes,
    out: Columns,
) -> int:
    """Reads lines from `out.now[POSITION]` on until `stop`, or until something is full; returns what.

    Directories are told apart down to the depth `deepest`; what is not `kept` is checked and left out.
    """
    position, row, name_bytes = out.now[POSITION], out.now[ROWS], out.now[NAMES_USED]
    bad, lines = out.now[BAD], out.now[LINES]
    result = DONE
    last = APPARENT if is_quoted else DEV
    while position < stop:
        if row == out.values.shape[1] or name_bytes + max_line + 64 > len(out.names):
            result = ROWS_FULL
            break
        if bad == out.bad.shape[0]:
            result = BAD_FULL
            break
        end = -1
        after = read_path(data, position, min(position + max_line, stop), is_quoted, path)
        parts = path.now[SLASHES]
        if after >= 0:
            if not has_room(known, parts + 1, path.now[LENGTH]):
                result = DIRECTORIES_FULL
                break
            end = fields(data, after, last, kept, out.values, row)
            if out.values[TYPE, row] != DIRECTORY and path.slashes[parts - 1] == path.now[LENGTH] - 1:
                end = -1
        if end < 0 or end - 1 - position > max_line:
            path.now[BEGIN] = -1
            end = line_end(data, position)
            out.bad[bad, 0], out.bad[bad, 1], out.bad[bad, 2] = position, end - 1, lines
            bad += 1
        else:
            path.now[BEGIN] = position
            name_bytes = place(path, parts, deepest, kept, known, suffixes, out, row, name_bytes)
            row += 1
        position = end
        lines += 1
    if result in (DONE, DIRECTORIES_FULL):
        path.now[BEGIN] = -1
    out.now[POSITION], out.now[ROWS], out.now[NAMES_USED] = position, row, name_bytes
    out.now[BAD], out.now[LINES] = bad, lines
    return result


@inlined
def place(
    path: PathState,
    parts: int,
    deepest: int,
    kept: int,
    known: Directories,
    suffixes: Suffixes,
    out: Columns,
    row: int,
    name_bytes: int,
) -> int:
    """Finds the directories of the path and writes where the entry lies, its name and class; returns the names' end."""
    length = path.now[LENGTH]
    kind = out.values[TYPE, row]
    is_directory = kind == DIRECTORY
    if is_directory and parts > 1 and path.slashes[parts - 1] == length - 1:
        parts -= 1
        length -= 1
    path.nodes[0], path.hashes[0] = ROOT, 0
    for part in range(max(path.now[PARTS], 1), min(parts, deepest + 1)):
        begin, end = path.slashes[part - 1] + 1, path.slashes[part]
        hashed = hash_of(path.hashes[part - 1], path.text, begin, end)
        path.hashes[part] = hashed
        path.nodes[part] = child(known, path.nodes[part - 1], hashed, path.text, begin, end, path.now[LAST])
    path.now[PARTS] = parts
    begin = path.slashes[parts - 1] + 1
    above = min(parts - 1, deepest)
    node = np.int64(path.nodes[above])
    if not is_directory:
        node = node if parts - 1 <= deepest else ~node
        if kept & NAMES:
            copy_wide(out.names, name_bytes, path.text, begin, length - begin)
            name_bytes += length - begin
    elif parts > deepest:
        node = ~node
    elif length > 1:
        hashed = hash_of(path.hashes[above], path.text, begin, length)
        node = child(known, node, hashed, path.text, begin, length, ROOT)
        path.now[LAST] = node
    out.node[row], out.name_end[row + 1] = node, name_bytes
    out.file_class[row] = class_of(path.text, begin, length, suffixes) if kind == FILE else NO_CLASS
    return name_bytes


@inlined
def class_of(text: NDArray[np.uint8], begin: int, end: int, suffixes: Suffixes) -> int:
    """The class of the first suffix that the name ends with, or NO_CLASS."""
    if end == begin or not suffixes.last_bytes[text[end - 1]]:
        return NO_CLASS
    last = word(text, end - 8) if end >= 8 else word(text, 0) << np.uint64(8 * (8 - end))
    count = len(suffixes.means)
    found = first_like(last, suffixes, 0)
    while found < count and not is_suffix(text, begin, end, suffixes, found):
        found = first_like(last, suffixes, found + 1)
    return np.int64(suffixes.means[found]) if found < count else NO_CLASS


@inlined
def first_like(last: int, suffixes: Suffixes, first: int) -> int:
    """The first suffix from `first` on whose last eight bytes are those of a name; as many as there are for none.

    All are compared, several at a time, rather than one after the other until one fits.
    """
    found = len(suffixes.means)
    for number in range(len(suffixes.means) - 1, first - 1, -1):
        found = number if last & suffixes.masks[number] == suffixes.words[number] else found
    return found


@inlined
def is_suffix(text: NDArray[np.uint8], begin: int, end: int, suffixes: Suffixes, number: int) -> bool:
    """Whether a name ends with this suffix, whose last eight bytes it has."""
    first = suffixes.ends[number]
    size = suffixes.ends[number + 1] - first
    rest = max(size - 8, 0)
    if size > end - begin:
        return False
    while rest > 0 and text[end - size + rest - 1] == suffixes.text[first + rest - 1]:
        rest -= 1
    return rest == 0


@inlined
def read_line(
    data: NDArray[np.uint8],
    position: int,
    stop: int,
    is_quoted: int,
    max_line: int,
    path: PathState,
    last: int,
    needed: int,
    scratch: NDArray[np.int64],
) -> int:
    """Reads a line's path, and its fields into the one column of `scratch`.

    Returns:
        The position behind its newline, or -1 where it is no entry.
    """
    after = read_path(data, position, min(position + max_line, stop), is_quoted, path)
    if after < 0:
        return -1
    parts = path.now[PARTS] = path.now[SLASHES]
    end = fields(data, after, last, needed, scratch, 0)
    if end < 0 or end - 1 - position > max_line:
        return -1
    if scratch[TYPE, 0] != DIRECTORY and path.slashes[parts - 1] == path.now[LENGTH] - 1:
        return -1
    return end


@inlined
def line_end(data: NDArray[np.uint8], position: int) -> int:
    """The position behind the next newline; there is one."""
    while True:
        mask = equal_mask(data, position, np.uint8(_NEWLINE))
        if mask:
            return position + lowest(mask) + 1
        position += 64
