"""What every product does alike: the group it is made for, the key of a job, the exact columns of its table."""

import polars as pl

from grt_platform.kernel.table import Table
from grt_platform.systems.galaxy.schemas import overall

Group = tuple[str, ...]
PER_INSTANCE: Group = ("instance_id",)
OVERALL: Group = ()
JOB_KEY = ("instance_id", "job_id")


def product_table(table: Table, group: Group) -> Table:
    """The table that a product fills for this group: itself per instance, its `_overall` twin otherwise."""
    return table if group else overall(table)


def conform(frame: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """The frame with exactly the table's columns, types and order of rows (by the table's key)."""
    columns = [pl.col(name).cast(kind) for name, kind in table.polars_schema().items()]
    return frame.select(columns).sort(table.key)


def collected(frame: pl.LazyFrame) -> pl.DataFrame:
    """The frame's rows, computed by the streaming engine so that memory follows the result, not the input."""
    return frame.collect(engine="streaming")


def with_light_key(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The frame with `instance_id` as a category: joins and groups then compare numbers, not 36 characters."""
    return frame.with_columns(pl.col("instance_id").cast(pl.Categorical))
