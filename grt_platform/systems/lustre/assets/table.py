"""Tables: one pass over a dump makes all of them in the lake, and the accounts in the warehouse.

Where there are workers, a large dump is read by several steps.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from grt_platform.kernel.table import Table
from grt_platform.orchestration.conditions import ON_UPDATE
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import errors_by_kind, heavy, light, pool
from grt_platform.orchestration.job_run import Context
from grt_platform.orchestration.resources import ClockResource, LakeResource, StoresResource, WarehouseResource
from grt_platform.orchestration.sharding import CUT, IN_SHARD, IN_SHARDS, handed_out, in_shards, most_shards, shard_of
from grt_platform.settings import settings
from grt_platform.systems.lustre.limits import scan_rules
from grt_platform.systems.lustre.partitions import DUMPS, cells
from grt_platform.systems.lustre.schemas import ACCOUNTS, LEDGER, RESUMMED, SCANNED_TABLES, VOLUME_TOTALS
from grt_platform.systems.lustre.shelf import Shelf

if TYPE_CHECKING:
    from grt_platform.systems.lustre.ingest import Built

SERVED_ACCOUNTS = tuple(table.served() for table in ACCOUNTS)
_TABLES = (*SCANNED_TABLES, *ACCOUNTS, *SERVED_ACCOUNTS)
_KEYS = {asset_key(table).to_python_identifier(): asset_key(table) for table in _TABLES}


def _spec(table: Table, upstream: list[str]) -> dg.AssetSpec:
    kinds = ("postgres",) if table.layer == "served" else ("numba", "parquet")
    return dg.AssetSpec(
        **about(table, kinds=kinds),
        deps=[upstream],
        partitions_def=DUMPS,
        automation_condition=ON_UPDATE,
        skippable=True,
    ).with_io_manager_key("lake_io")


_NAME, _POOL = "lustre_scan", pool("lustre", "scan")
_SPECS = [
    *(_spec(table, ["lustre", "raw", "dumps"]) for table in (*SCANNED_TABLES, *ACCOUNTS)),
    *(_spec(table.served(), table.asset_key) for table in ACCOUNTS),
]


@dg.multi_asset(name=_NAME, specs=_SPECS, can_subset=True, pool=_POOL, op_tags=heavy("lustre"))
def in_one_step(
    context: dg.AssetExecutionContext, stores: StoresResource, lake: LakeResource, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Reads the newest dump of one volume and date that can be read; of a rejected one only the accounts tell.

    Sums alone are made again from the entries.
    """
    from grt_platform.systems.lustre.kernels_made import ready_ingest  # numba's 60 MB, which only a run needs

    ingest, [cell] = ready_ingest(stores.raw(), lake.lake(), warehouse.warehouse()), cells(context.partition_keys)
    chosen = _chosen(context)
    with errors_by_kind(context.retry_number):
        built = ingest.resum(*cell, chosen) if RESUMMED.issuperset(chosen) else ingest.build(*cell)
    yield from _results(context, chosen, built)


@dg.op(out=CUT, tags=light("lustre"))
def lustre_cut(
    context: dg.OpExecutionContext, stores: StoresResource, clock: ClockResource
) -> Iterator[dg.DynamicOutput[None]]:
    """Cuts the newest dump of one volume and date, if it is large and more than its sums is asked for."""
    from grt_platform.systems.lustre.cutting import Cutting  # what inflates, which only a run needs

    [cell], enough_bytes = cells(context.partition_keys), settings().lustre_shard_bytes
    cutting = Cutting(Shelf(stores.raw()), stores.products(), scan_rules)
    most = 1 if RESUMMED.issuperset(_chosen(context)) else most_shards()
    with errors_by_kind(context.retry_number):
        cutting.sweep(clock.now() - timedelta(hours=settings().run_hours))
        of = cutting.cut(*cell, most=most, enough_bytes=enough_bytes)
    yield from handed_out(of)


@dg.op(ins=IN_SHARD, out=dg.Out(dg.Nothing), tags=heavy("lustre"), pool=pool("lustre", "shard", most_shards()))
def lustre_shard(context: dg.OpExecutionContext, stores: StoresResource) -> None:
    """Reads some chunks of the dump."""
    from grt_platform.systems.lustre.kernels_made import ready_shard

    with errors_by_kind(context.retry_number):
        ready_shard(stores.raw(), stores.products(), *cells(context.partition_keys)[0], shard_of(context))


@dg.op(
    ins=IN_SHARDS,
    out={name: dg.Out(is_required=False, io_manager_key="lake_io") for name in _KEYS},
    tags=heavy("lustre"),
    pool=_POOL,
)
def lustre_join(
    context: dg.OpExecutionContext, stores: StoresResource, lake: LakeResource, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Puts together what the shards found, or does what there is to do as in one step."""
    from grt_platform.systems.lustre.kernels_made import ready_ingest, ready_joining

    ingest, [cell] = ready_ingest(stores.raw(), lake.lake(), warehouse.warehouse()), cells(context.partition_keys)
    joining, chosen = ready_joining(ingest, stores.raw(), stores.products()), _chosen(context)
    with errors_by_kind(context.retry_number):
        built = ingest.resum(*cell, chosen) if RESUMMED.issuperset(chosen) else joining.build(*cell)
    yield from _results(context, chosen, built)


def _chosen(context: Context) -> list[Table]:
    return [table for table in _TABLES if asset_key(table) in context.selected_asset_keys]


def _results(context: Context, chosen: Sequence[Table], built: "Built") -> Iterator[dg.MaterializeResult[None]]:
    """What Dagster is told of the tables that were made, and of those whose rows are gone, which others must learn."""
    for warning in built.warnings:
        context.log.warning("%s", warning)
    rows = dict(built.rows)
    if LEDGER.noun in rows and VOLUME_TOTALS.noun not in rows and _was_loaded(context):
        rows = {**dict.fromkeys((table.noun for table in chosen), 0), **rows}
    for table in chosen:
        if table.noun in rows:
            metadata: dict[str, Any] = {"dagster/partition_row_count": rows[table.noun]}
            yield dg.MaterializeResult(asset_key=asset_key(table), metadata=metadata)


def _was_loaded(context: Context) -> bool:
    """Whether Dagster was told last that this dump has rows, whatever runs have done since that died before telling."""
    wanted = dg.AssetRecordsFilter(asset_key(VOLUME_TOTALS), asset_partitions=[context.partition_key])
    last = context.instance.fetch_materializations(wanted, limit=1).records
    metadata = last[0].asset_materialization.metadata if last and last[0].asset_materialization else {}
    return bool(metadata) and metadata["dagster/partition_row_count"].value != 0


in_several_steps = in_shards(_NAME, (lustre_cut, lustre_shard, lustre_join), _KEYS, _SPECS, can_subset=True)
scanned = in_several_steps if most_shards() > 1 else in_one_step
