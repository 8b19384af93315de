"""Pictures of products, and what they leave out, for the metadata of their assets."""

from collections.abc import Iterable
from typing import Literal

import dagster as dg
import polars as pl

from grt_platform.orchestration.pictures import inline
from grt_platform.systems.galaxy.logic.resources import exclusions

Picture = Literal["jobs_per_week", "error_rates", "runtimes", "memory", "exclusions"]


def drawn(rows: pl.DataFrame, *pictures: Picture) -> dict[str, dg.MarkdownMetadataValue]:
    """The pictures by their names.

    Args:
        rows: A product of one instance or over all; which one, the functions of `logic/charts.py` say.
        pictures: Names of those functions; `exclusions` is a table of the readings that a product leaves out.
    """
    from grt_platform.systems.galaxy.logic import charts  # altair takes a second, which only a run with pictures pays

    return {
        name: _table(exclusions(rows)) if name == "exclusions" else inline(getattr(charts, name)(rows), name)
        for name in pictures
    }


def _table(excluded: Iterable[tuple[str, str, int]]) -> dg.MarkdownMetadataValue:
    lines = [f"| {quantity} | {reason} | {jobs:,} |" for quantity, reason, jobs in excluded]
    text = "\n".join(["| quantity | left out because | jobs |", "|---|---|---:|", *lines])
    return dg.MetadataValue.md(text if lines else "Every reading can be true; none is left out.")
