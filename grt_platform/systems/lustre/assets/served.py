"""Served: the products once more, in Postgres, where pages, HTTP and the command line read them."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from grt_platform.kernel.table import Table
from grt_platform.orchestration.conditions import ON_UPDATE
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import errors_by_kind, light
from grt_platform.orchestration.resources import ClockResource, LakeResource, StoresResource, WarehouseResource
from grt_platform.systems.lustre.full_sets import volumes_to_serve
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
    context: dg.AssetExecutionContext,
    lake: LakeResource,
    warehouse: WarehouseResource,
    stores: StoresResource,
    clock: ClockResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Shows what the lake holds of one volume and date (of all its volumes, by the rule of full sets) at one moment."""
    [cell] = cells(context.partition_keys)
    chosen = [table for table in PUBLISHED if asset_key(table) in context.selected_asset_keys]
    with errors_by_kind(context.retry_number):
        volumes = volumes_to_serve(lake.lake(), stores.products(), cell, clock.now().date())
        rows = Publisher(lake.lake(), warehouse.warehouse()).publish(cell[0], volumes, chosen)
    for table in chosen:
        metadata: dict[str, Any] = {"dagster/partition_row_count": rows[table.noun], "volumes": ", ".join(volumes)}
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
