"""The galaxy part of the raw store: instance folders where archives arrive, and the shelf where they stay for ever."""

import hashlib
from collections.abc import Container, Iterator
from datetime import datetime
from typing import BinaryIO

from grt_platform.adapters.store import Store
from grt_platform.systems.galaxy.logic.arrivals import INBOX, Arrival, Inbox, read_inbox
from grt_platform.systems.galaxy.logic.kept import Kept, kept_prefix, read_kept

_CHUNK = 1 << 20


class Shelf:
    """Archives of galaxy in the raw store.

    Args:
        store: The raw store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def inbox(self, instance_id: str | None = None, known: Container[tuple[str, str, str]] = frozenset()) -> Inbox:
        """What lies in the folder of one instance, or in all of them; `known` are identities in the ledger."""
        folders = self._store.folders("galaxy/") if instance_id is None else [instance_id]
        return read_inbox((item for name in folders for item in self._store.list(f"galaxy/{name}/{INBOX}/")), known)

    def kept(self, instance_id: str, month: str = "") -> list[Kept]:
        """Versions kept of an instance, or of one month of it, in the order of their reception."""
        return list(read_kept(self._store.list(kept_prefix(instance_id, month))))

    def take_in(self, instance_id: str, month: str, now: datetime) -> list[Kept]:
        """Copies every arrival of an instance that is not kept yet onto the shelf of `month`.

        The metadata is written last, so a version is there whole or not at all. An arrival that changes while it is
        copied is left for the next look.

        Returns:
            The versions added by this call.
        """
        held = {(version.source, version.etag) for version in self.kept(instance_id)}
        fresh = [a for a in self.inbox(instance_id).arrivals if (a.source, a.etag) not in held]
        return [version for arrival in fresh if (version := self._keep(arrival, month, now)) is not None]

    def _keep(self, arrival: Arrival, month: str, now: datetime) -> Kept | None:
        names = (arrival.instance_id, month, arrival.stem)
        version = Kept(*names, now, arrival.etag, self._sha256(arrival.archive.key), arrival.archive.size_bytes)
        self._store.copy(arrival.archive.key, version.archive_key)
        metadata = self._store.read(arrival.metadata.key)
        if self._has_changed(arrival) or self._sha256(version.archive_key) != version.sha256:
            self._store.delete(version.archive_key)
            return None
        self._store.put(version.metadata_key, metadata)
        return version

    def _has_changed(self, arrival: Arrival) -> bool:
        looks = (self._store.head(item.key) for item in (arrival.archive, arrival.metadata))
        archive, metadata = looks
        return archive is None or metadata is None or (archive, metadata) != (arrival.archive, arrival.metadata)

    def _sha256(self, key: str) -> str:
        digest = hashlib.sha256()
        with self._store.open(key) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def metadata(self, version: Kept) -> bytes:
        """The metadata file of a version."""
        return self._store.read(version.metadata_key)

    def open(self, version: Kept) -> BinaryIO:
        """The archive of a version, as a stream."""
        return self._store.open(version.archive_key)

    def instances(self) -> Iterator[str]:
        """Folder names below the galaxy part of the raw store."""
        yield from self._store.folders("galaxy/")
