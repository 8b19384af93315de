"""Rows for a terminal: sizes with units, unlimited told from unknown, classes in columns."""

from grt_platform.systems.lustre.schemas import FORECASTS, GROUP_USAGE, PROJECT_USAGE
from grt_platform.systems.lustre.serving import shown
from grt_platform_tests.systems.lustre.rows import row


def test_every_column_of_bytes_loses_its_end_and_gets_a_unit() -> None:
    assert shown.readable([{"used_bytes": 2048, "quota_bytes": None, "inodes": 3, "bytes": 5}]) == [
        {"used": "2.0 KiB", "quota": "", "inodes": 3, "bytes": 5}
    ]


def test_a_limit_of_zero_is_unlimited_and_none_unknown() -> None:
    rows = [row(GROUP_USAGE, quota_bytes=limit) for limit in (0, None, 1024)]
    assert [each["quota"] for each in shown.brief_report(rows)] == ["unlimited", "unknown", "1.0 KiB"]
    ahead = [row(FORECASTS, quota_bytes=limit, bytes_per_day=-1.5) for limit in (0, None)]
    assert [each["quota"] for each in shown.brief_forecasts(ahead)] == ["unlimited", "unknown"]


def test_classes_are_columns_with_zero_where_a_row_has_none_of_one() -> None:
    rows = [
        row(PROJECT_USAGE, class_bytes={"BAM": 1024}),
        row(PROJECT_USAGE, class_bytes='{"VCF": 5}'),
        row(PROJECT_USAGE),
    ]
    assert [(each["BAM"], each["VCF"]) for each in shown.brief_projects(rows)] == [
        ("1.0 KiB", "0"),
        ("0", "5"),
        ("0", "0"),
    ]


def test_shrinking_is_told_with_its_sign() -> None:
    (told,) = shown.brief_forecasts([row(FORECASTS, bytes_per_day=-2048.0)])
    assert told["used_per_day"] == "-2.0 KiB"


def test_the_old_tables_are_made_from_served_rows() -> None:
    text = shown.old_projects([row(PROJECT_USAGE, area="projects", project="p", class_bytes={"BAM": 1024})])
    assert text.splitlines()[1].startswith("projects/p\tTotal\t0\t1.0 KiB\t0")
    assert shown.old_report([row(GROUP_USAGE, gid=7, used_bytes=1)]).endswith(
        b"scratch114\t-\t7\t1\t-\t-\t-\tFalse\r\n"
    )
