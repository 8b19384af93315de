"""What galaxy does by itself: the look at the instance folders, the automation, the daily freshness check."""

from collections.abc import Iterator, Sequence
from functools import partial
from time import monotonic

import dagster as dg
from psycopg.rows import tuple_row

from grt_platform.adapters.open_listings import OpenListings
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.arriving import MOST_ANNOUNCED, READING_NAMES, Budget, Cursor, Look, Pile, look
from grt_platform.orchestration.execution import run_tags
from grt_platform.orchestration.resources import ClockResource, StoresResource, WarehouseResource
from grt_platform.settings import settings
from grt_platform.systems.galaxy.assets.raw import UPLOADS
from grt_platform.systems.galaxy.logic.arrivals import Arrival
from grt_platform.systems.galaxy.partitions import INSTANCES, month_of, partition_key
from grt_platform.systems.galaxy.serving.instances import register_folder
from grt_platform.systems.galaxy.shelf import Shelf, is_instance

_LOOKED_UP = 1000
_LISTINGS = OpenListings()


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
    now, shelf, cursor = clock.now(), Shelf(stores.raw(), _LISTINGS), Cursor.parse(context.cursor)
    budget = Budget(settings().look_objects, settings().look_s, monotonic)
    part = shelf.some(cursor, budget, partial(known_archives, warehouse.warehouse()))
    if part.came_to is None:
        return dg.SkipReason(READING_NAMES)
    seen, inbox = look(part.inbox.arrivals, cursor, now, part.came_to), part.inbox
    instances = [name for name in part.folders if is_instance(name)]
    _make_known(context, warehouse.warehouse(), [*seen.announce, *instances])
    if not seen.announce:
        context.update_cursor(seen.cursor.text())
        return dg.SkipReason(
            f"nothing new beside {inbox.known} archives in the ledger; {len(inbox.arrivals)} wait to be loaded, "
            f"{len(inbox.incomplete)} for their partner; {len(inbox.strangers)} other files"
        )
    events = list(_events(shelf, seen, cursor, month_of(now)))
    return dg.SensorResult(asset_events=events, cursor=seen.cursor.text())


def known_archives(warehouse: Warehouse, arrivals: Sequence[Arrival]) -> set[tuple[str, str, str]]:
    """Instance, file name and etag of those in the ledger that have the names of these arrivals."""
    sql = b"""SELECT l.instance_id::text, l.source, l.etag
              FROM unnest(%s::uuid[], %s::text[]) AS a (instance_id, source)
              JOIN galaxy.ledger AS l USING (instance_id, source)"""
    names = [arrival.instance_id for arrival in arrivals], [arrival.source for arrival in arrivals]
    with warehouse.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(sql, names)
        return set(cursor.fetchall())


def _events(shelf: Shelf, seen: Look[Arrival], cursor: Cursor, this_month: str) -> Iterator[dg.AssetMaterialization]:
    """What is reported; looking up months ends with its time, and the rest of those that wait go on waiting."""
    budget = Budget(_LOOKED_UP, settings().look_s, monotonic)
    for instance, pile in seen.piles.items():
        told = cursor.announced.get(instance)
        if told is None:  # announced for the first time, so hardly kept before
            yield _event(instance, this_month, pile)
        elif budget.is_spent:
            seen.cursor.announced[instance] = told
        else:
            budget.spend(len(pile.sample))
            for month in _months(shelf, instance, pile, this_month):
                yield _event(instance, month, pile)


def _months(shelf: Shelf, instance: str, pile: Pile, this_month: str) -> list[str]:
    """The months that arrivals belong to: where they were kept already but not loaded, else this month.

    Some of them are looked up: a month that is built loads all that is kept in it, and the next time others are drawn.
    """
    drawn = [(stem, etag) for _, stem, etag in pile.sample]
    months = shelf.months_of(instance, drawn)
    all_kept = "" not in months and len(drawn) == pile.arrivals
    return sorted((months - {""}) | (set() if all_kept else {this_month}))


def _make_known(context: dg.SensorEvaluationContext, warehouse: Warehouse, instances: list[str]) -> None:
    known = set(context.instance.get_dynamic_partitions(str(INSTANCES.name)))
    fresh = list(dict.fromkeys(instance for instance in instances if instance not in known))[:MOST_ANNOUNCED]
    for instance in fresh:
        register_folder(warehouse, instance)
    if fresh:
        context.instance.add_dynamic_partitions(str(INSTANCES.name), fresh)


def _event(instance: str, month: str, pile: Pile) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        asset_key=UPLOADS.key,
        partition=partition_key(instance, month),
        metadata={
            "archives": pile.arrivals,
            "size_bytes": pile.size_bytes,
            "first": f"{pile.first}.tar.gz",
            "last": f"{pile.last}.tar.gz",
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
