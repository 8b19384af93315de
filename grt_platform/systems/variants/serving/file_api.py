"""Projects and what is known of their files, over HTTP: samples, scaffolds, records, and why a file cannot be used."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.adapters.accounts.projects import list_projects
from grt_platform.systems.variants.serving import queries
from grt_platform.systems.variants.serving.queries import Row
from grt_platform.web.access import PLAIN, Asking
from grt_platform.web.inside import Querying, Reading
from grt_platform.web.jobs import submit
from grt_platform.web.sign_in import signed_in

router = APIRouter(tags=["variants: files"])
_MOST = 1000


class Update(BaseModel):
    """Which files shall be looked at."""

    model_config = ConfigDict(extra="forbid")

    again: bool = Field(default=False, description="All files, not only those that are new or were rejected")


@router.get("/projects", summary="Projects and what their files hold")
@signed_in
def listed(request: Request, asking: Asking) -> list[dict[str, Any]]:
    """The projects that I may read: files, how many can be asked, records, bytes."""
    seen = {row["project"]: row for row in list_projects(request.app.state.warehouse, asking)}
    counted = queries.projects(request.app.state.warehouse, list(seen))
    return [{**row, "title": seen[row["project"]]["title"], "role": seen[row["project"]]["role"]} for row in counted]


@router.get("/projects/{project}/dimensions", summary="Files and what is known of them")
@signed_in
def dimensions(
    request: Request,
    project: Reading,
    *,
    name: Annotated[str, Query(max_length=1024, pattern=PLAIN, description="Only the file of this name")] = "",
    after: Annotated[str, Query(max_length=1024, pattern=PLAIN, description="Only names behind this one")] = "",
    limit: Annotated[int, Query(ge=1, le=_MOST)] = _MOST,
) -> dict[str, Any]:
    """VCF files and sample tables by name: `waiting`, `ready`, `rejected` with the reason, or `result`.

    One file alone comes with its samples in the order of the header, its scaffolds with records, and the findings of
    a sample table.
    """
    rows = queries.files(request.app.state.warehouse, project, name, after, limit + 1)
    items = [_detailed(request, row) for row in rows] if name else rows[:limit]
    return {"items": items, "after": items[-1]["name"] if len(rows) > limit else None}


@router.get("/projects/{project}/dimensions/totals", summary="All samples and scaffolds of a project")
@signed_in
def totals(request: Request, project: Reading) -> dict[str, Any]:
    """Each once, over the current files that can be asked; for each scaffold its files and records."""
    return queries.totals(request.app.state.warehouse, project)


@router.post(
    "/projects/{project}/dimensions/updates",
    summary="Have files looked at now",
    status_code=HTTPStatus.ACCEPTED,
)
@signed_in
def update(request: Request, asking: Asking, project: Querying, asked: Update | None = None) -> JSONResponse:
    """A job that looks at every file nobody has looked at and at those that were rejected.

    New files are looked at without this, soon after their arrival.
    """
    again = asked.again if asked else False
    return submit(request, asking, system="variants", kind="update", project=project, asked={"again": again})


def _detailed(request: Request, row: Row) -> Row:
    details = queries.file_details(request.app.state.warehouse, row["version_id"])
    records = [{"scaffold": scaffold, "records": count} for scaffold, count in details["records"]]
    return {**row, **details, "records": records}
