"""Is the process alive, and can it do its work."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from grt_platform.kernel.errors import GrtError
from grt_platform.web.sign_in import public

router = APIRouter(tags=["health"])
_CANARY = "health/canary"


@router.get("/health", summary="The process answers")
@public
def live() -> dict[str, str]:
    """Answers as long as the process runs."""
    return {"status": "ok"}


@router.get("/health/ready", summary="Postgres and every store answer")
@public
def ready(request: Request) -> JSONResponse:
    """Asks Postgres and every store; 503 when one does not answer, without saying how it is reached."""
    state = request.app.state
    checks = {"postgres": _answers(partial(state.warehouse.fetch, "SELECT 1 AS one"))}
    for name, store in state.stores.items():
        checks[f"{name} store"] = _answers(partial(store.head, _CANARY))
    is_ready = all(answer == "ok" for answer in checks.values())
    body = {"status": "ok" if is_ready else "unavailable", "checks": checks}
    return JSONResponse(body, HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)


def _answers(ask: Callable[[], object]) -> str:
    try:
        ask()
    except GrtError:
        return "unavailable"
    return "ok"
