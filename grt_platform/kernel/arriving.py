"""When an object that lies in a folder others write to is whole and quiet, and whether it was announced already."""

import hashlib
import heapq
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

QUIET = timedelta(seconds=60)
MOST_ANNOUNCED = 200
MOST_REMEMBERED = 10_000
READING_NAMES = "reading the names of a folder with very many; the next look goes on there"
_FIRST_RETRY, _LONGEST_RETRY = timedelta(minutes=10), timedelta(hours=6)
_WORD = 1 << 64
_SAMPLE = 20


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
    def size_bytes(self) -> int:
        """How many bytes it has."""

    @property
    def modified_at(self) -> datetime:
        """When it was last written to."""


Arrived = TypeVar("Arrived", bound=Arriving)
Listed = TypeVar("Listed")


@dataclass(slots=True)
class Pile:
    """Arrivals of one group that are ready, counted, for they may be more than one look can hold.

    Attributes:
        arrivals: How many.
        size_bytes: Their bytes together.
        first: The first name in order; `last` is the last one.
        digest: Of all of them, in whatever order they came.
        sample: Some by chance: a lot that was drawn, name, etag.
    """

    arrivals: int = 0
    size_bytes: int = 0
    first: str = ""
    last: str = ""
    digest: int = 0
    sample: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, arrival: Arriving, salt: int) -> None:
        """One more; another salt draws another sample."""
        found = hashlib.sha256(f"{arrival.stem}{arrival.etag}".encode()).digest()
        number = int.from_bytes(found[:8], "big")
        self.first = min(self.first or arrival.stem, arrival.stem)
        self.last = max(self.last, arrival.stem)
        self.arrivals += 1
        self.size_bytes += arrival.size_bytes
        self.digest = (self.digest + number) % _WORD
        lot = (-(number ^ salt), arrival.stem, arrival.etag)
        (heapq.heappush if len(self.sample) < _SAMPLE else heapq.heappushpop)(self.sample, lot)

    def told(self) -> list[Any]:
        """What JSON can hold of it."""
        return [self.arrivals, self.size_bytes, self.first, self.last, self.digest, self.sample]

    @classmethod
    def of(cls, told: Iterable[Any]) -> "Pile":
        """What `told` told."""
        arrivals, size_bytes, first, last, digest, sample = told
        lots = [(int(lot), str(stem), str(etag)) for lot, stem, etag in sample]
        return cls(int(arrivals), int(size_bytes), str(first), str(last), int(digest), lots)


