"""The SQL of a system's first revision makes what its schemas describe."""

from grt_platform.adapters import ddl
from grt_platform.adapters.installed import system_names
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.runtime.new_tables import sql
from grt_platform.runtime.tables import served_tables


def test_the_sql_of_each_system_makes_its_tables_where_they_are_missing(warehouse: Warehouse) -> None:
    for system in system_names():
        with warehouse.transaction() as connection:
            for schema in (system, ddl.rows_schema(system)):
                connection.execute(f"DROP SCHEMA IF EXISTS {ddl.quoted(schema)} CASCADE".encode())
            connection.execute(sql(system).encode())
        for table in served_tables(system):
            assert warehouse.fetch(f"SELECT * FROM {ddl.relation(table)}") == []
