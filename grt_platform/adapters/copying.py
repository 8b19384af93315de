"""COPY of Polars frames into Postgres: CSV made by Polars while the server takes the slice before."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import polars as pl
from psycopg import sql

from grt_platform.adapters.ddl import quoted, relation
from grt_platform.adapters.frames import checked_partition, conform
from grt_platform.adapters.postgres import Connection, available
from grt_platform.kernel.table import Column, Kind, Table

SLICE_ROWS = 100_000
_WRITE_BYTES = 128 * 1024


def clear(connection: Connection, table: Table, partition: Mapping[str, str], *, patience_s: float = 600.0) -> None:
    """Delete the partition's rows in the connection's transaction and keep other writers of it out until its end.

    Raises:
        UnavailableError: Another transaction held the partition for longer than the patience.
    """
    values = checked_partition(table, partition)
    name = "/".join([table.system, table.noun, *values.values()])
    matches = [sql.SQL("{} = %s").format(sql.Identifier(column)) for column in values]
    where = sql.SQL(" AND ").join(matches) if matches else sql.SQL("true")
    target = sql.Identifier(table.system, table.noun)
    with available(f"clear {name}"):
        connection.execute("SELECT set_config('lock_timeout', %s, true)", [f"{max(1, round(patience_s * 1000))}ms"])
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        connection.execute(sql.SQL("DELETE FROM {} WHERE {}").format(target, where), list(values.values()))


def copy(connection: Connection, table: Table, partition: Mapping[str, str], frame: pl.DataFrame) -> int:
    """Append the frame to the partition in the connection's transaction; returns its rows.

    Raises:
        TypeError: The frame does not fit the table.
        UnavailableError: The connection broke.
    """
    values = checked_partition(table, partition)
    rows = conform(frame, table, values)
    with (
        available(f"load {table.system}.{table.noun}"),
        connection.cursor() as cursor,
        cursor.copy(copy_statement(table)) as sink,
    ):
        for payload in _encoded_ahead(rows, table, values):
            for start in range(0, len(payload), _WRITE_BYTES):
                sink.write(payload[start : start + _WRITE_BYTES])
    return frame.height


def copy_statement(table: Table) -> bytes:
    """The COPY statement that takes what `encode` makes."""
    columns = ", ".join(quoted(column.name) for column in _order(table))
    return f"COPY {relation(table)} ({columns}) FROM STDIN (FORMAT csv)".encode()


def encode(frame: pl.DataFrame, table: Table, partition: Mapping[str, str]) -> memoryview:
    """A conforming frame as Postgres CSV: partition columns first, an unquoted empty field is NULL."""
    sink = BytesIO()
    frame.select(
        *(pl.lit(value).alias(name) for name, value in partition.items()),
        *(_field(column) for column in table.stored_columns),
    ).write_csv(
        sink,
        include_header=False,
        quote_style="necessary" if len(table.columns) > 1 else "non_numeric",
        datetime_format="%Y-%m-%d %H:%M:%S%.6f+00",
    )
    return sink.getbuffer()


def _field(column: Column) -> pl.Expr:
    """Text that Postgres reads as the same value; decimals without their trailing zeros."""
    value = pl.col(column.name)
    if column.kind is Kind.DECIMAL:
        return value.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    if column.kind is Kind.BYTES:
        return pl.concat_str(pl.lit("\\x"), value.bin.encode("hex")).alias(column.name)
    return value


def _order(table: Table) -> list[Column]:
    by_name = {column.name: column for column in table.columns}
    return [*(by_name[name] for name in table.partition_by), *table.stored_columns]


def _encoded_ahead(frame: pl.DataFrame, table: Table, partition: Mapping[str, str]) -> Iterator[memoryview]:
    """The slices of the frame as CSV, the next one in the making while the caller sends one."""
    slices = frame.iter_slices(SLICE_ROWS)
    if frame.height <= SLICE_ROWS:
        yield from (encode(piece, table, partition) for piece in slices)
        return
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(encode, next(slices), table, partition)
        for piece in slices:
            ready, ahead = ahead, pool.submit(encode, piece, table, partition)
            yield ready.result()
        yield ahead.result()
