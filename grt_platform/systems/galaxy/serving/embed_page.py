"""One chart of a tool alone, for a frame on one of the sites that the settings name."""

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from grt_platform.settings import settings
from grt_platform.systems.galaxy.serving import page_queries
from grt_platform.systems.galaxy.serving.page_parts import (
    HOME,
    Instance,
    Period,
    charts_of,
    pages,
    tool_address,
    usage_and_needs,
)
from grt_platform.web.access import PLAIN, nothing_here
from grt_platform.web.charts import Chart
from grt_platform.web.headers import POLICY, policy
from grt_platform.web.sign_in import public

router = APIRouter()


@router.get("/embed")
@public
def embed(
    request: Request,
    instance: Instance,
    tool: Annotated[str, Query(min_length=1, max_length=512, pattern=PLAIN)],
    chart: Literal["jobs", "errors", "runtime", "memory"] = "jobs",
    period: Period = "month",
) -> Response:
    """The chart; nothing is here while no site may show it, for a frame brings no sign-in along."""
    sites, database = settings().embed_sites, request.app.state.warehouse
    ids = page_queries.ids_of(database, tool) if sites else []
    drawn = charts_of(*usage_and_needs(database, ids[0], instance, period), period).get(chart) if ids else None
    if drawn is None:
        raise nothing_here()
    answer = pages(request, "embed.html", chart=drawn, tool=ids[0], address=tool_address({"tool_id": ids[0]}))
    answer.headers[POLICY] = policy(ancestors=f"'self' {sites}")
    return answer


def frames(tool_id: str, charts: Mapping[str, Chart], instance: str | None, period: Period) -> list[tuple[str, str]]:
    """The charts that other sites may show: title and whole address of each; none while no site may."""
    if not settings().embed_sites:
        return []
    asked = {"tool": tool_id, "period": period, **({"instance": instance} if instance else {})}
    begin = f"{settings().web_url.rstrip('/')}{HOME}/embed"
    return [(each.title, f"{begin}?{urlencode({**asked, 'chart': name})}") for name, each in charts.items()]
