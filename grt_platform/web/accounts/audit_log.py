"""The audit over HTTP, for administrators."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from grt_platform.adapters.accounts.audit import list_events
from grt_platform.web.access import PLAIN

router = APIRouter(tags=["accounts"])


@router.get("/audit", summary="Who did what, when, from where, with what outcome")
def listed(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[datetime | None, Query(description="Only events before this moment, to page back")] = None,
    name: Annotated[str | None, Query(max_length=200, pattern=PLAIN, description="Only of this person")] = None,
    project: Annotated[str | None, Query(max_length=63, pattern=PLAIN, description="Only in this project")] = None,
) -> list[dict[str, Any]]:
    """The newest first."""
    return list_events(request.app.state.warehouse, limit=limit, before=before, name=name, project=project)
