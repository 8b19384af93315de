"""Dagster's partition keys name the values of a table's partition columns, or the mismatch is told."""

import dagster as dg
import pytest

from grt_platform.kernel.table import Column, Kind, Table
from grt_platform.orchestration.partitions import values_of

DAYS = dg.DailyPartitionsDefinition(start_date="2026-01-01")
VOLUMES = dg.StaticPartitionsDefinition(["v/1", "v 2"])


def table(*cut):
    return Table("t", "table", "t", "T", tuple(Column(name, Kind.TEXT, name) for name in ("date", "volume", "x")), cut)


def test_the_dimensions_of_a_cell_are_the_columns_in_the_tables_order():
    cells = dg.MultiPartitionsDefinition({"date": DAYS, "volume": VOLUMES})
    key = str(dg.MultiPartitionKey({"date": "2026-01-02", "volume": "v/1"}))
    assert list(values_of(table("volume", "date"), key, cells).items()) == [("volume", "v/1"), ("date", "2026-01-02")]


def test_a_single_key_is_the_value_of_the_single_column():
    assert values_of(table("volume"), "v 2", VOLUMES) == {"volume": "v 2"}


@pytest.mark.parametrize("cut", [(), ("date", "volume")])
def test_an_asset_that_is_cut_otherwise_than_its_table_is_refused(cut):
    with pytest.raises(ValueError, match="t/table/t is cut by"):
        values_of(table(*cut), "v 2", VOLUMES)
