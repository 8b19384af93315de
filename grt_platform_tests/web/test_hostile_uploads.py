"""Hostile and unlucky senders over HTTP: slow, cut off, killed, replayed, a hundred at once; no secret in logs."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from grt_platform.adapters.keys import HIDDEN
from grt_platform.kernel.identity import Role
from grt_platform.web.logs import configure
from grt_platform_tests.fixtures.postgres import free_port
from grt_platform_tests.fixtures.web import ADMIN_KEY, LiveWeb, Person

MIB = 1 << 20
BIG = b"ACGT" * (2 * MIB)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def ann(live_web: LiveWeb) -> Person:
    return live_web.person("ann", alpha=Role.MANAGE)


def begin(web: LiveWeb, person: Person, data: bytes, name: str = "a.fa") -> dict[str, Any]:
    body = {"name": name, "size_bytes": len(data), "sha256": sha256(data)}
    answer = web.client.post("/projects/alpha/uploads", json=body, headers=person.headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def complete(web: LiveWeb, person: Person, version_id: str) -> httpx.Response:
    return web.client.post(f"/projects/alpha/uploads/{version_id}/complete", headers=person.headers)


@contextmanager
def opened(url: str, size_bytes: int, method: str = "PUT") -> Iterator[socket.socket]:
    """A connection that has sent the head of a request with a body."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=30) as connection:
        head = f"{method} {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nContent-Length: {size_bytes}\r\n\r\n"
        connection.sendall(head.encode())
        yield connection


