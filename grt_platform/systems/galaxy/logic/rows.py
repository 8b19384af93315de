"""The rows of one kind of many small members, or of a piece of a large one, as typed columns, and the bad lines.

`parse` does many rows at once and hands lines that are not plainly good to the exact reader of single lines;
`parse_by_line` does nothing else than that. Both give the same.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from grt_platform.systems.galaxy.logic.headers import Header
from grt_platform.systems.galaxy.logic.lines import BadLineError, read_line
from grt_platform.systems.galaxy.logic.places import Flags, Text
from grt_platform.systems.galaxy.logic.proof import Proved, prove
from grt_platform.systems.galaxy.schemas import MEMBER_TABLES

_TAB, _END = 9, 10
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one report within a piece of text.

    Attributes:
        report: Number of the report within its batch.
        first_line: Line number of the first of them in the member, whose header is line 1.
        lines: How many they are.
        latest: Times after this one are impossible.
    """

    report: int
    first_line: int
    lines: int
    latest: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of whole lines under one header, each line ending in a newline, with the reports they come from."""

    header: Header
    text: bytes
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a piece holds.

    Attributes:
        good: Columns `report` (number), `line` (0-based in the piece) and those of the table; in the piece's order.
        bad: For each bad line its 0-based number in the piece and the reason.
        is_plain: Every line of the piece is of the usual good form and has no empty field.
    """

    piece: Piece
    good: pl.DataFrame
    bad: tuple[tuple[int, str], ...]
    is_plain: bool = False


def columns_of(kind: str) -> dict[str, pl.DataType]:
    """The columns of rows of a kind with their polars types."""
    schema = MEMBER_TABLES[kind].polars_schema(with_partition=False)
    return {name: dtype for name, dtype in schema.items() if name != "report_id"}


SCHEMAS = {kind: {"report": pl.Int32(), "line": pl.UInt32(), **columns_of(kind)} for kind in MEMBER_TABLES}


def parse_by_line(piece: Piece) -> Rows:
    """The rows of a piece, line by line."""
    count = sum(part.lines for part in piece.parts)
    return _rows(piece, *_read(piece, np.arange(count)))


def parse(piece: Piece) -> Rows:
    """The rows of a piece, all at once where they are of the usual form."""
    width, count = len(piece.header.columns), sum(_lengths(piece))
    text = Text(piece.text)
    odd = _odd_lines(piece.text, text, width)
    if len(odd) == count:
        return parse_by_line(piece)
    numbers = np.delete(np.arange(count), odd) if len(odd) else np.arange(count)
    if len(odd):
        text = Text(_without(piece.text, odd))
    proved = prove(piece.header, text)
    typed = _typed(piece, text, proved, numbers)
    if typed is None:
        return parse_by_line(piece)
    is_plain = proved.is_plain & _are_in_time(piece, typed, numbers)
    if is_plain.all() and not len(odd):
        return Rows(piece, typed, (), is_plain=not proved.has_empty)
    odd_rows = _rows(piece, *_read(piece, np.sort(np.concatenate([odd, numbers[~is_plain]]))))
    return Rows(piece, pl.concat([typed.filter(is_plain), odd_rows.good]).sort("line"), odd_rows.bad)


def line_ends(text: bytes) -> Integers:
    """Where each line's newline stands."""
    return np.flatnonzero(np.frombuffer(text, np.uint8) == 10)


def lines_at(text: bytes, numbers: Integers, limit: int | None = None) -> list[bytes]:
    """The bytes of some lines without their newlines, cut at `limit`."""
    ends = line_ends(text)
    starts = np.concatenate([[0], ends[:-1] + 1])
    stops = ends[numbers] if limit is None else np.minimum(ends[numbers], starts[numbers] + limit)
    return [text[start:stop] for start, stop in zip(starts[numbers].tolist(), stops.tolist(), strict=True)]


def parts_at(piece: Piece, numbers: Integers) -> Integers:
    """The index of the part that each line belongs to."""
    return np.searchsorted(np.cumsum(_lengths(piece)), numbers, side="right")


def _lengths(piece: Piece) -> list[int]:
    return [part.lines for part in piece.parts]


