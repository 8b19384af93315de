"""Sums in 40 bits each, since memory that nobody touched before is what sums of directories cost most."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.pairs import PAIRS, Pairs, free_slot, new_pairs, pair_of, with_room_for
from grt_platform.systems.lustre.logic.kernels.room import wider
from grt_platform.systems.lustre.logic.kernels.wide import fetch

_IS_BEYOND = 0
"""Place in `high` that says whether a row has anything in `beyond`."""
_HIGH, _LOW_BITS, _BITS = np.uint64(0xFF), np.uint64(32), np.uint64(40)
_LOW = np.uint64(0xFFFFFFFF)
_WORDS_A_LINE = 16
"""Of the processor's cache."""


class Compact(NamedTuple):
    """Rows of sums from 0 up, numbered from 1; what 40 bits cannot hold is kept apart.

    Attributes:
        low: The lower 32 bits of each sum, behind the bytes of `high`.
        high: The same memory: of each sum the next eight bits, at the sum's number.
        first: Sum n has its lower bits at `first + n` of a row.
        columns: One more than the sums of a row.
        beyond: By row and sum what is to be added, in units of 2^40.
    """

    low: NDArray[np.uint32]
    high: NDArray[np.uint8]
    first: int
    columns: int
    beyond: Pairs


def new_compact(room: int, columns: int) -> Compact:
    """Zeros for so many rows, with sums 1 to `columns` - 1; rows that nobody touches take no memory."""
    words = (columns + 3) // 4
    low = np.zeros((room, words + columns - 1), np.uint32)
    return Compact(low, low.view(np.uint8), words - 1, columns, new_pairs(1))


def with_rows(sums: Compact, count: int) -> Compact:
    """The same sums, with so many rows or more."""
    if count <= len(sums.low):
        return sums
    low = wider(sums.low, max(count, 2 * len(sums.low)))
    return sums._replace(low=low, high=low.view(np.uint8))


def with_beyond(sums: Compact) -> Compact:
    """The same sums; what is beyond 40 bits in one more row has room."""
    return sums._replace(beyond=with_room_for(sums.beyond, sums.columns))


def is_above_zero(sums: Compact, row: int, column: int) -> bool:
    """Whether a sum is not 0."""
    halves = sums.low[row, sums.first + column], sums.high[row, column]
    return any(halves) or bool(sums.high[row, _IS_BEYOND])


@inlined
def is_tight(sums: Compact) -> bool:
    """Whether there may be no room for what is beyond 40 bits in one more row."""
    return sums.beyond.now[PAIRS] + sums.columns > len(sums.beyond.keys)


@inlined
def lower(sums: Compact, row: int, column: int) -> int:
    """The lower 40 bits of a sum; places have no sign, so that nothing asks whether they count from the end."""
    low = sums.low[np.uint64(row), np.uint64(sums.first + column)]
    return np.uint64(low) | np.uint64(sums.high[np.uint64(row), np.uint64(column)]) << _LOW_BITS


@inlined
def put_lower(sums: Compact, row: int, column: int, value: int) -> None:
    """Makes these the lower bits of a sum, and leaves what is beyond them as it is."""
    sums.low[np.uint64(row), np.uint64(sums.first + column)] = np.uint32(value & _LOW)
    sums.high[np.uint64(row), np.uint64(column)] = np.uint8(value >> _LOW_BITS & _HIGH)


@inlined
def put(sums: Compact, row: int, column: int, value: int) -> None:
    """Makes these the lower bits of a sum; adds to what is beyond them."""
    put_lower(sums, row, column, value)
    if value >> _BITS:
        add_beyond(sums.high, sums.beyond, row, column, np.int64(value >> _BITS))


@inlined
def add(sums: Compact, row: int, column: int, value: int) -> None:
    """Adds to a sum."""
    put(sums, row, column, lower(sums, row, column) + np.uint64(value))


@inlined
def raise_to(sums: Compact, row: int, column: int, value: int) -> None:
    """Makes a sum of 40 bits at least this number, which has no more."""
    if np.uint64(value) > lower(sums, row, column):
        put(sums, row, column, np.uint64(value))


@inlined
def add_row(sums: Compact, row: int, into: int) -> None:
    """Adds all sums of a row to those of another; there is room for what is beyond 40 bits."""
    above = np.uint64(sums.high[row, _IS_BEYOND])
    for column in range(1, sums.columns):
        total = lower(sums, row, column) + lower(sums, into, column)
        put_lower(sums, into, column, total)
        above |= total >> _BITS
    if above:
        carry(sums, row, into)


@inlined
def add_row_to(sums: Compact, row: int, into: NDArray[np.int64], place: int) -> None:
    """Adds all sums of a row to a row of whole numbers."""
    for column in range(1, sums.columns):
        into[place, column] += np.int64(lower(sums, row, column))
    if sums.high[row, _IS_BEYOND]:
        for column in range(1, sums.columns):
            into[place, column] += what_is_beyond(sums.beyond, row, column) << np.int64(_BITS)


@inlined
def read_row(sums: Compact, row: int, out: NDArray[np.int64], place: int) -> None:
    """Writes the sums of a row into a column of `out`."""
    for column in range(1, sums.columns):
        out[column, place] = np.int64(lower(sums, row, column))
    if sums.high[row, _IS_BEYOND]:
        for column in range(1, sums.columns):
            out[column, place] += what_is_beyond(sums.beyond, row, column) << np.int64(_BITS)


@inlined
def load_soon(sums: Compact, row: int) -> None:
    """Has a row loaded for whoever needs it soon."""
    words = sums.low.shape[1]
    for each in range(0, words, _WORDS_A_LINE):
        fetch(sums.low, row * words + each)


@compiled
def add_beyond(high: NDArray[np.uint8], beyond: Pairs, row: int, column: int, more: int) -> None:
    """Adds to what is beyond 40 bits of a sum; there is room."""
    high[row, _IS_BEYOND] = 1
    beyond.sums[pair_of(beyond, row, column, -1), 0] += more


@compiled
def what_is_beyond(beyond: Pairs, row: int, column: int) -> int:
    """What is beyond 40 bits of a sum."""
    number = np.int64(beyond.slots[free_slot(beyond, row, column)])
    return beyond.sums[number, 0] if number >= 0 else np.int64(0)


@compiled
def carry(sums: Compact, row: int, into: int) -> None:
    """Adds what is beyond 40 bits when a row was added to another: that of the row, and where a sum became less."""
    for column in range(1, sums.columns):
        more = np.int64(lower(sums, into, column) < lower(sums, row, column))
        if sums.high[row, _IS_BEYOND]:
            more += what_is_beyond(sums.beyond, row, column)
        if more:
            add_beyond(sums.high, sums.beyond, into, column, more)
