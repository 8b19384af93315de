"""Where everything that comes of one upload goes: files of the lake, the JSON result, rows of the warehouse."""

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import BinaryIO

import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.partition_sink import PartitionSink
from grt_platform.adapters.postgres import Connection
from grt_platform.adapters.store import Store
from grt_platform.kernel.table import Table
from grt_platform.systems.genes.logic.delivery import Emit
from grt_platform.systems.genes.logic.gathered import Gathered
from grt_platform.systems.genes.logic.result_json import Result, ResultWriter
from grt_platform.systems.genes.results import result_key
from grt_platform.systems.genes.schemas import GENES, LEDGER, PARSES, QUARANTINE, SEQUENCES, SERVED_GENES

GROUP_BYTES = 8 * 1024**2
"""Row groups of the lake's files: small ones wait in little memory, and one gene is found without reading many."""
_SERVED: dict[str, Table] = {
    "served_genes": SERVED_GENES,
    "quarantine": QUARANTINE,
    "ledger": LEDGER,
    "parses": PARSES,
}
_LAKE = (GENES, QUARANTINE, LEDGER, PARSES)


class Outputs:
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

    def begin(self) -> tuple[Emit, Result]:
        """Forget what came so far; returns what takes rows and what takes genes of the result."""
        return self._begin((SEQUENCES, *_LAKE))

    def begin_joined(self) -> tuple[Emit, Result, BinaryIO]:
        """The same where the lake's file of sequences is put together by the caller; returns its stream, too."""
        emit, result = self._begin(_LAKE)
        return emit, result, self._open.enter_context(self._lake.sink(SEQUENCES, {"job_id": self._job_id}))

    def _begin(self, tables: Sequence[Table]) -> tuple[Emit, Result]:
        if self.rows:
            with suppress(_ForgottenError), self._open:
                raise _ForgottenError
        self._open = ExitStack()
        self.rows, self.result_bytes = dict.fromkeys((*_SERVED, "genes", "sequences"), 0), 0
        partition, served = {"job_id": self._job_id}, tuple(_SERVED.values())
        self._sink = self._open.enter_context(
            PartitionSink(self._lake, self._connection, tables, partition, {}, served=served, group_bytes=GROUP_BYTES)
        )
        self._result = self._open.enter_context(self._products.writer(result_key(self._job_id)))
        self._gathered = Gathered(self._send)
        return self._gathered.take, ResultWriter(self._write)

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
