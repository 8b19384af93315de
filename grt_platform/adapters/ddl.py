"""The Postgres DDL of a table, as text: schema, table, key, index and comments."""

from collections.abc import Iterator

from grt_platform.kernel.table import Column, Kind, Table

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


def create_schema(system: str) -> str:
    """The statement that makes the system's schema."""
    return f"CREATE SCHEMA IF NOT EXISTS {quoted(system)}"


def create_table(table: Table) -> str:
    """The statement that makes the table with its primary key."""
    lines = [_column(column) for column in table.columns]
    if table.key:
        lines.append(f"PRIMARY KEY ({', '.join(map(quoted, table.key))})")
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {relation(table)} (\n    {body}\n)"


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
    yield f"COMMENT ON TABLE {relation(table)} IS {literal(table.description)}"
    for column in table.columns:
        yield f"COMMENT ON COLUMN {relation(table)}.{quoted(column.name)} IS {literal(column.description)}"


def statements(table: Table) -> list[str]:
    """Everything that makes the table, in order; the schema must be there."""
    index = create_index(table)
    return [create_table(table), *([index] if index else []), *comments(table)]


def _column(column: Column) -> str:
    return f"{quoted(column.name)} {column.kind.postgres}{'' if column.is_nullable else ' NOT NULL'}"
