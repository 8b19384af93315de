"""When groups will exceed their quotas: a forecast for each group in the newest dump of a volume, and for any date."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import polars as pl

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.lustre.logic.growth import (
    HORIZON_DAYS,
    LEAST_POINTS,
    WINDOW_DAYS,
    expected,
    growth,
    reached_on,
    recent,
)
from grt_platform.systems.lustre.logic.levels import WarningLevels
from grt_platform.systems.lustre.schemas import FORECASTS

_NOW = ("volume", "gid", "group_name", "pi", "dumped_on", "used_bytes", "quota_bytes", "inodes", "inode_quota")
_POINT = ("dumped_on", "used_bytes", "inodes")
Row = Mapping[str, Any]


def forecasts(history: pl.LazyFrame | pl.DataFrame, levels: WarningLevels) -> pl.DataFrame:
    """Forecasts of every group in the newest dump of each volume.

    Args:
        history: `product/group_usage` of any dates and volumes, in any order; only loaded dumps are in it.
        levels: When people are warned.

    Returns:
        Rows of `product/forecasts`, by volume and gid.
    """
    rows = history.lazy()
    newest = rows.group_by("volume").agg(pl.col("dumped_on").max().alias("newest"))
    current = (
        rows.join(newest, on="volume")
        .filter(pl.col("dumped_on") == pl.col("newest"))
        .select(_NOW)
        .collect()
        .unique(["volume", "gid"])
    )
    points = _points(rows, newest)
    made = [_forecast(row, points[row["volume"], row["gid"]], levels) for row in current.iter_rows(named=True)]
    return pl.DataFrame(made, schema=FORECASTS.polars_schema()).sort("volume", "gid")


def on_date(forecast: pl.DataFrame, day: date) -> pl.DataFrame:
    """What every group of a forecast is expected to use on a date of somebody's choice.

    Args:
        forecast: Rows of `product/forecasts`.
        day: The date; not before the newest dump, nor more than five years after it.

    Returns:
        volume, gid, group_name, expected_on, expected_bytes, expected_fraction, expected_inodes,
        expected_inode_fraction; fractions NULL where there is no quota.

    Raises:
        BadInputError: The date is out of these bounds.
    """
    first = forecast["dumped_on"].max()
    if isinstance(first, date) and not 0 <= (day - first).days <= HORIZON_DAYS:
        raise BadInputError(
            f"{day} cannot be foretold: choose a date from {first} to {first + timedelta(HORIZON_DAYS)}"
        )
    days = (pl.lit(day) - pl.col("dumped_on")).dt.total_days()
    used = _expected("used_bytes", "bytes_per_day", days)
    inodes = _expected("inodes", "inodes_per_day", days)
    return forecast.select(
        "volume",
        "gid",
        "group_name",
        pl.lit(day).alias("expected_on"),
        used.alias("expected_bytes"),
        _share(used, "quota_bytes").alias("expected_fraction"),
        inodes.alias("expected_inodes"),
        _share(inodes, "inode_quota").alias("expected_inode_fraction"),
    )


def _points(rows: pl.LazyFrame, newest: pl.LazyFrame) -> dict[tuple[str, int], list[tuple[date, int, int]]]:
    """The points of each volume and group that may count: all of the window, and the last few."""
    ranked = rows.join(newest, on="volume").with_columns(
        pl.col("dumped_on").rank("dense", descending=True).over("volume", "gid").alias("rank")
    )
    is_recent = pl.col("dumped_on") >= pl.col("newest") - pl.duration(days=WINDOW_DAYS)
    kept = ranked.filter(is_recent | (pl.col("rank") <= LEAST_POINTS)).select("volume", "gid", *_POINT).collect()
    found = dict[tuple[str, int], list[tuple[date, int, int]]]()
    for volume, gid, *point in kept.sort("volume", "gid", *_POINT).iter_rows():
        found.setdefault((volume, gid), []).append((point[0], point[1], point[2]))
    return found


def _forecast(row: Row, points: list[tuple[date, int, int]], levels: WarningLevels) -> dict[str, Any]:
    used_points = recent({day: used for day, used, _ in points})
    inode_points = recent({day: inodes for day, _, inodes in points})
    used_per_day, inodes_per_day = growth(used_points), growth(inode_points)
    share = partial(_larger_share, row, used_per_day, inodes_per_day)
    level, name = levels.of(share)
    return {
        **row,
        "points": len(used_points),
        "bytes_per_day": used_per_day,
        "space_exceeded_on": reached_on(row["used_bytes"], used_per_day, row["quota_bytes"], row["dumped_on"]),
        "inodes_per_day": inodes_per_day,
        "inodes_exceeded_on": reached_on(row["inodes"], inodes_per_day, row["inode_quota"], row["dumped_on"]),
        "fraction_in_3_days": share(3),
        "fraction_in_7_days": share(7),
        "warning_level": level,
        "warning": name,
    }


def _larger_share(row: Row, used_per_day: float | None, inodes_per_day: float | None, days: int) -> float | None:
    """The larger of the shares of both quotas expected in so many days; None where neither is known and limited."""
    shares = [
        expected(row[now], per_day, days) / row[limit]
        for now, per_day, limit in (
            ("used_bytes", used_per_day, "quota_bytes"),
            ("inodes", inodes_per_day, "inode_quota"),
        )
        if row[limit]
    ]
    return max(shares, default=None)


def _expected(now: str, per_day: str, days: pl.Expr) -> pl.Expr:
    return (pl.col(now) + pl.col(per_day).fill_null(0) * days).clip(lower_bound=0)


def _share(value: pl.Expr, limit: str) -> pl.Expr:
    return pl.when(pl.col(limit) > 0).then(value / pl.col(limit))
