"""A file that was received and lies on this machine's disk for now, with its size and content hash."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """The file and what was measured of it while it came in."""

    path: Path
    size_bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """Measures a file that is already there."""
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        return cls(path, path.stat().st_size, digest.hexdigest())
