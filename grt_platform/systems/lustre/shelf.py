"""The lustre part of the raw store: the folder where dumps arrive, and the shelf where they stay for ever."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from grt_platform.adapters.keeping import copied_unchanged
from grt_platform.adapters.open_listings import OpenListings
from grt_platform.adapters.store import Store
from grt_platform.kernel.arriving import Budget, Cursor, Round
from grt_platform.kernel.errors import BadSourceError, UnavailableError
from grt_platform.systems.lustre.logic.arrivals import INBOX, Arrival, Inbox, logs_beside, read_inbox
from grt_platform.systems.lustre.logic.kept import KEPT, Kept, kept_name, kept_prefix, read_record, record_keys

_PAGE = 5000
Known = Callable[[Sequence[Arrival]], Container[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Taken:
    """The versions that were added, and why others could not be read."""

    added: tuple[Kept, ...]
    unreadable: tuple[str, ...]


class Shelf:
    """Dumps of lustre in the raw store.

    Args:
        store: The raw store.
        listings: What looks before left open.
    """

    def __init__(self, store: Store, listings: OpenListings | None = None) -> None:
        self._store, self._listings = store, listings or OpenListings()

    def inbox(self, now: datetime, known: Container[tuple[str, str]] = frozenset()) -> Inbox:
        """What lies in the folder; `known` are identities in the ledger."""
        return read_inbox(self._store.list(INBOX), now, known)

    def some(self, cursor: Cursor, budget: Budget, now: datetime, known: Known) -> tuple[Inbox, Round | None]:
        """What lies in a part of the folder, behind what the look before came to, and which part that is.

        It is none where the time was over while the first names were read.

        Args:
            cursor: Where the look before came to.
            budget: How far to go; at least `_PAGE` objects, or some of the names before them.
            now: The time, UTC.
            known: Tells which of some arrivals are in the ledger.
        """
        after, logs, found = f"{INBOX}{cursor.after}" if cursor.after else "", set[str](), list[Inbox]()
        if after and self._store.head(logs_beside(after)) is not None:
            logs.add(after.rpartition("/")[0])
        listing, goes_on = self._listings.behind(self._store, INBOX, after), True
        while goes_on:
            page, goes_on = budget.page(listing, _PAGE)
            inbox = read_inbox(page, now, logs=logs)
            found.append(inbox.without(known([*inbox.arrivals, *inbox.incomplete])))
            after = page[-1].key if page else after
            if goes_on and budget.is_spent:
                self._listings.hold(self._store, INBOX, after, listing)
                return Inbox.together(found), Round(cursor.after, after.removeprefix(INBOX)) if after else None
        return Inbox.together(found), Round(cursor.after)

    def kept(self, dumped_on: date, volume: str) -> list[Kept]:
        """Versions kept of one volume's dumps of one date, in the order of their reception."""
        keys = record_keys(self._store.list(kept_prefix(dumped_on, volume)))
        return [read_record(key, self._store.read(key)) for key in keys]

    def partitions(self) -> list[tuple[date, str]]:
        """Dates and volumes of which something is kept."""
        keys = record_keys(self._store.list(KEPT))
        cells = dict.fromkeys(tuple(key.removeprefix(KEPT).split("/")[:2]) for key in keys)
        return sorted((date.fromisoformat(dumped_on), volume) for dumped_on, volume in cells)

    def take_in(self, dumped_on: date, volume: str, now: datetime) -> Taken:
        """Copies every arrival of a volume and date that is not kept yet onto the shelf (ADR 0007).

        The record is written last, so a version is there whole or not at all. An arrival that changes while it is
        copied, or cannot be read, is left for the next look.
        """
        held = {(version.source, version.etag) for version in self.kept(dumped_on, volume)}
        added, unreadable = list[Kept](), list[str]()
        for arrival in self.inbox(now, held).arrivals:
            if (arrival.name.dumped_on, arrival.name.volume) == (dumped_on, volume):
                try:
                    added += self._keep(arrival, now)
                except (BadSourceError, UnavailableError) as error:
                    unreadable.append(str(error))
        return Taken(tuple(added), tuple(unreadable))

    def _keep(self, arrival: Arrival, now: datetime) -> list[Kept]:
        cell = (arrival.name.dumped_on, arrival.name.volume)
        sha256 = copied_unchanged(self._store, arrival.item, f"{kept_name(*cell, now, arrival.etag)}.gz")
        if sha256 is None:
            return []
        version = Kept(*cell, arrival.source, now, arrival.etag, sha256, arrival.item.size_bytes)
        self._store.put(version.record_key, version.record())
        return [version]

    def open(self, version: Kept) -> BinaryIO:
        """The dump of a version, as a stream."""
        return self._store.open(version.dump_key)
