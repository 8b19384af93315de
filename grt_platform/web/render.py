"""Pages for people from templates; whatever is put into them is escaped."""

from functools import cached_property
from http import HTTPStatus
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from grt_platform.web import shown
from grt_platform.web.cookies import SESSION, form_token, read_cookie

_HEADERS = {"Referrer-Policy": "same-origin"}  # with `no-referrer` a browser would send `Origin: null` with our forms
_PLATFORM = "grt_platform.web"


class Pages:
    """The pages of one package, from its folder `templates`; they may use those of the platform by name.

    Args:
        package: Its full name. A name that the platform has too means the platform's.
    """

    def __init__(self, package: str) -> None:
        self._package = package

    def __call__(self, request: Request, template: str, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
        """The page of a template, with who is signed in and the token of his forms."""
        asking = getattr(request.state, "principal", None)
        session = read_cookie(request, SESSION) if asking is not None and asking.token_id is None else ""
        known = {
            "asking": asking,
            "csrf_token": form_token(session) if session else "",
            "path": request.url.path,
            "sections": [each for each in getattr(request.app.state, "sections", ()) if each.is_seen_by(asking)],
            **values,
        }
        return HTMLResponse(self._environment.get_template(template).render(known), status, _HEADERS)

    @cached_property
    def _environment(self) -> Environment:
        from grt_platform.web.static_files import address_of

        made = Environment(
            loader=ChoiceLoader([PackageLoader(name) for name in dict.fromkeys((_PLATFORM, self._package))]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters.update(shown.FORMS)
        made.globals["asset"] = address_of
        return made


page = Pages(_PLATFORM)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for something that a person reads."""
    return "text/html" in request.headers.get("Accept", "")
