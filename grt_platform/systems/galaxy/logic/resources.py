"""The product tool_resources: runtime, cores, memory and slot hours per tool and version, allocated against used."""

import polars as pl

from grt_platform.systems.galaxy.logic.buckets import BUCKET_JOBS, tool_buckets
from grt_platform.systems.galaxy.logic.frames import PER_INSTANCE, Group, collected, conform, product_table
from grt_platform.systems.galaxy.logic.quantities import MEASURED, QUANTITIES, job_quantities
from grt_platform.systems.galaxy.schemas import TOOL_RESOURCES

_STATISTICS = ("jobs", "mean", "p50", "p95", "p99", "max")
_EXACT = pl.Decimal(38, 9)


def tool_resources(
    jobs: pl.LazyFrame, metrics: pl.LazyFrame, group: Group = PER_INSTANCE, bucket_jobs: int = BUCKET_JOBS
) -> pl.DataFrame:
    """Statistics of every quantity for every tool and version, over the jobs that ended ok.

    Args:
        jobs: Rows of `galaxy/table/jobs`, of one instance or of all.
        metrics: Rows of `galaxy/table/metrics_num` of the same instances.
        group: `PER_INSTANCE` or `OVERALL`.
        bucket_jobs: Jobs held in memory at once; the metrics are read once per bucket.

    Returns:
        Rows of `galaxy/product/tool_resources`, or of its overall twin.
    """
    keys = (*group, "tool_id", "tool_version")
    parts = [
        _long(collected(job_quantities(bucket, metrics).group_by(keys).agg(_statistics())), keys)
        for bucket in tool_buckets(jobs, bucket_jobs)
    ]
    return collected(conform(pl.concat(parts).lazy(), product_table(TOOL_RESOURCES, group)))


def exclusions(jobs: pl.LazyFrame, metrics: pl.LazyFrame, bucket_jobs: int = BUCKET_JOBS) -> pl.DataFrame:
    """How many jobs had a reading that cannot be true, per quantity and reason (columns quantity, reason, jobs)."""
    reasons = [f"{name}_why" for name in MEASURED]
    parts = [
        collected(job_quantities(bucket, metrics).group_by(reasons).agg(jobs=pl.len().cast(pl.Int64)))
        for bucket in tool_buckets(jobs, bucket_jobs)
    ]
    each = pl.concat(parts).unpivot(on=reasons, index="jobs", variable_name="quantity", value_name="reason")
    counted = each.drop_nulls("reason").with_columns(pl.col("quantity").str.strip_suffix("_why"))
    return counted.group_by("quantity", "reason").agg(pl.col("jobs").sum()).sort("quantity", "reason")


def _statistics() -> list[pl.Expr]:
    """Percentiles interpolate linearly; sums are exact, so that a rebuild in another order gives the same mean."""
    expressions = []
    for name in QUANTITIES:
        values = pl.col(name)
        exact_sum = values.cast(_EXACT).sum().cast(pl.Float64)
        expressions += [
            values.count().cast(pl.Int64).alias(f"{name}.jobs"),
            (exact_sum / values.count()).alias(f"{name}.mean"),
            *(values.quantile(q, "linear").alias(f"{name}.p{q * 100:.0f}") for q in (0.5, 0.95, 0.99)),
            values.max().alias(f"{name}.max"),
        ]
    return expressions


def _long(wide: pl.DataFrame, keys: Group) -> pl.DataFrame:
    """One row per quantity that any job had."""
    rows = [
        wide.select(*keys, pl.lit(name).alias("quantity"), *(pl.col(f"{name}.{s}").alias(s) for s in _STATISTICS))
        for name in QUANTITIES
    ]
    return pl.concat(rows).filter(pl.col("jobs") > 0)
