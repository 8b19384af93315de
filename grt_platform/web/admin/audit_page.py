"""The page of the audit: who did what, when, from where, with what outcome."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from grt_platform.adapters.accounts.audit import list_events
from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.web import shown
from grt_platform.web.access import PLAIN
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.render import page

router = APIRouter(prefix="/pages/admin/audit", include_in_schema=False)
_Words = Annotated[str, Query(max_length=200, pattern=PLAIN)]
_EVENTS = (
    Col("happened_at", "When", shown.moment),
    Col("name", "Who"),
    Col("action", "What"),
    Col("subject", "To what or whom", is_long=True),
    Col("project", "Project"),
    Col("outcome", "Outcome", mark=lambda row: "" if row["outcome"] == "ok" else "bad"),
    Col("reason", "Why", is_long=True),
    Col("address", "From"),
    Col("request_id", "Request", is_long=True),
)


@router.get("")
def audit(
    view: View, name: _Words = "", project: _Words = "", action: _Words = "", outcome: Literal["", "ok", "refused"] = ""
) -> Response:
    """The newest events first, of one person, project, kind of action or outcome if these are named."""

    def fetch(database: Database, wanted: Page) -> list[Row]:
        return list_events(
            database,
            limit=wanted.limit,
            offset=wanted.offset,
            name=name or None,
            project=project or None,
            action=action or None,
            outcome=outcome or None,
        )

    listed = Listed("Events, the newest first", _EVENTS, fetch, "Nothing of the kind was done.")
    asked = {"name": name, "project": project, "action": action, "outcome": outcome}
    return view.answer(page, "audit.html", {"events": listed}, asked=asked)
