"""The page of a taxon: its stages, its runs by reason, its machines and files, and what an administrator may do."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.page import Page, Row
from grt_platform.systems.ena.logic.stages import Stage
from grt_platform.systems.ena.serving import api, page_queries, queries
from grt_platform.systems.ena.serving.page_parts import HOME, machines_listed, pages, status_mark
from grt_platform.systems.ena.tracker import MOST_PRIORITY, Tracker
from grt_platform.web import shown
from grt_platform.web.access import PLAIN, Asking, nothing_here
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/taxa/{taxon}")
_ORDER = (Stage.FETCH, Stage.FILTER, Stage.FARM, Stage.AWAIT, Stage.UPDATE)
_Reason = Annotated[str, Query(max_length=200, pattern=PLAIN)]
_Accession = Annotated[str, Query(max_length=20, pattern=r"^\w*$")]
_RUNS = (
    Col("run_accession", "Run"),
    Col("reason", "Why not fetched", is_long=True),
    Col("scientific_name", "Organism", is_long=True),
    Col("strain", "Strain"),
    Col("country", "Country"),
    Col("collection_date", "Collected"),
    Col("instrument_platform", "Platform"),
    Col("instrument_model", "Instrument"),
    Col("library_strategy", "Strategy"),
    Col("library_layout", "Layout"),
    Col("base_count", "Bases", shown.number, is_number=True),
    Col("files_bytes", "Files", shown.size, is_number=True),
    Col("first_public", "Public since", shown.day),
)
_FILES = (
    Col("path", "File", is_long=True),
    Col("run_accession", "Run"),
    Col("size_bytes", "Size", shown.size, is_number=True),
    Col("md5", "MD5", is_long=True),
    Col("verified_at", "Verified", shown.moment),
)
_Bound = Annotated[int, Field(ge=1, lt=2**62)] | Literal[""]


@router.get("")
@signed_in
def one(request: Request, view: View, taxon: api.Taxon, reason: _Reason = "", accession: _Accession = "") -> Response:
    """Where the taxon stands; its runs, chosen by reason and accession."""
    database: Database = request.app.state.warehouse
    rows = Tracker(database).rows([taxon])
    if not rows:
        raise nothing_here()
    reasons = queries.reasons(database, taxon)
    stages = [(stage.title, stage.number == rows[0]["stage"]) for stage in _ORDER]
    known: dict[str, Any] = {
        "taxon": rows[0],
        "mark": status_mark(rows[0]),
        "stages": stages,
        "home": page_queries.at_home(database, taxon),
        "reason": reason,
        "reasons": [row["reason"] for row in reasons],
        "accession": accession,
        "most_priority": MOST_PRIORITY,
    }
    return view.answer(pages, "taxon.html", _tables(taxon, reason, accession, reasons), **known)


@router.post("/clear")
def cleared(request: Request, asking: Asking, taxon: api.Taxon) -> Response:
    """A person has looked: the failed stage is tried again."""
    api.clear(request, asking, taxon)
    return _back(taxon)


@router.post("/priority")
def prioritized(
    request: Request, asking: Asking, taxon: api.Taxon, priority: Annotated[int, Form(ge=-1, le=MOST_PRIORITY)]
) -> Response:
    """The taxon has this priority."""
    api.set_priority(request, asking, taxon, api.Priority(priority=priority))
    return _back(taxon)


@router.post("/rules")
def ruled(
    request: Request,
    asking: Asking,
    taxon: api.Taxon,
    *,
    genome_size: Annotated[_Bound, Form()] = "",
    min_depth: Annotated[Annotated[float, Field(gt=0, lt=1e9)] | Literal[""], Form()] = "",
    max_run_bytes: Annotated[_Bound, Form()] = "",
) -> Response:
    """The taxon has these rules; the next check applies them."""
    rules = api.Rules(genome_size=genome_size or None, min_depth=min_depth or None, max_run_bytes=max_run_bytes or None)
    api.set_rules(request, asking, taxon, rules)
    return _back(taxon)


@router.post("/remove")
def removed(
    request: Request, asking: Asking, taxon: api.Taxon, *, is_sure: Annotated[bool, Form()] = False
) -> Response:
    """The taxon leaves the tracker, once its machines are gone, if the person said to be sure."""
    if not is_sure:
        raise BadInputError("The taxon stays: mark that you are sure to stop tracking it")
    gone = api.remove(request, asking, taxon)["is_removed"]
    return RedirectResponse(HOME, HTTPStatus.SEE_OTHER) if gone else _back(taxon)


def _tables(taxon: int, reason: str, accession: str, reasons: list[Row]) -> dict[str, Listed]:
    def address(row: Row) -> str:
        return f"{HOME}/taxa/{taxon}?{urlencode({'reason': row['reason']})}"

    def runs(database: Database, page: Page) -> list[Row]:
        return page_queries.runs(database, taxon, reason, accession, page)

    def why(_database: Database, page: Page) -> list[Row]:
        return reasons[page.offset : page.offset + page.limit]

    def files(database: Database, page: Page) -> list[Row]:
        return page_queries.files(database, taxon, page)

    by_reason = (
        Col("reason", "Why", link=address),
        Col("runs", "Runs", shown.number, is_number=True),
        Col("files_bytes", "Files", shown.size, is_number=True),
    )
    return {
        "runs": Listed("Runs", _RUNS, runs, "No run fits."),
        "reasons": Listed("Reasons, with the runs that each leaves out first", by_reason, why),
        "machines": machines_listed(taxon, datetime.now(UTC), is_living=False),
        "files": Listed("Files at home, verified", _FILES, files, "No file is at home yet."),
    }


def _back(taxon: int) -> Response:
    return RedirectResponse(f"{HOME}/taxa/{taxon}", HTTPStatus.SEE_OTHER)
