"""The objects of projects, over HTTP: listed, told, downloaded by signed URL, deleted, restored, purged."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.adapters.objects import MOST_LISTED, Objects
from grt_platform.web.access import Asking
from grt_platform.web.audit import audit, audited
from grt_platform.web.inside import Editing, Managing, Reading
from grt_platform.web.sign_in import signed_in
from grt_platform.web.versions import Name, Version, Versions

router = APIRouter(prefix="/projects/{project}", tags=["objects"])
_EXPIRES_S = 900
ObjectName = Annotated[str, Path(description="Name of the object")]


class Download(Version):
    """A version and a signed URL for its bytes."""

    url: str = Field(description="GET it, whole or by Range, without credentials")
    expires_at: datetime


class Restoration(BaseModel):
    """What shall be there again."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=1024)
    version_id: str = Field("", description="The version to make current; empty: the one that was")


class Purge(BaseModel):
    """What shall be gone for good."""

    model_config = ConfigDict(extra="forbid")

    version_id: str


@router.get("/objects", summary="The objects of a project")
@signed_in
def listed(
    request: Request,
    project: Reading,
    prefix: Annotated[str, Query(max_length=1024, description="Only names that begin so")] = "",
    after: Annotated[str, Query(max_length=1024, description="Only names behind this one")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = MOST_LISTED,
    *,
    deleted: Annotated[bool, Query(description="Those that were deleted, instead")] = False,
) -> Versions:
    """The current version of each, by name; `after` of the answer asks for the next page."""
    found = _objects(request).list(project, prefix=prefix, after=after, limit=limit + 1, deleted=deleted)
    page = found[:limit]
    return Versions(items=[Version.of(each) for each in page], after=page[-1].name if len(found) > limit else None)


@router.get("/objects/{name:path}", summary="One object")
@signed_in
def shown(request: Request, project: Reading, name: ObjectName) -> Version:
    """Its current version."""
    return Version.of(_objects(request).current(project, name))


@router.delete("/objects/{name:path}", summary="Delete an object; it can be restored")
@signed_in
def delete(request: Request, asking: Asking, project: Editing, name: ObjectName) -> Version:
    """It is listed no more; all its versions stay, and still count. Again, the same."""
    with audited(request, asking, "object.delete", name, project) as database:
        objects = Objects(database, _objects(request).store)
        return Version.of(objects.delete(project, name, by=asking.user_id, now=datetime.now(UTC)))


@router.get("/object-versions", summary="Every version of an object")
@signed_in
def versions(request: Request, project: Reading, name: Name) -> Versions:
    """The newest first, uploads under way and ended ones included; deleted objects have theirs too."""
    return Versions(items=[Version.of(each) for each in _objects(request).versions(project, name)])


@router.get("/downloads", summary="A signed URL for the bytes of an object")
@signed_in
def download(
    request: Request,
    asking: Asking,
    project: Reading,
    *,
    name: Annotated[str, Query(max_length=1024, description="Name of the object")] = "",
    version_id: Annotated[str, Query(description="This version instead of the current one")] = "",
    expires_s: Annotated[int, Query(ge=1, le=3600, description="Seconds the URL lives")] = _EXPIRES_S,
) -> Download:
    """For the current version of `name`, or for the version `version_id`, deleted objects included."""
    objects, now = _objects(request), datetime.now(UTC)
    version = objects.pin(project, name, version_id)
    signed = objects.download_url(version, expires_s=expires_s)
    expires_at = now + timedelta(seconds=expires_s)
    audit(request, asking, "object.download", version.version_id, project)
    return Download(**Version.of(version).model_dump(), url=signed, expires_at=expires_at)


@router.post("/restorations", summary="Restore an object, or make an older version current")
@signed_in
def restore(request: Request, asking: Asking, project: Editing, wanted: Restoration) -> Version:
    """The version that is current now."""
    with audited(request, asking, "object.restore", wanted.name, project) as database:
        objects = Objects(database, _objects(request).store)
        return Version.of(objects.restore(project, wanted.name, version_id=wanted.version_id))


@router.post("/purges", summary="Remove the bytes of a version for good")
@signed_in
def purge(request: Request, asking: Asking, project: Managing, wanted: Purge) -> Version:
    """They are gone and their room is free; what stays is that there was such a version."""
    purged = _objects(request).purge(project, wanted.version_id, by=asking.user_id)
    audit(request, asking, "object.purge", wanted.version_id, project)
    return Version.of(purged)


def _objects(request: Request) -> Objects:
    objects: Objects = request.app.state.objects
    return objects
