"""The page of what is told to everybody: announcements, and the queue of jobs closed and opened."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from grt_platform.adapters.bulletin import announcements
from grt_platform.adapters.closings import closing
from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.page import Page, Row
from grt_platform.web import bulletin, queue, shown
from grt_platform.web.access import Asking
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.render import page

router = APIRouter(prefix="/pages/admin/notices", include_in_schema=False)
_HOME = "/pages/admin/notices"
_Moment = Annotated[datetime | Literal[""], Form()]
"""What a field for date and time sends, without a zone; it is meant as UTC."""
_COLUMNS = (
    Col("title", "Title", is_long=True),
    Col("message", "Message", is_long=True),
    Col("level", "Level"),
    Col("shown_at", "From", shown.moment),
    Col("ends_at", "Until", shown.moment),
    Col("made_by", "By"),
    Col("announcement_id", "Id", is_long=True),
)


@router.get("")
def notices(request: Request, view: View) -> Response:
    """The queue, and all announcements."""
    return _page(request, view)


@router.post("/queue")
def closed(
    request: Request,
    asking: Asking,
    view: View,
    reason: Annotated[str, Form(max_length=500)] = "",
    closes_at: _Moment = "",
) -> Response:
    """The queue takes no new jobs from then on."""
    try:
        queue.close(request, asking, queue.NewClosing(reason=reason, closes_at=_utc(closes_at)))
    except BadInputError as error:
        return _page(request, view, problem=str(error), status=HTTPStatus.BAD_REQUEST)
    return RedirectResponse(_HOME, HTTPStatus.SEE_OTHER)


@router.post("/queue/open")
def opened(request: Request, asking: Asking) -> Response:
    """The queue takes new jobs again."""
    queue.reopen(request, asking)
    return RedirectResponse(_HOME, HTTPStatus.SEE_OTHER)


@router.post("")
def announced(
    request: Request,
    asking: Asking,
    view: View,
    *,
    title: Annotated[str, Form(max_length=200)] = "",
    message: Annotated[str, Form(max_length=2000)] = "",
    level: Annotated[Literal["info", "warning"], Form()] = "info",
    shown_at: _Moment = "",
    ends_at: _Moment = "",
) -> Response:
    """Every page shows it."""
    if not title.strip():
        return _page(request, view, problem="An announcement needs a title.", status=HTTPStatus.BAD_REQUEST)
    wanted = bulletin.NewAnnouncement(
        title=title, message=message, level=level, shown_at=_utc(shown_at), ends_at=_utc(ends_at)
    )
    try:
        bulletin.announce(request, asking, wanted)
    except BadInputError as error:
        return _page(request, view, problem=str(error), status=HTTPStatus.BAD_REQUEST)
    return RedirectResponse(_HOME, HTTPStatus.SEE_OTHER)


@router.post("/{announcement_id}/remove")
def removed(request: Request, asking: Asking, announcement_id: bulletin.Id) -> Response:
    """Nobody sees it any more."""
    bulletin.removed(request, asking, announcement_id)
    return RedirectResponse(_HOME, HTTPStatus.SEE_OTHER)


def _utc(moment: datetime | Literal[""]) -> datetime | None:
    if moment == "":
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _page(request: Request, view: View, *, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    def fetch(database: Database, wanted: Page) -> list[Row]:
        return announcements(database)[wanted.offset : wanted.offset + wanted.limit]

    held = closing(request.app.state.warehouse)
    known: dict[str, Any] = {
        "closing": held,
        "is_closed": held is not None and held.holds(datetime.now(UTC)),
        "problem": problem,
        "status": status,
    }
    tables = {"announcements": Listed("Announced, the latest to begin first", _COLUMNS, fetch, "Nothing is announced.")}
    return view.at(_HOME).answer(page, "notices.html", tables, **known)
