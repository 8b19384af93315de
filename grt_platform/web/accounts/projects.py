"""Projects and their members, over HTTP."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.adapters.accounts import projects
from grt_platform.kernel.identity import Role
from grt_platform.web.access import PLAIN, Asking, allow, nothing_here
from grt_platform.web.audit import audited
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/projects", tags=["projects"])
Project = Annotated[str, Path(max_length=63, pattern=PLAIN, description="Name of the project")]


@router.get("", summary="The projects that I may see")
@signed_in
def listed(request: Request, asking: Asking) -> list[dict[str, Any]]:
    """By name, each with the role that counts for me there."""
    return projects.list_projects(request.app.state.warehouse, asking)


class NewProject(BaseModel):
    """A project that shall be."""

    model_config = ConfigDict(extra="forbid")

    project: str = Field(max_length=63, description="Its name: 3 to 63 of a-z, 0-9 and '-'")
    title: str = Field("", max_length=200, description="Name people see")


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a project")
def created(request: Request, asking: Asking, new: NewProject) -> dict[str, str]:
    """Whoever made it manages it."""
    with audited(request, asking, "project.create", new.project, new.project) as database:
        projects.create_project(database, new.project, new.title, asking.user_id, datetime.now(UTC))
    return {"project": new.project}


@router.get("/{project}", summary="One project with its members")
@signed_in
def shown(request: Request, asking: Asking, project: Project) -> dict[str, Any]:
    """Title, my role and every member's."""
    allow(asking, project, Role.READ)
    found = [row for row in projects.list_projects(request.app.state.warehouse, asking) if row["project"] == project]
    if not found:
        raise nothing_here()
    members = projects.list_members(request.app.state.warehouse, project)
    return {**found[0], "members": members}
