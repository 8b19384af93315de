"""The page of one's own account: tokens, password, sign-ins."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ConfigDict

from grt_platform.adapters.accounts.projects import list_projects
from grt_platform.adapters.accounts.sessions import end_sessions
from grt_platform.adapters.accounts.tokens import LONGEST_DAYS, list_tokens
from grt_platform.adapters.accounts.users import find_user
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Principal, Role
from grt_platform.serving.page import Row
from grt_platform.settings import settings
from grt_platform.web.access import Asking
from grt_platform.web.accounts.sign_in_page import begin
from grt_platform.web.accounts.tokens import NewToken, make_token, revoke
from grt_platform.web.accounts.users import change_password
from grt_platform.web.audit import audited
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.problems import ProblemError
from grt_platform.web.render import page
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/account", include_in_schema=False)
_ME = "/account"
_PROJECTS = tuple(Col(name, name) for name in ("project", "title", "role"))
_TOKENS = tuple(
    Col(name, name)
    for name in ("token_id", "title", "prefix", "role", "projects", "is_admin", "made_at", "expires_at", "last_used_at")
)


class TokenForm(NewToken):
    """A token, as the form of the page asks for it."""

    model_config = ConfigDict(extra="ignore")


@router.get("")
@signed_in
def shown(request: Request, asking: Asking, view: View) -> Response:
    """Who I am, my projects, my tokens."""
    return _page(request, asking, view)


@router.post("/tokens")
@signed_in
def token_made(request: Request, asking: Asking, view: View, form: Annotated[TokenForm, Form()]) -> Response:
    """The page with the new token on it, this one time."""
    try:
        made = make_token(request, asking, form)
    except BadInputError as error:
        return _page(request, asking, view, HTTPStatus.BAD_REQUEST, problem=str(error))
    return _page(request, asking, view, token=made.token)


@router.post("/tokens/{token_id}/revoke")
@signed_in
def token_revoked(request: Request, asking: Asking, token_id: Annotated[UUID, Path()]) -> Response:
    """The token, and those made with it, have ended."""
    revoke(request, asking, str(token_id))
    return RedirectResponse(_ME, HTTPStatus.SEE_OTHER)


@router.post("/password")
@signed_in
def password_changed(
    request: Request,
    asking: Asking,
    view: View,
    *,
    old: Annotated[str, Form(max_length=1024)] = "",
    new: Annotated[str, Form(max_length=1024)] = "",
    again: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """The new password holds, every other session has ended, this one goes on with a new cookie."""
    if new != again:
        return _page(request, asking, view, HTTPStatus.BAD_REQUEST, problem="The two new passwords differ.")
    try:
        change_password(request, asking.name, old, new)
    except BadInputError as error:
        return _page(request, asking, view, HTTPStatus.BAD_REQUEST, problem=str(error))
    except ProblemError as error:
        return _page(request, asking, view, error.status, problem=error.detail)
    return begin(request, asking, _ME, "after a new password")


@router.post("/sign-out-elsewhere")
@signed_in
def signed_out_elsewhere(request: Request, asking: Asking) -> Response:
    """Every other session has ended, this one goes on with a new cookie."""
    with audited(request, asking, "sign_out", "everywhere") as database:
        end_sessions(database, asking.user_id)
    return begin(request, asking, _ME, "after signing out everywhere")


def _page(
    request: Request, asking: Principal, view: View, status: int = HTTPStatus.OK, *, problem: str = "", token: str = ""
) -> Response:
    database = request.app.state.warehouse
    person: dict[str, Any] = find_user(database, asking.name) or {}
    now = datetime.now(UTC)
    tokens = [row for row in list_tokens(database, asking.user_id) if not row["revoked_at"] and row["expires_at"] > now]
    tables = {
        "projects": _whole("Projects", _PROJECTS, list_projects(database, asking)),
        "tokens": _whole("Tokens", _TOKENS, tokens),
    }
    return view.at(_ME).answer(
        page,
        "account.html",
        tables,
        status=status,
        person=person,
        projects=list_projects(database, asking),
        tokens=tokens,
        roles=[role.name for role in Role],
        longest_days=LONGEST_DAYS,
        has_password=person.get("source") == "local",
        least_letters=settings().password_length,
        problem=problem,
        token=token,
    )


def _whole(title: str, columns: tuple[Col, ...], rows: list[Row]) -> Listed:
    return Listed(title, columns, lambda _database, wanted: rows[wanted.offset : wanted.offset + wanted.limit])
