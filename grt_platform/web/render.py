"""Pages for people from templates; whatever is put into them is escaped."""

from functools import cache
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from grt_platform.web.cookies import SESSION, form_token, read_cookie

_HEADERS = {"Referrer-Policy": "same-origin"}  # with `no-referrer` a browser would send `Origin: null` with our forms


def page(request: Request, template: str, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    """The page of a template, with who is signed in and the token of his forms."""
    asking = getattr(request.state, "principal", None)
    session = read_cookie(request, SESSION) if asking is not None and asking.token_id is None else ""
    known = {"asking": asking, "csrf_token": form_token(session) if session else "", **values}
    return HTMLResponse(_templates().get_template(template).render(known), status, _HEADERS)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for something that a person reads."""
    return "text/html" in request.headers.get("Accept", "")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("grt_platform.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