@dataclass(slots=True)
class Cursor:
    """What a sensor remembers between two looks; losing it costs time, never an arrival.

    Attributes:
        seen: Young arrivals of the last look, of `MOST_REMEMBERED` at most: group, tab, name -> etag.
        announced: Groups announced whose arrivals are not in the ledger yet -> [when, how often, digest].
        after: The group that the last look came to, where it did not come to the end of them.
        within: How far it came within this group, where it did not come to its end.
        begun: What was ready of this group up to there.
    """

    seen: dict[str, str] = field(default_factory=dict)
    announced: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    after: str = ""
    within: str = ""
    begun: Pile | None = None

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """Reads what `text()` wrote; anything else counts as never having looked."""
        try:
            known = json.loads(text or "{}")
            announced = {k: (str(at), int(n), str(digest)) for k, (at, n, digest) in known["announced"].items()}
            place = str(known.get("after", "")), str(known.get("within", ""))
            return cls(dict(known["seen"]), announced, *place, Pile.of(known["begun"]) if "begun" in known else None)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def text(self) -> str:
        """The cursor as JSON."""
        known: dict[str, Any] = {"seen": self.seen, "announced": self.announced}
        place = {"after": self.after, "within": self.within, "begun": self.begun.told() if self.begun else None}
        return json.dumps(known | {name: value for name, value in place.items() if value}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Look(Generic[Arrived]):
    """What one look decided: arrivals to announce by their group, and the next cursor.

    Attributes:
        announce: Of a group of which earlier looks saw a part, only the arrivals of this look.
        piles: Each of these groups counted whole.
        cursor: For the next look.
    """

    announce: dict[str, tuple[Arrived, ...]]
    piles: dict[str, Pile]
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Round:
    """What of all groups one look comes to: those after `after` up to `last`, or to the end where that is empty.

    Attributes:
        after: The group before the first one.
        last: The last one.
        within: The name in `after` behind which it begins, where that group was not looked at to its end.
        upto: The name in `last` at which it ends, where that is not its end.
    """

    after: str = ""
    last: str = ""
    within: str = ""
    upto: str = ""

    def holds(self, group: str) -> bool:
        """Whether it comes to the group, or to a part of it."""
        is_behind = self.after < group or (bool(self.within) and group == self.after)
        return is_behind and (not self.last or group <= self.last)

    def ends(self, group: str) -> bool:
        """Whether it comes to the end of the group."""
        return self.holds(group) and not (self.upto and group == self.last)


class Budget:
    """How much one look may do: about so many objects, and so many seconds.

    Args:
        objects: It is spent after these.
        seconds: Or after these.
        clock: Tells seconds.
    """

    def __init__(self, objects: int, seconds: float, clock: Callable[[], float]) -> None:
        self._left, self._clock, self._end = objects, clock, clock() + seconds

    def spend(self, objects: int) -> None:
        """Note that so many objects were looked at."""
        self._left -= objects

    def page(self, listing: Iterator[Listed | None], most: int) -> tuple[list[Listed], bool]:
        """The next objects of a listing, which are spent, and whether it may go on behind them.

        They are `most`; fewer where it ended, or had a pause (None) at which the budget was spent.
        """
        found, goes_on = list[Listed](), False
        for item in listing:
            if item is not None:
                found.append(item)
            goes_on = len(found) == most or (item is None and self.is_spent)
            if goes_on:
                break
        self.spend(len(found))
        return found, goes_on

    @property
    def is_spent(self) -> bool:
        """Whether the look should end."""
        return self._left <= 0 or self._clock() >= self._end


def look(arrivals: Iterable[Arrived], cursor: Cursor, now: datetime, part: Round | None = None) -> Look[Arrived]:
    """Decides which groups have arrivals that are whole and quiet.

    An arrival is quiet when nothing wrote to it for `QUIET`, or when two looks in a row saw the same etag. A group
    announced before is announced again when other arrivals joined, or when its arrivals are still not in the ledger
    after a delay that doubles from 10 minutes to 6 hours: work that did not succeed is never passed over.

    Args:
        arrivals: Those that the ledger does not know.
        cursor: Of the look before.
        now: The time, UTC.
        part: What it comes to, where that is not everything; of other groups nothing is forgotten, and a group is
            announced when its end was come to. The next look goes on behind it, or looks again where there was more
            to announce than one look may.
    """
    part = part or Round()
    following = _elsewhere(cursor, part)
    ready, piles = _sorted_out(arrivals, cursor, now, following.seen)
    if part.within and cursor.begun is not None:
        piles[part.after] = _joined(cursor.begun, piles.get(part.after))
    if part.upto:
        following.begun = piles.pop(part.last, None)
    announce: dict[str, tuple[Arrived, ...]] = {}
    for group, pile in piles.items():
        at, times, before = cursor.announced.get(group, ("", 0, ""))
        digest = f"{pile.digest:016x}"
        if before == digest and now < datetime.fromisoformat(at) + _patience(times):
            following.announced[group] = (at, times, before)
        elif len(announce) < MOST_ANNOUNCED:
            announce[group] = tuple(sorted(ready.get(group, ()), key=lambda arrival: arrival.stem))
            following.announced[group] = (now.isoformat(), times + 1 if before == digest else 1, digest)
    following.after, following.within = part.last, part.upto
    if len(announce) == MOST_ANNOUNCED:
        following.after, following.within, following.begun = part.after, part.within, cursor.begun
    return Look(announce, {group: piles[group] for group in announce}, following)


def _sorted_out(
    arrivals: Iterable[Arrived], cursor: Cursor, now: datetime, seen: dict[str, str]
) -> tuple[dict[str, list[Arrived]], dict[str, Pile]]:
    """Those that are quiet by their group, and each of these groups counted; `seen` gets the young ones."""
    ready, piles = dict[str, list[Arrived]](), dict[str, Pile]()
    salt = int.from_bytes(hashlib.sha256(now.isoformat().encode()).digest()[:8], "big")
    for arrival in arrivals:
        name, etag = f"{arrival.group}\t{arrival.stem}", arrival.etag
        is_old = now - arrival.modified_at >= QUIET
        if is_old or cursor.seen.get(name) == etag:
            ready.setdefault(arrival.group, []).append(arrival)
            piles.setdefault(arrival.group, Pile()).add(arrival, salt)
        if not is_old and len(seen) < MOST_REMEMBERED:
            seen[name] = etag
    return ready, piles


def _joined(begun: Pile, rest: Pile | None) -> Pile:
    """Two parts of one group as one."""
    if rest is None:
        return begun
    numbers = begun.arrivals + rest.arrivals, begun.size_bytes + rest.size_bytes
    sample = heapq.nlargest(_SAMPLE, begun.sample + rest.sample)
    names = min(begun.first, rest.first), max(begun.last, rest.last)
    return Pile(*numbers, *names, (begun.digest + rest.digest) % _WORD, sorted(sample))


def _elsewhere(cursor: Cursor, part: Round) -> Cursor:
    """What is remembered of groups that a look does not come to, or not to the end of."""
    seen = {name: etag for name, etag in cursor.seen.items() if not part.holds(name.partition("\t")[0])}
    return Cursor(seen, {group: told for group, told in cursor.announced.items() if not part.ends(group)})


def _patience(times: int) -> timedelta:
    return min(_FIRST_RETRY * (1 << min(times - 1, 10)), _LONGEST_RETRY)
