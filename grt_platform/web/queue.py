"""The queue of jobs over HTTP: whether it takes new ones; administrators close it and open it again."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from grt_platform.adapters.closings import Closing, close_queue, closing, open_queue
from grt_platform.kernel.identity import Principal
from grt_platform.web.access import Asking
from grt_platform.web.audit import audited
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/queue", tags=["jobs"])
_ASK_AGAIN_S = 600


class NewClosing(BaseModel):
    """From when on, and why."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=500, description="People read it when their jobs are refused")
    closes_at: AwareDatetime | None = Field(None, description="From when on; none: from now")


@router.get("", summary="Whether new jobs are taken")
@signed_in
def shown(request: Request) -> dict[str, Any]:
    """`is_closed`, and of a closing that holds or is planned since when, why and by whom."""
    return told(closing(request.app.state.warehouse), datetime.now(UTC))


@router.put("", summary="Close the queue for new jobs")
def closed(request: Request, asking: Asking, wanted: NewClosing) -> dict[str, Any]:
    """From then on nobody but administrators asks for jobs; those that were asked for go on to their end."""
    return told(close(request, asking, wanted), datetime.now(UTC))


@router.delete("", summary="Take new jobs again")
def opened(request: Request, asking: Asking) -> dict[str, Any]:
    """A closing that is only planned is given up as well; again, the same."""
    reopen(request, asking)
    return told(None, datetime.now(UTC))


def close(request: Request, asking: Principal, wanted: NewClosing) -> Closing:
    """The queue is closed, and the audit says by whom."""
    now = datetime.now(UTC)
    with audited(request, asking, "queue.close", wanted.reason) as database:
        return close_queue(database, wanted.reason, by=asking.name, now=now, closes_at=wanted.closes_at)


def reopen(request: Request, asking: Principal) -> None:
    """The queue is open, and the audit says by whom."""
    with audited(request, asking, "queue.open") as database:
        open_queue(database, by=asking.name, now=datetime.now(UTC))


def refuse_if_closed(request: Request, asking: Principal) -> None:
    """Returns where the person may ask for a new job now.

    Raises:
        ProblemError: 503, with the reason that the administrator gave.
    """
    held = None if asking.is_admin else closing(request.app.state.warehouse)
    if held is None or not held.holds(datetime.now(UTC)):
        return
    detail = f"No new jobs are taken now: {held.reason}. Those that wait or run go on; ask again later."
    raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": str(_ASK_AGAIN_S)})


def told(held: Closing | None, now: datetime) -> dict[str, Any]:
    """A closing as JSON."""
    if held is None:
        return {"is_closed": False, "closes_at": None, "reason": None, "closed_by": None}
    return {
        "is_closed": held.holds(now),
        "closes_at": held.closes_at,
        "reason": held.reason,
        "closed_by": held.closed_by,
    }
