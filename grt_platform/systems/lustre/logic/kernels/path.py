"""Paths: decoded into one scratch buffer, only from where they differ from those of the line before."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.entry import MAX_PARTS
from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.wide import decode_64, differ_mask, equal_mask, lowest, without_lowest

_SLASH, _TAB, _NEWLINE, _QUOTE, _BACKSLASH, _PAD = 47, 9, 10, 34, 92, 61
_INVALID = 1 << 24
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
LENGTH, PARTS, FIELD_LENGTH, BEGIN, LAST, SLASHES = range(6)
_ROOM = 256
_LETTERS = np.frombuffer(b'abfnrtv\\"', np.uint8)
_STAND_FOR = np.frombuffer(b'\a\b\f\n\r\t\v\\"', np.uint8)


class PathState(NamedTuple):
    """The path of the line read last, and what of it may be used again.

    Attributes:
        text: Its bytes.
        slashes: Where its slashes stand in `text`.
        resumes: For quoted paths, where the field goes on behind each slash.
        nodes: For each slash, the directory before it.
        hashes: For each slash, the hash of the path before it.
        now: LENGTH of text, number of slashes whose `nodes` are known (PARTS), length of the field as written, where
            the field begins (-1: none to compare with), the number of the LAST directory that was a line of its own,
            number of SLASHES.
        decoded: For each of four places and each base64 character, its bits where they belong.
    """

    text: NDArray[np.uint8]
    slashes: NDArray[np.int32]
    resumes: NDArray[np.int32]
    nodes: NDArray[np.int32]
    hashes: NDArray[np.uint64]
    now: NDArray[np.int64]
    decoded: NDArray[np.uint32]


def new_path_state(max_line_bytes: int) -> PathState:
    """A state before the first line."""
    decoded = np.full((4, 256), _INVALID, np.uint32)
    for bits, character in enumerate(_ALPHABET):
        decoded[:, character] = bits << 18, bits << 12, bits << 6, bits
    parts = np.zeros(MAX_PARTS + 2, np.int32)
    now = np.array([0, 0, 0, -1, 0, 0], np.int64)
    text, hashes = np.zeros(max_line_bytes + _ROOM, np.uint8), np.zeros(len(parts), np.uint64)
    return PathState(text, parts, parts.copy(), parts.copy(), hashes, now, decoded)


@inlined
def read_path(data: NDArray[np.uint8], begin: int, limit: int, is_quoted: int, state: PathState) -> int:
    """Reads the path field that begins at `begin`; its nodes stay known as far as the line before has the same slashes.

    Args:
        data: The block.
        begin: Where the line begins.
        limit: Where the line must have ended.
        is_quoted: 1 for Go's quotes, 0 for base64.
        state: Changed to this path. Its PARTS is set to the slashes kept, of all SLASHES.

    Returns:
        The position behind the field's tab; -1 where the path breaks a rule of `entry`.
    """
    shared = 0
    if state.now[BEGIN] >= 0:
        shared = common(data, begin, state.now[BEGIN], state.now[FIELD_LENGTH])
    kept = state.now[PARTS]
    if is_quoted:
        while kept > 0 and state.resumes[kept - 1] > shared:
            kept -= 1
        start = np.int64(state.slashes[kept - 1] + 1) if kept else np.int64(0)
        end = unquote(data, begin, limit, start, kept, state)
        count = find_slashes(state, kept) if end >= 0 else -1
    else:
        quads = max(min(shared, state.now[FIELD_LENGTH] - 4), 0) >> 2
        start = quads * 3
        while kept > 0 and state.slashes[kept - 1] >= start:
            kept -= 1
        end, count = decode(data, begin + quads * 4, limit, start, kept, state)
    state.now[BEGIN] = -1
    if end < 0 or count < 0 or state.text[0] != _SLASH or state.now[LENGTH] == 0:
        return -1
    state.now[FIELD_LENGTH] = end - begin
    state.now[PARTS], state.now[SLASHES] = kept, count
    return end + 1


@inlined
def common(data: NDArray[np.uint8], one: int, other: int, length: int) -> int:
    """How many bytes are the same from two positions on, `length` at most."""
    done = 0
    while done < length:
        mask = differ_mask(data, one + done, other + done)
        if mask:
            return min(done + lowest(mask), length)
        done += 64
    return length


@inlined
def decode(
    data: NDArray[np.uint8], position: int, limit: int, filled: int, count: int, state: PathState
) -> tuple[int, int]:
    """Decodes base64 from a group of four on, up to the tab, and lists the slashes behind the first `count`.

    Returns:
        The tab's position and how many slashes there are in all; -1 for one of them where the path breaks a rule.
    """
    text, decoded = state.text, state.decoded
    while position < limit:
        strange, zeros, slashes = decode_64(data, position, text, filled)
        quads = lowest(strange) >> 2
        good = (np.uint64(1) << np.uint64(3 * quads)) - np.uint64(1)
        count = list_slashes(slashes & good, filled, count, state)
        if zeros & good or count < 0:
            return -1, -1
        filled += 3 * quads
        position += 4 * quads
        if strange:
            break
    if position < limit and data[position] != _TAB:
        bits = decoded[0, data[position]] | decoded[1, data[position + 1]]
        size = 1
        if data[position + 2] != _PAD:
            bits |= decoded[2, data[position + 2]]
            size = 2
        if bits >= _INVALID or data[position + 3] != _PAD:
            return -1, -1
        first, second = bits >> 16, (bits >> 8) & 255
        text[filled], text[filled + 1] = first, second
        if first == 0 or (size == 2 and second == 0):
            return -1, -1
        slashes = np.uint64(first == _SLASH) | np.uint64(size == 2 and second == _SLASH) << np.uint64(1)
        count = list_slashes(slashes, filled, count, state)
        filled += size
        position += 4
    state.now[LENGTH] = filled
    return position if position < limit and data[position] == _TAB else -1, count


@inlined
def find_slashes(state: PathState, count: int) -> int:
    """Lists the slashes behind the first `count`; returns how many there are in all, -1 for too many, two in a row."""
    length = state.now[LENGTH]
    position = np.int64(state.slashes[count - 1] + 1) if count else np.int64(0)
    while position < length and count >= 0:
        mask = equal_mask(state.text, position, np.uint8(_SLASH))
        if length - position < 64:
            mask &= (np.uint64(1) << np.uint64(length - position)) - np.uint64(1)
        count = list_slashes(mask, position, count, state)
        position += 64
    return count


@inlined
def list_slashes(mask: int, base: int, count: int, state: PathState) -> int:
    """Lists the slashes of a mask from `base` on; returns how many there are now, -1 for too many, or two in a row."""
    while mask:
        found = base + lowest(mask)
        if count >= MAX_PARTS or (count and state.slashes[count - 1] == found - 1):
            return -1
        state.slashes[count] = found
        count += 1
        mask = without_lowest(mask)
    return count


@compiled
def unquote(data: NDArray[np.uint8], begin: int, limit: int, filled: int, count: int, state: PathState) -> int:
    """Unquotes from behind the slash number `count` on, up to the closing quote; returns the tab's position, or -1."""
    position = begin + (np.int64(state.resumes[count - 1]) if count else np.int64(1))
    if data[begin] != _QUOTE:
        return -1
    text = state.text
    while position < limit:
        byte = data[position]
        if byte == _QUOTE:
            state.now[LENGTH] = filled
            return position + 1 if data[position + 1] == _TAB else -1
        if byte in (0, _TAB, _NEWLINE):
            return -1
        before = filled
        if byte == _BACKSLASH:
            position, filled = unescape(data, position + 1, text, filled)
            if position < 0 or text[before] == 0:
                return -1
        else:
            text[filled] = byte
            position += 1
            filled += 1
        if text[before] == _SLASH:
            if count >= MAX_PARTS:
                return -1
            state.resumes[count] = position - begin
            count += 1
    return -1


