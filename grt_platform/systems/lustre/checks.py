"""Promises particular to lustre: no line is lost, every sum is the sum of the entries, dumps keep coming."""

from collections.abc import Mapping
from datetime import timedelta

import dagster as dg
import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.orchestration.describe import asset_key
from grt_platform.orchestration.promises import ALL, promises, promises_together
from grt_platform.orchestration.resources import ClockResource, LakeResource
from grt_platform.orchestration.verdict import verdict
from grt_platform.settings import settings
from grt_platform.systems.lustre.logic.accounting import late_volumes, lost_in_splits, lost_lines, unequal_sums
from grt_platform.systems.lustre.partitions import DATES, DUMPS, VOLUMES, cells, columns_of
from grt_platform.systems.lustre.schemas import (
    ACCOUNTS,
    DAYS,
    ENTRIES,
    FORECASTS,
    GROUP_SPLITS,
    GROUP_TOTALS,
    GROUP_USAGE,
    JOINED,
    LEDGER,
    OF_DATE,
    QUARANTINE,
    SCANNED_TABLES,
    TREE,
    USER_USAGE,
    VOLUME_TOTALS,
)

_PROMISED = {
    ENTRIES: ("columns_as_described",),
    TREE: ("columns_as_described", "sizes_not_negative"),
}
"""Of tables with many million rows: no null can be stored in their required columns, and their writers sort by key."""


@dg.asset_check(
    asset=asset_key(LEDGER),
    name="no_line_lost",
    description="Lines = entries + quarantined, and the tables hold what the ledger says",
    blocking=True,
    partitions_def=DUMPS,
)
def no_line_lost(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
    """Compares the ledger with the tables of the same dump."""
    faults = list[str]()
    for cell in cells(context.partition_keys):
        held = [lake.lake().count(table, columns_of(*cell)) for table in (ENTRIES, QUARANTINE)]
        faults += lost_lines(lake.lake().scan(LEDGER, columns_of(*cell)).collect(), *held)
    return verdict(faults)


@dg.asset_check(
    asset=asset_key(GROUP_TOTALS),
    name="sums_conserved",
    description="Bytes and inodes of all gids, of all users and of the root are those of all entries",
    blocking=True,
    partitions_def=DUMPS,
)
def sums_conserved(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
    """Compares the sums over gids and over users with the sum over entries, computed from their Parquet."""
    sums = (_sums(lake.lake(), columns_of(*cell)) for cell in cells(context.partition_keys))
    return verdict(fault for each in sums for fault in unequal_sums(each))


def _sums(lake: Lake, partition: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Bytes and inodes of one dump, by the table that they are added up from."""
    used = pl.when(pl.col("nlink") > 0).then(pl.col("size_bytes") // pl.col("nlink")).otherwise(0)
    whole = lake.scan(ENTRIES, partition).select(used.sum(), pl.len().alias("inodes"))
    sums = {"entries": whole.collect(engine="streaming").row(0)}
    for table in (GROUP_TOTALS, USER_USAGE):
        sums[table.noun] = lake.scan(table, partition).select(pl.sum("used_bytes", "inodes")).collect().row(0)
    return sums


@dg.asset_check(
    asset=asset_key(GROUP_USAGE),
    name="no_group_lost",
    description="Every gid of the dump has its row, whether a directory knows it or not",
    blocking=True,
    partitions_def=DUMPS,
)
def no_group_lost(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
    """Compares the sums of the named groups with those of the gids."""
    scan, faults = lake.lake().scan, list[str]()
    for cell in cells(context.partition_keys):
        tables = (("entries", GROUP_TOTALS), (GROUP_USAGE.noun, GROUP_USAGE))
        sums = {
            noun: scan(table, columns_of(*cell)).select(pl.sum("used_bytes", "inodes")).collect().row(0)
            for noun, table in tables
        }
        faults += unequal_sums(sums)
    return verdict(faults)


@dg.asset_check(
    asset=asset_key(GROUP_SPLITS),
    name="lines_conserved",
    description="Lines of all splits + skipped + bad lines are the lines of the dumps, bad lines those set aside",
    partitions_def=DATES,
)
def lines_conserved(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Adds up what the split of a date told of itself, and compares it with what the scans of its dumps told."""
    wanted = dg.AssetRecordsFilter(asset_key(GROUP_SPLITS), asset_partitions=[context.partition_key])
    [record] = context.instance.fetch_materializations(wanted, limit=1).records
    told = record.asset_materialization.metadata if record.asset_materialization else {}
    return verdict(lost_in_splits({name: int(value.value) for name, value in told.items() if "lines" in name}))


@dg.asset_check(
    asset=asset_key(DAYS.served()),
    name="is_fresh",
    description="Every volume had a dump within GRT_LUSTRE_FRESHNESS_DAYS",
)
def is_fresh(lake: LakeResource, clock: ClockResource) -> dg.AssetCheckResult:
    """Names the volumes whose newest dump is too old."""
    days = lake.lake().scan(VOLUME_TOTALS).select("volume", "dumped_on").collect()
    late = late_volumes(days, clock.now().date(), timedelta(days=settings().lustre_freshness_days))
    return verdict(late, severity=dg.AssetCheckSeverity.WARN)


CHECKS = (
    no_line_lost,
    sums_conserved,
    no_group_lost,
    lines_conserved,
    is_fresh,
    promises_together("lustre_scan_promises", {t: _PROMISED.get(t, ALL) for t in (*SCANNED_TABLES, *ACCOUNTS)}, DUMPS),
    *(check for table in JOINED for check in promises(table, DUMPS)),
    *(check for table in OF_DATE for check in promises(table, DATES)),
    *promises(FORECASTS, VOLUMES),
)
