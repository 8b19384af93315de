"""Whole served tables as streams of Parquet or CSV, a batch of rows at a time, with what is private left out."""

import io
from collections.abc import Iterator, Mapping
from itertools import chain

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql
from typing_extensions import Buffer

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.table import Kind, Table
from grt_platform.systems.galaxy.logic.privacy import PUBLIC
from grt_platform.systems.galaxy.logic.privacy import public as de_identified
from grt_platform.systems.galaxy.schemas import SERVED_TABLES
from grt_platform.web.at_once import AtOnce

BATCH_BYTES = 4 * 1024 * 1024
MOST_AT_ONCE = 4
_NULL = r"\N"
_SENT_AS = {
    Kind.TIMESTAMP: "(extract(epoch FROM {}) * 1000000)::bigint",
    Kind.DATE: "{} - date '1970-01-01'",
    Kind.BOOLEAN: "{}::int",
}
_READ_AS: dict[Kind, pl.DataType] = {
    Kind.INTEGER: pl.Int64(),
    Kind.FLOAT: pl.Float64(),
    Kind.TIMESTAMP: pl.Int64(),
    Kind.DATE: pl.Int32(),
    Kind.BOOLEAN: pl.Int8(),
}
_under_way = AtOnce(MOST_AT_ONCE)


def public_tables() -> list[Table]:
    """The served tables that anybody may have, by name."""
    return sorted((table for table in SERVED_TABLES if table.noun in PUBLIC), key=lambda table: table.noun)


def release(database: Database, noun: str, suffix: str, licence: Mapping[str, str]) -> Iterator[bytes]:
    """The bytes of a file with all rows of a public table, from one snapshot; memory holds one batch of rows.

    The first rows are read before this returns, so a failure to begin is raised here and not half way.

    Args:
        database: Where the served tables are.
        noun: The table's name.
        suffix: `parquet` or `csv`.
        licence: Written into the metadata of Parquet files.

    Raises:
        BadInputError: There is no such table, or it is private.
        UnavailableError: Postgres does not answer, or too many downloads are under way.
    """
    table = next((table for table in public_tables() if table.noun == noun), None)
    if table is None:
        raise BadInputError(f"galaxy has no public table {noun!r}")
    frames = _frames(database, table)
    written = _csv(table, frames) if suffix == "csv" else _parquet(table, frames, licence)
    pieces = _under_way.limited(written)
    return chain([next(pieces)], pieces)


def _frames(database: Database, table: Table) -> Iterator[pl.DataFrame]:
    schema = pl.Schema(table.arrow_schema())
    for text in _texts(database, table):
        frame = pl.read_csv(
            text,
            has_header=False,
            schema={column.name: _READ_AS.get(column.kind, pl.String()) for column in table},
            null_values=_NULL,
            empty_string_is_null=False,
        )
        yield de_identified(frame.lazy().cast(schema), table).collect()


def _texts(database: Database, table: Table) -> Iterator[bytes]:
    """All rows as CSV, cut after whole rows; Postgres sends them one by one."""
    columns = [sql.SQL(_SENT_AS.get(c.kind, "{}")).format(sql.Identifier(c.name)) for c in table]
    query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv, NULL {})").format(
        sql.SQL(", ").join(columns), sql.Identifier(table.system, table.noun), sql.Literal(_NULL)
    )
    with database.connection() as connection, connection.cursor() as cursor, cursor.copy(query) as rows:
        gathered = bytearray()
        for row in rows:
            gathered += row
            if len(gathered) >= BATCH_BYTES:
                yield bytes(gathered)
                gathered.clear()
        if gathered:
            yield bytes(gathered)


def _csv(table: Table, frames: Iterator[pl.DataFrame]) -> Iterator[bytes]:
    header = (",".join(column.name for column in table) + "\n").encode()
    for frame in frames:
        yield header + frame.write_csv(include_header=False).encode()
        header = b""
    yield header


def _parquet(table: Table, frames: Iterator[pl.DataFrame], licence: Mapping[str, str]) -> Iterator[bytes]:
    schema = table.arrow_schema().with_metadata({"description": table.description, **licence})
    written = _Written()
    with pq.ParquetWriter(pa.PythonFile(written, mode="w"), schema, compression="zstd") as writer:
        for frame in frames:
            writer.write_table(frame.to_arrow().cast(schema))
            yield written.taken()
    yield written.taken()


class _Written(io.RawIOBase):
    """A file that gives away what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Buffer) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken
