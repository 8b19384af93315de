"""The cookies of sign-in, and the token that goes with one into the forms of a page."""

from hashlib import sha256
from hmac import new

from starlette.requests import Request
from starlette.responses import Response

from grt_platform.settings import settings

SESSION, VISIT, OIDC = "session", "visit", "oidc"


def is_secure(request: Request) -> bool:
    """Whether people reach this platform by https."""
    return settings().web_url.startswith("https://") or request.url.scheme == "https"


def cookie_name(request: Request, what: str) -> str:
    """The cookie's name: bound to this host by https, else told from those of other ports, which browsers mix up."""
    if is_secure(request):
        return f"__Host-grt-{what}"
    return f"grt-{what}-{request.url.port or 80}"


def read_cookie(request: Request, what: str) -> str:
    """The cookie's value, empty where the browser sent none."""
    return request.cookies.get(cookie_name(request, what), "")


def set_cookie(request: Request, response: Response, what: str, value: str, *, seconds: int | None = None) -> None:
    """The browser keeps the value, shows it to no script, and sends it with no form of another site."""
    response.set_cookie(
        cookie_name(request, what),
        value,
        max_age=seconds,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def forget_cookie(request: Request, response: Response, what: str) -> None:
    """The browser forgets the value."""
    set_cookie(request, response, what, "", seconds=0)


def form_token(cookie: str) -> str:
    """What a page of ours puts into its forms; only who knows the cookie can make it."""
    return new(cookie.encode(), b"form of grt_platform", sha256).hexdigest()
