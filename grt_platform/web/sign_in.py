"""Who is asking: every route asks for the administrator's key unless it is marked as open to others."""

import math
from collections.abc import Callable
from enum import Enum
from hmac import compare_digest
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request

from grt_platform.settings import settings
from grt_platform.web.limits import FailureLimit
from grt_platform.web.problems import ProblemError

_ACCESS, _ASKS_FOR = "grt_access", "grt_asks_for"
Route = TypeVar("Route", bound=Callable[..., Any])


class Access(Enum):
    """Who may call a route."""

    ADMIN = "the administrator"
    OWN = "whoever the route itself lets in"
    PUBLIC = "anybody"


def public(route: Route) -> Route:
    """Marks a route that anybody may call."""
    return _marked(route, Access.PUBLIC, "nothing")


def asks_itself(asks_for: str) -> Callable[[Route], Route]:
    """Marks a route that checks credentials of its own; `asks_for` names them for people."""
    return lambda route: _marked(route, Access.OWN, asks_for)


def access_of(route: Callable[..., Any]) -> Access:
    """Who may call `route`; one that nobody marked is the administrator's."""
    access: Access = getattr(route, _ACCESS, Access.ADMIN)
    return access


def asked_by(route: Callable[..., Any]) -> str:
    """The credentials that `route` asks for, in words."""
    return str(getattr(route, _ASKS_FOR, "the administrator's key"))


def _marked(route: Route, access: Access, asks_for: str) -> Route:
    setattr(route, _ACCESS, access)
    setattr(route, _ASKS_FOR, asks_for)
    return route


def admit(request: Request) -> None:
    """Lets a request through to its route; the dependency of every route of the app."""
    if access_of(request.scope["route"].endpoint) is Access.ADMIN:
        refuse_unless(request, credentials_are_good=is_admin(request), scheme="Bearer")


def is_admin(request: Request) -> bool:
    """Whether the request carries the administrator's key: `Authorization: Bearer <key>`."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    key = settings().admin_key.get_secret_value()
    is_same = compare_digest(given.strip().encode(), key.encode())
    return is_same and bool(key) and scheme.lower() == "bearer"


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
        failures.failed(address)
        headers = {"WWW-Authenticate": f'{scheme} realm="grt"'}
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "Credentials are missing or wrong.", headers)
