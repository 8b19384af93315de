"""The page to sign in on with a browser, and the way out."""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from grt_platform.adapters.accounts.made_secrets import new_cookie
from grt_platform.adapters.accounts.sessions import begin_session, end_session
from grt_platform.kernel.errors import UnavailableError
from grt_platform.kernel.identity import Principal
from grt_platform.settings import settings
from grt_platform.web.accounts.checking import SIGN_IN, vouched
from grt_platform.web.audit import audit, audited
from grt_platform.web.cookies import (
    SESSION,
    VISIT,
    forget_cookie,
    form_token,
    read_cookie,
    set_cookie,
)
from grt_platform.web.own_forms import require_own_form
from grt_platform.web.problems import ProblemError
from grt_platform.web.render import page
from grt_platform.web.sign_in import identify, public, session_lifetime

router = APIRouter(include_in_schema=False)
_OWN_PATH = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")  # no second slash, no backslash, nothing unprintable


@router.get("/sign-in")
@public
def asked(request: Request, wanted: Annotated[str, Query(alias="next", max_length=2000)] = "/account") -> Response:
    """The form; one who is signed in already goes on."""
    if identify(request) is not None:
        return RedirectResponse(own_path(wanted), HTTPStatus.SEE_OTHER)
    return sign_in_form(request, wanted)


@router.post("/sign-in")
@public
def signed_in_now(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    wanted: Annotated[str, Form(alias="next", max_length=2000)] = "/account",
) -> Response:
    """Goes on with a fresh cookie, or shows the form again with the reason."""
    require_own_form(request, read_cookie(request, VISIT))
    try:
        person = vouched(request, name, password)
    except ProblemError as error:
        return sign_in_form(request, wanted, name, error)
    except UnavailableError as error:
        return sign_in_form(request, wanted, name, ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)))
    return begin(request, Principal(person.user_id, person.name), wanted)


@router.post("/sign-out")
@public
def signed_out(request: Request) -> Response:
    """The session has ended, here and in the browser."""
    cookie = read_cookie(request, SESSION)
    asking = identify(request) if cookie else None
    if asking is not None:
        end_session(request.app.state.warehouse, cookie)
        audit(request, asking, "sign_out")
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    forget_cookie(request, answer, SESSION)
    return answer


def begin(request: Request, person: Principal, wanted: str, how: str = "with a browser") -> Response:
    """The person is signed in with a new cookie, whatever cookie came; the session of that one has ended."""
    now, before = datetime.now(UTC), read_cookie(request, SESSION)
    address = request.client.host if request.client else ""
    browser = request.headers.get("User-Agent", "")
    with audited(request, person, SIGN_IN, how) as database:
        end_session(database, before)
        cookie = begin_session(database, person.user_id, session_lifetime(), now, address=address, browser=browser)
    answer = RedirectResponse(own_path(wanted), HTTPStatus.SEE_OTHER)
    set_cookie(request, answer, SESSION, cookie)
    forget_cookie(request, answer, VISIT)
    return answer


def own_path(wanted: str) -> str:
    """Where to go on: a path of this platform, whatever somebody put into a link."""
    return wanted if _OWN_PATH.fullmatch(wanted) else "/account"


def sign_in_form(request: Request, wanted: str, name: str = "", refused: ProblemError | None = None) -> Response:
    """The page with the form, and why it is shown again."""
    visit = read_cookie(request, VISIT) or new_cookie()
    answer = page(
        request,
        "sign_in.html",
        refused.status if refused else HTTPStatus.OK,
        asking=None,
        csrf_token=form_token(visit),
        next=own_path(wanted),
        problem=refused.detail if refused else "",
        name=name,
        oidc_title=settings().oidc_title if settings().oidc_issuer else "",
        is_directory=settings().sign_in == "ldap",
    )
    wait = {name: value for name, value in refused.headers.items() if name == "Retry-After"} if refused else {}
    answer.headers.update(wait)
    set_cookie(request, answer, VISIT, visit)
    return answer
