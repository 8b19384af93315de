"""The pages of people: who may sign in, add somebody, change somebody, a new password."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from grt_platform.adapters.accounts.projects import projects_of
from grt_platform.adapters.accounts.users import find_user, list_users
from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.page import Page, Row
from grt_platform.web import shown
from grt_platform.web.access import PLAIN, Asking, nothing_here
from grt_platform.web.accounts import users
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.render import page

router = APIRouter(prefix="/pages/admin", include_in_schema=False)
_HOME = "/pages/admin"
_Words = Annotated[str, Query(max_length=200, pattern=PLAIN)]


def _yes(value: object) -> str:
    return "yes" if value else ""


def _address(row: Row) -> str:
    return "" if row["source"] == "key" else f"{_HOME}/people/{quote(row['name'])}"


_PEOPLE = (
    Col("name", "Name", link=_address),
    Col("title", "Called", is_long=True),
    Col("source", "Vouched for by"),
    Col("is_admin", "Administrator", _yes),
    Col("is_disabled", "Disabled", _yes, mark=lambda row: "bad" if row["is_disabled"] else ""),
    Col("signed_in_at", "Last sign-in", shown.moment),
    Col("made_at", "Known since", shown.day),
)
_PROJECTS = (
    Col("project", "Project", link=lambda row: f"/pages/projects/{row['project']}"),
    Col("title", "Title"),
    Col("role", "Role"),
)


@router.get("")
def people(view: View, name: _Words = "") -> Response:
    """Everybody who may sign in, by name."""
    return _people(view, name)


@router.post("")
def added(
    request: Request,
    asking: Asking,
    view: View,
    name: Annotated[str, Form(max_length=200)] = "",
    title: Annotated[str, Form(max_length=200)] = "",
    *,
    is_admin: Annotated[bool, Form()] = False,
) -> Response:
    """The page with the first password of a new person on it, this one time."""
    try:
        made = users.added(request, asking, users.NewUser(name=name, title=title, is_admin=is_admin))
    except BadInputError as error:
        return _people(view, "", problem=str(error), status=HTTPStatus.BAD_REQUEST)
    return _people(view, "", made=made)


@router.get("/people/{name}")
def person(request: Request, view: View, name: users.Name) -> Response:
    """One person: the projects, and what can be changed."""
    return _person(request, view, name)


@router.post("/people/{name}")
def changed(
    request: Request,
    asking: Asking,
    name: users.Name,
    title: Annotated[str, Form(max_length=200)] = "",
    *,
    is_admin: Annotated[bool, Form()] = False,
    is_disabled: Annotated[bool, Form()] = False,
) -> Response:
    """The person is as the form says; nobody takes the platform from himself."""
    if name.lower() == asking.name and (is_disabled or not is_admin):
        raise BadInputError("You cannot disable yourself nor cease to administer; another administrator can")
    change = users.Change(title=title or None, is_admin=is_admin, is_disabled=is_disabled)
    users.changed(request, asking, name, change)
    return RedirectResponse(f"{_HOME}/people/{quote(name)}", HTTPStatus.SEE_OTHER)


@router.post("/people/{name}/password")
def reset(request: Request, asking: Asking, view: View, name: users.Name) -> Response:
    """The page with a new password on it, this one time."""
    return _person(request, view, name, made=users.reset(request, asking, name))


def _people(
    view: View,
    words: str,
    *,
    problem: str = "",
    made: Mapping[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    def fetch(database: Database, wanted: Page) -> list[Row]:
        rows = [row for row in list_users(database) if words.lower() in f"{row['name']} {row['title']}".lower()]
        return rows[wanted.offset : wanted.offset + wanted.limit]

    known: dict[str, Any] = {"words": words, "problem": problem, "made": made, "status": status}
    return view.answer(page, "people.html", {"people": Listed("People", _PEOPLE, fetch, "Nobody fits.")}, **known)


def _person(request: Request, view: View, name: str, *, made: Mapping[str, str] | None = None) -> Response:
    found = find_user(request.app.state.warehouse, name)
    if found is None or found["source"] == "key":
        raise nothing_here()

    def fetch(database: Database, wanted: Page) -> list[Row]:
        return projects_of(database, found["user_id"])[wanted.offset : wanted.offset + wanted.limit]

    tables = {"projects": Listed("Projects", _PROJECTS, fetch, "In no project.")}
    return view.at(f"{_HOME}/people/{quote(name)}").answer(page, "person.html", tables, person=found, made=made)
