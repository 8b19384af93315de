"""Announcements over HTTP; `on_top` shows them on pages."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from grt_platform.adapters import bulletin
from grt_platform.kernel.identity import Principal
from grt_platform.web.access import Asking, nothing_here
from grt_platform.web.audit import audited
from grt_platform.web.sign_in import public

router = APIRouter(prefix="/announcements", tags=["announcements"])
Id = Annotated[str, Path(max_length=64, description="The announcement")]


class NewAnnouncement(BaseModel):
    """What everybody shall know."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200, description="What it is about")
    message: str = Field("", max_length=2000, description="More of it")
    level: Literal["info", "warning"] = Field("info", description="How it looks")
    shown_at: AwareDatetime | None = Field(None, description="From when on; none: from now")
    ends_at: AwareDatetime | None = Field(None, description="Until when; none: until it is removed")


@router.get("", summary="What is announced now")
@public
def listed(request: Request) -> list[dict[str, Any]]:
    """Warnings first, then the newest."""
    return bulletin.shown_now(request.app.state.warehouse, datetime.now(UTC))


@router.get("/all", summary="All announcements, those that are over or to come too")
def all_of_them(request: Request) -> list[dict[str, Any]]:
    """The latest to begin first."""
    return bulletin.announcements(request.app.state.warehouse)


@router.post("", status_code=HTTPStatus.CREATED, summary="Announce something")
def announced(request: Request, asking: Asking, new: NewAnnouncement) -> dict[str, str]:
    """Answers with its id; every page shows it until it ends."""
    return {"announcement_id": announce(request, asking, new)}


@router.delete("/{announcement_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove an announcement")
def removed(request: Request, asking: Asking, announcement_id: Id) -> None:
    """Nobody sees it any more."""
    with audited(request, asking, "announcement.remove", announcement_id) as database:
        if not bulletin.remove(database, announcement_id):
            raise nothing_here()


def announce(request: Request, asking: Principal, new: NewAnnouncement) -> str:
    """It is announced, and the audit says by whom; its id."""
    with audited(request, asking, "announcement.make", new.title) as database:
        return bulletin.announce(
            database,
            new.title,
            new.message,
            level=new.level,
            by=asking.name,
            shown_at=new.shown_at or datetime.now(UTC),
            ends_at=new.ends_at,
        )
