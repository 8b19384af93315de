"""The rows of one kind of many small members, or of a piece of a large one, as typed columns, and the bad lines.

`parse` does many rows at once and hands what is not plainly good to the exact reader of single lines; `parse_by_line`
does nothing else than that. Both give the same.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from grt_platform.systems.galaxy.logic.fields import MAX_FIELD_BYTES
from grt_platform.systems.galaxy.logic.headers import Header
from grt_platform.systems.galaxy.logic.lines import BadLineError, read_line
from grt_platform.systems.galaxy.schemas import MEMBER_TABLES

_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n")
_END = "\x01"  # no clean line holds it, so it proves where a line ends

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
    """

    piece: Piece
    good: pl.DataFrame
    bad: tuple[tuple[int, str], ...]


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
    count = sum(part.lines for part in piece.parts)
    odd = _odd_lines(piece.text)
    text = _without(piece.text, odd) if len(odd) else piece.text
    table = _table(piece.header, text)
    if table is None or table.height != count:
        return parse_by_line(piece)
    table = table.with_columns(
        pl.Series("report", np.repeat([part.report for part in piece.parts], _lengths(piece)), pl.Int32()),
        pl.int_range(count, dtype=pl.UInt32).alias("line"),
    )
    typed = table.select("report", "line", _clean(piece.header).alias("clean"), *_casts(piece.header))
    is_clean = typed["clean"].fill_null(value=False) & _is_in_time(piece, typed)
    good = typed.select(SCHEMAS[piece.header.kind].keys())
    if is_clean.all():
        return Rows(piece, good, ())
    odd_rows = _rows(piece, *_read(piece, (~is_clean).arg_true().to_numpy().astype(np.int64)))
    return Rows(piece, pl.concat([good.filter(is_clean), odd_rows.good]).sort("line"), odd_rows.bad)


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


def _odd_lines(text: bytes) -> Integers:
    """Lines that hold a control byte or are not UTF-8."""
    has_control = len(text.translate(None, _CONTROL)) != len(text)
    if not has_control and (text.isascii() or _is_utf8(text)):
        return np.zeros(0, np.int64)
    codes, ends = np.frombuffer(text, np.uint8), line_ends(text)
    controls = np.flatnonzero((codes < 32) & (codes != 9) & (codes != 10))
    odd = np.unique(np.searchsorted(ends, controls)).tolist()
    foreign = np.unique(np.searchsorted(ends, np.flatnonzero(codes >= 128)))
    odd += [
        number for number, line in zip(foreign.tolist(), lines_at(text, foreign), strict=True) if not _is_utf8(line)
    ]
    return np.unique(np.array(odd, np.int64))


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _without(text: bytes, numbers: Integers) -> bytes:
    """The text with some of its lines made empty."""
    ends = line_ends(text)
    starts = np.concatenate([[0], ends[:-1] + 1])
    kept, position = list[bytes](), 0
    for start, end in zip(starts[numbers].tolist(), ends[numbers].tolist(), strict=True):
        kept.append(text[position:start])
        position = end
    return b"".join([*kept, text[position:]])


def _table(header: Header, text: bytes) -> pl.DataFrame | None:
    """The fields as text, with NULL for what is empty or absent; None where polars does not read it."""
    names = _names(header)
    nulls = {name: "None" for name, field in zip(names, header.columns, strict=True) if field and field.rule.has_none}
    first = "0\t" * len(names) + f"{_END}\n"  # polars judges a file by its first line, so it gets a good one
    try:
        table = pl.read_csv(
            first.encode() + text.replace(b"\n", f"\t{_END}\n".encode()),
            schema=dict.fromkeys([*names, "end"], pl.String),
            has_header=False,
            separator="\t",
            quote_char=None,
            null_values=nulls,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.ComputeError:
        return None
    return table.slice(1)


def _names(header: Header) -> list[str]:
    return [f"{index}" for index in range(len(header.columns))]


def _clean(header: Header) -> pl.Expr:
    conditions = [pl.col("end") == _END]
    for name, field in zip(_names(header), header.columns, strict=True):
        column = pl.col(name)
        conditions.append(column.str.len_bytes().fill_null(0) <= MAX_FIELD_BYTES)
        if field is not None:
            conditions.append(field.rule.clean(column))
    return pl.all_horizontal(conditions)


def _casts(header: Header) -> list[pl.Expr]:
    return [
        field.rule.cast(pl.col(name)).alias(field.column)
        for name, field in zip(_names(header), header.columns, strict=True)
        if field is not None
    ]


def _is_in_time(piece: Piece, typed: pl.DataFrame) -> pl.Series:
    if "created_at" not in typed.columns:
        return pl.repeat(value=True, n=typed.height, eager=True)
    times = typed["created_at"]
    if not (times > min(part.latest for part in piece.parts)).any():
        return pl.repeat(value=True, n=typed.height, eager=True)
    latest = pl.Series([part.latest for part in piece.parts], dtype=pl.Datetime("us", "UTC"))
    limits = latest.gather(np.repeat(np.arange(len(piece.parts)), _lengths(piece)))
    return (times <= limits).fill_null(value=True)
