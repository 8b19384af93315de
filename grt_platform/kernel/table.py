"""The shape of a table, written once; Parquet, Postgres, Dagster columns and docs are derived from it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain

import polars as pl
import pyarrow as pa


class Kind(Enum):
    """What a column holds, with its types in Arrow (lake), Polars (frames) and Postgres (warehouse)."""

    INTEGER = (pa.int64(), pl.Int64(), "bigint")
    FLOAT = (pa.float64(), pl.Float64(), "double precision")
    DECIMAL = (pa.decimal128(38, 7), pl.Decimal(38, 7), "numeric")
    TEXT = (pa.string(), pl.String(), "text")
    LETTERS = (pa.large_string(), pl.String(), "text")  # long texts, no two alike: no dictionary, packed by lz4
    UUID = (pa.string(), pl.String(), "uuid")
    BOOLEAN = (pa.bool_(), pl.Boolean(), "boolean")
    TIMESTAMP = (pa.timestamp("us", tz="UTC"), pl.Datetime("us", "UTC"), "timestamptz")
    DATE = (pa.date32(), pl.Date(), "date")
    BYTES = (pa.binary(), pl.Binary(), "bytea")
    JSON = (pa.string(), pl.String(), "jsonb")

    def __init__(self, arrow: pa.DataType, polars: pl.DataType, postgres: str) -> None:
        self.arrow = arrow
        self.polars = polars
        self.postgres = postgres


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its unit is in its name, its meaning in its description; no reader sees a secret one."""

    name: str
    kind: Kind
    description: str
    is_nullable: bool = True
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one system.

    Attributes:
        system, layer, noun: Together the asset key; system and noun also name the Postgres schema and table.
        partition_by: Columns whose values cut the table into partitions, in the order of the lake's folders.
        key: Columns that identify a row within the whole table; empty where rows have no identity.
        is_private: True for what never leaves the lake (no Postgres, no download, no web page).
        is_bulk: True for tables of many million rows, which the warehouse stores lean (ADR 0006).
        unique, indexed: Further sets of columns that are unique, or looked up by, in Postgres.
        refers: Columns that name a row of another table, `schema.table`, by its key.
    """

    system: str
    layer: str
    noun: str
    description: str
    columns: tuple[Column, ...]
    partition_by: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    is_private: bool = False
    is_bulk: bool = False
    unique: tuple[tuple[str, ...], ...] = ()
    indexed: tuple[tuple[str, ...], ...] = ()
    refers: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column is named twice")
        named = {*self.partition_by, *self.key, *chain(*self.unique, *self.indexed), *(name for name, _ in self.refers)}
        unknown = named - set(names)
        if unknown:
            raise ValueError(f"{self.name}: no such columns: {', '.join(sorted(unknown))}")

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def name(self) -> str:
        """`system/layer/noun`, as in the asset key."""
        return f"{self.system}/{self.layer}/{self.noun}"

    @property
    def asset_key(self) -> list[str]:
        """The asset key's parts."""
        return [self.system, self.layer, self.noun]

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """The columns inside a Parquet file: all but those that its folder's name holds (Hive layout)."""
        return tuple(column for column in self.columns if column.name not in self.partition_by)

    def arrow_schema(self, *, with_partition: bool = True) -> pa.Schema:
        """The Arrow schema, with or without the partition columns."""
        columns = self.columns if with_partition else self.stored_columns
        return pa.schema([pa.field(c.name, c.kind.arrow, nullable=c.is_nullable) for c in columns])

    def polars_schema(self, *, with_partition: bool = True) -> pl.Schema:
        """The Polars schema, with or without the partition columns."""
        columns = self.columns if with_partition else self.stored_columns
        return pl.Schema({column.name: column.kind.polars for column in columns})

    def served(self, description: str | None = None) -> "Table":
        """The same table in the layer `served`, where people read it from Postgres."""
        return replace(self, layer="served", description=description or self.description)
