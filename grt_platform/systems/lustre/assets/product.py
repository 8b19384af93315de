"""Products: numbers joined with names and quotas, forecasts, completeness, reports."""

from datetime import date
from typing import Any

import dagster as dg
import polars as pl

from grt_platform.kernel.table import Table
from grt_platform.orchestration.conditions import ON_ANY_UPDATE_AT_LEISURE, ON_UPDATE
from grt_platform.orchestration.describe import about, about_raw
from grt_platform.orchestration.execution import errors_by_kind, heavy, light
from grt_platform.orchestration.resources import ClockResource, LakeResource, StoresResource
from grt_platform.settings import settings
from grt_platform.systems.lustre.asking import ask_archived
from grt_platform.systems.lustre.assets.raw import groups, quotas
from grt_platform.systems.lustre.full_sets import row_of, verdict_of
from grt_platform.systems.lustre.known import groups_at, known_at, moment_of
from grt_platform.systems.lustre.limits import (
    archived_folders,
    special_prefixes,
    warning_levels,
)
from grt_platform.systems.lustre.logic import forecast, usage
from grt_platform.systems.lustre.logic.accounting import split_counts
from grt_platform.systems.lustre.logic.clock import as_of
from grt_platform.systems.lustre.partitions import BY_DATE, BY_VOLUME, DATES, DUMPS, VOLUMES, cells
from grt_platform.systems.lustre.pictures import drawn
from grt_platform.systems.lustre.reports import write_reports
from grt_platform.systems.lustre.schemas import (
    DAYS,
    FORECASTS,
    GROUP_SPLITS,
    GROUP_TOTALS,
    GROUP_USAGE,
    LEDGER,
    PROJECT_TOTALS,
    PROJECT_USAGE,
    REPORT_FILES,
    VOLUME_TOTALS,
)

_SNAPSHOTS = dg.AssetSelection.assets(groups.key, quotas.key)
ON_NEW_DUMP = (
    dg.AutomationCondition.any_deps_updated().ignore(_SNAPSHOTS).since_last_handled()
    & ~dg.AutomationCondition.any_deps_in_progress().ignore(_SNAPSHOTS)
    & ~dg.AutomationCondition.in_progress()
).with_label("the dump changed")
"""Snapshots are taken every day; a product of an old date keeps the snapshot of its time."""


def _ins(**inputs: Table) -> dict[str, dg.AssetIn]:
    return {name: dg.AssetIn(given.asset_key) for name, given in inputs.items()}


def _of_dump(table: Table, *also: dg.AssetsDefinition, **inputs: Table) -> dict[str, Any]:
    """Arguments of an asset about one volume and date that joins names."""
    return {
        **about(table),
        "ins": _ins(**inputs),
        "deps": [groups, quotas, *also],
        "partitions_def": DUMPS,
        "automation_condition": ON_NEW_DUMP,
        "io_manager_key": "lake_io",
        "op_tags": light("lustre"),
    }


def _of_date(table: Table, inputs: dict[str, Table], *upstream: Table) -> dict[str, Any]:
    """Arguments of an asset about all volumes of one date."""
    return {
        **about(table),
        "ins": {name: dg.AssetIn(given.asset_key, partition_mapping=BY_DATE) for name, given in inputs.items()},
        "deps": [dg.AssetDep(given.asset_key, partition_mapping=BY_DATE) for given in upstream],
        "partitions_def": DATES,
        "automation_condition": ON_UPDATE,
        "io_manager_key": "lake_io",
        "op_tags": light("lustre"),
    }


@dg.asset(
    **about_raw(
        "lustre",
        "archived",
        "Which groups with little on a volume are archived, looked up once for each dump: the mark `.imirrored`.",
    ),
    ins={
        name: dg.AssetIn(t.asset_key) for name, t in (("group_totals", GROUP_TOTALS), ("volume_totals", VOLUME_TOTALS))
    },
    partitions_def=DUMPS,
    automation_condition=ON_NEW_DUMP,
    op_tags=light("lustre"),
)
def archived(
    context: dg.AssetExecutionContext, group_totals: pl.LazyFrame, volume_totals: pl.LazyFrame, stores: StoresResource
) -> dg.MaterializeResult[None]:
    """Looks for the mark in the directories of small groups; what is kept of an earlier look stays."""
    groups, _ = groups_at(stores.raw(), moment_of(volume_totals))
    small = usage.small_groups(group_totals, groups, settings().lustre_archived_below_bytes)
    with errors_by_kind(context.retry_number):
        warnings = ask_archived(stores.raw(), *cells(context.partition_keys)[0], small, archived_folders())
    for warning in warnings:
        context.log.warning("%s", warning)
    return dg.MaterializeResult(metadata={"looked_at": len(small)})


