"""The room of projects, over HTTP."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.adapters.quotas import Room, room_of, set_room
from grt_platform.settings import settings
from grt_platform.web.access import Asking
from grt_platform.web.audit import audited
from grt_platform.web.inside import Managing, Reading
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/projects/{project}/quota", tags=["objects"])


class NewQuota(BaseModel):
    """What a project may hold."""

    model_config = ConfigDict(extra="forbid")

    limit_bytes: int | None = Field(None, ge=0, description="Most bytes; none: the platform's usual limit")
    suffixes: list[str] = Field([], max_length=100, description="Endings that names of new objects may have; none: all")


@router.get("", summary="How much room a project has")
@signed_in
def shown(request: Request, project: Reading) -> Room:
    """The limit, and what counts against it: stored versions, deleted objects' too, and uploads under way."""
    return room_of(request.app.state.warehouse, project, settings().objects_quota_bytes)


@router.put("", summary="Give a project another limit")
def changed(request: Request, asking: Asking, project: Managing, new: NewQuota) -> Room:
    """What is over a lower limit stays; nothing new comes in before there is room."""
    with audited(request, asking, "quota.set", str(new.limit_bytes), project) as database:
        set_room(database, project, new.limit_bytes, new.suffixes)
    return room_of(request.app.state.warehouse, project, settings().objects_quota_bytes)
