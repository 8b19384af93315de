"""Snapshots of groups and quotas in the raw store: one file each time somebody asked, kept for ever."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from grt_platform.adapters.store import Store

_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One file: when it was taken and what it holds."""

    taken_at: datetime
    key: str
    data: bytes


class Snapshots:
    """The snapshots of one kind, `raw/lustre/<kind>/<time>.csv`.

    Args:
        store: The raw store.
        kind: `groups` or `quotas`.
    """

    def __init__(self, store: Store, kind: str) -> None:
        self.kind, self._store, self._folder = kind, store, f"lustre/{kind}/"
        self._name = re.compile(re.escape(self._folder) + r"(\d{8}T\d{6}Z)\.csv")

    def keep(self, taken_at: datetime, data: bytes, beside: Mapping[str, bytes] | None = None) -> None:
        """The snapshot is there, whole; one that was taken in the same second stays instead.

        Args:
            taken_at: When somebody was asked.
            data: The table.
            beside: Further files of the same answer by their kind, written before the table.
        """
        for kind, text in (beside or {}).items():
            self._store.put(_beside(kind, taken_at), text, only_if_absent=True)
        self._store.put(f"{self._folder}{_stamp(taken_at)}.csv", data, only_if_absent=True)

    def beside(self, taken_at: datetime, kind: str) -> bytes:
        """A further file of the answer of that time; empty where it had none."""
        key = _beside(kind, taken_at)
        return self._store.read(key) if self._store.head(key) else b""

    def newest(self) -> Snapshot | None:
        """The last one that was taken."""
        return self._read(max(self._taken(), default=None))

    def of(self, moment: datetime) -> Snapshot | None:
        """The newest that was taken by then, else the oldest there is: what a rebuild at any later time finds, too."""
        taken = sorted(self._taken())
        before = [each for each in taken if each[0] <= moment]
        return self._read(before[-1] if before else next(iter(taken), None))

    def _taken(self) -> list[tuple[datetime, str]]:
        matches = (self._name.fullmatch(fact.key) for fact in self._store.list(self._folder))
        return [(datetime.strptime(m[1], _STAMP).replace(tzinfo=UTC), m[0]) for m in matches if m]

    def _read(self, taken: tuple[datetime, str] | None) -> Snapshot | None:
        return Snapshot(*taken, self._store.read(taken[1])) if taken else None


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_STAMP)


def _beside(kind: str, moment: datetime) -> str:
    return f"lustre/{kind}/{_stamp(moment)}.txt"
