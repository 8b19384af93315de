"""The pages of genes: uploads and the form to make one, one upload with its genes, search over all of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from grt_platform.adapters.accounts.projects import list_projects
from grt_platform.adapters.database import Database
from grt_platform.kernel.identity import Principal, Role
from grt_platform.serving.page import Page, Row
from grt_platform.systems.genes.logic.options import ALPHABETS
from grt_platform.systems.genes.serving import page_queries, upload_pages
from grt_platform.systems.genes.serving.page_parts import (
    HOME,
    MARKS,
    Words,
    gene_columns,
    gene_filter,
    pages,
    upload_address,
)
from grt_platform.systems.genes.serving.queries import GeneFilter
from grt_platform.web import shown
from grt_platform.web.access import Asking, allow
from grt_platform.web.jobs import visible
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.sections import Section
from grt_platform.web.sending import letting_send, own_address
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix=HOME, include_in_schema=False)
SECTION = Section(
    "genes",
    "Genes",
    HOME,
    "FASTA and CSV files of genes: upload them, see what came out, find genes by name, length or digest.",
    is_by_project=True,
    answers={"parse": f"{HOME}/uploads/"},
)
_UPLOADS = (
    Col("file_name", "File", is_long=True, link=upload_address),
    Col("project", "Project"),
    Col("user_name", "By"),
    Col("created_at", "Begun", shown.moment),
    Col("state", "State", mark=lambda row: MARKS.get(row["state"], "")),
    Col("reason", "Why", is_long=True),
    Col("genes", "Genes", shown.number, is_number=True),
    Col("letters", "Letters", shown.number, is_number=True),
    Col("records_quarantined", "Set aside", shown.number, is_number=True),
    Col("size_bytes", "Size", shown.size, is_number=True),
)
_OF_UPLOAD = (Col("file_name", "File", is_long=True, link=upload_address), Col("project", "Project"))


@router.get("")
@signed_in
def uploads(request: Request, asking: Asking, view: View, project: Words = "", name: Words = "") -> Response:
    """Uploads of my projects, the newest first, and the form to make one."""
    seen = _projects(asking, project)

    def fetch(database: Database, page: Page) -> list[Row]:
        return page_queries.uploads(database, seen, name, page)

    mine = list_projects(request.app.state.warehouse, asking)
    known: dict[str, Any] = {
        "project": project,
        "name": name,
        "projects": [row["project"] for row in mine],
        "places": [row["project"] for row in mine if Role[row["role"]] >= Role.QUERY],
        "alphabets": ALPHABETS,
        "own": own_address(),
    }
    listed = Listed("Uploads, the newest first", _UPLOADS, fetch, "No file of genes was uploaded yet.")
    return letting_send(request, view.answer(pages, "uploads.html", {"uploads": listed}, **known))


@router.get("/search")
@signed_in
def search(
    asking: Asking, view: View, wanted: Annotated[GeneFilter, Depends(gene_filter)], project: Words = ""
) -> Response:
    """Genes of all uploads that I may see, by name, begin of a name or digest."""
    seen, is_asked = _projects(asking, project), bool(wanted.name or wanted.prefix or wanted.digest)

    def fetch(database: Database, page: Page) -> list[Row]:
        return page_queries.found(database, seen, wanted, page) if is_asked else []

    empty = "No gene is called or made so." if is_asked else "Say a name, how it begins, or a digest."
    listed = Listed("Genes", (*_OF_UPLOAD, *gene_columns("")), fetch, empty)
    return view.answer(pages, "genes_search.html", {"genes": listed}, project=project, wanted=wanted)


def _projects(asking: Principal, project: str) -> list[str] | None:
    if not project:
        return visible(asking)
    allow(asking, project, Role.READ)
    return [project]


router.include_router(upload_pages.router)