@dg.asset(**_of_dump(GROUP_USAGE, archived, group_totals=GROUP_TOTALS, volume_totals=VOLUME_TOTALS))
def group_usage(
    context: dg.AssetExecutionContext, group_totals: pl.LazyFrame, volume_totals: pl.LazyFrame, stores: StoresResource
) -> dg.MaterializeResult[pl.DataFrame]:
    """Names the gids of one dump and sets their quotas beside what they use."""
    [(dumped_on, volume)] = cells(context.partition_keys)
    known = known_at(stores.raw(), dumped_on, volume, moment_of(volume_totals))
    rows = usage.group_usage(group_totals, known, as_of(dumped_on)).collect()
    return dg.MaterializeResult(value=rows, metadata=drawn("usage_against_quota", rows))


@dg.asset(**_of_dump(PROJECT_USAGE, project_totals=PROJECT_TOTALS, volume_totals=VOLUME_TOTALS))
def project_usage(
    context: dg.AssetExecutionContext, project_totals: pl.LazyFrame, volume_totals: pl.LazyFrame, stores: StoresResource
) -> pl.DataFrame:
    """Names the owners of the project directories of one dump."""
    [(dumped_on, _)] = cells(context.partition_keys)
    groups, _ = groups_at(stores.raw(), moment_of(volume_totals))
    return usage.project_usage(project_totals, groups, as_of(dumped_on)).collect()


@dg.asset(
    **about(FORECASTS),
    ins={"group_usage": dg.AssetIn(GROUP_USAGE.asset_key, partition_mapping=BY_VOLUME)},
    partitions_def=VOLUMES,
    automation_condition=ON_ANY_UPDATE_AT_LEISURE,
    io_manager_key="lake_io",
    op_tags=light("lustre"),
)
def forecasts(group_usage: pl.LazyFrame) -> dg.MaterializeResult[pl.DataFrame]:
    """Says when each group of a volume will exceed its quotas; days without a loaded dump do not count."""
    history = group_usage.collect()
    rows = forecast.forecasts(history, warning_levels())
    return dg.MaterializeResult(value=rows, metadata=drawn("history_with_forecast", history, rows))


@dg.asset(**_of_date(DAYS, {}, LEDGER, VOLUME_TOTALS))
def days(context: dg.AssetExecutionContext, lake: LakeResource) -> pl.DataFrame:
    """Tells whether all volumes of a date are there."""
    return row_of(lake.lake(), date.fromisoformat(context.partition_key))


@dg.asset(**_of_date(REPORT_FILES, {"group_usage": GROUP_USAGE}))
def report_files(
    context: dg.AssetExecutionContext,
    group_usage: pl.LazyFrame,
    stores: StoresResource,
    lake: LakeResource,
    clock: ClockResource,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Writes the report of a date as files for people and their scripts, once it may be published."""
    dumped_on = date.fromisoformat(context.partition_key)
    found = verdict_of(lake.lake(), stores.products(), dumped_on, clock.now().date())
    rows = group_usage.collect() if found.is_published else group_usage.head(0).collect()
    written = write_reports(stores.products(), dumped_on, rows)
    return dg.MaterializeResult(value=written, metadata={"is_published": found.is_published, "because": found.reason})


@dg.asset(**(_of_date(GROUP_SPLITS, {"volume_totals": VOLUME_TOTALS}) | {"op_tags": heavy("lustre")}))
def group_splits(
    context: dg.AssetExecutionContext, volume_totals: pl.LazyFrame, stores: StoresResource
) -> dg.MaterializeResult[pl.DataFrame]:
    """Cuts the loaded dumps of a date by group, for the servers that show a group its tree."""
    from grt_platform.systems.lustre.kernels_made import ready_split_date  # numba's 60 MB, which only a run needs

    dumped_on, totals = date.fromisoformat(context.partition_key), volume_totals.collect()
    with errors_by_kind(context.retry_number):
        cut = ready_split_date(stores.raw(), stores.products(), dumped_on, totals, special_prefixes())
    return dg.MaterializeResult(value=cut.rows, metadata=split_counts(cut.rows, cut.skipped, cut.bad, totals))


PRODUCTS = (archived, group_usage, project_usage, forecasts, days, report_files, group_splits)
