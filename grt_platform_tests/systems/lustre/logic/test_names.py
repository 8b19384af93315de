"""Names of dumps: three schemes are told apart, everything else is no dump."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.systems.lustre.logic.names import SLASH, DumpName, mpistat_key, parse_name, wrstat_key

DAY = date(2021, 11, 14)
ID = "cbp0123456789abcdefc"


@pytest.mark.parametrize(
    ("key", "volume"),
    [
        ("20211114_114.dat.gz", "scratch114"),
        ("20211114_scratch114.dat.gz", "scratch114"),
        ("20211114_nfs_hgi.dat.gz", "nfs_hgi"),
        ("20211114_a.b-c.dat.gz", "a.b-c"),
    ],
)
def test_a_name_of_mpistat_tells_day_and_volume(key: str, volume: str) -> None:
    assert parse_name(key) == DumpName(DAY, volume, "mpistat")


def test_a_name_of_the_older_wrstat_tells_day_and_volume() -> None:
    assert parse_name(f"20211114_scratch119.{ID}.{ID}.stats.gz") == DumpName(DAY, "scratch119", "wrstat")
    assert parse_name(f"20211114_a.b.{ID}.{ID}.stats.gz") == DumpName(DAY, "a.b", "wrstat")


@pytest.mark.parametrize(
    ("mount", "volume"),
    [
        ("/lustre/scratch119", "scratch119"),
        ("/lustre/scratch119/", "scratch119"),
        ("/lustre/scratch119/hgi", "scratch119_hgi"),
        ("/nfs/hgi", "nfs_hgi"),
        ("/lustre", None),
        ("lustre", None),
        ("/lustre/../x", None),
        ("/lustre/..", None),
        ("/nfs/caf\u00e9", None),
    ],
)
def test_a_folder_of_the_newer_wrstat_tells_when_the_scan_began(mount: str, volume: str | None) -> None:
    began = datetime(2021, 11, 14, 1, 2, 3, tzinfo=UTC)
    expected = DumpName(DAY, volume, "wrstat", began) if volume else None
    assert parse_name(f"20211114-010203_{mount.replace('/', SLASH)}/stats.gz") == expected


@pytest.mark.parametrize(
    "key",
    [
        "",
        "20211114_114.dat",
        "20211114_114.dat.gz\n",
        "20211114_114.dat.gz.part",
        "2021-11-14_114.dat.gz",
        "20211332_114.dat.gz",
        "00000101_114.dat.gz",
        "٢٠٢١١١١٤_114.dat.gz",
        "20211114_٢.dat.gz",
        "20211114_.dat.gz",
        "20211114_..dat.gz",
        "20211114_-x.dat.gz",
        "20211114_a|b.dat.gz",
        "20211114_a b.dat.gz",
        "20211114_a\u0000.dat.gz",
        "x/20211114_114.dat.gz",
        "20211114_114/x.dat.gz",
        f"20211114_{'a' * 101}.dat.gz",
        "20211114_scratch119.stats.gz",
        f"20211114_scratch119.{ID}.stats.gz",
        "20211114-250203_scratch119/stats.gz",
        "20211114-010203_scratch119/logs.gz",
        "20211114-010203_scratch119/x/stats.gz",
        "20211114-010203_/scratch119/stats.gz",
        "latest-114.dat.gz",
    ],
)
def test_a_name_of_anything_else_is_no_dump(key: str) -> None:
    assert parse_name(key) is None


@given(st.dates(min_value=date(1000, 1, 1)), st.from_regex(r"(scratch)?[a-z0-9][a-z0-9_.-]{0,20}", fullmatch=True))
def test_a_name_that_was_made_is_read_again(day: date, volume: str) -> None:
    expected = f"scratch{volume}" if volume.isdigit() else volume
    assert parse_name(mpistat_key(day, volume)) == DumpName(day, expected, "mpistat")


@given(st.datetimes(min_value=datetime.fromisoformat("1000-01-01"), timezones=st.just(UTC)), st.integers(0, 10**6))
def test_a_folder_that_was_named_is_read_again(moment: datetime, number: int) -> None:
    moment = moment.replace(microsecond=0)
    name = parse_name(wrstat_key(moment, f"/lustre/scratch{number}"))
    assert name == DumpName(moment.date(), f"scratch{number}", "wrstat", moment)


@given(st.text())
def test_no_name_at_all_is_an_error(key: str) -> None:
    parse_name(key)
