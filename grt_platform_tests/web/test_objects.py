"""Signed URLs of folder stores through a real web server: ranges, hostile bodies, broken connections."""

import hashlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from grt_platform.adapters.keys import HIDDEN
from grt_platform.adapters.signing import Grant, sign_url
from grt_platform.adapters.store import Store
from grt_platform_tests.fixtures.places import Place, served_folder


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with served_folder(tmp_path / "store") as place:
        yield place


@pytest.fixture
def store(place: Place) -> Store:
    return place.store()


@pytest.fixture
def url(store: Store) -> str:
    """An object of the ten digits, signed for GET."""
    store.put("a/digits", b"0123456789")
    return store.sign("GET", "a/digits", expires_s=60)


def assert_problem(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert words in answer.json()["detail"]


def test_a_download_is_never_run_by_a_browser(store: Store) -> None:
    store.put("a/é.html", b"<script>alert(1)</script>")
    answer = httpx.get(store.sign("GET", "a/é.html", expires_s=60))
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A9.html"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_head_tells_what_get_would_send(url: str) -> None:
    head, get = httpx.head(url), httpx.get(url)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Length", "ETag", "Last-Modified", "Accept-Ranges", "Content-Type"):
        assert head.headers[name] == get.headers[name]
    assert httpx.head(url, headers={"Range": "bytes=1-3"}).headers["Content-Length"] == "3"


@pytest.mark.parametrize(("header", "body"), [("bytes=0-0", b"0"), ("bytes=-2", b"89"), ("bytes=8-99", b"89")])
def test_a_range_is_sent_as_partial_content(url: str, header: str, body: bytes) -> None:
    answer = httpx.get(url, headers={"Range": header})
    assert (answer.status_code, answer.content) == (206, body)
    assert answer.headers["Content-Length"] == str(len(body))


def test_a_range_behind_the_end_is_a_problem_that_tells_the_size(url: str) -> None:
    answer = httpx.get(url, headers={"Range": "bytes=10-"})
    assert_problem(answer, 416, "10 bytes")
    assert answer.headers["Content-Range"] == "bytes */10"


def test_several_ranges_at_once_are_answered_with_the_whole(url: str) -> None:
    answer = httpx.get(url, headers={"Range": "bytes=0-1,4-5"})
    assert (answer.status_code, answer.content) == (200, b"0123456789")


def test_if_range_sends_the_rest_only_of_the_same_version(store: Store, url: str) -> None:
    etag = httpx.head(url).headers["ETag"]
    headers = {"Range": "bytes=5-", "If-Range": etag}
    assert httpx.get(url, headers=headers).content == b"56789"
    store.put("a/digits", b"abcdefghij")
    answer = httpx.get(url, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"abcdefghij")


def test_a_big_object_is_sent_whole_while_it_is_replaced(store: Store) -> None:
    store.put("big", b"1" * 30_000_000)
    with httpx.stream("GET", store.sign("GET", "big", expires_s=60)) as answer:
        store.put("big", b"2")
        data = answer.read()
    assert len(data) == 30_000_000
    assert set(data) == {ord("1")}


def test_refusals_are_problems(store: Store, url: str) -> None:
    assert_problem(httpx.get(url + "0"), 403, "signature does not fit")
    assert_problem(httpx.get(url.replace("/raw/", "/lake/")), 404, "no store 'lake'")
    assert_problem(httpx.get(store.sign("GET", "a", expires_s=60)), 404, "is not there")
    assert_problem(httpx.put(url, content=b""), 403, "not signed for PUT")
    assert_problem(httpx.delete(url), 405, "DELETE")


def test_a_path_that_leaves_the_store_is_refused_even_when_it_is_signed(place: Place, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"of others")
    for key in ("../secret", "a/../../secret", str(tmp_path / "secret"), f"{HIDDEN}/x"):
        grant = Grant("GET", "raw", key, int(time.time()) + 60)
        signed = sign_url(b"a key of tests", place.settings["web_url"], grant).replace("..", "%2E%2E")
        answer = httpx.get(signed)
        assert answer.status_code in {400, 403, 404}
        assert b"of others" not in answer.content


def test_a_body_that_grows_longer_than_signed_is_stopped_and_leaves_nothing(store: Store, place: Place) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 100_000

    url = store.sign("PUT", "a", expires_s=60, size_bytes=150_000)
    try:
        answer = httpx.put(url, content=endless())
    except httpx.TransportError:
        pass  # the server hung up while we were still sending
    else:
        assert_problem(answer, 413, "")
    assert_nothing_left(store, place)


def test_a_short_or_changed_body_is_a_problem_and_leaves_the_old_object(store: Store, place: Place) -> None:
    store.put("a", b"old")
    digest = hashlib.sha256(b"data").hexdigest()
    url = store.sign("PUT", "a", expires_s=60, size_bytes=4, sha256=digest)
    assert_problem(httpx.put(url, content=iter([b"da", b"t"])), 400, "3 bytes came, 4 were signed")
    assert_problem(httpx.put(url, content=b"DATA"), 400, digest)
    assert store.read("a") == b"old"
    assert list((Path(place.url) / HIDDEN).iterdir()) == []


def test_a_connection_that_breaks_in_mid_upload_leaves_nothing(store: Store, place: Place) -> None:
    parts = urlsplit(store.sign("PUT", "a", expires_s=60))
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n"
        connection.sendall(head.encode() + b"x" * 5_000_000)
    assert_nothing_left(store, place)


def test_an_upload_answers_with_the_etag_of_the_new_object(store: Store) -> None:
    answer = httpx.put(store.sign("PUT", "a", expires_s=60), content=b"1")
    found = store.head("a")
    assert found is not None
    assert answer.headers["ETag"] == f'"{found.etag}"'


def test_an_upload_over_a_folder_is_a_problem(store: Store) -> None:
    store.put("a/b", b"")
    assert_problem(httpx.put(store.sign("PUT", "a", expires_s=60), content=b"1"), 400, "choose another name")


def assert_nothing_left(store: Store, place: Place) -> None:
    """No object, and soon no hidden file either: the server notices a closed connection a moment later."""
    assert list(store.list()) == []
    deadline = time.monotonic() + 5
    while any((Path(place.url) / HIDDEN).glob("*")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