def left_over(home: Path) -> list[str]:
    """Files in the raw store, hidden ones too, once the server has noticed what happened."""
    deadline = time.monotonic() + 10
    while list((home / "raw" / HIDDEN).glob("*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    return [str(path) for path in (home / "raw").rglob("*") if path.is_file()]


def test_half_a_body_leaves_nothing_and_the_same_url_takes_the_whole(live_web: LiveWeb, ann: Person) -> None:
    made = begin(live_web, ann, BIG)
    with opened(made["put"]["url"], len(BIG)) as connection:
        connection.sendall(BIG[: len(BIG) // 2])
    assert left_over(live_web.home) == []
    assert complete(live_web, ann, made["version_id"]).status_code == 409
    assert httpx.put(made["put"]["url"], content=BIG).status_code == 200
    assert complete(live_web, ann, made["version_id"]).status_code == 200


def test_a_body_that_stands_still_is_ended(live_web: LiveWeb, ann: Person) -> None:
    live_web.set("GRT_WEB_IDLE_S", "0.5")
    made = begin(live_web, ann, BIG)
    with opened(made["put"]["url"], len(BIG)) as connection:
        connection.sendall(BIG[:1000])
        assert connection.recv(100).startswith(b"HTTP/1.1 408")
    assert left_over(live_web.home) == []


def test_a_slow_body_that_keeps_coming_is_taken(live_web: LiveWeb, ann: Person) -> None:
    live_web.set("GRT_WEB_IDLE_S", "1")
    data = b"ACGT" * 1024
    made = begin(live_web, ann, data)
    with opened(made["put"]["url"], len(data)) as connection:
        for start in range(0, len(data), 1024):
            connection.sendall(data[start : start + 1024])
            time.sleep(0.5)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert complete(live_web, ann, made["version_id"]).json()["sha256"] == sha256(data)


def test_a_body_that_trickles_is_ended_however_steadily(live_web: LiveWeb, ann: Person) -> None:
    live_web.set("GRT_WEB_IDLE_S", "1")
    made = begin(live_web, ann, BIG)
    for method, url in (("PUT", made["put"]["url"]), ("POST", f"{live_web.url}/galaxy/api/instances")):
        began = time.monotonic()
        with opened(url, len(BIG), method) as connection:
            while not select([connection], [], [], 0.2)[0]:
                assert time.monotonic() < began + 20
                connection.sendall(b"A")
            assert connection.recv(100).startswith(b"HTTP/1.1 408")
    assert left_over(live_web.home) == []


def test_a_hundred_uploads_at_once_are_a_hundred_objects(live_web: LiveWeb, ann: Person) -> None:
    def upload(number: int) -> int:
        data = f"gene {number}".encode() * 1000
        made = begin(live_web, ann, data, f"{number:03}.fa")
        assert httpx.put(made["put"]["url"], content=data, timeout=120).status_code == 200
        return complete(live_web, ann, made["version_id"]).status_code

    live_web.client.timeout = httpx.Timeout(120)
    with ThreadPoolExecutor(100) as pool:
        assert set(pool.map(upload, range(100))) == {200}
    listed = live_web.client.get("/projects/alpha/objects", headers=ann.headers).json()["items"]
    assert [each["name"] for each in listed] == [f"{number:03}.fa" for number in range(100)]
    assert all(each["sha256"] == sha256(f"gene {n}".encode() * 1000) for n, each in enumerate(listed))


def test_one_url_used_by_many_at_once_stores_one_object(live_web: LiveWeb, ann: Person) -> None:
    made = begin(live_web, ann, BIG)
    with ThreadPoolExecutor(8) as pool:
        told = [
            each.status_code
            for each in pool.map(lambda _: httpx.put(made["put"]["url"], content=BIG, timeout=60), range(8))
        ]
    assert (told.count(200), set(told)) == (1, {200, 412})
    assert complete(live_web, ann, made["version_id"]).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("size=8", "size=9"),
        lambda url: url.replace("new=1", "new=0"),
        lambda url: url.replace("&new=1", ""),
        lambda url: url.replace("sha256=", "sha256=0"),
        lambda url: url.replace("method=PUT", "method=GET"),
        lambda url: url.replace("/alpha/", "/beta/"),
        lambda url: url.replace("/a.fa", "/b.fa"),
        lambda url: url.replace("/alpha/", "/alpha/%2E%2E/alpha/"),
        lambda url: url + "&size=9",
        lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"),
    ],
)
def test_a_url_that_was_touched_is_refused(live_web: LiveWeb, ann: Person, change: Any) -> None:
    made = begin(live_web, ann, b"a genome")
    changed = change(made["put"]["url"])
    assert changed != made["put"]["url"]
    assert httpx.put(changed, content=b"a genome").status_code in {400, 403, 404}
    assert left_over(live_web.home) == []


def test_no_log_line_holds_a_signature_a_token_or_the_query(
    live_web: LiveWeb, ann: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("INFO")
    made = begin(live_web, ann, b"a genome")
    httpx.put(made["put"]["url"], content=b"wrong!!!")
    httpx.put(made["put"]["url"], content=b"a genome")
    complete(live_web, ann, made["version_id"])
    found = live_web.client.get("/projects/alpha/downloads", params={"name": "a.fa"}, headers=ann.headers).json()
    httpx.get(found["url"])
    logged = "".join(capsys.readouterr())
    assert "/objects/raw/projects/alpha/" in logged
    for secret in ("signature", urlsplit(found["url"]).query, ann.token, ADMIN_KEY):
        assert secret not in logged


def test_a_platform_killed_in_mid_upload_has_nothing_half_and_takes_the_file_after_its_restart(
    live_web: LiveWeb, ann: Person, tmp_path: Path
) -> None:
    port = free_port()
    env = {**os.environ, "GRT_WEB_URL": f"http://127.0.0.1:{port}", "GRT_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "uvicorn", "--factory", "grt_platform.web.app:create_app", "--port", str(port)]

    def started() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/")
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            else:
                return process

    base = f"http://127.0.0.1:{port}/projects/alpha"
    process = started()
    try:
        body = {"name": "a.fa", "size_bytes": len(BIG), "sha256": sha256(BIG)}
        made = httpx.post(f"{base}/uploads", json=body, headers=ann.headers, timeout=60).json()
        with opened(made["put"]["url"], len(BIG)) as connection:
            connection.sendall(BIG[: len(BIG) // 2])
            time.sleep(0.2)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        process = started()
        done = f"{base}/uploads/{made['version_id']}/complete"
        assert httpx.post(done, headers=ann.headers, timeout=60).status_code == 409
        assert httpx.get(f"{base}/objects", headers=ann.headers, timeout=60).json()["items"] == []
        assert httpx.put(made["put"]["url"], content=BIG, timeout=60).status_code == 200
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process = started()
        assert httpx.post(done, headers=ann.headers, timeout=60).json()["sha256"] == sha256(BIG)
    finally:
        process.kill()
        process.wait()
