"""The compiled loop over CSV (RFC 4180): quoted fields may hold commas, doubled quotes and line ends."""

from typing import Any

from grt_platform.systems.genes.logic.kernels import (
    AFTER_CR,
    AFTER_QUOTE,
    COLUMN,
    FAULT,
    FIELD,
    FIELD_START,
    FIELDS,
    HEADERS_N,
    LINE_END_IN_NAME,
    MODE,
    PLAIN,
    QUOTED,
    ROW_START,
    ROWS_N,
    TEXT_AFTER_QUOTE,
    Bytes,
    Numbers,
    begin_record,
    compiled,
    end_line,
    take_letters,
)

_CR, _LF, _COMMA, _QUOTE = 13, 10, 44, 34


@compiled
def _end_field(byte: int, rows: Numbers, state: Numbers) -> None:
    """A comma or a line end closes a field, the line end its row too."""
    if byte == _COMMA:
        state[FIELD] += 1
        state[MODE] = FIELD_START
        state[COLUMN] += 1
        return
    rows[state[ROWS_N], FIELDS] = state[FIELD] + 1
    end_line(byte, state, ROW_START)


@compiled
def _line_end_inside(byte: int, is_name: bool, rows: Numbers, state: Numbers) -> None:
    """A line end within quotes: wraps a sequence, spoils a name."""
    if byte == _CR or not state[AFTER_CR]:
        end_line(byte, state, QUOTED)
    else:
        state[AFTER_CR] = 0
    if is_name:
        rows[state[ROWS_N], FAULT] = LINE_END_IN_NAME


@compiled
def _quote_inside(is_name: bool, out: Any, state: Numbers) -> None:
    """A doubled quote stands for one."""
    state[MODE] = QUOTED
    state[COLUMN] += 1
    if is_name:
        out[1][state[HEADERS_N]] = _QUOTE
        state[HEADERS_N] += 1


@compiled
def _pass(data: Bytes, start: int, stop: int, headers: Bytes, keep: bool, state: Numbers) -> int:
    """Pass field bytes up to `stop` or a line end, kept as name where that is wanted."""
    i, end, n = start, len(data), state[HEADERS_N]
    while i < end:
        byte = data[i]
        if byte in (stop, _LF, _CR):
            break
        if keep:
            headers[n] = byte
            n += 1
        i += 1
    state[HEADERS_N] = n
    state[COLUMN] += i - start
    return i


@compiled
def _start(byte: int, rows: Numbers, state: Numbers) -> int:
    """The first byte of a row or field; returns how many bytes it took, or -1 where `rows` is full."""
    if state[MODE] == ROW_START:
        if byte == _LF and state[AFTER_CR]:
            state[AFTER_CR] = 0
            return 1
        state[AFTER_CR] = 0
        if byte in (_LF, _CR):  # an empty line
            end_line(byte, state, ROW_START)
            return 1
        if state[ROWS_N] + 1 == len(rows):
            return -1
        begin_record(rows, state)
        state[FIELD] = 0
    state[MODE] = PLAIN
    if byte == _QUOTE:
        state[MODE] = QUOTED
        state[COLUMN] += 1
        return 1
    return 0


@compiled
def _after_quote(byte: int, is_name: bool, out: Any, rows: Numbers, state: Numbers) -> None:
    """What follows a closing quote: another one, the end of the field, or text that spoils the row."""
    if byte == _QUOTE:
        _quote_inside(is_name, out, state)
    elif byte in (_COMMA, _LF, _CR):
        _end_field(byte, rows, state)
    else:
        rows[state[ROWS_N], FAULT] = TEXT_AFTER_QUOTE
        state[MODE] = PLAIN
        state[COLUMN] += 1


@compiled
def scan_csv(data: Bytes, start: int, tables: Any, out: Any, rows: Numbers, state: Numbers, places: Any) -> int:
    """Read CSV bytes from `start`; returns where it stopped: at the end, or earlier where `rows` is full.

    `tables` are two pairs, for plain and for quoted fields; `places` are the 0-based fields of name and sequence.
    """
    name_at, sequence_at = places
    i, end = start, len(data)
    while i < end:
        mode = state[MODE]
        if mode in (ROW_START, FIELD_START):
            taken = _start(data[i], rows, state)
            if taken < 0:
                break
            i += taken
            continue
        is_name = state[FIELD] == name_at
        if mode == AFTER_QUOTE:
            _after_quote(data[i], is_name, out, rows, state)
            i += 1
            continue
        stop = _QUOTE if mode == QUOTED else _COMMA
        if data[i] not in (_LF, _CR):
            state[AFTER_CR] = 0
        if state[FIELD] == sequence_at:
            i = take_letters(data, i, tables[1] if mode == QUOTED else tables[0], out[0], rows, state)
        else:
            i = _pass(data, i, stop, out[1], is_name, state)
        if i == end:
            break
        if mode == PLAIN:
            _end_field(data[i], rows, state)
        elif data[i] == _QUOTE:
            state[MODE] = AFTER_QUOTE
            state[COLUMN] += 1
        else:
            _line_end_inside(data[i], is_name, rows, state)
        i += 1
    return i
