"""What genes does by itself: the runs of its jobs, and the removal of what failed or expired ones left."""

import dagster as dg

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import open_store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.job import Job, JobState
from grt_platform.orchestration.jobs import job_automation
from grt_platform.settings import settings
from grt_platform.systems.genes.assets.parse import parse
from grt_platform.systems.genes.partitions import KIND
from grt_platform.systems.genes.removal import remove


def discard(job: Job) -> None:
    """Nothing of the job is left, but that the ledger goes on saying why a file was rejected."""
    known = settings()
    lake, products = Lake(open_store(known.lake, known)), open_store(known.products, known)
    warehouse = Warehouse(known.warehouse_url.get_secret_value())
    remove(job.job_id, lake, products, warehouse, with_ledger=job.state is not JobState.EXECUTOR_ERROR)


PARSE_AUTOMATION = job_automation(
    "genes", KIND, dg.AssetSelection.assets(parse), discard, "Parses an uploaded file of genes"
)
