"""What uploads and objects keep in every kind of store, as a suite that each kind inherits; bytes go over HTTP."""

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest

from grt_platform.adapters.accounts.projects import create_project
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.parts import FolderParts
from grt_platform.adapters.reaping import GRACE, reap
from grt_platform.adapters.store import Store
from grt_platform.adapters.upload_limits import UploadLimits
from grt_platform.adapters.uploads import SignedPut, Uploads
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.kernel.versions import (
    AbsentError,
    EndedError,
    NotYetError,
    ObjectVersion,
    PartPromise,
    Promise,
    QuotaError,
    State,
    TakenError,
)
from grt_platform_tests.fixtures.places import Place

MIB = 1 << 20
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LIFETIME = timedelta(days=1)
LIMITS = UploadLimits(quota_bytes=100 * MIB, largest_bytes=50 * MIB, most_pending=200, lifetime=LIFETIME)
PART = 5 * MIB
DATA = b"a genome"
P = "alpha"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def send(put: SignedPut, data: bytes) -> httpx.Response:
    return httpx.put(put.url, content=data, headers=put.headers, timeout=60)


def read(objects: Objects, version: ObjectVersion) -> bytes:
    with objects.open(version) as stream:
        return stream.read()


def part_of(version: ObjectVersion, data: bytes, number: int) -> bytes:
    assert version.part_bytes is not None
    return data[(number - 1) * version.part_bytes :][: version.part_bytes]


def promise_of(version: ObjectVersion, data: bytes, number: int) -> PartPromise:
    part = part_of(version, data, number)
    return PartPromise(number, len(part), sha256(part))


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


