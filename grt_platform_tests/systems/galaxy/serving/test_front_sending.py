"""How uploads to the stable front come: cut off, slow, in pieces, large, many at once."""

import hashlib
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.galaxy.serving.client import (
    GOOD,
    GalaxyClient,
    archive_of,
    eventually,
    folder_of,
    metadata_of,
    post,
)


def raw_upload(galaxy: GalaxyClient, live_web: LiveWeb, length: int, body: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", live_web.port), timeout=20)
    head = (
        f"POST /galaxy/api/v2/upload HTTP/1.1\r\nHost: x\r\nAuthorization: {galaxy.headers['AUTHORIZATION']}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def part_head(name: str) -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()


def form_of(parts: dict[str, bytes]) -> bytes:
    return b"".join(part_head(name) + content + b"\r\n" for name, content in parts.items())


def form() -> bytes:
    archive = archive_of()
    parts = {"identifier": b"1700000000.25", "meta": metadata_of(archive), "data": archive}
    return form_of(parts) + b"--x--\r\n"


def test_an_upload_cut_off_half_way_leaves_nothing(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    body = form()
    with raw_upload(galaxy, live_web, len(body), body[: len(body) // 2]):
        assert eventually(lambda: any(name.startswith("incoming/") for name in live_web.stored()))
    assert eventually(lambda: live_web.stored() == [])
    assert galaxy.whoami().json()["uploaded_reports"] == []


def test_a_content_length_that_is_too_small_cuts_the_form_off(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    body = form()
    with raw_upload(galaxy, live_web, len(body) - 200, body) as connection:
        assert b" 400 " in connection.recv(1000).split(b"\r\n")[0]
    assert live_web.stored() == []


def test_an_upload_that_stalls_is_ended(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    live_web.set("GRT_WEB_IDLE_S", "0.3")
    body = form()
    with raw_upload(galaxy, live_web, len(body) + 1000, body[:-20]) as connection:
        assert b" 408 " in connection.recv(1000).split(b"\r\n")[0]
    assert live_web.stored() == []


def test_an_upload_in_very_small_pieces_arrives_whole(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    body = form()
    with raw_upload(galaxy, live_web, len(body), b"") as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(body), 7):
            connection.sendall(body[at : at + 7])
        assert b" 200 " in connection.recv(1000).split(b"\r\n")[0]
    assert galaxy.whoami().json()["uploaded_reports"] == ["1700000000.25"]


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is measured with /proc")
def test_an_upload_of_300_mb_takes_no_memory_of_its_size(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    piece, pieces = bytes(1 << 20), 300
    digest = hashlib.sha256()
    for _ in range(pieces):
        digest.update(piece)
    metadata = metadata_of(b"", report_hash=f"sha256:{digest.hexdigest()}")
    head = form_of({"identifier": b"1.0", "meta": metadata}) + part_head("data")
    length = len(head) + pieces * len(piece) + len(b"\r\n--x--\r\n")
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_bytes()
    with raw_upload(galaxy, live_web, length, head) as connection:
        for _ in range(pieces):
            connection.sendall(piece)
        connection.sendall(b"\r\n--x--\r\n")
        assert b" 200 " in connection.recv(1000).split(b"\r\n")[0]
    assert peak_bytes() - before < 32 << 20
    stored = live_web.home / folder_of(galaxy) / "1.0.tar.gz"
    assert stored.stat().st_size == pieces * len(piece)


def peak_bytes() -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def test_of_many_equal_uploads_at_once_one_is_stored_and_all_succeed(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    galaxy.make_report("1.0")
    with ThreadPoolExecutor(8) as pool:
        answers = [answer.json() for answer in pool.map(galaxy.send, ["1.0"] * 8)]
    assert sorted(answer["is_new"] for answer in answers) == [False] * 7 + [True]
    assert {answer["report"] for answer in answers} == {"1.0"}
    assert live_web.stored() == [f"{folder_of(galaxy)}/1.0.json", f"{folder_of(galaxy)}/1.0.tar.gz"]


def test_of_many_different_uploads_of_one_name_at_once_each_is_stored_whole(
    live_web: LiveWeb, galaxy: GalaxyClient
) -> None:
    archives = [archive_of(f"{number}\tcat\t1.0\tok\t2024-01-01 00:00:00\n") for number in range(1, 7)]
    barrier = threading.Barrier(len(archives))

    def send(archive: bytes) -> str:
        barrier.wait()
        files = {**GOOD, "meta": ("m", metadata_of(archive)), "data": ("d", archive)}
        return str(post(galaxy, files).json()["report"])

    with ThreadPoolExecutor(len(archives)) as pool:
        names = list(pool.map(send, archives))
    folder = live_web.home / folder_of(galaxy)
    assert len(set(names)) == len(archives)
    for name, archive in zip(names, archives, strict=True):
        assert (folder / f"{name}.tar.gz").read_bytes() == archive
        assert (folder / f"{name}.json").read_bytes() == metadata_of(archive)
