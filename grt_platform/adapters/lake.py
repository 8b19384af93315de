"""The lake: every partition of a table is one Parquet file, so that it is swapped as one in any store."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO
from urllib.parse import quote, unquote

import polars as pl

from grt_platform.adapters.frames import Frames, checked_partition, pieces
from grt_platform.adapters.parquet import ROW_GROUP_BYTES, PartitionWriter, drift
from grt_platform.adapters.store import Store
from grt_platform.kernel.table import Table

__all__ = ["Lake", "PartitionWriter"]

Selection = Mapping[str, str | Collection[str]]
_FILE = "part-0.parquet"
_FEW = 16


class Lake:
    """Tables in Hive layout: `<system>/<noun>/<column>=<value>/.../part-0.parquet` below the root of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def key(self, table: Table, partition: Mapping[str, str]) -> str:
        """The key of the partition's file; values are quoted as in a URL, as Hive does."""
        folders = [f"{name}={quote(value, safe='')}" for name, value in checked_partition(table, partition).items()]
        return "/".join([table.system, table.noun, *folders, _FILE])

    @contextmanager
    def writer(
        self, table: Table, partition: Mapping[str, str], *, group_bytes: int = ROW_GROUP_BYTES
    ) -> Iterator[PartitionWriter]:
        """Write the partition anew, frame by frame; readers see it at the clean exit, or never.

        Args:
            table: The table.
            partition: A value for each column that cuts it.
            group_bytes: Largest row group; half of it waits in memory, a few times over while it is written.
        """
        values = checked_partition(table, partition)
        with self._store.writer(self.key(table, values)) as sink:
            writer = PartitionWriter(sink, table, values, group_bytes=group_bytes)
            try:
                yield writer
                writer.flush()
            finally:
                writer.close()

    @contextmanager
    def sink(self, table: Table, partition: Mapping[str, str]) -> Iterator[BinaryIO]:
        """The same for who makes the file himself: a Parquet file of the table's `marked_schema`."""
        with self._store.writer(self.key(table, partition)) as sink:
            yield sink

    def open(self, table: Table, partition: Mapping[str, str]) -> BinaryIO:
        """The partition's file as a stream.

        Raises:
            BadSourceError: There is none.
        """
        return self._store.open(self.key(table, partition))

    def replace(self, table: Table, partition: Mapping[str, str], frames: Frames) -> int:
        """Let the frames be all rows of the partition; returns how many they are."""
        with self.writer(table, partition) as writer:
            for frame in pieces(frames):
                writer.write(frame)
        return writer.rows

    def remove(self, table: Table, partition: Mapping[str, str]) -> None:
        """Let the partition be gone, also when it never was."""
        self._store.delete(self.key(table, partition))

    def version(self, table: Table, partition: Mapping[str, str]) -> str | None:
        """What changes whenever the partition is written; None where there is none."""
        found = self._store.head(self.key(table, partition))
        return found.etag if found else None

    def partitions(self, table: Table) -> list[dict[str, str]]:
        """The values of every partition that there is, in the order of the keys."""
        prefix = f"{table.system}/{table.noun}"
        keys = (found.key.removeprefix(f"{prefix}/") for found in self._store.list(prefix))
        return [values for key in keys if (values := _values(table, key)) is not None]

    def drift(self, table: Table, partition: Mapping[str, str]) -> str | None:
        """How the stored partition differs from what the table says now; None where it does not or is not there."""
        if self.version(table, partition) is None:
            return None
        with self._store.open(self.key(table, partition)) as file:
            return drift(file, table)

    def scan(self, table: Table, partition: Selection | None = None) -> pl.LazyFrame:
        """The rows of the partitions that match, in the table's columns; no rows where none matches.

        Args:
            table: What to read.
            partition: For a partition column the value, or the values, to take; all where it is not named.
        """
        wanted = {name: {given} if isinstance(given, str) else set(given) for name, given in (partition or {}).items()}
        unknown = wanted.keys() - set(table.partition_by)
        if unknown:
            raise ValueError(f"{table.name} is not cut by {', '.join(sorted(unknown))}")
        if all(len(wanted.get(name, ())) == 1 for name in table.partition_by):
            return self.scan_partitions(table, [{name: next(iter(values)) for name, values in wanted.items()}])
        found = self.partitions(table)
        matching = [each for each in found if all(each[name] in choice for name, choice in wanted.items())]
        return self._frame(table, [self.key(table, values) for values in matching])

    def count(self, table: Table, partition: Selection | None = None) -> int:
        """How many rows `scan` would give."""
        return int(self.scan(table, partition).select(pl.len()).collect().item())

    def scan_partitions(self, table: Table, partitions: Collection[Mapping[str, str]]) -> pl.LazyFrame:
        """The rows of exactly these partitions; those that are not there count as empty."""
        keys = [self.key(table, partition) for partition in partitions]
        if len(keys) <= _FEW:
            return self._frame(table, [key for key in keys if self._store.head(key)])
        there = {self.key(table, values) for values in self.partitions(table)}
        return self._frame(table, [key for key in keys if key in there])

    def _frame(self, table: Table, keys: Sequence[str]) -> pl.LazyFrame:
        schema = table.polars_schema()
        sources = [self._store.scan_source(key) for key in keys]
        if not sources:
            return pl.LazyFrame(schema=schema)
        urls, options = [url for url, _ in sources], sources[0][1]
        hive = {name: pl.String() for name in (*_named_in(urls[0]), *table.partition_by)}
        frame = pl.scan_parquet(
            urls,
            glob=False,
            schema=table.polars_schema(with_partition=False),
            hive_partitioning=bool(hive),
            hive_schema=hive or None,
            try_parse_hive_dates=False,
            storage_options=options,
        )
        return frame.select(_typed(name, dtype) if name in hive else name for name, dtype in schema.items())


def _values(table: Table, key: str) -> dict[str, str] | None:
    """The partition that a key below the table's folder names; None for a file that is none of ours."""
    *folders, file = key.split("/")
    names = [folder.partition("=")[0] for folder in folders]
    if file != _FILE or names != list(table.partition_by):
        return None
    return {name: unquote(folder.partition("=")[2]) for name, folder in zip(names, folders, strict=True)}


def _typed(name: str, dtype: pl.DataType) -> pl.Expr:
    """A partition column, whose values are the text in the folders' names, as the table says."""
    text = pl.col(name)
    return text.str.to_date("%Y-%m-%d") if dtype == pl.Date else text.cast(dtype)


def _named_in(url: str) -> list[str]:
    """Names of all Hive folders in a URL: those above the lake would count as columns of it, too."""
    return [part.partition("=")[0] for part in url.split("/")[:-1] if "=" in part]
