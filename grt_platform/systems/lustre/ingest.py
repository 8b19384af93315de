"""Brings kept dumps into the lake: one volume's dump of one date at a time, all its tables as one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryFile
from typing import BinaryIO

import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.memory import give_back_freed_memory, keep_freed_memory
from grt_platform.adapters.parquet import marked_schema
from grt_platform.adapters.postgres import Connection
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.table import Table
from grt_platform.systems.lustre.columns import SYSTEM
from grt_platform.systems.lustre.logic.accounts import ledger_rows, quarantine_rows, totals_row
from grt_platform.systems.lustre.logic.counts import Counts
from grt_platform.systems.lustre.logic.from_entries import groups_of, users_of
from grt_platform.systems.lustre.logic.kept import Kept
from grt_platform.systems.lustre.logic.rescan import Rescanned, rescan
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.logic.scan import Scanned, Sums, scan
from grt_platform.systems.lustre.publishing import Publisher
from grt_platform.systems.lustre.schemas import (
    ACCOUNTS,
    ENTRIES,
    GROUP_TOTALS,
    LEDGER,
    OF_DUMP,
    PROJECT_TOTALS,
    QUARANTINE,
    TREE,
    USER_USAGE,
    VOLUME_TOTALS,
)
from grt_platform.systems.lustre.shelf import Shelf

Reading = Callable[[Kept, ScanRules, BinaryIO, Callable[[pl.DataFrame], None]], Scanned[Sums]]
"""A way to read a version of a dump by these rules: its entries go into the file, frames of its bad lines are called
with; or `BadSourceError` where the way leads nowhere."""


@dataclass(frozen=True, slots=True)
class Built:
    """What became of one volume's dumps of one date.

    Attributes:
        rows: Rows of each table by its noun; of the accounts only where no dump could be loaded.
        warnings: What people should look at.
    """

    dumped_on: date
    volume: str
    rows: Mapping[str, int]
    warnings: tuple[str, ...] = ()


_GROUP_BYTES = 32 * 1024**2
"""Of the rows made beside sums of directories: a group that is being written lies in memory several times."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    version: Kept
    counts: Counts
    rows: dict[str, int]


