"""The product instance_activity: how many jobs, users and tools an instance has, and what its last report said."""

import polars as pl

from grt_platform.systems.galaxy.logic.frames import conform
from grt_platform.systems.galaxy.logic.tools import base_id
from grt_platform.systems.galaxy.schemas import INSTANCE_ACTIVITY

RECENT = pl.duration(days=28)


def instance_activity(jobs: pl.LazyFrame, reports: pl.LazyFrame) -> pl.LazyFrame:
    """One row per instance that has jobs or reports.

    Args:
        jobs: Rows of `galaxy/table/jobs`.
        reports: Rows of `galaxy/table/reports`; the last one is the one with the latest `generated_at`.

    Returns:
        Rows of `galaxy/product/instance_activity`.
    """
    of_jobs, of_reports = _of_jobs(jobs), _of_reports(reports)
    both = of_jobs.join(of_reports, on="instance_id", how="full", coalesce=True)
    counts = pl.col("jobs", "jobs_recent", "tools", "reports").fill_null(0)
    return conform(both.with_columns(counts), INSTANCE_ACTIVITY)


def _of_jobs(jobs: pl.LazyFrame) -> pl.LazyFrame:
    totals = jobs.group_by("instance_id").agg(
        jobs=pl.len(),
        first_job_at=pl.col("created_at").min(),
        last_job_at=pl.col("created_at").max(),
    )
    tools = (
        jobs.select("instance_id", "tool_id").unique().with_columns(base_id(pl.col("tool_id"))).drop_nulls().unique()
    )
    newest = totals.select("instance_id", "last_job_at")
    recent = jobs.join(newest, on="instance_id").filter(pl.col("created_at") > pl.col("last_job_at") - RECENT)
    counted = totals.join(_count(tools, "tools"), on="instance_id", how="left")
    return counted.join(_count(recent, "jobs_recent"), on="instance_id", how="left")


def _of_reports(reports: pl.LazyFrame) -> pl.LazyFrame:
    last = pl.all().exclude("instance_id", "report_id").sort_by("generated_at", "report_id").last()
    wanted = reports.select("instance_id", "report_id", "generated_at", "users_active", "users_total", "galaxy_version")
    per_instance = wanted.group_by("instance_id").agg(last, reports=pl.len())
    return per_instance.rename({"generated_at": "last_report_at"})


def _count(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
    return rows.group_by("instance_id").agg(pl.len().alias(name))
