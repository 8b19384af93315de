"""What the shards of one large thing made: files in a store, and beside them a note that comes last.

A piece is whole once its note is there: a killed worker's shard is simply made again. The note knows the hash of each
file, so that of two who make a shard at once, the same or another way, no mixture is ever taken for a piece.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from grt_platform.adapters.keeping import sha256_of_file
from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.shards import Shard

_CUT, _NOTE = "cut.json", "note.json"
_COPY_BYTES = 1 << 20


class Pieces:
    """The pieces of one thing.

    Args:
        store: Where they are; every worker can reach it.
        folder: Their place in it, which nothing else uses.
    """

    def __init__(self, store: Store, folder: str) -> None:
        self._store, self._folder = store, folder

    def agree(self, cut: Any) -> Any:
        """How the thing is cut: as whoever came first said, JSON."""
        key = f"{self._folder}/{_CUT}"
        self._store.put(key, _json(cut), only_if_absent=True)
        return json.loads(self._store.read(key))

    @property
    def cut(self) -> Any:
        """What was agreed; None before."""
        return self._known(f"{self._folder}/{_CUT}")

    def keep(self, shard: Shard, files: Mapping[str, Path | BinaryIO], told: Mapping[str, Any]) -> None:
        """The piece of the shard is whole: these files, by name, and what is told of them, JSON.

        A file that has no name, since it shall be gone with its process, is given open.
        """
        hashes = {name: self._sent(f"{self._place(shard)}/{name}", file) for name, file in files.items()}
        self._store.put(f"{self._place(shard)}/{_NOTE}", _json({"files": hashes, "told": dict(told)}))

    def told(self, shard: Shard) -> Mapping[str, Any] | None:
        """What is told of a whole piece; None where there is none."""
        note = self._known(f"{self._place(shard)}/{_NOTE}")
        return None if note is None else dict(note["told"])

    def bring(self, shard: Shard, name: str, path: Path) -> None:
        """A file of a whole piece is on this machine.

        Raises:
            BadSourceError: It is not there, or not as it was kept.
        """
        self._store.download(f"{self._place(shard)}/{name}", path)
        self._check(shard, name, sha256_of_file(path))

    def pour(self, shard: Shard, name: str, into: BinaryIO) -> None:
        """The same into an open, empty file.

        Raises:
            As of `bring`; what is in the file then means nothing.
        """
        key, digest = f"{self._place(shard)}/{name}", hashlib.sha256()
        with self._store.open(key) as source:
            while data := source.read(_COPY_BYTES):
                digest.update(data)
                into.write(data)
        self._check(shard, name, digest.hexdigest())
        into.seek(0)

    def remove(self) -> None:
        """Nothing is left of the pieces."""
        self._store.delete_prefix(self._folder)

    def _sent(self, key: str, file: Path | BinaryIO) -> str:
        """The file is an object; returns its hash."""
        if isinstance(file, Path):
            self._store.put_file(key, file)
            return sha256_of_file(file)
        digest = hashlib.sha256()
        file.seek(0)
        with self._store.writer(key) as sink:
            while data := file.read(_COPY_BYTES):
                digest.update(data)
                sink.write(data)
        return digest.hexdigest()

    def _check(self, shard: Shard, name: str, sha256: str) -> None:
        note = self._known(f"{self._place(shard)}/{_NOTE}") or {"files": {}}
        if sha256 != note["files"].get(name):
            key = f"{self._place(shard)}/{name}"
            raise BadSourceError("is not as its shard made it; it is made again when the run is", key)

    def _place(self, shard: Shard) -> str:
        return f"{self._folder}/{shard.key}"

    def _known(self, key: str) -> Any:
        return None if self._store.head(key) is None else json.loads(self._store.read(key))


def sweep(store: Store, folder: str, before: datetime) -> int:
    """The pieces below the folder that were agreed on before are gone: nobody came back for them; returns how many."""
    agreed = [item for item in store.list(folder) if item.key.endswith(f"/{_CUT}") and item.modified_at < before]
    for item in agreed:
        Pieces(store, item.key.removesuffix(f"/{_CUT}")).remove()
    return len(agreed)


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
