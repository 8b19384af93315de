"""Files that people keep where there is no directory or no `lfs`."""

from pathlib import Path

from grt_platform.kernel.errors import UnavailableError


def read(setting: str, path: str) -> bytes:
    """The bytes of the file that a setting names.

    Raises:
        UnavailableError: It cannot be read now.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UnavailableError(f"{setting} is {path!r}, which cannot be read: {error.strerror or error}") from error
