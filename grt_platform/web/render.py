"""Pages for people from templates; whatever is put into them is escaped."""

from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from grt_platform.kernel.identity import Principal
from grt_platform.web import shown
from grt_platform.web.cookies import SESSION, form_token, read_cookie
from grt_platform.web.on_top import on_top
from grt_platform.web.sections import Section

_HEADERS = {"Referrer-Policy": "same-origin"}  # with `no-referrer` a browser would send `Origin: null` with our forms
_PLATFORM = "grt_platform.web"
_OURS = HTTPStatus.INTERNAL_SERVER_ERROR  # from here on nothing more is asked of what may be broken


class Pages:
    """The pages of one package, from its folder `templates`; they may use those of the platform by name.

    Args:
        package: Its full name. A name that the platform has too means the platform's.
    """

    def __init__(self, package: str) -> None:
        self._package = package

    def __call__(self, request: Request, template: str, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
        """The page of a template, with who is signed in and the token of his forms."""
        asking, is_ours = getattr(request.state, "principal", None), status >= _OURS
        session = read_cookie(request, SESSION) if asking is not None and asking.token_id is None else ""
        known = {
            "asking": asking,
            "csrf_token": form_token(session) if session else "",
            "path": request.url.path,
            "notices": [] if is_ours else _notices(request, is_signed_in=asking is not None),
            "sections": [] if is_ours else _sections(request, asking),
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


def _sections(request: Request, asking: Principal | None) -> list[Section]:
    sections: list[Section] = request.app.state.sections
    return [each for each in sections if each.is_seen_by(asking, request.app.state.warehouse)]


def _notices(request: Request, *, is_signed_in: bool) -> list[dict[str, Any]]:
    return on_top(request.app.state.warehouse, datetime.now(UTC), is_signed_in=is_signed_in)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for something that a person reads."""
    return "text/html" in request.headers.get("Accept", "")
