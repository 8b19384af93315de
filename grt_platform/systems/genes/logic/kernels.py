"""Compiled loops over the bytes of a chunk: FASTA lines and CSV fields become letters, headers and a row per record.

A kernel goes on where the last call stopped, at any byte: all it must know stands in `state`. Row 0 of `rows` is what
belongs to the record that was begun before; each record begun in the chunk gets the next row.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

# Columns of `rows`.
LETTERS, HEADER, LINE, STRONG, WEAK, BLANKS, INVALID, BAD_LINE, BAD_COLUMN, BAD_BYTE, KINDS, FIRST_LINE = range(12)
FIELDS, FAULT = 12, 13
COLUMNS = 14
# Entries of `state`.
MODE, AFTER_CR, LINES, COLUMN, LETTERS_N, HEADERS_N, ROWS_N, COMMENTS, FIELD = range(9)
STATES = 9
# Modes of FASTA, and of CSV.
LINE_START, IN_LETTERS, IN_HEADER, IN_COMMENT = range(4)
ROW_START, FIELD_START, PLAIN, QUOTED, AFTER_QUOTE = range(5)
# Faults of a CSV row.
TEXT_AFTER_QUOTE, LINE_END_IN_NAME = 1, 2

_CR, _LF, _GT, _SEMICOLON = 13, 10, 62, 59
_FAULTS = np.uint8(16 | 32 | 128)


def compiled(function: Any) -> Any:
    """The function as machine code that lets other threads run; made once and kept beside the source."""
    return njit(nogil=True, cache=True)(function)


@compiled
def begin_record(rows: Numbers, state: Numbers) -> None:
    """A record begins."""
    state[ROWS_N] += 1
    row = rows[state[ROWS_N]]
    row[:] = 0
    row[LETTERS] = state[LETTERS_N]
    row[HEADER] = state[HEADERS_N]
    row[LINE] = state[LINES]
    row[FIRST_LINE] = -1


@compiled
def end_line(byte: int, state: Numbers, mode: int) -> None:
    """A line ends with this CR or LF."""
    state[MODE] = mode
    state[LINES] += 1
    state[COLUMN] = 0
    state[AFTER_CR] = byte == _CR


@compiled
def _note_bad(data: Bytes, start: int, end: int, tables: Any, letters: Bytes, row: Numbers, state: Numbers) -> None:
    """Count what is wrong in a run of sequence bytes, remember where the first of it stands, store what it becomes."""
    kinds, stored = tables
    n = state[LETTERS_N]
    for i in range(start, end):
        kind = kinds[data[i]]
        letters[n] = stored[data[i]]
        n += kind & 1
        if kind & _FAULTS:
            if row[INVALID] == 0:
                row[BAD_LINE] = state[LINES]
                row[BAD_COLUMN] = state[COLUMN] + i - start + 1
                row[BAD_BYTE] = data[i]
            row[INVALID] += 1


@compiled
def take_letters(data: Bytes, start: int, tables: Any, letters: Bytes, rows: Numbers, state: Numbers) -> int:
    """Take sequence bytes up to one whose kind is 0 or the end of the data; returns where that is."""
    kinds, given, taken = tables[0], data[start:], letters[state[LETTERS_N] :]
    kept, seen, passed = 0, np.uint8(0), len(given)
    for i in range(len(given)):
        byte = given[i]
        kind = kinds[byte]
        if kind == 0:
            passed = i
            break
        taken[kept] = byte
        kept += kind & 1
        seen |= kind
    row = rows[state[ROWS_N]]
    if kept and row[FIRST_LINE] < 0:
        row[FIRST_LINE] = state[LINES]
    row[BLANKS] += passed - kept
    row[KINDS] |= seen
    if seen & _FAULTS:
        _note_bad(data, start, start + passed, tables, letters, row, state)
    state[LETTERS_N] += kept
    state[COLUMN] += passed
    return start + passed


@compiled
def finish(letters: Bytes, uppers: Bytes, rows: Numbers) -> None:
    """Write all letters in upper case and count each row's strong (C, G, S) and weak (A, T, U, W) ones.

    Plain loops over one array: the compiler makes them work on 32 letters at once, unlike the one that reads the data.
    """
    for i in range(len(letters)):
        byte = letters[i]
        uppers[i] = byte - 32 if (byte >= 97) & (byte <= 122) else byte
    for r in range(len(rows)):
        end = rows[r + 1, LETTERS] if r + 1 < len(rows) else len(letters)
        part = uppers[rows[r, LETTERS] : end]
        count = 0
        for byte in part:
            count += (byte == 67) | (byte == 71) | (byte == 83)
        rows[r, STRONG] = count
        count = 0
        for byte in part:
            count += (byte == 65) | (byte == 84) | (byte == 85) | (byte == 87)
        rows[r, WEAK] = count


@compiled
def _sequence_lines(data: Bytes, start: int, tables: Any, letters: Bytes, rows: Numbers, state: Numbers) -> int:
    """Take lines of a sequence until one begins with `>` or `;`, or the data end; returns where that is."""
    i: int = start
    end = len(data)
    while True:
        i = take_letters(data, i, tables, letters, rows, state)
        if i == end:
            return i
        byte = data[i]
        i += 1
        if byte == _CR and i < end and data[i] == _LF:
            i += 1
            byte = _LF
        state[LINES] += 1
        state[COLUMN] = 0
        if i == end or data[i] == _GT or data[i] == _SEMICOLON:
            state[MODE] = LINE_START
            state[AFTER_CR] = byte == _CR
            return i


@compiled
def _to_line_end(data: Bytes, start: int, headers: Bytes, state: Numbers, keep: bool) -> int:
    """Pass the rest of a line, kept as header where that is wanted; returns where its line end is."""
    i, end, n = start, len(data), state[HEADERS_N]
    while i < end and data[i] != _LF and data[i] != _CR:
        if keep:
            headers[n] = data[i]
            n += 1
        i += 1
    state[HEADERS_N] = n
    state[COLUMN] += i - start
    return i


@compiled
def _begin_line(byte: int, rows: Numbers, state: Numbers) -> int:
    """The first byte of a line tells what the line is; returns how many bytes of it are passed."""
    state[AFTER_CR] = 0
    if byte == _GT:
        begin_record(rows, state)
        state[MODE] = IN_HEADER
        state[COLUMN] = 1
        return 1
    state[MODE] = IN_LETTERS
    if byte == _SEMICOLON:
        state[MODE] = IN_COMMENT
        state[COMMENTS] += 1
    return 0


@compiled
def scan_fasta(data: Bytes, start: int, tables: Any, out: Any, rows: Numbers, state: Numbers) -> int:
    """Read FASTA bytes from `start`; returns where it stopped: at the end, or earlier where `rows` is full."""
    i, end = start, len(data)
    while i < end:
        byte = data[i]
        mode = state[MODE]
        if mode == IN_LETTERS:
            i = _sequence_lines(data, i, tables, out[0], rows, state)
        elif mode != LINE_START:
            i = _to_line_end(data, i, out[1], state, mode == IN_HEADER)
            if i < end:
                end_line(data[i], state, LINE_START)
                i += 1
        elif byte == _LF and state[AFTER_CR]:
            i += 1
            state[AFTER_CR] = 0
        elif byte == _GT and state[ROWS_N] + 1 == len(rows):
            break
        else:
            i += _begin_line(byte, rows, state)
    return i