class Ingest:
    """The way from the shelf into the lake, and of the accounts into the warehouse.

    Only one process works on a volume's date at a time; another one waits, and gives up as `UnavailableError`.

    Args:
        shelf: Where dumps are kept.
        lake: Where tables go.
        warehouse: Where the accounts are served.
        rules: How a dump of this date is read.
    """

    def __init__(self, shelf: Shelf, lake: Lake, warehouse: Warehouse, rules: Callable[[date], ScanRules]) -> None:
        self._shelf, self._lake, self._warehouse, self._rules = shelf, lake, warehouse, rules
        self._publisher = Publisher(lake, warehouse)

    def build(self, dumped_on: date, volume: str, ways: Sequence[Reading] = ()) -> Built:
        """Loads the newest kept version that can be read, in place of what was there.

        Where none can, nothing of the volume is there for this date; other dates stay as they are.

        Args:
            dumped_on: Date of the dump.
            volume: Its volume.
            ways: What is tried before a version is read in one pass; each gives the same, or an error.
        """
        keep_freed_memory(up_to_mib=8)
        partition = {"dumped_on": dumped_on.isoformat(), "volume": volume}
        with self._warehouse.lock(SYSTEM, *partition.values()):
            versions, rejected = self._shelf.kept(dumped_on, volume), dict[Kept, str]()
            loaded = self._load_newest(versions, partition, rejected, ways)
            rows = loaded.rows if loaded else {}
            told = ledger_rows(versions, rejected, *((loaded.version, loaded.counts) if loaded else (None, None)))
            rows[LEDGER.noun] = self._lake.replace(LEDGER, partition, told)
            with self._warehouse.transaction() as connection:
                if loaded is None:
                    self._withdraw(partition, connection)
                self._publisher.publish_within(connection, partition, ACCOUNTS)
        return Built(dumped_on, volume, {QUARANTINE.noun: 0, **rows}, _warnings(told))

    def resum(self, dumped_on: date, volume: str, tables: Iterable[Table]) -> Built:
        """Makes some of the sums of a loaded dump again from its entries alone; the rows are those of the scan.

        Raises:
            BadSourceError: No entries are there.
        """
        partition, rows = {"dumped_on": dumped_on.isoformat(), "volume": volume}, dict[str, int]()
        with self._warehouse.lock(SYSTEM, *partition.values()), self._lake.open(ENTRIES, partition) as entries:
            found = _resummed(list(tables), entries, self._lake.scan(ENTRIES, partition), self._rules(dumped_on))
            for table, frames in found:
                rows[table.noun] = self._lake.replace(table, partition, frames)
        return Built(dumped_on, volume, rows)

    def _load_newest(
        self, versions: list[Kept], partition: dict[str, str], rejected: dict[Kept, str], ways: Sequence[Reading]
    ) -> _Loaded | None:
        for version in reversed(versions):
            for way in (*ways, self._in_one_pass):
                try:
                    loaded = self._load(version, partition, way)
                except BadSourceError as error:
                    rejected[version] = str(error)
                else:
                    rejected.pop(version, None)
                    return loaded
        return None

    def _in_one_pass(
        self, version: Kept, rules: ScanRules, entries: BinaryIO, bad: Callable[[pl.DataFrame], None]
    ) -> Scanned[Sums]:
        with self._shelf.open(version) as packed:
            return scan(
                packed,
                version.source,
                rules,
                entries=entries,
                entries_schema=marked_schema(ENTRIES),
                bad=lambda lines: bad(quarantine_rows(version, lines)),
                scratch=TemporaryFile,
                tidy=give_back_freed_memory,
            )

    def _load(self, version: Kept, partition: dict[str, str], way: Reading) -> _Loaded:
        rules, rows = self._rules(version.dumped_on), dict[str, int]()
        with ExitStack() as swapped:
            bad = swapped.enter_context(self._lake.writer(QUARANTINE, partition))
            entries = swapped.enter_context(self._lake.sink(ENTRIES, partition))
            scanned = way(version, rules, entries, bad.write)
            give_back_freed_memory()  # the rows of the tree need as much again
            for table, frames in _summed(version, rules, scanned):
                writer = swapped.enter_context(self._lake.writer(table, partition, group_bytes=_GROUP_BYTES))
                for frame in frames:
                    writer.write(frame)
                rows[table.noun] = writer.rows
        return _Loaded(
            version, scanned.counts, {ENTRIES.noun: scanned.counts.entries, QUARANTINE.noun: bad.rows, **rows}
        )

    def _withdraw(self, partition: dict[str, str], connection: Connection) -> None:
        """Nothing of a dump is in the lake any more, nor served once the transaction ends."""
        for table in (*OF_DUMP, QUARANTINE):
            self._lake.remove(table, partition)
        served = [table for table in OF_DUMP if not table.is_private]
        self._publisher.publish_within(connection, partition, served)


_GROUPED = {GROUP_TOTALS: groups_of, USER_USAGE: users_of}
_RESUMMED: dict[Table, Callable[[Rescanned], Iterable[pl.DataFrame]]] = {
    PROJECT_TOTALS: lambda again: [again.projects()],
    TREE: lambda again: again.tree(),
}


def _resummed(
    tables: Sequence[Table], entries: BinaryIO, lazy: pl.LazyFrame, rules: ScanRules
) -> Iterator[tuple[Table, Iterable[pl.DataFrame]]]:
    """Some of the sums again, each with its frames; groups and users need few columns and no directories."""
    for table in tables:
        if table in _GROUPED:
            yield table, [_GROUPED[table](lazy, rules)]
    deep = [table for table in tables if table in _RESUMMED]
    if deep:
        again = rescan(entries, rules, scratch=TemporaryFile, is_owned=deep != [TREE])
        yield from ((table, _RESUMMED[table](again)) for table in deep)


def _summed(version: Kept, rules: ScanRules, scanned: Scanned[Sums]) -> Iterable[tuple[Table, Iterable[pl.DataFrame]]]:
    """The tables of one pass but the entries, each with its frames."""
    totals = totals_row(version, rules.as_of, scanned.counts, scanned.groups.height, scanned.users["uid"].n_unique())
    yield VOLUME_TOTALS, [totals]
    yield GROUP_TOTALS, [scanned.groups]
    yield USER_USAGE, [scanned.users]
    yield PROJECT_TOTALS, [scanned.projects()]
    yield TREE, scanned.tree()


def _warnings(told: pl.DataFrame) -> tuple[str, ...]:
    odd = told.filter((pl.col("status") == "rejected") | (pl.col("rows_quarantined") > 0))
    return tuple(f"{row['source']}: {row['status']}: {row['reason']}" for row in odd.iter_rows(named=True))
