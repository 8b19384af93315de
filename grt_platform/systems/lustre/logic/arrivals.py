"""What lies in `raw/lustre/mpistat/`: dumps of which date and volume, those that are not finished, and other names."""

import hashlib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from grt_platform.kernel.objects import StoredObject
from grt_platform.systems.lustre.logic.names import DumpName, parse_name

INBOX = "lustre/mpistat/"
LONELY = timedelta(hours=1)
"""After so long a quiet `stats.gz` without the `logs.gz` that wrstat leaves last is taken all the same."""
_WRSTAT, _WRSTAT_LOGS = "/stats.gz", "/logs.gz"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One dump as it was left in the folder."""

    name: DumpName
    item: StoredObject

    @property
    def source(self) -> str:
        """Its key below the folder."""
        return self.item.key.removeprefix(INBOX)

    @property
    def stem(self) -> str:
        """Its name within the group."""
        return self.source

    @property
    def group(self) -> str:
        """It is announced by itself: in a listing dumps of one partition need not lie side by side."""
        return self.source

    @property
    def cell(self) -> str:
        """The partition it belongs to, as Dagster names it."""
        return f"{self.name.dumped_on.isoformat()}|{self.name.volume}"

    @property
    def etag(self) -> str:
        """12 hex digits that change when the file does."""
        return hashlib.sha256(f"{self.item.size_bytes}:{self.item.etag}".encode()).hexdigest()[:12]

    @property
    def identity(self) -> tuple[str, str]:
        """What the ledger knows it by: source and etag."""
        return self.source, self.etag

    @property
    def size_bytes(self) -> int:
        """Bytes of the dump."""
        return self.item.size_bytes

    @property
    def modified_at(self) -> datetime:
        """When it was last written to."""
        return self.item.modified_at


@dataclass(frozen=True, slots=True)
class Inbox:
    """Everything in the folder.

    Attributes:
        arrivals: Dumps that the ledger does not know.
        known: How many dumps it knows.
        incomplete: Dumps of wrstat whose logs have not come.
        strangers: Names that mean nothing here.
    """

    arrivals: tuple[Arrival, ...]
    known: int
    incomplete: tuple[Arrival, ...]
    strangers: tuple[str, ...]

    def without(self, known: Container[tuple[str, str]]) -> "Inbox":
        """The same, where the ledger knows these."""
        arrivals = tuple(arrival for arrival in self.arrivals if arrival.identity not in known)
        incomplete = tuple(arrival for arrival in self.incomplete if arrival.identity not in known)
        gone = len(self.arrivals) - len(arrivals) + len(self.incomplete) - len(incomplete)
        return Inbox(arrivals, self.known + gone, incomplete, self.strangers)

    @classmethod
    def together(cls, several: Sequence["Inbox"]) -> "Inbox":
        """What lies in all parts of the folder."""
        return cls(
            tuple(arrival for one in several for arrival in one.arrivals),
            sum(one.known for one in several),
            tuple(arrival for one in several for arrival in one.incomplete),
            tuple(name for one in several for name in one.strangers),
        )


def read_inbox(
    facts: Iterable[StoredObject],
    now: datetime,
    known: Container[tuple[str, str]] = frozenset(),
    logs: set[str] | None = None,
) -> Inbox:
    """Tells dumps by their names.

    Args:
        facts: Objects below the folder.
        now: The time, UTC.
        known: Identities of dumps in the ledger.
        logs: Folders in which wrstat's logs were seen before; it gets those that are seen now.
    """
    arrivals, strangers = list[Arrival](), list[str]()
    logs = set[str]() if logs is None else logs
    for fact in facts:
        name = parse_name(fact.key.removeprefix(INBOX))
        if name is not None:
            arrivals.append(Arrival(name, fact))
        elif fact.key.endswith(_WRSTAT_LOGS):
            logs.add(fact.key.removesuffix(_WRSTAT_LOGS))
        else:
            strangers.append(fact.key)
    whole, incomplete = list[Arrival](), list[Arrival]()
    for arrival in arrivals:
        is_early = _lacks_logs(arrival, logs) and now - arrival.modified_at < LONELY
        (incomplete if is_early else whole).append(arrival)
    return Inbox(tuple(whole), 0, tuple(incomplete), tuple(strangers)).without(known)


def logs_beside(key: str) -> str:
    """Where wrstat's logs lie that come before an object of its folder."""
    return f"{key.rpartition('/')[0]}{_WRSTAT_LOGS}"


def _lacks_logs(arrival: Arrival, logs: set[str]) -> bool:
    key = arrival.item.key
    return key.endswith(_WRSTAT) and key.removesuffix(_WRSTAT) not in logs
