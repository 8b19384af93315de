"""Tables: one pass over a dump makes all of them in the lake, and the accounts in the warehouse."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from grt_platform.kernel.table import Table
from grt_platform.orchestration.conditions import ON_UPDATE
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import errors_by_kind, heavy, pool
from grt_platform.orchestration.resources import LakeResource, StoresResource, WarehouseResource
from grt_platform.systems.lustre.partitions import DUMPS, cells
from grt_platform.systems.lustre.schemas import ACCOUNTS, RESUMMED, SCANNED_TABLES

if TYPE_CHECKING:
    from grt_platform.systems.lustre.ingest import Built

SERVED_ACCOUNTS = tuple(table.served() for table in ACCOUNTS)


def _spec(table: Table, upstream: list[str]) -> dg.AssetSpec:
    kinds = ("postgres",) if table.layer == "served" else ("numba", "parquet")
    return dg.AssetSpec(
        **about(table, kinds=kinds),
        deps=[upstream],
        partitions_def=DUMPS,
        automation_condition=ON_UPDATE,
        skippable=True,
    ).with_io_manager_key("lake_io")


@dg.multi_asset(
    name="lustre_scan",
    specs=[
        *(_spec(table, ["lustre", "raw", "dumps"]) for table in (*SCANNED_TABLES, *ACCOUNTS)),
        *(_spec(table.served(), table.asset_key) for table in ACCOUNTS),
    ],
    can_subset=True,
    pool=pool("lustre", "scan"),
    op_tags=heavy("lustre"),
)
def scanned(
    context: dg.AssetExecutionContext, stores: StoresResource, lake: LakeResource, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Reads the newest dump of one volume and date that can be read; of a rejected one only the accounts tell.

    Sums alone are made again from the entries.
    """
    from grt_platform.systems.lustre.kernels_made import ready_ingest  # numba's 60 MB, which only a run needs

    ingest, [cell] = ready_ingest(stores.raw(), lake.lake(), warehouse.warehouse()), cells(context.partition_keys)
    chosen = [t for t in (*SCANNED_TABLES, *ACCOUNTS, *SERVED_ACCOUNTS) if asset_key(t) in context.selected_asset_keys]
    with errors_by_kind(context.retry_number):
        built = ingest.resum(*cell, chosen) if RESUMMED.issuperset(chosen) else ingest.build(*cell)
    for warning in built.warnings:
        context.log.warning("%s", warning)
    yield from (_result(table, built) for table in chosen if table.noun in built.rows)


def _result(table: Table, built: "Built") -> dg.MaterializeResult[None]:
    metadata: dict[str, Any] = {"dagster/partition_row_count": built.rows[table.noun]}
    return dg.MaterializeResult(asset_key=asset_key(table), metadata=metadata)
