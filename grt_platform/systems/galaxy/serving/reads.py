"""Addresses that answer questions about tools and instances from the served tables; thin, the SQL is elsewhere."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import PlainTextResponse

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.galaxy.serving import queries
from grt_platform.systems.galaxy.serving.credentials import reader
from grt_platform.web.paging import Paging, paged
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import asks_itself

router = APIRouter(tags=["galaxy: answers"], dependencies=[Depends(reader)])

_READERS = "a sign-in or token, or an instance's key"
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
_ToolName = Annotated[str, Path(max_length=512, pattern=_PLAIN, description="Tool id; a version in it is ignored")]
_Instance = Annotated[UUID | None, Query(description="One instance instead of all together")]
_Text = Annotated[str, Query(max_length=512, pattern=_PLAIN)]


def _usage(
    tool: Annotated[str, Query(max_length=512, pattern=_PLAIN, description="Begin of the tool's id or name")] = "",
    instance: _Instance = None,
    period: Literal["day", "week", "month"] = "month",
    first: Annotated[date | None, Query(alias="from", description="First day a period may start on")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day a period may start on")] = None,
) -> queries.UsageFilter:
    if first and last and last < first:
        raise BadInputError(f"`to` ({last}) lies before `from` ({first}); swap them.")
    return queries.UsageFilter(tool, _text(instance), period, first, last)


@router.get("/tools", summary="How much tools are used, and how often they fail")
@asks_itself(_READERS)
def tool_usage(
    request: Request, paging: Paging, wanted: Annotated[queries.UsageFilter, Depends(_usage)]
) -> dict[str, Any]:
    """Jobs, states and error rate per tool, version and period; the newest period first."""
    return paged(request, queries.tool_usage(request.app.state.warehouse, wanted, paging.more()), paging)


@router.get("/tools/{tool:path}/resources", summary="What a tool needs: runtime, cores, memory")
@asks_itself(_READERS)
def tool_resources(
    request: Request, paging: Paging, tool: _ToolName, instance: _Instance = None, version: _Text | None = None
) -> dict[str, Any]:
    """Mean, percentiles and maximum of every measured quantity, per version of the tool."""
    rows = queries.tool_resources(request.app.state.warehouse, tool, version, _text(instance), paging.more())
    return paged(request, rows, paging)


@router.get("/tools/{tool:path}/by-input/rule.yml", summary="A rule for Total Perspective Vortex")
@asks_itself(_READERS)
def suggested_rule(request: Request, tool: _ToolName, instance: _Instance = None) -> PlainTextResponse:
    """The tool's memory rules by input size, in the YAML that TPV reads; 404 without enough evidence."""
    rows = queries.tool_resources_by_input(request.app.state.warehouse, tool, _text(instance))
    rule = next((str(row["suggested_rule"]) for row in rows if row["suggested_rule"]), None)
    if rule is None:
        detail = f"There is no rule for {tool}: too few of its jobs have a measured memory peak and known inputs."
        raise ProblemError(HTTPStatus.NOT_FOUND, detail)
    return PlainTextResponse(rule, media_type="application/yaml")


@router.get("/tools/{tool:path}/by-input", summary="What a tool needs by the size of its inputs")
@asks_itself(_READERS)
def tool_resources_by_input(request: Request, tool: _ToolName, instance: _Instance = None) -> dict[str, Any]:
    """Runtime and memory per bin of input sizes, the smallest first, with the evidence of each."""
    rows = queries.tool_resources_by_input(request.app.state.warehouse, tool, _text(instance))
    return {"items": rows}


@router.get("/instances/{instance_id}/activity", summary="What an instance does")
@asks_itself(_READERS)
def instance_activity(request: Request, instance_id: UUID) -> dict[str, Any]:
    """Jobs, users, tools and the last report of an instance; numbers are null before its first report."""
    found = queries.instance_activity(request.app.state.warehouse, str(instance_id))
    if found is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"No instance {instance_id} is registered.")
    return found


@router.get("/which", summary="Which instances have a tool")
@asks_itself(_READERS)
def which(
    request: Request,
    paging: Paging,
    tool: Annotated[str, Query(min_length=1, max_length=512, pattern=_PLAIN, description="Tool id or its last part")],
) -> dict[str, Any]:
    """Instances that have or ran the tool, in which version, how often and when last."""
    rows = queries.which_instances_have(request.app.state.warehouse, tool, paging.more())
    return paged(request, rows, paging)


def _text(instance: UUID | None) -> str | None:
    return str(instance) if instance else None
