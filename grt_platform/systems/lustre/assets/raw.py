"""Raw: dumps of volumes and the versions of them that are kept for ever; snapshots of groups and quotas."""

from typing import Any

import dagster as dg

from grt_platform.orchestration.conditions import ON_UPDATE
from grt_platform.orchestration.describe import about_raw
from grt_platform.orchestration.execution import errors_by_kind, light, pool
from grt_platform.orchestration.resources import ClockResource, StoresResource
from grt_platform.systems.lustre.asking import Asked, ask_groups, ask_quotas
from grt_platform.systems.lustre.partitions import DUMPS, FRESHNESS, VOLUMES, cells
from grt_platform.systems.lustre.resources import SourcesResource
from grt_platform.systems.lustre.shelf import Shelf

_AT_START = (dg.AutomationCondition.missing() & ~dg.AutomationCondition.in_progress()).with_label("never asked yet")


MPISTAT = dg.AssetSpec(
    **about_raw(
        "lustre",
        "mpistat",
        "Dumps in the folder where mpistat and wrstat leave them; nobody here makes them. The sensor reports a "
        "materialization for each date and volume with a dump that the ledger does not know.",
    ),
    partitions_def=DUMPS,
)


@dg.asset(
    **about_raw("lustre", "dumps", "Every version of every dump, copied out of that folder with its content hash."),
    deps=[MPISTAT],
    partitions_def=DUMPS,
    automation_condition=ON_UPDATE,
    freshness_policy=FRESHNESS,
    op_tags=light("lustre"),
)
def dumps(
    context: dg.AssetExecutionContext, stores: StoresResource, clock: ClockResource
) -> dg.MaterializeResult[None]:
    """Takes in what arrived for one volume and date, and tells what is kept of it."""
    shelf, [cell] = Shelf(stores.raw()), cells(context.partition_keys)
    with errors_by_kind(context.retry_number):
        taken, held = shelf.take_in(*cell, clock.now()), shelf.kept(*cell)
    for fault in taken.unreadable:
        context.log.warning("left for the next look: %s", fault)
    numbers = {"versions": len(held), "added": len(taken.added), "size_bytes": sum(each.size_bytes for each in held)}
    return dg.MaterializeResult(metadata=numbers)


@dg.asset(
    **about_raw(
        "lustre",
        "groups",
        "Groups with their numbers, names and owners, as the directory told them; one file each time.",
    ),
    automation_condition=_AT_START,
    pool=pool("lustre", "directory"),
    op_tags=light("lustre"),
)
def groups(
    context: dg.AssetExecutionContext, stores: StoresResource, clock: ClockResource, lustre_sources: SourcesResource
) -> dg.MaterializeResult[None]:
    """Asks the directory; where it does not answer, the last snapshot stays and is marked stale."""
    with errors_by_kind(context.retry_number):
        return _told(context, ask_groups(stores.raw(), lustre_sources.groups(), clock.now()))


@dg.asset(
    **about_raw("lustre", "quotas", "Hard limits of bytes and inodes by volume and group; one file each time."),
    deps=[groups],
    automation_condition=_AT_START,
    pool=pool("lustre", "directory"),
    op_tags=light("lustre"),
)
def quotas(
    context: dg.AssetExecutionContext, stores: StoresResource, clock: ClockResource, lustre_sources: SourcesResource
) -> dg.MaterializeResult[None]:
    """Asks for the quotas of every known volume and group; where nobody answers, the last snapshot stays."""
    volumes = context.instance.get_dynamic_partitions(str(VOLUMES.name))
    with errors_by_kind(context.retry_number):
        return _told(context, ask_quotas(stores.raw(), lustre_sources.quotas(), volumes, clock.now()))


def _told(context: dg.AssetExecutionContext, asked: Asked) -> dg.MaterializeResult[None]:
    for warning in asked.warnings:
        context.log.warning("%s", warning)
    metadata: dict[str, Any] = {"is_stale": asked.is_stale, "rows": asked.rows or 0}
    if asked.taken_at is not None:
        metadata["taken_at"] = dg.MetadataValue.timestamp(asked.taken_at)
    return dg.MaterializeResult(metadata=metadata)
