"""A small file that only its owner may read, written as one."""

import os
from pathlib import Path

from grt_platform.kernel.errors import UnavailableError


def write_private(path: Path, text: str) -> None:
    """The file holds exactly `text`, was never half written, and only its owner may read it."""
    growing = path.with_name(f"{path.name}.new")
    try:
        with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        growing.replace(path)
    except OSError as error:
        raise UnavailableError(
            f"Cannot write {path}: {error.strerror}; make room or give the right to write"
        ) from error
