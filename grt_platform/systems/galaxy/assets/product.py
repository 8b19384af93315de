"""Products: what people ask, computed from the tables; for each instance, and over all of them."""

from typing import Any

import dagster as dg
import polars as pl

from grt_platform.kernel.table import Table
from grt_platform.orchestration.conditions import ON_ANY_UPDATE_AT_LEISURE, ON_UPDATE
from grt_platform.orchestration.describe import about
from grt_platform.orchestration.execution import heavy, pool
from grt_platform.settings import settings
from grt_platform.systems.galaxy.logic import activity, by_input, params, resources, usage, which
from grt_platform.systems.galaxy.logic.frames import OVERALL, collected
from grt_platform.systems.galaxy.partitions import BY_INSTANCE, INSTANCES, cut
from grt_platform.systems.galaxy.pictures import drawn
from grt_platform.systems.galaxy.schemas import (
    DATASETS,
    INSTANCE_ACTIVITY,
    JOBS,
    METRICS_NUM,
    PARAMS,
    POPULAR_PARAMS,
    REPORTS,
    TOOL_RESOURCES,
    TOOL_RESOURCES_BY_INPUT,
    TOOL_USAGE,
    TOOLS,
    WHICH_INSTANCES_HAVE,
    overall,
)

Frames = dg.MaterializeResult[dict[str, pl.DataFrame]]


def _of_instance(table: Table, **inputs: Table) -> dict[str, Any]:
    """Arguments of an asset that gathers the months of one instance."""
    return {
        **about(table),
        "ins": {name: dg.AssetIn(given.asset_key, partition_mapping=BY_INSTANCE) for name, given in inputs.items()},
        "partitions_def": INSTANCES,
        "automation_condition": ON_UPDATE,
        "backfill_policy": dg.BackfillPolicy.multi_run(settings().batch_partitions),
        "io_manager_key": "lake_io",
        "pool": pool("galaxy", "products"),
        "op_tags": heavy("galaxy"),
    }


def _of_all(table: Table, **inputs: Table) -> dict[str, Any]:
    """Arguments of an asset over all instances and months."""
    return {
        **about(table),
        "ins": {name: dg.AssetIn(given.asset_key) for name, given in inputs.items()},
        "automation_condition": ON_ANY_UPDATE_AT_LEISURE,
        "io_manager_key": "lake_io",
        "pool": pool("galaxy", "products"),
        "op_tags": heavy("galaxy"),
    }


@dg.asset(**_of_instance(TOOL_USAGE, jobs=JOBS))
def tool_usage(context: dg.AssetExecutionContext, jobs: pl.LazyFrame) -> Frames:
    """Counts jobs by tool, version and period."""
    rows = collected(usage.tool_usage(jobs))
    return cut(context, rows, "jobs_per_week", "error_rates")


@dg.asset(**_of_all(overall(TOOL_USAGE), jobs=JOBS))
def tool_usage_overall(jobs: pl.LazyFrame) -> dg.MaterializeResult[pl.DataFrame]:
    """Counts jobs of all instances by tool, version and period."""
    rows = collected(usage.tool_usage(jobs, OVERALL))
    return dg.MaterializeResult(value=rows, metadata=drawn(rows, "jobs_per_week", "error_rates"))


@dg.asset(**_of_instance(TOOL_RESOURCES, jobs=JOBS, metrics=METRICS_NUM))
def tool_resources(context: dg.AssetExecutionContext, jobs: pl.LazyFrame, metrics: pl.LazyFrame) -> Frames:
    """Describes what jobs of each tool took."""
    return cut(context, resources.tool_resources(jobs, metrics), "runtimes", "memory", "exclusions")


@dg.asset(**_of_all(overall(TOOL_RESOURCES), jobs=JOBS, metrics=METRICS_NUM))
def tool_resources_overall(jobs: pl.LazyFrame, metrics: pl.LazyFrame) -> dg.MaterializeResult[pl.DataFrame]:
    """Describes what jobs of each tool took on all instances."""
    rows = resources.tool_resources(jobs, metrics, OVERALL)
    return dg.MaterializeResult(value=rows, metadata=drawn(rows, "runtimes", "memory", "exclusions"))


@dg.asset(**_of_instance(TOOL_RESOURCES_BY_INPUT, jobs=JOBS, metrics=METRICS_NUM, datasets=DATASETS))
def tool_resources_by_input(
    context: dg.AssetExecutionContext, jobs: pl.LazyFrame, metrics: pl.LazyFrame, datasets: pl.LazyFrame
) -> Frames:
    """Describes runtime and memory by input size and suggests rules."""
    return cut(context, by_input.tool_resources_by_input(jobs, metrics, datasets))


@dg.asset(**_of_all(overall(TOOL_RESOURCES_BY_INPUT), jobs=JOBS, metrics=METRICS_NUM, datasets=DATASETS))
def tool_resources_by_input_overall(jobs: pl.LazyFrame, metrics: pl.LazyFrame, datasets: pl.LazyFrame) -> pl.DataFrame:
    """Describes runtime and memory by input size on all instances and suggests rules."""
    return by_input.tool_resources_by_input(jobs, metrics, datasets, OVERALL)


@dg.asset(**_of_instance(INSTANCE_ACTIVITY, jobs=JOBS, reports=REPORTS))
def instance_activity(context: dg.AssetExecutionContext, jobs: pl.LazyFrame, reports: pl.LazyFrame) -> Frames:
    """Tells how active an instance is."""
    return cut(context, collected(activity.instance_activity(jobs, reports)))


@dg.asset(**_of_instance(POPULAR_PARAMS, params=PARAMS, jobs=JOBS))
def popular_params(context: dg.AssetExecutionContext, params: pl.LazyFrame, jobs: pl.LazyFrame) -> Frames:
    """Finds the most used values of each tool's parameters."""
    return cut(context, _popular(params, jobs))


@dg.asset(**_of_all(overall(POPULAR_PARAMS), params=PARAMS, jobs=JOBS))
def popular_params_overall(params: pl.LazyFrame, jobs: pl.LazyFrame) -> pl.DataFrame:
    """Finds the most used values of each tool's parameters on all instances."""
    return _popular(params, jobs, OVERALL)


@dg.asset(**_of_all(WHICH_INSTANCES_HAVE, jobs=JOBS, tools=TOOLS, reports=REPORTS))
def which_instances_have(jobs: pl.LazyFrame, tools: pl.LazyFrame, reports: pl.LazyFrame) -> pl.DataFrame:
    """Lists which instance has or ran which tool."""
    return collected(which.which_instances_have(jobs, tools, reports))


_popular = params.popular_params
PRODUCTS = (
    tool_usage,
    tool_usage_overall,
    tool_resources,
    tool_resources_overall,
    tool_resources_by_input,
    tool_resources_by_input_overall,
    instance_activity,
    popular_params,
    popular_params_overall,
    which_instances_have,
)
