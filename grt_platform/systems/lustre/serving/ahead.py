"""What groups are expected to use on a date of somebody's choice."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from grt_platform.serving.page import Row


def expected(rows: Sequence[Mapping[str, Any]], day: date | None) -> list[Row]:
    """The forecasts as they are, or, where a date is given, what they say of it.

    Args:
        rows: Rows of forecasts.
        day: The date; not before the newest dump, nor more than five years after it.

    Raises:
        BadInputError: The date is out of these bounds.
    """
    if day is None:
        return [dict(row) for row in rows]
    import polars as pl

    from grt_platform.systems.lustre.logic.forecast import on_date
    from grt_platform.systems.lustre.schemas import FORECASTS

    schema = FORECASTS.polars_schema()
    return on_date(pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema), day).to_dicts()
