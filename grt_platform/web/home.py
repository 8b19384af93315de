"""The first page: what is fresh and what is late of every system whose data a person may see, and where things are."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from grt_platform.adapters.database import Database
from grt_platform.kernel.addresses import http_url
from grt_platform.kernel.identity import Principal
from grt_platform.serving.page import Page, Row
from grt_platform.settings import Settings, settings
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.render import page
from grt_platform.web.sections import Section
from grt_platform.web.sign_in import identify, public

router = APIRouter(include_in_schema=False)
_COLUMNS = tuple(
    Col(name, name) for name in ("system", "title", "received_at", "loaded", "rejected", "quarantined", "late")
)


@router.get("/")
@public
def home(request: Request, view: View) -> Response:
    """How it stands with the systems, for those who are signed in; what there is to find, for everybody."""
    asking, known = identify(request), settings()
    systems = standing(request, asking, datetime.now(UTC)) if asking else []

    def fetch(_database: Database, wanted: Page) -> list[Row]:
        told = [{**row, "late": "; ".join(late.what for late in row["late"])} for row in systems]
        return told[wanted.offset : wanted.offset + wanted.limit]

    tables = {"systems": Listed("What is fresh, what is late", _COLUMNS, fetch)}
    return view.answer(page, "home.html", tables, systems=systems, dagster=_dagster(known))


def standing(request: Request, asking: Principal, now: datetime) -> list[dict[str, Any]]:
    """For every system that the person may see: its ledger in figures, its pages, and what of it is late.

    The ledger tells of all projects together, so a system that people see in parts only is the administrators'.
    """
    database: Database = request.app.state.warehouse
    sections = {section.system: section for section in request.app.state.sections}
    seen = [name for name in request.app.state.systems if asking.is_admin or _is_open(sections.get(name))]
    return [
        {
            **row,
            "title": sections[row["system"]].title if row["system"] in sections else row["system"],
            "address": sections[row["system"]].address if row["system"] in sections else "",
            "late": sections[row["system"]].late(database, now) if row["system"] in sections else [],
        }
        for row in received(database, seen)
    ]


def received(database: Database, systems: Sequence[str]) -> list[dict[str, Any]]:
    """What the ledger of each system tells in all; by the system's name.

    Args:
        database: Where the ledgers are served.
        systems: Names from the house's own list, never from outside.
    """
    if not systems:
        return []
    ledgers = (
        f"""SELECT '{system}' AS system, max(received_at) AS received_at,
                   count(*) FILTER (WHERE status = 'loaded') AS loaded,
                   count(*) FILTER (WHERE status = 'rejected') AS rejected,
                   coalesce(sum(rows_quarantined), 0)::bigint AS quarantined
            FROM {system}.ledger"""
        for system in systems
    )
    return database.fetch(" UNION ALL ".join(ledgers) + " ORDER BY system")


def _dagster(known: Settings) -> str:
    """Where people find the Dagster UI: behind our own door, else where it listens."""
    if known.ui_path:
        return f"{known.ui_path}/"
    return f"{http_url(known.ui_host, known.ui_port)}/" if known.ui_port else ""


def _is_open(section: Section | None) -> bool:
    return section is not None and not (section.is_for_admins or section.is_by_project)
