"""The Postgres DDL of a table, as text: schema, table, key, index and comments."""

from collections.abc import Iterator, Sequence

from grt_platform.kernel.table import Column, Kind, Table

PARTITION_NUMBER = "partition_no"
_BRIN = {
    Kind.UUID: "uuid_minmax_multi_ops",
    Kind.INTEGER: "int8_minmax_multi_ops",
    Kind.DATE: "date_minmax_multi_ops",
    Kind.TIMESTAMP: "timestamptz_minmax_multi_ops",
    Kind.TEXT: "text_bloom_ops",
}


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text as an SQL string constant, whatever `standard_conforming_strings` says."""
    escaped = text.replace("'", "''").replace("\\", "\\\\")
    return f"E'{escaped}'" if "\\" in text else f"'{escaped}'"


def relation(table: Table) -> str:
    """`"schema"."table"`: the schema is the system, the table is the noun."""
    return f"{quoted(table.system)}.{quoted(table.noun)}"


def rows_schema(system: str) -> str:
    """The schema of the row tables behind the views of bulk tables."""
    return f"{system}_rows"


def rows_relation(table: Table) -> str:
    """The table that holds a bulk table's rows, each with the number of its partition."""
    return f"{quoted(rows_schema(table.system))}.{quoted(table.noun)}"


def partitions_relation(table: Table) -> str:
    """The table that gives each partition of a bulk table its number."""
    return f"{quoted(rows_schema(table.system))}.{quoted(f'{table.noun}_partitions')}"


def create_schema(system: str) -> str:
    """The statement that makes a schema."""
    return f"CREATE SCHEMA IF NOT EXISTS {quoted(system)}"


def create_table(table: Table) -> str:
    """The statement that makes the table with its primary key.

    The key of a table that is cut is looked at when a transaction ends: partitions replaced in one transaction may hand
    rows to each other.
    """
    lines = [*(_column(column) for column in table.columns), *_constraints(table)]
    made = _create(relation(table), lines, table.key)
    return f"{made[:-2]} DEFERRABLE INITIALLY DEFERRED\n)" if table.key and table.partition_by else made


def create_index(table: Table) -> str | None:
    """The statement that makes the index over the partition columns; None where the primary key serves.

    It is a BRIN index: COPY keeps a partition's rows together and is not slowed down by it.
    """
    cut = table.partition_by
    if not cut or table.key[: len(cut)] == cut:
        return None
    kinds = {column.name: column.kind for column in table.columns}
    columns = ", ".join(f"{quoted(name)} {_BRIN[kinds[name]]}" for name in cut)
    name = quoted(f"{table.noun}_partition")
    return f"CREATE INDEX {name} ON {relation(table)} USING brin ({columns}) WITH (autosummarize = on)"


def comments(table: Table) -> Iterator[str]:
    """The statements that carry the descriptions of the table and its columns into the database."""
    what = "VIEW" if table.is_bulk else "TABLE"
    yield f"COMMENT ON {what} {relation(table)} IS {literal(table.description)}"
    for column in table.columns:
        yield f"COMMENT ON COLUMN {relation(table)}.{quoted(column.name)} IS {literal(column.description)}"


def statements(table: Table) -> list[str]:
    """Everything that makes the table, in order; its schemas must be there."""
    if table.is_bulk:
        return [*_bulk(table), *comments(table)]
    index = create_index(table)
    lookups = [_lookup(table, columns) for columns in table.indexed]
    packing = [_packing(table, column) for column in table.columns if column.kind is Kind.LETTERS]
    return [create_table(table), *packing, *([index] if index else []), *lookups, *comments(table)]


def _packing(table: Table, column: Column) -> str:
    """Long texts are packed by lz4 where the server can, else not at all: the usual packing halves COPY's speed."""
    alter = f"ALTER TABLE {relation(table)} ALTER COLUMN {quoted(column.name)} SET"
    return (
        f"DO $$ BEGIN {alter} COMPRESSION lz4; "
        f"EXCEPTION WHEN feature_not_supported THEN {alter} STORAGE EXTERNAL; END $$"
    )


def _constraints(table: Table) -> Iterator[str]:
    for columns in table.unique:
        yield f"UNIQUE ({', '.join(map(quoted, columns))})"
    for column, other in table.refers:
        yield f"FOREIGN KEY ({quoted(column)}) REFERENCES {'.'.join(map(quoted, other.split('.')))}"


def _lookup(table: Table, columns: Sequence[str]) -> str:
    name = quoted("_".join((table.noun, *columns)))
    return f"CREATE INDEX {name} ON {relation(table)} ({', '.join(map(quoted, columns))})"


def _bulk(table: Table) -> list[str]:
    """Lean rows, numbers for their partitions, and the view that people see (ADR 0006)."""
    cut = [column for column in table.columns if column.name in table.partition_by]
    number = f"{quoted(PARTITION_NUMBER)} integer"
    rows, partitions = rows_relation(table), partitions_relation(table)
    numbered = [f"{number} GENERATED ALWAYS AS IDENTITY PRIMARY KEY", *(_column(column) for column in cut)]
    unique = f"UNIQUE ({', '.join(quoted(column.name) for column in cut)})"
    lean = [f"{number} NOT NULL", *(_column(column) for column in table.stored_columns)]
    shown = ", ".join(_shown(column, is_partition=column in cut) for column in table.columns)
    view = f"SELECT {shown} FROM {rows} AS r JOIN {partitions} AS p USING ({quoted(PARTITION_NUMBER)})"
    brin = f"USING brin ({quoted(PARTITION_NUMBER)} int4_minmax_multi_ops) WITH (autosummarize = on)"
    return [
        _create(partitions, [*numbered, unique], ()),
        _create(rows, lean, ()),
        f"CREATE INDEX {quoted(f'{table.noun}_partition')} ON {rows} {brin}",
        f"CREATE VIEW {relation(table)} AS {view}",
    ]


def _shown(column: Column, *, is_partition: bool) -> str:
    """A column of the view; decimals are shown without the trailing zeros that they may have come with."""
    name = f"{'p' if is_partition else 'r'}.{quoted(column.name)}"
    return f"trim_scale({name}) AS {quoted(column.name)}" if column.kind is Kind.DECIMAL else name


def _create(name: str, lines: Sequence[str], key: Sequence[str]) -> str:
    primary = [f"PRIMARY KEY ({', '.join(map(quoted, key))})"] if key else []
    body = ",\n    ".join([*lines, *primary])
    return f"CREATE TABLE {name} (\n    {body}\n)"


def _column(column: Column) -> str:
    return f"{quoted(column.name)} {column.kind.postgres}{'' if column.is_nullable else ' NOT NULL'}"
