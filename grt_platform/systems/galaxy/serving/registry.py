"""Addresses of the registry: the administrator names instances and gives them keys, everybody sees who takes part."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.systems.galaxy.serving import instances, queries
from grt_platform.web.paging import Paging, paged
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import public

router = APIRouter(prefix="/api/instances", tags=["galaxy: instances"])


class NewInstance(BaseModel):
    """A Galaxy server that shall upload."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=instances.MOST_TITLE, description="Name people see")
    url: str = Field("", max_length=instances.MOST_URL, description="Address of the server")
    description: str = Field("", max_length=instances.MOST_DESCRIPTION, description="What the server is for")
    instance_id: UUID | None = Field(None, description="Its id, where it has one; else a new one is made")


@router.post("", status_code=HTTPStatus.CREATED, summary="Register an instance; shows its key once")
def register(request: Request, new: NewInstance) -> dict[str, str]:
    """Makes an instance known and answers with its id and key; the key is kept as a hash only."""
    wanted = str(new.instance_id) if new.instance_id else None
    made = instances.register(request.app.state.warehouse, new.title, new.url, new.description, wanted)
    return {"instance_id": made.instance_id, "key": made.key}


@router.post("/{instance_id}/rotate-key", summary="Give an instance a new key; shows it once")
def rotate_key(request: Request, instance_id: Annotated[UUID, Path()]) -> dict[str, str]:
    """Answers with the new key; the old one stops working with this answer."""
    if queries.instance_activity(request.app.state.warehouse, str(instance_id)) is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"No instance {instance_id} is registered; register it first.")
    made = instances.rotate_key(request.app.state.warehouse, str(instance_id))
    return {"instance_id": made.instance_id, "key": made.key}


@router.get("", summary="All instances and what they do")
@public
def listed(request: Request, paging: Paging) -> dict[str, Any]:
    """Title, address and activity of every registered instance, the busiest first."""
    return paged(request, queries.instances(request.app.state.warehouse, paging.more()), paging)
