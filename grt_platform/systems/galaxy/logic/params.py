"""The product popular_params: the values people choose for a tool's parameters. Private, like what it is made of.

Galaxy exported a parameter as JSON text inside a JSON string (formats 1 and 2 only).
"""

import json

import polars as pl

from grt_platform.systems.galaxy.logic.frames import (
    JOB_KEY,
    PER_INSTANCE,
    Group,
    collected,
    conform,
    product_table,
    with_light_key,
)
from grt_platform.systems.galaxy.logic.tools import base_id
from grt_platform.systems.galaxy.schemas import POPULAR_PARAMS

TOP = 20
SHOWN_CHARACTERS = 100
_READ_CHARACTERS = 1000
_INTERNAL_NAME = r"(^|\|)(__|chromInfo$)"
_OF_A_DATASET = r'\\*"src\\*"\s*:'
_UNSET = ('"null"', "null", '""', r'"\"\""')


def popular_params(params: pl.LazyFrame, jobs: pl.LazyFrame, group: Group = PER_INSTANCE) -> pl.DataFrame:
    """The `TOP` most used values of every parameter of every tool, cut at `SHOWN_CHARACTERS`.

    Left out are Galaxy's own parameters (`__name__` at any level, chromInfo), values that point to datasets, and values
    that are null or empty (Galaxy wrote null for what it withheld); the share still counts the jobs that had them.

    Args:
        params: Rows of `galaxy/table/params`; a job names a parameter once.
        jobs: Rows of `galaxy/table/jobs` of the same instances.
        group: `PER_INSTANCE` or `OVERALL`.

    Returns:
        Rows of `galaxy/product/popular_params`, or of its overall twin. Memory follows the jobs and distinct values.
    """
    keys = [*group, "tool_id", "name"]
    of_tools = _of_tools(params, jobs)
    named = of_tools.group_by(keys).agg(named=pl.len())
    chosen = of_tools.filter(_is_choice(pl.col("value"))).group_by(*keys, "value").agg(jobs=pl.len())
    top = chosen.sort("jobs", "value", descending=[True, False]).group_by(keys, maintain_order=True).head(TOP)
    counted = collected(top.join(named, on=keys))
    shown = counted.with_columns(pl.Series("value", [_shown(value) for value in counted["value"]], dtype=pl.String))
    merged = shown.lazy().group_by(*keys, "value", "named").agg(pl.col("jobs").sum())
    share = pl.col("jobs") / pl.col("named")
    return collected(conform(merged.with_columns(share=share), product_table(POPULAR_PARAMS, group)))


def _of_tools(params: pl.LazyFrame, jobs: pl.LazyFrame) -> pl.LazyFrame:
    """Parameters that people set, with the tool (without its version) of their job."""
    tools = with_light_key(jobs.select(*JOB_KEY, base_id(pl.col("tool_id")))).filter(pl.col("tool_id").is_not_null())
    own = params.filter(~pl.col("name").str.contains(_INTERNAL_NAME))
    cut = own.select(*JOB_KEY, "name", pl.col("value").str.slice(0, _READ_CHARACTERS))
    return with_light_key(cut).join(tools, on=JOB_KEY)


def _is_choice(value: pl.Expr) -> pl.Expr:
    return value.is_not_null() & ~value.is_in(_UNSET) & ~value.str.contains(_OF_A_DATASET)


def _shown(value: str) -> str:
    """The text a person would recognise, cut; text that is not JSON is shown as it stands."""
    text = _decoded(_decoded(value))
    printable = text.encode("utf-8", "replace").decode()
    return printable if len(printable) <= SHOWN_CHARACTERS else printable[: SHOWN_CHARACTERS - 1] + "…"


def _decoded(text: str) -> str:
    """The text inside a JSON string; any other text as it is."""
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return inner if isinstance(inner, str) else text
