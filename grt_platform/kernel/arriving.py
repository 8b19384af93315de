"""When an object that lies in a folder others write to is whole and quiet, and whether it was announced already."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

QUIET = timedelta(seconds=60)
MOST_ANNOUNCED = 200
_FIRST_RETRY, _LONGEST_RETRY = timedelta(minutes=10), timedelta(hours=6)


class Arriving(Protocol):
    """Something that arrived: what it is announced together with, its name there, and what changes with its bytes."""

    @property
    def group(self) -> str:
        """What it is announced together with."""

    @property
    def stem(self) -> str:
        """Its name within the group."""

    @property
    def etag(self) -> str:
        """What changes when its bytes do."""

    @property
    def modified_at(self) -> datetime:
        """When it was last written to."""


Arrived = TypeVar("Arrived", bound=Arriving)


@dataclass(slots=True)
class Cursor:
    """What a sensor remembers between two looks; losing it costs time, never an arrival.

    Attributes:
        seen: Young arrivals of the last look: `group/stem` -> etag.
        announced: Groups announced whose arrivals are not in the ledger yet -> [when, how often, digest].
        after: The group that the last look came to, where it did not come to the end of them.
    """

    seen: dict[str, str] = field(default_factory=dict)
    announced: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    after: str = ""

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """Reads what `text()` wrote; anything else counts as never having looked."""
        try:
            known = json.loads(text or "{}")
            announced = {k: (str(at), int(n), str(digest)) for k, (at, n, digest) in known["announced"].items()}
            return cls(dict(known["seen"]), announced, str(known.get("after", "")))
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def text(self) -> str:
        """The cursor as JSON."""
        known = {"seen": self.seen, "announced": self.announced, **({"after": self.after} if self.after else {})}
        return json.dumps(known, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Look(Generic[Arrived]):
    """What one look decided: arrivals to announce by their group, and the next cursor."""

    announce: dict[str, tuple[Arrived, ...]]
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Round:
    """What of all groups one look comes to: those after `after` up to `last`, or to the end where that is empty."""

    after: str = ""
    last: str = ""

    def holds(self, group: str) -> bool:
        """Whether it comes to the group."""
        return self.after < group and (not self.last or group <= self.last)


def look(arrivals: Iterable[Arrived], cursor: Cursor, now: datetime, part: Round | None = None) -> Look[Arrived]:
    """Decides which groups have arrivals that are whole and quiet.

    An arrival is quiet when nothing wrote to it for `QUIET`, or when two looks in a row saw the same etag. A group
    announced before is announced again when other arrivals joined, or when its arrivals are still not in the ledger
    after a delay that doubles from 10 minutes to 6 hours: work that did not succeed is never passed over.

    Args:
        arrivals: Those that the ledger does not know.
        cursor: Of the look before.
        now: The time, UTC.
        part: What it comes to, where that is not everything; of other groups nothing is forgotten. The next look goes
            on behind it, or looks again where there was more to announce than one look may.
    """
    ready: dict[str, list[Arrived]] = {}
    part = part or Round()
    following = _elsewhere(cursor, part)
    for arrival in arrivals:
        name, etag = f"{arrival.group}/{arrival.stem}", arrival.etag
        if now - arrival.modified_at >= QUIET or cursor.seen.get(name) == etag:
            ready.setdefault(arrival.group, []).append(arrival)
        if now - arrival.modified_at < QUIET:
            following.seen[name] = etag
    announce: dict[str, tuple[Arrived, ...]] = {}
    for group, quiet in ready.items():
        quiet.sort(key=lambda arrival: arrival.stem)
        digest = hashlib.sha256("".join(a.stem + a.etag for a in quiet).encode()).hexdigest()[:16]
        at, times, before = cursor.announced.get(group, ("", 0, ""))
        if before == digest and now < datetime.fromisoformat(at) + _patience(times):
            following.announced[group] = (at, times, before)
        elif len(announce) < MOST_ANNOUNCED:
            announce[group] = tuple(quiet)
            following.announced[group] = (now.isoformat(), times + 1 if before == digest else 1, digest)
    following.after = part.after if len(announce) == MOST_ANNOUNCED else part.last
    return Look(announce, following)


def _elsewhere(cursor: Cursor, part: Round) -> Cursor:
    """What is remembered of groups that a look does not come to."""
    seen = {name: etag for name, etag in cursor.seen.items() if not part.holds(name.partition("/")[0])}
    return Cursor(seen, {group: told for group, told in cursor.announced.items() if not part.holds(group)})


def _patience(times: int) -> timedelta:
    return min(_FIRST_RETRY * (1 << min(times - 1, 10)), _LONGEST_RETRY)
