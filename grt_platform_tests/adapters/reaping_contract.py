"""What becomes of uploads that nobody goes on with, in every kind of store, as a suite that each kind inherits."""

from datetime import timedelta

import httpx
import pytest

from grt_platform.adapters.objects import Objects
from grt_platform.adapters.reaping import GRACE, reap
from grt_platform.adapters.store import Store
from grt_platform.adapters.uploads import Uploads
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.versions import EndedError, State
from grt_platform_tests.adapters.uploads_suite import (
    DATA,
    LIFETIME,
    MIB,
    NOW,
    P,
    UploadsSuite,
    part_of,
    promise_of,
    read,
    send,
)


class ReapingContract(UploadsSuite):
    """Reaping."""

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
        token = uploads._under_way.begin(ended)
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
