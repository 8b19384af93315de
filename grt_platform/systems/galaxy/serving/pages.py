"""Galaxy's pages: instances, tools, one tool; open to whom the API answers the same questions."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.settings import settings
from grt_platform.systems.galaxy.serving import embed_page, page_queries, queries
from grt_platform.systems.galaxy.serving.page_parts import (
    HOME,
    SHOWN_PERIODS,
    Instance,
    Period,
    charts_of,
    pages,
    tool_address,
    usage_and_needs,
)
from grt_platform.web import shown
from grt_platform.web.access import PLAIN
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.problems import ProblemError
from grt_platform.web.sections import Late, Section
from grt_platform.web.sign_in import identify, public, signed_in

router = APIRouter(prefix="/pages/galaxy", include_in_schema=False)
_ALL = Page(500)
_Words = Annotated[str, Query(max_length=512, pattern=PLAIN)]


def late(database: Database, now: datetime) -> list[Late]:
    """The instances that have been silent for longer than the settings allow."""
    since = now - timedelta(days=settings().galaxy_freshness_days)
    rows = page_queries.late_instances(database, since)
    return [Late(f"{row['title']} reported last on {shown.day(row['last_report_at'])}", HOME) for row in rows]


SECTION = Section(
    "galaxy",
    "Galaxy",
    HOME,
    "Galaxy servers that take part, which tools are used on them, how often they fail and what they need.",
    late=late,
)


def _instance_address(row: Row) -> str:
    return f"{HOME}/tools?{urlencode({'instance': row['instance_id']})}"


def _server_address(row: Row) -> str:
    url = row["url"] or ""
    return url if url.startswith(("https://", "http://")) else ""


INSTANCE_COLUMNS = (
    Col("title", "Instance", is_long=True, link=_instance_address),
    Col("url", "Address", link=_server_address),
    Col("jobs", "Jobs", shown.number, is_number=True),
    Col("jobs_recent", "in its last 28 days", shown.number, is_number=True),
    Col("tools", "Tools", shown.number, is_number=True),
    Col("users_active", "Active users", shown.number, is_number=True),
    Col("users_total", "Users", shown.number, is_number=True),
    Col("last_job_at", "Newest job", shown.day),
    Col("last_report_at", "Last report", shown.day),
    Col("galaxy_version", "Galaxy"),
)
TOOL_COLUMNS = (
    Col("name", "Tool", link=tool_address, sort="name"),
    Col("tool_id", "Id", is_long=True),
    Col("versions", "Versions", shown.number, is_number=True),
    Col("jobs", "Jobs", shown.number, is_number=True, sort="jobs"),
    Col("jobs_error", "in error", shown.number, is_number=True),
    Col("error_rate", "Error rate", shown.percent, is_number=True, sort="errors"),
    Col("last_month", "Last month with jobs", shown.day, sort="last"),
)
WHICH_COLUMNS = (
    Col("title", "Instance", is_long=True, link=_instance_address),
    Col("url", "Address", link=_server_address),
    Col("tool_version", "Version"),
    Col("jobs", "Jobs", shown.number, is_number=True),
    Col("last_used_at", "Newest job", shown.day),
    Col("is_installed", "Installed", lambda value: "yes" if value else ""),
)
USAGE_COLUMNS = (
    Col("starts_on", "From", shown.day),
    Col("jobs", "Jobs", shown.number, is_number=True),
    Col("jobs_ok", "ok", shown.number, is_number=True),
    Col("jobs_error", "in error", shown.number, is_number=True),
    Col("jobs_other", "other", shown.number, is_number=True),
    Col("jobs_unfinished", "unfinished", shown.number, is_number=True),
    Col("error_rate", "Error rate", shown.percent, is_number=True),
)
BIN_COLUMNS = (
    Col("input_from_bytes", "Inputs from", shown.size, is_number=True),
    Col("input_below_bytes", "below", shown.size, is_number=True),
    Col("jobs", "Jobs", shown.number, is_number=True),
    Col("runtime_p50_s", "Runtime, median", shown.duration, is_number=True),
    Col("runtime_p95_s", "95 %", shown.duration, is_number=True),
    Col("memory_jobs", "Jobs with memory", shown.number, is_number=True),
    Col("memory_p50_bytes", "Memory, median", shown.size, is_number=True),
    Col("memory_p95_bytes", "95 %", shown.size, is_number=True),
    Col("memory_max_bytes", "largest", shown.size, is_number=True),
    Col("limit_hit_share", "At their limit", shown.percent, is_number=True),
    Col("suggested_memory_gb", "Suggested GB", shown.text, is_number=True),
    Col("suggested_cores", "Suggested cores", shown.number, is_number=True),
)
RESOURCE_COLUMNS = (
    Col("tool_version", "Version"),
    Col("quantity", "Quantity"),
    Col("jobs", "Jobs", shown.number, is_number=True),
    Col("mean", "Mean", shown.amount, is_number=True),
    Col("p50", "Median", shown.amount, is_number=True),
    Col("p95", "95 %", shown.amount, is_number=True),
    Col("p99", "99 %", shown.amount, is_number=True),
    Col("max", "Largest", shown.amount, is_number=True),
    Col("jobs_excluded", "Left out", shown.number, is_number=True),
    Col("exclusion_reasons", "because", shown.counts),
)


@router.get("")
@public
def instances(request: Request, view: View) -> Response:
    """Who takes part and what they do, the busiest first."""
    identify(request)
    listed = Listed(
        "Galaxy servers, the busiest first", INSTANCE_COLUMNS, queries.instances, "No server takes part yet."
    )
    return view.answer(pages, "instances.html", {"instances": listed})


@router.get("/tools")
@signed_in
def tools(
    request: Request, view: View, instance: Instance, tool: _Words = "", sort: page_queries.Order = "jobs"
) -> Response:
    """Tools whose id contains what was typed."""

    def found(database: Database, page: Page) -> list[Row]:
        return page_queries.tools_found(database, tool, instance, sort, page)

    listed = Listed("Tools", TOOL_COLUMNS, found, "No tool with jobs has this in its id.", sort)
    known: dict[str, Any] = {"tool": tool, "instance": instance, "sort": sort, "instances": _choices(request)}
    return view.answer(pages, "tools.html", {"tools": listed}, **known)


@router.get("/tool")
@signed_in
def tool(
    request: Request,
    view: View,
    instance: Instance,
    tool: Annotated[str, Query(min_length=1, max_length=512, pattern=PLAIN)],
    period: Period = "month",
) -> Response:
    """One tool: its jobs over time, how often they fail, what they need, who has it, which rule that suggests."""
    database: Database = request.app.state.warehouse
    ids = page_queries.ids_of(database, tool)
    if not ids:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"No instance has or ran a tool {tool}.")
    usage, bins = usage_and_needs(database, ids[0], instance, period)
    charts = charts_of(usage, bins, period)
    known: dict[str, Any] = {
        "tool_id": ids[0],
        "others": ids[1:],
        "instance": instance,
        "period": period,
        "periods": list(SHOWN_PERIODS),
        "instances": _choices(request),
        "charts": charts,
        "frames": embed_page.frames(ids[0], charts, instance, period),
        "rule": next((row["suggested_rule"] for row in bins if row["suggested_rule"]), ""),
    }
    return view.answer(pages, "tool.html", _tables(ids[0], instance, period), **known)


def _tables(tool_id: str, instance: str | None, period: str) -> dict[str, Listed]:
    def having(database: Database, page: Page) -> list[Row]:
        return queries.which_instances_have(database, tool_id, page)

    def used(database: Database, page: Page) -> list[Row]:
        return page_queries.usage_over_time(database, tool_id, instance, period, page)

    def binned(database: Database, page: Page) -> list[Row]:
        return _part(queries.tool_resources_by_input(database, tool_id, instance), page)

    def needed(database: Database, page: Page) -> list[Row]:
        return queries.tool_resources(database, tool_id, None, instance, page)

    return {
        "which": Listed("Instances that have it", WHICH_COLUMNS, having),
        "usage": Listed(f"Jobs per {period}, the newest first", USAGE_COLUMNS, used, "No job in this time."),
        "by_input": Listed(
            "What it needs, by the size of its inputs", BIN_COLUMNS, binned, "No job with known inputs."
        ),
        "resources": Listed("What it needs, by version", RESOURCE_COLUMNS, needed, "No job with measured resources."),
    }


def _part(rows: list[Row], page: Page) -> list[Row]:
    return rows[page.offset : page.offset + page.limit]


def _choices(request: Request) -> list[Row]:
    return queries.instances(request.app.state.warehouse, _ALL)


router.include_router(embed_page.router)
