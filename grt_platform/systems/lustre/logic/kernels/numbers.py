"""Whole numbers and the ten or eleven fields behind a path, as fast as they come."""

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.wide import equal_mask, lowest, nondigit_mask, without_lowest, word

SIZE, UID, GID, ATIME, MTIME, CTIME, TYPE, INODE, NLINK, DEV, APPARENT = range(11)
FIELDS = 11
ALL_FIELDS = (1 << FIELDS) - 1
_TAB, _NEWLINE, _MINUS, _ZERO = 9, 10, 45, 48
_SIGNED_TOP = np.uint64(1 << 63)
_SAFE_DIGITS = 18
_LAST = 63


@inlined
def eight(data: NDArray[np.uint8], position: int, digits: int) -> int:
    """The value of 1 to 8 digits."""
    x = (word(data, position) << np.uint64(64 - 8 * digits)) & np.uint64(0x0F0F0F0F0F0F0F0F)
    x = ((x * np.uint64(2561)) >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
    x = ((x * np.uint64(6553601)) >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
    return np.int64((x * np.uint64(42949672960001)) >> np.uint64(32))


@inlined
def value(data: NDArray[np.uint8], position: int, digits: int) -> int:
    """The value of 1 to 18 digits."""
    if digits <= 8:
        return eight(data, position, digits)
    low = eight(data, position + digits - 8, 8)
    if digits == 10:
        return two(data, position) * 100_000_000 + low
    if digits <= 16:
        return eight(data, position, digits - 8) * 100_000_000 + low
    middle = eight(data, position + digits - 16, 8)
    high = two(data, position) if digits == 18 else np.int64(data[position]) - _ZERO
    return (high * 100_000_000 + middle) * 100_000_000 + low


@inlined
def two(data: NDArray[np.uint8], position: int) -> int:
    """The value of two digits."""
    return np.int64(data[position]) * 10 + np.int64(data[position + 1]) - 11 * _ZERO


@compiled
def long_value(data: NDArray[np.uint8], position: int) -> tuple[int, int, bool]:
    """The value of any number of digits, where they end, and whether the value fits 64 bits without a sign."""
    while data[position] == _ZERO and np.uint8(data[position + 1] - _ZERO) <= 9:
        position += 1
    total, begin = np.uint64(0), position
    while np.uint8(data[position] - _ZERO) <= 9 and position - begin < 20:
        total = total * np.uint64(10) + np.uint64(data[position] - _ZERO)
        position += 1
    digits = position - begin
    fits = digits < 20 or (data[begin] == _ZERO + 1 and total >= np.uint64(10_000_000_000_000_000_000))
    return np.int64(total), position, fits


@inlined
def fields(data: NDArray[np.uint8], position: int, last: int, needed: int, out: NDArray[np.int64], row: int) -> int:
    """Checks the fields behind the path and writes those needed (bits of a mask) into a column of `out`.

    `last` is DEV or APPARENT; a missing apparent size is -1. Others than those needed may be written or not.

    Returns:
        The position after the line's newline, or -1 where a field breaks a rule of `entry`.
    """
    end = usual_fields(data, position, last, needed, out, row)
    if end == 0:
        end = any_fields(data, position, last, out, row)
    return end


@inlined
def usual_fields(
    data: NDArray[np.uint8], position: int, last: int, needed: int, out: NDArray[np.int64], row: int
) -> int:
    """The same for lines whose numbers have no sign and 18 digits at most, six of them in 64 bytes; 0 for any other.

    What is done does not depend on how long a number is, but for the few ways to convert it: wrong guesses of the
    processor would cost more than all the rest.
    """
    size, uid, gid, atime, mtime, ctime = six_ends(data, position)
    at = position + ctime + 3
    if ctime == 0 or data[at - 1] != _TAB or not is_type(data[at - 2]):
        return 0
    inode, nlink, dev = three_ends(data, at)
    end = at + dev
    apparent = np.int64(-1)
    if dev and data[end] == _TAB and last == APPARENT:
        digits = lowest(nondigit_mask(data, end + 1))
        dev = dev if out_of_range(digits) >= 0 else np.int64(0)
        apparent = value(data, end + 1, digits)
        end += digits + 1
    if dev == 0 or data[end] != _NEWLINE:
        return 0
    out[TYPE, row] = data[at - 2]
    convert(data, position, np.int64(-1), size, SIZE, needed, out, row)
    convert(data, position, size, uid, UID, needed, out, row)
    convert(data, position, uid, gid, GID, needed, out, row)
    convert(data, position, gid, atime, ATIME, needed, out, row)
    convert(data, position, atime, mtime, MTIME, needed, out, row)
    convert(data, position, mtime, ctime, CTIME, needed, out, row)
    convert(data, at, np.int64(-1), inode, INODE, needed, out, row)
    convert(data, at, inode, nlink, NLINK, needed, out, row)
    convert(data, at, nlink, dev, DEV, needed, out, row)
    if needed >> APPARENT & 1:
        out[APPARENT, row] = apparent
    return end + 1


@inlined
def six_ends(data: NDArray[np.uint8], position: int) -> tuple[int, int, int, int, int, int]:
    """Where six numbers end that stand one behind the other, each before a tab; the last is 0 where they are odd."""
    ends, tabs = nondigit_mask(data, position), equal_mask(data, position, np.uint8(_TAB))
    one, rest = lowest(ends), without_lowest(ends)
    two, rest = lowest(rest), without_lowest(rest)
    three, rest = lowest(rest), without_lowest(rest)
    four, rest = lowest(rest), without_lowest(rest)
    five, rest = lowest(rest), without_lowest(rest)
    six = lowest(rest)
    odd = out_of_range(one) | out_of_range(two - one - 1) | out_of_range(three - two - 1)
    odd |= out_of_range(four - three - 1) | out_of_range(five - four - 1) | out_of_range(six - five - 1)
    if six > _LAST or odd < 0 or (ends ^ tabs) << np.uint64(_LAST - six):
        six = np.int64(0)
    return one, two, three, four, five, six


@inlined
def three_ends(data: NDArray[np.uint8], position: int) -> tuple[int, int, int]:
    """Where three numbers end, two of them before tabs; the last is 0 where they are odd."""
    ends = nondigit_mask(data, position)
    one, rest = lowest(ends), without_lowest(ends)
    two, rest = lowest(rest), without_lowest(rest)
    three = lowest(rest)
    odd = out_of_range(one) | out_of_range(two - one - 1) | out_of_range(three - two - 1)
    if odd < 0 or data[position + one] != _TAB or data[position + two] != _TAB:
        three = np.int64(0)
    return one, two, three


@inlined
def convert(
    data: NDArray[np.uint8], base: int, before: int, end: int, field: int, needed: int, out: NDArray[np.int64], row: int
) -> None:
    """Writes the number between two ends, where it is needed."""
    if needed >> field & 1:
        out[field, row] = value(data, base + before + 1, end - before - 1)


@inlined
def out_of_range(digits: int) -> int:
    """Below 0 where a number of so many digits is none or not sure to fit."""
    return (digits - 1) | (_SAFE_DIGITS - digits)


@compiled
def any_fields(data: NDArray[np.uint8], position: int, last: int, out: NDArray[np.int64], row: int) -> int:
    """The same for every line, one field after the other."""
    out[APPARENT, row] = -1
    for field in range(FIELDS):
        if field == TYPE:
            out[TYPE, row] = data[position]
            if not is_type(data[position]) or data[position + 1] != _TAB:
                return -1
            position += 2
            continue
        end = position + lowest(nondigit_mask(data, position))
        if out_of_range(end - position) >= 0:
            out[field, row] = value(data, position, end - position)
        else:
            end = unusual(data, position, field, out, row)
            if end < 0:
                return -1
        position = end + 1
        if data[end] == _TAB and field < last:
            continue
        return position if data[end] == _NEWLINE and field >= DEV else -1
    return -1


@compiled
def unusual(data: NDArray[np.uint8], position: int, field: int, out: NDArray[np.int64], row: int) -> int:
    """Reads a number with a sign or many digits into `out[field, row]`; returns where it ends, -1 where it is none."""
    is_negative = data[position] == _MINUS
    position += is_negative
    if np.uint8(data[position] - _ZERO) > 9:
        return -1
    number, position, fits = long_value(data, position)
    is_above = np.uint64(number) >= _SIGNED_TOP
    if is_negative:
        if not fits or (is_above and np.uint64(number) != _SIGNED_TOP):
            return -1
        if number != 0 and not (ATIME <= field <= CTIME or field == DEV):
            return -1
        out[field, row] = -number
        return position
    if not fits or (is_above and field not in (INODE, DEV)):
        return -1
    out[field, row] = number
    return position


@inlined
def is_type(byte: int) -> bool:
    """Whether the byte is a known type of inode: f d l s b c F X."""
    return byte in (102, 100, 108, 115, 98, 99, 70, 88)
