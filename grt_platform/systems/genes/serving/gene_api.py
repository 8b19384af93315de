"""Genes over HTTP: of one upload, by what they are called or made of, or searched in all that one may see."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Role
from grt_platform.systems.genes.serving import queries
from grt_platform.systems.genes.serving.access import UploadId, allowed_upload
from grt_platform.systems.genes.serving.queries import GeneFilter, Row
from grt_platform.web.access import Asking, allow, nothing_here
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import signed_in

router = APIRouter(tags=["genes: genes"])
_PLAIN = r"^[^\x00]*$"
_Text = Annotated[str | None, Query(max_length=1024, pattern=_PLAIN)]
_MOST_SENT = 1000
_FIRST_JOB = "00000000-0000-0000-0000-000000000000"


def gene_filter(
    name: Annotated[str | None, Query(max_length=1024, pattern=_PLAIN, description="First word of the header")] = None,
    prefix: Annotated[str | None, Query(max_length=1024, pattern=_PLAIN, description="How that begins")] = None,
    digest: Annotated[str | None, Query(max_length=64, pattern=_PLAIN, description="GA4GH digest, SQ. ...")] = None,
    min_length: Annotated[int | None, Query(ge=0, le=2**62, description="Least letters")] = None,
    max_length: Annotated[int | None, Query(ge=0, le=2**62, description="Most letters")] = None,
) -> GeneFilter:
    """Which genes were asked for; what is left out leaves a thing open."""
    return GeneFilter(name, prefix, digest, min_length, max_length)


Wanted = Annotated[GeneFilter, Depends(gene_filter)]
Limit = Annotated[int, Query(ge=1, le=_MOST_SENT, description="Genes of the page")]


@router.get("/uploads/{upload_id}/genes", summary="Genes of an upload, a page at a time")
@signed_in
def genes(
    request: Request,
    asking: Asking,
    *,
    upload_id: UploadId,
    wanted: Wanted,
    after: Annotated[int, Query(ge=0, le=2**62, description="Ordinal of the last gene of the page before")] = 0,
    limit: Limit = 100,
) -> dict[str, Any]:
    """In the order of the file; `sequence` is null for long ones, which `/genes/{ordinal}/sequence` streams."""
    job_id = parsed_job(request, asking, upload_id)
    rows = queries.genes(request.app.state.warehouse, job_id, wanted, after, limit + 1)
    return {"items": rows[:limit], "after": rows[limit - 1]["ordinal"] if len(rows) > limit else None}


@router.get(
    "/uploads/{upload_id}/genes.{form}", summary="Genes of an upload, all of them", response_class=StreamingResponse
)
@signed_in
def download(
    request: Request,
    asking: Asking,
    *,
    upload_id: UploadId,
    form: Literal["json", "fasta", "csv", "parquet"],
    wanted: Wanted,
) -> StreamingResponse:
    """Streamed with all their letters; in Parquet a row for each piece of 1,048,576 letters."""
    from grt_platform.systems.genes.serving.streams import FORMS, stream

    job_id = parsed_job(request, asking, upload_id)
    rows = queries.all_genes(request.app.state.warehouse, job_id, wanted)
    letters = partial(_letters, request.app.state.stores["lake"], job_id)
    name = quote(f"genes-{job_id}.{form}")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(stream(form, rows, letters), media_type=FORMS[form], headers=headers)


@router.get(
    "/uploads/{upload_id}/genes/{ordinal}/sequence",
    summary="The letters of a gene, or a region of them",
    response_class=StreamingResponse,
)
@signed_in
def sequence(
    request: Request,
    asking: Asking,
    *,
    upload_id: UploadId,
    ordinal: int,
    start: Annotated[int, Query(ge=1, le=2**62, description="First letter, from 1")] = 1,
    end: Annotated[int | None, Query(ge=1, le=2**62, description="Last letter, itself included")] = None,
) -> StreamingResponse:
    """Plain text without line ends."""
    job_id = parsed_job(request, asking, upload_id)
    rows = queries.genes(request.app.state.warehouse, job_id, GeneFilter(), ordinal - 1, 1)
    if not rows or rows[0]["ordinal"] != ordinal:
        raise nothing_here()
    last = rows[0]["length"] if end is None else min(end, rows[0]["length"])
    if last < start - 1:
        raise BadInputError(f"gene {ordinal} has {rows[0]['length']} letters; there are none from {start} to {last}")
    letters = region(request.app.state.stores["lake"], job_id, rows[0], start - 1, last)
    return StreamingResponse((part.encode() for part in letters), media_type="text/plain; charset=us-ascii")


@router.get("/search", summary="Genes of all uploads that I may see")
@signed_in
def search(
    request: Request,
    asking: Asking,
    *,
    wanted: Wanted,
    project: Annotated[str | None, Query(description="Only of this project")] = None,
    after: Annotated[str, Query(max_length=64, description="`after` of the page before")] = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """By job and ordinal, without letters; say a name, a prefix or a digest."""
    if wanted.name is None and wanted.prefix is None and wanted.digest is None:
        raise BadInputError("say what to search: `name`, `prefix` or `digest`")
    if project is not None:
        allow(asking, project, Role.READ)
    everywhere = asking.is_admin or asking.everywhere is not None
    projects = [project] if project is not None else None if everywhere else list(asking.roles)
    rows = queries.found(request.app.state.warehouse, projects, wanted, _mark(after), limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return {"items": rows[:limit], "after": f"{last['job_id']}~{last['ordinal']}" if last else None}


def parsed_job(request: Request, asking: Asking, upload_id: str) -> str:
    """The job that has parsed the upload.

    Raises:
        ProblemError: 404 for an upload that is not there or nobody's business, 409 while it is not parsed.
    """
    row = allowed_upload(request, asking, upload_id, Role.READ)
    if row.job_id is None or queries.parse(request.app.state.warehouse, row.job_id) is None:
        detail = f"Upload {row.upload_id} has no genes yet; GET /genes/uploads/{row.upload_id} tells where it stands."
        raise ProblemError(HTTPStatus.CONFLICT, detail)
    return row.job_id


def _letters(lake: Store, job_id: str, row: Row) -> Iterator[str]:
    if row["sequence"] is not None:
        yield row["sequence"]
        return
    from grt_platform.systems.genes.serving.letters import pieces

    yield from pieces(lake, job_id, row["ordinal"])


def region(lake: Store, job_id: str, row: Row, start: int, end: int) -> Iterator[str]:
    """The letters of a gene from the 0-based letter `start` to `end`, which is not in it, piece by piece."""
    if row["sequence"] is not None:
        yield row["sequence"][start:end]
        return
    from grt_platform.systems.genes.serving.letters import pieces

    left = end - start
    for piece in pieces(lake, job_id, row["ordinal"], start):
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def _mark(text: str) -> tuple[str, int]:
    job_id, _, ordinal = text.partition("~")
    try:
        return (str(UUID(job_id)), int(ordinal)) if text else (_FIRST_JOB, 0)
    except ValueError:
        raise BadInputError("`after` is not one of an earlier answer; leave it out to begin") from None