@compiled
def unescape(data: NDArray[np.uint8], position: int, text: NDArray[np.uint8], filled: int) -> tuple[int, int]:
    """Writes what the escape behind a backslash stands for; returns where it ends and the new length, or -1."""
    letter = data[position]
    size = 2 if letter == 120 else 4 if letter == 117 else 8 if letter == 85 else 0  # x u U
    if size:
        code = digits_of(data, position + 1, size, 16)
        if code < 0 or code > 0x10FFFF or (0xD800 <= code <= 0xDFFF and size > 2):
            return -1, filled
        if size > 2 and code >= 0x80:
            return position + 1 + size, write_character(text, filled, code)
        text[filled] = code
        return position + 1 + size, filled + 1
    if 48 <= letter <= 55:
        code = digits_of(data, position, 3, 8)
        text[filled] = code & 255
        return position + 3 if 0 <= code <= 255 else -1, filled + 1
    for number in range(len(_LETTERS)):
        if letter == _LETTERS[number]:
            text[filled] = _STAND_FOR[number]
            return position + 1, filled + 1
    return -1, filled


@compiled
def digits_of(data: NDArray[np.uint8], position: int, count: int, base: int) -> int:
    """The number that exactly so many digits of base 8 or 16 write, or -1."""
    total = 0
    for each in range(position, position + count):
        byte = np.int64(data[each])
        low = byte | 32
        digit = byte - 48 if 48 <= byte <= 57 else low - 87 if 97 <= low <= 102 else 99
        if digit >= base:
            return -1
        total = total * base + digit
    return total


@compiled
def write_character(text: NDArray[np.uint8], filled: int, code: int) -> int:
    """Writes a character beyond ASCII in UTF-8; returns the new length."""
    size = 2 if code < 0x800 else 3 if code < 0x10000 else 4
    text[filled] = (0xF00 >> size) & 0xFF | (code >> (6 * (size - 1)))
    for each in range(1, size):
        text[filled + each] = 0x80 | ((code >> (6 * (size - 1 - each))) & 0x3F)
    return filled + size
