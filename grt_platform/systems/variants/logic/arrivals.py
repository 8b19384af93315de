"""Versions of files that wait to be looked at, and how many of them one run takes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from grt_platform.systems.variants.logic.file_kinds import FileKind, file_kind


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
    def kind(self) -> FileKind | None:
        """What it is looked at as."""
        return file_kind(self.stem)

    @property
    def modified_at(self) -> datetime:
        """Long ago: nobody writes to a stored version."""
        return datetime.fromtimestamp(0, UTC)


def batches(arrivals: Iterable[Arrival], most: int, most_bytes: int) -> Iterator[list[Arrival]]:
    """The arrivals in their order, cut so that small files of a kind share a run and a large one has its own."""
    batch, size = list[Arrival](), 0
    for arrival in arrivals:
        is_full = len(batch) >= most or size + arrival.size_bytes > most_bytes
        if batch and (is_full or batch[-1].kind is not arrival.kind):
            yield batch
            batch, size = [], 0
        batch.append(arrival)
        size += arrival.size_bytes
    if batch:
        yield batch
