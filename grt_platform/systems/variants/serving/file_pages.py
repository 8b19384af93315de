"""The pages of a project's files: what is known of each, of one everything, its bytes, and another look at all."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from grt_platform.adapters.database import Database
from grt_platform.adapters.objects import Objects
from grt_platform.kernel.identity import Role
from grt_platform.serving.page import Page, Row
from grt_platform.systems.variants.serving import page_queries, queries
from grt_platform.systems.variants.serving.page_parts import MARKS, Words, address, pages, shortened
from grt_platform.web import shown
from grt_platform.web.access import PLAIN, Asking, nothing_here
from grt_platform.web.audit import audit
from grt_platform.web.inside import ReadingChosen, admitted
from grt_platform.web.jobs import submit
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.sending import letting_send, own_address
from grt_platform.web.sign_in import signed_in

router = APIRouter()
_LINK_S = 300
_Name = Annotated[str, Query(min_length=1, max_length=1024, pattern=PLAIN)]
_SCAFFOLDS = (Col("scaffold", "Scaffold", is_long=True), Col("records", "Records", shown.number, is_number=True))
_SAMPLES = (Col("position", "Column", is_number=True), Col("sample", "Sample", is_long=True))
_FINDINGS = (
    Col("severity", "Kind", mark=lambda row: "bad" if row["severity"] == "error" else "warn"),
    Col("category", "About"),
    Col("column", "Column"),
    Col("rows", "Rows", shortened),
    Col("message", "What", is_long=True),
)


@router.get("/files")
@signed_in
def files(
    request: Request,
    asking: Asking,
    view: View,
    project: ReadingChosen,
    *,
    name: Words = "",
    state: page_queries.FileState = "",
    sort: page_queries.FileOrder = "name",
) -> Response:
    """The VCF files and sample tables of a project with what is known of them."""

    def fetch(database: Database, page: Page) -> list[Row]:
        return page_queries.files_found(database, project, name, page, state=state, order=sort)

    listed = Listed(f"Files of {project}", _columns(project), fetch, "No file fits.", sort)
    known: dict[str, Any] = {
        "project": project,
        "name": name,
        "state": state,
        "states": ["ready", "waiting", "rejected", "result"],
        "sort": sort,
        "may_upload": (asking.role_in(project) or Role.READ) >= Role.QUERY,
        "own": own_address(),
    }
    return letting_send(request, view.answer(pages, "files_of_variants.html", {"files": listed}, **known))


@router.post("/look")
@signed_in
def looked(
    request: Request,
    asking: Asking,
    project: Annotated[str, Form(max_length=63)],
    *,
    again: Annotated[bool, Form()] = False,
) -> Response:
    """A job looks at every file nobody has looked at and at those that were rejected, or at all."""
    admitted(request, asking, project, Role.QUERY)
    job = submit(request, asking, system="variants", kind="update", project=project, asked={"again": again})
    return RedirectResponse(f"/pages{job.headers['Location']}", HTTPStatus.SEE_OTHER)


@router.get("/file")
@signed_in
def file(request: Request, view: View, project: ReadingChosen, name: _Name) -> Response:
    """Everything about one file."""
    known = queries.files(request.app.state.warehouse, project, name, "", 1)
    if not known:
        raise nothing_here()
    details = queries.file_details(request.app.state.warehouse, known[0]["version_id"])
    there = [each for each in _tables(details).items() if details[_SOURCES[each[0]]]]
    tables = dict(there) or {"samples": _listed("Samples", _SAMPLES, [])}
    mark = MARKS.get(known[0]["state"], "")
    return view.answer(pages, "file_of_variants.html", tables, project=project, file=known[0], mark=mark)


@router.get("/file/download")
@signed_in
def download(request: Request, asking: Asking, project: ReadingChosen, name: _Name) -> Response:
    """Leads to the bytes of the current version by a signed address of a few minutes."""
    objects: Objects = request.app.state.objects
    version = objects.pin(project, name)
    audit(request, asking, "object.download", version.version_id, project)
    return RedirectResponse(objects.download_url(version, expires_s=_LINK_S), HTTPStatus.SEE_OTHER)


def _columns(project: str) -> tuple[Col, ...]:
    return (
        Col(
            "name",
            "File",
            is_long=True,
            link=lambda row: address("file", project=project, name=row["name"]),
            sort="name",
        ),
        Col("state", "State", mark=lambda row: MARKS.get(row["state"], ""), sort="state"),
        Col("reason", "Why", is_long=True),
        Col("samples", "Samples", shown.number, is_number=True, sort="samples"),
        Col("scaffolds", "Scaffolds", shown.number, is_number=True),
        Col("variants", "Records", shown.number, is_number=True, sort="records"),
        Col("size_bytes", "Size", shown.size, is_number=True, sort="size"),
        Col("stored_at", "Uploaded", shown.moment, sort="stored"),
    )


_SOURCES = {"findings": "findings", "scaffolds": "records", "samples": "sample_names"}


def _tables(details: Row) -> dict[str, Listed]:
    scaffolds = [{"scaffold": scaffold, "records": records} for scaffold, records in details["records"]]
    findings = [{**each, "rows": ", ".join(map(str, each["rows"]))} for each in details["findings"]]
    samples = [{"position": n, "sample": sample} for n, sample in enumerate(details["sample_names"], 1)]
    return {
        "findings": _listed("Findings", _FINDINGS, findings),
        "scaffolds": _listed("Scaffolds with records", _SCAFFOLDS, scaffolds),
        "samples": _listed("Samples, in the order of the header", _SAMPLES, samples),
    }


def _listed(title: str, columns: tuple[Col, ...], rows: list[Row]) -> Listed:
    return Listed(title, columns, lambda _database, page: rows[page.offset : page.offset + page.limit])
