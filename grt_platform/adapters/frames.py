"""Polars frames that conform to a table: the same columns, the same types, no nulls where none may be."""

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from grt_platform.kernel.table import Column, Table

Frames = pl.DataFrame | pl.LazyFrame | Iterable[pl.DataFrame]
"""What an asset may return for one partition of a table: whole, to be computed, or in pieces."""


def checked_partition(table: Table, partition: Mapping[str, str]) -> dict[str, str]:
    """The partition's values in the table's order.

    Raises:
        ValueError: They do not name every partition column of the table once, or one is empty.
    """
    if set(partition) != set(table.partition_by) or not all(partition.values()):
        raise ValueError(f"{table.name} is cut by {list(table.partition_by)}, which {dict(partition)} does not name")
    return {name: partition[name] for name in table.partition_by}


def conform(frame: pl.DataFrame, table: Table, partition: Mapping[str, str]) -> pl.DataFrame:
    """The frame's stored columns in the table's order; partition columns may be there and are taken off.

    Raises:
        TypeError: Columns or types are not the table's, or the frame holds nulls or rows that may not be there.
    """
    given = {name: dtype for name, dtype in frame.schema.items() if name not in partition}
    faults = [*_schema_faults(given, table), *_partition_faults(frame, partition)]
    if not faults:
        frame = frame.select(
            pl.col(c.name).cast(c.kind.polars) if frame.schema[c.name] == pl.Null else c.name
            for c in table.stored_columns
        )
        faults = [
            f"{column.name} may not be null"
            for column in table.stored_columns
            if not column.is_nullable and frame[column.name].null_count()
        ]
    if faults:
        raise TypeError(f"A frame does not fit {table.name}: {'; '.join(faults)}. Change the frame or the schema.")
    return frame


def pieces(frames: Frames, rows: int = 500_000) -> Iterator[pl.DataFrame]:
    """The frames one after another; a lazy frame is computed in batches of about `rows`."""
    if isinstance(frames, pl.DataFrame):
        yield frames
    elif isinstance(frames, pl.LazyFrame):
        yield from frames.collect_batches(chunk_size=rows)
    else:
        yield from frames


def _schema_faults(given: Mapping[str, pl.DataType], table: Table) -> Iterator[str]:
    wanted = {column.name: column for column in table.stored_columns}
    for name in given.keys() - wanted.keys():
        yield f"it has a column {name} that the table has not"
    for name, column in wanted.items():
        if name not in given:
            yield f"it lacks the column {name}"
        elif not _fits(given[name], column):
            yield f"{name} is {given[name]}, the table says {column.kind.polars}"


def _fits(dtype: pl.DataType, column: Column) -> bool:
    return dtype in (column.kind.polars, pl.Null())


def _partition_faults(frame: pl.DataFrame, partition: Mapping[str, str]) -> Iterator[str]:
    for name, value in partition.items():
        if name in frame.columns and not (frame[name].cast(pl.String) == value).all(ignore_nulls=False):
            yield f"its column {name} holds rows of other partitions than {value}"
