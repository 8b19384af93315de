"""Fetches the files of one batch on the machine it runs on: resumed, verified, the manifest last, then one call home.

This file is also sent to machines as it is, so it needs nothing but Python's standard library and imports nothing
of ours.

    worker.py all SPEC FOLDER          fetch, manifest, report: what a machine without nextflow runs
    worker.py fetch SPEC FOLDER RUN    the files of one run
    worker.py manifest SPEC FOLDER     verify every file, then write MANIFEST
    worker.py report SPEC FOLDER       tell that the data are ready, or why not

SPEC is JSON: batch_id, files_url, files ([run, location, size_bytes, md5]), connections, attempts, timeout_s,
callback_url, token.
Exit code: 0 done, 1 failed (the last line of standard error says why), 2 usage.
"""

import errno
import fcntl
import hashlib
import http.client
import json
import os
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CHUNK = 1 << 20
SEGMENT = 64 << 20
NOTED_EVERY = 8 << 20
LONGEST_PAUSE_S = 60.0
MANIFEST, FAILURE, LOCK = "MANIFEST", "FAILURE", ".lock"
_FULL = (errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES)


class FetchError(Exception):
    """A file cannot be had; the message says which and why."""


@dataclass(frozen=True)
class File:
    """One file that the batch must have."""

    run: str
    location: str
    size: int
    md5: str

    @property
    def path(self) -> str:
        """Where it goes below the folder."""
        return f"{self.run}/{self.location.rsplit('/', 1)[1]}"


@dataclass(frozen=True)
class Spec:
    """What a machine is told."""

    batch_id: str
    files_url: str
    files: tuple[File, ...]
    connections: int
    attempts: int
    timeout_s: float
    callback_url: str
    token: str

    @classmethod
    def read(cls, path: Path) -> "Spec":
        """The spec in a file of JSON."""
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return cls(**{**told, "files": tuple(File(*each) for each in told["files"])})


