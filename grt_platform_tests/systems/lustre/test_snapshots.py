"""Snapshots: kept for ever, found by the time of the dump, so that a rebuild finds what the first build found."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.settings import Settings
from grt_platform.systems.lustre.snapshots import Snapshots

MOMENT = datetime(2026, 11, 1, 5, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "raw", "raw", Settings())


@pytest.fixture
def snapshots(store: FolderStore) -> Snapshots:
    return Snapshots(store, "groups")


def test_where_none_was_taken_there_is_none(snapshots: Snapshots) -> None:
    assert snapshots.newest() is None
    assert snapshots.of(MOMENT) is None


def test_the_newest_taken_by_then_counts_and_before_the_first_the_first(snapshots: Snapshots) -> None:
    for day in (2, 0, 1):
        snapshots.keep(MOMENT + timedelta(days=day), str(day).encode())
    found = [snapshots.of(MOMENT + timedelta(hours=hours)) for hours in (-99, 0, 23, 24, 25, 999)]
    assert [each.data for each in found if each] == [b"0", b"0", b"0", b"1", b"1", b"2"]
    newest = snapshots.newest()
    assert newest is not None
    assert (newest.data, newest.taken_at) == (b"2", MOMENT + timedelta(days=2))


def test_one_of_the_same_second_stays(snapshots: Snapshots) -> None:
    snapshots.keep(MOMENT, b"first", {"groupfile": b"text"})
    snapshots.keep(MOMENT, b"second", {"groupfile": b"other"})
    found = snapshots.newest()
    assert found is not None
    assert found.data == b"first"
    assert snapshots.beside(MOMENT, "groupfile") == b"text"


def test_what_lies_beside_is_found_by_its_kind_and_empty_where_there_was_none(snapshots: Snapshots) -> None:
    snapshots.keep(MOMENT, b"x", {"groupfile": b"text"})
    assert snapshots.beside(MOMENT, "groupfile") == b"text"
    assert snapshots.beside(MOMENT, "passwdfile") == b""


def test_other_names_and_other_kinds_are_no_snapshots(store: FolderStore, snapshots: Snapshots) -> None:
    stamp = "20261101T050000Z"
    for key in ("groups/x.csv", f"groups/{stamp}.csv.part", f"groups/old/{stamp}.csv", f"quotas/{stamp}.csv"):
        store.put(f"lustre/{key}", b"not this")
    assert snapshots.newest() is None
