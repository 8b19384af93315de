"""Where the data is: a directory and those below it, or what is below it by group, user, class or age."""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from grt_platform.systems.lustre.columns import AGES
from grt_platform.systems.lustre.logic.paths import path_text

BY = ("group", "user", "class", "age")
_SEPARATOR, _BEHIND = b"/", b"0"  # the byte after the slash ends the range of everything below a directory
_KEYS = {"group": "gid", "user": "uid"}


def below(tree: pl.LazyFrame, path: bytes, depth: int, order: str = "used_bytes") -> pl.LazyFrame:
    """The directory and those below it, down to a depth, the largest first.

    Args:
        tree: Rows of `lustre/product/tree`, sorted by depth and path, so that few of its row groups are read.
        path: Of the directory, without a closing slash; empty for `/`.
        depth: Levels below it.
        order: The column whose largest come first in each level.
    """
    own = path.count(_SEPARATOR)
    levels = pl.col("depth").is_between(own, own + depth)
    return tree.filter(levels, _is_at_or_below(pl.col("path"), path)).sort(
        "depth", order, "path", descending=[False, True, False]
    )


def shares(entries: pl.LazyFrame, path: bytes, by: str) -> pl.LazyFrame:
    """What each group or user has in a directory and all below it, the largest first.

    Args:
        entries: Rows of `lustre/table/entries`.
        path: Of the directory, without a closing slash; empty for `/`.
        by: `group` or `user`.
    """
    key = _KEYS[by]
    used = pl.when(pl.col("nlink") > 0).then(pl.col("size_bytes") // pl.col("nlink")).otherwise(0)
    sums = (
        used.sum().alias("used_bytes"),
        pl.len().cast(pl.Int64).alias("inodes"),
        ((pl.col("type") == "f") & (pl.col("nlink") > 0)).sum().cast(pl.Int64).alias("files"),
    )
    return (
        entries.filter(_is_at_or_below(pl.col("dir"), path))
        .group_by(key)
        .agg(sums)
        .sort("used_bytes", key, descending=[True, False])
    )


def by_age(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bytes of one row of the tree by age, the youngest first."""
    return [{"age": age, "used_bytes": row[f"age_{age}_bytes"]} for age in AGES]


def by_class(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bytes of one row of the tree by file class, the largest first; those of no class last."""
    classes = json.loads(row["class_bytes"] or "{}")
    found = [{"class": name, "used_bytes": used} for name, used in sorted(classes.items(), key=lambda item: -item[1])]
    return [*found, {"class": None, "used_bytes": row["used_bytes"] - sum(classes.values())}]


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the tree as people and JSON have it: the path as text, classes as an object."""
    return {**row, "path": path_text(row["path"]) or "/", "class_bytes": json.loads(row["class_bytes"] or "{}")}


def _is_at_or_below(column: pl.Expr, path: bytes) -> pl.Expr:
    if not path:
        return pl.lit(value=True)
    return (column == path) | ((column >= path + _SEPARATOR) & (column < path + _BEHIND))
