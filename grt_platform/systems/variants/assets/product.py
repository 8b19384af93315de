"""Products: what updates that people asked for found; how the assets of both kinds of jobs are described."""

from collections.abc import Iterator

import dagster as dg

from grt_platform.kernel.table import Table
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import heavy, pool
from grt_platform.orchestration.job_run import JobsResource
from grt_platform.orchestration.resources import LakeResource, ObjectsResource, WarehouseResource
from grt_platform.systems.variants.assets.looks import make_known
from grt_platform.systems.variants.partitions import UPDATE_JOBS
from grt_platform.systems.variants.schemas import QUERY_RESULTS, UPDATES
from grt_platform.systems.variants.updating import do_update
from grt_platform.systems.variants.wiring import intake

FILES = [["variants", "raw", "files"], ["variants", "raw", "sample_tables"]]
"""Keys of what everything is made of."""


def specs(table: Table, upstream: list[list[str]], partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetSpec]:
    """The table and what is served of it, both cut by a kind of job."""
    served = table.served()
    kinds = ("bcftools", "parquet") if table is QUERY_RESULTS else ("parquet",)
    deps = [dg.AssetDep(key, partition_mapping=dg.AllPartitionMapping()) for key in upstream]
    return [
        dg.AssetSpec(**about(table, kinds=kinds), deps=deps, partitions_def=partitions),
        dg.AssetSpec(**about(served, kinds=("postgres",)), deps=[asset_key(table)], partitions_def=partitions),
    ]


@dg.multi_asset(
    name="variants_update_files",
    specs=specs(UPDATES, FILES, UPDATE_JOBS),
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
    metadata = {"dagster/partition_row_count": len(updated.looked), **updated.counts}
    yield from (
        dg.MaterializeResult(asset_key=asset_key(table), metadata=metadata) for table in (UPDATES, UPDATES.served())
    )
