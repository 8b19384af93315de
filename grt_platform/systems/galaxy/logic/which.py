"""The product which_instances_have: where a tool is installed or was run, how often and when last."""

import polars as pl

from grt_platform.systems.galaxy.logic.frames import conform
from grt_platform.systems.galaxy.logic.tools import base_id, named, version
from grt_platform.systems.galaxy.schemas import WHICH_INSTANCES_HAVE

_KEY = ("tool_id", "tool_version", "instance_id")


def which_instances_have(jobs: pl.LazyFrame, tools: pl.LazyFrame, reports: pl.LazyFrame) -> pl.LazyFrame:
    """One row per tool, version and instance that ran it, or lists it in its last report that lists tools.

    Args:
        jobs: Rows of `galaxy/table/jobs` of all instances.
        tools: Rows of `galaxy/table/tools` of all instances.
        reports: Rows of `galaxy/table/reports` of all instances.

    Returns:
        Rows of `galaxy/product/which_instances_have`.
    """
    raw = jobs.filter(pl.col("tool_id").is_not_null()).group_by("instance_id", "tool_id", "tool_version")
    counted = named(raw.agg(jobs=pl.len().cast(pl.Int64), last_used_at=pl.col("created_at").max()))
    ran = counted.group_by(_KEY).agg(pl.col("jobs").sum(), pl.col("last_used_at").max())
    both = ran.join(_installed(tools, reports), on=_KEY, how="full", coalesce=True)
    return conform(
        both.with_columns(pl.col("jobs").fill_null(0), pl.col("is_installed").fill_null(value=False)),
        WHICH_INSTANCES_HAVE,
    )


def _installed(tools: pl.LazyFrame, reports: pl.LazyFrame) -> pl.LazyFrame:
    """Tools of each instance's latest report that lists any."""
    report = ["instance_id", "report_id"]
    listers = reports.join(tools.select(report).unique(), on=report, how="semi")
    last = listers.group_by("instance_id").agg(pl.col("report_id").sort_by("generated_at", "report_id").last())
    listed = tools.join(last, on=report, how="semi")
    return listed.select(
        "instance_id",
        tool_id=base_id(pl.col("tool_id")),
        tool_version=version(pl.col("tool_id"), pl.col("version")),
        is_installed=pl.lit(value=True),
    ).unique()
