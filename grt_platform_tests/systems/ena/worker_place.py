"""A machine for the worker: a folder, a spec, and files of a run."""

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

from grt_platform.systems.ena.packing import ARCHIVE, worker_archive
from grt_platform.systems.ena.worker.folder import LOCK, START

RUN = "SRR1000001"


def content(name: str, size: int) -> bytes:
    return random.Random(name).randbytes(size)


FILES = {
    f"vol1/{RUN}/{name}": content(name, size)
    for name, size in (("x.fastq.gz", 10), ("x_1.fastq.gz", 3 << 20), ("x_2.fastq.gz", 0))
}


def listed(files: dict[str, bytes]) -> list[list[object]]:
    return [
        [RUN, path, len(body), hashlib.md5(body, usedforsecurity=False).hexdigest()] for path, body in files.items()
    ]


class Place:
    """One machine's folder and spec."""

    def __init__(self, root: Path, files_url: str, callback_url: str) -> None:
        self.spec_file, self.folder = root / "spec.json", root / "data"
        (root / ARCHIVE).write_bytes(worker_archive())
        self.program = [sys.executable, "-I", "-S", str(root / ARCHIVE)]
        self.told = {
            "batch_id": "t1-abc",
            "files_url": files_url,
            "files": listed(FILES),
            "connections": 3,
            "attempts": 3,
            "timeout_s": 2.0,
            "callback_url": callback_url,
            "token": "secret",
        }

    def run(self, *arguments: str, **change: object) -> subprocess.CompletedProcess[str]:
        self.spec_file.write_text(json.dumps({**self.told, **change}))
        command = [*self.program, *(arguments or ("all",))[:1], str(self.spec_file), str(self.folder), *arguments[1:]]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)

    def files(self) -> dict[str, bytes]:
        found = (path for path in self.folder.rglob("*") if path.is_file() and path.name not in {LOCK, START})
        return {path.name: path.read_bytes() for path in found}


class Home:
    """Takes reports, the first of them badly where told so."""

    def __init__(self, *bad: int) -> None:
        self.bad, self.reports, self.tokens = list(bad), [], []

    def take(self, token: str, body: bytes) -> int:
        if self.bad:
            return self.bad.pop(0)
        self.tokens.append(token)
        self.reports.append(json.loads(body))
        return 204
