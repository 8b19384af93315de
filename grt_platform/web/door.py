"""The question of a proxy in front of the Dagster UI, which asks nobody who he is: may this request pass?"""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from grt_platform.kernel.identity import Principal
from grt_platform.settings import settings
from grt_platform.web.own_forms import is_same_origin
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import asks_itself, identify, refuse_unless

router = APIRouter(tags=["health"])
_CHANGES_NOTHING = {"GET", "HEAD"}


@router.get("/auth/dagster", status_code=HTTPStatus.NO_CONTENT, summary="May this request pass to the Dagster UI")
@asks_itself("a sign-in or token, of whom GRT_UI_ACCESS says")
def may_pass(request: Request) -> Response:
    """204 when the request may pass, 401 or 403 when not.

    The proxy sends the request's own headers with it, its method in `X-Original-Method`, and `websocket` in
    `X-Original-Upgrade` where it asks for one. With the cookie of a sign-in, whatever can change something must come
    from a page of this host.
    """
    asking = identify(request)
    refuse_unless(request, credentials_are_good=asking is not None, scheme="Bearer")
    if asking is None or not _is_let_in(asking):
        raise ProblemError(HTTPStatus.FORBIDDEN, "The Dagster UI is for administrators (GRT_UI_ACCESS).")
    if "Authorization" not in request.headers and _may_change(request) and not is_same_origin(request):
        raise ProblemError(HTTPStatus.FORBIDDEN, "This request does not come from a page of this host.")
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"X-Grt-User": asking.name})


def _is_let_in(asking: Principal) -> bool:
    """Administrators; by GRT_UI_ACCESS everybody who signed in himself, for no token is made for all of Dagster."""
    return asking.is_admin or (settings().ui_access == "signed_in" and asking.token_id is None)


def _may_change(request: Request) -> bool:
    """Whether the original request can change something; one that does not say is taken as such."""
    is_socket = bool(request.headers.get("X-Original-Upgrade"))
    return is_socket or request.headers.get("X-Original-Method", "").upper() not in _CHANGES_NOTHING
