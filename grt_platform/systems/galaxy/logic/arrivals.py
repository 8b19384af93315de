"""What lies in the instance folders: archives that are whole, files that lack their partner, other names."""

import hashlib
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from grt_platform.kernel.objects import StoredObject

INBOX = "archives"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NAME = re.compile(
    rf"galaxy/(?P<instance>{UUID})/{INBOX}/(?P<stem>(?!\.)[^/\x00-\x1f\x7f]{{1,180}})\.(?P<kind>tar\.gz|json)"
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One archive with its metadata beside it, as a server left them in its folder."""

    instance_id: str
    stem: str
    archive: StoredObject
    metadata: StoredObject

    @property
    def group(self) -> str:
        """What it is announced together with: all of its instance."""
        return self.instance_id

    @property
    def etag(self) -> str:
        """12 hex digits that change when either file changes."""
        text = "/".join(f"{fact.size_bytes}:{fact.etag}" for fact in (self.archive, self.metadata))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def source(self) -> str:
        """The archive's file name."""
        return f"{self.stem}.tar.gz"

    @property
    def identity(self) -> tuple[str, str, str]:
        """What the ledger knows it by: instance, file name, etag."""
        return self.instance_id, self.source, self.etag

    @property
    def size_bytes(self) -> int:
        """Bytes of the archive."""
        return self.archive.size_bytes

    @property
    def modified_at(self) -> datetime:
        """When the younger of the two files was written."""
        return max(self.archive.modified_at, self.metadata.modified_at)


@dataclass(frozen=True, slots=True)
class Inbox:
    """Everything in the instance folders.

    Attributes:
        arrivals: Whole pairs that the ledger does not know.
        known: How many whole pairs it knows.
        incomplete: Halves without a partner.
        strangers: Names that mean nothing here.
    """

    arrivals: tuple[Arrival, ...]
    known: int
    incomplete: tuple[StoredObject, ...]
    strangers: tuple[str, ...]


class Pairing:
    """Finds archives and their metadata in a listing by file name, in whatever pieces it comes.

    Args:
        after: The key behind which the listing begins; halves whose partner lies before it are passed over, for the
            listing that ended there asked for them.
    """

    def __init__(self, after: str = "") -> None:
        self._after = after
        self._waiting = dict[str, StoredObject]()
        self.strangers = list[str]()

    def pairs(self, facts: Iterable[StoredObject]) -> Iterator[Arrival]:
        """The arrivals that are whole with these objects, in the order of the listing."""
        for fact in facts:
            match = _NAME.fullmatch(fact.key)
            if match is None:
                self.strangers.append(fact.key)
                continue
            instance, stem, kind = match.groups()
            name = fact.key[: -len(kind)]
            partner = self._waiting.pop(name, None)
            if partner is not None:
                yield Arrival(instance, stem, *((fact, partner) if kind == "tar.gz" else (partner, fact)))
            elif kind == "json" or f"{name}json" > self._after:
                self._waiting[name] = fact

    @property
    def halves(self) -> tuple[StoredObject, ...]:
        """Those whose partner has not come."""
        return tuple(self._waiting.values())

    def wanted(self, last: str) -> list[str]:
        """Keys that may lie behind `last`, where the listing ends for now, and would make a half before it whole.

        They are few: each is a name of which `last` is a longer one.
        """
        return [key for name in self._waiting if (key := f"{name}tar.gz") > last]


def read_inbox(facts: Iterable[StoredObject], known: Container[tuple[str, str, str]] = frozenset()) -> Inbox:
    """Pairs archives with their metadata by file name; the order is that of the listing.

    Args:
        facts: Objects of the raw store; they are not kept, so a listing of any length takes little memory.
        known: Identities of archives in the ledger.
    """
    pairing, fresh, old = Pairing(), list[Arrival](), 0
    for arrival in pairing.pairs(facts):
        if arrival.identity in known:
            old += 1
        else:
            fresh.append(arrival)
    return Inbox(tuple(fresh), old, pairing.halves, tuple(pairing.strangers))
