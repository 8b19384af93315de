"""What lustre does by itself: the look at the folder of dumps, the automation, daily snapshots, the freshness check."""

from collections.abc import Mapping, Sequence
from functools import partial
from time import monotonic

import dagster as dg
from psycopg.rows import tuple_row

from grt_platform.adapters.open_listings import OpenListings
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.arriving import MOST_ANNOUNCED, READING_NAMES, Budget, Cursor, look
from grt_platform.orchestration.describe import asset_key
from grt_platform.orchestration.execution import run_tags
from grt_platform.orchestration.resources import ClockResource, StoresResource, WarehouseResource
from grt_platform.settings import settings
from grt_platform.systems.lustre.assets.raw import MPISTAT, groups, quotas
from grt_platform.systems.lustre.logic.arrivals import Arrival
from grt_platform.systems.lustre.partitions import DATES, VOLUMES
from grt_platform.systems.lustre.schemas import DAYS
from grt_platform.systems.lustre.shelf import Shelf

_LISTINGS = OpenListings()

lustre_snapshots_job = dg.define_asset_job(
    "lustre_snapshots",
    selection=dg.AssetSelection.assets(groups.key, quotas.key),
    description="Asks the directory for groups and the volumes for quotas.",
    tags=run_tags("lustre"),
)


@dg.sensor(
    name="lustre_dumps",
    description="Looks into the folder of dumps and reports those that are whole, quiet and not in the ledger.",
    job=lustre_snapshots_job,
    minimum_interval_seconds=settings().sensor_interval_s,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def lustre_dumps(
    context: dg.SensorEvaluationContext, stores: StoresResource, warehouse: WarehouseResource, clock: ClockResource
) -> dg.SensorResult | dg.SkipReason:
    """Reports a materialization of `lustre/raw/mpistat` for each date and volume with a dump nobody has loaded.

    A volume that was never seen makes somebody be asked for its quotas.
    """
    now, cursor = clock.now(), Cursor.parse(context.cursor)
    budget = Budget(settings().look_objects, settings().look_s, monotonic)
    shelf = Shelf(stores.raw(), _LISTINGS)
    inbox, part = shelf.some(cursor, budget, now, partial(known_dumps, warehouse.warehouse()))
    if part is None:
        return dg.SkipReason(READING_NAMES)
    dated = [arrival for arrival in inbox.arrivals if DATES.has_partition_key(arrival.name.dumped_on.isoformat())]
    seen = look(dated, cursor, now, part)
    fresh = _made_known(context, sorted({arrivals[0].name.volume for arrivals in seen.announce.values()}))
    for arrival in set(inbox.arrivals) - set(dated):
        context.log.warning("%s: no date from %s to today; see GRT_LUSTRE_FIRST_DATE", arrival.source, DATES.start)
    if not seen.announce:
        context.update_cursor(seen.cursor.text())
        return dg.SkipReason(
            f"nothing new beside {inbox.known} dumps in the ledger; {len(dated)} wait to be loaded, "
            f"{len(inbox.incomplete)} for their logs; {len(inbox.strangers)} other files"
        )
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=f"volumes {','.join(fresh)}")] if fresh else [],
        asset_events=[_event(cell, arrivals) for cell, arrivals in _by_cell(seen.announce).items()],
        cursor=seen.cursor.text(),
    )


def known_dumps(warehouse: Warehouse, arrivals: Sequence[Arrival]) -> set[tuple[str, str]]:
    """Source and etag of those in the ledger that have the names of these arrivals."""
    with warehouse.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        sources = [arrival.source for arrival in arrivals]
        cursor.execute("SELECT source, etag FROM lustre.ledger WHERE source = ANY (%s)", [sources])
        return set(cursor.fetchall())


def _by_cell(announce: Mapping[str, Sequence[Arrival]]) -> dict[str, list[Arrival]]:
    found: dict[str, list[Arrival]] = {}
    for arrival in (arrival for arrivals in announce.values() for arrival in arrivals):
        found.setdefault(arrival.cell, []).append(arrival)
    return found


def _made_known(context: dg.SensorEvaluationContext, volumes: Sequence[str]) -> list[str]:
    known = set(context.instance.get_dynamic_partitions(str(VOLUMES.name)))
    fresh = [volume for volume in volumes if volume not in known][:MOST_ANNOUNCED]
    if fresh:
        context.instance.add_dynamic_partitions(str(VOLUMES.name), fresh)
    return fresh


def _event(cell: str, arrivals: Sequence[Arrival]) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        asset_key=MPISTAT.key,
        partition=cell,
        metadata={
            "dumps": len(arrivals),
            "size_bytes": sum(arrival.item.size_bytes for arrival in arrivals),
            "last": arrivals[-1].source,
        },
    )


lustre_automation = dg.AutomationConditionSensorDefinition(
    "lustre_automation",
    description="Starts what follows from dumps that came in: scans, sums, reports, forecasts, splits.",
    target=dg.AssetSelection.groups("lustre"),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=settings().sensor_interval_s,
    run_tags=run_tags("lustre"),
    emit_backfills=False,  # a dump is minutes of work: one run each, without the half minute that a backfill waits
)

lustre_snapshots_daily = dg.ScheduleDefinition(
    name="lustre_snapshots_daily",
    description="Asks once a day who the groups are and what they may use.",
    job=lustre_snapshots_job,
    cron_schedule=settings().lustre_snapshots_cron,
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
lustre_freshness_job = dg.define_asset_job(
    "lustre_freshness",
    selection=dg.AssetSelection.checks(dg.AssetCheckKey(asset_key(DAYS.served()), "is_fresh")),
    description="Tells of which volumes no dump has come for a while.",
    tags=run_tags("lustre"),
)
lustre_freshness_daily = dg.ScheduleDefinition(
    name="lustre_freshness_daily",
    description="Asks once a day which volumes have had no dump for too long.",
    job=lustre_freshness_job,
    cron_schedule="0 7 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
