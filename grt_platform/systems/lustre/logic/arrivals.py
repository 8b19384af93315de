"""What lies in `raw/lustre/mpistat/`: dumps of which date and volume, those that are not finished, and other names."""

import hashlib
from collections.abc import Container, Iterable
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


def read_inbox(facts: Iterable[StoredObject], now: datetime, known: Container[tuple[str, str]] = frozenset()) -> Inbox:
    """Tells dumps by their names.

    Args:
        facts: Objects below the folder.
        now: The time, UTC.
        known: Identities of dumps in the ledger.
    """
    arrivals, logs, strangers = list[Arrival](), set[str](), list[str]()
    for fact in facts:
        name = parse_name(fact.key.removeprefix(INBOX))
        if name is not None:
            arrivals.append(Arrival(name, fact))
        elif fact.key.endswith(_WRSTAT_LOGS):
            logs.add(fact.key.removesuffix(_WRSTAT_LOGS))
        else:
            strangers.append(fact.key)
    fresh = [arrival for arrival in arrivals if arrival.identity not in known]
    incomplete = [arrival for arrival in fresh if _lacks_logs(arrival, logs) and now - arrival.modified_at < LONELY]
    whole = [arrival for arrival in fresh if arrival not in incomplete]
    return Inbox(tuple(whole), len(arrivals) - len(fresh), tuple(incomplete), tuple(strangers))


def _lacks_logs(arrival: Arrival, logs: set[str]) -> bool:
    key = arrival.item.key
    return key.endswith(_WRSTAT) and key.removesuffix(_WRSTAT) not in logs
