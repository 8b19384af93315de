"""Members of a project over HTTP: whoever manages it decides."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.adapters.accounts import projects, users
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Role, read_role
from grt_platform.web.access import PLAIN, Asking, allow, nothing_here
from grt_platform.web.accounts.projects import Project
from grt_platform.web.audit import audited
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/projects/{project}/members", tags=["projects"])
Name = Annotated[str, Path(max_length=200, pattern=PLAIN, description="Name the person signs in with")]


class Membership(BaseModel):
    """A person's role in a project."""

    model_config = ConfigDict(extra="forbid")

    role: str = Field(description=f"One of {', '.join(role.name for role in Role)}")


@router.put("/{name}", status_code=HTTPStatus.NO_CONTENT, summary="Make somebody a member, or change the role")
@signed_in
def joined(request: Request, asking: Asking, project: Project, name: Name, wanted: Membership) -> None:
    """The person has this role in the project from now on; asks for the role MANAGE."""
    allow(asking, project, Role.MANAGE)
    role = read_role(wanted.role)
    with audited(request, asking, "member.set", f"{name}: {role.name}", project) as database:
        if not projects.is_project(database, project):
            raise nothing_here()
        person = users.find_user(database, name)
        if person is None or person["source"] == "key":
            raise BadInputError(
                f"Nobody is called {name!r}: people are known from their first sign-in on, or are added"
            )
        projects.set_member(database, project, person["user_id"], role, datetime.now(UTC))


@router.delete("/{name}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a member")
@signed_in
def left(request: Request, asking: Asking, project: Project, name: Name) -> None:
    """The person has no role in the project any more; asks for the role MANAGE, of oneself for none."""
    allow(asking, project, Role.READ if name.lower() == asking.name else Role.MANAGE)
    with audited(request, asking, "member.remove", name, project) as database:
        person = users.find_user(database, name)
        if person is None or not projects.remove_member(database, project, person["user_id"]):
            raise nothing_here()
