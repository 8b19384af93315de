"""What is particular to S3: markers, abandoned uploads, servers that fail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from unittest.mock import Mock

import httpx
import obstore
import pytest

from grt_platform.adapters import s3_store
from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import UnavailableError
from grt_platform_tests.fixtures.faults import ahead
from grt_platform_tests.fixtures.places import Place
from grt_platform_tests.fixtures.seaweed import Seaweed

pytestmark = pytest.mark.service


@pytest.fixture
def place(seaweed: Seaweed) -> Place:
    return seaweed.place()


@pytest.fixture
def store(place: Place) -> Store:
    return place.store()


def test_nothing_lies_on_this_machine(store: Store) -> None:
    assert store.local_path("a") is None


def test_an_object_that_is_read_whole_is_one_request(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(256)) * 12_000
    store.put("a", data)
    get = Mock(side_effect=obstore.get)
    monkeypatch.setattr(obstore, "get", get)
    with store.open("a") as stream:
        assert stream.read() == data
        stream.seek(len(data) - 5)
        assert [stream.read(), stream.read()] == [data[-5:], b""]
    assert get.call_count <= 2


def test_signed_urls_carry_the_public_address_and_hold_there(place: Place) -> None:
    public = place.settings["s3_endpoint"].replace("127.0.0.1", "localhost")
    store = Place(place.url, {**place.settings, "s3_public_endpoint": public}).store()
    store.put("a", b"x")
    url = store.sign("GET", "a", expires_s=60)
    assert url.startswith(f"{public}/")
    assert httpx.get(url).content == b"x"
    assert httpx.get(url.replace("localhost", "127.0.0.1")).status_code == 403  # the signature covers the name


SAID = """
from grt_platform.kernel.errors import UnavailableError
for act in (lambda: store.read("a"), lambda: store.put("b", b"2"), lambda: store.head("a"), lambda: list(store.list())):
    try:
        act()
        print("done")
    except UnavailableError as error:
        print(error)
"""


@pytest.mark.parametrize("minutes", [-20, -10, 10, 20])
def test_a_clock_ten_minutes_off_is_borne_and_one_that_is_twenty_off_is_told_of(place: Place, minutes: int) -> None:
    place.store().put("a", b"1")
    process = place.run(SAID, **ahead(60 * minutes))
    said, _ = process.communicate()
    assert process.returncode == 0
    for line in said.splitlines():
        assert line == "done" if abs(minutes) < 15 else "clock of this machine" in line


def test_the_marker_of_an_empty_folder_is_no_object(store: Store, place: Place, seaweed: Seaweed) -> None:
    prefix = place.url.removeprefix(f"s3://{seaweed.bucket}/")
    seaweed.client().put_object(Bucket=seaweed.bucket, Key=f"{prefix}/folder/", Body=b"")
    store.put("empty", b"")
    assert [item.key for item in store.list()] == ["empty"]


def test_uploads_of_killed_writers_go_when_they_are_old(
    place: Place, seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = place.url.removeprefix(f"s3://{seaweed.bucket}/")
    client = seaweed.client()
    client.create_multipart_upload(Bucket=seaweed.bucket, Key=f"{prefix}/left")

    def write() -> int:
        with place.store().writer("a") as file:
            file.write(b"")
        return len(client.list_multipart_uploads(Bucket=seaweed.bucket, Prefix=prefix).get("Uploads", []))

    assert write() == 1
    monkeypatch.setattr(s3_store, "_STALE", timedelta(seconds=-60))
    assert write() == 0


@pytest.mark.parametrize(
    ("url", "change", "reason"),
    [
        ("s3://no-such-bucket/p", {}, "the bucket does not exist"),
        ("s3://grt/p", {"s3_secret_key": "wrong"}, "refuses these credentials"),
        ("s3://grt/p", {"s3_access_key": "wrong"}, "refuses these credentials"),
        ("s3://grt/p", {"s3_endpoint": "http://127.0.0.1:9"}, "GRT_S3_ENDPOINT"),
    ],
)
def test_a_server_that_cannot_serve_is_told_with_the_remedy(
    place: Place, tmp_path: Path, url: str, change: dict[str, str], reason: str
) -> None:
    store = Place(url, {**place.settings, **change}).store()
    (tmp_path / "file").write_bytes(b"")
    members: list[Callable[[], object]] = [
        store.ask,
        lambda: list(store.list()),
        lambda: store.read("a"),
        lambda: store.put("a", b""),
        lambda: store.put_file("a", tmp_path / "file"),
        lambda: store.delete_prefix("a"),
    ]
    for member in members:
        with pytest.raises(UnavailableError, match=reason):
            member()


def test_credentials_that_may_not_even_look_are_told(place: Place) -> None:
    store = Place(place.url, {**place.settings, "s3_secret_key": "wrong"}).store()
    with pytest.raises(UnavailableError, match="refuses these credentials"):
        store.head("a")


def test_a_failing_server_is_asked_again_a_few_times_only(place: Place) -> None:
    with failing_server() as (address, requests):
        store = Place(place.url, {**place.settings, "s3_endpoint": address}).store()
        with pytest.raises(UnavailableError, match="then try again"):
            store.read("a")
        with pytest.raises(UnavailableError, match="then try again"):
            store.delete_prefix("a")
    assert 4 <= len(requests) <= 10


@contextmanager
def failing_server() -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything with 503; its address and the requests it got."""
    requests: list[str] = []

    class Failing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Failing) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", requests
        server.shutdown()
        thread.join()
