"""Pictures of products for the metadata of their assets."""

from typing import Literal

import dagster as dg
import polars as pl

from grt_platform.orchestration.pictures import inline

Picture = Literal["jobs_per_week", "error_rates", "runtimes", "memory"]


def drawn(rows: pl.DataFrame, *pictures: Picture) -> dict[str, dg.MarkdownMetadataValue]:
    """The pictures by their names.

    Args:
        rows: A product of one instance or over all; which one, the functions of `logic/charts.py` say.
        pictures: Names of those functions.
    """
    from grt_platform.systems.galaxy.logic import charts  # altair takes a second, which only a run with pictures pays

    return {name: inline(getattr(charts, name)(rows), name) for name in pictures}
