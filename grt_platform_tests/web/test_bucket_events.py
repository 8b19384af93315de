"""Announcements by buckets: forged, repeated, out of order, early; and the real webhook of SeaweedFS."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from grt_platform.adapters.accounts.projects import create_project
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.uploads import Uploads
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.kernel.versions import ObjectVersion, Promise, State
from grt_platform.web.app import create_app
from grt_platform_tests.fixtures.postgres import free_port
from grt_platform_tests.fixtures.seaweed import Seaweed, running_seaweed
from grt_platform_tests.fixtures.web import serving, settings_of

pytestmark = pytest.mark.service
SECRET = "a secret of bucket notifications"
BEARER = {"Authorization": f"Bearer {SECRET}"}
DATA = b"a genome"
NOW = datetime.now(UTC)
WEBHOOK = """
[notification.webhook]
enabled = true
endpoint = "http://127.0.0.1:{port}/objects/events"
bearer_token = "{secret}"
path_prefixes = ["/buckets/"]
"""


@dataclass(frozen=True)
class S3Web:
    """The web door over a raw store in S3."""

    url: str
    bucket: str
    prefix: str
    uploads: Uploads
    objects: Objects

    def begin(self, data: bytes = DATA) -> ObjectVersion:
        promise = Promise(len(data), hashlib.sha256(data).hexdigest())
        return self.uploads.create("alpha", "a b+é.fa", promise, by="ann", now=NOW)

    def put(self, version: ObjectVersion) -> None:
        signed = self.uploads.put_url(version, now=NOW)
        assert httpx.put(signed.url, content=DATA, headers=signed.headers).status_code == 200

    def event(self, version: ObjectVersion, **more: str) -> dict[str, Any]:
        key = httpx.URL("http://x", params={"k": f"{self.prefix}{version.key}"}).query.decode()[2:]
        thing = {"key": key, "sequencer": "01", **more}
        return {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": self.bucket}, "object": thing}}

    def tell(self, *records: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
        body = json.dumps({"Records": records})
        return httpx.post(f"{self.url}/objects/events", content=body, headers=BEARER if headers is None else headers)

    def state(self, version: ObjectVersion) -> State:
        return self.objects.version("alpha", version.version_id).state


def served(seaweed: Seaweed, port: int, home: Path, warehouse: Warehouse, warehouse_url: str) -> Iterator[S3Web]:
    place = seaweed.place()
    others = {"raw_url": place.url, "objects_events_secret": SECRET, **place.settings}
    create_project(warehouse, "alpha", "", KEY_USER_ID, NOW)
    with settings_of(home, warehouse_url, **others):
        app = create_app()
        with serving(app, port) as url:
            prefix = place.url.removeprefix(f"s3://{seaweed.bucket}/") + "/"
            yield S3Web(url, seaweed.bucket, prefix, app.state.uploads, app.state.objects)


@pytest.fixture
def web(seaweed: Seaweed, tmp_path: Path, warehouse: Warehouse, warehouse_url: str) -> Iterator[S3Web]:
    yield from served(seaweed, free_port(), tmp_path, warehouse, warehouse_url)


def test_an_event_announces_an_upload_once_and_a_repeated_one_is_known(web: S3Web) -> None:
    version = web.begin()
    web.put(version)
    assert web.tell(web.event(version)).json() == {"stored": 1}
    assert web.state(version) is State.STORED
    assert web.tell(web.event(version), web.event(version, sequencer="02")).json() == {"duplicate": 1, "stored": 1}
    assert web.uploads.complete("alpha", version.version_id, now=NOW) == web.objects.current("alpha", version.name)


def test_an_event_before_the_bytes_changes_nothing_and_the_same_event_works_afterwards(web: S3Web) -> None:
    version = web.begin()
    assert web.tell(web.event(version)).json() == {"refused": 1}
    web.put(version)
    assert web.tell(web.event(version)).json() == {"stored": 1}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {SECRET}"},
        {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), b"another body", "sha256").hexdigest()},
    ],
    ids=str,
)
def test_a_forged_event_is_refused_and_nothing_is_looked_at(web: S3Web, headers: dict[str, str]) -> None:
    version = web.begin()
    web.put(version)
    assert web.tell(web.event(version), headers=headers).status_code == 401
    assert web.state(version) is State.PENDING


def test_a_signature_over_the_body_is_as_good_as_the_secret(web: S3Web) -> None:
    version = web.begin()
    web.put(version)
    body = json.dumps({"Records": [web.event(version)]})
    signature = "sha256=" + hmac.new(SECRET.encode(), body.encode(), "sha256").hexdigest()
    answer = httpx.post(f"{web.url}/objects/events", content=body, headers={"X-Hub-Signature-256": signature})
    assert answer.json() == {"stored": 1}


def test_events_of_other_buckets_places_and_versions_are_passed_over_and_good_ones_beside_them_taken(
    web: S3Web,
) -> None:
    version = web.begin()
    web.put(version)
    other = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}, "object": {"key": "x", "eTag": "e"}}}
    strange = web.event(version)
    strange["s3"]["object"]["key"] += "x"
    unknown = web.event(version)
    unknown["s3"]["object"]["key"] = unknown["s3"]["object"]["key"].replace(version.version_id[:4], "0000")
    answer = web.tell(other, strange, unknown, web.event(version, eTag="\0", sequencer="\0"), web.event(version))
    assert answer.json() == {"foreign": 3, "refused": 1, "stored": 1}


def test_the_test_event_of_s3_is_taken_and_nonsense_is_a_problem(web: S3Web) -> None:
    url = f"{web.url}/objects/events"
    assert httpx.post(url, json={"Service": "Amazon S3", "Event": "s3:TestEvent"}, headers=BEARER).json() == {}
    for body in (b"", b"[]", b"x" * 2_000_000):
        assert httpx.post(url, content=body, headers=BEARER).status_code in {400, 413}


def test_the_real_webhook_of_seaweedfs_announces_an_upload(
    tmp_path: Path, warehouse: Warehouse, warehouse_url: str
) -> None:
    port = free_port()
    (tmp_path / "weed").mkdir()
    with running_seaweed(tmp_path / "weed", WEBHOOK.format(port=port, secret=SECRET)) as seaweed:
        for web in served(seaweed, port, tmp_path / "home", warehouse, warehouse_url):
            version = web.begin()
            web.put(version)
            deadline = time.monotonic() + 30
            while web.state(version) is State.PENDING and time.monotonic() < deadline:
                time.sleep(0.05)
            assert web.objects.current("alpha", version.name).version_id == version.version_id
