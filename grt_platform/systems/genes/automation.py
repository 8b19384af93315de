"""What genes does by itself: jobs for what a bucket announced, their runs, the removal of what failed ones left."""

import dagster as dg

from grt_platform.adapters.closings import closing
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import open_store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.job import Job, JobState
from grt_platform.orchestration.jobs import job_automation
from grt_platform.orchestration.resources import ClockResource, WarehouseResource
from grt_platform.settings import settings
from grt_platform.systems.genes import registry
from grt_platform.systems.genes.assets.parse import parse
from grt_platform.systems.genes.partitions import KIND
from grt_platform.systems.genes.removal import remove

_AT_ONCE = 500


def discard(job: Job) -> None:
    """Nothing of the job is left, but that the ledger goes on saying why a file was rejected."""
    known = settings()
    lake, products = Lake(open_store(known.lake, known)), open_store(known.products, known)
    warehouse = Warehouse(known.warehouse_url.get_secret_value())
    remove(job.job_id, lake, products, warehouse, with_ledger=job.state is not JobState.EXECUTOR_ERROR)


PARSE_AUTOMATION = job_automation(
    "genes", KIND, dg.AssetSelection.assets(parse), discard, "Parses an uploaded file of genes"
)


@dg.sensor(
    name="genes_arrivals",
    description="Gives a job to each upload whose bytes are known to be there, though its maker has not announced it.",
    minimum_interval_seconds=settings().sensor_interval_s,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def genes_arrivals(warehouse: WarehouseResource, clock: ClockResource) -> dg.SkipReason:
    """A bucket announced them, or whoever did was cut off in the middle; while the queue is closed they wait."""
    database = warehouse.warehouse()
    waiting = registry.stored_without_job(database, _AT_ONCE)
    held = closing(database) if waiting else None
    if held is not None and held.holds(clock.now()):
        return dg.SkipReason(f"the queue of jobs is closed; {len(waiting)} uploads wait")
    for row in waiting:
        registry.submit(database, row)
    return dg.SkipReason(f"submitted {len(waiting)} jobs")
