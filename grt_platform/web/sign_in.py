"""Who may call what: every route is the administrator's unless it is marked; `admit` proves who asks."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from hmac import compare_digest
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request

from grt_platform.adapters.accounts.asking import by_token
from grt_platform.adapters.accounts.made_secrets import MARK
from grt_platform.kernel.identity import KEY_PRINCIPAL, Principal
from grt_platform.settings import settings
from grt_platform.web.limits import FailureLimit
from grt_platform.web.problems import ProblemError

_ACCESS, _ASKS_FOR = "grt_access", "grt_asks_for"
Route = TypeVar("Route", bound=Callable[..., Any])


class Access(Enum):
    """Who may call a route."""

    ADMIN = "an administrator"
    SIGNED_IN = "anybody who is signed in"
    OWN = "whoever the route itself lets in"
    PUBLIC = "anybody"


def public(route: Route) -> Route:
    """Marks a route that anybody may call."""
    return _marked(route, Access.PUBLIC, "nothing")


def signed_in(route: Route) -> Route:
    """Marks a route for anybody who is signed in; what he may see there the route decides (`access.allow`)."""
    return _marked(route, Access.SIGNED_IN, "a sign-in or token")


def asks_itself(asks_for: str) -> Callable[[Route], Route]:
    """Marks a route that checks credentials of its own; `asks_for` names them for people."""
    return lambda route: _marked(route, Access.OWN, asks_for)


def access_of(route: Callable[..., Any]) -> Access:
    """Who may call `route`; one that nobody marked is the administrator's."""
    access: Access = getattr(route, _ACCESS, Access.ADMIN)
    return access


def asked_by(route: Callable[..., Any]) -> str:
    """The credentials that `route` asks for, in words."""
    return str(getattr(route, _ASKS_FOR, "an administrator's sign-in, token or key"))


def _marked(route: Route, access: Access, asks_for: str) -> Route:
    setattr(route, _ACCESS, access)
    setattr(route, _ASKS_FOR, asks_for)
    return route


def admit(request: Request) -> None:
    """Lets a request through to its route, which finds who asks in `request.state.principal`; a dependency of them all.

    Raises:
        ProblemError: 401, 403 for one who is no administrator where only those may, or 429.
    """
    access = access_of(request.scope["route"].endpoint)
    if access in {Access.PUBLIC, Access.OWN}:
        return
    asking = identify(request)
    refuse_unless(request, credentials_are_good=asking is not None, scheme="Bearer")
    if asking is None or (access is Access.ADMIN and not asking.is_admin):
        detail = "Only administrators of the platform may do this; a token must have been made for it (--admin)."
        raise ProblemError(HTTPStatus.FORBIDDEN, detail)
    request.state.principal = asking


def identify(request: Request) -> Principal | None:
    """Whoever proves who he is by `Authorization: Bearer <token or the administrator's key>`."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    if _is_key(given.strip()):
        return KEY_PRINCIPAL
    if given.startswith(MARK):
        return by_token(request.app.state.warehouse, given.strip(), datetime.now(UTC))
    return None


def _is_key(given: str) -> bool:
    key = settings().admin_key.get_secret_value()
    return compare_digest(given.encode(), key.encode()) and bool(key)


def refuse_unless(request: Request, *, credentials_are_good: bool, scheme: str) -> None:
    """Goes on with good credentials from an address that has not failed too often.

    Raises:
        ProblemError: 401, never saying which part was wrong; 429 after too many of them, whatever is sent then.
    """
    failures: FailureLimit = request.app.state.failures
    address = request.client.host if request.client else ""
    wait_s = math.ceil(failures.wait_s(address))
    if wait_s:
        detail = f"Too many requests with wrong credentials came from this address; try again in {wait_s} s."
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(wait_s)})
    if not credentials_are_good:
        if "Authorization" in request.headers:  # one that sends none guesses nothing
            failures.failed(address)
        headers = {"WWW-Authenticate": f'{scheme} realm="grt"'}
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "Credentials are missing or wrong.", headers)
