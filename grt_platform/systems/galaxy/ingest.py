"""Brings kept archives into the lake and the warehouse: one month of an instance at a time, all its tables as one."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.memory import keep_freed_memory
from grt_platform.adapters.partition_sink import PartitionSink
from grt_platform.adapters.postgres import Connection
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import GrtError
from grt_platform.kernel.table import Table
from grt_platform.systems.galaxy.logic.kept import Kept
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.logic.load import load
from grt_platform.systems.galaxy.logic.names import report_id_of
from grt_platform.systems.galaxy.logic.reports import Report
from grt_platform.systems.galaxy.logic.rivals import Rivals
from grt_platform.systems.galaxy.schemas import CLAIMS, LEDGER, QUARANTINE, RAW_TABLES, REPORTS, UNSETTLED
from grt_platform.systems.galaxy.shelf import Shelf

Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)
_MOST_PASSES = 4


@dataclass(frozen=True, slots=True)
class Month:
    """What became of one month of an instance: rows of each table by its noun, and a warning for each bad report."""

    instance_id: str
    received_month: str
    rows: dict[str, int]
    warnings: tuple[str, ...] = ()


class Ingest:
    """The way from the shelf into lake and warehouse.

    Only one process works on an instance at a time; another one waits, and gives up as `UnavailableError`.
    """

    def __init__(self, shelf: Shelf, lake: Lake, warehouse: Warehouse, limits: Limits) -> None:
        self._shelf, self._lake, self._warehouse, self._limits = shelf, lake, warehouse, limits

    def build(self, instance_id: str, months: Sequence[str]) -> list[Month]:
        """Builds months of an instance from its kept archives, and every other month that changes with them.

        All of them appear in the warehouse in one transaction (ADR 0004). The lake's files are swapped one after
        another, so months that a killed build left between old and new are built again with these.
        """
        keep_freed_memory()
        with self._warehouse.lock("galaxy", instance_id):
            with self._warehouse.transaction() as connection:
                built = self._build_all(instance_id, months, connection)
            self._lake.remove(UNSETTLED, {"instance_id": instance_id})
        return [built[month] for month in sorted(built)]

    def _build_all(self, instance_id: str, months: Sequence[str], connection: Connection) -> dict[str, Month]:
        begun = self._unsettled(instance_id)
        waiting, built, passes = sorted({*months, *begun}), dict[str, Month](), Counter[str]()
        while waiting:
            month = waiting.pop(0)
            passes[month] += 1
            if passes[month] > _MOST_PASSES:
                raise GrtError(f"galaxy {instance_id}: {month} does not settle; this is a fault of the platform")
            built[month], affected = self._build(instance_id, month, connection, begun)
            waiting = sorted({*waiting, *affected})
        return built

    def publish(self, instance_id: str, months: Sequence[str]) -> list[Month]:
        """Copies months from the lake into the warehouse, in one transaction."""
        with self._warehouse.lock("galaxy", instance_id), self._warehouse.transaction() as connection:
            return [self._publish(instance_id, month, connection) for month in months]

    def _build(
        self, instance_id: str, month: str, connection: Connection, begun: set[str]
    ) -> tuple[Month, frozenset[str]]:
        reports = [self._report(version) for version in self._shelf.kept(instance_id, month)]
        rivals = self._rivals(instance_id, month)
        with PartitionSink(self._lake, connection, RAW_TABLES, _partition(instance_id, month), _MASKS) as sink:
            outcome = load(reports, rivals, sink.emit, self._limits)
            sink.emit(LEDGER.noun, outcome.ledger)
            self._begin(instance_id, {month, *outcome.affected}, begun)
        return Month(instance_id, month, sink.rows, outcome.warnings), outcome.affected

    def _begin(self, instance_id: str, months: set[str], begun: set[str]) -> None:
        """Note that the files of these months are about to be swapped; `begun` holds what is noted."""
        if not months <= begun:
            begun |= months
            noted = pl.DataFrame({"received_month": sorted(begun)})
            self._lake.replace(UNSETTLED, {"instance_id": instance_id}, noted)

    def _unsettled(self, instance_id: str) -> set[str]:
        noted = self._lake.scan(UNSETTLED, {"instance_id": instance_id}).collect()
        return set(noted["received_month"])

    def _report(self, version: Kept) -> Report:
        metadata = self._shelf.metadata(version, self._limits.max_metadata_bytes)
        both = version.sha256 + hashlib.sha256(metadata).hexdigest()
        return Report(
            source=version.source,
            report_id=report_id_of(version.stem),
            version=hashlib.sha256(both.encode()).hexdigest(),
            etag=version.etag,
            sha256=version.sha256,
            size_bytes=version.size_bytes,
            received_at=version.received_at,
            metadata=metadata,
            open=lambda: self._shelf.open(version),
        )

    def _rivals(self, instance_id: str, month: str) -> Rivals:
        claims, reports, ledger = (self._lake.scan(t, {"instance_id": instance_id}) for t in (CLAIMS, REPORTS, LEDGER))
        return Rivals.of_tables(month, claims, reports.collect(), ledger.collect())

    def _publish(self, instance_id: str, month: str, connection: Connection) -> Month:
        partition, rows = _partition(instance_id, month), dict[str, int]()
        for table in RAW_TABLES:
            if not table.is_private:
                frames = self._masked(table, partition)
                rows[table.noun] = self._warehouse.replace(table, partition, frames, connection=connection)
        return Month(instance_id, month, rows)

    def _masked(self, table: Table, partition: dict[str, str]) -> pl.LazyFrame:
        frame = self._lake.scan(table, partition)
        mask = _MASKS.get(table.noun)
        return mask(frame) if mask else frame


def _partition(instance_id: str, month: str) -> dict[str, str]:
    return {"instance_id": instance_id, "received_month": month}


def _without_private_rows(quarantine: Rows) -> Rows:
    """Parameters are private, so the bytes of their bad rows do not leave the lake."""
    is_private = pl.col("member") == "params"
    return quarantine.with_columns(raw=pl.when(is_private).then(pl.lit(b"(private)")).otherwise("raw"))


_MASKS = {QUARANTINE.noun: _without_private_rows}
