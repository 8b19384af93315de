"""Small tables that hold every kind of column, and values that break careless writers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl

from grt_platform.kernel.table import Column, Kind, Table

ZOO = Table(
    "galaxy",
    "table",
    "zoo",
    "Every kind of column; it's \\ a test",
    (
        Column("owner_id", Kind.UUID, "Whose", is_nullable=False),
        Column("part", Kind.TEXT, "Which part", is_nullable=False),
        Column("n", Kind.INTEGER, "Number", is_nullable=False),
        Column("text", Kind.TEXT, "Any text: %s :name"),
        Column("exact", Kind.DECIMAL, "Exact"),
        Column("real", Kind.FLOAT, "Real"),
        Column("is_so", Kind.BOOLEAN, "So or not"),
        Column("made_at", Kind.TIMESTAMP, "When"),
        Column("made_on", Kind.DATE, "Which day"),
        Column("raw", Kind.BYTES, "Bytes"),
        Column("more", Kind.JSON, "JSON"),
        Column("other_id", Kind.UUID, "Another"),
        Column("size_bytes", Kind.INTEGER, "Size"),
    ),
    ("owner_id", "part"),
    ("owner_id", "part", "n"),
)
OWNER = "7f1b5c1e-2f2a-4d2a-9b7a-1f4e3c2d1a00"
HERE = {"owner_id": OWNER, "part": "2026-01"}
HOSTILE_TEXTS = [
    "", None, "NULL", "null", "None", "\\N", "\\.", "a\n\\.\nb", "\n", "\r", "\r\n", "\t", ",", '"', '""', "'", "\\",
    "\\n", " lead", "trail ", "é\u2028😀", "\x01\x1f\x7f", "%s %(x)s :y", "{", "x" * 100_000, "b\\", '",\n"',
    "\ufeff", "-- ; DROP",
]  # fmt: skip
EXACTS = [Decimal(9223372036854771712), Decimal("-0.0000001"), Decimal(100), Decimal(0), Decimal("-20.5"), None]
MOMENTS = [datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), datetime(1, 1, 1, tzinfo=UTC), None]
REALS = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, float("inf"), float("-inf"), float("nan"), None]


def zoo(rows: int = len(HOSTILE_TEXTS), first: int = 0) -> pl.DataFrame:
    """Rows of the zoo, every hostile value among them."""
    numbers = range(first, first + rows)
    data = {
        "n": list(numbers),
        "text": [HOSTILE_TEXTS[n % len(HOSTILE_TEXTS)] for n in numbers],
        "exact": [EXACTS[n % len(EXACTS)] for n in numbers],
        "real": [REALS[n % len(REALS)] for n in numbers],
        "is_so": [(True, False, None)[n % 3] for n in numbers],
        "made_at": [MOMENTS[n % len(MOMENTS)] for n in numbers],
        "made_on": [(date(2026, 1, 2), date(1969, 12, 31), None)[n % 3] for n in numbers],
        "raw": [(b"", b"\x00\xff\\", None)[n % 3] for n in numbers],
        "more": [('{"a": "\\\\ \\n"}', "[]", None)[n % 3] for n in numbers],
        "other_id": [(OWNER, None)[n % 2] for n in numbers],
        "size_bytes": [(2**62, 0, None)[n % 3] for n in numbers],
    }  # fmt: skip
    return pl.DataFrame(data, schema=ZOO.polars_schema(with_partition=False))
