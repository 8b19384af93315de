"""Names of tools: the id without its version, the version, and the short name people say.

An id from a ToolShed reads `<host>/repos/<owner>/<repository>/<tool>/<version>`; any other id is taken as it stands.
"""

import polars as pl

_TOOLSHED = r"^([^/\s]+/repos/[^/]+/[^/]+/[^/]+)/([^/]+)$"
_TOOLSHED_BASE = r"^[^/\s]+/repos/[^/]+/[^/]+/([^/]+)$"


def base_id(tool_id: pl.Expr) -> pl.Expr:
    """The tool id without its version; an id that holds none stays as it is."""
    return tool_id.str.replace(_TOOLSHED, "${1}")


def version(tool_id: pl.Expr, tool_version: pl.Expr) -> pl.Expr:
    """The wrapper's version: as the job states it, else as its ToolShed id holds it, else empty."""
    return pl.coalesce(tool_version, tool_id.str.extract(_TOOLSHED, 2), pl.lit(""))


def short_id(tool_id: pl.Expr) -> pl.Expr:
    """The tool's own part of a ToolShed id, such as `bowtie2`; any other id as it is."""
    base = base_id(tool_id)
    return pl.coalesce(base.str.extract(_TOOLSHED_BASE, 1), base)


def named(jobs: pl.LazyFrame) -> pl.LazyFrame:
    """Jobs with `tool_id` without its version and `tool_version`, both empty where the job has none."""
    tool_id = pl.col("tool_id")
    return jobs.with_columns(
        tool_id=base_id(tool_id).fill_null(""),
        tool_version=version(tool_id, pl.col("tool_version")),
    )
