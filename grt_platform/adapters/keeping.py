"""Copies of raw objects that nobody else writes to: the hash that tells what they hold, and whether they are whole."""

import hashlib
from pathlib import Path

from grt_platform.adapters.store import Store
from grt_platform.kernel.objects import StoredObject

_CHUNK = 1 << 20


def sha256_of(store: Store, key: str) -> str:
    """The content hash of an object, in hexadecimal."""
    digest = hashlib.sha256()
    with store.open(key) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sha256_of_file(path: Path) -> str:
    """The content hash of a file on this machine, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def copied_unchanged(store: Store, item: StoredObject, target_key: str) -> str | None:
    """The hash of a new, independent copy; None, and no copy, when the object is not (or no longer) the one listed."""
    store.copy(item.key, target_key)
    sha256 = sha256_of(store, target_key)
    if store.head(item.key) == item:
        return sha256
    store.delete(target_key)
    return None
