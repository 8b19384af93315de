"""What uploads in one PUT, their room and our own writers keep in every kind of store, a suite for each kind."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from grt_platform.adapters.objects import Objects
from grt_platform.adapters.store import Store
from grt_platform.adapters.upload_limits import UploadLimits
from grt_platform.adapters.uploads import Uploads
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.kernel.versions import EndedError, NotYetError, Promise, QuotaError, State
from grt_platform_tests.adapters.uploads_suite import DATA, LIFETIME, MIB, NOW, P, UploadsSuite, md5, read, send, sha256


class UploadsContract(UploadsSuite):
    """Uploads of one PUT."""

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
