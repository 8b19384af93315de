"""The pages of projects: mine, one with its members and its room; whoever manages it changes them there."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from grt_platform.adapters.accounts.projects import list_members, list_projects
from grt_platform.adapters.database import Database
from grt_platform.adapters.quotas import room_of
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Role
from grt_platform.serving.page import Page, Row
from grt_platform.settings import settings
from grt_platform.web import quotas, shown
from grt_platform.web.access import Asking, nothing_here
from grt_platform.web.accounts import members, projects
from grt_platform.web.inside import Reading
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.problems import ProblemError
from grt_platform.web.render import page
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/pages/projects", include_in_schema=False)
_HOME = "/pages/projects"
_GIB = 1024**3
_Name = Annotated[str, Form(max_length=200)]
_PROJECTS = (
    Col("project", "Project", link=lambda row: f"{_HOME}/{row['project']}"),
    Col("title", "Title", is_long=True),
    Col("role", "Your role"),
    Col("members", "Members", shown.number, is_number=True),
    Col("made_at", "Made", shown.day),
)
_MEMBERS = (
    Col("name", "Name"),
    Col("title", "Called", is_long=True),
    Col("role", "Role"),
    Col("made_at", "Member since", shown.day),
    Col("is_disabled", "Disabled", lambda value: "yes" if value else ""),
)


@router.get("")
@signed_in
def listed(asking: Asking, view: View) -> Response:
    """The projects that I may see."""
    return _listed(asking, view)


@router.post("")
def created(
    request: Request, asking: Asking, view: View, project: Annotated[str, Form(max_length=63)] = "", title: _Name = ""
) -> Response:
    """Leads to the new project."""
    try:
        made = projects.created(request, asking, projects.NewProject(project=project, title=title))
    except BadInputError as error:
        return _listed(asking, view, problem=str(error), status=HTTPStatus.BAD_REQUEST)
    return _back(made["project"])


@router.get("/{project}")
@signed_in
def one(request: Request, asking: Asking, view: View, project: Reading) -> Response:
    """One project: its members, its room."""
    return _one(request, asking, view, project)


@router.post("/{project}/members")
@signed_in
def joined(
    request: Request,
    asking: Asking,
    view: View,
    project: Reading,
    *,
    name: _Name = "",
    role: Annotated[str, Form(max_length=20)] = "READ",
) -> Response:
    """The person has this role in the project from now on."""
    try:
        members.joined(request, asking, project, name.strip(), members.Membership(role=role))
    except BadInputError as error:
        return _one(request, asking, view, project, problem=str(error), status=HTTPStatus.BAD_REQUEST)
    return _back(project)


@router.post("/{project}/members/remove")
@signed_in
def left(request: Request, asking: Asking, view: View, project: Reading, name: _Name = "") -> Response:
    """The person has no role in the project any more."""
    try:
        members.left(request, asking, project, name.strip())
    except ProblemError as error:
        if error.status is not HTTPStatus.NOT_FOUND:
            raise
        told = f"{name} is no member of {project}."
        return _one(request, asking, view, project, problem=told, status=HTTPStatus.BAD_REQUEST)
    return RedirectResponse(_HOME, HTTPStatus.SEE_OTHER) if name.lower() == asking.name else _back(project)


@router.post("/{project}/quota")
def roomed(
    request: Request, asking: Asking, project: Reading, limit_gib: Annotated[float, Form(ge=0, le=2**40)]
) -> Response:
    """The project may hold so much."""
    room = room_of(request.app.state.warehouse, project, settings().objects_quota_bytes)
    wanted = quotas.NewQuota(limit_bytes=round(limit_gib * _GIB), suffixes=list(room.suffixes))
    quotas.changed(request, asking, project, wanted)
    return _back(project)


def _listed(asking: Asking, view: View, *, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    def fetch(database: Database, wanted: Page) -> list[Row]:
        return list_projects(database, asking)[wanted.offset : wanted.offset + wanted.limit]

    tables = {"projects": Listed("Projects", _PROJECTS, fetch, "You are in no project yet.")}
    return view.answer(page, "projects_of_people.html", tables, problem=problem, status=status)


def _one(
    request: Request, asking: Asking, view: View, project: str, *, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    database: Database = request.app.state.warehouse
    found = [row for row in list_projects(database, asking) if row["project"] == project]
    if not found:
        raise nothing_here()

    def fetch(database: Database, wanted: Page) -> list[Row]:
        return list_members(database, project)[wanted.offset : wanted.offset + wanted.limit]

    known: dict[str, Any] = {
        "project": found[0],
        "roles": [role.name for role in Role],
        "room": room_of(database, project, settings().objects_quota_bytes),
        "gib": _GIB,
        "may_manage": asking.role_in(project) is Role.MANAGE,
        "problem": problem,
        "status": status,
    }
    tables = {"members": Listed("Members", _MEMBERS, fetch, "Nobody is a member.")}
    return view.at(f"{_HOME}/{project}").answer(page, "project_of_people.html", tables, **known)


def _back(project: str) -> Response:
    return RedirectResponse(f"{_HOME}/{project}", HTTPStatus.SEE_OTHER)
