"""Tables as CSV: nothing a spreadsheet would run, every row once, in pieces."""

import asyncio

import pytest

from grt_platform.web.csv_download import MOST_AT_ONCE, ROWS_AT_ONCE, cell, csv_download
from grt_platform_tests.fixtures.web import LiveWeb


@pytest.mark.parametrize(
    ("value", "shown"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("-5", "'-5"), (-5, -5), (None, None), ("a=b", "a=b"), (b"caf\xe9", "caf\\xe9")],
)
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(value: object, shown: object) -> None:
    assert cell(value) == shown


async def _text(answer) -> str:
    return "".join([piece async for piece in answer.body_iterator])


def test_a_download_of_many_rows_comes_in_pieces_and_lets_the_next_one_begin(live_web: LiveWeb) -> None:
    def fetch(database, page):
        sql = "SELECT n FROM generate_series(1, %(all)s) n ORDER BY n LIMIT %(limit)s OFFSET %(offset)s"
        return database.fetch(sql, {"all": 2 * ROWS_AT_ONCE, **page.values()})

    for _ in range(MOST_AT_ONCE + 1):
        lines = asyncio.run(_text(csv_download(live_web.warehouse, "n", ["n"], fetch))).splitlines()
        assert (len(lines), lines[0], lines[-1]) == (2 * ROWS_AT_ONCE + 1, "n", str(2 * ROWS_AT_ONCE))
