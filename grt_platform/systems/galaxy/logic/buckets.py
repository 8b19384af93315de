"""Jobs cut into buckets of whole tools, so that a product over any number of jobs needs bounded memory.

Percentiles need all values of a tool at once but never two tools at once.
"""

from collections.abc import Iterator

import polars as pl

from grt_platform.systems.galaxy.logic.frames import collected
from grt_platform.systems.galaxy.logic.states import ended_ok
from grt_platform.systems.galaxy.logic.tools import base_id, version

BUCKET_JOBS = 500_000
_RAW_NAME = ["raw_id", "raw_version"]


def tool_buckets(jobs: pl.LazyFrame, bucket_jobs: int = BUCKET_JOBS) -> Iterator[pl.LazyFrame]:
    """The jobs that ended ok and name a tool, in buckets of about `bucket_jobs`; a tool is never in two buckets.

    Args:
        jobs: Rows of `galaxy/table/jobs`; read once to count and once per bucket.
        bucket_jobs: Jobs per bucket; one tool with more jobs makes a larger one.

    Yields:
        Lazy frames with instance_id, job_id, tool_id (without its version) and tool_version; at least one.
    """
    of_tools = jobs.filter(ended_ok(pl.col("state")), pl.col("tool_id").is_not_null()).select(
        "instance_id", "job_id", raw_id="tool_id", raw_version="tool_version"
    )
    names = _numbered(collected(of_tools.group_by(_RAW_NAME).agg(jobs=pl.len())), bucket_jobs)
    for bucket in names.partition_by("bucket", maintain_order=True) or [names]:
        wanted = bucket.lazy().drop("bucket", "jobs")
        yield of_tools.join(wanted, on=_RAW_NAME, nulls_equal=True).drop(_RAW_NAME)


def _numbered(names: pl.DataFrame, bucket_jobs: int) -> pl.DataFrame:
    """Every name as it stands in the jobs with its tool, version and bucket; names are few, jobs are many."""
    tools = names.with_columns(
        tool_id=base_id(pl.col("raw_id")), tool_version=version(pl.col("raw_id"), pl.col("raw_version"))
    ).sort("tool_id")
    jobs_before = pl.col("jobs").cast(pl.Int64).cum_sum() - pl.col("jobs")
    numbered = tools.with_columns(bucket=jobs_before // bucket_jobs)
    return numbered.with_columns(pl.col("bucket").first().over("tool_id"))
