"""A file becomes a version of an object: hashed, sent in parallel parts, resumed, announced, compared."""

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any

from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.kernel.object_names import object_name
from grt_platform.kernel.versions import State
from grt_platform.serving.objects.progress import Advance, bar
from grt_platform.serving.objects.remembering import Begun, Memory
from grt_platform.serving.objects.retrying import Patience
from grt_platform.serving.remote import RefusedError, Remote

SINGLE_BYTES = 64 << 20
PART_BYTES = 16 << 20
_MOST_PARTS = 10_000
_CHUNK = 1 << 20
_THERE_ALREADY = 412
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class How:
    """How files are sent.

    Attributes:
        part_bytes: Size of parts, larger where there would be too many; files up to `single_bytes` go in one PUT.
        single_bytes: Size up to which a file is not cut.
        at_once: Parts under way at once; so many and one more are in memory.
        is_again: Whether a file that is the current version already is sent nevertheless.
        is_shown: Whether bars are shown.
        patience: How passing faults are borne.
    """

    part_bytes: int = PART_BYTES
    single_bytes: int = SINGLE_BYTES
    at_once: int = 4
    is_again: bool = False
    is_shown: bool = True
    patience: Patience = field(default_factory=Patience)


def upload_file(remote: Remote, project: str, path: Path, name: str = "", how: How | None = None) -> dict[str, Any]:
    """The file's bytes are the current version of the object; returns it as the API tells it.

    Killed at any point, the next call with the same file goes on with the parts that have come.

    Args:
        remote: The platform.
        project: The project.
        path: The file.
        name: The object's name; the file's without it.
        how: How it is sent.

    Raises:
        BadInputError: The name, the project or the room does not allow it, or the file changed meanwhile.
        UnavailableError: The platform did not answer for long; call again to go on.
    """
    sending = _Sending(remote, f"/projects/{project}", path, object_name(name or path.name), how or How())
    memory = Memory(remote.url, project, sending.name, path)
    with path.open("rb") as file, bar(sending.name, path.stat().st_size, is_shown=sending.how.is_shown) as advance:
        stored = sending.run(file, memory, advance)
    memory.forget()
    return stored


