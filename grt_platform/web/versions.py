"""Versions and uploads as the HTTP API tells them."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Query
from pydantic import BaseModel, Field

from grt_platform.adapters.uploads import SignedPut
from grt_platform.kernel.versions import ObjectVersion, State

Name = Annotated[str, Query(min_length=1, max_length=1024, description="Name of the object")]


class Version(BaseModel):
    """One version of an object; its bytes never change."""

    version_id: str = Field(description="Pins these bytes; also the id of the upload they came by")
    project: str
    name: str
    size_bytes: int
    sha256: str | None = Field(description="Hash of the bytes; certain once stored")
    md5: str | None
    state: State
    reason: str | None = Field(description="Why it is neither pending nor stored")
    created_by: str
    created_at: datetime
    stored_at: datetime | None

    @classmethod
    def of(cls, version: ObjectVersion) -> Self:
        """The same as our code knows it."""
        return cls.model_validate(version, from_attributes=True)


class Put(BaseModel):
    """A signed URL: PUT exactly the promised bytes to it, with exactly these headers and Content-Length."""

    url: str
    headers: dict[str, str]
    expires_at: datetime
    number: int | None = Field(None, description="The part it is for")

    @classmethod
    def of(cls, put: SignedPut) -> Self:
        """The same as our code knows it."""
        return cls.model_validate(put, from_attributes=True)


class Part(BaseModel):
    """One part of an upload."""

    number: int = Field(ge=1, le=10_000, description="Place in the whole, from 1")
    size_bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Hash of the part")


class Upload(Version):
    """An upload and how its bytes come in."""

    expires_at: datetime = Field(description="When it ends by itself unless somebody goes on with it")
    part_bytes: int | None = Field(description="Size of every part but the last; none: it comes in one PUT")
    parts_count: int
    put: Put | None = Field(None, description="For an upload in one PUT")
    parts: list[Part] = Field([], description="The parts that have come")


class Versions(BaseModel):
    """A page of objects or versions."""

    items: list[Version]
    after: str | None = Field(None, description="Ask with this for the next page; none: this was the last")
