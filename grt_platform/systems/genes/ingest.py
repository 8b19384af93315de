"""Brings one upload into the lake, the products and the warehouse: one pass, all or nothing."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import BinaryIO, cast

import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.memory import give_back_freed_memory, keep_freed_memory, mapped_file
from grt_platform.adapters.postgres import Connection
from grt_platform.adapters.store import Store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.systems.genes.counting import CountedReader
from grt_platform.systems.genes.logic.cutting import Part
from grt_platform.systems.genes.logic.load import Source, load
from grt_platform.systems.genes.logic.options import Limits, Options
from grt_platform.systems.genes.logic.tally import Tally
from grt_platform.systems.genes.outputs import Outputs
from grt_platform.systems.genes.results import result_key
from grt_platform.systems.genes.schemas import LEDGER, PARSES

Made = Callable[[Outputs], Tally | None]
"""Puts rows and result into the outputs, where others made them before; None where that cannot be done."""


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

    Attributes:
        products: Where its JSON result goes.
        limits: Bounds of the platform.

    Args:
        lake: Where its tables go.
        products: As above.
        limits: As above.
    """

    def __init__(self, lake: Lake, products: Store, limits: Limits) -> None:
        self._lake, self.products, self.limits = lake, products, limits

    def parse(
        self, task: Task, connection: Connection, progress: Callable[[float], None], made: Made | None = None
    ) -> Parsed:
        """Everything of the upload is in the lake and the products; in Postgres when the transaction commits.

        A killed parse leaves what was there before, or whole files that the next one replaces by the same bytes.

        Args:
            task: The upload.
            connection: One in a transaction of the caller, who then ends the job in it.
            progress: Told how much of the file was read, 0 to 1; may raise to stop the parse.
            made: Asked first whether there is something that the file need not be read again for.

        Raises:
            BadSourceError: The file cannot be taken.
        """
        keep_freed_memory()
        outputs = Outputs(self._lake, self.products, connection, task.job_id)
        with outputs:
            tally = made(outputs) if made else None
            tally = tally or load(source(task, progress), task.options, self.limits, outputs.begin)
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


def source(task: Task, progress: Callable[[float], None], part: Part | None = None) -> Source:
    """The upload, or a part of it, as it is loaded.

    Args:
        task: The upload.
        progress: Told how much was read, 0 to 1; of a part that is packed less than that.
        part: Which part.
    """

    def opened() -> BinaryIO:
        stream = task.open()
        stream.seek(part.at if part else 0)
        return cast("BinaryIO", CountedReader(stream, part.size if part else task.size_bytes, progress))

    return Source(task.file_name, task.upload_id, opened, mapped_file, part)


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
