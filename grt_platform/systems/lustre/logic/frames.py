"""Sums as frames in the columns of the tables: times made dates, classes made JSON."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.sums import (
    AGES,
    CLASSES,
    FILE_USED,
    FILES,
    INODES,
    NEVER,
    NEWEST,
    OLDEST,
    PAIRS,
    USED,
    Pairs,
)
from grt_platform.systems.lustre.logic.paths import path_text
from grt_platform.systems.lustre.logic.projects import Key
from grt_platform.systems.lustre.logic.rules import NO_TIME
from grt_platform.systems.lustre.schemas import AGES as AGE_NAMES

_UTC = pl.Datetime("us", "UTC")


def moment(column: str, none: int) -> pl.Expr:
    """A column of Unix seconds as a time; NULL where it is `none`."""
    seconds = pl.when(pl.col(column) != none).then(pl.col(column))
    return pl.from_epoch(seconds, time_unit="s").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def users_frame(pairs: Pairs) -> pl.DataFrame:
    """`user_usage`: what each pair of uid and gid uses, sorted."""
    count = int(pairs.now[PAIRS])
    columns = {"uid": pairs.keys[:count, 0], "gid": pairs.keys[:count, 1], **_pair_sums(pairs, count)}
    return pl.DataFrame(columns).with_columns(moment("last_modified_at", NO_TIME)).sort("uid", "gid")


def groups_frame(users: pl.DataFrame) -> pl.DataFrame:
    """`group_totals`: what each gid uses, from what its users use, sorted."""
    sums = pl.col("used_bytes", "inodes", "files").sum()
    return users.group_by("gid").agg(sums, pl.col("last_modified_at").max()).sort("gid")


def _pair_sums(pairs: Pairs, count: int) -> dict[str, NDArray[np.int64]]:
    names = {"used_bytes": USED, "inodes": INODES, "files": FILES, "last_modified_at": NEWEST}
    return {name: pairs.sums[:count, column] for name, column in names.items()}


def projects_frame(
    keys: Sequence[Key], sums: NDArray[np.int64], bytes_by_gid: Pairs, own: Pairs, classes: Sequence[str]
) -> pl.DataFrame:
    """`project_totals`: what each key holds with all below it, with its owner, sorted."""
    frame = pl.DataFrame(
        {
            "area": [area for area, _ in keys],
            "project": [path_text(b"".join(below[:1])) for _, below in keys],
            "directory": [path_text(b"/".join(below[1:])) for _, below in keys],
            "used_bytes": sums[:, FILE_USED],
            "files": sums[:, FILES],
            "last_modified_at": sums[:, NEWEST],
            "owner_gid": owners(keys, bytes_by_gid, own),
            **_class_sums(sums, classes),
        },
        schema_overrides=dict.fromkeys(("area", "project", "directory"), pl.String()) | {"owner_gid": pl.Int64()},
    )
    order = ["area", "project", "directory"]
    wanted = [*order, "owner_gid", "used_bytes", "files", "last_modified_at", "class_bytes"]
    return frame.with_columns(moment("last_modified_at", NO_TIME), class_bytes(classes)).select(wanted).sort(order)


def owners(keys: Sequence[Key], bytes_by_gid: Pairs, own: Pairs) -> list[int | None]:
    """Of each key the group of its own directories where they agree, else the group with most bytes below it.

    Groups with equal bytes: the lowest number.
    """
    numbers = {key: number for number, key in enumerate(keys)}
    below: list[dict[int, int]] = [{} for _ in keys]
    for (number, gid), used in _pairs(bytes_by_gid):
        area, parts = keys[number]
        for size in range(len(parts) + 1):
            over = below[numbers[area, parts[:size]]]
            over[gid] = over.get(gid, 0) + used
    mine: list[set[int]] = [set() for _ in keys]
    for (number, gid), _ in _pairs(own):
        mine[number].add(gid)
    return [
        next(iter(gids)) if len(gids) == 1 else min(most, key=lambda gid: (-most[gid], gid), default=None)
        for gids, most in zip(mine, below, strict=True)
    ]


def _pairs(pairs: Pairs) -> list[tuple[tuple[int, int], int]]:
    count = int(pairs.now[PAIRS])
    used = pairs.sums[:count, USED].tolist()
    return [((one, other), each) for (one, other), each in zip(pairs.keys[:count].tolist(), used, strict=True)]


def tree_columns(sums: NDArray[np.int64], classes: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """The numbers of `tree` by name, times in Unix seconds, each class in a column of its own."""
    names = {"used_bytes": USED, "file_bytes": FILE_USED, "inodes": INODES, "files": FILES}
    times = {"last_modified_at": NEWEST, "oldest_accessed_at": OLDEST}
    ages = {f"age_{age}_bytes": AGES + number for number, age in enumerate(AGE_NAMES)}
    return {name: sums[:, at] for name, at in (names | times | ages).items()} | _class_sums(sums, classes)


def tree_frame(raw: pl.DataFrame, classes: Sequence[str]) -> pl.DataFrame:
    """`tree` from its depth, path and numbers as `tree_columns` names them, in the order of its rows."""
    times = moment("last_modified_at", NO_TIME), moment("oldest_accessed_at", NEVER)
    made = raw.with_columns(*times, class_bytes(classes))
    return made.select(pl.exclude(_class_columns(classes)))


def class_bytes(classes: Sequence[str]) -> pl.Expr:
    """The columns of classes as JSON, those of 0 left out; NULL where all are 0."""
    if not classes:
        return pl.lit(None, pl.String()).alias("class_bytes")
    columns = _class_columns(classes)
    parts = [
        pl.when(pl.col(column) > 0).then(pl.format("{}:{}", pl.lit(_quoted(name)), pl.col(column)))
        for column, name in zip(columns, classes, strict=True)
    ]
    some = pl.any_horizontal(pl.col(column) > 0 for column in columns)
    return (
        pl.when(some)
        .then(pl.format("{{{}}}", pl.concat_str(parts, separator=",", ignore_nulls=True)))
        .alias("class_bytes")
    )


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _class_columns(classes: Sequence[str]) -> list[str]:
    return [f"class:{number}" for number in range(len(classes))]


def _class_sums(sums: NDArray[np.int64], classes: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    return {column: sums[:, CLASSES + number] for number, column in enumerate(_class_columns(classes))}
