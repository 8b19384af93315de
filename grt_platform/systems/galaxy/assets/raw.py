"""Raw: what Galaxy servers sent, and the versions of it that are kept for ever."""

import dagster as dg

from grt_platform.orchestration.conditions import ON_UPDATE
from grt_platform.orchestration.describe import about_raw
from grt_platform.orchestration.execution import errors_by_kind, light, pool
from grt_platform.orchestration.resources import ClockResource, StoresResource
from grt_platform.settings import settings
from grt_platform.systems.galaxy.partitions import FRESHNESS, INSTANCE_MONTHS, month_of, months_by_instance
from grt_platform.systems.galaxy.shelf import Shelf

UPLOADS = dg.AssetSpec(
    **about_raw(
        "galaxy",
        "uploads",
        "Archives in the instance folders: dropped there or uploaded over HTTP, nobody here makes them. "
        "The sensor reports a materialization when archives came that the ledger does not know.",
    ),
    partitions_def=INSTANCE_MONTHS,
)


@dg.asset(
    **about_raw(
        "galaxy",
        "archives",
        "Every version of every archive, copied out of the instance folders under its content hash.",
    ),
    deps=[UPLOADS],
    partitions_def=INSTANCE_MONTHS,
    backfill_policy=dg.BackfillPolicy.multi_run(settings().batch_partitions),
    automation_condition=ON_UPDATE,
    freshness_policy=FRESHNESS,
    pool=pool("galaxy", "ingest"),
    op_tags=light("galaxy"),
)
def archives(
    context: dg.AssetExecutionContext, stores: StoresResource, clock: ClockResource
) -> dg.MaterializeResult[None]:
    """Takes in what arrived; a month that is over takes nothing in any more and only tells what it holds."""
    shelf, now = Shelf(stores.raw()), clock.now()
    with errors_by_kind(context.retry_number):
        cells = list(months_by_instance(context.partition_keys))
        taken = [shelf.take_in(one, month_of(now), now) for one, months in cells if month_of(now) in months]
        held = [version for one, months in cells for month in months for version in shelf.kept(one, month)]
    for fault in (fault for each in taken for fault in each.unreadable):
        context.log.warning("left for the next look: %s", fault)
    return dg.MaterializeResult(
        metadata={
            "archives": len(held),
            "added": sum(len(each.added) for each in taken),
            "size_bytes": sum(version.size_bytes for version in held),
        }
    )
