"""Leaders of groups over HTTP: administrators say who leads which group."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from grt_platform.systems.lustre.serving import leaders
from grt_platform.web.access import PLAIN, Asking
from grt_platform.web.audit import audited
from grt_platform.web.filters import known_filters_only

router = APIRouter(tags=["lustre"], dependencies=[Depends(known_filters_only)])
Group = Annotated[str, Path(max_length=255, pattern=PLAIN, description="Name or number of the group")]
Name = Annotated[str, Path(max_length=200, pattern=PLAIN, description="Name the person signs in with")]


@router.get("/leaders", summary="Who leads which group")
def listed(request: Request) -> list[dict[str, Any]]:
    """By group and name."""
    return leaders.leaders(request.app.state.warehouse)


@router.put("/leaders/{group}/{name}", status_code=HTTPStatus.NO_CONTENT, summary="Say that somebody leads a group")
def granted(request: Request, asking: Asking, group: Group, name: Name) -> None:
    """The person sees what the group uses from now on, on pages and over HTTP; again, the same."""
    with audited(request, asking, "lustre.grant", f"{name}: {group}") as database:
        leaders.grant(database, group, name, by=asking.name, now=datetime.now(UTC))


@router.delete("/leaders/{group}/{name}", status_code=HTTPStatus.NO_CONTENT, summary="Somebody leads a group no more")
def revoked(request: Request, asking: Asking, group: Group, name: Name) -> None:
    """The person sees nothing of the group any more."""
    with audited(request, asking, "lustre.revoke", f"{name}: {group}") as database:
        leaders.revoke(database, group, name)
