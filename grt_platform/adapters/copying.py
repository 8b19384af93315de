"""COPY of Polars frames into Postgres: rows made by Polars while the server takes the slice before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import polars as pl

from grt_platform.adapters.ddl import PARTITION_NUMBER, literal, partitions_relation, quoted, relation, rows_relation
from grt_platform.adapters.frames import checked_partition, conform
from grt_platform.adapters.postgres import Connection, available
from grt_platform.kernel.ahead import one_ahead
from grt_platform.kernel.lines import Lines
from grt_platform.kernel.table import Column, Kind, Table

SLICE_ROWS = 100_000
_WRITE_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows as Postgres takes them: in its text format, or as CSV where a value needs quoting."""

    form: str
    null: str
    columns: tuple[str, ...]
    rows: memoryview


def clear(connection: Connection, table: Table, partition: Mapping[str, str], *, patience_s: float = 600.0) -> None:
    """Delete the partition's rows in the connection's transaction and keep other writers of it out until its end.

    Raises:
        UnavailableError: Another transaction held the partition for longer than the patience.
    """
    values = checked_partition(table, partition)
    name = "/".join([table.system, table.noun, *values.values()])
    with available(f"clear {name}"):
        connection.execute("SELECT set_config('lock_timeout', %s, true)", [f"{max(1, round(patience_s * 1000))}ms"])
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        constants = _constants(connection, table, values)
        where = " AND ".join(f"{quoted(column)} = %s" for column in constants) or "true"
        connection.execute(f"DELETE FROM {_target(table)} WHERE {where}".encode(), list(constants.values()))


def copy(
    connection: Connection, table: Table, partition: Mapping[str, str], frame: pl.DataFrame, lines: Lines | None = None
) -> int:
    """Append the frame to the partition in the connection's transaction; returns its rows.

    Args:
        connection: One in a transaction.
        table: Where the rows belong.
        partition: A value for each column that cuts the table.
        frame: The rows.
        lines: The same rows as text, which then is sent instead of the frame being written as such.

    Raises:
        TypeError: The frame does not fit the table.
        UnavailableError: The connection broke.
    """
    values = checked_partition(table, partition)
    rows = conform(frame, table, values)
    with available(f"load {table.system}.{table.noun}"):
        constants = _constants(connection, table, values)
    for piece in [_as_came(lines, constants)] if lines else _encoded_ahead(rows, table, constants):
        _send(connection, table, piece)
    return frame.height


def _send(connection: Connection, table: Table, encoded: Encoded) -> None:
    """Append encoded rows in the connection's transaction.

    Raises:
        UnavailableError: The connection broke.
    """
    columns = ", ".join(map(quoted, encoded.columns))
    options = f"FORMAT {encoded.form}, NULL {literal(encoded.null)}"
    statement = f"COPY {_target(table)} ({columns}) FROM STDIN ({options})"
    with (
        available(f"load {table.system}.{table.noun}"),
        connection.cursor() as cursor,
        cursor.copy(statement.encode()) as sink,
    ):
        for start in range(0, len(encoded.rows), _WRITE_BYTES):
            sink.write(encoded.rows[start : start + _WRITE_BYTES])


def encode(frame: pl.DataFrame, table: Table, constants: Mapping[str, object]) -> Encoded:
    """A conforming frame as Postgres takes it, what is the same in every row first.

    The text format costs the server less, but a backslash, tab or line end in a value would have to be escaped. So it
    is written without escapes, and taken when it holds no other such bytes than its own separators and NULL marks.
    """
    shown = frame.select(
        *(pl.lit(value).alias(name) for name, value in constants.items()),
        *(_field(column) for column in table.stored_columns),
    )
    columns = tuple(shown.columns)
    text = _written(shown, separator="\t", quote_style="never", null_value="\\N")
    nulls = sum(frame.null_count().row(0)) if frame.width else 0
    marks = (text.count(b"\\"), text.count(b"\t"), text.count(b"\n"), text.count(b"\r"))
    if marks == (nulls, frame.height * (shown.width - 1), frame.height, 0):
        return Encoded("text", "\\N", columns, memoryview(text))
    style: Literal["necessary", "non_numeric"] = "necessary" if shown.width > 1 else "non_numeric"
    return Encoded("csv", "", columns, memoryview(_written(shown, separator=",", quote_style=style, null_value="")))


def _as_came(lines: Lines, constants: Mapping[str, object]) -> Encoded:
    """Lines as Postgres takes them, what is the same in every row first."""
    prefix = "".join(f"{value}\t" for value in constants.values()).encode()
    text = prefix + lines.text[:-1].replace(b"\n", b"\n" + prefix) + b"\n" if prefix else lines.text
    return Encoded("text", lines.null, (*constants, *lines.columns), memoryview(text))


def _written(
    frame: pl.DataFrame, separator: str, quote_style: Literal["necessary", "non_numeric", "never"], null_value: str
) -> bytes:
    sink = BytesIO()
    frame.write_csv(
        sink,
        include_header=False,
        separator=separator,
        quote_style=quote_style,
        null_value=null_value,
        datetime_format="%Y-%m-%d %H:%M:%S%.6f+00",
    )
    return sink.getvalue()


def _target(table: Table) -> str:
    return rows_relation(table) if table.is_bulk else relation(table)


def _constants(connection: Connection, table: Table, values: Mapping[str, str]) -> dict[str, object]:
    """The columns that every row of the partition has alike: its own columns, or a bulk table's partition number."""
    if not table.is_bulk:
        return dict(values)
    names, given = ", ".join(map(quoted, values)), list(values.values())
    where = " AND ".join(f"{quoted(name)} = %s" for name in values)
    find = f"SELECT {PARTITION_NUMBER} FROM {partitions_relation(table)} WHERE {where}"
    found = connection.execute(find.encode(), given).fetchone()
    if found is None:
        marks = ", ".join(["%s"] * len(values))
        make = f"INSERT INTO {partitions_relation(table)} ({names}) VALUES ({marks}) RETURNING {PARTITION_NUMBER}"
        found = connection.execute(make.encode(), given).fetchone()
    return dict(found or {})


def _field(column: Column) -> pl.Expr:
    """Text that Postgres reads as the same value; decimals without their trailing zeros."""
    value = pl.col(column.name)
    if column.kind is Kind.DECIMAL:
        return value.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    if column.kind is Kind.BYTES:
        return pl.concat_str(pl.lit("\\x"), value.bin.encode("hex")).alias(column.name)
    return value


def _encoded_ahead(frame: pl.DataFrame, table: Table, constants: Mapping[str, object]) -> Iterator[Encoded]:
    """The slices of the frame, the next one in the making while the caller sends one."""
    slices = (encode(piece, table, constants) for piece in frame.iter_slices(SLICE_ROWS))
    if frame.height <= SLICE_ROWS:
        yield from slices
        return
    yield from one_ahead(slices)
