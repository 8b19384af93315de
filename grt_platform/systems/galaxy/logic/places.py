"""Where the fields of many lines stand in their text, and what can be proved of their bytes for all of them at once.

Eight bytes are looked at as one number, so that a proof costs a few operations on whole columns.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

_WORD = 8
_MARGIN = 32  # bytes before and behind the text, so that no look at a word leaves the buffer
_LAST = np.array([0, *((2**64 - 2 ** (64 - 8 * kept)) for kept in range(1, _WORD + 1))], np.uint64)
_HIGH, _ZEROS, _SIX = (np.uint64(int.from_bytes(bytes([byte]) * _WORD)) for byte in (0xF0, 0x30, 0x06))
_MONTHS_BEFORE_1970 = 1970 * 12


class Text:
    """Text as words that may begin at any byte; positions count from the text's first byte."""

    def __init__(self, text: bytes) -> None:
        self.raw = text
        self._bytes = b"\0" * _MARGIN + text + b"\0" * _MARGIN
        self._words: Words = np.ndarray((len(text) + 2 * _MARGIN - _WORD,), "<u8", self._bytes, strides=(1,))
        self.codes = np.frombuffer(self._bytes, np.uint8)[_MARGIN : _MARGIN + len(text)]
        self.marks: Integers = np.flatnonzero(self.codes < 32)  # tabs, line ends and what should not be there

    def words(self, positions: Integers) -> Words:
        """The eight bytes from each position on, the first of them the lowest."""
        return self._words[positions + _MARGIN]


@dataclass(frozen=True)
class Places:
    """One column of many lines.

    Attributes:
        text: What the fields are in.
        starts: Position of each field's first byte.
        ends: Position behind each field's last byte.
    """

    text: Text
    starts: Integers
    ends: Integers

    @cached_property
    def lengths(self) -> Integers:
        """Bytes of each field."""
        return self.ends - self.starts

    @cached_property
    def is_none(self) -> Flags:
        """Whether each field is empty or `None`."""
        is_empty: Flags = self.lengths == 0
        return is_empty | self.equal(b"None")

    def equal(self, value: bytes) -> Flags:
        """Whether each field is `value`, which has at most eight bytes."""
        wanted = np.uint64(int.from_bytes(value.rjust(_WORD, b"\0"), "little"))
        flags: Flags = self.lengths == len(value)
        if flags.any():
            flags &= (self.text.words(self.ends - _WORD) & _LAST[len(value)]) == wanted
        return flags

    def are_digits(self, most: int) -> Flags:
        """Whether each field is one to `most` (at most 24) ASCII digits."""
        fine = (self.lengths > 0) & (self.lengths <= most)
        for seen in range(0, most, _WORD):
            left = self.lengths - seen
            if seen and not (left > 0).any():
                break
            fine &= _all_digits(self.text.words(self.ends - seen - _WORD), _LAST[np.clip(left, 0, _WORD)])
        return fine

    def begin_with(self, byte: bytes) -> Flags:
        """Whether each field begins with this byte."""
        flags: Flags = self.text.words(self.starts) & np.uint64(0xFF) == np.uint64(byte[0])
        return flags & (self.lengths > 0)

    def are_decimals(self) -> Flags:
        """Whether each field is up to 24 digits with seven decimals, or without, perhaps behind a minus sign."""
        starts = self.starts + self.begin_with(b"-")
        has_point = _matches(self.text.words(self.ends - _WORD), b".0000000") & (self.ends - starts > _WORD)
        return Places(self.text, starts, self.ends - np.where(has_point, _WORD, 0)).are_digits(24)

    @cached_property
    def times(self) -> tuple[Flags, Integers]:
        """Which fields are times `YYYY-MM-DD HH:MM:SS[.ffffff]`, and their microseconds since 1970, UTC."""
        has_fraction = self.lengths == 26
        day, hour, second = (self.text.words(self.starts + at) for at in (0, 8, 18))
        fine = has_fraction | (self.lengths == 19)
        fine &= _matches(day, b"0000-00-") & _matches(hour, b"00 00:00")
        word = self.text.words(self.starts + 11)
        fine &= _matches(word, b"00:00:00")
        fine &= ~has_fraction | _matches(second, b"0.000000")
        year = _two(day, 0) * 100 + _two(day, 2)
        month, day_of_month = _two(day, 5), _two(hour, 0)
        hours, minutes, seconds = _two(word, 0), _two(word, 3), _two(word, 6)
        fine &= (year >= 1000) & (month >= 1) & (month <= 12) & (hours < 24) & (minutes < 60) & (seconds < 60)
        months = np.where(fine, year * 12 + month - 1 - _MONTHS_BEFORE_1970, 0)
        first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        beyond = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        fine &= (day_of_month >= 1) & (day_of_month <= beyond - first)
        fraction = _two(second, 2) * 10_000 + _two(second, 4) * 100 + _two(second, 6)
        total = (((first + day_of_month - 1) * 24 + hours) * 60 + minutes) * 60 + seconds
        return fine, total * 1_000_000 + np.where(has_fraction, fraction, 0)


def _all_digits(words: Words, mask: Words | np.uint64) -> Flags:
    """Whether all bytes of each word below its mask are ASCII digits."""
    high = mask & _HIGH
    digits: Flags = ((words & high) == (mask & _ZEROS)) & (((words + _SIX) & high) == (mask & _ZEROS))
    return digits


def _matches(words: Words, form: bytes) -> Flags:
    """Whether each word has the bytes of `form`, where 0 stands for any digit."""
    is_digit = bytes(0xFF if byte == ord("0") else 0 for byte in form)
    digits = np.uint64(int.from_bytes(is_digit, "little"))
    others = np.uint64(int.from_bytes(form, "little")) & ~digits
    flags: Flags = (words & ~digits) == others
    return flags & _all_digits(words, digits)


def _two(words: Words, at: int) -> Integers:
    """The number of the two digits `at` and behind."""
    tens, ones = ((words >> np.uint64(8 * (at + place))) & np.uint64(15) for place in (0, 1))
    return (tens * np.uint64(10) + ones).astype(np.int64)
