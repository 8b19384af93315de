"""Assets' frames become partitions of the lake and of Postgres, and come back as lazy frames."""

import dagster as dg
import polars as pl
import pytest

from grt_platform.kernel.table import Column, Kind, Table
from grt_platform.orchestration.describe import about
from grt_platform.orchestration.lake import LakeIOManager
from grt_platform.orchestration.publish import PublishIOManager
from grt_platform.orchestration.resources import LakeResource, WarehouseResource
from grt_platform.systems.galaxy import schemas

OWNER = Column("instance_id", Kind.UUID, "Whose", is_nullable=False)
MONTH = Column("month", Kind.TEXT, "Month", is_nullable=False)
N = Column("n", Kind.INTEGER, "Number")
CUT = Table("t", "table", "cut", "Cut twice", (OWNER, MONTH, N), ("instance_id", "month"))
SUMS = Table("t", "product", "sums", "Cut once", (OWNER, N), ("instance_id",))
TOTAL = Table("t", "product", "total", "Not cut", (N,))
INSTANCES = dg.DynamicPartitionsDefinition(name="t_instances")
MONTHS = dg.MonthlyPartitionsDefinition(start_date="2026-01", end_date="2026-04", fmt="%Y-%m")
CELLS = dg.MultiPartitionsDefinition({"instance_id": INSTANCES, "month": MONTHS})
A, B = "7f1b5c1e-2f2a-4d2a-9b7a-1f4e3c2d1a00", "7f1b5c1e-2f2a-4d2a-9b7a-1f4e3c2d1a01"


@dg.asset(**about(CUT), partitions_def=CELLS, io_manager_key="lake_io", backfill_policy=dg.BackfillPolicy.single_run())
def cut(context: dg.AssetExecutionContext):
    """One row per cell: the number of its month."""
    frames = {key: pl.DataFrame({"n": [int(key[-2:])]}) for key in context.partition_keys}
    return frames if len(frames) > 1 else next(iter(frames.values())).lazy()


@dg.asset(
    **about(SUMS),
    partitions_def=INSTANCES,
    io_manager_key="lake_io",
    ins={
        "cells": dg.AssetIn(
            key=about(CUT)["key"], partition_mapping=dg.MultiToSingleDimensionPartitionMapping("instance_id")
        )
    },
)
def sums(cells: pl.LazyFrame) -> pl.LazyFrame:
    """The sum of an instance's months."""
    return cells.group_by("instance_id").agg(pl.col("n").sum())


@dg.asset(**about(TOTAL), io_manager_key="lake_io", ins={"all_sums": dg.AssetIn(key=about(SUMS)["key"])})
def total(all_sums: pl.LazyFrame):
    """The sum over all instances, made in pieces."""
    return [all_sums.select(pl.col("n").sum()).collect()]


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as one:
        one.add_dynamic_partitions("t_instances", [A, B])
        yield one


@pytest.fixture
def resources(tmp_path):
    lake = LakeResource(url=str(tmp_path / "lake"))
    return {"lake": lake, "lake_io": LakeIOManager(lake=lake)}


def made(instance, resources, *selection, **kwargs):
    return dg.materialize(
        [cut, sums, total], selection=list(selection), instance=instance, resources=resources, **kwargs
    )


def cell(owner, month):
    return dg.MultiPartitionKey({"instance_id": owner, "month": month})


def test_a_cell_is_stored_under_the_columns_that_its_dimensions_name(instance, resources):
    result = made(instance, resources, cut, partition_key=cell(A, "2026-02"))
    assert resources["lake"].lake().partitions(CUT) == [{"instance_id": A, "month": "2026-02"}]
    [event] = result.get_asset_materialization_events()
    assert event.materialization.metadata["dagster/partition_row_count"].value == 1


def test_a_product_reads_every_stored_cell_of_its_instance_and_misses_none(instance, resources):
    for owner, month in ((A, "2026-01"), (A, "2026-03"), (B, "2026-02")):
        made(instance, resources, cut, partition_key=cell(owner, month))
    for owner in (A, B):
        made(instance, resources, sums, partition_key=owner)
    result = made(instance, resources, total)
    lake = resources["lake"].lake()
    assert dict(lake.scan(SUMS).select("instance_id", "n").collect().rows()) == {A: 4, B: 2}
    assert lake.scan(TOTAL).collect().rows() == [(6,)]
    assert result.get_asset_materialization_events()[0].materialization.metadata["dagster/row_count"].value == 1


def test_one_run_for_a_range_stores_each_cell_as_its_own_partition(instance, resources):
    tags = {
        "dagster/asset_partition_range_start": str(cell(A, "2026-01")),
        "dagster/asset_partition_range_end": str(cell(A, "2026-03")),
    }
    assert made(instance, resources, cut, tags=tags).success
    found = resources["lake"].lake().scan(CUT).select("month", "n").collect().rows()
    assert found == [("2026-01", 1), ("2026-02", 2), ("2026-03", 3)]


def test_an_instance_without_any_cell_gives_an_empty_product(instance, resources):
    assert made(instance, resources, sums, partition_key=B).success
    assert resources["lake"].lake().scan(SUMS).collect().height == 0


def test_an_asset_that_is_cut_otherwise_than_its_table_fails_and_stores_nothing(instance, resources):
    @dg.asset(key=["t", "product", "sums"], io_manager_key="lake_io")
    def uncut():
        return pl.DataFrame({"n": [1]})

    result = dg.materialize([uncut], instance=instance, resources=resources, raise_on_error=False)
    assert not result.success
    assert resources["lake"].lake().partitions(SUMS) == []


SERVED = schemas.METRICS_TXT.served()
SERVED_CELLS = dg.MultiPartitionsDefinition({"instance_id": INSTANCES, "received_month": MONTHS})


@dg.asset(**about(SERVED), partitions_def=SERVED_CELLS, io_manager_key="publish_io")
def served() -> pl.DataFrame:
    """Two metrics."""
    return pl.DataFrame({"job_id": [1, 2], "plugin": "p", "name": "n", "value": ["a", None]})


def test_a_served_asset_replaces_its_partition_in_postgres(instance, warehouse, monkeypatch):
    class Given(WarehouseResource):
        def warehouse(self):
            return warehouse

    resources = {"publish_io": PublishIOManager(warehouse=Given())}
    key = dg.MultiPartitionKey({"instance_id": A, "received_month": "2026-01"})
    for _ in range(2):
        assert dg.materialize([served], instance=instance, resources=resources, partition_key=key).success
    rows = warehouse.fetch("SELECT instance_id, received_month, job_id, value FROM galaxy.metrics_txt ORDER BY 3")
    assert [tuple(row.values()) for row in rows] == [(A, "2026-01", 1, "a"), (A, "2026-01", 2, None)]


def test_a_private_table_is_never_published(instance, warehouse):
    @dg.asset(**about(schemas.PARAMS), partitions_def=SERVED_CELLS, io_manager_key="publish_io")
    def params():
        return pl.DataFrame({"job_id": [1], "name": "n", "value": "secret"})

    resources = {"publish_io": PublishIOManager(warehouse=WarehouseResource())}
    key = dg.MultiPartitionKey({"instance_id": A, "received_month": "2026-01"})
    with pytest.raises(TypeError, match="private"):
        dg.materialize([params], instance=instance, resources=resources, partition_key=key)
