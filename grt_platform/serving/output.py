"""Rows on a terminal: a table for eyes, JSON, CSV or TSV for programs."""

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def plain(value: Any) -> Any:
    """The value as JSON can hold it: times as ISO 8601 in UTC, decimals as exact text, bytes as escaped text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    return value


def as_json(rows: Rows) -> str:
    """A JSON array of objects, one line a row."""
    lines = (json.dumps({k: plain(v) for k, v in row.items()}, ensure_ascii=False, default=str) for row in rows)
    return "[" + ",\n ".join(lines) + "]\n"


def as_csv(rows: Rows, delimiter: str = ",") -> str:
    """CSV with a header line; NULL is an empty field."""
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=delimiter, lineterminator="\n")
    if rows:
        writer.writerow(rows[0].keys())
    writer.writerows([plain(value) for value in row.values()] for row in rows)
    return sink.getvalue()


def show(rows: Rows, *, form: str = "table", title: str = "", empty: str = "nothing") -> None:
    """Write the rows to standard output.

    Args:
        rows: All with the same keys.
        form: `table`, `json`, `csv` or `tsv`.
        title: Heading of a table.
        empty: What a table without rows says.
    """
    if form == "json":
        sys.stdout.write(as_json(rows))
    elif form in {"csv", "tsv"}:
        sys.stdout.write(as_csv(rows, "\t" if form == "tsv" else ","))
    elif not rows:
        sys.stdout.write(f"{title + ': ' if title else ''}{empty}\n")
    else:
        _show_table(rows, title)


def _show_table(rows: Rows, title: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 200)
    table = Table(title=title or None, title_justify="left")
    for name in rows[0]:
        is_number = all(isinstance(row[name], int | float | Decimal | None) for row in rows)
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_seen(value)) for value in row.values()))
    console.print(table)


def _seen(value: Any) -> str:
    """The value as eyes like it: six digits are enough, and control characters do not reach the terminal."""
    if value is None:
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(plain(value))
    return "".join(letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text)
