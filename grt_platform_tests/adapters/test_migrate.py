"""Migrations make exactly the tables that the schemas describe, once, whoever comes first."""

import threading

import psycopg
import pytest

from grt_platform.adapters import ddl
from grt_platform.adapters.installed import system_names
from grt_platform.adapters.migrate import current, newest, upgrade
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.schemas import platform_tables
from grt_platform.kernel.table import Table
from grt_platform.runtime.tables import served_tables

SYSTEM_TABLES = tuple(table for system in system_names() for table in served_tables(system))
TABLES = (*SYSTEM_TABLES, *platform_tables())
SCHEMAS = sorted({table.system for table in TABLES})
_COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS is_nullable,
       col_description(a.attrelid, a.attnum) AS description
FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_INDEXES = """
SELECT pg_get_indexdef(i.indexrelid) AS definition, i.indisprimary AS is_primary
FROM pg_index i WHERE i.indrelid = %s::regclass ORDER BY 1
"""
_REFERENCES = """
SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('f', 'u') ORDER BY 1
"""
_TYPES = {"timestamptz": "timestamp with time zone"}


def shape_of(warehouse: Warehouse, relation: str):
    """Everything about a table that readers can notice."""
    [about] = warehouse.fetch("SELECT obj_description(%s::regclass, 'pg_class') AS description", [relation])
    return about, *(warehouse.fetch(sql, [relation]) for sql in (_COLUMNS, _INDEXES, _REFERENCES))


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_upgraded_database_has_the_tables_of_the_schemas_and_no_others(warehouse, schema):
    described = [table for table in TABLES if table.system == schema]
    found = warehouse.fetch("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
    assert [row["tablename"] for row in found] == sorted(table.noun for table in described if not table.is_bulk)
    views = warehouse.fetch("SELECT viewname FROM pg_views WHERE schemaname = %s ORDER BY 1", [schema])
    assert [row["viewname"] for row in views] == sorted(table.noun for table in described if table.is_bulk)


def test_an_upgraded_database_has_no_schema_that_nobody_describes(warehouse):
    found = warehouse.fetch("SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'")
    rows = {f"{table.system}_rows" for table in TABLES if table.is_bulk}
    assert {row["name"] for row in found} == {*SCHEMAS, *rows, "public"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_upgraded_table_equals_its_schema_or_a_revision_is_missing(warehouse, table: Table):
    description, columns, indexes, _ = shape_of(warehouse, ddl.relation(table))
    assert description == {"description": table.description}
    assert columns == [
        {
            "name": column.name,
            "type": _TYPES.get(column.kind.postgres, column.kind.postgres),
            "is_nullable": column.is_nullable or table.is_bulk,
            "description": column.description,
        }
        for column in table.columns
    ]
    primary = [str(row["definition"]) for row in indexes if row["is_primary"]]
    key = table.key if not table.is_bulk else ()
    assert [text.split("USING btree ")[1] for text in primary] == ([f"({', '.join(key)})"] if key else [])


@pytest.mark.parametrize("table", [table for table in TABLES if table.is_bulk], ids=lambda table: table.noun)
def test_the_rows_of_a_bulk_table_keep_types_and_nullability_and_are_found_by_partition(warehouse, table: Table):
    _, columns, indexes, _ = shape_of(warehouse, ddl.rows_relation(table))
    assert [(row["name"], row["type"], row["is_nullable"]) for row in columns] == [
        ("partition_no", "integer", False),
        *((c.name, _TYPES.get(c.kind.postgres, c.kind.postgres), c.is_nullable) for c in table.stored_columns),
    ]
    assert [str(row["definition"]).split("USING ")[1] for row in indexes] == [
        "brin (partition_no int4_minmax_multi_ops) WITH (autosummarize='on')"
    ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_upgraded_table_equals_the_one_made_from_the_schema_today(warehouse, table: Table):
    upgraded = shape_of(warehouse, ddl.relation(table))
    with warehouse.transaction() as connection:
        if table.is_bulk:
            connection.execute(f"DROP VIEW {ddl.relation(table)}".encode())
            connection.execute(f"DROP TABLE {ddl.rows_relation(table)}, {ddl.partitions_relation(table)}".encode())
        else:
            connection.execute(f"DROP TABLE {ddl.relation(table)} CASCADE".encode())
        for statement in ddl.statements(table):
            connection.execute(statement.encode())
    assert shape_of(warehouse, ddl.relation(table)) == upgraded


def test_the_first_upgrade_applies_every_revision_and_the_second_none(database_url):
    assert current(database_url) is None
    assert upgrade(database_url)[0] == "0001"
    assert current(database_url) == newest()
    assert upgrade(database_url) == []


def test_two_upgrades_at_once_apply_each_revision_once(database_url):
    applied = []
    threads = [threading.Thread(target=lambda: applied.extend(upgrade(database_url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == sorted(set(applied))
    assert current(database_url) == newest()


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(database_url):
    warehouse = Warehouse(database_url)
    with warehouse.connection() as connection:
        connection.execute("CREATE SCHEMA galaxy")
    with pytest.raises(psycopg.errors.DuplicateSchema):
        upgrade(database_url)
    assert current(database_url) is None
    assert warehouse.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'galaxy'") == []
