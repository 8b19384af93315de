"""One partition of several tables, written to the lake and to the warehouse side by side, each swapped as one."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self

import polars as pl

from grt_platform.adapters.copying import clear, copy
from grt_platform.adapters.lake import Lake, PartitionWriter
from grt_platform.adapters.parquet import ROW_GROUP_BYTES
from grt_platform.adapters.postgres import Connection
from grt_platform.kernel.lines import Lines
from grt_platform.kernel.table import Table

_WAITING_FRAMES = 2


class PartitionSink:
    """Takes frames of many tables in any order; readers see them all after a clean exit, or none ever.

    The lake's files appear at the exit; the warehouse's rows appear when the caller's transaction ends. Frames reach
    Postgres from a thread of their own, so the server loads one while the next is made; at most three wait in memory.

    Args:
        lake: Where every table goes.
        connection: One in a transaction of the caller, used by nobody else meanwhile; None leaves Postgres alone.
        tables: The tables of the partition; private ones go to the lake only.
        partition: A value for each column that cuts them.
        masks: For a noun, what is done to its frames before Postgres may see them.
        served: The tables of Postgres, where they are not those of the lake: then `emit` writes to the lake alone, and
            `publish` to Postgres.
        group_bytes: Largest row group of the lake's files.
    """

    def __init__(
        self,
        lake: Lake,
        connection: Connection | None,
        tables: Sequence[Table],
        partition: Mapping[str, str],
        masks: Mapping[str, Callable[[pl.DataFrame], pl.DataFrame]],
        *,
        served: Sequence[Table] | None = None,
        group_bytes: int = ROW_GROUP_BYTES,
    ) -> None:
        self._lake, self._connection, self._partition, self._masks = lake, connection, dict(partition), masks
        self._group_bytes = group_bytes
        self._tables = {table.noun: table for table in tables}
        both = [table for table in tables if connection is not None and not table.is_private]
        self._both = {table.noun for table in both} if served is None else set[str]()
        self._served = both if served is None else [*served]
        self._writers: dict[str, PartitionWriter] = {}
        self._open = ExitStack()
        self._copier: _Copier | None = None

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if self._copier is not None and error is None:
                self._copier.finish()
            elif self._copier is not None:
                self._copier.discard()
            if error is not None:
                raise error

    @property
    def rows(self) -> dict[str, int]:
        """Rows emitted since the beginning or the last restart, by noun."""
        return {noun: writer.rows for noun, writer in self._writers.items()}

    def emit(self, noun: str, frame: pl.DataFrame, lines: Lines | None = None, /) -> None:
        """Append a frame, without the partition columns, to one of the tables; `lines` say the same to Postgres."""
        if noun in self._both:
            mask = self._masks.get(noun)
            self.publish(self._tables[noun], mask(frame) if mask else frame, None if mask else lines)
        self._writers[noun].write(frame)

    def publish(self, table: Table, frame: pl.DataFrame, lines: Lines | None = None) -> None:
        """Append a frame, without the partition columns, to a table of Postgres."""
        if self._copier is not None and frame.height:
            self._copier.put(table, frame, lines)

    def restart(self) -> None:
        """Forget everything emitted so far."""
        if self._copier is not None:
            self._copier.discard()
        with suppress(_ForgottenError), self._open:
            raise _ForgottenError
        self._begin()

    def _begin(self) -> None:
        self._open = ExitStack()
        for noun, table in self._tables.items():
            self._writers[noun] = self._open.enter_context(
                self._lake.writer(table, self._partition, group_bytes=self._group_bytes)
            )
        if self._connection is not None:
            for table in self._served:
                clear(self._connection, table, self._partition)
            self._copier = _Copier(self._connection, self._partition)


class _ForgottenError(Exception):
    """The frames so far are to be forgotten: the lake's writers leave no file."""


class _Copier:
    """Copies frames into Postgres in the order they come, from a thread of its own."""

    def __init__(self, connection: Connection, partition: Mapping[str, str]) -> None:
        self._connection, self._partition = connection, partition
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="copy")
        self._pending: deque[Future[int]] = deque()

    def put(self, table: Table, frame: pl.DataFrame, lines: Lines | None) -> None:
        """Queue a frame; waits while too many are queued, and raises what went wrong with an earlier one."""
        while len(self._pending) > _WAITING_FRAMES:
            self._pending.popleft().result()
        self._pending.append(self._pool.submit(copy, self._connection, table, self._partition, frame, lines))

    def finish(self) -> None:
        """Wait until all frames are in Postgres; raises what went wrong with one."""
        self._pool.shutdown()
        for frame in self._pending:
            frame.result()

    def discard(self) -> None:
        """Wait for the frame under way and throw the others away."""
        self._pool.shutdown(cancel_futures=True)
