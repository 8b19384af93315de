"""What Dagster shows of a table is what the table says of itself."""

import dagster as dg
import pytest

from grt_platform.kernel.table import Column, Kind, Table
from grt_platform.orchestration.describe import about, table_of
from grt_platform.systems.galaxy import schemas


@pytest.mark.parametrize("table", [*schemas.TABLES, *schemas.SERVED_TABLES], ids=lambda table: table.name)
def test_every_table_of_galaxy_describes_an_asset_completely(table):
    spec = dg.AssetSpec(**about(table))
    assert spec.key.path == table.asset_key
    assert (spec.group_name, spec.description, spec.owners) == ("galaxy", table.description, ["team:grt"])
    assert spec.tags["layer"] == table.layer
    columns = spec.metadata["dagster/column_schema"].columns
    assert [(each.name, each.type, each.description) for each in columns] == [
        (column.name, column.kind.postgres, column.description) for column in table
    ]
    assert [each.constraints.nullable for each in columns] == [column.is_nullable for column in table]
    assert table_of(spec.key) == table


def test_the_arguments_fit_an_asset_too():
    @dg.asset(**about(schemas.JOBS))
    def jobs() -> None: ...

    assert jobs.specs_by_key[dg.AssetKey(["galaxy", "table", "jobs"])].kinds == {"polars", "parquet"}


def test_two_tables_of_one_name_are_refused():
    about(Table("t", "table", "double", "One", (Column("a", Kind.TEXT, "A"),)))
    with pytest.raises(ValueError, match="described twice"):
        about(Table("t", "table", "double", "Two", (Column("b", Kind.TEXT, "B"),)))


def test_an_asset_that_is_no_table_has_none():
    assert table_of(dg.AssetKey("nothing")) is None
