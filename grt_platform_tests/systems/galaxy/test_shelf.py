"""The shelf: what is in the inbox is kept whole or not at all, whatever happens to the files meanwhile."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.kernel.errors import BadSourceError, UnavailableError
from grt_platform.settings import Settings
from grt_platform.systems.galaxy.shelf import Shelf
from grt_platform_tests.flows.galaxy import ONE
from grt_platform_tests.galaxy_archives import Made

NOW = datetime(2026, 7, 15, tzinfo=UTC)
MONTH = "2026-07"


class TroubledStore(FolderStore):
    """A folder in which some files cannot be read, or change as they are read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "raw", Settings())
        self.unreadable: dict[str, Exception] = {}
        self.growing = ""

    def open(self, key: str) -> BinaryIO:
        for part, error in self.unreadable.items():
            if part in key:
                raise error
        stream = super().open(key)
        if self.growing and self.growing in key and "/archives/" in key:
            path = self._path(key)
            path.write_bytes(path.read_bytes() + b"more")
        return stream


@pytest.fixture
def store(tmp_path: Path) -> TroubledStore:
    for name in ("a", "b", "c"):
        Made(name, name.encode() * 10, b"{}").write(tmp_path / "galaxy" / ONE / "archives")
    return TroubledStore(tmp_path)


def test_folders_are_looked_through_some_at_a_time_and_all_in_a_round(tmp_path: Path) -> None:
    instances = [f"{number:08x}-20f4-4b1e-8c0d-7d1f4d1e2207" for number in range(120)]
    for instance in instances:
        Made("a", b"a", b"{}").write(tmp_path / "galaxy" / instance / "archives")
    (tmp_path / "galaxy" / "a stranger").mkdir()
    shelf, asked, after, looks = Shelf(FolderStore(tmp_path, "raw", Settings())), list[str](), "", 0
    seen = list[str]()

    def known(several: Sequence[str]) -> set[tuple[str, str, str]]:
        asked.extend(several)
        return set()

    while looks == 0 or after:
        inbox, part = shelf.some(after, 25 * 202, known)
        seen += [arrival.instance_id for arrival in inbox.arrivals]
        assert len(inbox.arrivals) <= 25
        after, looks = part.last, looks + 1
    assert (seen, looks) == (instances, 5)
    assert set(asked) == set(instances)


def names(shelf: Shelf) -> list[str]:
    return [version.stem for version in shelf.kept(ONE)]


def test_what_lies_in_the_inbox_is_kept_once_with_its_bytes(store: TroubledStore) -> None:
    shelf = Shelf(store)
    assert [version.stem for version in shelf.take_in(ONE, MONTH, NOW).added] == ["a", "b", "c"]
    assert shelf.take_in(ONE, "2026-08", NOW + timedelta(days=20)).added == ()
    [version, *_] = shelf.kept(ONE)
    assert (version.month, version.received_at, version.size_bytes) == (MONTH, NOW, 10)
    with shelf.open(version) as stream:
        assert stream.read() == b"a" * 10
    assert shelf.metadata(version, 100) == b"{}"
    assert shelf.metadata(version, 0) == b"{"


@pytest.mark.parametrize("file", ["b.tar.gz", "b.json"])
@pytest.mark.parametrize("error", [BadSourceError("is not there", "b"), UnavailableError("cannot read b: no right")])
def test_a_file_that_cannot_be_read_waits_and_its_neighbours_are_kept(
    store: TroubledStore, file: str, error: Exception
) -> None:
    shelf = Shelf(store)
    store.unreadable = {file: error}
    taken = shelf.take_in(ONE, MONTH, NOW)
    assert names(shelf) == ["a", "c"]
    assert taken.unreadable == (str(error),)
    store.unreadable = {}
    assert [version.stem for version in shelf.take_in(ONE, MONTH, NOW).added] == ["b"]


@pytest.mark.parametrize("file", ["b.tar.gz", "b.json"])
def test_a_file_that_changes_while_it_is_copied_leaves_nothing_on_the_shelf_until_it_is_quiet(
    store: TroubledStore, file: str
) -> None:
    shelf = Shelf(store)
    store.growing = file
    assert [version.stem for version in shelf.take_in(ONE, MONTH, NOW).added] == ["a", "c"]
    assert not [item.key for item in store.list(f"galaxy/{ONE}/kept/{MONTH}/b/")]
    store.growing = ""
    shelf.take_in(ONE, MONTH, NOW)
    assert sorted(names(shelf)) == ["a", "b", "c"]


def test_an_archive_without_its_metadata_on_the_shelf_is_not_there_and_is_kept_again(store: TroubledStore) -> None:
    shelf = Shelf(store)
    shelf.take_in(ONE, MONTH, NOW)
    [half] = [version for version in shelf.kept(ONE) if version.stem == "a"]
    store.delete(half.metadata_key)
    assert names(shelf) == ["b", "c"]
    assert [version.stem for version in shelf.take_in(ONE, MONTH, NOW + timedelta(seconds=1)).added] == ["a"]


def test_an_archive_that_a_killed_taking_in_left_is_removed_a_day_later_and_no_whole_version(
    store: TroubledStore,
) -> None:
    [first, *_] = Shelf(store).take_in(ONE, MONTH, NOW).added
    store.delete(first.metadata_key)
    Shelf(store).take_in(ONE, MONTH, NOW + timedelta(hours=23))
    assert store.head(first.archive_key) is not None
    Shelf(store).take_in(ONE, MONTH, NOW + timedelta(hours=25))
    assert store.head(first.archive_key) is None
    assert len(Shelf(store).kept(ONE)) == 3


def test_links_and_other_special_files_in_the_inbox_are_not_followed(store: TroubledStore, tmp_path: Path) -> None:
    folder = tmp_path / "galaxy" / ONE / "archives"
    (folder / "d.tar.gz").symlink_to("/etc/passwd")
    (folder / "d.json").write_bytes(b"{}")
    os.mkfifo(folder / "e.tar.gz")
    (folder / "e.json").write_bytes(b"{}")
    shelf = Shelf(store)
    shelf.take_in(ONE, MONTH, NOW)
    assert sorted(names(shelf)) == ["a", "b", "c"]


def test_the_shelf_tells_its_instances_and_their_months(store: TroubledStore) -> None:
    shelf = Shelf(store)
    assert shelf.months(ONE) == []
    shelf.take_in(ONE, MONTH, NOW)
    store.put(f"galaxy/{ONE}/kept/strange/x", b"")
    store.put("galaxy/no instance/archives/x", b"")
    assert shelf.instances() == [ONE]
    assert shelf.months(ONE) == [MONTH]
