"""Uploads into projects, over HTTP: ask, send by signed URLs, announce."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.adapters.objects import Objects
from grt_platform.adapters.uploads import Uploads
from grt_platform.kernel.versions import MAX_PART_BYTES, MIN_PART_BYTES, ObjectVersion, PartPromise, Promise
from grt_platform.web.access import Asking
from grt_platform.web.audit import audit
from grt_platform.web.inside import Querying
from grt_platform.web.sign_in import signed_in
from grt_platform.web.versions import Part, Put, Upload, Version

router = APIRouter(prefix="/projects/{project}/uploads", tags=["uploads"])
_WAIT_S = 20.0
_ASK_AGAIN_S = 2
_MOST_PARTS_AT_ONCE = 100
VersionId = Annotated[str, Path(description="The upload")]


class NewUpload(BaseModel):
    """What will come; other bytes are refused."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=1024, description="Name of the object it becomes a version of")
    size_bytes: int = Field(ge=0)
    sha256: str | None = Field(
        None, pattern="^[0-9a-f]{64}$", description="Hash of the bytes; of parts it may follow with the announcement"
    )
    md5: str | None = Field(None, pattern="^[0-9a-f]{32}$", description="MD5 of the bytes, if that is all you have")
    part_bytes: int | None = Field(
        None, ge=MIN_PART_BYTES, le=MAX_PART_BYTES, description="Size of parts; none: one PUT as far as 5 GiB"
    )


class Announcement(BaseModel):
    """The bytes are there."""

    model_config = ConfigDict(extra="forbid")

    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="Hash of the whole, if not promised before")


@router.post("", status_code=HTTPStatus.CREATED, summary="Ask for an upload")
@signed_in
def create(request: Request, asking: Asking, project: Querying, new: NewUpload) -> Upload:
    """Takes the room for it and answers with the signed URL for its bytes, or with the size of its parts."""
    uploads = _uploads(request)
    promise = Promise(new.size_bytes, new.sha256, new.md5)
    now = datetime.now(UTC)
    version = uploads.create(project, new.name, promise, by=asking.user_id, now=now, part_bytes=new.part_bytes)
    audit(request, asking, "upload.create", version.version_id, project)
    return _told(version, put=_put(uploads, version) if version.part_bytes is None else None)


@router.get("", summary="Uploads under way")
@signed_in
def listed(request: Request, project: Querying) -> list[Upload]:
    """Those that are neither announced nor ended, the oldest first."""
    return [_told(version) for version in _uploads(request).pending(project)]


@router.get("/{version_id}", summary="One upload, with the parts that have come")
@signed_in
def shown(request: Request, project: Querying, version_id: VersionId) -> Upload:
    """Its state in whatever way it went; send the parts that are missing to resume it."""
    version = _version(request, project, version_id)
    here = [Part.model_validate(part, from_attributes=True) for part in _uploads(request).parts(version)]
    return _told(version, parts=here)


@router.post("/{version_id}/url", summary="Another URL for the same bytes")
@signed_in
def url(request: Request, project: Querying, version_id: VersionId) -> Put:
    """For an upload in one PUT whose URL has expired."""
    return _put(_uploads(request), _version(request, project, version_id))


@router.post("/{version_id}/parts", summary="URLs for parts")
@signed_in
def part_urls(
    request: Request,
    project: Querying,
    version_id: VersionId,
    parts: Annotated[list[Part], Body(min_length=1, max_length=_MOST_PARTS_AT_ONCE)],
) -> list[Put]:
    """One for each part; a part keeps the hash it was first promised with."""
    promised = [PartPromise(part.number, part.size_bytes, part.sha256) for part in parts]
    version = _version(request, project, version_id)
    return [Put.of(each) for each in _uploads(request).part_urls(version, promised, now=datetime.now(UTC))]


@router.post(
    "/{version_id}/complete",
    summary="Announce that the bytes are there",
    responses={202: {"model": Version, "description": "Still being checked: announce again"}},
)
@signed_in
def complete(
    request: Request,
    response: Response,
    asking: Asking,
    project: Querying,
    version_id: VersionId,
    *,
    announced: Announcement | None = None,
) -> Version:
    """200 with the stored version, the same for every announcement; 409 before all bytes are there.

    202 with Retry-After while a large file is still being checked; announce again until it is done.
    """
    sha256 = announced.sha256 if announced else None
    stored = request.app.state.announcements.outcome(project, version_id, sha256, wait_s=_WAIT_S)
    if stored is not None:
        audit(request, asking, "upload.complete", version_id, project)
    else:
        response.status_code = HTTPStatus.ACCEPTED
        response.headers["Retry-After"] = str(_ASK_AGAIN_S)
        stored = _version(request, project, version_id)
    return Version.of(stored)


@router.delete("/{version_id}", summary="Abort an upload")
@signed_in
def abort(request: Request, asking: Asking, project: Querying, version_id: VersionId) -> Version:
    """Nothing of it is kept and its room is free; again, the same."""
    ended = _uploads(request).abort(project, version_id)
    audit(request, asking, "upload.abort", version_id, project)
    return Version.of(ended)


def _put(uploads: Uploads, version: ObjectVersion) -> Put:
    return Put.of(uploads.put_url(version, now=datetime.now(UTC)))


def _told(version: ObjectVersion, *, put: Put | None = None, parts: list[Part] | None = None) -> Upload:
    said = Upload.model_validate(version, from_attributes=True)
    return said.model_copy(update={"put": put, "parts": parts or []})


def _version(request: Request, project: str, version_id: str) -> ObjectVersion:
    objects: Objects = request.app.state.objects
    return objects.version(project, version_id)


def _uploads(request: Request) -> Uploads:
    uploads: Uploads = request.app.state.uploads
    return uploads
