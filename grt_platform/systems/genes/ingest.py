"""Brings one upload into the lake, the products and the warehouse: one pass, all or nothing."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from types import TracebackType
from typing import BinaryIO, cast

import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.memory import give_back_freed_memory, keep_freed_memory, mapped_file
from grt_platform.adapters.partition_sink import PartitionSink
from grt_platform.adapters.postgres import Connection
from grt_platform.adapters.store import Store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.table import Table
from grt_platform.systems.genes.counting import CountedReader
from grt_platform.systems.genes.logic.delivery import Emit
from grt_platform.systems.genes.logic.gathered import Gathered
from grt_platform.systems.genes.logic.load import Source, load
from grt_platform.systems.genes.logic.options import Limits, Options
from grt_platform.systems.genes.logic.result_json import Write
from grt_platform.systems.genes.logic.tally import Tally
from grt_platform.systems.genes.results import result_key
from grt_platform.systems.genes.schemas import (
    GENES,
    LEDGER,
    PARSES,
    QUARANTINE,
    SEQUENCES,
    SERVED_GENES,
)

_GROUP_BYTES = 8 * 1024**2  # small groups wait in little memory, and one gene is found without reading many
_SERVED: dict[str, Table] = {
    "served_genes": SERVED_GENES,
    "quarantine": QUARANTINE,
    "ledger": LEDGER,
    "parses": PARSES,
}


@dataclass(frozen=True, slots=True)
class Task:
    """What one job parses.

    Attributes:
        job_id: The job; the partition of everything that comes out.
        upload_id, project, file_name: The pinned object version, its project and its name.
        sha256, size_bytes, received_at: What is known of its bytes.
        options: How it is read.
        open: Its bytes, from the begin.
    """

    job_id: str
    upload_id: str
    project: str
    file_name: str
    sha256: str
    size_bytes: int
    received_at: datetime
    options: Options
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of it: counts, warnings, and rows of each table by its noun."""

    tally: Tally
    result_key: str
    result_bytes: int
    rows: dict[str, int]


class Ingest:
    """The way of an upload.

    Args:
        lake: Where its tables go.
        products: Where its JSON result goes.
        limits: Bounds of the platform.
    """

    def __init__(self, lake: Lake, products: Store, limits: Limits) -> None:
        self._lake, self._products, self._limits = lake, products, limits

    def parse(self, task: Task, connection: Connection, progress: Callable[[float], None]) -> Parsed:
        """Everything of the upload is in the lake and the products; in Postgres when the transaction commits.

        A killed parse leaves what was there before, or whole files that the next one replaces by the same bytes.

        Args:
            task: The upload.
            connection: One in a transaction of the caller, who then ends the job in it.
            progress: Told how much of the file was read, 0 to 1; may raise to stop the parse.

        Raises:
            BadSourceError: The file cannot be taken.
        """
        keep_freed_memory()
        outputs = _Outputs(self._lake, self._products, connection, task.job_id)
        with outputs:
            tally = load(_source(task, progress), task.options, self._limits, outputs.begin)
            outputs.result_written()
            outputs.emit("ledger", _ledger(task, tally))
            outputs.emit("parses", _summary(task, tally, outputs.result_bytes))
        give_back_freed_memory()
        return Parsed(tally, result_key(task.job_id), outputs.result_bytes, outputs.rows)

    def reject(self, task: Task, reason: str, warehouse: Warehouse) -> None:
        """The ledger says why the upload was not taken."""
        rejected = _ledger(task, Tally()).with_columns(status=pl.lit("rejected"), reason=pl.lit(reason))
        self._lake.replace(LEDGER, {"job_id": task.job_id}, rejected)
        warehouse.replace(LEDGER.served(), {"job_id": task.job_id}, rejected)


class _Outputs:
    """The lake's files, the result and the warehouse's rows of one job, begun anew as often as the parse is."""

    def __init__(self, lake: Lake, products: Store, connection: Connection, job_id: str) -> None:
        self._lake, self._products, self._connection, self._job_id = lake, products, connection, job_id
        self.result_bytes = 0
        self.rows: dict[str, int] = {}
        self._open = ExitStack()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def begin(self) -> tuple[Emit, Write]:
        """Forget what came so far; returns what takes rows and what takes bytes of the result."""
        if self.rows:
            with suppress(_ForgottenError), self._open:
                raise _ForgottenError
        self._open = ExitStack()
        self.rows, self.result_bytes = dict.fromkeys((*_SERVED, "genes", "sequences"), 0), 0
        tables = (SEQUENCES, GENES, QUARANTINE, LEDGER, PARSES)
        partition, served = {"job_id": self._job_id}, tuple(_SERVED.values())
        self._sink = self._open.enter_context(
            PartitionSink(self._lake, self._connection, tables, partition, {}, served=served, group_bytes=_GROUP_BYTES)
        )
        self._result = self._open.enter_context(self._products.writer(result_key(self._job_id)))
        self._gathered = Gathered(self._send)
        return self._gathered.take, self._write

    def emit(self, noun: str, frame: pl.DataFrame) -> None:
        """Rows that come once, at the end."""
        self._send(noun, frame)

    def result_written(self) -> None:
        """Nothing more is gathered."""
        self._gathered.flush()

    def _write(self, data: bytes | memoryview) -> int:
        self.result_bytes += len(data)
        return self._result.write(data)

    def _send(self, noun: str, frame: pl.DataFrame) -> None:
        self.rows[noun] += frame.height
        if noun in _SERVED:
            self._sink.publish(_SERVED[noun], frame)
        if noun != "served_genes":
            self._sink.emit(noun, frame)


class _ForgottenError(Exception):
    """What was written so far is to be forgotten."""


def _source(task: Task, progress: Callable[[float], None]) -> Source:
    def opened() -> BinaryIO:
        return cast("BinaryIO", CountedReader(task.open(), task.size_bytes, progress))

    return Source(task.file_name, task.upload_id, opened, mapped_file)


def _ledger(task: Task, tally: Tally) -> pl.DataFrame:
    row = {
        "source": task.file_name,
        "version": task.upload_id,
        "etag": None,
        "size_bytes": task.size_bytes,
        "sha256": task.sha256,
        "received_at": task.received_at,
        "status": "loaded",
        "reason": "; ".join([*tally.warnings(), *tally.notes()]) or None,
        "rows_in": tally.records,
        "rows_loaded": tally.genes,
        "rows_quarantined": tally.records_quarantined,
        "rows_duplicate": tally.records_dropped,
        "rows_superseded": 0,
    }
    return pl.DataFrame([row], schema=LEDGER.polars_schema(with_partition=False))


def _summary(task: Task, tally: Tally, result_bytes: int) -> pl.DataFrame:
    row = {
        **asdict(tally),
        **asdict(task.options),
        "upload_id": task.upload_id,
        "project": task.project,
        "file_name": task.file_name,
        "result_key": result_key(task.job_id),
        "result_bytes": result_bytes,
    }
    schema = PARSES.polars_schema(with_partition=False)
    return pl.DataFrame([{name: row[name] for name in schema}], schema=schema)
