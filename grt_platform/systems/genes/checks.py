"""Promises particular to genes: no record is lost, and every gene's letters are all there."""

import dagster as dg

from grt_platform.orchestration.describe import asset_key
from grt_platform.orchestration.promises import promises
from grt_platform.orchestration.resources import LakeResource
from grt_platform.orchestration.verdict import verdict
from grt_platform.systems.genes.logic.accounting import lost_letters, lost_records
from grt_platform.systems.genes.partitions import PARSE_JOBS
from grt_platform.systems.genes.schemas import GENES, LEDGER, QUARANTINE, SEQUENCES, TABLES


@dg.asset_check(
    asset=asset_key(LEDGER),
    name="no_record_lost",
    description="Records in = genes + quarantined + left out as repeats, and the tables hold what the ledger says",
    blocking=True,
    partitions_def=PARSE_JOBS,
)
def no_record_lost(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
    """Compares the ledger with the tables of the same job."""
    scan, count, faults = lake.lake().scan, lake.lake().count, list[str]()
    for job_id in context.partition_keys:
        cell = {"job_id": job_id}
        stored = {t.noun: count(t, cell) for t in (GENES, QUARANTINE)}
        faults += lost_records(scan(LEDGER, cell).collect(), stored)
    return verdict(faults)


@dg.asset_check(
    asset=asset_key(SEQUENCES),
    name="letters_all_there",
    description="The pieces of every gene have as many letters as its row says",
    blocking=True,
    partitions_def=PARSE_JOBS,
)
def letters_all_there(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
    """Adds up the pieces of each gene."""
    scan, faults = lake.lake().scan, list[str]()
    for job_id in context.partition_keys:
        cell = {"job_id": job_id}
        faults += lost_letters(scan(GENES, cell), scan(SEQUENCES, cell))
    return verdict(faults)


CHECKS = (no_record_lost, letters_all_there, *(check for table in TABLES for check in promises(table, PARSE_JOBS)))
