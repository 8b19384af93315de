"""Served: the products once more, in Postgres, where pages, HTTP and the command line read them."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from grt_platform.kernel.table import Table
from grt_platform.orchestration.conditions import ON_UPDATE
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import errors_by_kind, light
from grt_platform.orchestration.resources import LakeResource, WarehouseResource
from grt_platform.systems.lustre.partitions import DATES, DUMPS, VOLUMES, cells
from grt_platform.systems.lustre.publishing import Publisher
from grt_platform.systems.lustre.schemas import FORECASTS, OF_DATE, OF_DUMP

PUBLISHED = tuple(table.served() for table in OF_DUMP if not table.is_private)


@dg.multi_asset(
    name="lustre_published",
    specs=[
        dg.AssetSpec(
            **about(table, kinds=("postgres",)),
            deps=[dg.AssetDep([table.system, layer, table.noun])],
            partitions_def=DUMPS,
            automation_condition=ON_UPDATE,
            skippable=True,
        )
        for table, layer in ((table.served(), table.layer) for table in OF_DUMP if not table.is_private)
    ],
    can_subset=True,
    op_tags=light("lustre"),
)
def published(
    context: dg.AssetExecutionContext, lake: LakeResource, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Shows what the lake holds of one volume and date, all of it at one moment."""
    [(dumped_on, volume)] = cells(context.partition_keys)
    chosen = [table for table in PUBLISHED if asset_key(table) in context.selected_asset_keys]
    with errors_by_kind(context.retry_number):
        rows = Publisher(lake.lake(), warehouse.warehouse()).publish(dumped_on, [volume], chosen)
    for table in chosen:
        metadata = {"dagster/partition_row_count": rows[table.noun]}
        yield dg.MaterializeResult(asset_key=asset_key(table), metadata=metadata)


def _of(product: Table, partitions_def: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    @dg.asset(
        **about(product.served(), kinds=("postgres",)),
        ins={"product": dg.AssetIn(product.asset_key)},
        partitions_def=partitions_def,
        automation_condition=ON_UPDATE,
        io_manager_key="publish_io",
        op_tags=light("lustre"),
    )
    def served(product: pl.LazyFrame) -> pl.LazyFrame:
        return product

    made: dg.AssetsDefinition = served
    return made


SERVED = (_of(FORECASTS, VOLUMES), *(_of(table, DATES) for table in OF_DATE))
