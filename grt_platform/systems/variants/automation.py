"""What variants does by itself: looks at files that arrived, forgets purged ones, runs queries and updates."""

from collections.abc import Sequence

import dagster as dg

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import open_store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.arriving import Cursor, look
from grt_platform.kernel.job import Job
from grt_platform.orchestration.execution import EXECUTOR, run_tags
from grt_platform.orchestration.jobs import job_automation
from grt_platform.orchestration.resources import ClockResource, LakeResource, WarehouseResource
from grt_platform.settings import settings
from grt_platform.systems.variants.arrivals import purged, waiting
from grt_platform.systems.variants.assets.answers import answers
from grt_platform.systems.variants.assets.looks import ARRIVED_TAG, looks
from grt_platform.systems.variants.assets.product import updates
from grt_platform.systems.variants.derived import Derived
from grt_platform.systems.variants.logic.arrivals import Arrival, batches
from grt_platform.systems.variants.partitions import QUERY, UPDATE, VERSIONS
from grt_platform.systems.variants.removal import forget, remove_result, remove_rows
from grt_platform.systems.variants.schemas import QUERY_RESULTS, UPDATES
from grt_platform.systems.variants.wiring import scratch

_RANGE_START, _RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
_BATCH_BYTES = 256 * 1024**2
_FORGOTTEN_AT_ONCE = 100

variants_look_job = dg.define_asset_job(
    "variants_look",
    dg.AssetSelection.assets(looks),
    description="Looks at versions of files that arrived: what they hold, or why they cannot be used.",
    tags=run_tags("variants"),
    executor_def=EXECUTOR,
)


@dg.sensor(
    name="variants_arrivals",
    job=variants_look_job,
    description="Finds VCF files and sample tables of projects that nobody has looked at, and has them looked at.",
    minimum_interval_seconds=settings().sensor_interval_s,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def variants_arrivals(
    context: dg.SensorEvaluationContext, warehouse: WarehouseResource, clock: ClockResource
) -> dg.SensorResult | dg.SkipReason:
    """Asks for runs over new versions, small ones together; for those that did not succeed again, one by one."""
    arrived, now = waiting(warehouse.warehouse()), clock.now()
    seen = look(arrived, Cursor.parse(context.cursor), now)
    asked = sorted((arrival for group in seen.announce.values() for arrival in group), key=lambda one: str(one.kind))
    known = set(context.instance.get_dynamic_partitions(str(VERSIONS.name)))
    fresh = [arrival for arrival in asked if arrival.group not in known]
    if fresh:
        context.instance.add_dynamic_partitions(str(VERSIONS.name), [arrival.group for arrival in fresh])
    again = [[arrival] for arrival in asked if arrival.group in known]
    cut = [*batches(fresh, settings().batch_partitions, _BATCH_BYTES), *again]
    runs = [_run(batch, now.isoformat()) for batch in cut]
    if not runs:
        context.update_cursor(seen.cursor.text())
        return dg.SkipReason(f"nothing new; {len(arrived)} files wait to be looked at")
    return dg.SensorResult(run_requests=runs, cursor=seen.cursor.text())


def _run(batch: Sequence[Arrival], asked_at: str) -> dg.RunRequest:
    """A run over versions whose partitions were made one after another."""
    first, last = batch[0].group, batch[-1].group
    tags = {ARRIVED_TAG: asked_at}
    if len(batch) == 1:
        return dg.RunRequest(run_key=f"{first} {asked_at}", partition_key=first, tags=tags)
    return dg.RunRequest(run_key=f"{first} {asked_at}", tags={**tags, _RANGE_START: first, _RANGE_END: last})


@dg.sensor(
    name="variants_purges",
    description="Removes what was made of versions whose bytes were purged, and their partitions.",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def variants_purges(
    context: dg.SensorEvaluationContext, lake: LakeResource, warehouse: WarehouseResource
) -> dg.SkipReason:
    """A purge leaves nothing of a version but the line that there was one."""
    gone = purged(warehouse.warehouse(), _FORGOTTEN_AT_ONCE)
    for version in gone:
        forget(version, lake.lake(), warehouse.warehouse(), Derived(lake.store()))
        context.instance.delete_dynamic_partition(str(VERSIONS.name), version.version_id)
    return dg.SkipReason(f"forgot {len(gone)} purged versions")


def discard_query(job: Job) -> None:
    """Nothing of the query is left."""
    remove_rows(QUERY_RESULTS, job.job_id, *_tables())
    remove_result(job.project, job.job_id, open_store(settings().products, settings()), scratch())


def discard_update(job: Job) -> None:
    """Nothing of the update is left but what it made known of files."""
    remove_rows(UPDATES, job.job_id, *_tables())


def _tables() -> tuple[Lake, Warehouse]:
    known = settings()
    return Lake(open_store(known.lake, known)), Warehouse(known.warehouse_url.get_secret_value())


QUERY_AUTOMATION = job_automation(
    "variants", QUERY, dg.AssetSelection.assets(answers), discard_query, "Answers a question over VCF files"
)
UPDATE_AUTOMATION = job_automation(
    "variants", UPDATE, dg.AssetSelection.assets(updates), discard_update, "Looks at the files of a project"
)
