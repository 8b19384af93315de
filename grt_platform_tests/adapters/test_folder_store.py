"""What is particular to folders: links, foreign files, full disks, leftovers."""

import os
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from grt_platform.adapters import folder_listing
from grt_platform.adapters.keys import HIDDEN
from grt_platform.adapters.staging import STALE_S
from grt_platform.adapters.store import Store, open_store
from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.settings import Settings
from grt_platform_tests.fixtures.places import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(str(tmp_path / "store"))


@pytest.fixture
def store(place: Place) -> Store:
    return place.store()


@pytest.fixture
def root(place: Place) -> Path:
    Path(place.url).mkdir(parents=True, exist_ok=True)
    return Path(place.url)


def test_an_object_is_a_plain_file_that_others_may_read(store: Store, root: Path) -> None:
    store.put("a/b", b"1")
    assert store.local_path("a/b") == root / "a" / "b"
    assert (root / "a" / "b").stat().st_mode & 0o777 == 0o666 & ~current_umask()


def test_a_link_out_of_the_folder_is_neither_listed_nor_followed(store: Store, root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "file").write_bytes(b"secret")
    (root / "folder").symlink_to(tmp_path / "secret")
    (root / "file").symlink_to(tmp_path / "secret" / "file")
    assert list(store.list()) == []
    assert store.folders() == []
    for key in ("folder/file", "file"):
        for member in (store.read, store.head, store.open, store.delete, store.local_path, store.scan_source):
            with pytest.raises(BadInputError, match="symbolic link"):
                member(key)
        with pytest.raises(BadInputError, match="symbolic link"):
            store.put(key, b"evil")
    with pytest.raises(BadInputError, match="symbolic link"):
        store.delete_prefix("folder")
    assert (tmp_path / "secret" / "file").read_bytes() == b"secret"


def test_a_pipe_or_a_socket_under_a_name_blocks_nobody(store: Store, root: Path) -> None:
    os.mkfifo(root / "pipe")
    assert list(store.list()) == []
    assert store.head("pipe") is None
    with pytest.raises(BadSourceError, match="no plain file"):
        store.read("pipe")


def test_foreign_files_whose_names_are_no_keys_are_passed_over(store: Store, root: Path) -> None:
    store.put("good", b"")
    (root / "new\nline").write_bytes(b"")
    (root / "back\\slash").mkdir()
    (root / "back\\slash" / "file").write_bytes(b"")
    (root / os.fsdecode(b"\xff.txt")).write_bytes(b"")
    assert [item.key for item in store.list()] == ["good"]
    assert store.folders() == []


def test_a_folder_that_is_emptied_is_gone(store: Store) -> None:
    for key in ("a/b/c", "a/x", "d/e/f", "d/e/g"):
        store.put(key, b"")
    store.delete("a/b/c")
    store.delete_prefix("d/e")
    assert store.folders() == ["a"]
    assert store.folders("a") == []


def test_a_folder_made_by_hand_stays_when_nothing_in_it_is_deleted(store: Store, root: Path) -> None:
    (root / "inbox").mkdir()
    store.delete("inbox/missing")
    store.delete("inbox")
    store.delete_prefix("inbox/missing")
    assert store.folders() == ["inbox"]


def test_putting_and_deleting_one_object_at_once_fails_for_nobody(store: Store) -> None:
    def work(turn: int) -> None:
        store.put("a/b/c", b"1")
        store.delete("a/b/c") if turn % 2 else store.delete_prefix("a")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(200)))
    assert list(store.list()) == []


def test_a_listing_is_in_the_order_of_the_keys(store: Store) -> None:
    keys = ["a", "b-c/1", "b.x", "b/1", "b/2/3", "bb/1", "é"]
    for key in reversed(keys):
        store.put(key, b"")
    assert [item.key for item in store.list()] == keys


NAMES = st.text("ab.-/é", min_size=1, max_size=8).filter(lambda name: "" not in name.split("/") and ".." not in name)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(NAMES, max_size=20), st.one_of(st.just(""), NAMES), st.integers(1, 4))
def test_a_listing_that_reads_few_names_at_a_time_has_each_key_once_in_order_behind_any_other(
    names: set[str], after: str, at_once: int
) -> None:
    keys = {name for name in names if not any(f"{name}/" in f"{other}/" for other in names - {name})}
    assume(not any(part == "." for key in {*keys, after} for part in key.split("/")))
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder_listing, "AT_ONCE", at_once)
        patch.setattr(folder_listing, "STEP", 2)
        for key in keys:
            Path(folder, key).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, key).touch()
        listed = open_store(folder, Settings())
        found = [item.key for item in listed.list(after=after)]
        in_steps = [item.key for item in listed.steps(after=after) if item is not None]
    assert found == in_steps == sorted(key for key in keys if key > after)


