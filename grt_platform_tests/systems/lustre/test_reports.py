"""Report files: the old eight columns and a tidy table of the same rows, gone where their date has none."""

import hashlib
from pathlib import Path

import pytest

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.settings import Settings
from grt_platform.systems.lustre.reports import reported, write_reports
from grt_platform.systems.lustre.schemas import GROUP_USAGE
from grt_platform_tests.systems.lustre.rows import DAY, frame, row

ROWS = (
    row(GROUP_USAGE, volume="scratch115", gid=1, group_name='a"b', used_bytes=7),
    row(GROUP_USAGE, volume="scratch114", gid=2, used_bytes=9),
)
_NAMES = ("lustre/reports/report-20261101.csv", "lustre/reports/report-20261101.tsv")


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "products", "products", Settings())


def test_both_files_tell_the_same_rows_by_volume(store: FolderStore) -> None:
    told = write_reports(store, DAY, frame(GROUP_USAGE, *ROWS))
    old, tidy = store.read(_NAMES[1]).decode(), store.read(_NAMES[0]).decode()
    assert old.split("\r\n")[1:] == [
        "scratch114\t-\t2\t9\t-\t-\t-\tFalse",
        'scratch115\t-\ta"b\t7\t-\t-\t-\tFalse',
        "",
    ]
    assert tidy.splitlines()[0].startswith("dumped_on,volume,gid,group_name")
    assert len(tidy.splitlines()) == 3
    assert {row["sha256"] for row in told.to_dicts()} == {hashlib.sha256(store.read(n)).hexdigest() for n in _NAMES}
    assert set(told["volumes"]) == {"scratch114,scratch115"}


def test_dates_with_a_file_are_reported(store: FolderStore) -> None:
    assert reported(store) == set()
    write_reports(store, DAY, frame(GROUP_USAGE, *ROWS))
    store.put("lustre/reports/notes.tsv", b"")
    assert reported(store) == {DAY}


def test_written_again_the_files_are_the_same(store: FolderStore) -> None:
    first = write_reports(store, DAY, frame(GROUP_USAGE, *ROWS))
    again = write_reports(store, DAY, frame(GROUP_USAGE, *reversed(ROWS)))
    assert again.equals(first)


def test_a_date_without_rows_has_no_files(store: FolderStore) -> None:
    write_reports(store, DAY, frame(GROUP_USAGE, *ROWS))
    assert write_reports(store, DAY, frame(GROUP_USAGE)).is_empty()
    assert list(store.list("lustre/reports/")) == []
