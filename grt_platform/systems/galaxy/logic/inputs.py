"""The size of a job's inputs, and the bin it falls in."""

from typing import Final

import polars as pl

from grt_platform.systems.galaxy.logic.frames import JOB_KEY, with_light_key

UNKNOWN: Final = -1
EDGES: Final = (UNKNOWN, 0, 1, *(2**power for power in range(20, 42, 2)))
BELOW: Final = dict(zip(EDGES, (*EDGES[1:], None), strict=True))


def with_input_bytes(jobs: pl.LazyFrame, datasets: pl.LazyFrame) -> pl.LazyFrame:
    """Jobs with `input_bytes`, the sum over their distinct input datasets, and its bin `input_from_bytes`.

    A dataset without a size adds nothing (format 3 does not tell 0 from unknown). A job has `UNKNOWN` bytes where the
    report names none of its datasets, or where no input of it has a size; a job with outputs only has 0.

    Args:
        jobs: Any rows with the key of a job.
        datasets: Rows of `galaxy/table/datasets`, of these and of other jobs.
    """
    light = with_light_key(jobs)
    of_jobs = with_light_key(datasets.select(*JOB_KEY, "dataset_id", "direction", "size_bytes")).join(
        light.select(JOB_KEY), on=JOB_KEY, how="semi"
    )
    distinct = of_jobs.group_by(*JOB_KEY, "dataset_id").agg(
        is_input=(pl.col("direction") == "input").any(),
        size=pl.col("size_bytes").filter(pl.col("direction") == "input").max(),
    )
    summed = distinct.group_by(JOB_KEY).agg(
        inputs=pl.col("is_input").sum(), sized=pl.col("size").count(), total=pl.col("size").sum()
    )
    known = (pl.col("inputs") == 0) | (pl.col("sized") > 0)
    total = pl.when(known).then("total").otherwise(UNKNOWN).fill_null(UNKNOWN)
    joined = light.join(summed.select(*JOB_KEY, input_bytes=total), on=JOB_KEY, how="left")
    return joined.with_columns(pl.col("input_bytes").fill_null(UNKNOWN)).with_columns(
        input_from_bytes=bin_edge(pl.col("input_bytes"))
    )


def bin_edge(size: pl.Expr) -> pl.Expr:
    """The largest of `EDGES` that the size reaches."""
    reached = [pl.when(size >= edge).then(pl.lit(edge, dtype=pl.Int64)) for edge in reversed(EDGES)]
    return pl.coalesce(*reached, pl.lit(UNKNOWN, dtype=pl.Int64))
