"""The pages of one upload of genes: how far it is, what came out, its genes, one of them, downloads, purge."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from grt_platform.adapters.database import Database
from grt_platform.adapters.objects import Objects
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Principal, Role
from grt_platform.serving.page import Page, Row
from grt_platform.systems.genes.registry import UploadRow
from grt_platform.systems.genes.serving import page_queries, queries, upload_api
from grt_platform.systems.genes.serving.access import UploadId, allowed_upload
from grt_platform.systems.genes.serving.gene_api import parsed_job, region
from grt_platform.systems.genes.serving.page_parts import HOME, gene_columns, gene_filter, pages
from grt_platform.systems.genes.serving.queries import GeneFilter
from grt_platform.web import jobs, shown
from grt_platform.web.access import Asking, nothing_here
from grt_platform.web.job_pages import ways
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/uploads/{upload_id}")
Wanted = Annotated[GeneFilter, Depends(gene_filter)]
_Ordinal = Annotated[int, Path(ge=1, le=2**62)]
_Position = Annotated[int, Field(ge=1, le=2**62)] | Literal[""]
_FORMS = ("fasta", "csv", "json", "parquet")
_LETTERS = 6000
_LINE = 60
_QUARANTINE = (
    Col("line_number", "Line", shown.number, is_number=True),
    Col("reason", "Why", is_long=True),
    Col("raw", "What stood there", lambda raw: bytes(raw).decode("utf-8", "backslashreplace")[:200], is_long=True),
)


@router.get("")
@signed_in
def upload(request: Request, asking: Asking, view: View, upload_id: UploadId, wanted: Wanted) -> Response:
    """How far an upload is; once it is parsed its genes, chosen by name, length or digest."""
    row = allowed_upload(request, asking, upload_id, Role.READ)
    job, objects = upload_api.job_of(request, row), _objects(request)
    parse = queries.parse(request.app.state.warehouse, row.job_id) if row.job_id else None
    chosen = _given(wanted)
    known: dict[str, Any] = {
        "upload": row,
        "version": objects.version(row.project, row.upload_id),
        "job": jobs.job_json(job) if job else None,
        "parse": parse,
        "wanted": wanted,
        "downloads": [
            (form, f"/genes/uploads/{row.upload_id}/genes.{form}{chosen and '?' + urlencode(chosen)}")
            for form in _FORMS
        ],
        "may_purge": asking.role_in(row.project) is Role.MANAGE and (job is None or job.state.is_ended),
        **(ways(asking, job.project, job.user_name, job.state) if job else _NO_JOB),
    }
    return view.answer(pages, "upload.html", _tables(row, wanted), **known)


@router.get("/genes/{ordinal}")
@signed_in
def gene(
    request: Request,
    asking: Asking,
    upload_id: UploadId,
    ordinal: _Ordinal,
    *,
    start: _Position = "",
    end: _Position = "",
) -> Response:
    """One gene with its letters, or a region of them; of long ones the first some thousand."""
    job_id = parsed_job(request, asking, upload_id)
    rows = queries.genes(request.app.state.warehouse, job_id, GeneFilter(), ordinal - 1, 1)
    if not rows or rows[0]["ordinal"] != ordinal:
        raise nothing_here()
    first, last = start or 1, min(end or rows[0]["length"], rows[0]["length"])
    if last < first - 1:
        raise BadInputError(f"Record {ordinal} has {rows[0]['length']} letters; there are none from {first} to {last}")
    told = min(last, first - 1 + _LETTERS)
    letters = "".join(region(request.app.state.stores["lake"], job_id, rows[0], first - 1, told))
    return pages(
        request,
        "gene.html",
        gene=rows[0],
        upload=allowed_upload(request, asking, upload_id, Role.READ),
        lines=[(first + at, letters[at : at + _LINE]) for at in range(0, len(letters), _LINE)],
        start=first,
        end=last,
        told=told,
    )


@router.get("/result")
@signed_in
def result(request: Request, asking: Asking, upload_id: UploadId) -> Response:
    """Leads to the JSON result by a signed address of a few minutes."""
    row = allowed_upload(request, asking, upload_id, Role.READ)
    job = upload_api.job_of(request, row)
    there = upload_api.result_of(request, job) if job else None
    if there is None:
        raise nothing_here()
    return RedirectResponse(str(there["url"]), HTTPStatus.SEE_OTHER)


@router.post("/cancel")
@signed_in
def canceled(request: Request, asking: Asking, upload_id: UploadId) -> Response:
    """Its job is canceled, or will be as soon as its work hears of it."""
    row = _with_job(request, asking, upload_id)
    jobs.cancel(request, asking, str(row.job_id))
    return RedirectResponse(f"{HOME}/uploads/{row.upload_id}", HTTPStatus.SEE_OTHER)


@router.post("/retry")
@signed_in
def tried_again(request: Request, asking: Asking, upload_id: UploadId) -> Response:
    """Its job waits for another attempt."""
    row = _with_job(request, asking, upload_id)
    jobs.retry(request, asking, str(row.job_id))
    return RedirectResponse(f"{HOME}/uploads/{row.upload_id}", HTTPStatus.SEE_OTHER)


@router.post("/purge")
@signed_in
def purged(
    request: Request, asking: Asking, upload_id: UploadId, *, is_sure: Annotated[bool, Form()] = False
) -> Response:
    """The upload and all that came of it are gone for good, if the person said to be sure."""
    if not is_sure:
        raise BadInputError("Nothing was removed: mark that you are sure, for this cannot be undone")
    upload_api.purge(request, asking, upload_id)
    return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)


_NO_JOB = {"mark": "", "is_moving": True, "may_cancel": False, "may_retry": False}


def _tables(row: UploadRow, wanted: GeneFilter) -> dict[str, Listed]:
    if row.job_id is None:
        nothing = Listed("Genes", gene_columns(""), lambda _database, _page: [])
        return {"genes": nothing}
    job_id = row.job_id

    def aside(database: Database, page: Page) -> list[Row]:
        return page_queries.quarantined(database, job_id, page)

    genes = page_queries.GenesOf(job_id, wanted)
    columns = gene_columns(f"{HOME}/uploads/{row.upload_id}")
    return {
        "genes": Listed("Genes, in the order of the file", columns, genes, "No gene fits."),
        "quarantine": Listed("Records set aside", _QUARANTINE, aside, "None was."),
    }


def _given(wanted: GeneFilter) -> Mapping[str, Any]:
    """The filter as the addresses of the API take it."""
    named = {
        "name": wanted.name,
        "prefix": wanted.prefix,
        "digest": wanted.digest,
        "min_length": wanted.shortest,
        "max_length": wanted.longest,
    }
    return {name: value for name, value in named.items() if value is not None}


def _with_job(request: Request, asking: Principal, upload_id: str) -> UploadRow:
    row = allowed_upload(request, asking, upload_id, Role.READ)
    if row.job_id is None:
        raise nothing_here()
    return row


def _objects(request: Request) -> Objects:
    objects: Objects = request.app.state.objects
    return objects