class UploadsContract:
    """What every store keeps."""

    @pytest.fixture
    def place(self) -> Place:
        raise NotImplementedError

    @pytest.fixture
    def store(self, place: Place) -> Store:
        return place.store()

    @pytest.fixture(autouse=True)
    def projects(self, warehouse: Warehouse) -> None:
        for project in (P, "beta"):
            create_project(warehouse, project, "", KEY_USER_ID, NOW)

    @pytest.fixture
    def uploads(self, warehouse: Warehouse, store: Store) -> Uploads:
        return Uploads(warehouse, store, LIMITS)

    @pytest.fixture
    def objects(self, warehouse: Warehouse, store: Store) -> Objects:
        return Objects(warehouse, store)

    def begin(self, uploads: Uploads, data: bytes = DATA, name: str = "a.fa", **terms: object) -> ObjectVersion:
        promise = Promise(len(data), **({"sha256": sha256(data)} | terms))  # type: ignore[arg-type]
        return uploads.create(P, name, promise, by="ann", now=NOW)

    def put(self, uploads: Uploads, data: bytes = DATA, name: str = "a.fa") -> ObjectVersion:
        version = self.begin(uploads, data, name)
        assert send(uploads.put_url(version, now=NOW), data).status_code == 200
        return uploads.complete(P, version.version_id, now=NOW)

    def begin_parts(self, uploads: Uploads, data: bytes, **terms: object) -> ObjectVersion:
        promise = Promise(len(data), **({"sha256": sha256(data)} | terms))  # type: ignore[arg-type]
        return uploads.create(P, "big.fa", promise, by="ann", now=NOW, part_bytes=PART)

    def send_parts(self, uploads: Uploads, version: ObjectVersion, data: bytes, *numbers: int) -> None:
        promised = [promise_of(version, data, number) for number in numbers]
        for put in uploads.part_urls(version, promised, now=NOW):
            assert put.number is not None
            assert send(put, part_of(version, data, put.number)).status_code == 200

    def used(self, warehouse: Warehouse) -> int:
        """The room taken, which is always the sum over what takes it."""
        [row] = warehouse.fetch(
            "SELECT used_bytes AS used, (SELECT coalesce(sum(size_bytes), 0) FROM objects.versions "
            "WHERE project = %(p)s AND state IN ('pending', 'stored')) AS sum FROM objects.projects "
            "WHERE project = %(p)s",
            {"p": P},
        )
        assert row["used"] == int(row["sum"])
        return int(row["used"])

    # one PUT

    def test_an_upload_becomes_an_object_that_reads_back(self, uploads: Uploads, objects: Objects) -> None:
        version = self.put(uploads)
        assert version.state is State.STORED
        assert objects.current(P, "a.fa") == version
        assert read(objects, version) == DATA
        answer = httpx.get(objects.download_url(version, expires_s=60), headers={"Range": "bytes=2-3"})
        assert (answer.status_code, answer.content) == (206, DATA[2:4])
        assert httpx.head(objects.download_url(version, expires_s=60)).status_code in {200, 403}  # S3 signs one method

    def test_an_announcement_before_the_bytes_is_told_and_works_afterwards(self, uploads: Uploads) -> None:
        version = self.begin(uploads)
        with pytest.raises(NotYetError, match="not here yet"):
            uploads.complete(P, version.version_id, now=NOW)
        assert send(uploads.put_url(version, now=NOW), DATA).status_code == 200
        assert uploads.complete(P, version.version_id, now=NOW).state is State.STORED

    def test_a_second_announcement_has_the_same_answer(self, uploads: Uploads) -> None:
        first = self.put(uploads)
        later = NOW + timedelta(hours=1)
        assert uploads.complete(P, first.version_id, now=later) == first
        assert uploads.complete(P, first.version_id, now=later, sha256=first.sha256) == first
        with pytest.raises(BadSourceError, match="compare your file"):
            uploads.complete(P, first.version_id, now=later, sha256="0" * 64)

    def test_many_announcements_at_once_store_one_version(self, uploads: Uploads, objects: Objects) -> None:
        version = self.begin(uploads)
        send(uploads.put_url(version, now=NOW), DATA)
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda _: uploads.complete(P, version.version_id, now=NOW), range(8)))
        assert set(told) == {objects.current(P, "a.fa")}

    @pytest.mark.parametrize("body", [b"", DATA[:-1], DATA + b"!", DATA[::-1]], ids=["empty", "short", "long", "wrong"])
    def test_other_bytes_than_promised_are_refused_and_leave_the_old_version(
        self, uploads: Uploads, objects: Objects, store: Store, body: bytes
    ) -> None:
        old = self.put(uploads, b"old bytes")
        version = self.begin(uploads)
        assert send(uploads.put_url(version, now=NOW), body).status_code in {400, 403, 413}
        assert store.head(version.key) is None
        with pytest.raises(NotYetError):
            uploads.complete(P, version.version_id, now=NOW)
        assert objects.current(P, "a.fa") == old

    def test_a_promised_md5_is_checked_and_the_sha256_found_out(self, uploads: Uploads, store: Store) -> None:
        version = self.begin(uploads, sha256=None, md5=md5(DATA))
        put = uploads.put_url(version, now=NOW)
        assert send(put, DATA[::-1]).status_code in {400, 403}
        assert store.head(version.key) is None
        assert send(put, DATA).status_code == 200
        assert uploads.complete(P, version.version_id, now=NOW).sha256 == sha256(DATA)

    def test_bytes_that_somebody_laid_into_the_store_are_proven_too(self, uploads: Uploads, store: Store) -> None:
        version = self.begin(uploads, sha256=None, md5=md5(DATA))
        store.put(version.key, DATA[::-1])
        with pytest.raises(BadSourceError, match="MD5"):
            uploads.complete(P, version.version_id, now=NOW)
        assert store.head(version.key) is None
        with pytest.raises(EndedError, match="failed"):
            uploads.complete(P, version.version_id, now=NOW)

    def test_a_promise_without_any_hash_is_refused(self, uploads: Uploads) -> None:
        with pytest.raises(BadInputError, match="promise the sha256 or the MD5"):
            self.begin(uploads, sha256=None)

    def test_sending_again_by_the_same_url_changes_nothing(self, uploads: Uploads, objects: Objects) -> None:
        version = self.begin(uploads)
        put = uploads.put_url(version, now=NOW)
        assert send(put, DATA).status_code == 200
        assert send(put, DATA).status_code == 412
        stored = uploads.complete(P, version.version_id, now=NOW)
        before = objects.store.head(stored.key)
        assert send(put, DATA).status_code == 412
        assert send(put, DATA[::-1]).status_code in {400, 403, 412}
        assert objects.store.head(stored.key) == before

    def test_an_empty_file_is_an_object(self, uploads: Uploads, objects: Objects) -> None:
        assert read(objects, self.put(uploads, b"")) == b""

    def test_a_url_is_given_again_while_the_upload_is_pending_and_not_afterwards(self, uploads: Uploads) -> None:
        version = self.begin(uploads)
        assert send(uploads.put_url(version, now=NOW), DATA[::-1]).status_code != 200
        assert send(uploads.put_url(version, now=NOW + timedelta(hours=20)), DATA).status_code == 200
        uploads.complete(P, version.version_id, now=NOW)
        with pytest.raises(EndedError, match="stored"):
            uploads.put_url(version, now=NOW)

    # versions

    def test_a_second_upload_is_a_new_version_and_the_first_stays(self, uploads: Uploads, objects: Objects) -> None:
        first, second = self.put(uploads, b"1"), self.put(uploads, b"22")
        assert objects.current(P, "a.fa") == second
        assert objects.versions(P, "a.fa") == [second, first]
        assert read(objects, objects.pin(P, version_id=first.version_id)) == b"1"

    def test_the_version_announced_last_is_current_whichever_was_begun_first(
        self, uploads: Uploads, objects: Objects
    ) -> None:
        first = self.begin(uploads, b"1")
        second = self.put(uploads, b"2")
        send(uploads.put_url(first, now=NOW), b"1")
        assert objects.current(P, "a.fa") == second
        uploads.complete(P, first.version_id, now=NOW)
        assert objects.current(P, "a.fa").version_id == first.version_id

    def test_of_many_uploads_of_one_name_at_once_every_one_survives(self, uploads: Uploads, objects: Objects) -> None:
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda number: self.put(uploads, b"%d" % number), range(24)))
        kept = objects.versions(P, "a.fa")
        assert {each.version_id for each in kept} == {each.version_id for each in made}
        assert {read(objects, each) for each in kept} == {b"%d" % number for number in range(24)}
        assert objects.current(P, "a.fa") == kept[0]

    def test_names_that_begin_alike_or_are_folders_of_others_live_side_by_side(
        self, uploads: Uploads, objects: Objects
    ) -> None:
        names = ["a", "a/b", "a/b/c", "a-b", "b"]
        made = [self.put(uploads, name.encode(), name) for name in names]
        nested = self.put(uploads, b"nested", f"a/{made[0].version_id}")
        assert [each.name for each in objects.list(P)] == sorted([*names, nested.name])
        assert [each.name for each in objects.list(P, prefix="a/b")] == ["a/b", "a/b/c"]
        assert [read(objects, each) for each in made] == [name.encode() for name in names]

    def test_a_name_that_looks_like_another_is_refused_while_the_other_is_there(
        self, uploads: Uploads, objects: Objects
    ) -> None:
        stored = self.put(uploads, name="Sample.fa")
        with pytest.raises(TakenError, match=r"Sample\.fa"):
            self.begin(uploads, name="s\u0430mple.FA")
        objects.purge(P, stored.version_id, by="ann")
        reap(uploads._database, uploads._store, NOW)
        self.begin(uploads, name="s\u0430mple.FA")

    def test_a_listing_is_paged_by_name(self, uploads: Uploads, objects: Objects) -> None:
        names = [f"{number:02}.fa" for number in range(7)] + ["é.fa", "日本.fa"]
        for name in names:
            self.put(uploads, b"x", name)
        found: list[str] = []
        while page := objects.list(P, after=found[-1] if found else "", limit=2):
            found += [each.name for each in page]
        assert found == names

    def test_what_a_job_pins_stays_the_same_whatever_comes_after(self, uploads: Uploads, objects: Objects) -> None:
        pinned = objects.pin(P, "a.fa") if objects.list(P) else self.put(uploads, b"pinned")
        self.put(uploads, b"newer")
        objects.delete(P, "a.fa", by="ann", now=NOW)
        again = objects.pin(P, version_id=pinned.version_id)
        assert (again.key, read(objects, again)) == (pinned.key, b"pinned")

    def test_only_stored_versions_can_be_pinned(self, uploads: Uploads, objects: Objects) -> None:
        version = self.begin(uploads)
        with pytest.raises(NotYetError):
            objects.pin(P, version_id=version.version_id)
        with pytest.raises(AbsentError):
            objects.pin(P, "a.fa")
        uploads.abort(P, version.version_id)
        with pytest.raises(EndedError):
            objects.pin(P, version_id=version.version_id)

    def test_a_version_of_another_project_is_not_there(self, uploads: Uploads, objects: Objects) -> None:
        version = self.put(uploads)
        for project in ("beta", "nobody"):
            for ask in (objects.version, uploads.complete, uploads.abort, objects.purge):
                more: dict[str, object] = {uploads.complete: {"now": NOW}, objects.purge: {"by": "eve"}}.get(ask, {})  # type: ignore[dict-item]
                with pytest.raises(AbsentError):
                    ask(project, version.version_id, **more)  # type: ignore[operator]
        for wrong in ("", "x", version.version_id.upper(), "00000000-0000-7000-8000-000000000000"):
            with pytest.raises(AbsentError):
                objects.version(P, wrong)

    # deleting

    def test_a_deleted_object_is_hidden_keeps_its_versions_and_comes_back(
        self, uploads: Uploads, objects: Objects
    ) -> None:
        version = self.put(uploads)
        for _ in range(2):
            assert objects.delete(P, "a.fa", by="ann", now=NOW) == version
        assert objects.list(P) == []
        assert objects.list(P, deleted=True) == [version]
        with pytest.raises(AbsentError):
            objects.current(P, "a.fa")
        assert objects.restore(P, "a.fa") == version
        assert objects.current(P, "a.fa") == version

    def test_an_older_version_can_be_made_current_again(self, uploads: Uploads, objects: Objects) -> None:
        first, second = self.put(uploads, b"1"), self.put(uploads, b"2")
        assert objects.restore(P, "a.fa", version_id=first.version_id) == first
        assert objects.current(P, "a.fa") == first
        assert objects.versions(P, "a.fa")[0] == second
        other = self.put(uploads, b"3", "b.fa")
        with pytest.raises(BadInputError, match="no stored version of it"):
            objects.restore(P, "a.fa", version_id=other.version_id)

    def test_an_upload_over_a_deleted_object_is_there_again(self, uploads: Uploads, objects: Objects) -> None:
        self.put(uploads, b"1")
        objects.delete(P, "a.fa", by="ann", now=NOW)
        assert self.put(uploads, b"2") == objects.current(P, "a.fa")

    def test_a_purged_version_is_gone_its_room_is_free_and_the_one_before_is_current(
        self, uploads: Uploads, objects: Objects, warehouse: Warehouse
    ) -> None:
        first, second = self.put(uploads, b"1"), self.put(uploads, b"22")
        for _ in range(2):
            assert objects.purge(P, second.version_id, by="ann").state is State.PURGED
        assert objects.store.head(second.key) is None
        assert (objects.current(P, "a.fa"), self.used(warehouse)) == (first, 1)
        objects.purge(P, first.version_id, by="ann")
        assert objects.list(P) == []
        with pytest.raises(AbsentError):
            objects.restore(P, "a.fa")
        with pytest.raises(EndedError, match="purged"):
            objects.pin(P, version_id=first.version_id)

    # room

    def test_room_is_taken_with_the_request_and_freed_when_the_upload_ends(
        self, uploads: Uploads, warehouse: Warehouse
    ) -> None:
        version = self.begin(uploads, b"x" * 1000)
        assert self.used(warehouse) == 1000
        for _ in range(2):
            assert uploads.abort(P, version.version_id).state is State.ABORTED
        assert self.used(warehouse) == 0

    def test_two_requests_cannot_both_take_the_last_bytes(self, uploads: Uploads, warehouse: Warehouse) -> None:
        with warehouse.transaction() as connection:
            connection.execute("INSERT INTO objects.projects VALUES (%s, 95, 0, '[]')", [P])

        def take(number: int) -> bool:
            try:
                self.begin(uploads, b"%010d" % number, f"{number}.fa")
            except QuotaError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(take, range(24))) == 9
        assert self.used(warehouse) == 90

    def test_a_project_without_room_is_told_how_much_there_is(self, uploads: Uploads) -> None:
        for number in range(2):
            uploads.create(P, f"{number}", Promise(50 * MIB, "0" * 64), by="ann", now=NOW)
        with pytest.raises(QuotaError, match=f"room for 0 more bytes of its {100 * MIB}"):
            self.begin(uploads)
        with pytest.raises(QuotaError, match="that one object may have"):
            uploads.create(P, "c", Promise(50 * MIB + 1, "0" * 64), by="ann", now=NOW)

    def test_a_project_takes_the_endings_it_names(self, uploads: Uploads, warehouse: Warehouse) -> None:
        with warehouse.transaction() as connection:
            connection.execute("INSERT INTO objects.projects VALUES (%s, NULL, 0, %s)", [P, '[".vcf.gz"]'])
        self.begin(uploads, name="a.VCF.gz")
        with pytest.raises(BadInputError, match=r"takes \.vcf\.gz only"):
            self.begin(uploads, name="a.exe")

    def test_only_so_many_uploads_are_under_way_at_once(self, warehouse: Warehouse, store: Store) -> None:
        few = Uploads(warehouse, store, UploadLimits(MIB, MIB, 2, LIFETIME))
        for name in ("a", "b"):
            self.begin(few, name=name)
        with pytest.raises(QuotaError, match="2 uploads under way"):
            self.begin(few, name="c")

    # parts

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
        token = uploads._begin(version)
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

    # reaping

    def test_abandoned_uploads_expire_and_leave_nothing_while_nothing_stored_is_touched(
        self, uploads: Uploads, objects: Objects, store: Store, warehouse: Warehouse
    ) -> None:
        stored = self.put(uploads, b"kept", "kept.fa")
        sent = self.begin(uploads, name="sent but never announced")
        send(uploads.put_url(sent, now=NOW), DATA)
        data = b"x" * (6 * MIB)
        parts = self.begin_parts(uploads, data)
        self.send_parts(uploads, parts, data, 1)
        assert reap(warehouse, store, NOW + LIFETIME - timedelta(seconds=1)).expired == 0
        report = reap(warehouse, store, NOW + LIFETIME + GRACE)
        assert (report.expired, report.freed_bytes) == (2, len(DATA) + len(data))
        assert report.cleaned == 2
        assert [item.key for item in store.list()] == [stored.key]
        assert list(store.parts.under_way()) == []
        assert self.used(warehouse) == 4
        assert read(objects, stored) == b"kept"
        with pytest.raises(EndedError, match="expired"):
            uploads.complete(P, sent.version_id, now=NOW)
        again = reap(warehouse, store, NOW + 2 * LIFETIME)
        assert (again.expired, again.cleaned, again.orphans) == (0, 0, 0)

    def test_an_upload_that_somebody_goes_on_with_does_not_expire(self, uploads: Uploads, warehouse: Warehouse) -> None:
        version = self.begin(uploads)
        later = NOW + LIFETIME - timedelta(minutes=1)
        put = uploads.put_url(version, now=later)
        assert reap(warehouse, uploads._store, NOW + LIFETIME).expired == 0
        assert send(put, DATA).status_code == 200
        assert uploads.complete(P, version.version_id, now=later).state is State.STORED

    def test_bytes_that_come_in_after_the_end_are_removed_once_no_url_is_out(
        self, uploads: Uploads, store: Store, warehouse: Warehouse
    ) -> None:
        version = self.begin(uploads)
        put = uploads.put_url(version, now=NOW)
        uploads.abort(P, version.version_id)
        assert send(put, DATA).status_code == 200
        assert reap(warehouse, store, NOW + timedelta(minutes=30)).cleaned == 0
        assert reap(warehouse, store, NOW + timedelta(hours=2)).cleaned == 1
        assert list(store.list()) == []

    def test_parts_that_belong_to_no_pending_upload_are_aborted_and_strangers_left_alone(
        self, uploads: Uploads, store: Store, warehouse: Warehouse
    ) -> None:
        data = b"x" * (6 * MIB)
        ended, pending = self.begin_parts(uploads, data), self.begin_parts(uploads, data)
        for version in (ended, pending):
            self.send_parts(uploads, version, data, 1)
        token = uploads._begin(ended)
        uploads.abort(P, ended.version_id)
        stranger = pending.version_id.replace(pending.version_id[:4], "0000", 1)
        for version_id in (ended.version_id, stranger):
            key = f"projects/{P}/{version_id}/big.fa"
            begun = store.parts.begin(key)
            [url] = [store.parts.sign(key, begun, promise_of(pending, data, 1), expires_s=60)]
            headers = store.parts.headers(promise_of(pending, data, 1))
            assert httpx.put(url, content=part_of(pending, data, 1), headers=headers).status_code == 200
        assert token
        report = reap(warehouse, store, NOW)
        assert (report.orphans, report.strangers) == (1, 1)
        assert [part.number for part in uploads.parts(pending)] == [1]

    # writers of our own

    def test_our_own_writers_add_versions_by_the_same_rules(
        self, uploads: Uploads, objects: Objects, warehouse: Warehouse
    ) -> None:
        version = uploads.add(P, "result.json", io.BytesIO(b"[]"), by="job", now=NOW)
        assert objects.current(P, "result.json") == version
        assert (read(objects, version), self.used(warehouse)) == (b"[]", 2)
        with pytest.raises(BadInputError):
            uploads.add(P, "../x", io.BytesIO(b"[]"), by="job", now=NOW)
        with pytest.raises(QuotaError):
            uploads.add(P, "big", io.BytesIO(b"x" * (51 * MIB)), by="job", now=NOW)
