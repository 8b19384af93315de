"""A minimal client that sends what Galaxy's own upload script sends, byte for byte, with the library it uses."""

import gzip
import hashlib
import io
import json
import tarfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from grt_platform.systems.galaxy.serving.instances import Credentials


def archive_of(rows: str = "1\tcat\t1.0\tok\t2024-01-01 00:00:00\n") -> bytes:
    """A small archive as the exporter makes them."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        for name, text in (("jobs", "id\ttool_id\ttool_version\tstate\tcreate_time\n" + rows),):
            info = tarfile.TarInfo(f"home/galaxy/reports/1.0.{name}.tsv")
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def metadata_of(archive: bytes, **fields: object) -> bytes:
    """Its metadata, of format 3."""
    return json.dumps(
        {
            "version": 3,
            "galaxy_version": "24.1",
            "generated": "1700000000.25",
            "report_hash": "sha256:" + hashlib.sha256(archive).hexdigest(),
            "metrics": {"_times": []},
            "users": {"active": 1, "total": 2},
            "jobs": {"ok": 1},
            **fields,
        }
    ).encode()


@dataclass
class GalaxyClient:
    """Asks who it is, then sends every report of its folder that the service does not hold."""

    url: str
    folder: Path
    credentials: Credentials
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"AUTHORIZATION": f"{self.credentials.instance_id}:{self.credentials.key}"}

    def make_report(self, identifier: str, archive: bytes | None = None, metadata: bytes | None = None) -> None:
        archive = archive_of() if archive is None else archive
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{identifier}.tar.gz").write_bytes(archive)
        (self.folder / f"{identifier}.json").write_bytes(metadata_of(archive) if metadata is None else metadata)

    def whoami(self) -> requests.Response:
        return requests.post(f"{self.url}api/whoami", headers=self.headers, timeout=30)

    def send(self, identifier: str) -> requests.Response:
        with (
            (self.folder / f"{identifier}.json").open("rb") as meta,
            (self.folder / f"{identifier}.tar.gz").open("rb") as data,
        ):
            return requests.post(
                f"{self.url}api/v2/upload",
                files={"meta": meta, "data": data},
                headers=self.headers,
                data={"identifier": identifier},
                timeout=60,
            )

    def run(self) -> dict[str, int]:
        """One run of the script: the reports it sent, each with the status of the answer."""
        held = self.whoami().json()["uploaded_reports"]
        names = sorted(path.name.removesuffix(".json") for path in self.folder.glob("*.json"))
        return {name: self.send(name).status_code for name in names if name not in held}


def eventually(condition: object, patience_s: float = 5.0) -> bool:
    """Whether `condition()` becomes true in time."""
    assert callable(condition)
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


GOOD = {
    "identifier": (None, "1700000000.25"),
    "meta": ("1700000000.25.json", metadata_of(archive_of())),
    "data": ("1700000000.25.tar.gz", archive_of()),
}
"""The parts of a form that is taken."""


def post(galaxy: GalaxyClient, files: Any) -> requests.Response:
    """The answer to a form of these parts."""
    return requests.post(f"{galaxy.url}api/v2/upload", files=files, headers=galaxy.headers, timeout=30)


def folder_of(galaxy: GalaxyClient) -> str:
    """Where the reports of the instance lie, below GRT_HOME."""
    return f"raw/galaxy/{galaxy.credentials.instance_id}/archives"
