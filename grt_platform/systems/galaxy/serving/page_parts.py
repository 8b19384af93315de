"""What galaxy's pages share: their templates, the instance of a form, the charts of a tool."""

from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.systems.galaxy.serving import page_charts, page_queries, queries
from grt_platform.web.charts import Chart
from grt_platform.web.render import Pages

HOME = "/pages/galaxy"
SHOWN_PERIODS = {"day": 120, "week": 104, "month": 60}
pages = Pages("grt_platform.systems.galaxy.serving")
Period = Literal["day", "week", "month"]


def tool_address(row: Row) -> str:
    """The page of the tool of a row."""
    return f"{HOME}/tool?{urlencode({'tool': row['tool_id']})}"


def _instance(instance: UUID | Literal[""] = "") -> str | None:
    return str(instance) if instance else None


Instance = Annotated[str | None, Depends(_instance)]


def usage_and_needs(
    database: Database, tool_id: str, instance: str | None, period: Period
) -> tuple[list[Row], list[Row]]:
    """The usage of a tool by period, and what it needs by the size of its inputs, as charts show them."""
    usage = page_queries.usage_over_time(database, tool_id, instance, period, Page(SHOWN_PERIODS[period]))
    return usage, queries.tool_resources_by_input(database, tool_id, instance)


def charts_of(usage: list[Row], bins: list[Row], period: Period) -> dict[str, Chart]:
    """The charts of a tool by their short names, those for which there is something to draw."""
    drawn = {
        "jobs": page_charts.jobs_over_time(usage, period) if usage else None,
        "errors": page_charts.errors_over_time(usage, period) if usage else None,
        "runtime": page_charts.runtime_by_input(bins),
        "memory": page_charts.memory_by_input(bins),
    }
    return {name: chart for name, chart in drawn.items() if chart}
