"""The proof that a request which changes something came from a page of ours: a token and the browser's own word."""

from hmac import compare_digest
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request

from grt_platform.settings import settings
from grt_platform.web.cookies import form_token
from grt_platform.web.problems import ProblemError

FIELD, HEADER = "csrf_token", "X-CSRF-Token"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_FORM = "application/x-www-form-urlencoded"
_NOT_OURS = (
    "This request does not come from a page of this platform that you opened. Load the page again, then send it."
)


async def keep_form_token(request: Request) -> None:
    """Keeps the token that came with a form or in a header for `require_own_form`; a dependency of every route."""
    token = request.headers.get(HEADER, "")
    is_form = request.headers.get("Content-Type", "").partition(";")[0].strip().lower() == _FORM
    if not token and is_form and request.method not in _SAFE:
        token = str((await request.form(max_files=0)).get(FIELD, ""))
    request.state.form_token = token


def require_own_form(request: Request, cookie: str) -> None:
    """Returns when the request changes nothing, or came from a page of ours in the browser that holds the cookie.

    Raises:
        ProblemError: 403.
    """
    if request.method in _SAFE:
        return
    token = form_token(cookie) if cookie else ""
    is_known = compare_digest(token.encode(), request.state.form_token.encode()) and bool(token)
    if not is_known or not is_same_origin(request):
        raise ProblemError(HTTPStatus.FORBIDDEN, _NOT_OURS)


def is_same_origin(request: Request) -> bool:
    """Whether the browser says that a page of this host sends the request."""
    origin, fetched_from = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if fetched_from is not None and fetched_from != "same-origin":
        return False
    if origin is None:
        return fetched_from is not None
    own = {request.headers.get("Host", "").lower(), urlsplit(settings().web_url).netloc.lower()}
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and parts.netloc.lower() in own - {""}
