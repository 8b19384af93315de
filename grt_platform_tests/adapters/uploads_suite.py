"""What the suites of uploads and objects share; bytes go over HTTP."""

import hashlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from grt_platform.adapters.accounts.projects import create_project
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.store import Store
from grt_platform.adapters.upload_limits import UploadLimits
from grt_platform.adapters.uploads import SignedPut, Uploads
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.kernel.versions import ObjectVersion, PartPromise, Promise
from grt_platform_tests.fixtures.places import InPlace

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


class UploadsSuite(InPlace):
    """A store, two projects, and what every suite does with them."""

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
