"""The shelf: what is in the inbox is kept whole or not at all, whatever happens to the files meanwhile."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from grt_platform.adapters import folder_listing
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.open_listings import OpenListings
from grt_platform.kernel.arriving import Budget, Cursor
from grt_platform.kernel.errors import BadSourceError, UnavailableError
from grt_platform.settings import Settings
from grt_platform.systems.galaxy import shelf as shelf_module
from grt_platform.systems.galaxy.logic.arrivals import Arrival
from grt_platform.systems.galaxy.shelf import Known, Part, Shelf
from grt_platform_tests.flows.galaxy import ONE
from grt_platform_tests.galaxy_archives import Made

NOW = datetime(2026, 7, 15, tzinfo=UTC)
MONTH = "2026-07"


class TroubledStore(FolderStore):
    """A folder in which some files cannot be read, or change as they are read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "raw", Settings())
        self.root = root
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


def looked_through(shelf: Shelf, objects: int, known: Known = lambda _: frozenset()) -> list[Part]:
    """The looks of one round, each over about so many objects."""
    cursor, parts = Cursor(), list[Part]()
    while not parts or cursor.after:
        parts.append(shelf.some(cursor, Budget(objects, 60, time.monotonic), known))
        came_to = parts[-1].came_to
        assert came_to is not None
        cursor = Cursor(after=came_to.last, within=came_to.upto)
    return parts


def found_in(parts: Sequence[Part]) -> list[tuple[str, str]]:
    return [(arrival.instance_id, arrival.stem) for part in parts for arrival in part.inbox.arrivals]


def test_folders_are_looked_through_some_at_a_time_and_all_in_a_round(tmp_path: Path) -> None:
    instances = [f"{number:08x}-20f4-4b1e-8c0d-7d1f4d1e2207" for number in range(120)]
    for instance in instances:
        Made("a", b"a", b"{}").write(tmp_path / "galaxy" / instance / "archives")
    (tmp_path / "galaxy" / "a stranger").mkdir()
    parts = looked_through(Shelf(FolderStore(tmp_path, "raw", Settings())), 25 * 202)
    assert found_in(parts) == [(instance, "a") for instance in instances]
    assert [len(part.inbox.arrivals) for part in parts] == [25, 25, 25, 25, 20]
    assert {part.folders for part in parts} == {(*instances, "a stranger")}


def test_one_folder_of_very_many_is_looked_through_in_parts_and_nothing_of_it_is_missed_or_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "_PAGE", 3)
    instances = [f"{number:08x}-20f4-4b1e-8c0d-7d1f4d1e2207" for number in range(3)]
    stems = [f"1.{number}" for number in range(20)] + ["1.1.k", "1.1.json", "1.1.k.1"]
    for instance, own in zip(instances, (stems[:2], stems, stems[-1:]), strict=True):
        for stem in own:
            Made(stem, b"a", b"{}").write(tmp_path / "galaxy" / instance / "archives")
    (tmp_path / "galaxy" / instances[1] / "archives" / "half.json").touch()
    (tmp_path / "galaxy" / instances[1] / "archives" / "stranger").touch()
    asked = list[str]()

    def known(several: Sequence[Arrival]) -> set[tuple[str, str, str]]:
        asked.extend(arrival.stem for arrival in several if arrival.instance_id == instances[1])
        return {arrival.identity for arrival in several if arrival.stem == "1.7"}

    parts = looked_through(Shelf(FolderStore(tmp_path, "raw", Settings())), 1, known)
    assert len(parts) > 15
    expected = [(instances[0], stem) for stem in stems[:2]]
    expected += [(instances[1], stem) for stem in stems if stem != "1.7"] + [(instances[2], stems[-1])]
    assert sorted(found_in(parts)) == sorted(expected)
    assert sorted(asked) == sorted(stems), "each was asked for once"
    assert sum(part.inbox.known for part in parts) == 1
    assert [half.key[-9:] for part in parts for half in part.inbox.incomplete] == ["half.json"]
    assert [name[-8:] for part in parts for name in part.inbox.strangers] == ["stranger"]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many names were read and how many files were asked for their sizes, in folders of few names at a time."""
    scandir, stat, done = os.scandir, os.stat, [0, 0]

    def counted(entry: os.DirEntry[str], kind: int = 0) -> os.DirEntry[str]:
        done[kind] += 1
        return entry

    @contextmanager
    def counted_scan(folder: int) -> Iterator[Iterator[os.DirEntry[str]]]:
        with scandir(folder) as entries:
            yield map(counted, entries)

    def counted_stat(*names: Any, **terms: Any) -> os.stat_result:
        done[1] += "dir_fd" in terms
        return stat(*names, **terms)

    monkeypatch.setattr(os, "scandir", counted_scan)
    monkeypatch.setattr(os, "stat", counted_stat)
    for module, name, number in ((folder_listing, "AT_ONCE", 250), (folder_listing, "STEP", 20)):
        monkeypatch.setattr(module, name, number)
    monkeypatch.setattr(shelf_module, "_PAGE", 50)
    return done


def test_no_look_at_a_folder_of_very_many_names_works_longer_than_its_time_and_all_are_found_once(
    tmp_path: Path, work: list[int]
) -> None:
    inbox, stems = tmp_path / "galaxy" / ONE / "archives", [str(number) for number in range(500)]
    inbox.mkdir(parents=True)
    for name in (f"{stem}.{suffix}" for stem in stems for suffix in ("tar.gz", "json")):
        (inbox / name).touch()
    cursor, looks, spent, listings = Cursor(), list[Part](), list[int](), OpenListings()
    while not looks or looks[-1].came_to is None or cursor.after:
        begun = sum(work)
        shelf = Shelf(FolderStore(tmp_path, "raw", Settings()), listings)  # each look has a store of its own
        looks.append(shelf.some(cursor, Budget(10**9, 200, lambda: sum(work)), lambda _: frozenset()))
        spent.append(sum(work) - begun)
        if (came_to := looks[-1].came_to) is not None:
            cursor = Cursor(after=came_to.last, within=came_to.upto)
    assert sorted(found_in(looks)) == sorted((ONE, stem) for stem in stems)
    assert max(spent) <= 200 + 50 + 20, "a page or a step may be begun just before the time is over"
    assert [part.came_to for part in looks[:5]] == [None] * 5, "1,000 names are read before the first is known"
    assert work == [5 * 1000 + len(looks), 1000], "for each 250 in order all names are read once, not at each look"


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


def test_the_months_in_which_arrivals_are_kept_are_found_by_name_and_version(store: TroubledStore) -> None:
    shelf = Shelf(store)
    etags = {version.stem: version.etag for version in shelf.take_in(ONE, MONTH, NOW).added}
    Made("b", b"other bytes", b"{}").write(store.root / "galaxy" / ONE / "archives")
    [later] = shelf.take_in(ONE, "2026-08", NOW + timedelta(days=20)).added
    assert shelf.months_of(ONE, [("a", etags["a"]), ("b", etags["b"])]) == {MONTH}
    assert shelf.months_of(ONE, [("b", later.etag), ("a", "0" * 12)]) == {"2026-08", ""}
