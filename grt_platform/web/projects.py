"""Projects and their members, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from grt_platform.adapters.accounts import projects
from grt_platform.kernel.identity import Role
from grt_platform.web.access import Asking, allow, nothing_here
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/projects", tags=["projects"])
Project = Annotated[str, Path(description="Name of the project")]


@router.get("", summary="The projects that I may see")
@signed_in
def listed(request: Request, asking: Asking) -> list[dict[str, Any]]:
    """By name, each with the role that counts for me there."""
    return projects.list_projects(request.app.state.warehouse, asking)


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
