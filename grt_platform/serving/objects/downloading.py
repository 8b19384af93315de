"""A version of an object becomes a file here: by parallel ranges, resumed, compared by hash, whole or absent."""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, Self

from grt_platform.adapters.keys import is_part
from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.serving.objects.progress import Advance, bar
from grt_platform.serving.objects.retrying import Patience
from grt_platform.serving.remote import RefusedError, Remote

_RANGE_BYTES = 16 << 20
_CHUNK = 1 << 20
_EXPIRED = {403, 400}


def find(remote: Remote, project: str, name: str, version_id: str = "") -> dict[str, Any]:
    """The version to be read, with a signed URL: that of the id, or the current one of the name."""
    found: dict[str, Any] = remote.get(
        f"/projects/{project}/downloads", name=name or None, version_id=version_id or None
    )
    return found


def download_file(
    remote: Remote, version: dict[str, Any], target: Path, *, at_once: int = 4, is_shown: bool = True
) -> None:
    """The version's bytes are the file `target`; killed at any point, the next call goes on.

    Args:
        remote: The platform.
        version: What `find` found.
        target: The file; it is replaced.
        at_once: Ranges under way at once.
        is_shown: Whether a bar is shown.

    Raises:
        BadSourceError: The bytes that came are not those of the version.
        UnavailableError: The platform did not answer for long; call again to go on.
    """
    with _Growing(target, version) as growing:
        with bar(version["name"], version["size_bytes"], is_shown=is_shown) as advance:
            _Fetching(remote, version, growing).run(at_once, advance)
        growing.finish()


def stream_to(remote: Remote, version: dict[str, Any], sink: BinaryIO) -> None:
    """The version's bytes went to `sink` in order.

    Raises:
        BadSourceError: They were not those of the version, which is known only at the end.
    """
    digest = hashlib.sha256()
    with remote.fetch(version["url"]) as answer:
        for piece in answer.iter_bytes(_CHUNK):
            digest.update(piece)
            sink.write(piece)
    _check(version, digest.hexdigest())


def local_name(name: str) -> Path:
    """Where an object is saved by default: its name below the present folder.

    Raises:
        BadInputError: A name that would lead out of it; no platform of ours gives one.
    """
    parts = name.split("/")
    if not all(is_part(part) for part in parts):
        raise BadInputError(f"{name!r} is no name for a file; say --out")
    return Path(*parts)


class _Growing:
    """The file while it comes in, and which ranges of it have come."""

    def __init__(self, target: Path, version: dict[str, Any]) -> None:
        self._target, self._version = target, version
        target.parent.mkdir(parents=True, exist_ok=True)
        self._path = target.with_name(f".{target.name[:180]}.{version['version_id']}.part")
        self._notes = self._path.with_name(f"{self._path.name}.json")
        self.here: set[int] = self._read()
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        self._file = os.fdopen(descriptor, "r+b")
        self._file.truncate(version["size_bytes"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def write(self, data: bytes, at: int) -> int:
        """Puts the bytes there; returns how many it took. Any thread may."""
        return os.pwrite(self._file.fileno(), data, at)

    def came(self, start: int) -> None:
        """The range that starts there is on disk."""
        self.here.add(start)
        draft = self._notes.with_name(f"{self._notes.name}.new")
        draft.write_text(json.dumps(sorted(self.here)))
        draft.replace(self._notes)

    def finish(self) -> None:
        """The file is the target, once its hash is right; with a wrong one nothing is kept."""
        found = hashlib.file_digest(self._file, "sha256").hexdigest()
        try:
            _check(self._version, found)
        except BadSourceError:
            self._path.unlink()
            self._notes.unlink(missing_ok=True)
            raise
        os.fsync(self._file.fileno())
        self._path.replace(self._target)
        self._notes.unlink(missing_ok=True)

    def _read(self) -> set[int]:
        try:
            return set(json.loads(self._notes.read_text())) if self._path.exists() else set()
        except (OSError, ValueError):
            return set()


class _Fetching:
    """One version on its way."""

    def __init__(self, remote: Remote, version: dict[str, Any], growing: _Growing) -> None:
        self._remote, self._version, self._growing = remote, version, growing
        self._patience = Patience()

    def run(self, at_once: int, advance: Advance) -> None:
        """All ranges have come."""
        size = self._version["size_bytes"]
        starts = range(0, size, _RANGE_BYTES)
        for start in starts:
            if start in self._growing.here:
                advance(min(_RANGE_BYTES, size - start))
        missing = [start for start in starts if start not in self._growing.here]
        with ThreadPoolExecutor(at_once) as pool:
            for start in pool.map(lambda start: self._patience.of(lambda: self._fetch(start, advance)), missing):
                self._growing.came(start)

    def _fetch(self, start: int, advance: Advance) -> int:
        end = min(start + _RANGE_BYTES, self._version["size_bytes"])
        at = start
        try:
            with self._remote.fetch(self._version["url"], {"Range": f"bytes={start}-{end - 1}"}) as answer:
                for piece in answer.iter_bytes(_CHUNK):
                    at += self._growing.write(piece[: end - at], at)
                    advance(len(piece))
        except RefusedError as error:
            if error.status not in _EXPIRED:
                raise
            self._renew(error)
        finally:
            if at != end:
                advance(start - at)
        if at != end:
            raise UnavailableError(
                f"{self._remote.url} sent {at - start} of {end - start} bytes; run it again to go on"
            )
        return start

    def _renew(self, error: RefusedError) -> None:
        """A URL that has expired is replaced; the next try takes the new one."""
        project, version_id = self._version["project"], self._version["version_id"]
        self._version["url"] = find(self._remote, project, "", version_id)["url"]
        raise UnavailableError(str(error)) from error


def _check(version: dict[str, Any], found: str) -> None:
    if found != version["sha256"]:
        reason = f"sha256 {found} came, the platform has {version['sha256']}; download it again"
        raise BadSourceError(reason, version["name"])
