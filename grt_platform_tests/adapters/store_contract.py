"""What every store keeps, as a suite that the tests of each kind inherit."""

import hashlib
import io
import random
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import polars as pl
import pytest

from grt_platform.adapters.keys import HIDDEN
from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform_tests.fixtures.places import InPlace, Place

MIB = 1 << 20
WEIRD_KEYS = [
    "a b/c d",
    "a+b",
    "ü/é.txt",
    "e\u0301",
    "日本/語",
    "~x/~y",
    "%41%2F",
    "#h?x=1&y=2;z",
    "[1]{2}*",
    "'q\"|<z>:@!$,(^`",
    ".hidden/..b/c..",
    " lead/trail ",
    "/".join(["n" * 224] * 4),
    "/".join("p" * 100),
]
BAD_KEYS = [
    "",
    "/a",
    "a/",
    "a//b",
    "..",
    "a/../b",
    "./a",
    "a/.",
    "a\\b",
    "a\0b",
    "a\nb",
    "a\x7f",
    "a\ud800",
    "n" * 256,
    "/".join(["n" * 224] * 4) + "nn/n",
    "/".join("p" * 101),
    f"{HIDDEN}/x",
]
KILLED_WRITER = """
import time
with store.writer("killed/big") as file:
    for _ in range(20):
        file.write(b"x" * (1 << 20))
    print("half", flush=True)
    time.sleep(600)
"""
BIG_STREAM = """
from pathlib import Path
from typing import cast
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
store.put("warm", b"up"); store.read("warm")
with store.writer("warm-writer") as file: file.write(b"x" * (9 << 20))
before = peak()
with store.writer("big") as file:
    for number in range(64):
        file.write(bytes([number]) * (1 << 20))
with store.open("big") as file:
    for number in range(64):
        assert file.read(1 << 20) == bytes([number]) * (1 << 20)
store.download("big", Path(sys.argv[3]))
store.put_file("again", Path(sys.argv[3]))
print(peak() - before)
"""


