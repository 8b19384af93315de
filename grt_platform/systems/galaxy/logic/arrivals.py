"""What lies in the instance folders: which archives are whole and quiet, and which of them nobody has taken yet."""

import hashlib
import json
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from grt_platform.kernel.objects import StoredObject

INBOX = "archives"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NAME = re.compile(
    rf"galaxy/(?P<instance>{UUID})/{INBOX}/(?P<stem>(?!\.)[^/\x00-\x1f\x7f]{{1,180}})\.(?P<kind>tar\.gz|json)"
)
QUIET = timedelta(seconds=60)
MOST_ANNOUNCED = 200
_FIRST_RETRY, _LONGEST_RETRY = timedelta(minutes=10), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One archive with its metadata beside it, as a server left them in its folder."""

    instance_id: str
    stem: str
    archive: StoredObject
    metadata: StoredObject

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


def read_inbox(facts: Iterable[StoredObject], known: Container[tuple[str, str, str]] = frozenset()) -> Inbox:
    """Pairs archives with their metadata by file name; the order is that of the listing.

    Args:
        facts: Objects of the raw store; they are not kept, so a listing of any length takes little memory.
        known: Identities of archives in the ledger.
    """
    waiting: dict[str, StoredObject] = {}
    fresh, old, strangers = list[Arrival](), 0, list[str]()
    for fact in facts:
        match = _NAME.fullmatch(fact.key)
        if match is None:
            strangers.append(fact.key)
            continue
        instance, stem, kind = match.groups()
        name = fact.key[: -len(kind)]
        partner = waiting.pop(name, None)
        if partner is None:
            waiting[name] = fact
            continue
        arrival = Arrival(instance, stem, *((fact, partner) if kind == "tar.gz" else (partner, fact)))
        if arrival.identity in known:
            old += 1
        else:
            fresh.append(arrival)
    return Inbox(tuple(fresh), old, tuple(waiting.values()), tuple(strangers))


@dataclass(slots=True)
class Cursor:
    """What a sensor remembers between two looks; losing it costs time, never an archive.

    Attributes:
        seen: Young arrivals of the last look: `instance/stem` -> etag.
        announced: Instances announced whose archives are not in the ledger yet -> [when, how often, digest].
    """

    seen: dict[str, str] = field(default_factory=dict)
    announced: dict[str, tuple[str, int, str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """Reads what `text()` wrote; anything else counts as never having looked."""
        try:
            known = json.loads(text or "{}")
            announced = {k: (str(at), int(n), str(digest)) for k, (at, n, digest) in known["announced"].items()}
            return cls(dict(known["seen"]), announced)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def text(self) -> str:
        """The cursor as JSON."""
        return json.dumps({"seen": self.seen, "announced": self.announced}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Look:
    """What one look decided: archives to announce per instance, and the next cursor."""

    announce: dict[str, tuple[Arrival, ...]]
    cursor: Cursor


def look(inbox: Inbox, cursor: Cursor, now: datetime) -> Look:
    """Decides which instances have archives that are whole and quiet.

    An arrival is quiet when nothing wrote to it for `QUIET`, or when two looks in a row saw the same etag. An instance
    announced before is announced again when other archives joined, or when its archives are still not in the ledger
    after a delay that doubles from 10 minutes to 6 hours: work that did not succeed is never passed over.
    """
    ready: dict[str, list[Arrival]] = {}
    following = Cursor()
    for arrival in inbox.arrivals:
        name, etag = f"{arrival.instance_id}/{arrival.stem}", arrival.etag
        if now - arrival.modified_at >= QUIET or cursor.seen.get(name) == etag:
            ready.setdefault(arrival.instance_id, []).append(arrival)
        if now - arrival.modified_at < QUIET:
            following.seen[name] = etag
    announce: dict[str, tuple[Arrival, ...]] = {}
    for instance, arrivals in ready.items():
        arrivals.sort(key=lambda arrival: arrival.stem)
        digest = hashlib.sha256("".join(a.stem + a.etag for a in arrivals).encode()).hexdigest()[:16]
        at, times, before = cursor.announced.get(instance, ("", 0, ""))
        if before == digest and now < datetime.fromisoformat(at) + _patience(times):
            following.announced[instance] = (at, times, before)
        elif len(announce) < MOST_ANNOUNCED:
            announce[instance] = tuple(arrivals)
            following.announced[instance] = (now.isoformat(), times + 1 if before == digest else 1, digest)
    return Look(announce, following)


def _patience(times: int) -> timedelta:
    return min(_FIRST_RETRY * (1 << min(times - 1, 10)), _LONGEST_RETRY)
