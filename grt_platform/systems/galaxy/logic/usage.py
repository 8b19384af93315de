"""The product tool_usage: jobs by outcome and error rate per tool, version and period."""

import polars as pl

from grt_platform.systems.galaxy.logic.frames import PER_INSTANCE, Group, conform, product_table
from grt_platform.systems.galaxy.logic.states import OUTCOMES, outcome
from grt_platform.systems.galaxy.logic.tools import named
from grt_platform.systems.galaxy.schemas import TOOL_USAGE

_EVERY = {"day": "1d", "week": "1w", "month": "1mo"}
_COUNTS = ("jobs", *(f"jobs_{name}" for name in OUTCOMES))


def tool_usage(jobs: pl.LazyFrame, group: Group = PER_INSTANCE) -> pl.LazyFrame:
    """Usage of every tool and version by day, ISO week and month of the jobs' `created_at` (UTC).

    Jobs without `created_at` belong to no period and are left out; every other job counts once in each of the three.

    Args:
        jobs: Rows of `galaxy/table/jobs`, of one instance or of all.
        group: `PER_INSTANCE` or `OVERALL`.

    Returns:
        Rows of `galaxy/product/tool_usage`, or of its overall twin. Memory follows the distinct days, tools and states.
    """
    daily = _daily(jobs, group)
    keys = (*group, "starts_on", "tool_id", "tool_version")
    periods = [
        daily.with_columns(pl.col("starts_on").dt.truncate(every))
        .group_by(keys)
        .agg(pl.col(_COUNTS).sum())
        .with_columns(period=pl.lit(period))
        for period, every in _EVERY.items()
    ]
    ended = pl.col("jobs_ok") + pl.col("jobs_error")
    rate = pl.when(ended > 0).then(pl.col("jobs_error") / ended)
    return conform(pl.concat(periods).with_columns(error_rate=rate), product_table(TOOL_USAGE, group))


def _daily(jobs: pl.LazyFrame, group: Group) -> pl.LazyFrame:
    """Counts per day; ids are cut only after the first count, when few rows are left."""
    day = pl.col("created_at").dt.convert_time_zone("UTC").dt.date()
    raw = jobs.filter(pl.col("created_at").is_not_null()).with_columns(starts_on=day)
    counted = raw.group_by(*group, "starts_on", "tool_id", "tool_version", "state").agg(jobs=pl.len().cast(pl.Int64))
    became = outcome(pl.col("state"))
    return named(counted).with_columns(
        pl.when(became == name).then(pl.col("jobs")).otherwise(0).alias(f"jobs_{name}") for name in OUTCOMES
    )
