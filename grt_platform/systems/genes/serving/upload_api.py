"""Uploads of genes over HTTP: begin, announce, look, list, purge; every step may be repeated."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.adapters.accounts.projects import is_project
from grt_platform.adapters.job_board import JobBoard
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.uploads import Uploads
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Principal, Role
from grt_platform.kernel.job import Job, JobState
from grt_platform.kernel.versions import MAX_PART_BYTES, MIN_PART_BYTES, ObjectVersion, Promise, State
from grt_platform.settings import settings
from grt_platform.systems.genes import registry
from grt_platform.systems.genes.logic.options import AlphabetName, OnInvalid, OnRepeat, Options
from grt_platform.systems.genes.registry import UploadRow
from grt_platform.systems.genes.serving.access import UploadId, allowed_upload
from grt_platform.web.access import Asking, allow, nothing_here
from grt_platform.web.jobs import answer, job_json
from grt_platform.web.problems import ProblemError
from grt_platform.web.queue import refuse_if_closed
from grt_platform.web.sign_in import signed_in
from grt_platform.web.versions import Put

router = APIRouter(prefix="/uploads", tags=["genes: uploads"])
_WAIT_S, _ASK_AGAIN_S = 20.0, 2


class NewUpload(BaseModel):
    """What will come, and how it is to be read."""

    model_config = ConfigDict(extra="forbid")

    project: str = Field(description="The project it will belong to")
    file_name: str = Field(min_length=1, max_length=255, description="Ends in .fasta, .fa, .fna ... or .csv, maybe .gz")
    size_bytes: int = Field(ge=0)
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="Hash of the bytes")
    md5: str | None = Field(None, pattern="^[0-9a-f]{32}$", description="MD5, if that is all you have")
    part_bytes: int | None = Field(None, ge=MIN_PART_BYTES, le=MAX_PART_BYTES, description="Size of parts, if wanted")
    alphabet: AlphabetName = "any"
    on_invalid: OnInvalid = "fail"
    on_repeat: OnRepeat = "keep"


@router.post("", status_code=HTTPStatus.CREATED, summary="Begin an upload")
@signed_in
def create(request: Request, asking: Asking, new: NewUpload) -> dict[str, Any]:
    """Answers with the signed URL for the bytes, or the size of parts; PUT them, then announce.

    With the header Idempotency-Key the same request again is the same upload, with a fresh URL.
    """
    from grt_platform.systems.genes.logic.file_names import file_kind

    allow(asking, new.project, Role.QUERY)
    if not is_project(request.app.state.warehouse, new.project):
        raise nothing_here()
    file_kind(new.file_name)
    key = request.headers.get("Idempotency-Key")
    known = registry.find_by_key(request.app.state.warehouse, new.project, asking.user_id, key) if key else None
    return _told(request, known or _begin(request, asking, new, key))


@router.post("/{upload_id}/announce", summary="Announce that the bytes are there", status_code=HTTPStatus.ACCEPTED)
@signed_in
def announce(request: Request, asking: Asking, upload_id: UploadId) -> Response:
    """202 with the job that parses it, the same job however often it is announced; 409 before the bytes are there."""
    row = allowed_upload(request, asking, upload_id, Role.QUERY)
    stored = request.app.state.announcements.outcome(row.project, row.upload_id, None, wait_s=_WAIT_S)
    if stored is None:
        detail = {"upload_id": row.upload_id, "job_id": None, "state": "checking"}
        return JSONResponse(detail, HTTPStatus.ACCEPTED, {"Retry-After": str(_ASK_AGAIN_S)})
    if row.job_id is None:
        refuse_if_closed(request, asking)
    return answer(request, registry.submit(request.app.state.warehouse, row))


@router.get("", summary="Uploads of a project, the newest first")
@signed_in
def listed(
    request: Request,
    asking: Asking,
    project: Annotated[str, Query(description="The project")],
    before: Annotated[datetime | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """What was begun, and the state of each job."""
    allow(asking, project, Role.READ)
    rows = registry.newest(request.app.state.warehouse, project, before, limit + 1)
    items = [_brief(request, row) for row in rows[:limit]]
    return {"items": items, "next": rows[limit - 1].created_at.isoformat() if len(rows) > limit else None}


@router.get("/{upload_id}", summary="One upload: where it stands, and its result")
@signed_in
def shown(request: Request, asking: Asking, upload_id: UploadId) -> dict[str, Any]:
    """A fresh signed URL for the bytes while they have not come; for the JSON result once it is there."""
    return _told(request, allowed_upload(request, asking, upload_id, Role.READ), asking)


@router.delete("/{upload_id}", summary="Purge an upload and all that came of it", status_code=HTTPStatus.NO_CONTENT)
@signed_in
def purge(request: Request, asking: Asking, upload_id: UploadId) -> Response:
    """Its bytes, tables and result are gone for good; 409 while its job has not ended."""
    from grt_platform.systems.genes.serving.purging import purge_upload

    row = allowed_upload(request, asking, upload_id, Role.MANAGE)
    job = job_of(request, row)
    if job is not None and not job.state.is_ended:
        raise ProblemError(HTTPStatus.CONFLICT, f"Job {job.job_id} is {job.state}: cancel it first, then purge.")
    purge_upload(row, request.app.state.uploads, request.app.state.objects, by=asking.name)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _begin(request: Request, asking: Principal, new: NewUpload, key: str | None) -> UploadRow:
    uploads: Uploads = request.app.state.uploads
    now = datetime.now(UTC)
    options = Options(new.alphabet, new.on_invalid, new.on_repeat)
    promise = Promise(new.size_bytes, new.sha256, new.md5)
    version = uploads.create(new.project, new.file_name, promise, by=asking.user_id, now=now, part_bytes=new.part_bytes)
    row = UploadRow(
        version.version_id,
        new.project,
        new.file_name,
        options.alphabet,
        options.on_invalid,
        options.on_repeat,
        asking.user_id,
        asking.name,
        now,
        None,
        key,
    )
    if registry.add(request.app.state.warehouse, row):
        return row
    uploads.abort(new.project, version.version_id)
    known = registry.find_by_key(request.app.state.warehouse, new.project, asking.user_id, key or "")
    if known is None:
        raise BadInputError("this upload was purged a moment ago; begin another one")
    return known


def job_of(request: Request, row: UploadRow) -> Job | None:
    """The job that parses the upload; None until it is announced."""
    return JobBoard(request.app.state.warehouse).get(row.job_id) if row.job_id else None


def _brief(request: Request, row: UploadRow) -> dict[str, Any]:
    job = job_of(request, row)
    shown = ("upload_id", "project", "file_name", "alphabet", "on_invalid", "on_repeat", "created_at", "job_id")
    return {**{name: getattr(row, name) for name in shown}, "job_state": job.state if job else None}


def _told(request: Request, row: UploadRow, asking: Principal | None = None) -> dict[str, Any]:
    """Everything about an upload; a URL to PUT for whoever may upload, one to GET once there is a result."""
    objects: Objects = request.app.state.objects
    version, job = objects.version(row.project, row.upload_id), job_of(request, row)
    may_put = asking is None or (asking.role_in(row.project) or Role.READ) >= Role.QUERY
    return {
        **_brief(request, row),
        "state": version.state,
        "reason": version.reason,
        "size_bytes": version.size_bytes,
        "sha256": version.sha256,
        "part_bytes": version.part_bytes,
        "parts_count": version.parts_count,
        "put": _put(request, version) if may_put else None,
        "job": job_json(job) if job else None,
        "result": result_of(request, job) if job else None,
    }


def _put(request: Request, version: ObjectVersion) -> Put | None:
    if version.state is not State.PENDING or version.part_bytes is not None:
        return None
    uploads: Uploads = request.app.state.uploads
    return Put.of(uploads.put_url(version, now=datetime.now(UTC)))


def result_of(request: Request, job: Job) -> dict[str, Any] | None:
    """A signed URL of the JSON result; None while there is none."""
    if job.state is not JobState.COMPLETE or job.result is None:
        return None
    seconds = settings().genes_url_minutes * 60
    url = request.app.state.stores["products"].sign("GET", str(job.result["key"]), expires_s=seconds)
    return {"url": url, "expires_in_s": seconds, "size_bytes": job.result["size_bytes"]}
