"""`grt genes load`: the whole way of a file over HTTP, from the promise of its bytes to the end of its job."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grt_platform.kernel.errors import UnavailableError
from grt_platform.serving.received import ReceivedFile

if TYPE_CHECKING:
    from grt_platform.serving.remote import Remote

_CHUNK = 1 << 20
_PAUSE_S, _PATIENCE_S = 1.0, 3600.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """How files are to be read, and whose they are."""

    project: str
    alphabet: str
    on_invalid: str
    on_repeat: str


def send(remote: "Remote", path: Path, chosen: Chosen) -> tuple[str, str]:
    """The file is uploaded and announced; returns the ids of upload and job.

    Raises:
        RefusedError: The platform does not take it.
        UnavailableError: The platform does not answer.
    """
    file = ReceivedFile.of(path)
    asked = {
        "project": chosen.project,
        "file_name": path.name,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "alphabet": chosen.alphabet,
        "on_invalid": chosen.on_invalid,
        "on_repeat": chosen.on_repeat,
    }
    upload = remote.post("/genes/uploads", asked)
    if upload["put"] is not None:
        headers = {**upload["put"]["headers"], "Content-Length": str(file.size_bytes)}
        remote.send(upload["put"]["url"], _bytes(path, 0, file.size_bytes), headers)
    else:
        _send_parts(remote, path, upload)
    return upload["upload_id"], _announced(remote, upload["upload_id"])


def told(job: Mapping[str, Any], upload_id: str) -> dict[str, Any]:
    """What became of an upload, in one row."""
    counts = job["counts"]
    names = ("genes", "letters", "genes_repeated", "genes_identical", "records_quarantined", "records_dropped")
    return {
        "upload_id": upload_id,
        "job_id": job["job_id"],
        "file_name": job["request"]["file_name"],
        "state": job["state"],
        **{name: counts.get(name) for name in names},
    }


def _send_parts(remote: "Remote", path: Path, upload: Mapping[str, Any]) -> None:
    """Every part is sent, one after another, by its own URL."""
    import hashlib

    size, whole = int(upload["part_bytes"]), int(upload["size_bytes"])
    base = f"/projects/{upload['project']}/uploads/{upload['upload_id']}"
    for number in range(1, int(upload["parts_count"]) + 1):
        start = (number - 1) * size
        length = min(size, whole - start)
        digest = hashlib.sha256()
        for data in _bytes(path, start, length):
            digest.update(data)
        part = {"number": number, "size_bytes": length, "sha256": digest.hexdigest()}
        [put] = remote.post(f"{base}/parts", [part])
        remote.send(put["url"], _bytes(path, start, length), {**put["headers"], "Content-Length": str(length)})


def _announced(remote: "Remote", upload_id: str) -> str:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        job_id = remote.post(f"/genes/uploads/{upload_id}/announce")["job_id"]
        if job_id is not None:
            return str(job_id)
        if time.monotonic() > deadline:
            raise UnavailableError(f"Upload {upload_id} is still being checked; announce it again later")
        time.sleep(_PAUSE_S)


def _bytes(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(start)
        while length and (data := stream.read(min(_CHUNK, length))):
            length -= len(data)
            yield data
