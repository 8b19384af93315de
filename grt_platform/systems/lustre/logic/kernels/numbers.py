"""Whole numbers and the ten or eleven fields behind a path, as fast as they come."""

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.wide import lowest, nondigit_mask, without_lowest, word

SIZE, UID, GID, ATIME, MTIME, CTIME, TYPE, INODE, NLINK, DEV, APPARENT = range(11)
FIELDS = 11
ALL_FIELDS = (1 << FIELDS) - 1
_TAB, _NEWLINE, _MINUS, _ZERO = 9, 10, 45, 48
_SIGNED_TOP = np.uint64(1 << 63)
_SAFE_DIGITS = 18
_WINDOW = 40
"""From here on a window of 64 bytes may not hold the longest number and what ends it."""


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
    if digits <= 16:
        return eight(data, position, digits - 8) * 100_000_000 + low
    middle = eight(data, position + digits - 16, 8)
    return (eight(data, position, digits - 16) * 100_000_000 + middle) * 100_000_000 + low


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
def fields(data: NDArray[np.uint8], position: int, last: int, needed: int, out: NDArray[np.int64]) -> int:
    """Checks the fields behind the path and writes those needed (bits of a mask) into `out`.

    `last` is DEV or APPARENT; a missing apparent size is -1. Others than those needed may be written or not.

    Returns:
        The position after the line's newline, or -1 where a field breaks a rule of `entry`.
    """
    out[APPARENT] = -1
    base = position
    ends = nondigit_mask(data, base)
    for field in range(FIELDS):
        if position - base > _WINDOW:
            base = position
            ends = nondigit_mask(data, base)
        if field == TYPE:
            out[TYPE] = data[position]
            if not is_type(data[position]) or data[position + 1] != _TAB:
                return -1
            position += 2
            ends = without_lowest(without_lowest(ends))
            continue
        end = base + lowest(ends)
        ends = without_lowest(ends)
        digits = end - position
        if 0 < digits <= _SAFE_DIGITS:
            if needed >> field & 1:
                out[field] = value(data, position, digits)
        else:
            end = unusual(data, position, field, out)
            if end < 0:
                return -1
            base = end + 1
            ends = nondigit_mask(data, base)
        position = end + 1
        if data[end] == _TAB and field < last:
            continue
        if data[end] == _NEWLINE and field >= DEV:
            return position
        return -1
    return -1


@compiled
def unusual(data: NDArray[np.uint8], position: int, field: int, out: NDArray[np.int64]) -> int:
    """Reads a number with a sign or many digits into `out[field]`; returns where it ends, or -1 where it is none."""
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
        out[field] = -number
        return position
    if not fits or (is_above and field not in (INODE, DEV)):
        return -1
    out[field] = number
    return position


@inlined
def is_type(byte: int) -> bool:
    """Whether the byte is a known type of inode: f d l s b c F X."""
    return byte in (102, 100, 108, 115, 98, 99, 70, 88)