def _read(piece: Piece, numbers: Integers) -> tuple[list[dict[str, Any]], tuple[tuple[int, str], ...]]:
    good, bad = list[dict[str, Any]](), list[tuple[int, str]]()
    parts = [piece.parts[index] for index in parts_at(piece, numbers).tolist()]
    lines = lines_at(piece.text, numbers)
    for number, part, line in zip(numbers.tolist(), parts, lines, strict=True):
        try:
            good.append({"report": part.report, "line": number, **read_line(piece.header, line, part.latest)})
        except BadLineError as error:
            bad.append((number, str(error)))
    return good, tuple(bad)


def _rows(piece: Piece, good: list[dict[str, Any]], bad: tuple[tuple[int, str], ...]) -> Rows:
    return Rows(piece, pl.DataFrame(good, schema=SCHEMAS[piece.header.kind], orient="row"), bad)


def _odd_lines(raw: bytes, text: Text, width: int) -> Integers:
    """Lines that have not `width` fields, hold a control byte, or are not UTF-8."""
    marks = text.codes[text.marks]
    has_mark = raw.startswith(_BYTE_ORDER_MARK)  # polars would take it off
    is_regular = len(marks) % width == 0 and _are_regular(marks.reshape(-1, width))
    if is_regular and not has_mark and (raw.isascii() or _is_utf8(raw)):
        return np.zeros(0, np.int64)
    odd = [np.zeros(1 if has_mark else 0, np.int64)]
    if not is_regular:
        odd.append(_irregular(marks, width))
    if not raw.isascii():
        foreign = np.unique(np.searchsorted(line_ends(raw), np.flatnonzero(text.codes >= 128)))
        is_utf8 = [_is_utf8(line) for line in lines_at(raw, foreign)]
        odd.append(foreign[~np.array(is_utf8, np.bool_)])
    return np.unique(np.concatenate(odd))


def _are_regular(marks: npt.NDArray[np.uint8]) -> bool:
    """Whether each row of marks is that of one good line: tabs, then its end."""
    return bool((marks[:, :-1] == _TAB).all() and (marks[:, -1] == _END).all())


def _irregular(marks: npt.NDArray[np.uint8], width: int) -> Integers:
    ends = np.flatnonzero(marks == _END)
    lengths = np.diff(ends, prepend=-1)
    controls = np.add.reduceat((marks != _TAB).astype(np.int64), np.concatenate([[0], ends[:-1] + 1]))
    return np.flatnonzero((lengths != width) | (controls != 1))


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _without(text: bytes, numbers: Integers) -> bytes:
    """The text without some of its lines."""
    ends = line_ends(text)
    starts = np.concatenate([[0], ends[:-1] + 1])
    kept, position = list[bytes](), 0
    for start, end in zip(starts[numbers].tolist(), ends[numbers].tolist(), strict=True):
        kept.append(text[position:start])
        position = end + 1
    return b"".join([*kept, text[position:]])


def _typed(piece: Piece, text: Text, proved: Proved, numbers: Integers) -> pl.DataFrame | None:
    """The rows as polars reads them, true where the lines are plain; None where polars does not read the text."""
    fields = {f"{index}": field for index, field in enumerate(piece.header.columns)}
    read = {name: field for name, field in fields.items() if field is not None and field.rule.values is None}
    try:
        table = pl.scan_csv(
            text.raw,
            schema={name: read[name].rule.kind if name in read else pl.String for name in fields},
            has_header=False,
            separator="\t",
            quote_char=None,
            null_values={name: "None" for name, field in read.items() if field.rule.has_none},
            ignore_errors=True,
        )
        casts = [field.rule.cast(pl.col(name)).alias(field.column) for name, field in read.items()]
        typed = table.select(casts).collect()
    except pl.exceptions.ComputeError:
        return None
    if typed.height != len(numbers):
        return None
    report = np.repeat(np.array([part.report for part in piece.parts], np.int32), _lengths(piece))[numbers]
    line = pl.Series("line", numbers, pl.UInt32)
    return typed.with_columns(line, pl.Series("report", report), *proved.made).select(SCHEMAS[piece.header.kind].keys())


def _are_in_time(piece: Piece, typed: pl.DataFrame, numbers: Integers) -> Flags:
    """Which rows have no time after the latest possible one of their report."""
    latest = [part.latest for part in piece.parts]
    if "created_at" not in typed.columns or not (typed["created_at"] > min(latest)).any():
        return np.ones(typed.height, np.bool_)
    limits = pl.Series(latest, dtype=pl.Datetime("us", "UTC")).gather(parts_at(piece, numbers))
    return (typed["created_at"] <= limits).fill_null(value=True).to_numpy()
