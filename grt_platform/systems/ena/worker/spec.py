"""What a machine is told: its batch, the files of it, where they are had, and whom to tell."""

import json
from pathlib import Path
from typing import Any, NamedTuple


class File(NamedTuple):
    """One file that the batch must have."""

    run: str
    location: str
    size: int
    md5: str

    @property
    def path(self) -> str:
        """Where it goes below the folder."""
        return f"{self.run}/{self.location.rsplit('/', 1)[1]}"


class Spec(NamedTuple):
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


def address(files_url: str, location: str) -> str:
    """Where a file is had: the location below the URL; below a bare scheme it names its host itself."""
    return files_url + location if files_url.endswith("://") else f"{files_url.rstrip('/')}/{location}"
