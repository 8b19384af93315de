"""The tables that scripts of old read: the same columns, order, line ends and spellings, whatever a name holds."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.systems.lustre.logic.iec import humanise, plain_days
from grt_platform.systems.lustre.logic.report_tsv import projects_tsv, report_tsv
from grt_platform.systems.lustre.schemas import GROUP_USAGE, PROJECT_USAGE

HEADER = (
    "Lustre Volume\tPI\tUnix Group\tUsed (bytes)\tQuota (bytes)\tLast Modified (days)\tArchived Directories\t"
    "Is Humgen?\r\n"
)
MOMENT = datetime(2026, 11, 1, tzinfo=UTC)
TIB = 1024**4


def usage(**values: object) -> dict[str, object]:
    row = {"dumped_on": date(2026, 11, 1), "volume": "scratch114", "gid": 7, "group_name": "hgi", "is_humgen": True,
           "used_bytes": 5, "inodes": 1, "last_modified_at": MOMENT, "last_modified_days": 12.0}  # fmt: skip
    return {**dict.fromkeys(GROUP_USAGE.polars_schema()), **row, **values}


def report(*rows: dict[str, object], volumes: tuple[str, ...] = ("scratch114", "scratch115")) -> str:
    return report_tsv(pl.DataFrame(list(rows), schema=GROUP_USAGE.polars_schema()), volumes).decode()


def test_a_row_is_written_as_the_old_report_wrote_it() -> None:
    full = usage(pi="Durbin", quota_bytes=1024, last_modified_days=12.3, archived_dirs="/lustre/scratch114/teams/hgi")
    assert report(full) == HEADER + (
        "scratch114\tDurbin\thgi\t5\t1024\t12.3\t/lustre/scratch114/teams/hgi\tTrue\r\n"
    )  # fmt: skip
    assert report(usage(is_humgen=False)) == HEADER + "scratch114\t-\thgi\t5\t-\t12\t-\tFalse\r\n"


def test_rows_come_by_volume_as_told_then_investigator_none_first_then_group() -> None:
    rows = [
        usage(volume="scratch114", pi="B", group_name="a"),
        usage(volume="scratch114", pi="A", group_name="z"),
        usage(volume="scratch114", pi="A", group_name="Z"),
        usage(volume="scratch114", group_name="é"),
        usage(volume="scratch114", group_name="y"),
        usage(volume="scratch115", group_name="first"),
        usage(volume="scratch999", group_name="other"),
    ]
    lines = report(*rows, volumes=("scratch115", "scratch114")).split("\r\n")[1:-1]
    assert [line.split("\t")[2] for line in lines] == ["first", "y", "é", "Z", "z", "a"]


def test_an_unknown_group_goes_by_its_gid() -> None:
    assert "\t-\t59901\t5\t" in report(usage(gid=59901, group_name=None))


def test_what_uses_nothing_and_was_never_modified_has_no_row() -> None:
    never = {"last_modified_at": None, "last_modified_days": None}
    assert report(usage(used_bytes=0, **never)) == HEADER
    assert report(usage(**never)) == HEADER + "scratch114\t-\thgi\t5\t-\t-\t-\tTrue\r\n"
    assert report(usage(used_bytes=0)).count("\r\n") == 2


@pytest.mark.parametrize(
    ("name", "written"),
    [('a"b', 'a"b'), ("a\tb", "a\\x09b"), ("a\r\nb", "a\\x0d\\x0ab"), ("\u2028", "\\xe2\\x80\\xa8"), ("é", "é")],
)
def test_no_name_breaks_its_row(name: str, written: str) -> None:
    assert f"\t{written}\t5\t" in report(usage(group_name=name))


@given(*[st.text(min_size=1) for _ in range(3)])
def test_a_row_has_eight_columns_whatever_is_in_it(group: str, pi: str, where: str) -> None:
    text = report(usage(group_name=group, pi=pi, archived_dirs=where))
    assert text.count("\r\n") == 2
    assert len(text.splitlines()) == 2
    assert text.splitlines()[1].count("\t") == 7


def project(**values: object) -> dict[str, object]:
    row = {"dumped_on": date(2026, 11, 1), "volume": "scratch114", "area": "projects", "project": "crohns",
           "directory": "", "used_bytes": 2048, "files": 3, "last_modified_at": MOMENT, "last_modified_days": 1.5,
           "class_bytes": '{"BAM":1024,"PEDBED":3}'}  # fmt: skip
    return {**dict.fromkeys(PROJECT_USAGE.polars_schema()), **row, **values}


def test_the_inspector_s_table_has_its_columns_with_a_total_first() -> None:
    rows = [
        project(directory="d\t1", group_name="hgi", pi="Durbin", class_bytes=None),
        project(last_modified_days=None),
    ]
    frame = pl.DataFrame(rows, schema=PROJECT_USAGE.polars_schema())
    assert projects_tsv(frame, ["BAM", "CRAM", "VCF", "PEDBED"]).decode() == (
        "Project\tDirectory\tTotal\tBAM\tCRAM\tVCF\tPED/BED\tFiles\tLast Modified (days)\tPI\tUnix Group\tVolume\n"
        "projects/crohns\tTotal\t2.0 KiB\t1.0 KiB\t0\t0\t3\t3\t-\t-\t-\tscratch114\n"
        "projects/crohns\td\\x091\t2.0 KiB\t0\t0\t0\t0\t3\t1.5\tDurbin\thgi\tscratch114\n"
    )
    assert projects_tsv(frame, [], has_header=False).count(b"\n") == 2


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0"),
        (1023, "1023"),
        (1024, "1.0 KiB"),
        (1048575, "1024.0 KiB"),
        (1048576, "1.0 MiB"),
        (1234567890, "1.15 GiB"),
        (3 * TIB + TIB // 4, "3.25 TiB"),
        (2**60, "1024.0 PiB"),
        (-1023, "-1023"),
        (-2048, "-2.0 KiB"),
        (2**63 - 1, "8192.0 PiB"),
    ],
)
def test_sizes_are_told_in_binary_units_of_two_decimals(size: int, text: str) -> None:
    assert humanise(size) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [(12.0, "12"), (12.3, "12.3"), (0.0, "0"), (-0.0, "0"), (-0.04, "0"), (-1.5, "-1.5"), (None, "-"), (11.96, "12")],
)
def test_days_lose_a_decimal_that_is_zero(days: float | None, text: str) -> None:
    assert plain_days(days) == text
