"""The product tool_resources: runtime, cores, memory and slot hours per tool and version, allocated against used."""

import json
from collections import Counter

import polars as pl

from grt_platform.systems.galaxy.logic.buckets import BUCKET_JOBS, tool_buckets
from grt_platform.systems.galaxy.logic.frames import PER_INSTANCE, Group, collected, conform, product_table
from grt_platform.systems.galaxy.logic.quantities import MEASURED, QUANTITIES, job_quantities
from grt_platform.systems.galaxy.schemas import TOOL_RESOURCES

_STATISTICS = ("jobs", "mean", "p50", "p95", "p99", "max", "jobs_excluded", "exclusion_reasons")
_EXACT = pl.Decimal(38, 9)


def tool_resources(
    jobs: pl.LazyFrame, metrics: pl.LazyFrame, group: Group = PER_INSTANCE, bucket_jobs: int = BUCKET_JOBS
) -> pl.DataFrame:
    """Statistics of every quantity for every tool and version, over the jobs that ended ok, and what was left out.

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


def exclusions(resources: pl.DataFrame) -> list[tuple[str, str, int]]:
    """How many jobs had a reading that cannot be true: quantity, reason, jobs, the most first.

    Args:
        resources: Rows of tool_resources, of one instance or overall.
    """
    counted: Counter[tuple[str, str]] = Counter()
    excluded = resources.drop_nulls("exclusion_reasons").select("quantity", "exclusion_reasons")
    for quantity, reasons in excluded.iter_rows():
        counted.update({(quantity, reason): jobs for reason, jobs in json.loads(reasons).items()})
    return sorted(((*named, jobs) for named, jobs in counted.items()), key=lambda row: (-row[2], row))


def _statistics() -> list[pl.Expr]:
    """Percentiles interpolate linearly; sums are exact, so that a rebuild in another order gives the same mean."""
    expressions = []
    for name in QUANTITIES:
        values = pl.col(name)
        exact_sum = values.cast(_EXACT).sum().cast(pl.Float64)
        expressions += [
            values.count().cast(pl.Int64).alias(f"{name}.jobs"),
            pl.when(values.count() > 0).then(exact_sum / values.count()).alias(f"{name}.mean"),
            *(values.quantile(q, "linear").alias(f"{name}.p{q * 100:.0f}") for q in (0.5, 0.95, 0.99)),
            values.max().alias(f"{name}.max"),
        ]
    return [*expressions, *(pl.col(f"{name}_why").drop_nulls().value_counts(name="jobs") for name in MEASURED)]


def _long(wide: pl.DataFrame, keys: Group) -> pl.DataFrame:
    """One row per quantity that any job had, or had a reading of that cannot be true."""
    told = wide.with_columns(each for name in QUANTITIES for each in _excluded(name))
    rows = [
        told.select(*keys, pl.lit(name).alias("quantity"), *(pl.col(f"{name}.{s}").alias(s) for s in _STATISTICS))
        for name in QUANTITIES
    ]
    return pl.concat(rows).filter(pl.col("jobs") + pl.col("jobs_excluded") > 0)


def _excluded(name: str) -> list[pl.Expr]:
    """The jobs left out of a quantity, and how many for which reason as JSON; of derived quantities there are none."""
    if name not in MEASURED:
        return [
            pl.lit(0, pl.Int64).alias(f"{name}.jobs_excluded"),
            pl.lit(None, pl.String).alias(f"{name}.exclusion_reasons"),
        ]
    counts, each = pl.col(f"{name}_why"), pl.element().struct
    pairs = counts.list.eval(pl.format('"{}": {}', each.field(f"{name}_why"), each.field("jobs"))).list.sort()
    text = pl.concat_str(pl.lit("{"), pairs.list.join(", "), pl.lit("}"))
    return [
        counts.list.eval(each.field("jobs")).list.sum().cast(pl.Int64).alias(f"{name}.jobs_excluded"),
        pl.when(counts.list.len() > 0).then(text).alias(f"{name}.exclusion_reasons"),
    ]