class StoreContract(InPlace):
    """What every store keeps."""

    def test_an_object_reads_back_as_it_was_put(self, store: Store) -> None:
        assert store.put("a/b", b"\0data\r\n")
        assert store.read("a/b") == b"\0data\r\n"

    def test_an_empty_object_is_an_object(self, store: Store) -> None:
        store.put("empty", b"")
        assert store.read("empty") == b""
        assert [item.key for item in store.list()] == ["empty"]
        with store.open("empty") as file:
            assert file.read() == b""

    def test_putting_again_replaces_the_object_and_its_etag(self, store: Store) -> None:
        store.put("a", b"1")
        before = store.head("a")
        assert store.put("a", b"2")
        after = store.head("a")
        assert store.read("a") == b"2"
        assert before is not None
        assert after is not None
        assert before.etag != after.etag

    @pytest.mark.parametrize("way", ["put", "put_file", "copy"])
    def test_only_if_absent_leaves_what_is_there(self, store: Store, tmp_path: Path, way: str) -> None:
        store.put("a", b"first")
        assert not self.way(store, tmp_path, way, b"second")("a")
        assert store.read("a") == b"first"

    @pytest.mark.parametrize("way", ["put", "put_file", "copy"])
    def test_of_many_creators_at_once_exactly_one_wins(self, store: Store, tmp_path: Path, way: str) -> None:
        for turn in range(2):
            contents = [f"{number}".encode() * 1000 for number in range(8)]
            creators = [self.way(store, tmp_path, way, content) for content in contents]
            barrier = threading.Barrier(len(creators))

            def create(creator: Callable[[str], bool], key: str, barrier: threading.Barrier = barrier) -> bool:
                barrier.wait()
                return creator(key)

            with ThreadPoolExecutor(len(creators)) as pool:
                won = list(pool.map(create, creators, [f"race/{turn}"] * len(creators)))
            assert won.count(True) == 1
            assert store.read(f"race/{turn}") == contents[won.index(True)]

    def test_a_reader_sees_the_old_or_the_new_object_whole(self, store: Store) -> None:
        store.put("a", b"0" * MIB)
        done = threading.Event()

        def overwrite() -> None:
            for turn in range(30):
                store.put("a", str(turn % 10).encode() * MIB)
            done.set()

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(overwrite)
            while not done.is_set() and not writing.done():
                data = store.read("a")
                assert len(data) == MIB
                assert len(set(data)) == 1
            writing.result()

    def test_a_missing_object_is_a_bad_source(self, store: Store, tmp_path: Path) -> None:
        store.put("folder/file", b"")
        for key in ("no", "folder", "folder/no", "folder/file/no"):
            assert store.head(key) is None
            for read in (store.read, store.open, lambda key: store.download(key, tmp_path / "x")):
                with pytest.raises(BadSourceError, match="is not there"):
                    read(key)
            with pytest.raises(BadSourceError, match="is not there"):
                store.copy(key, "elsewhere")
        assert not list(tmp_path.glob("x*"))

    @pytest.mark.parametrize("key", WEIRD_KEYS, ids=lambda key: key[:12])
    def test_any_plain_text_can_be_a_key(self, store: Store, key: str) -> None:
        store.put(key, b"1")
        with store.writer(key) as file:
            file.write(b"2")
        store.copy(key, f"copy of {key}"[:100].rstrip("/"))
        found = store.head(key)
        assert store.read(key) == b"2"
        assert found is not None
        assert found.key == key
        assert key in {item.key for item in store.list()}
        store.delete(key)
        assert store.head(key) is None

    @pytest.mark.parametrize("key", BAD_KEYS, ids=lambda key: ascii(key)[:12])
    def test_a_key_that_can_name_no_object_is_refused_by_every_member(
        self, store: Store, tmp_path: Path, key: str
    ) -> None:
        store.put("good", b"")
        (tmp_path / "file").write_bytes(b"")
        members: list[Callable[[], object]] = [
            lambda: store.head(key),
            lambda: store.read(key),
            lambda: store.open(key),
            lambda: store.download(key, tmp_path / "x"),
            lambda: store.put(key, b""),
            lambda: store.put_file(key, tmp_path / "file"),
            lambda: store.writer(key).__enter__(),
            lambda: store.copy("good", key),
            lambda: store.copy(key, "new"),
            lambda: store.delete(key),
            lambda: store.local_path(key),
            lambda: store.sign("GET", key, expires_s=60),
        ]
        for member in members:
            with pytest.raises(BadInputError):
                member()
        assert [item.key for item in store.list()] == ["good"]

    def test_a_listing_has_every_object_below_a_folder(self, store: Store) -> None:
        keys = ["a", "b-c/1", "b/1", "b/2/3", "b/2/4", "b.x", "bb/1", "é", "z"]
        for key in keys:
            store.put(key, key.encode())
        assert sorted(item.key for item in store.list()) == sorted(keys)
        for prefix in ("b", "b/"):
            assert sorted(item.key for item in store.list(prefix)) == ["b/1", "b/2/3", "b/2/4"]
        assert [item.key for item in store.list("b/2")] == ["b/2/3", "b/2/4"]
        assert list(store.list("nothing/here")) == []
        assert list(store.list("a")) == []

    def test_a_listing_tells_size_time_and_etag_just_as_head_does(self, store: Store) -> None:
        store.put("a/b", b"12345")
        (item,) = store.list("a")
        assert item == store.head("a/b")
        assert item.size_bytes == 5
        assert item.etag
        assert abs(datetime.now(UTC) - item.modified_at) < timedelta(minutes=1)

    def test_a_listing_goes_on_over_many_pages(self, store: Store) -> None:
        keys = [f"many/{number:05}" for number in range(1100)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda key: store.put(key, b"x"), keys))
        assert [item.key for item in store.list("many")] == keys
        store.delete_prefix("many")
        assert list(store.list()) == []

    def test_a_listing_is_gone_on_with_behind_any_key_that_it_gave(self, store: Store) -> None:
        for key in ("a", "b-c/1", "b.x", "b/1", "b/2/3", "b/2/4", "bb/1", "z", "é"):
            store.put(key, b"x")
        for prefix in ("", "b", "b/2"):
            given = [item.key for item in store.list(prefix)]
            for at, key in enumerate(given, 1):
                assert [item.key for item in store.list(prefix, after=key)] == given[at:]
        store.delete("b/2/3")
        assert [item.key for item in store.list("b", after="b/2/3")] == ["b/2/4"], "it is gone since"
        assert list(store.list("b", after="c")) == []
        with pytest.raises(BadInputError):
            store.list(after="b/")

    def test_folders_are_named_once_each(self, store: Store) -> None:
        for key in ("x", "b/1", "b/2", "a/b/c", "b/d/1"):
            store.put(key, b"")
        assert store.folders("") == ["a", "b"]
        assert store.folders("b/") == store.folders("b") == ["d"]
        assert store.folders("b/d") == store.folders("nothing") == []

    def test_a_deleted_object_is_gone_and_deleting_it_again_is_no_error(self, store: Store) -> None:
        store.put("a/b/c", b"")
        store.put("a/x", b"")
        for _ in range(2):
            store.delete("a/b/c")
        store.delete("a")
        assert [item.key for item in store.list()] == ["a/x"]

    def test_deleting_a_prefix_spares_names_that_only_begin_alike(self, store: Store) -> None:
        for key in ("a/1", "a/b/2", "ab", "a.b/3"):
            store.put(key, b"")
        store.delete_prefix("a/")
        store.delete_prefix("nothing")
        assert [item.key for item in store.list()] == ["a.b/3", "ab"]
        with pytest.raises(BadInputError):
            store.delete_prefix("")

    def test_an_open_object_reads_any_range(self, store: Store) -> None:
        data = random.Random(7).randbytes(9 * MIB)
        store.put("a", data)
        with store.open("a") as file:
            expected = io.BytesIO(data)
            for start, size in ((0, 10), (5 * MIB, 3 * MIB), (len(data) - 3, 10), (len(data) + 5, 1), (1, 0)):
                assert file.seek(start) == start
                expected.seek(start)
                assert file.read(size) == expected.read(size)
            assert file.seek(-4, io.SEEK_END) == len(data) - 4
            assert file.read() == data[-4:]

    def test_an_open_object_never_mixes_two_versions(self, store: Store) -> None:
        store.put("a", b"1" * 20 * MIB)
        with store.open("a") as file:
            assert file.read(10) == b"1" * 10
            store.put("a", b"2" * 20 * MIB)
            with suppress(BadSourceError):
                assert set(file.read()) == {ord("1")}

    def test_a_written_object_appears_only_at_the_end(self, store: Store) -> None:
        with store.writer("a/b") as file:
            for _ in range(20):
                file.write(b"x" * MIB)
            assert list(store.list()) == []
        assert [item.size_bytes for item in store.list()] == [20 * MIB]

    @pytest.mark.parametrize("size", [1, 20 * MIB])
    def test_a_failing_writer_changes_nothing(self, store: Store, size: int) -> None:
        store.put("a", b"old")

        def fail(key: str) -> None:
            with store.writer(key) as file:
                file.write(b"x" * size)
                raise KeyError("mine")

        for key in ("a", "new"):
            with pytest.raises(KeyError, match="mine"):
                fail(key)
        assert [item.key for item in store.list()] == ["a"]
        assert store.read("a") == b"old"

    def test_a_writer_killed_midway_leaves_nothing_to_see(self, place: Place, store: Store) -> None:
        process = place.run(KILLED_WRITER)
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        process.kill()
        process.communicate()
        assert list(store.list()) == []
        assert store.head("killed/big") is None
        with store.writer("killed/big") as file:
            file.write(b"whole")
        assert store.read("killed/big") == b"whole"

    @pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
    def test_a_big_object_passes_through_in_little_memory(self, place: Place, tmp_path: Path) -> None:
        process = place.run(BIG_STREAM, str(tmp_path / "big"))
        output, _ = process.communicate()
        assert process.returncode == 0
        assert int(output) < 48 * 1024, "KiB more than before the big object"
        assert (tmp_path / "big").stat().st_size == 64 * MIB
        assert hash_of(place.store(), "again") == hash_of(place.store(), "big")

    def test_a_copy_is_independent(self, store: Store) -> None:
        store.put("a", b"1")
        assert store.copy("a", "b/c")
        store.put("a", b"2")
        assert store.read("b/c") == b"1"
        assert store.copy("a", "b/c")
        assert store.read("b/c") == b"2"

    def test_a_file_goes_up_and_comes_down_unchanged(self, store: Store, tmp_path: Path) -> None:
        data = random.Random(8).randbytes(20 * MIB)
        (tmp_path / "up").write_bytes(data)
        assert store.put_file("a", tmp_path / "up")
        (tmp_path / "down").write_bytes(b"old")
        store.download("a", tmp_path / "down")
        assert (tmp_path / "down").read_bytes() == data
        assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["down", "up"]

    def test_a_big_file_is_created_only_where_there_is_none(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "up").write_bytes(b"x" * 20 * MIB)
        assert store.put_file("a", tmp_path / "up", only_if_absent=True)
        assert not store.put_file("a", tmp_path / "up", only_if_absent=True)
        assert store.head("a") is not None

    def test_a_missing_local_file_is_told(self, store: Store, tmp_path: Path) -> None:
        for only_if_absent in (False, True):
            with pytest.raises(BadSourceError, match="missing: is not there"):
                store.put_file("a", tmp_path / "missing", only_if_absent=only_if_absent)

    def test_a_download_that_the_disk_refuses_is_told_and_leaves_nothing(self, store: Store, tmp_path: Path) -> None:
        store.put("a", b"")
        with pytest.raises(UnavailableError, match="cannot download a"):
            store.download("a", tmp_path / "no folder" / "file")

    def test_polars_reads_a_folder_of_parquet_files(self, store: Store) -> None:
        for month in ("2026-01", "2026-02"):
            with store.writer(f"jobs/month={month}/part-0.parquet") as file:
                pl.DataFrame({"job_id": [1, 2]}).write_parquet(file)
        source, options = store.scan_source("jobs/")
        frame = pl.scan_parquet(source, storage_options=options, hive_partitioning=True).collect()
        assert sorted(frame["month"]) == ["2026-01", "2026-01", "2026-02", "2026-02"]

    @staticmethod
    def way(store: Store, folder: Path, way: str, data: bytes) -> Callable[[str], bool]:
        """A function that makes an object of `data` only if it is absent, by one of the three members that can."""
        name = secrets.token_hex(4)
        if way == "put":
            return lambda key: store.put(key, data, only_if_absent=True)
        if way == "copy":
            store.put(f"sources/{name}", data)
            return lambda key: store.copy(f"sources/{name}", key, only_if_absent=True)
        (folder / name).write_bytes(data)
        return lambda key: store.put_file(key, folder / name, only_if_absent=True)


def hash_of(store: Store, key: str) -> str:
    """The sha256 of an object."""
    with store.open(key) as file:
        return hashlib.file_digest(cast("io.BufferedReader", file), "sha256").hexdigest()
