"""What uploads in parts keep in every kind of store, as a suite that each kind inherits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.parts import FolderParts
from grt_platform.adapters.store import Store
from grt_platform.adapters.uploads import Uploads
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.kernel.versions import EndedError, NotYetError, PartPromise, State, TakenError
from grt_platform_tests.adapters.uploads_suite import (
    DATA,
    LIMITS,
    MIB,
    NOW,
    PART,
    P,
    UploadsSuite,
    promise_of,
    read,
    send,
    sha256,
)


class Overtaking:
    """Something that happens before the use number `at` of a database and a store, counted over both."""

    def __init__(self, at: int, happens: Callable[[], object]) -> None:
        self.at, self.uses, self._happens = at, 0, happens

    def using(self, of: Any) -> Any:
        """The database or store, each use of which counts."""
        return _Counted(of, self)

    def use(self) -> None:
        """One more."""
        self.uses += 1
        if self.uses == self.at:
            self._happens()


class _Counted:
    def __init__(self, of: Any, overtaking: Overtaking) -> None:
        self._of, self._overtaking = of, overtaking

    def __getattr__(self, name: str) -> Any:
        if name == "parts":  # a folder's are made of uses of the store
            is_folder = isinstance(self._of, FolderStore)
            return FolderParts(cast("Store", self)) if is_folder else _Counted(self._of.parts, self._overtaking)
        self._overtaking.use()
        return getattr(self._of, name)


class UploadPartsContract(UploadsSuite):
    """Uploads in parts, and announcements that overtake each other."""

    def test_a_large_file_comes_in_parts_in_any_order(self, uploads: Uploads, objects: Objects) -> None:
        data = bytes(range(256)) * (12 * MIB // 256) + b"tail"
        version = self.begin_parts(uploads, data)
        self.send_parts(uploads, version, data, 3, 1)
        assert [part.number for part in uploads.parts(version)] == [1, 3]
        with pytest.raises(NotYetError, match="1 of 3 parts are not here yet, the first is part 2"):
            uploads.complete(P, version.version_id, now=NOW)
        self.send_parts(uploads, version, data, 2)
        stored = uploads.complete(P, version.version_id, now=NOW)
        assert (stored.sha256, stored.state) == (sha256(data), State.STORED)
        assert uploads.complete(P, version.version_id, now=NOW) == stored
        assert read(objects, stored) == data
        assert list(uploads._store.parts.under_way()) == []

    def test_the_hash_of_the_whole_may_follow_with_the_announcement(self, uploads: Uploads) -> None:
        data = b"x" * (6 * MIB)
        version = self.begin_parts(uploads, data, sha256=None)
        self.send_parts(uploads, version, data, 1, 2)
        with pytest.raises(BadInputError, match="say the sha256"):
            uploads.complete(P, version.version_id, now=NOW)
        assert uploads.complete(P, version.version_id, now=NOW, sha256=sha256(data)).sha256 == sha256(data)

    def test_parts_that_do_not_make_the_promised_whole_are_no_version(
        self, uploads: Uploads, objects: Objects, store: Store, warehouse: Warehouse
    ) -> None:
        data = b"x" * (6 * MIB)
        version = self.begin_parts(uploads, data, sha256=sha256(b"something else"))
        self.send_parts(uploads, version, data, 1, 2)
        with pytest.raises(BadSourceError, match="was promised"):
            uploads.complete(P, version.version_id, now=NOW)
        assert store.head(version.key) is None
        assert objects.versions(P, "big.fa")[0].state is State.FAILED
        assert (objects.list(P), self.used(warehouse)) == ([], 0)

    def test_a_part_with_other_bytes_is_refused(self, uploads: Uploads) -> None:
        data = b"x" * (6 * MIB)
        version = self.begin_parts(uploads, data)
        [put] = uploads.part_urls(version, [promise_of(version, data, 2)], now=NOW)
        for body in (b"y" * MIB, b"x" * (MIB - 1), b"x" * (MIB + 1), b""):
            assert send(put, body).status_code in {400, 403, 413}
        assert uploads.parts(version) == []

    def test_parts_of_another_number_size_or_hash_are_not_signed(self, uploads: Uploads) -> None:
        data = b"x" * (6 * MIB)
        version = self.begin_parts(uploads, data)
        good = promise_of(version, data, 1)
        for part in (PartPromise(0, PART, "0" * 64), PartPromise(3, 1, "0" * 64), PartPromise(1, 7, "0" * 64)):
            with pytest.raises(BadInputError):
                uploads.part_urls(version, [part], now=NOW)
        uploads.part_urls(version, [good], now=NOW)
        with pytest.raises(TakenError, match="the file has changed"):
            uploads.part_urls(version, [PartPromise(1, PART, "0" * 64)], now=NOW)
        with pytest.raises(BadInputError, match="comes in 2 parts"):
            uploads.put_url(version, now=NOW)

    def test_an_upload_killed_between_joining_and_storing_is_completed_by_the_next_announcement(
        self, uploads: Uploads, store: Store
    ) -> None:
        data = b"x" * (6 * MIB)
        version = self.begin_parts(uploads, data)
        self.send_parts(uploads, version, data, 1, 2)
        token = uploads._under_way.begin(version)
        store.parts.join(version.key, token, [promise_of(version, data, number) for number in (1, 2)])
        assert uploads.complete(P, version.version_id, now=NOW).sha256 == sha256(data)

    def test_many_announcements_of_parts_at_once_store_one_version(self, uploads: Uploads, objects: Objects) -> None:
        data = b"x" * (6 * MIB)
        version = self.begin_parts(uploads, data)
        self.send_parts(uploads, version, data, 1, 2)

        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(lambda _: uploads.complete(P, version.version_id, now=NOW), range(4)))
        assert set(told) == {objects.current(P, "big.fa")}
        assert read(objects, told[0]) == data

    @pytest.mark.parametrize("is_large", [False, True], ids=["one PUT", "parts"])
    def test_an_announcement_has_one_answer_wherever_another_one_overtakes_it(
        self, warehouse: Warehouse, store: Store, objects: Objects, is_large: bool
    ) -> None:
        plain, data, told = Uploads(warehouse, store, LIMITS), b"x" * (6 * MIB), 0
        for at in range(1, 30):
            if is_large:
                version = self.begin_parts(plain, data)
                self.send_parts(plain, version, data, 1, 2)
            else:
                version = self.begin(plain)
                send(plain.put_url(version, now=NOW), DATA)
            overtaking = Overtaking(at, lambda of=version: plain.complete(P, of.version_id, now=NOW))
            slow = Uploads(overtaking.using(warehouse), overtaking.using(store), LIMITS)
            told_of = slow.complete(P, version.version_id, now=NOW)
            assert told_of == objects.current(P, version.name) == objects.pin(P, version_id=version.version_id)
            told += 1
            if overtaking.uses < at:
                break
            objects.delete(P, version.name, by="ann", now=NOW)
            objects.purge(P, version.version_id, by="ann")
        assert told > 3
        assert overtaking.uses < at, "every place was tried"

    def test_two_who_begin_the_parts_at_once_use_one_upload(self, uploads: Uploads) -> None:
        data = b"x" * (6 * MIB)
        version = self.begin_parts(uploads, data)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: self.send_parts(uploads, version, data, n % 2 + 1) if n < 2 else None, range(4)))
        assert len(list(uploads._store.parts.under_way())) == 1
        uploads.complete(P, version.version_id, now=NOW)

    def test_an_aborted_upload_leaves_nothing_and_takes_no_more(self, uploads: Uploads, store: Store) -> None:
        data = b"x" * (6 * MIB)
        version = self.begin_parts(uploads, data)
        self.send_parts(uploads, version, data, 1)
        uploads.abort(P, version.version_id)
        assert list(store.parts.under_way()) == []
        assert list(store.list()) == []
        with pytest.raises(EndedError, match="aborted"):
            uploads.part_urls(version, [promise_of(version, data, 2)], now=NOW)
        with pytest.raises(EndedError, match="aborted"):
            uploads.complete(P, version.version_id, now=NOW)
