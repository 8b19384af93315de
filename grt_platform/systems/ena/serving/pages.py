"""ENA's pages: taxa with their stages, one taxon with its runs by reason, machines with what they cost."""

from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.systems.ena.serving import api, page_queries, taxon_page
from grt_platform.systems.ena.serving.page_parts import (
    HOME,
    machines_listed,
    pages,
    status_mark,
    taxon_address,
    with_cost,
)
from grt_platform.web import shown
from grt_platform.web.access import Asking
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.sections import Late, Section
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix=HOME, include_in_schema=False)
_MOST_LETTERS = 100_000
_Taxon = Annotated[str, Query(max_length=10, pattern=r"^\d*$")]
_TAXA = (
    Col("taxonomy_id", "Taxon", is_number=True, link=taxon_address, sort="taxon"),
    Col("last_run_status", "Status", lambda value: value or "new", mark=status_mark, sort="status"),
    Col("stage_name", "Next stage"),
    Col("needs_attention", "Needs a person", is_long=True),
    Col("last_checked", "Last checked", shown.moment, sort="checked"),
    Col("priority", "Priority", is_number=True, sort="priority"),
    Col("machines", "Machines", shown.number, is_number=True),
    Col("added_at", "Tracked since", shown.day),
)


def late(database: Database, _now: datetime) -> list[Late]:
    """The taxa that wait for a person."""
    return [
        Late(f"Taxon {row['taxonomy_id']} needs a person: {row['needs_attention']}", taxon_address(row))
        for row in page_queries.in_need(database)
    ]


SECTION = Section(
    "ena",
    "ENA",
    HOME,
    "Tracked taxa and where each stands, their runs with the reasons for and against, machines and what they cost.",
    late=late,
)


@router.get("")
@signed_in
def taxa(
    view: View,
    taxon: _Taxon = "",
    status: page_queries.Standing = "",
    sort: page_queries.TaxonOrder = "status",
) -> Response:
    """The tracked taxa, those that need a person first."""
    return _taxa(view, taxon, status, sort)


@router.post("")
def added(
    request: Request, asking: Asking, view: View, taxa: Annotated[str, Form(max_length=_MOST_LETTERS)] = ""
) -> Response:
    """The page again, with what became of each id."""
    given = taxa.replace(",", " ").split()
    if not 0 < len(given) <= api.MOST_AT_ONCE:
        problem = f"Give 1 to {api.MOST_AT_ONCE} taxon ids, apart by blanks, commas or lines."
        return _taxa(view, "", "", "status", problem=problem, status_code=HTTPStatus.BAD_REQUEST)
    answered = api.add(request, asking, api.NewTaxa(taxa=given))
    return _taxa(view, "", "", "status", answered=answered)


@router.get("/machines")
@signed_in
def machines(request: Request, view: View, *, living: bool = True) -> Response:
    """Machines and what they cost."""
    now = datetime.now(UTC)
    existing = page_queries.machines(request.app.state.warehouse, None, is_living=True)
    spent = sum((row["cost_usd"] for row in with_cost(existing, now)), Decimal(0))
    known: dict[str, Any] = {"living": living, "spent": spent, "existing": len(existing)}
    return view.answer(pages, "machines.html", {"machines": machines_listed(None, now, is_living=living)}, **known)


def _taxa(
    view: View,
    taxon: str,
    standing: page_queries.Standing,
    sort: page_queries.TaxonOrder,
    *,
    problem: str = "",
    answered: list[dict[str, str]] | None = None,
    status_code: HTTPStatus = HTTPStatus.OK,
) -> Response:
    def fetch(database: Database, page: Page) -> list[Row]:
        return page_queries.taxa(database, taxon, standing, sort, page)

    known: dict[str, Any] = {
        "taxon": taxon,
        "standing": standing,
        "standings": ["attention", "new", "in progress", "ready", "complete", "warning", "error", "stopped"],
        "sort": sort,
        "problem": problem,
        "answered": answered or [],
        "status": status_code,
    }
    return view.answer(pages, "taxa.html", {"taxa": Listed("Taxa", _TAXA, fetch, "No taxon fits.", sort)}, **known)


router.include_router(taxon_page.router)
