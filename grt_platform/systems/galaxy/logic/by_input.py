"""The product tool_resources_by_input: runtime and memory of a tool by input size, with a suggested rule."""

import polars as pl

from grt_platform.systems.galaxy.logic.buckets import BUCKET_JOBS, tool_buckets
from grt_platform.systems.galaxy.logic.frames import PER_INSTANCE, Group, collected, conform, product_table
from grt_platform.systems.galaxy.logic.inputs import BELOW, UNKNOWN, with_input_bytes
from grt_platform.systems.galaxy.logic.quantities import job_quantities
from grt_platform.systems.galaxy.logic.suggest import cores, memory_gb, tpv_rule
from grt_platform.systems.galaxy.schemas import TOOL_RESOURCES_BY_INPUT

LIMIT_HIT = 0.95


def tool_resources_by_input(
    jobs: pl.LazyFrame,
    metrics: pl.LazyFrame,
    datasets: pl.LazyFrame,
    group: Group = PER_INSTANCE,
    bucket_jobs: int = BUCKET_JOBS,
) -> pl.DataFrame:
    """Runtime, memory and cores by tool and input size, over jobs that ended ok and have metrics.

    Args:
        jobs: Rows of `galaxy/table/jobs`, of one instance or of all.
        metrics: Rows of `galaxy/table/metrics_num` of the same instances.
        datasets: Rows of `galaxy/table/datasets` of the same instances.
        group: `PER_INSTANCE` or `OVERALL`.
        bucket_jobs: Jobs held in memory at once; metrics and datasets are read once per bucket.

    Returns:
        Rows of `galaxy/product/tool_resources_by_input`, or of its overall twin.
    """
    keys = (*group, "tool_id", "input_from_bytes")
    parts = [
        collected(with_input_bytes(job_quantities(bucket, metrics), datasets).group_by(keys).agg(_statistics()))
        for bucket in tool_buckets(jobs, bucket_jobs)
    ]
    binned = pl.concat(parts).with_columns(pl.col("tool_id").cast(pl.String)).sort(keys)
    edge = pl.col("input_from_bytes")
    suggested = binned.with_columns(
        input_bin=edge.replace_strict({start: number for number, start in enumerate(BELOW)}, return_dtype=pl.Int64),
        input_below_bytes=edge.replace_strict(BELOW, return_dtype=pl.Int64),
        suggested_memory_gb=memory_gb(group),
        suggested_cores=cores(),
    )
    known = pl.when(edge != UNKNOWN)
    told = _with_rules(suggested, group).with_columns(
        input_from_bytes=known.then("input_from_bytes"), input_below_bytes=known.then("input_below_bytes")
    )
    return collected(conform(told.lazy(), product_table(TOOL_RESOURCES_BY_INPUT, group)))


def _statistics() -> list[pl.Expr]:
    """Percentiles interpolate linearly between the two nearest jobs."""
    runtime, memory = pl.col("runtime_s"), pl.col("memory_used_bytes")
    busy = pl.min_horizontal("cores_used", pl.when(pl.col("cores_used").is_not_null()).then("cores_allocated"))
    return [
        pl.len().cast(pl.Int64).alias("jobs"),
        runtime.quantile(0.5, "linear").alias("runtime_p50_s"),
        runtime.quantile(0.95, "linear").alias("runtime_p95_s"),
        memory.count().cast(pl.Int64).alias("memory_jobs"),
        memory.quantile(0.5, "linear").alias("memory_p50_bytes"),
        memory.quantile(0.95, "linear").alias("memory_p95_bytes"),
        memory.max().alias("memory_max_bytes"),
        (pl.col("memory_used_share") >= LIMIT_HIT).mean().alias("limit_hit_share"),
        busy.count().cast(pl.Int64).alias("cores_jobs"),
        busy.quantile(0.95, "linear").alias("cores_p95"),
    ]


def _with_rules(rows: pl.DataFrame, group: Group) -> pl.DataFrame:
    """Every row with the rule of its whole tool: a few thousand tools, one Python call each."""
    keys = [*group, "tool_id"]
    tools = rows.partition_by(keys, maintain_order=True)
    rules = [pl.lit(tpv_rule(tool["tool_id"][0], tool.to_dicts()), dtype=pl.String) for tool in tools]
    with_rules = [tool.with_columns(suggested_rule=rule) for tool, rule in zip(tools, rules, strict=True)]
    return pl.concat(with_rules) if with_rules else rows.with_columns(suggested_rule=pl.lit(None, dtype=pl.String))
