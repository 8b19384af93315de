"""Tables: one look at a version makes its dimensions or its samples, its index and copy, and its line in the ledger."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from grt_platform.kernel.table import Table
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import errors_by_kind, heavy, pool
from grt_platform.orchestration.resources import LakeResource, ObjectsResource, WarehouseResource
from grt_platform.settings import settings
from grt_platform.systems.variants.logic.looked import Looked
from grt_platform.systems.variants.partitions import VERSIONS
from grt_platform.systems.variants.schemas import DIMENSIONS, FILE_TABLES
from grt_platform.systems.variants.wiring import intake

ARRIVED_TAG = "grt/arrived"
_MADE = (*FILE_TABLES, *(table.served() for table in FILE_TABLES))


def _spec(table: Table) -> dg.AssetSpec:
    raw = "files" if table.noun == DIMENSIONS.noun else "sample_tables"
    both = [["variants", "raw", "files"], ["variants", "raw", "sample_tables"]]
    upstream = both if table.noun in {"ledger", "quarantine"} else [["variants", "raw", raw]]
    is_served = table.layer == "served"
    return dg.AssetSpec(
        **about(table, kinds=("postgres",) if is_served else ("parquet",)),
        deps=[["variants", "table", table.noun]] if is_served else upstream,
        partitions_def=VERSIONS,
        skippable=True,
    )


@dg.multi_asset(
    name="variants_look_at_files",
    specs=[_spec(table) for table in _MADE],
    backfill_policy=dg.BackfillPolicy.multi_run(settings().batch_partitions),
    pool=pool("variants", "look"),
    op_tags=heavy("variants"),
)
def looks(
    context: dg.AssetExecutionContext,
    objects: ObjectsResource,
    lake: LakeResource,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Looks at each version of the run; one that cannot be used is rejected, its neighbours go on."""
    taking = intake(objects.objects(), lake.lake(), warehouse.warehouse(), lake.store())
    is_new = ARRIVED_TAG in context.run.tags
    with errors_by_kind(context.retry_number):
        taken = [taking.take(version_id, is_new=is_new) for version_id in context.partition_keys]
    looked = [each for each in taken if each is not None]
    _warn(context, looked)
    yield from _told(looked, is_short=is_new)


def _warn(context: dg.AssetExecutionContext, looked: Sequence[Looked]) -> None:
    for each in looked:
        if each.status == "rejected":
            context.log.warning("%s/%s: %s", each.version.project, each.version.name, each.reason)


def _told(looked: Sequence[Looked], *, is_short: bool) -> Iterator[dg.MaterializeResult[None]]:
    """What was made, of what arrived only tables that have rows: an event for each partition costs as a small file.

    A backfill that somebody asked for hears of all, for it takes a partition that it does not hear of as failed.
    """
    rows = Counter[str]()
    for each in looked:
        rows.update({table.noun: frame.height for table, frame in each.frames().items()})
    for table in _MADE:
        if rows[table.noun] or not is_short:
            metadata: dict[str, Any] = {"dagster/partition_row_count": rows[table.noun]}
            yield dg.MaterializeResult(asset_key=asset_key(table), metadata=metadata)


def make_known(instance: dg.DagsterInstance, looked: Sequence[Looked]) -> None:
    """Dagster knows the partitions of versions that a job had to look at, and that they were materialized."""
    if looked:
        instance.add_dynamic_partitions(str(VERSIONS.name), [each.version.version_id for each in looked])
    for each in looked:
        for key in (asset_key(one) for table in each.frames() for one in (table, table.served())):
            event = dg.AssetMaterialization(key, partition=each.version.version_id)
            instance.report_runless_asset_event(event)
