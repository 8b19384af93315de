"""Rows that go on as the text they came in: what Postgres reads in it is what the typed columns hold."""

from datetime import UTC, datetime

import polars as pl
import pytest

from grt_platform.systems.galaxy.logic.as_came import as_came
from grt_platform.systems.galaxy.logic.headers import parse_header
from grt_platform.systems.galaxy.logic.rows import Part, Piece, parse
from grt_platform_tests.galaxy_archives import HEADERS

LATEST = datetime(2030, 1, 1, tzinfo=UTC)


def sent(kind: str, *reports: list[str], header: str | None = None, ids: tuple[str, ...] = ("1.0", "2.0")):
    """The lines that stand for all rows of a piece, or None."""
    parts = tuple(Part(number, 2, len(lines), LATEST) for number, lines in enumerate(reports))
    text = "".join(f"{line}\n" for lines in reports for line in lines).encode()
    rows = parse(Piece(parse_header(kind, (header or HEADERS[kind]).encode()), text, parts))
    return as_came(rows, rows.good, ids)


def test_clean_metrics_go_on_byte_for_byte():
    lines = sent("metric_num", ["5\tcore\truntime_seconds\t4.5000000", "6\tcgroup\tcpu\tNone"])
    assert lines is not None
    assert lines.columns == ("job_id", "plugin", "name", "value")
    assert (lines.null, lines.text) == ("None", b"5\tcore\truntime_seconds\t4.5000000\n6\tcgroup\tcpu\tNone\n")


def test_columns_go_on_in_the_order_of_their_file():
    lines = sent("metric_num", ["4.0000000\tn\t5\tp"], header="value\tname\tjob_id\tplugin")
    assert lines is not None
    assert lines.columns == ("value", "name", "job_id", "plugin")


def test_each_job_is_told_the_report_it_came_in():
    job = "7\tcat\t1.0\tok\t2022-07-01 00:00:02.416740"
    lines = sent("jobs", [job], [], [job, job], ids=("1.0", "2.0", "3.0"))
    assert lines is not None
    assert lines.columns[:2] == ("report_id", "job_id")
    assert lines.text.decode().splitlines() == [f"1.0\t{job}", f"3.0\t{job}", f"3.0\t{job}"]


def test_an_unknown_size_is_null():
    lines = sent("datasets", ["5\t6\tbam\t-1\tout\toutput", "5\t7\tNone\t20\tin\tinput"])
    assert lines is not None
    assert lines.text.splitlines() == [b"5\t6\tbam\tNone\tout\toutput", b"5\t7\tNone\t20\tin\tinput"]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("metric_num", "5\tNone\tname\t4.0000000"),  # a plugin of this name is no NULL
        ("metric_num", "5\tplugin\tNone\tNone"),
        ("metric_num", "5\tback\\nslash\tname\t4.0000000"),
        ("metric_num", "5\tplugin\tname\t"),  # empty is NULL, which the text cannot say
        ("metric_num", "+5\tplugin\tname\t4.0000000"),
        ("metric_num", "5\tplugin\tname\t4.25"),  # good, but read by line
        ("datasets", "5\t6\t-1\t20\tout\toutput"),  # an extension of this name is no NULL
        ("datasets", "5\t6\t-1\t-1\tout\toutput"),
        ("datasets", "5\t6\tbam\t-1\tNone\toutput"),
        ("jobs", "7\tcat\t\tok\t2022-07-01 00:00:02.416740"),
        ("jobs", "7\tcat\t1.0\tok\t2022-02-30 00:00:02.416740"),
    ],
)
def test_text_that_says_something_else_does_not_go_on(kind: str, line: str):
    assert sent(kind, [line]) is None


def test_lines_with_further_columns_do_not_go_on():
    assert sent("metric_txt", ["5\tp\tn\tv\tx"], header=f"{HEADERS['metric_txt']}\textra") is None


def test_a_part_of_the_rows_does_not_go_on():
    text = b"5\tp\tn\t1.0000000\n5\tp\tm\t1.0000000\n"
    rows = parse(Piece(parse_header("metric_num", HEADERS["metric_num"].encode()), text, (Part(0, 2, 2, LATEST),)))
    assert as_came(rows, rows.good, ["1.0"]) is not None
    assert as_came(rows, rows.good.filter(pl.col("name") == "m"), ["1.0"]) is None


def test_a_report_id_that_the_text_cannot_hold_stops_it():
    assert sent("jobs", ["7\tcat\t1.0\tok\tNone"], ids=("None",)) is None
