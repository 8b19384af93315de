"""Puts rows into galaxy's served tables, with something for every column that a test does not care about."""

from datetime import UTC, date, datetime

import polars as pl

from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.table import Column, Kind, Table
from grt_platform.systems.galaxy.schemas import SERVED_TABLES

BOWTIE2 = "toolshed.g2.bx.psu.edu/repos/devteam/bowtie2/bowtie2"
_SOMETHING: dict[Kind, object] = {
    Kind.INTEGER: 1,
    Kind.FLOAT: 1.5,
    Kind.DECIMAL: 1,
    Kind.TEXT: "x",
    Kind.BOOLEAN: True,
    Kind.TIMESTAMP: datetime(2024, 1, 2, tzinfo=UTC),
    Kind.DATE: date(2024, 1, 1),
}


def put(warehouse: Warehouse, noun: str, *rows: dict[str, object]) -> None:
    """Inserts rows into a served table."""
    table = next(table for table in SERVED_TABLES if table.noun == noun)
    if table.is_bulk:
        _put_bulk(warehouse, table, *rows)
        return
    names, marks = ", ".join(column.name for column in table), ", ".join("%s" for _ in table)
    with warehouse.transaction() as connection:
        for row in rows:
            values = [row[column.name] if column.name in row else _default(column) for column in table]
            connection.execute(f"INSERT INTO galaxy.{noun} ({names}) VALUES ({marks})".encode(), values)


def _put_bulk(warehouse: Warehouse, table: Table, *rows: dict[str, object]) -> None:
    for row in rows:
        whole = {column.name: row[column.name] if column.name in row else _default(column) for column in table}
        partition = {name: str(whole[name]) for name in table.partition_by}
        frame = pl.DataFrame([whole], schema=table.polars_schema(), orient="row")
        warehouse.replace(table, partition, frame)


def _default(column: Column) -> object:
    return None if column.is_nullable else _SOMETHING[column.kind]
