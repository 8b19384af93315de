"""Versions of files that wait to be looked at, and how many of them one run takes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A stored version that the ledger does not know; a version is whole from its first moment.

    Attributes:
        group: The version, which is announced for itself.
        stem: Project and name.
        size_bytes: Its size.
    """

    group: str
    stem: str
    size_bytes: int

    @property
    def etag(self) -> str:
        """A version never changes."""
        return self.group

    @property
    def modified_at(self) -> datetime:
        """Long ago: nobody writes to a stored version."""
        return datetime.fromtimestamp(0, UTC)


def batches(arrivals: Iterable[Arrival], most: int, most_bytes: int) -> Iterator[list[Arrival]]:
    """The arrivals in their order, cut so that small files share a run and a large one has its own."""
    batch, size = list[Arrival](), 0
    for arrival in arrivals:
        if batch and (len(batch) >= most or size + arrival.size_bytes > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(arrival)
        size += arrival.size_bytes
    if batch:
        yield batch
