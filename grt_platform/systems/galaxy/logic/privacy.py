"""What makes a table fit for the public: no paths, user names, e-mails or hosts in any text of it.

Text comes from servers and is hostile until it has the shape its column must have; what has not is withheld and
counted. Only tables named here may be public at all.
"""

from typing import Final

import polars as pl

from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.table import Column, Kind, Table
from grt_platform.systems.galaxy import schemas

PUBLIC: Final = frozenset(
    table.noun
    for table in (
        schemas.JOBS,
        schemas.METRICS_NUM,
        schemas.DATASETS,
        *schemas.INSTANCE_PRODUCTS,
        *schemas.OVERALL_PRODUCTS,
    )
    if not table.is_private
)
PUBLIC_TOOLSHEDS: Final = ("toolshed.g2.bx.psu.edu", "testtoolshed.g2.bx.psu.edu")

_HOSTS = "|".join(host.replace(".", r"\.") for host in PUBLIC_TOOLSHEDS)
_DOMAINS = (
    "local|localdomain|internal|intranet|lan|corp|cluster|com|org|net|edu|gov|int|io|"
    "au|be|ca|ch|cn|cz|de|es|eu|fi|fr|it|jp|nl|no|se|uk|us"
)
_REASONS: Final = {
    "unusual characters": r"[^\x20-\x7E]",
    "too long": r"^.{256}",
    "e-mail": r"[^\s@]@[A-Za-z0-9\[]|%40",
    "host": rf"(?i)://|\blocalhost\b|\b\d{{1,3}}(\.\d{{1,3}}){{3}}\b|[a-z0-9-]\.({_DOMAINS})\.?(:\d+)?([/\s]|$)|:\d+/",
    "path": r"(?i)[/\\]|^~|%2f|%5c",
    "hidden name": r"(^|\s)\.[A-Za-z_]",
}
_PUBLIC_SHAPE: Final = {
    "tool_id": rf"^({_HOSTS})/repos(/[A-Za-z0-9_+-][A-Za-z0-9_.+: -]{{0,79}}){{3,4}}$",
    "tool_version": r"^\d{1,9}(\.\d[0-9A-Za-z]{0,9}){0,5}([+_-](galaxy)?\d{0,9}){0,2}$",
}
_COMPUTED: Final = frozenset({"suggested_rule"})


def public(frame: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """The rows of a public table that may leave the platform.

    An offending text becomes NULL where its column may be NULL; else its row is left out.

    Raises:
        BadInputError: The table is none of those that may be public.
    """
    _require_public(table)
    for column in _texts(table):
        reason = offence(column.name)
        if column.is_nullable:
            frame = frame.with_columns(pl.when(reason.is_null()).then(column.name).alias(column.name))
        else:
            frame = frame.filter(reason.is_null())
    return frame


def withheld(frame: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """What `public` withholds: columns column, reason, rows. A row counts once for each of its offending texts.

    Raises:
        BadInputError: The table is none of those that may be public.
    """
    _require_public(table)
    empty = pl.LazyFrame(schema={"column": pl.String, "reason": pl.String, "rows": pl.Int64})
    counts = [
        frame.select(column=pl.lit(column.name), reason=offence(column.name))
        .filter(pl.col("reason").is_not_null())
        .group_by("column", "reason")
        .agg(rows=pl.len().cast(pl.Int64))
        for column in _texts(table)
    ]
    return pl.concat([empty, *counts]).sort("column", "reason")


def offence(column: str) -> pl.Expr:
    """The first reason why a column's text may not be public; null where it may."""
    text = pl.col(column).cast(pl.String)
    found = [pl.when(text.str.contains(pattern)).then(pl.lit(reason)) for reason, pattern in _REASONS.items()]
    reason = pl.coalesce(*found)
    if column not in _PUBLIC_SHAPE:
        return reason
    return pl.when(~text.str.contains(_PUBLIC_SHAPE[column])).then(reason)


def _require_public(table: Table) -> None:
    if table.is_private or table.noun not in PUBLIC:
        remedy = f"choose one of {', '.join(sorted(PUBLIC))}"
        raise BadInputError(f"{table.name} is not open to the public: it may hold paths, names or hosts; {remedy}")


def _texts(table: Table) -> list[Column]:
    return [column for column in table if column.kind is Kind.TEXT and column.name not in _COMPUTED]
