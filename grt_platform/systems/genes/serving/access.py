"""Which upload a request is about, once whoever asks may know of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request

from grt_platform.kernel.identity import Principal, Role
from grt_platform.systems.genes import registry
from grt_platform.systems.genes.registry import UploadRow
from grt_platform.web.access import allow, nothing_here

UploadId = Annotated[str, Path(description="The upload, or the job that parses it", max_length=64)]


def allowed_upload(request: Request, asking: Principal, upload_id: str, role: Role) -> UploadRow:
    """The upload.

    Raises:
        ProblemError: 404 for one that is not there or nobody's business, 403 for too low a role.
    """
    try:
        wanted = str(UUID(upload_id))
    except ValueError:
        raise nothing_here() from None
    row = registry.find(request.app.state.warehouse, wanted)
    if row is None:
        raise nothing_here()
    allow(asking, row.project, role)
    return row
