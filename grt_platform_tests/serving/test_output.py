"""Rows on a terminal and in files are what they are in the tables."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from grt_platform.serving.output import as_csv, as_json, plain, show


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal(1440), "1440"),
        (Decimal("1440.0000000"), "1440"),
        (Decimal(9223372036854771712), "9223372036854771712"),
        (Decimal("-0.0000001"), "-0.0000001"),
        (Decimal("1E+3"), "1000"),
        (Decimal(0), "0"),
        (datetime(2026, 11, 21, 7, 5, tzinfo=UTC), "2026-11-21T07:05:00Z"),
        (date(2026, 11, 21), "2026-11-21"),
        (b"a\xff\tb", "a\\xff\tb"),
        (None, None),
        (3, 3),
    ],
)
def test_a_value_is_told_exactly(value: object, text: object) -> None:
    assert plain(value) == text


def test_json_is_an_array_of_objects_that_programs_read() -> None:
    rows = [{"tool": "a\u202e\n<b>", "jobs": 1}, {"tool": None, "jobs": 2}]
    assert json.loads(as_json(rows)) == rows
    assert json.loads(as_json([])) == []


def test_csv_quotes_what_needs_it() -> None:
    assert as_csv([{"a": 'x,"y"', "b": None}]) == 'a,b\n"x,""y""",\n'


def test_control_characters_of_a_name_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show([{"tool": "\x1b[2Jevil\x07"}])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\\x1b[2Jevil\\x07" in shown


def test_floats_are_shown_short_and_kept_whole_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    show([{"share": 0.55068670489572}])
    assert "0.550687" in capsys.readouterr().out
    assert "0.55068670489572" in as_json([{"share": 0.55068670489572}])
