"""What was known at the time of a dump: by the end of its date or its reception, whichever came first."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.settings import Settings
from grt_platform.systems.lustre.asking import archived_key
from grt_platform.systems.lustre.known import groups_at, known_at, moment_of
from grt_platform.systems.lustre.logic.archived import archived_csv
from grt_platform.systems.lustre.schemas import VOLUME_TOTALS
from grt_platform.systems.lustre.snapshots import Snapshots
from grt_platform_tests.systems.lustre.rows import frame, row

DAY = date(2026, 11, 1)
MOMENT = datetime(2026, 11, 1, 5, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "raw", "raw", Settings())


@pytest.mark.parametrize("hours", [-5, 5])
def test_the_earlier_of_both_times_counts(hours: int) -> None:
    other = MOMENT + timedelta(hours=hours)
    totals = frame(VOLUME_TOTALS, row(VOLUME_TOTALS, as_of_at=MOMENT, received_at=other))
    assert moment_of(totals.lazy()) == min(MOMENT, other)


def test_where_nothing_was_told_nothing_is_known(store: FolderStore) -> None:
    known = known_at(store, DAY, "scratch114", MOMENT)
    assert (known.groups.height, known.quotas.height, known.archived.height) == (0, 0, 0)
    assert (known.groups_at, known.quotas_at) == (None, None)


def test_what_is_told_later_changes_nothing(store: FolderStore) -> None:
    groups, quotas = Snapshots(store, "groups"), Snapshots(store, "quotas")
    groups.keep(MOMENT, b"gid,name,pi,is_humgen\n1,a,,true\n")
    header = b"volume,group_name,quota_bytes,inode_quota,quota_used_bytes,quota_used_inodes\n"
    quotas.keep(MOMENT, header + b"scratch114,a,5,,,\nscratch115,a,6,7,8,9\n")
    store.put(archived_key(DAY, "scratch114"), archived_csv({"a": "/x/a"}))
    before = known_at(store, DAY, "scratch114", MOMENT)
    groups.keep(MOMENT + timedelta(days=1), b"gid,name,pi,is_humgen\n1,renamed,,true\n")
    quotas.keep(MOMENT + timedelta(days=1), header)
    after = known_at(store, DAY, "scratch114", MOMENT + timedelta(hours=1))
    assert before.groups.rows() == after.groups.rows() == [(1, "a", None, True)]
    assert before.quotas.rows() == after.quotas.rows() == [("a", 5, None)]
    assert after.archived.rows() == [("a", "/x/a")]
    assert groups_at(store, MOMENT + timedelta(days=2))[0]["group_name"].to_list() == ["renamed"]
    assert isinstance(after.groups, pl.DataFrame)
