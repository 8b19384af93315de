"""Project versions over HTTP: name the present objects, list names, rename, delete; each lists object versions."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.systems.variants import checkpoints
from grt_platform.systems.variants.checkpoints import Checkpoint
from grt_platform.web.access import PLAIN, Asking
from grt_platform.web.audit import audited
from grt_platform.web.inside import Editing, Querying, Reading
from grt_platform.web.sign_in import signed_in
from grt_platform.web.versions import Version

router = APIRouter(prefix="/projects/{project}/versions", tags=["variants: project versions"])
Name = Annotated[str, Path(max_length=200, pattern=PLAIN, description="Name of the project version")]


class NewVersion(BaseModel):
    """How the present objects shall be called together."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200, description="Never used before in this project")
    description: str = Field("", max_length=1000)


class Change(BaseModel):
    """What shall be different; what a project version lists never changes."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=1000)


@router.get("", summary="Project versions, the newest first")
@signed_in
def listed(
    request: Request,
    project: Reading,
    *,
    deleted: Annotated[bool, Query(description="Deleted ones, too")] = False,
) -> list[dict[str, Any]]:
    """Names, who gave them and when, how many objects they list."""
    found = checkpoints.listing(request.app.state.warehouse, project, with_deleted=deleted)
    return [_told(one) for one in found]


@router.post("", summary="Name the present objects", status_code=HTTPStatus.CREATED)
@signed_in
def add(request: Request, asking: Asking, project: Querying, new: NewVersion) -> dict[str, Any]:
    """Lists the current version of every object of the project; 409 for a name that was used before."""
    with audited(request, asking, "project_version.add", new.name[:100], project) as database:
        now = datetime.now(UTC)
        return _told(checkpoints.add(database, project, new.name, new.description, by=asking.name, now=now))


@router.get("/{name}", summary="One project version and what it lists")
@signed_in
def shown(request: Request, project: Reading, name: Name) -> dict[str, Any]:
    """`files` are object versions; download them by their ids. One that was purged since has no bytes."""
    database = request.app.state.warehouse
    found = checkpoints.find(database, project, name)
    return {**_told(found), "items": [Version.of(one) for one in checkpoints.objects_of(database, found)]}


@router.patch("/{name}", summary="Rename or describe a project version")
@signed_in
def change(request: Request, asking: Asking, project: Editing, name: Name, asked: Change) -> dict[str, Any]:
    """409 for a name that was used before."""
    with audited(request, asking, "project_version.change", name, project) as database:
        return _told(checkpoints.change(database, project, name, new_name=asked.name, description=asked.description))


@router.delete("/{name}", summary="Delete a project version")
@signed_in
def delete(request: Request, asking: Asking, project: Editing, name: Name) -> dict[str, Any]:
    """No object is touched; the name stays taken. Again, the same."""
    with audited(request, asking, "project_version.delete", name, project) as database:
        return _told(checkpoints.delete(database, project, name, now=datetime.now(UTC)))


def _told(found: Checkpoint) -> dict[str, Any]:
    names = ("name", "description", "created_by", "created_at", "deleted_at", "files")
    return {name: getattr(found, name) for name in names}
