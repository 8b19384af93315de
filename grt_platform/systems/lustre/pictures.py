"""The pictures of products, for the metadata of their assets."""

from typing import Literal

import dagster as dg
import polars as pl

from grt_platform.orchestration.pictures import inline

Picture = Literal["usage_against_quota", "history_with_forecast"]


def drawn(picture: Picture, *rows: pl.DataFrame) -> dict[str, dg.MarkdownMetadataValue]:
    """A picture under its name; none where there are no rows.

    Args:
        picture: Name of a function of `logic/charts.py`.
        rows: Its arguments.
    """
    from grt_platform.systems.lustre.logic import charts  # altair takes a second, which only a run with pictures pays

    return {picture: inline(getattr(charts, picture)(*rows), picture)} if rows[0].height else {}
