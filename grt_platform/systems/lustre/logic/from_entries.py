"""What users and groups use, from the entries' Parquet, by polars alone: few columns, no kernels."""

import polars as pl

from grt_platform.systems.lustre.logic.moments import moment
from grt_platform.systems.lustre.logic.rules import EARLIEST, NO_TIME, ScanRules


def users_of(entries: pl.LazyFrame, rules: ScanRules) -> pl.DataFrame:
    """`user_usage` of entries, as `scan` makes it."""
    return _used_by(entries, rules, "uid", "gid")


def groups_of(entries: pl.LazyFrame, rules: ScanRules) -> pl.DataFrame:
    """`group_totals` of entries, as `scan` makes it."""
    return _used_by(entries, rules, "gid")


def _used_by(entries: pl.LazyFrame, rules: ScanRules, *key: str) -> pl.DataFrame:
    nlink, mtime = pl.col("nlink"), pl.col("mtime_s")
    used = pl.when(nlink > 0).then(pl.col("size_bytes") // nlink).otherwise(0)
    sums = entries.group_by(key).agg(
        used.sum().alias("used_bytes"),
        pl.len().cast(pl.Int64).alias("inodes"),
        ((pl.col("type") == "f") & (nlink > 0)).sum().cast(pl.Int64).alias("files"),
        pl.when(mtime.is_between(EARLIEST, rules.as_of_s))
        .then(mtime)
        .otherwise(NO_TIME)
        .max()
        .alias("last_modified_at"),
    )
    return sums.with_columns(moment("last_modified_at", NO_TIME)).sort(key).collect(engine="streaming")
