"""What a shard makes of its records: files of the tables, which have no names and are gone with their process."""

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import BinaryIO, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from grt_platform.adapters.parquet import PartitionWriter
from grt_platform.systems.genes.logic.batch import bounds_of
from grt_platform.systems.genes.logic.delivery import Emit
from grt_platform.systems.genes.logic.gathered import Gathered
from grt_platform.systems.genes.logic.result_json import NoResult, Result
from grt_platform.systems.genes.outputs import GROUP_BYTES
from grt_platform.systems.genes.schemas import GENES, QUARANTINE, SEQUENCES

FILES = {table.noun: table for table in (SEQUENCES, GENES, QUARANTINE)}
"""The tables by the name of their file."""
_TAKEN_LETTERS = 2 * 1024**2


class ShardFiles:
    """The files of one shard, begun anew as often as its parse is."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._files: dict[str, BinaryIO] = {}
        self._writers: dict[str, PartitionWriter] = {}
        self._gathered = Gathered(lambda noun, frame: self._writers[noun].write(frame))

    def begin(self) -> tuple[Emit, Result]:
        """Forget what came so far; returns what takes rows and, for nothing, genes of the result."""
        self.close()
        self._gathered = Gathered(lambda noun, frame: self._writers[noun].write(frame))
        for name, table in FILES.items():
            self._files[name] = self._open.enter_context(unnamed())
            self._writers[name] = PartitionWriter(self._files[name], table, {}, group_bytes=GROUP_BYTES)
            self._open.callback(self._writers[name].close)
        return self._take, NoResult()

    def finish(self) -> dict[str, BinaryIO]:
        """The whole files, open, by name; they are gone with this."""
        self._gathered.flush()
        for writer in self._writers.values():
            writer.flush()
            writer.close()
        return self._files

    def close(self) -> None:
        """Nothing is left."""
        self._open.close()

    def _take(self, noun: str, frame: pl.DataFrame) -> None:
        if noun in FILES:
            self._gathered.take(noun, frame)


def unnamed() -> BinaryIO:
    """A new file that is gone when it is closed, or its process dies."""
    return cast("BinaryIO", TemporaryFile(prefix="grt-genes-"))


def rows_of(file: BinaryIO) -> Iterator[pl.DataFrame]:
    """The rows of such a file, a row group at a time."""
    parquet = pq.ParquetFile(file, pre_buffer=False)
    for group in range(parquet.num_row_groups):
        yield cast("pl.DataFrame", pl.from_arrow(parquet.read_row_group(group, use_threads=False)))


def without(file: BinaryIO, ordinals: pl.Series) -> BinaryIO:
    """The file of sequences again, without those of some ordinals."""
    kept = unnamed()
    writer = PartitionWriter(kept, SEQUENCES, {}, group_bytes=GROUP_BYTES)
    for rows in rows_of(file):
        writer.write(rows.filter(~pl.col("ordinal").is_in(ordinals.implode())))
    writer.flush()
    writer.close()
    return kept


class SequenceRows:
    """The letters in a file of sequences, in order; holds a row group.

    Args:
        file: The file.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._chunks = _letters(pq.ParquetFile(file, pre_buffer=False))
        self._held = pa.array([], pa.large_string())

    def take(self, most: int) -> pa.LargeStringArray:
        """The letters of the next rows, one at least, and of so many at most; not many letters at a time."""
        while not len(self._held):
            self._held = next(self._chunks)
        bounds = bounds_of(self._held)
        rows = min(most, max(1, int(np.searchsorted(bounds, bounds[0] + _TAKEN_LETTERS, "right")) - 1))
        taken, self._held = self._held.slice(0, rows), self._held.slice(rows)
        return taken


def _letters(file: pq.ParquetFile) -> Iterator[pa.LargeStringArray]:
    for group in range(file.num_row_groups):
        column = file.read_row_group(group, columns=["sequence"], use_threads=False).column(0)
        yield from cast("list[pa.LargeStringArray]", column.chunks)
