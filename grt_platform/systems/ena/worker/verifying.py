"""Whether bytes on the disk are those that ENA lists, and the manifest that says so of a whole batch."""

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

from .errors import FetchError
from .folder import MANIFEST, START, this_start
from .spec import File, Spec

_BLOCK = 256 << 10
_MOST_TOLD = 5


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
        add_rest(stream, digest)
    return compared(digest.hexdigest(), file)


def add_rest(stream: Any, digest: Any) -> None:
    """The sum counts what is left of a raw stream."""
    buffer = memoryview(bytearray(_BLOCK))
    while read := stream.readinto(buffer):
        digest.update(buffer[:read])


def compared(md5: str, file: File) -> str:
    """What is wrong with a sum; empty when it is the one that ENA lists."""
    return "" if md5 == file.md5 else f"its MD5 sum is {md5}, ENA lists {file.md5}"


def write_manifest(spec: Spec, folder: Path, *, is_verified: bool = False) -> None:
    """MANIFEST lists every file of the batch, each verified; one that was there is gone until then.

    Args:
        spec: The batch.
        folder: Where its files are.
        is_verified: Whether this process has just verified all of them; else each is read again.

    Raises:
        FetchError: A file is missing or has other bytes.
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    unread = () if is_verified else spec.files
    faults = [f"{file.path}: {wrong}" for file in unread if (wrong := fault(folder / file.path, file))]
    if faults:
        raise FetchError("; ".join(faults[:_MOST_TOLD]))
    fresh = folder / f".{MANIFEST}"
    with fresh.open("wb") as stream:
        _list(spec, stream)
    (folder / START).write_text(this_start(), "ascii")
    fresh.replace(folder / MANIFEST)


def _list(spec: Spec, stream: BinaryIO) -> None:
    files = sorted(spec.files, key=lambda file: file.path)
    stream.writelines(f"{file.md5}\t{file.size}\t{file.path}\n".encode("ascii") for file in files)
    stream.write(b"# complete %d\n" % len(spec.files))