def test_a_folder_of_many_names_is_listed_in_little_memory(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_listing, "AT_ONCE", 200)
    for number in range(10_000):
        (root / f"{number * 7919 % 10_000:05}").touch()
    tracemalloc.start()
    try:
        first = [item.key for item in islice(store.list(), 1)]
        rest = sum(1 for _ in store.list(after=first[0]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (first, rest) == (["00000"], 9999)
    assert peak < 200 * 1024, "ten thousand names alone take 500 KiB"


def test_a_listing_pauses_while_it_reads_names_and_where_a_name_is_no_plain_file(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_listing, "STEP", 10)
    for number in range(25):
        (root / f"{number:02}").touch()
    (root / "link").symlink_to("00")
    steps = list(store.steps())
    assert steps[:2] == [None, None]
    assert [item.key for item in steps[2:27] if item is not None] == [f"{number:02}" for number in range(25)]
    assert steps[27:] == [None]


def test_folders_deeper_than_any_key_do_not_break_a_listing(store: Store, root: Path) -> None:
    store.put("good", b"")
    deep = root
    for _ in range(400):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "file").write_bytes(b"")
    assert [item.key for item in store.list()] == ["good"]


def test_a_file_cannot_be_put_where_a_folder_is_nor_below_a_file(store: Store) -> None:
    store.put("a/b", b"")
    for only_if_absent in (False, True):
        for key in ("a", "a/b/c"):
            with pytest.raises(BadInputError, match="choose another name"):
                store.put(key, b"", only_if_absent=only_if_absent)


def test_a_full_disk_is_told_and_leaves_nothing(store: Store, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnavailableError, match=r"cannot write a/b: the disk is full; free space"):
        store.put("a/b", b"1")
    assert not [path for path in root.rglob("*") if path.is_file()]


def test_a_write_that_the_system_refuses_is_told(place: Place) -> None:
    process = place.run(
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
        "try:\n"
        "    with store.writer('big') as file:\n"
        "        for _ in range(4): file.write(b'x' * (1 << 20))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    assert process.communicate()[0].startswith("UnavailableError cannot write big: File too large")
    assert list(place.store().list()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user to lack a right")
def test_a_missing_right_is_told(place: Place, root: Path) -> None:
    (root / "locked").mkdir(mode=0o700)
    process = place.run(
        "import os\nos.setuid(65534)\n"
        "for member in (lambda: store.put('a', b''), lambda: store.read('locked/x'), lambda: list(store.list())):\n"
        "    try: member()\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
    )
    lines = process.communicate()[0].splitlines()
    assert len(lines) == 3
    assert all(line.startswith("UnavailableError") and "the right is missing" in line for line in lines)


def test_what_killed_writers_left_goes_when_it_is_older_than_a_day(place: Place, root: Path) -> None:
    (root / HIDDEN).mkdir()
    for name, age_s in (("old", STALE_S + 60), ("young", STALE_S - 60)):
        (root / HIDDEN / name).write_bytes(b"")
        os.utime(root / HIDDEN / name, (time.time() - age_s,) * 2)
    (root / HIDDEN / "deleted" / "folder").mkdir(parents=True)
    place.store().put("a", b"")
    assert [path.name for path in (root / HIDDEN).iterdir()] == ["young"]


def test_creators_and_deleters_of_one_folder_do_not_disturb_each_other(store: Store) -> None:
    def work(name: str) -> None:
        for _ in range(100):
            store.put(f"shared/deep/{name}", b"")
            store.delete(f"shared/deep/{name}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, "abcd"))
    assert list(store.list()) == []


def test_without_a_key_nothing_is_signed(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), Settings.model_validate({}))
    with pytest.raises(UnavailableError, match="GRT_SIGNING_KEY"):
        store.sign("GET", "a", expires_s=60)


def current_umask() -> int:
    """The umask of this process."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
