"""What is copied into Postgres is there exactly, however hostile."""

from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from grt_platform.adapters import copying, ddl
from grt_platform.adapters.copying import clear, copy
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import UnavailableError
from grt_platform.kernel.table import Column, Kind, Table
from grt_platform_tests.adapters.tables import HERE, ZOO, zoo
from grt_platform_tests.fixtures.frames import fetch_frame


@pytest.fixture(params=[False, True], ids=["plain", "bulk"])
def zoo_table(request):
    return replace(ZOO, is_bulk=request.param)


@pytest.fixture
def zoo_warehouse(database_url, zoo_table):
    warehouse = Warehouse(database_url)
    with warehouse.transaction() as connection:
        connection.execute(f"{ddl.create_schema('galaxy')}; {ddl.create_schema('galaxy_rows')}".encode())
        for statement in ddl.statements(zoo_table):
            connection.execute(statement.encode())
    return warehouse


def stored(warehouse, frame):
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    return fetch_frame(warehouse, f"SELECT {columns} FROM galaxy.zoo ORDER BY n")


def test_every_hostile_value_of_every_kind_survives(zoo_warehouse, zoo_table):
    zoo_warehouse.replace(zoo_table, HERE, zoo())
    found = stored(zoo_warehouse, zoo()).with_columns(pl.col("exact").cast(pl.Decimal(38, 7)))
    assert found.equals(zoo(), null_equal=True)
    assert {(row["owner_id"], row["part"]) for row in zoo_warehouse.fetch("SELECT owner_id, part FROM galaxy.zoo")} == {
        tuple(HERE.values())
    }


def test_decimals_are_exact_and_lose_their_trailing_zeros(zoo_warehouse, zoo_table):
    zoo_warehouse.replace(zoo_table, HERE, zoo())
    values = {str(row["exact"]) for row in zoo_warehouse.fetch("SELECT exact FROM galaxy.zoo WHERE exact IS NOT NULL")}
    assert values == {"9223372036854771712", "-1E-7", "100", "0", "-20.5"}
    assert Decimal("-0.0000001") in {Decimal(value) for value in values}


def test_an_empty_text_is_no_null(zoo_warehouse, zoo_table):
    zoo_warehouse.replace(zoo_table, HERE, zoo(2))
    assert zoo_warehouse.fetch("SELECT text FROM galaxy.zoo ORDER BY n") == [{"text": ""}, {"text": None}]


def test_a_frame_of_many_slices_arrives_whole_and_in_order(zoo_warehouse, zoo_table, monkeypatch):
    monkeypatch.setattr(copying, "SLICE_ROWS", 10)
    assert zoo_warehouse.replace(zoo_table, HERE, zoo(95)) == 95
    assert stored(zoo_warehouse, zoo(95).select("n", "text")).equals(zoo(95).select("n", "text"))


def test_a_line_that_is_a_backslash_and_a_dot_is_data_even_in_a_table_of_one_column(database_url):
    lonely = Table("galaxy", "table", "lonely", "One column", (Column("text", Kind.TEXT, "Text"),))
    warehouse = Warehouse(database_url)
    with warehouse.transaction() as connection:
        connection.execute(f"{ddl.create_schema('galaxy')}; {ddl.create_table(lonely)}".encode())
    warehouse.replace(lonely, {}, pl.DataFrame({"text": ["a", "\\.", "", None, "b"]}))
    assert [row["text"] for row in warehouse.fetch("SELECT text FROM galaxy.lonely")] == ["a", "\\.", "", None, "b"]


def test_partition_values_are_data_not_sql(zoo_warehouse, zoo_table):
    evil = {**HERE, "part": "'; DROP TABLE galaxy.zoo; -- \"\\."}
    zoo_warehouse.replace(zoo_table, evil, zoo(3))
    zoo_warehouse.replace(zoo_table, evil, zoo(2))
    assert zoo_warehouse.fetch("SELECT part, count(*) AS n FROM galaxy.zoo GROUP BY part") == [
        {"part": evil["part"], "n": 2}
    ]


def test_two_writers_of_one_partition_cannot_both_be_in_it(zoo_warehouse, zoo_table):
    with zoo_warehouse.transaction() as first, zoo_warehouse.transaction() as second:
        clear(first, zoo_table, HERE)
        clear(second, zoo_table, {**HERE, "part": "another"})
        with pytest.raises(UnavailableError, match="galaxy/zoo"), second.transaction():
            clear(second, zoo_table, HERE, patience_s=0.05)


def test_many_frames_of_one_transaction_are_seen_together(zoo_warehouse, zoo_table):
    with zoo_warehouse.transaction() as connection:
        clear(connection, zoo_table, HERE)
        for first in range(0, 30, 10):
            assert copy(connection, zoo_table, HERE, zoo(10, first)) == 10
        assert zoo_warehouse.fetch("SELECT count(*) AS n FROM galaxy.zoo") == [{"n": 0}]
    assert zoo_warehouse.fetch("SELECT count(*) AS n FROM galaxy.zoo") == [{"n": 30}]