class Segments:
    """Which bytes of a file are there: a note beside the file, so that a killed fetch goes on where it was.

    Bytes are noted after they are written; what was written and not noted is fetched again.
    """

    def __init__(self, part: Path, size: int) -> None:
        self.part, self._note, self._lock = part, part.with_name(part.name + ".json"), threading.Lock()
        starts = range(0, size, SEGMENT)
        self.ends = [min(start + SEGMENT, size) for start in starts]
        self.at = self._noted(list(starts)) if part.exists() else list(starts)
        self.digest, self.hashed = hashlib.md5(usedforsecurity=False), 0

    def saw(self, at: int, block: memoryview) -> None:
        """Bytes from `at` on passed by: those that come next in the file's sum are counted, so nobody reads them again.

        Only one segment at a time is where the sum stands.
        """
        if at == self.hashed:
            self.digest.update(block)
            self.hashed += len(block)

    def fault(self, file: File) -> str:
        """What is wrong with the bytes that are written; those that the sum has not seen are read now."""
        if self.part.stat().st_size != file.size:
            return f"it has {self.part.stat().st_size} bytes, ENA lists {file.size}"
        with self.part.open("rb", buffering=0) as stream:
            stream.seek(self.hashed)
            _hash(stream, self.digest)
        return _compared(self.digest.hexdigest(), file)

    def _noted(self, starts: list[int]) -> list[int]:
        try:
            noted = json.loads(self._note.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return starts
        is_ours = isinstance(noted, list) and len(noted) == len(starts)
        each = zip(noted if is_ours else starts, starts, self.ends, strict=True)
        return [at if isinstance(at, int) and start <= at <= end else start for at, start, end in each]

    def advance(self, number: int, at: int) -> None:
        """The bytes of a segment up to `at` are written; noted now."""
        with self._lock:
            self.at[number] = at
            fresh = self._note.with_name(self._note.name + ".new")
            fresh.write_text(json.dumps(self.at), "utf-8")
            fresh.replace(self._note)

    def forget(self) -> None:
        """Nothing is noted any more."""
        self._note.unlink(missing_ok=True)


def fetch(spec: Spec, folder: Path, files: "tuple[File, ...]") -> None:
    """All of `files` are in the folder with the right bytes.

    Raises:
        FetchError: One cannot be had; the others were fetched first.
    """
    faults: list[str] = []
    gate = threading.Semaphore(spec.connections)
    with ThreadPoolExecutor(max(1, min(spec.connections, len(files)))) as pool:
        for file, done in [(file, pool.submit(fetch_file, spec, folder, file, gate)) for file in files]:
            try:
                done.result()
            except (FetchError, OSError) as error:
                faults.append(f"{file.path}: {error}")
    if faults:
        raise FetchError("; ".join(faults[:5]) + (f" and {len(faults) - 5} more" if len(faults) > 5 else ""))


def fetch_file(spec: Spec, folder: Path, file: File, gate: threading.Semaphore) -> None:
    """One file is there under its name, which it gets only after its bytes were verified."""
    target = folder / file.path
    if target.exists() and not fault(target, file):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    for attempt in range(1, spec.attempts + 1):
        try:
            _publish(_fetch_part(spec, part, file, gate), target, file)
        except (FetchError, OSError, http.client.HTTPException) as error:
            if attempt == spec.attempts or _is_final(error):
                raise FetchError(f"{error or type(error).__name__} (attempt {attempt})") from error
            time.sleep(max(_told_s(error), min(0.5 * 2**attempt, LONGEST_PAUSE_S)))
        else:
            return


class RefusedError(FetchError):
    """The server will not give the file, now or later."""


class LaterError(FetchError):
    """The server says when to come back."""

    def __init__(self, message: str, after_s: float) -> None:
        super().__init__(message)
        self.after_s = after_s


def _is_final(error: Exception) -> bool:
    return isinstance(error, RefusedError) or getattr(error, "errno", None) in _FULL


def _told_s(error: Exception) -> float:
    return min(error.after_s, LONGEST_PAUSE_S) if isinstance(error, LaterError) else 0.0


def _publish(segments: Segments, target: Path, file: File) -> None:
    part = segments.part
    wrong = segments.fault(file)
    if wrong:
        part.unlink()
        raise FetchError(wrong)
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.replace(target)


def _fetch_part(spec: Spec, part: Path, file: File, gate: threading.Semaphore) -> Segments:
    segments = Segments(part, file.size)
    with part.open("r+b" if part.exists() else "w+b") as stream:
        stream.truncate(file.size)
    with ThreadPoolExecutor(spec.connections) as pool:
        todo = [number for number, at in enumerate(segments.at) if at < segments.ends[number]]
        each = [pool.submit(_fetch_segment, spec, file, segments, number, gate) for number in todo]
        for done in each:
            done.result()
    segments.forget()
    return segments


def address(files_url: str, location: str) -> str:
    """Where a file is had: the location below the URL; below a bare scheme it names its host itself."""
    return files_url + location if files_url.endswith("://") else f"{files_url.rstrip('/')}/{location}"


def _fetch_segment(spec: Spec, file: File, segments: Segments, number: int, gate: threading.Semaphore) -> None:
    at, end = segments.at[number], segments.ends[number]
    url = urlsplit(address(spec.files_url, file.location))
    with (
        gate,
        closing(_connect(url.scheme, url.netloc, spec.timeout_s)) as connection,
        segments.part.open("r+b") as stream,
    ):
        connection.request("GET", url.path, headers={"Range": f"bytes={at}-{end - 1}", "User-Agent": "grt"})
        answer = connection.getresponse()
        begins = _begins(answer, at, end, file.size)
        stream.seek(at)
        noted = at
        for block in _blocks(answer, begins, at, end):
            stream.write(block)
            segments.saw(at, block)
            at += len(block)
            if at - noted >= NOTED_EVERY:
                stream.flush()
                segments.advance(number, at)
                noted = at
        stream.flush()
        segments.advance(number, at)
    if at < end:
        raise FetchError(f"the server sent {at} of {end} bytes")


def _connect(scheme: str, place: str, timeout_s: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(place, timeout=timeout_s, context=ssl.create_default_context())
    return http.client.HTTPConnection(place, timeout=timeout_s)


def _begins(answer: http.client.HTTPResponse, at: int, end: int, size: int) -> int:
    """The byte that the body begins with: where we asked for, or 0 where the server knows no ranges."""
    if answer.status == 206:
        if answer.headers.get("Content-Range", "") != f"bytes {at}-{end - 1}/{size}":
            raise RefusedError(f"the server has other bytes: {answer.headers.get('Content-Range')}, expected of {size}")
        return at
    if answer.status == 200:
        if answer.headers.get("Content-Length", str(size)) != str(size):
            raise RefusedError(f"the server has {answer.headers.get('Content-Length')} bytes, ENA lists {size}")
        return 0
    told = f"the server answered {answer.status} {answer.reason}"
    after = answer.headers.get("Retry-After", "")
    if answer.status in {408, 425, 429} or answer.status >= 500:
        raise LaterError(told, float(after) if after.isascii() and after.isdecimal() else 0.0)
    raise RefusedError(told)


def _blocks(answer: http.client.HTTPResponse, begins: int, at: int, end: int) -> "Iterator[memoryview]":
    """The bytes from `at` to `end` of a body that begins with byte `begins`, at most one chunk at a time."""
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    while begins < end:
        read = answer.readinto(view)
        if not read:
            return
        first, last = max(at - begins, 0), min(read, end - begins)
        begins += read
        if first < last:
            yield view[first:last]


def fault(path: Path, file: File) -> str:
    """What is wrong with the bytes at `path`; empty when they are those that ENA lists."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return "it is missing"
    if size != file.size:
        return f"it has {size} bytes, ENA lists {file.size}"
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb", buffering=0) as stream:
        _hash(stream, digest)
    return _compared(digest.hexdigest(), file)


def _hash(stream: Any, digest: Any) -> None:
    buffer = bytearray(CHUNK)
    while read := stream.readinto(buffer):
        digest.update(memoryview(buffer)[:read])


def _compared(md5: str, file: File) -> str:
    return "" if md5 == file.md5 else f"its MD5 sum is {md5}, ENA lists {file.md5}"


def manifest(spec: Spec, folder: Path, *, is_verified: bool = False) -> None:
    """MANIFEST lists every file of the batch, each verified; it is not there before.

    Args:
        spec: The batch.
        folder: Where its files are.
        is_verified: Whether this process has just verified all of them; else each is read again.

    Raises:
        FetchError: A file is missing or has other bytes.
    """
    unread = () if is_verified else spec.files
    faults = [f"{file.path}: {wrong}" for file in unread if (wrong := fault(folder / file.path, file))]
    if faults:
        raise FetchError("; ".join(faults[:5]))
    lines = [f"{file.md5}\t{file.size}\t{file.path}\n" for file in sorted(spec.files, key=lambda file: file.path)]
    fresh = folder / f".{MANIFEST}"
    with fresh.open("w", encoding="ascii") as stream:
        stream.writelines([*lines, f"# complete {len(lines)}\n"])
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(folder / MANIFEST)


def report(spec: Spec, folder: Path) -> None:
    """Home was told whether the data are ready, or could not be reached: then it looks by itself.

    Raises:
        FetchError: Home did not take the report within the attempts.
    """
    is_ready = (folder / MANIFEST).exists()
    reason = "" if is_ready else _reason(folder)
    body = json.dumps({"batch_id": spec.batch_id, "status": "ready" if is_ready else "error", "error": reason[:4000]})
    headers = {"Authorization": f"Bearer {spec.token}", "Content-Type": "application/json", "User-Agent": "grt"}
    url = urlsplit(spec.callback_url)
    for attempt in range(1, spec.attempts + 1):
        try:
            with closing(_connect(url.scheme, url.netloc, spec.timeout_s)) as connection:
                connection.request("POST", url.path, body.encode(), headers)
                status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            told = f"{type(error).__name__}: {error}"
        else:
            if status < 300:
                return
            told = f"status {status}"
            if status < 500 and status != 429:
                break
        if attempt < spec.attempts:
            time.sleep(min(0.5 * 2**attempt, LONGEST_PAUSE_S))
    raise FetchError(f"home did not take the report: {told}")


def _reason(folder: Path) -> str:
    try:
        return (folder / FAILURE).read_text("utf-8")
    except FileNotFoundError:
        return "the machine gave no reason"


def whole(spec: Spec, folder: Path) -> None:
    """The batch was fetched and reported, or its failure was; nothing is done where another worker is at it.

    Raises:
        FetchError: A file cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder) as is_alone:
        if is_alone:
            _whole(spec, folder)


@contextmanager
def alone(folder: Path) -> "Iterator[bool]":
    """Whether no other worker is at work in the folder; ours until the block or this process ends."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        yield False
        return
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, b"%d" % os.getpid(), 0)
        yield True
    finally:
        os.close(lock)


def _whole(spec: Spec, folder: Path) -> None:
    (folder / FAILURE).unlink(missing_ok=True)
    try:
        if not (folder / MANIFEST).exists():
            fetch(spec, folder, spec.files)
            manifest(spec, folder, is_verified=True)
    except FetchError as error:
        (folder / FAILURE).write_text(str(error), "utf-8")
        _told(spec, folder)
        raise
    _told(spec, folder)


def _told(spec: Spec, folder: Path) -> None:
    try:
        report(spec, folder)
    except FetchError as error:
        sys.stderr.write(f"{error}\n")


def _fetch_run(spec: Spec, folder: Path, run: str) -> None:
    files = tuple(file for file in spec.files if file.run == run)
    if not files:
        raise FetchError(f"run {run} is not in batch {spec.batch_id}")
    fetch(spec, folder, files)


STEPS: "dict[str, Callable[..., None]]" = {"all": whole, "fetch": _fetch_run, "manifest": manifest, "report": report}


def main(arguments: "list[str]") -> int:
    """Run one step; its exit code."""
    if len(arguments) < 3 or arguments[0] not in STEPS or len(arguments) != (4 if arguments[0] == "fetch" else 3):
        sys.stderr.write((__doc__ or "").split("\n\n")[2] + "\n")
        return 2
    try:
        STEPS[arguments[0]](Spec.read(Path(arguments[1])), Path(arguments[2]), *arguments[3:])
    except (FetchError, OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
