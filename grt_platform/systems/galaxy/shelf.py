"""The galaxy part of the raw store: instance folders where archives arrive, and the shelf where they stay for ever."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from grt_platform.adapters.keeping import sha256_of
from grt_platform.adapters.store import Store
from grt_platform.kernel.arriving import Round
from grt_platform.kernel.errors import BadSourceError, UnavailableError
from grt_platform.systems.galaxy.logic.arrivals import INBOX, UUID, Arrival, Inbox, read_inbox
from grt_platform.systems.galaxy.logic.kept import Kept, kept_prefix, left_over, read_kept

_INSTANCES = 50
_FOLDER = 200  # objects whose listing takes as long as a request about a folder, in S3
Known = Callable[[Sequence[str]], Container[tuple[str, str, str]]]
_LEFT_OVER_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """The versions that were added, and why others could not be read."""

    added: tuple[Kept, ...]
    unreadable: tuple[str, ...]


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

    def some(self, after: str, most: int, known: Known) -> tuple[Inbox, Round]:
        """What lies in the folders of some instances, and which these are; so a listing of any length is gone through.

        Args:
            after: They begin behind this one.
            most: Objects: no more instances once there are about so many.
            known: Gives the identities of these instances in the ledger.
        """
        names = [name for name in self._store.folders("galaxy/") if name > after]
        found, seen = list[Inbox](), 0
        for at, name in enumerate(names):
            if at % _INSTANCES == 0:
                held = known([each for each in names[at : at + _INSTANCES] if re.fullmatch(UUID, each)])
            found.append(self.inbox(name, held))
            seen += found[-1].objects + _FOLDER
            if seen >= most and name != names[-1]:
                return Inbox.together(found), Round(after, name)
        return Inbox.together(found), Round(after)

    def kept(self, instance_id: str, month: str = "") -> list[Kept]:
        """Versions kept of an instance, or of one month of it, in the order of their reception."""
        return list(read_kept(self._store.list(kept_prefix(instance_id, month))))

    def take_in(self, instance_id: str, month: str, now: datetime) -> Taken:
        """Copies every arrival of an instance that is not kept yet onto the shelf of `month`.

        The metadata is written last, so a version is there whole or not at all. An arrival that changes while it is
        copied, or cannot be read, is left for the next look. What a killed taking in left over is gone after a day.
        """
        shelved = list(self._store.list(kept_prefix(instance_id)))
        for key in left_over(shelved, now - _LEFT_OVER_AFTER):
            self._store.delete(key)
        held = {(version.source, version.etag) for version in read_kept(shelved)}
        added, unreadable = list[Kept](), list[str]()
        for arrival in self.inbox(instance_id).arrivals:
            if (arrival.source, arrival.etag) in held:
                continue
            try:
                sha256 = sha256_of(self._store, arrival.archive.key)
                sha256_of(self._store, arrival.metadata.key)
            except (BadSourceError, UnavailableError) as error:
                unreadable.append(str(error))
                continue
            added += self._keep(arrival, sha256, month, now)
        return Taken(tuple(added), tuple(unreadable))

    def _keep(self, arrival: Arrival, sha256: str, month: str, now: datetime) -> list[Kept]:
        names = (arrival.instance_id, month, arrival.stem)
        version = Kept(*names, now, arrival.etag, sha256, arrival.archive.size_bytes)
        self._store.copy(arrival.archive.key, version.archive_key)
        if not self._has_changed(arrival) and sha256_of(self._store, version.archive_key) == version.sha256:
            self._store.copy(arrival.metadata.key, version.metadata_key)
            if not self._has_changed(arrival):
                return [version]
            self._store.delete(version.metadata_key)
        self._store.delete(version.archive_key)
        return []

    def _has_changed(self, arrival: Arrival) -> bool:
        return any(self._store.head(item.key) != item for item in (arrival.archive, arrival.metadata))

    def metadata(self, version: Kept, most_bytes: int) -> bytes:
        """The metadata file of a version; of one that is larger than `most_bytes` one byte more than that."""
        with self._store.open(version.metadata_key) as stream:
            return stream.read(most_bytes + 1)

    def open(self, version: Kept) -> BinaryIO:
        """The archive of a version, as a stream."""
        return self._store.open(version.archive_key)

    def instances(self) -> list[str]:
        """Instances that have a folder; folders with other names are nobody's."""
        return [name for name in self._store.folders("galaxy/") if re.fullmatch(UUID, name)]

    def months(self, instance_id: str) -> list[str]:
        """Months in which something was received from an instance."""
        return [name for name in self._store.folders(kept_prefix(instance_id)) if re.fullmatch(r"\d{4}-\d{2}", name)]
