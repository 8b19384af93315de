"""Every error as problem+json (RFC 9457): what went wrong, for whom, never how the code looks inside."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from grt_platform.kernel.errors import BadInputError, BadSourceError, GrtError, UnavailableError
from grt_platform.kernel.versions import AbsentError, EndedError, NotYetError, QuotaError, TakenError
from grt_platform.web.headers import PRIVATE, security_headers
from grt_platform.web.render import page, wants_page

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 10
NOTHING_HERE = "There is nothing at this address; GET /docs lists all addresses."

_STATUS: dict[type[BadInputError], HTTPStatus] = {
    AbsentError: HTTPStatus.NOT_FOUND,
    NotYetError: HTTPStatus.CONFLICT,
    TakenError: HTTPStatus.CONFLICT,
    EndedError: HTTPStatus.GONE,
    QuotaError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


class ProblemError(Exception):
    """An answer that is not a success, raised from wherever it is noticed.

    Args:
        status: The HTTP status.
        detail: A full sentence for the person who asked.
        headers: Further headers of the answer, such as Retry-After.
    """

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.detail, self.headers = status, detail, dict(headers or {})
        super().__init__(detail)


def problem(
    request: Request,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Response:
    """An answer in the form of RFC 9457, a page for a browser; the request's id leads to its line in the log."""
    headers = {**PRIVATE, **(headers or {})}
    if wants_page(request):
        known = {"title": HTTPStatus(status).phrase, "detail": detail, "request_id": _request_id(request)}
        return _with_headers(page(request, "problem.html", status, **known), headers)
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    if request_id := _request_id(request):
        body["request_id"] = request_id
    more: Callable[[str], dict[str, str]] | None = getattr(request.state, "problem_members", None)
    body.update(more(detail) if more else {})
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def _request_id(request: Request) -> str:
    return getattr(request.state, "request_id", "")


def _with_headers(answer: Response, headers: Mapping[str, str]) -> Response:
    answer.headers.update(headers)
    return answer


def install(app: FastAPI) -> None:
    """Turns every error that leaves a route of `app` into a problem."""
    app.add_exception_handler(ProblemError, _refused)
    app.add_exception_handler(GrtError, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problem(request, error.status, error.detail, error.headers)


def _told(request: Request, error: Exception) -> Response:
    match error:
        case BadInputError():
            return problem(request, _STATUS.get(type(error), HTTPStatus.BAD_REQUEST), str(error))
        case BadSourceError():
            return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        case UnavailableError():
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers)
    return _unexpected(request, error)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [{"where": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors()]
    detail = "; ".join(f"{each['where']}: {each['message']}" for each in errors)
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    details = {
        HTTPStatus.NOT_FOUND: NOTHING_HERE,
        HTTPStatus.METHOD_NOT_ALLOWED: f"This address does not take {request.method}; see the Allow header.",
    }
    phrase = HTTPStatus(error.status_code).phrase
    detail = details.get(HTTPStatus(error.status_code), "") if error.detail == phrase else error.detail
    return problem(request, error.status_code, detail or phrase, error.headers)


def _gone(request: Request, _error: Exception) -> Response:
    return problem(request, HTTPStatus.BAD_REQUEST, "The connection was closed before the whole request came in.")


def _unexpected(request: Request, _error: Exception) -> Response:
    detail = "Something went wrong on our side. Ask the administrator to look up request_id in the log."
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail, security_headers())
