"""Numbers of gids become rows of groups: names and owners from the directory, limits from the quotas."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from grt_platform.systems.lustre.schemas import GROUP_USAGE, PROJECT_USAGE

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Known:
    """What directories told at a time.

    Attributes:
        groups: `gid group_name pi is_humgen`, each gid once.
        quotas: `group_name quota_bytes inode_quota` of one volume, each group once.
        archived: `group_name archived_dirs` of one volume.
        groups_at, quotas_at: When they were asked; None for never.
    """

    groups: pl.DataFrame
    quotas: pl.DataFrame
    archived: pl.DataFrame
    groups_at: datetime | None
    quotas_at: datetime | None


def group_usage(group_totals: pl.LazyFrame, known: Known, as_of: datetime) -> pl.LazyFrame:
    """Rows of `lustre/product/group_usage`; a gid that no directory knows keeps its row, without a name.

    Args:
        group_totals: Rows of `lustre/table/group_totals` of one volume and date.
        known: Of the same volume.
        as_of: Last second of the date, UTC.
    """
    named = group_totals.join(known.groups.lazy(), on="gid", how="left", maintain_order="left")
    limited = named.join(known.quotas.lazy(), on="group_name", how="left", maintain_order="left")
    told = limited.join(known.archived.lazy(), on="group_name", how="left", maintain_order="left")
    quota = pl.col("quota_bytes")
    rows = told.with_columns(
        pl.col("is_humgen").fill_null(value=False),
        used_fraction=pl.when(quota > 0).then(pl.col("used_bytes") / quota),
        last_modified_days=_days_before(as_of),
        groups_taken_at=pl.lit(known.groups_at, pl.Datetime("us", "UTC")),
        quotas_taken_at=pl.lit(known.quotas_at, pl.Datetime("us", "UTC")),
    )
    return rows.select(GROUP_USAGE.polars_schema().names()).sort("gid")


def small_groups(group_totals: pl.LazyFrame, groups: pl.DataFrame, below_bytes: int) -> list[str]:
    """Names of the groups that use less than so many bytes of a volume, sorted."""
    small = group_totals.filter(pl.col("used_bytes") < below_bytes).select("gid").collect()
    return sorted(small.join(groups, on="gid")["group_name"].unique())


def project_usage(project_totals: pl.LazyFrame, groups: pl.DataFrame, as_of: datetime) -> pl.LazyFrame:
    """Rows of `lustre/product/project_usage`.

    Args:
        project_totals: Rows of `lustre/table/project_totals` of one volume and date.
        groups: `gid group_name pi is_humgen`.
        as_of: Last second of the date, UTC.
    """
    owners = groups.lazy().select(pl.col("gid").alias("owner_gid"), "group_name", "pi")
    rows = project_totals.join(owners, on="owner_gid", how="left").with_columns(last_modified_days=_days_before(as_of))
    return rows.select(PROJECT_USAGE.polars_schema().names()).sort("area", "project", "directory")


def _days_before(as_of: datetime) -> pl.Expr:
    """Days between the newest modification and the dump, with one decimal."""
    passed = pl.lit(as_of, pl.Datetime("us", "UTC")) - pl.col("last_modified_at")
    return (passed.dt.total_seconds() / _DAY_S).round(1)
