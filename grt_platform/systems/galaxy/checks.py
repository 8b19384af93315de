"""Promises particular to galaxy: no row is lost, states are as declared, instances keep reporting."""

from datetime import timedelta

import dagster as dg

from grt_platform.orchestration.describe import asset_key
from grt_platform.orchestration.promises import promises
from grt_platform.orchestration.resources import ClockResource, LakeResource
from grt_platform.orchestration.verdict import verdict
from grt_platform.settings import settings
from grt_platform.systems.galaxy.logic.accounting import late_instances, lost_rows, undeclared_states
from grt_platform.systems.galaxy.partitions import INSTANCE_MONTHS, INSTANCES, months_by_instance
from grt_platform.systems.galaxy.schemas import (
    CLAIMS,
    INSTANCE_ACTIVITY,
    INSTANCE_PRODUCTS,
    JOBS,
    LEDGER,
    MEMBER_TABLES,
    OVERALL_PRODUCTS,
    QUARANTINE,
    RAW_TABLES,
    REPORTS,
)


@dg.asset_check(
    asset=asset_key(LEDGER),
    name="no_row_lost",
    description="Rows in = loaded + quarantined + duplicate + superseded, and the tables hold what the ledger says",
    blocking=True,
    partitions_def=INSTANCE_MONTHS,
)
def no_row_lost(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
    """Compares the ledger with the tables of the same month."""
    scan, count = lake.lake().scan, lake.lake().count
    faults = []
    for instance_id, months in months_by_instance(context.partition_keys):
        for month in months:
            cell = {"instance_id": instance_id, "received_month": month}
            stored = {t.noun: count(t, cell) for t in (*MEMBER_TABLES.values(), QUARANTINE)}
            faults += [f"{instance_id} {month}: {fault}" for fault in lost_rows(scan(LEDGER, cell).collect(), stored)]
    return verdict(faults)


@dg.asset_check(
    asset=asset_key(JOBS),
    name="states_as_declared",
    description="Each report's jobs by state are as many as its metadata declare",
    partitions_def=INSTANCE_MONTHS,
)
def states_as_declared(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
    """Compares the jobs of each report with the counts it declares; jobs that a later report won are left out."""
    scan = lake.lake().scan
    faults = []
    for instance_id, months in months_by_instance(context.partition_keys):
        cells = {"instance_id": instance_id, "received_month": months}
        tables = (scan(table, cells).collect(engine="streaming") for table in (REPORTS, JOBS, CLAIMS))
        faults += [f"{instance_id}: {fault}" for fault in undeclared_states(*tables)]
    return verdict(faults, severity=dg.AssetCheckSeverity.WARN)


@dg.asset_check(
    asset=asset_key(INSTANCE_ACTIVITY.served()),
    name="is_fresh",
    description="Every instance reported within GRT_GALAXY_FRESHNESS_DAYS",
)
def is_fresh(lake: LakeResource, clock: ClockResource) -> dg.AssetCheckResult:
    """Names the instances whose last report is too old."""
    activity = lake.lake().scan(INSTANCE_ACTIVITY).collect()
    patience = timedelta(days=settings().galaxy_freshness_days)
    return verdict(late_instances(activity, clock.now(), patience), severity=dg.AssetCheckSeverity.WARN)


CHECKS = (
    no_row_lost,
    states_as_declared,
    is_fresh,
    *(check for table in RAW_TABLES for check in promises(table, INSTANCE_MONTHS)),
    *(check for table in INSTANCE_PRODUCTS for check in promises(table, INSTANCES)),
    *(check for table in OVERALL_PRODUCTS for check in promises(table)),
)
