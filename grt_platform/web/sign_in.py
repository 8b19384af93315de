"""Who may call what: every route is the administrator's unless it is marked; `admit` proves who asks."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from hmac import compare_digest
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import Request

from grt_platform.adapters.accounts.asking import by_token
from grt_platform.adapters.accounts.made_secrets import MARK
from grt_platform.adapters.accounts.sessions import Lifetime, by_cookie
from grt_platform.kernel.identity import KEY_PRINCIPAL, Principal
from grt_platform.settings import settings
from grt_platform.web.audit import audit
from grt_platform.web.cookies import SESSION, read_cookie
from grt_platform.web.limits import FailureLimit
from grt_platform.web.own_forms import require_own_form
from grt_platform.web.problems import ProblemError
from grt_platform.web.proxies import origin_address
from grt_platform.web.render import wants_page

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
        ProblemError: 401 (a browser is sent to sign in), 403 for one who is no administrator where only those may, 429.
    """
    access = access_of(request.scope["route"].endpoint)
    if access in {Access.PUBLIC, Access.OWN}:
        return
    asking = identify(request)
    if asking is None and _is_browser(request):
        raise ProblemError(HTTPStatus.SEE_OTHER, "Sign in first.", {"Location": sign_in_address(request)})
    refuse_unless(request, credentials_are_good=asking is not None, scheme="Bearer")
    if asking is None or (access is Access.ADMIN and not asking.is_admin):
        detail = "Only administrators of the platform may do this; a token must have been made for it (--admin)."
        raise ProblemError(HTTPStatus.FORBIDDEN, detail)


def identify(request: Request) -> Principal | None:
    """Whoever proves who he is, kept in `request.state.principal`.

    By `Authorization: Bearer <token or the administrator's key>`, else by the cookie of a sign-in, with which a request
    that changes something must come from a page of ours.

    Raises:
        ProblemError: 403, it came from somewhere else.
    """
    header, now = request.headers.get("Authorization"), datetime.now(UTC)
    cookie = read_cookie(request, SESSION)
    if header is not None:
        asking = _bearer(request, header, now)
    elif cookie:
        asking = by_cookie(request.app.state.warehouse, cookie, session_lifetime(), now)
        if asking is not None:
            require_own_form(request, cookie)
    else:
        asking = None
    request.state.principal = asking
    return asking


def session_lifetime() -> Lifetime:
    """How long a sign-in holds."""
    return Lifetime(timedelta(seconds=settings().session_idle_s), timedelta(seconds=settings().session_s))


def sign_in_address(request: Request) -> str:
    """The page to sign in on, which leads back to where the person wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?next={quote(wanted, safe='/')}"


def _bearer(request: Request, header: str, now: datetime) -> Principal | None:
    scheme, _, given = header.partition(" ")
    given = given.strip()
    if scheme.lower() != "bearer":
        return None
    if _is_key(given):
        return KEY_PRINCIPAL
    return by_token(request.app.state.warehouse, given, now) if given.startswith(MARK) else None


def _is_key(given: str) -> bool:
    key = settings().admin_key.get_secret_value()
    return compare_digest(given.encode(), key.encode()) and bool(key)


def _is_browser(request: Request) -> bool:
    return request.method == "GET" and "Authorization" not in request.headers and wants_page(request)


def wait_if_failing(request: Request) -> None:
    """Returns when the address of the request has not come with wrong credentials too often.

    Raises:
        ProblemError: 429.
    """
    failures: FailureLimit = request.app.state.failures
    wait_s = math.ceil(failures.wait_s(origin_address(request)))
    if wait_s:
        detail = f"Too many requests with wrong credentials came from this address; try again in {wait_s} s."
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(wait_s)})


def refuse_unless(request: Request, *, credentials_are_good: bool, scheme: str) -> None:
    """Goes on with good credentials from an address that has not failed too often.

    Raises:
        ProblemError: 401, never saying which part was wrong; 429 after too many of them, whatever is sent then.
    """
    wait_if_failing(request)
    if credentials_are_good:
        return
    if "Authorization" in request.headers:  # one that sends none guesses nothing
        request.app.state.failures.failed(origin_address(request))
        audit(request, None, "credentials", scheme, outcome="refused", reason="wrong, expired or revoked")
    headers = {"WWW-Authenticate": f'{scheme} realm="grt"'}
    raise ProblemError(HTTPStatus.UNAUTHORIZED, "Credentials are missing or wrong.", headers)
