"""Forecasts: from the newest dump on, by what the loaded dumps before it tell, never by a day without one."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.lustre.logic.forecast import forecasts, on_date
from grt_platform.systems.lustre.logic.levels import DEFAULT_LEVELS, parse_levels
from grt_platform.systems.lustre.schemas import FORECASTS, GROUP_USAGE

DAY = date(2026, 11, 1)
LEVELS = parse_levels(DEFAULT_LEVELS)
SCHEMA = GROUP_USAGE.polars_schema()


def usage(day: int, used: int, **others: object) -> dict[str, object]:
    row = {"dumped_on": DAY + timedelta(days=day), "volume": "scratch114", "gid": 7, "group_name": "hgi", "pi": None,
           "is_humgen": True, "used_bytes": used, "inodes": 10, "quota_bytes": 1000, "inode_quota": 0}  # fmt: skip
    return {**dict.fromkeys(SCHEMA), **row, **others}


def forecast(*rows: dict[str, object]) -> pl.DataFrame:
    return forecasts(pl.DataFrame(list(rows), schema=SCHEMA), LEVELS)


def only(*rows: dict[str, object]) -> dict[str, object]:
    (row,) = forecast(*rows).to_dicts()
    return row


def test_steady_growth_reaches_the_limit_on_the_day_that_it_does() -> None:
    row = only(usage(0, 100), usage(1, 110), usage(3, 130), usage(9, 190))
    assert row["bytes_per_day"] == 10.0
    assert row["space_exceeded_on"] == DAY + timedelta(days=9 + 81)
    assert (row["points"], row["dumped_on"], row["used_bytes"]) == (4, DAY + timedelta(days=9), 190)
    assert row["fraction_in_3_days"] == pytest.approx(0.22)
    assert row["fraction_in_7_days"] == pytest.approx(0.26)
    assert (row["warning_level"], row["warning"]) == (1, "OK")


def test_inodes_have_a_forecast_of_their_own_and_the_worse_one_warns() -> None:
    row = only(usage(0, 5, inodes=80, inode_quota=100), usage(1, 5, inodes=90, inode_quota=100))
    assert row["inodes_exceeded_on"] == DAY + timedelta(days=2)
    assert row["space_exceeded_on"] is None
    assert row["fraction_in_3_days"] == pytest.approx(1.2)
    assert row["warning"] == "Not OK"


def test_the_quota_of_the_newest_dump_counts() -> None:
    row = only(usage(0, 100, quota_bytes=150), usage(1, 110, quota_bytes=None, inode_quota=None))
    assert (row["space_exceeded_on"], row["fraction_in_7_days"], row["warning_level"]) == (None, None, 1)
    assert row["bytes_per_day"] == 10.0


@pytest.mark.parametrize(("quota", "expected"), [(0, None), (None, None), (110, 1), (100, 1), (111, 2)])
def test_unlimited_and_unknown_never_end_and_what_is_full_ends_now(quota: int | None, expected: int | None) -> None:
    row = only(usage(0, 100), usage(1, 110, quota_bytes=quota))
    assert row["space_exceeded_on"] == (None if expected is None else DAY + timedelta(days=expected))


def test_one_dump_tells_no_growth_and_no_date() -> None:
    row = only(usage(0, 900))
    assert (row["bytes_per_day"], row["space_exceeded_on"], row["points"]) == (None, None, 1)
    assert (row["fraction_in_7_days"], row["warning"]) == (0.9, "Kinda OK")


def test_a_group_that_is_gone_from_the_newest_dump_has_no_forecast() -> None:
    rows = forecast(usage(0, 5), usage(0, 5, gid=8), usage(1, 5, gid=8))
    assert rows["gid"].to_list() == [8]


def test_a_group_without_a_row_on_a_day_was_not_at_zero() -> None:
    others = [usage(day, 5, gid=8) for day in range(10)]
    row = next(r for r in forecast(usage(0, 100), usage(9, 190), *others).to_dicts() if r["gid"] == 7)
    assert (row["bytes_per_day"], row["points"]) == (10.0, 2)


def test_volumes_are_foretold_apart_each_from_its_own_newest_dump() -> None:
    rows = forecast(usage(0, 10), usage(1, 20), usage(5, 10, volume="scratch115"), usage(9, 10, volume="scratch115"))
    assert rows.select("volume", "dumped_on", "bytes_per_day").rows() == [
        ("scratch114", DAY + timedelta(days=1), 10.0),
        ("scratch115", DAY + timedelta(days=9), 0.0),
    ]


def test_an_old_jump_is_forgotten() -> None:
    row = only(usage(0, 10**9), *(usage(day, 100 + day) for day in range(40, 71)))
    assert (row["bytes_per_day"], row["points"]) == (1.0, 31)


def test_unknown_gids_are_foretold_too_and_rows_keep_their_order() -> None:
    rows = forecast(usage(1, 5, gid=9, group_name=None), usage(1, 5, gid=8, pi="Durbin"))
    assert rows.select("gid", "group_name", "pi").rows() == [(8, "hgi", "Durbin"), (9, None, None)]


def test_no_history_is_no_forecast() -> None:
    rows = forecast()
    assert rows.is_empty()
    assert rows.schema == FORECASTS.polars_schema()


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 2**62), st.integers(0, 2**40)), min_size=1, max_size=12),
    st.randoms(),
)
def test_neither_order_nor_a_day_told_twice_changes_a_forecast(points, random) -> None:
    rows = [
        usage(day, used, inodes=inodes, inode_quota=2**41)
        for day, used, inodes in {point[0]: point for point in points}.values()
    ]
    expected = forecast(*rows)
    random.shuffle(rows)
    assert forecast(*rows, *rows[:2]).equals(expected)
    assert not expected["fraction_in_7_days"].is_nan().any()


def test_any_date_can_be_foretold_but_not_the_past() -> None:
    rows = forecast(usage(0, 100, inode_quota=20), usage(1, 110, inode_quota=20), usage(1, 5, gid=8, quota_bytes=None))
    told = on_date(rows, DAY + timedelta(days=11)).to_dicts()
    assert (told[0]["expected_bytes"], told[0]["expected_fraction"], told[0]["expected_inode_fraction"]) == (
        210,
        0.21,
        0.5,
    )
    assert (told[1]["expected_bytes"], told[1]["expected_fraction"]) == (5, None)
    assert on_date(rows, DAY + timedelta(days=1))["expected_bytes"].to_list() == [110, 5]
    for day in (DAY, DAY + timedelta(days=3000)):
        with pytest.raises(BadInputError, match="choose a date from 2026-11-02 to 2031-11-01"):
            on_date(rows, day)


def test_what_shrinks_is_never_expected_below_zero() -> None:
    rows = forecast(usage(0, 100), usage(1, 50))
    assert on_date(rows, DAY + timedelta(days=30))["expected_bytes"].to_list() == [0.0]