class _Sending:
    """One file on its way."""

    def __init__(self, remote: Remote, base: str, path: Path, name: str, how: How) -> None:
        self._remote, self._base, self._path, self.name, self.how = remote, base, path, name, how
        status = path.stat()
        self._size, self._modified_ns = status.st_size, status.st_mtime_ns

    def run(self, file: BufferedReader, memory: Memory, advance: Advance) -> dict[str, Any]:
        """The stored version."""
        current = None if self.how.is_again else self._current()
        sha256 = ""
        if self._size <= self.how.single_bytes or (current and current["size_bytes"] == self._size):
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            if current and current["sha256"] == sha256:
                advance(self._size)
                return current
        upload = self._resumed(memory) or self._begun(memory, sha256)
        sent = self._send_whole if upload["part_bytes"] is None else self._send_parts
        try:
            found = sent(file, upload, advance)
        except RefusedError as error:
            if "file has changed" in str(error):
                self._ask("DELETE", f"/uploads/{upload['version_id']}")
                memory.forget()
            raise
        return self._announced(upload["version_id"], found)

    def _current(self) -> dict[str, Any] | None:
        listed = self._ask("GET", "/objects", prefix=self.name, limit=1)["items"]
        return next((item for item in listed if item["name"] == self.name), None)

    def _resumed(self, memory: Memory) -> dict[str, Any] | None:
        begun = memory.recall()
        if begun is None:
            return None
        try:
            upload: dict[str, Any] = self._ask("GET", f"/uploads/{begun.version_id}")
        except RefusedError:
            return None
        if upload["state"] not in {State.PENDING, State.STORED} or upload["name"] != self.name:
            return None
        return upload

    def _begun(self, memory: Memory, sha256: str) -> dict[str, Any]:
        body: dict[str, Any] = {"name": self.name, "size_bytes": self._size}
        if self._size <= self.how.single_bytes:
            body["sha256"] = sha256
        else:
            least = -(-self._size // _MOST_PARTS)
            body["part_bytes"] = max(self.how.part_bytes, -(-least // _MIB) * _MIB)
        upload: dict[str, Any] = self._ask("POST", "/uploads", body)
        memory.keep(Begun(upload["version_id"], self._size, self._modified_ns))
        return upload

    def _send_whole(self, file: BufferedReader, upload: dict[str, Any], advance: Advance) -> str:
        """Sends a file in one PUT unless its bytes are there; returns its hash."""
        sha256 = str(upload["sha256"])

        def send() -> None:
            signed = self._remote.post(f"{self._base}/uploads/{upload['version_id']}/url")
            advance(-file.tell() if upload.get("is_tried") else 0)
            upload["is_tried"] = True
            file.seek(0)
            self._put(signed, _pieces(file, advance), self._size)

        if upload["state"] == State.PENDING:
            self.how.patience.of(send)
        return sha256

    def _send_parts(self, file: BufferedReader, upload: dict[str, Any], advance: Advance) -> str:
        """Sends the parts that are missing; returns the hash of the whole, all of which was read."""
        here = {part["number"]: part["sha256"] for part in upload["parts"]}
        whole, under_way = hashlib.sha256(), set[Future[None]]()
        file.seek(0)
        with ThreadPoolExecutor(self.how.at_once) as pool:
            for number in range(1, upload["parts_count"] + 1):
                data = file.read(upload["part_bytes"])
                whole.update(data)
                sha256 = hashlib.sha256(data).hexdigest()
                if here.get(number, sha256) != sha256:
                    raise RefusedError(
                        f"{self._path}: the file has changed since its upload began; upload it again", 409
                    )
                if number in here or upload["state"] != State.PENDING:
                    advance(len(data))
                    continue
                under_way.add(pool.submit(self._send_part, upload["version_id"], (number, sha256, data), advance))
                if len(under_way) >= self.how.at_once:
                    under_way = _wait(under_way)
            while under_way:
                under_way = _wait(under_way)
        return whole.hexdigest()

    def _send_part(self, version_id: str, part: tuple[int, str, bytes], advance: Advance) -> None:
        number, sha256, data = part
        promise = [{"number": number, "size_bytes": len(data), "sha256": sha256}]

        def send() -> None:
            [signed] = self._remote.post(f"{self._base}/uploads/{version_id}/parts", promise)
            self._put(signed, data, len(data))

        self.how.patience.of(send)
        advance(len(data))

    def _put(self, signed: dict[str, Any], content: Iterator[bytes] | bytes, size_bytes: int) -> None:
        try:
            self._remote.send(signed["url"], content, {**signed["headers"], "Content-Length": str(size_bytes)})
        except RefusedError as error:
            if error.status != _THERE_ALREADY:  # an earlier try came through and only its answer was lost
                raise

    def _announced(self, version_id: str, sha256: str) -> dict[str, Any]:
        while True:
            version: dict[str, Any] = self._ask("POST", f"/uploads/{version_id}/complete", {"sha256": sha256})
            if version["state"] != State.PENDING:
                break
            time.sleep(1)
        if version["sha256"] != sha256:
            raise BadSourceError(
                f"the platform stored sha256 {version['sha256']}, the file has {sha256}", str(self._path)
            )
        if (self._path.stat().st_size, self._path.stat().st_mtime_ns) != (self._size, self._modified_ns):
            raise BadInputError(f"{self._path} changed while it was sent; what was read is stored, upload it again")
        return version

    def _ask(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        ask = {
            "GET": lambda: self._remote.get(f"{self._base}{path}", **params),
            "POST": lambda: self._remote.post(f"{self._base}{path}", body),
            "DELETE": lambda: self._remote.delete(f"{self._base}{path}"),
        }[method]
        return self.how.patience.of(ask)


def _wait(under_way: set[Future[None]]) -> set[Future[None]]:
    done, left = wait(under_way, return_when=FIRST_COMPLETED)
    for each in done:
        each.result()
    return left


def _pieces(file: BufferedReader, advance: Advance) -> Iterator[bytes]:
    while piece := file.read(_CHUNK):
        yield piece
        advance(len(piece))
