"""Promises particular to ENA: no row is lost, every wanted run is home or in one batch, files are there."""

import dagster as dg

from grt_platform.orchestration.describe import asset_key
from grt_platform.orchestration.promises import promises
from grt_platform.orchestration.resources import LakeResource
from grt_platform.orchestration.verdict import verdict
from grt_platform.systems.ena.logic.accounting import lost_rows, misplaced_runs
from grt_platform.systems.ena.partitions import TAXA
from grt_platform.systems.ena.resources import EnaResource
from grt_platform.systems.ena.schemas import BATCHES, FETCHED_READS, LEDGER, QUARANTINE, RUNS


@dg.asset_check(
    asset=asset_key(LEDGER),
    name="no_row_lost",
    description="Rows in = runs + older rows + rows in quarantine, and the tables hold what the ledger says",
    blocking=True,
    partitions_def=TAXA,
)
def no_row_lost(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
    """Compares the ledger of a taxon with its tables."""
    scan, count, faults = lake.lake().scan, lake.lake().count, list[str]()
    for key in context.partition_keys:
        cell = {"taxonomy_id": key}
        runs, aside = (count(table, cell) for table in (RUNS, QUARANTINE))
        faults += [f"{key}: {fault}" for fault in lost_rows(scan(LEDGER, cell).collect(), runs, aside)]
    return verdict(faults)


@dg.asset_check(
    asset=asset_key(BATCHES),
    name="every_wanted_run_once",
    description="Every run that is not excluded is at home or in exactly one batch",
    blocking=True,
    partitions_def=TAXA,
)
def every_wanted_run_once(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
    """Compares the runs of a taxon with its batches and files."""
    scan, faults = lake.lake().scan, list[str]()
    for key in context.partition_keys:
        tables = [scan(table, {"taxonomy_id": key}) for table in (RUNS, BATCHES, FETCHED_READS)]
        faults += [f"{key}: {fault}" for fault in misplaced_runs(*tables)]
    return verdict(faults)


@dg.asset_check(
    asset=asset_key(FETCHED_READS),
    name="files_are_there",
    description="Every file that was verified lies at home with its size; `grt ena verify` reads the sums again",
    partitions_def=TAXA,
)
def files_are_there(
    context: dg.AssetCheckExecutionContext, lake: LakeResource, ena: EnaResource
) -> dg.AssetCheckResult:
    """Looks for the files of a taxon."""
    home = ena.workshop().home
    rows = lake.lake().scan(FETCHED_READS, {"taxonomy_id": list(context.partition_keys)})
    found = rows.select("taxonomy_id", "path", "size_bytes").collect()
    return verdict(home.absent(found.iter_rows()))


CHECKS = (
    no_row_lost,
    every_wanted_run_once,
    files_are_there,
    *(check for table in (RUNS, LEDGER, QUARANTINE, BATCHES, FETCHED_READS) for check in promises(table, TAXA)),
)
