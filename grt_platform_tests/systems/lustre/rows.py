"""Rows of lustre's tables for tests: what a test does not say is filled in, and rows go to lake or warehouse."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.table import Kind, Table

DAY = date(2026, 11, 1)
VOLUME = "scratch114"
_FILLED = {
    Kind.TEXT: "",
    Kind.INTEGER: 0,
    Kind.FLOAT: 0.0,
    Kind.BOOLEAN: False,
    Kind.DATE: DAY,
    Kind.TIMESTAMP: datetime(2026, 11, 1, tzinfo=UTC),
    Kind.BYTES: b"",
}
Row = dict[str, Any]


def row(table: Table, **values: Any) -> Row:
    """A row of the table: NULL where it may be, else something plain; of one volume and day unless said."""
    unknown = values.keys() - {column.name for column in table}
    assert not unknown, unknown
    filled = {column.name: None if column.is_nullable else _FILLED[column.kind] for column in table}
    usual = {name: value for name, value in {"dumped_on": DAY, "volume": VOLUME}.items() if name in filled}
    return {**filled, **usual, **values}


def frame(table: Table, *rows: Row) -> pl.DataFrame:
    """The rows as the table has them."""
    return pl.DataFrame(list(rows), schema=table.polars_schema())


def serve(warehouse: Warehouse, table: Table, *rows: Row) -> None:
    """The rows are all rows of their partitions in the warehouse."""
    _replace(table, rows, lambda partition, found: warehouse.replace(table, partition, [found]))


def keep(lake: Lake, table: Table, *rows: Row) -> None:
    """The rows are all rows of their partitions in the lake."""
    _replace(table, rows, lambda partition, found: lake.replace(table, partition, [found]))


def _replace(table: Table, rows: tuple[Row, ...], write: Callable[[Mapping[str, str], pl.DataFrame], int]) -> None:
    parted: dict[tuple[str, ...], list[Row]] = {}
    for each in rows:
        parted.setdefault(tuple(str(each[name]) for name in table.partition_by), []).append(each)
    for values, found in parted.items():
        write(dict(zip(table.partition_by, values, strict=True)), frame(table, *found))
