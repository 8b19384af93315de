"""Tables: one pass over a month's archives makes all of them, in the lake and in the warehouse."""

from collections.abc import Iterable, Iterator
from typing import Any

import dagster as dg

from grt_platform.kernel.table import Table
from grt_platform.orchestration.conditions import ON_UPDATE
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import errors_by_kind, heavy, pool
from grt_platform.orchestration.resources import LakeResource, StoresResource, WarehouseResource
from grt_platform.settings import settings
from grt_platform.systems.galaxy.ingest import Ingest, Month
from grt_platform.systems.galaxy.limits import limits
from grt_platform.systems.galaxy.partitions import INSTANCE_MONTHS, months_by_instance, partition_key
from grt_platform.systems.galaxy.schemas import RAW_TABLES
from grt_platform.systems.galaxy.shelf import Shelf

SERVED = tuple(table.served() for table in RAW_TABLES if not table.is_private)
_LAYERS = (*RAW_TABLES, *SERVED)


def _spec(table: Table, upstream: list[str]) -> dg.AssetSpec:
    kinds = ("postgres",) if table.layer == "served" else ("polars", "parquet")
    return dg.AssetSpec(
        **about(table, kinds=kinds),
        deps=[upstream],
        partitions_def=INSTANCE_MONTHS,
        automation_condition=ON_UPDATE,
        skippable=True,
    ).with_io_manager_key("lake_io")


@dg.multi_asset(
    name="galaxy_tables",
    specs=[
        *(_spec(table, ["galaxy", "raw", "archives"]) for table in RAW_TABLES),
        *(_spec(table, ["galaxy", "table", table.noun]) for table in SERVED),
    ],
    can_subset=True,
    backfill_policy=dg.BackfillPolicy.multi_run(settings().batch_partitions),
    pool=pool("galaxy", "ingest"),
    op_tags=heavy("galaxy"),
)
def tables(
    context: dg.AssetExecutionContext,
    stores: StoresResource,
    lake: LakeResource,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Builds the months from raw; where only served tables are asked for, publishes what the lake holds."""
    ingest = Ingest(Shelf(stores.raw()), lake.lake(), warehouse.warehouse(), limits())
    chosen = [table for table in _LAYERS if asset_key(table) in context.selected_asset_keys]
    make = ingest.publish if all(table.layer == "served" for table in chosen) else ingest.build
    with errors_by_kind(context.retry_number):
        months = [month for one, names in months_by_instance(context.partition_keys) for month in make(one, names)]
    _tell_of_others(context, chosen, months)
    _warn(context, months)
    yield from (_result(table, months) for table in chosen)


def _result(table: Table, months: Iterable[Month]) -> dg.MaterializeResult[None]:
    rows = {partition_key(month.instance_id, month.received_month): month.rows[table.noun] for month in months}
    metadata: dict[str, Any] = {"dagster/partition_row_count": sum(rows.values()), "rows": rows}
    return dg.MaterializeResult(asset_key=asset_key(table), metadata=metadata)


def _tell_of_others(context: dg.AssetExecutionContext, tables: Iterable[Table], months: Iterable[Month]) -> None:
    """Logs the months that changed with those asked for, so that what follows from them is made again."""
    asked = set(context.partition_keys)
    for month in months:
        key = partition_key(month.instance_id, month.received_month)
        if key not in asked:
            for table in tables:
                metadata: dict[str, Any] = {"dagster/partition_row_count": month.rows[table.noun]}
                context.log_event(dg.AssetMaterialization(asset_key(table), partition=key, metadata=metadata))


def _warn(context: dg.AssetExecutionContext, months: Iterable[Month]) -> None:
    for month in months:
        for warning in month.warnings:
            context.log.warning("%s %s: %s", month.instance_id, month.received_month, warning)
