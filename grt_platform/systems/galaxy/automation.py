"""What galaxy does by itself: the look at the instance folders, the automation, the daily freshness check."""

from collections.abc import Sequence
from functools import partial

import dagster as dg
from psycopg.rows import tuple_row

from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.arriving import MOST_ANNOUNCED, Cursor, look
from grt_platform.orchestration.execution import run_tags
from grt_platform.orchestration.resources import ClockResource, StoresResource, WarehouseResource
from grt_platform.settings import settings
from grt_platform.systems.galaxy.assets.raw import UPLOADS
from grt_platform.systems.galaxy.logic.arrivals import Arrival
from grt_platform.systems.galaxy.logic.kept import by_month
from grt_platform.systems.galaxy.partitions import INSTANCES, month_of, partition_key
from grt_platform.systems.galaxy.serving.instances import register_folder
from grt_platform.systems.galaxy.shelf import Shelf


@dg.sensor(
    name="galaxy_uploads",
    description="Looks into the instance folders and reports archives that are whole, quiet and not in the ledger.",
    minimum_interval_seconds=settings().sensor_interval_s,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def galaxy_uploads(
    context: dg.SensorEvaluationContext, stores: StoresResource, warehouse: WarehouseResource, clock: ClockResource
) -> dg.SensorResult | dg.SkipReason:
    """Reports a materialization of `galaxy/raw/uploads` for each instance with something new and the month of that."""
    now, shelf, cursor = clock.now(), Shelf(stores.raw()), Cursor.parse(context.cursor)
    inbox, part = shelf.some(cursor.after, settings().look_objects, partial(known_archives, warehouse.warehouse()))
    seen = look(inbox.arrivals, cursor, now, part)
    _make_known(context, warehouse.warehouse(), [*seen.announce, *shelf.instances()])
    if not seen.announce:
        context.update_cursor(seen.cursor.text())
        return dg.SkipReason(
            f"nothing new beside {inbox.known} archives in the ledger; {len(inbox.arrivals)} wait to be loaded, "
            f"{len(inbox.incomplete)} for their partner; {len(inbox.strangers)} other files"
        )
    events = [
        _event(instance, month, arrivals)
        for instance, announced in seen.announce.items()
        for month, arrivals in by_month(announced, shelf.kept(instance), month_of(now)).items()
    ]
    return dg.SensorResult(asset_events=events, cursor=seen.cursor.text())


def known_archives(warehouse: Warehouse, instances: Sequence[str]) -> set[tuple[str, str, str]]:
    """Instance, file name and etag of every archive of these instances in the ledger."""
    sql = b"SELECT instance_id, source, etag FROM galaxy.ledger WHERE instance_id = ANY (%s::uuid[])"
    with warehouse.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(sql, [list(instances)])
        return set(cursor.fetchall())


def _make_known(context: dg.SensorEvaluationContext, warehouse: Warehouse, instances: list[str]) -> None:
    known = set(context.instance.get_dynamic_partitions(str(INSTANCES.name)))
    fresh = list(dict.fromkeys(instance for instance in instances if instance not in known))[:MOST_ANNOUNCED]
    for instance in fresh:
        register_folder(warehouse, instance)
    if fresh:
        context.instance.add_dynamic_partitions(str(INSTANCES.name), fresh)


def _event(instance: str, month: str, arrivals: Sequence[Arrival]) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        asset_key=UPLOADS.key,
        partition=partition_key(instance, month),
        metadata={
            "archives": len(arrivals),
            "size_bytes": sum(arrival.archive.size_bytes for arrival in arrivals),
            "first": arrivals[0].source,
            "last": arrivals[-1].source,
        },
    )


galaxy_automation = dg.AutomationConditionSensorDefinition(
    "galaxy_automation",
    description="Starts what follows from reports that came in: tables, products, served rows.",
    target=dg.AssetSelection.groups("galaxy"),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=settings().sensor_interval_s,
    run_tags=run_tags("galaxy"),
)

galaxy_freshness_job = dg.define_asset_job(
    "galaxy_freshness",
    selection=dg.AssetSelection.checks(
        dg.AssetCheckKey(dg.AssetKey(["galaxy", "served", "instance_activity"]), "is_fresh")
    ),
    description="Tells which instances have not reported for a while.",
    tags=run_tags("galaxy"),
)
galaxy_freshness_daily = dg.ScheduleDefinition(
    name="galaxy_freshness_daily",
    description="Asks once a day which instances have been silent for too long.",
    job=galaxy_freshness_job,
    cron_schedule="0 6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
