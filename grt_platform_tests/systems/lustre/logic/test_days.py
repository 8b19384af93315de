from datetime import UTC, date, datetime

import polars as pl
import pytest

from grt_platform.systems.lustre.logic.days import expected_volumes

DAY = date(2026, 7, 16)


def came(volume, day, hour, status="loaded"):
    return {
        "volume": volume,
        "dumped_on": date(2026, 7, day),
        "received_at": datetime(2026, 7, 17, hour, tzinfo=UTC),
        "status": status,
    }


@pytest.mark.parametrize(
    ("ledger", "expected"),
    [
        ([came("a", 16, 5)], ["a"]),
        ([came("a", 16, 5), came("b", 16, 6, "rejected")], ["a", "b"]),
        ([came("a", 16, 5), came("b", 15, 4)], ["a", "b"]),
        ([came("a", 16, 5), came("b", 15, 4, "rejected")], ["a"]),
        ([came("a", 16, 5), came("b", 15, 4, "replaced"), came("b", 15, 9)], ["a", "b"]),
        ([came("a", 16, 5), came("b", 15, 9)], ["a"]),
        ([came("a", 16, 5), came("b", 15, 9), came("a", 16, 10)], ["a", "b"]),
        ([came("b", 15, 4)], []),
        ([], []),
    ],
)
def test_volumes_are_expected_that_came_that_day_or_not_long_before(ledger, expected):
    schema = {"volume": pl.String, "dumped_on": pl.Date, "received_at": pl.Datetime("us", "UTC"), "status": pl.String}
    assert expected_volumes(pl.LazyFrame(ledger, schema=schema), (), DAY) == expected


def test_volumes_that_a_setting_names_are_expected_whatever_came():
    assert expected_volumes(pl.LazyFrame(), ("b", "a"), DAY) == ["a", "b"]
