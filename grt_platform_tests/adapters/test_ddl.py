"""The DDL says what the table says, whatever its texts hold."""

from grt_platform.adapters import ddl
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.table import Column, Kind, Table
from grt_platform_tests.adapters.tables import ZOO


def table(partition_by=(), key=()):
    return Table("s", "table", "t", "T", (Column("a", Kind.UUID, "A"), Column("b", Kind.TEXT, "B")), partition_by, key)


def test_quotes_and_backslashes_in_descriptions_arrive_as_they_are(database_url):
    warehouse = Warehouse(database_url)
    with warehouse.transaction() as connection:
        connection.execute(ddl.create_schema("galaxy").encode())
        for statement in ddl.statements(ZOO):
            connection.execute(statement.encode())
    [found] = warehouse.fetch("SELECT obj_description('galaxy.zoo'::regclass) AS text")
    assert found["text"] == ZOO.description


def test_a_name_cannot_leave_its_quotes():
    assert ddl.quoted('a"; DROP TABLE b; --') == '"a""; DROP TABLE b; --"'


def test_a_text_cannot_leave_its_quotes():
    assert ddl.literal("it's") == "'it''s'"
    assert ddl.literal("\\' OR 1=1") == "E'\\\\'' OR 1=1'"


def test_the_partition_columns_have_an_index_unless_the_key_begins_with_them():
    assert ddl.create_index(table()) is None
    assert ddl.create_index(table(("a",), ("a", "b"))) is None
    assert "brin" in str(ddl.create_index(table(("a", "b"), ("b",))))


def test_only_a_table_with_a_key_has_a_primary_key():
    assert "PRIMARY KEY" not in ddl.create_table(table())
    assert 'PRIMARY KEY ("a", "b")' in ddl.create_table(table(key=("a", "b")))
