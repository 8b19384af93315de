"""Sums of users and groups as frames in the columns of their tables."""

import polars as pl

from grt_platform.systems.lustre.logic.kernels.pairs import FILES, INODES, NEWEST, PAIRS, USED, Pairs
from grt_platform.systems.lustre.logic.moments import moment
from grt_platform.systems.lustre.logic.rules import NO_TIME


def users_frame(pairs: Pairs) -> pl.DataFrame:
    """`user_usage`: what each pair of uid and gid uses, sorted."""
    count = int(pairs.now[PAIRS])
    columns = {"uid": pairs.keys[:count, 0], "gid": pairs.keys[:count, 1]}
    sums = {"used_bytes": USED, "inodes": INODES, "files": FILES, "last_modified_at": NEWEST}
    columns |= {name: pairs.sums[:count, column] for name, column in sums.items()}
    return pl.DataFrame(columns).with_columns(moment("last_modified_at", NO_TIME)).sort("uid", "gid")


def groups_frame(users: pl.DataFrame) -> pl.DataFrame:
    """`group_totals`: what each gid uses, from what its users use, sorted."""
    sums = pl.col("used_bytes", "inodes", "files").sum()
    return users.group_by("gid").agg(sums, pl.col("last_modified_at").max()).sort("gid")
