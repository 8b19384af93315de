"""Rows that go on as the text they came in, where that text says exactly what their typed columns hold."""

from collections.abc import Sequence

import polars as pl

from grt_platform.kernel.lines import Lines
from grt_platform.systems.galaxy.logic import fields
from grt_platform.systems.galaxy.logic.headers import Header
from grt_platform.systems.galaxy.logic.rows import Piece, Rows, line_ends

_NULL = "None"
_UNSAFE = "\t\n\r\\"


def as_came(rows: Rows, frame: pl.DataFrame, report_ids: Sequence[str]) -> Lines | None:
    """The lines of the piece in place of `frame`; None where they do not say the same, or are not exactly its rows.

    Args:
        rows: A piece.
        frame: Rows of it that go to the piece's table.
        report_ids: The id of each report of the batch.
    """
    piece, columns = rows.piece, rows.piece.header.columns
    if not rows.is_plain or frame.height != sum(part.lines for part in piece.parts) or b"\\" in piece.text:
        return None
    names = [field.column for field in columns if field is not None]
    if len(names) != len(columns):
        return None
    text = _with_plain_sizes(piece.header, piece.text)
    if _nones(text) != sum(frame.select(names).null_count().row(0)):
        return None
    if piece.header.kind != "jobs":
        return Lines(tuple(names), _NULL, text)
    if any(name == _NULL or any(mark in name for mark in _UNSAFE) for name in report_ids):
        return None
    return Lines(("report_id", *names), _NULL, _with_report_ids(piece, text, report_ids))


def _with_plain_sizes(header: Header, text: bytes) -> bytes:
    """Unknown sizes are NULL; should that touch other fields, the count of NULLs is wrong afterwards."""
    has_sizes = any(field is not None and field.rule is fields.SIZE for field in header.columns)
    return text.replace(b"\t-1\t", b"\tNone\t") if has_sizes else text


def _nones(text: bytes) -> int:
    """How many fields are `None`; -1 where two touch, of which only one would be seen."""
    if b"None" not in text:
        return 0
    if b"None\tNone" in text or b"None\t-1\t" in text:
        return -1
    within = text.count(b"\tNone\t") + text.count(b"\tNone\n") + text.count(b"\nNone\t")
    return within + text.startswith(b"None\t")


def _with_report_ids(piece: Piece, text: bytes, report_ids: Sequence[str]) -> bytes:
    ends = line_ends(text)
    made, first, line = list[bytes](), 0, 0
    for part in piece.parts:
        line += part.lines
        behind = int(ends[line - 1]) + 1 if line else 0
        name = report_ids[part.report].encode() + b"\t"
        if part.lines:
            made += [name, text[first : behind - 1].replace(b"\n", b"\n" + name), b"\n"]
        first = behind
    return b"".join(made)
