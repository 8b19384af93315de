"""Products: the answers of queries, and what updates that people asked for found."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from grt_platform.kernel.table import Table
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import heavy, pool
from grt_platform.orchestration.job_run import JobsResource
from grt_platform.orchestration.resources import LakeResource, ObjectsResource, StoresResource, WarehouseResource
from grt_platform.systems.variants.assets.looks import make_known
from grt_platform.systems.variants.partitions import QUERY_JOBS, UPDATE_JOBS
from grt_platform.systems.variants.schemas import QUERY_RESULTS, UPDATES
from grt_platform.systems.variants.updating import do_update
from grt_platform.systems.variants.wiring import answering, intake

_FILES = [["variants", "raw", "files"], ["variants", "raw", "sample_tables"]]
_TABLES = [["variants", "table", "dimensions"], ["variants", "table", "samples"]]


def _specs(table: Table, upstream: list[list[str]], partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetSpec]:
    served = table.served()
    kinds = ("bcftools", "parquet") if table is QUERY_RESULTS else ("parquet",)
    deps = [dg.AssetDep(key, partition_mapping=dg.AllPartitionMapping()) for key in upstream]
    return [
        dg.AssetSpec(**about(table, kinds=kinds), deps=deps, partitions_def=partitions),
        dg.AssetSpec(**about(served, kinds=("postgres",)), deps=[asset_key(table)], partitions_def=partitions),
    ]


@dg.multi_asset(
    name="variants_answer",
    specs=_specs(QUERY_RESULTS, [*_FILES, *_TABLES], QUERY_JOBS),
    pool=pool("variants", "query"),
    op_tags=heavy("variants"),
)
def answers(
    context: dg.AssetExecutionContext,
    *,
    jobs: JobsResource,
    objects: ObjectsResource,
    stores: StoresResource,
    lake: LakeResource,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Answers the question of the job that is the partition."""
    taking = intake(objects.objects(), lake.lake(), warehouse.warehouse(), lake.store())
    with jobs.running(context) as job:
        answered = answering(taking, stores.products()).do_job(job)
    make_known(context.instance, answered.looked)
    for warning in answered.warnings:
        context.log.warning("%s", warning)
    yield from _told(QUERY_RESULTS, 1, {**answered.counts, "result": answered.row["result_key"]})


@dg.multi_asset(
    name="variants_update_files",
    specs=_specs(UPDATES, _FILES, UPDATE_JOBS),
    pool=pool("variants", "look"),
    op_tags=heavy("variants"),
)
def updates(
    context: dg.AssetExecutionContext,
    *,
    jobs: JobsResource,
    objects: ObjectsResource,
    lake: LakeResource,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Looks at the files of the project that the job is about."""
    taking = intake(objects.objects(), lake.lake(), warehouse.warehouse(), lake.store())
    with jobs.running(context) as job:
        updated = do_update(job, taking)
    make_known(context.instance, updated.looked)
    for warning in updated.warnings():
        context.log.warning("%s", warning)
    yield from _told(UPDATES, len(updated.looked), updated.counts)


def _told(table: Table, rows: int, more: Mapping[str, Any]) -> Iterator[dg.MaterializeResult[None]]:
    metadata: dict[str, Any] = {"dagster/partition_row_count": rows, **more}
    for each in (table, table.served()):
        yield dg.MaterializeResult(asset_key=asset_key(each), metadata=metadata)
