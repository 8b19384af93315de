"""The galaxy part of the raw store: instance folders where archives arrive, and the shelf where they stay for ever."""

import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from grt_platform.adapters.keeping import sha256_of
from grt_platform.adapters.open_listings import OpenListings
from grt_platform.adapters.store import Store
from grt_platform.kernel.arriving import Budget, Cursor, Round
from grt_platform.kernel.errors import BadSourceError, UnavailableError
from grt_platform.kernel.objects import StoredObject
from grt_platform.systems.galaxy.logic.arrivals import INBOX, UUID, Arrival, Inbox, Pairing, read_inbox
from grt_platform.systems.galaxy.logic.kept import Kept, kept_prefix, left_over, read_kept

_PAGE = 5000
_FOLDER = 200  # objects whose listing takes as long as a request about a folder, in S3
Known = Callable[[Sequence[Arrival]], Container[tuple[str, str, str]]]
_LEFT_OVER_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """The versions that were added, and why others could not be read."""

    added: tuple[Kept, ...]
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one look found, what of all instances it came to, and the names of all folders.

    It came to nothing (None) where its time was over while names were read of a folder with very many.
    """

    inbox: Inbox
    came_to: Round | None
    folders: tuple[str, ...]


class _Found:
    """What one look has found so far; the ledger is asked about many arrivals at a time."""

    def __init__(self, known: Known) -> None:
        self._known, self._unasked, self._fresh, self._old = known, list[Arrival](), list[Arrival](), 0
        self._halves, self._strangers = list[StoredObject](), list[str]()

    def add(self, arrivals: Iterable[Arrival]) -> None:
        self._unasked += arrivals
        if len(self._unasked) >= _PAGE // 2:
            self._ask()

    def end(self, pairing: Pairing) -> None:
        """What is left of a folder, or of a part of it."""
        self._halves += pairing.halves
        self._strangers += pairing.strangers

    def inbox(self) -> Inbox:
        self._ask()
        return Inbox(tuple(self._fresh), self._old, tuple(self._halves), tuple(self._strangers))

    def _ask(self) -> None:
        held = self._known(self._unasked) if self._unasked else frozenset()
        fresh = [arrival for arrival in self._unasked if arrival.identity not in held]
        self._fresh += fresh
        self._old += len(self._unasked) - len(fresh)
        self._unasked.clear()


class Shelf:
    """Archives of galaxy in the raw store.

    Args:
        store: The raw store.
        listings: What looks before left open.
    """

    def __init__(self, store: Store, listings: OpenListings | None = None) -> None:
        self._store, self._listings = store, listings or OpenListings()

    def inbox(self, instance_id: str | None = None, known: Container[tuple[str, str, str]] = frozenset()) -> Inbox:
        """What lies in the folder of one instance, or in all of them; `known` are identities in the ledger."""
        folders = self._store.folders("galaxy/") if instance_id is None else [instance_id]
        return read_inbox((item for name in folders for item in self._store.list(f"galaxy/{name}/{INBOX}/")), known)

    def some(self, cursor: Cursor, budget: Budget, known: Known) -> Part:
        """What lies in the folders of some instances, or in a part of one; so a listing of any length is gone through.

        Args:
            cursor: Where the look before came to.
            budget: How far to go; at least `_PAGE` objects, or some of the names before them.
            known: Tells which of some arrivals are in the ledger.
        """
        folders = self._store.folders("galaxy/")
        left = [name for name in folders if Round(cursor.after, within=cursor.within).holds(name)]
        found = _Found(known)
        came_to: Round | None = Round(cursor.after, within=cursor.within)
        for before, name in zip(["", *left], left, strict=False):
            upto = self._page_by_page(name, cursor.within if name == cursor.after else "", budget, found)
            budget.spend(_FOLDER)
            if upto is None:
                came_to = Round(cursor.after, before, cursor.within) if before else None
                break
            if upto or (budget.is_spent and name != left[-1]):
                came_to = Round(cursor.after, name, cursor.within, upto)
                break
        return Part(found.inbox(), came_to, tuple(folders))

    def _page_by_page(self, folder: str, within: str, budget: Budget, found: "_Found") -> str | None:
        """Finds what lies in one folder behind a name.

        Returns:
            The name it came to where the budget was spent first, "" at the end, None where it came to no name.
        """
        prefix = f"galaxy/{folder}/{INBOX}/"
        last = f"{prefix}{within}" if within else ""
        pairing, goes_on = Pairing(last), True
        listing = self._listings.behind(self._store, prefix, last)
        while goes_on:
            page, goes_on = budget.page(listing, _PAGE)
            found.add(pairing.pairs(page))
            last = page[-1].key if page else last
            if goes_on and budget.is_spent:
                self._listings.hold(self._store, prefix, last, listing)
                beyond = (self._store.head(key) for key in pairing.wanted(last))
                found.add(pairing.pairs(item for item in beyond if item is not None))
                break
        found.end(pairing)
        return (last.removeprefix(prefix) or None) if goes_on else ""

    def months_of(self, instance_id: str, arrivals: Iterable[tuple[str, str]]) -> set[str]:
        """Months in which some arrivals (name, etag) of an instance are kept already; "" for one that is not kept."""
        months = self.months(instance_id)
        return {self._month_of(instance_id, months, *arrival) for arrival in arrivals}

    def _month_of(self, instance_id: str, months: Sequence[str], stem: str, etag: str) -> str:
        for month in reversed(months):
            versions = read_kept(self._store.list(f"{kept_prefix(instance_id, month)}{stem}/"))
            if any(version.etag == etag for version in versions):
                return month
        return ""

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
        return [name for name in self._store.folders("galaxy/") if is_instance(name)]

    def months(self, instance_id: str) -> list[str]:
        """Months in which something was received from an instance."""
        return [name for name in self._store.folders(kept_prefix(instance_id)) if re.fullmatch(r"\d{4}-\d{2}", name)]


def is_instance(folder: str) -> bool:
    """Whether a folder is that of an instance."""
    return re.fullmatch(UUID, folder) is not None
