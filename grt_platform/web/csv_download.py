"""A table of a page as CSV: all its rows from one snapshot, piece by piece, safe to open in a spreadsheet."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count
from typing import Any

from fastapi.responses import StreamingResponse

from grt_platform.adapters.database import Database, Within
from grt_platform.serving.output import plain
from grt_platform.serving.page import Page, Row
from grt_platform.web.at_once import AtOnce

ROWS_AT_ONCE = 20_000
MOST_AT_ONCE = 4
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_under_way = AtOnce(MOST_AT_ONCE)
Fetch = Callable[[Database, Page], list[Row]]


def csv_download(database: Database, name: str, columns: Sequence[str], fetch: Fetch) -> StreamingResponse:
    """The rows as a file; memory holds `ROWS_AT_ONCE` of them.

    The first rows are read before this returns, so a failure to begin is an error and not half a file.

    Args:
        database: Where they are.
        name: Of the table and the file.
        columns: Which columns, in this order.
        fetch: A page of the rows, in an order that does not change.

    Raises:
        UnavailableError: Too many downloads are under way.
    """
    pieces = _under_way.limited(_pieces(database, columns, fetch))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(chain([next(pieces)], pieces), 200, headers, "text/csv; charset=utf-8")


def cell(value: Any) -> Any:
    """The value in a cell; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    found = json.dumps(value) if isinstance(value, dict) else plain(value)
    return f"'{found}" if isinstance(found, str) and found.startswith(_FORMULA) else found


def _pieces(database: Database, columns: Sequence[str], fetch: Fetch) -> Iterator[str]:
    header = [list[Any](columns)]
    with database.transaction() as connection:
        connection.execute(b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for offset in count(0, ROWS_AT_ONCE):
            rows = fetch(Within(connection), Page(ROWS_AT_ONCE, offset))
            yield _lines([*header, *([cell(row[name]) for name in columns] for row in rows)])
            if len(rows) < ROWS_AT_ONCE:
                break
            header = []


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerows(rows)
    return sink.getvalue()
