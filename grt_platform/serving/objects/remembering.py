"""Uploads under way that this person may go on with: a small file each, gone once the upload is done."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from grt_platform.adapters.private_file import write_private


@dataclass(frozen=True, slots=True)
class Begun:
    """One upload, and the file as it was when it began.

    Attributes:
        version_id: The upload.
        size_bytes: Size of the file.
        modified_ns: When the file was last written.
    """

    version_id: str
    size_bytes: int
    modified_ns: int


class Memory:
    """What is remembered of one file on its way to one object.

    Args:
        url: The platform.
        project: The project.
        name: The object.
        path: The file.
    """

    def __init__(self, url: str, project: str, name: str, path: Path) -> None:
        words = "\0".join((url, project, name, str(path.absolute())))
        base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        digest = hashlib.sha256(words.encode(errors="surrogateescape")).hexdigest()
        self._file = Path(base) / "grt" / "uploads" / f"{digest}.json"
        self._path = path

    def recall(self) -> Begun | None:
        """The upload begun before, if the file is still the same."""
        try:
            begun = Begun(**json.loads(self._file.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        status = self._path.stat()
        return begun if (begun.size_bytes, begun.modified_ns) == (status.st_size, status.st_mtime_ns) else None

    def keep(self, begun: Begun) -> None:
        """The upload can be gone on with by another process."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self._file, json.dumps(asdict(begun)))

    def forget(self) -> None:
        """Nothing is under way."""
        self._file.unlink(missing_ok=True)
