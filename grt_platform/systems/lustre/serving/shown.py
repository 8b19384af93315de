"""Rows as people like to see them: bytes with units, few columns, and the old programs' columns."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from grt_platform.systems.lustre.logic.iec import humanise

Rows = Sequence[Mapping[str, Any]]


def readable(rows: Rows) -> list[dict[str, Any]]:
    """Every column of bytes with units, under its name without `_bytes`; growth in a day too."""
    return [dict(map(_readable, row.items())) for row in rows]


def _readable(item: tuple[str, Any]) -> tuple[str, Any]:
    name, value = item
    if name == "bytes_per_day":
        return "used_per_day", _sized(value)
    return (name.removesuffix("_bytes"), _sized(value)) if name.endswith("_bytes") else item


def brief_report(rows: Rows) -> list[dict[str, Any]]:
    """What a terminal has room for of group_usage."""
    names = ("dumped_on", "volume", "pi", "group_name", "gid", "used_bytes", "quota_bytes", "used_fraction", "inodes")
    few = [{name: row[name] for name in (*names, "last_modified_days", "archived_dirs")} for row in rows]
    return [{**row, "quota": _limit(old["quota_bytes"])} for row, old in zip(readable(few), rows, strict=True)]


def brief_projects(rows: Rows) -> list[dict[str, Any]]:
    """What a terminal has room for of project_usage, each class in a column of its own."""
    names = ("dumped_on", "volume", "area", "project", "directory", "group_name", "used_bytes", "files")
    classes = list(dict.fromkeys(name for row in rows for name in _by_class(row)))
    return [
        {
            **readable([{name: row[name] for name in names}])[0],
            **{name: _sized(_by_class(row).get(name, 0)) for name in classes},
            "last_modified_days": row["last_modified_days"],
        }
        for row in rows
    ]


def brief_forecasts(rows: Rows) -> list[dict[str, Any]]:
    """What a terminal has room for of forecasts."""
    names = ("volume", "group_name", "gid", "used_bytes", "quota_bytes", "bytes_per_day", "space_exceeded_on")
    few = [
        {name: row[name] for name in (*names, "inodes_exceeded_on", "fraction_in_7_days", "warning")} for row in rows
    ]
    return [{**row, "quota": _limit(old["quota_bytes"])} for row, old in zip(readable(few), rows, strict=True)]


def brief_where(rows: Rows) -> list[dict[str, Any]]:
    """What a terminal has room for of the tree, or all of a sum by something else."""
    names = ("volume", "path", "used_bytes", "inodes", "files", "last_modified_at", "oldest_accessed_at")
    return readable([{name: row[name] for name in names} if "path" in row else row for row in rows])


def old_projects(rows: Rows) -> str:
    """The table of the old inspector, tab-separated."""
    import polars as pl

    from grt_platform.systems.lustre.limits import class_names
    from grt_platform.systems.lustre.logic.report_tsv import projects_tsv
    from grt_platform.systems.lustre.schemas import PROJECT_USAGE

    plain = [{**row, "class_bytes": json.dumps(_by_class(row))} for row in rows]
    return projects_tsv(pl.DataFrame(plain, schema=PROJECT_USAGE.polars_schema()), class_names()).decode()


def old_report(rows: Rows) -> bytes:
    """The report of a date in the old eight columns, as the file in the store of products has it."""
    import polars as pl

    from grt_platform.systems.lustre.logic.report_tsv import report_tsv
    from grt_platform.systems.lustre.schemas import GROUP_USAGE

    frame = pl.DataFrame(rows, schema=GROUP_USAGE.polars_schema())
    return report_tsv(frame, sorted(frame["volume"].unique()))


def _by_class(row: Mapping[str, Any]) -> dict[str, int]:
    told = row["class_bytes"] or {}
    found: dict[str, int] = json.loads(told) if isinstance(told, str) else told
    return found


def _sized(size_bytes: int | None) -> str:
    return "" if size_bytes is None else humanise(round(size_bytes))


def _limit(quota_bytes: int | None) -> str:
    return "unlimited" if quota_bytes == 0 else _sized(quota_bytes) or "unknown"
