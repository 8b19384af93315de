"""The stable front: the three addresses that Galaxy's own upload script speaks to, answers as it reads them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse

from grt_platform.adapters.store import Store
from grt_platform.serving.received import ReceivedFile
from grt_platform.settings import settings
from grt_platform.systems.galaxy.serving.credentials import Uploader, uploader
from grt_platform.systems.galaxy.serving.instances import title_of
from grt_platform.systems.galaxy.serving.intake import Held, Report, accept, reports_held
from grt_platform.web.multipart import receive_parts
from grt_platform.web.sign_in import asks_itself

_MOST_IDENTIFIER_BYTES = 64
_NEVER_EXPORTED = ("__SET_METADATA__", "upload1")


def speak_as_before(request: Request) -> None:
    """Adds to every problem of these addresses the two members that the old service answered with."""
    request.state.problem_members = lambda detail: {"state": "error", "message": detail}


router = APIRouter(prefix="/api", tags=["galaxy: upload"], dependencies=[Depends(speak_as_before)])
Asking = Annotated[Uploader, Depends(uploader)]


@router.post("/whoami", summary="Who am I, and which of my reports are held")
@asks_itself("an instance's key")
def whoami(request: Request, asking: Asking) -> dict[str, Any]:
    """The instance's title and every report of it that is held whole.

    A client sends what is not in this list. So the list names a report from the moment both its files are in the raw
    store, whatever became of it there: what was refused (any answer but 2xx) was never stored and comes again with the
    next run; what is stored but was rejected while loading would be rejected again, byte for byte, and is not asked
    for again. A corrected report under the same name can be sent at any time and becomes a new version.
    """
    state = request.app.state
    return {
        "galaxy": title_of(state.warehouse, asking.instance_id),
        "uploaded_reports": reports_held(state.stores["raw"], asking.instance_id),
    }


@router.post(
    "/v2/upload",
    summary="Send one report",
    openapi_extra={
        "requestBody": {
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["identifier", "meta", "data"],
                        "properties": {
                            "identifier": {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"},
                            "meta": {"type": "string", "format": "binary", "description": "Its metadata, JSON"},
                            "data": {"type": "string", "format": "binary", "description": "Its archive, tar.gz"},
                        },
                    }
                }
            }
        }
    },
)
@asks_itself("an instance's key")
async def upload(request: Request, asking: Asking) -> dict[str, Any]:
    """Takes a report: `identifier`, `meta` (JSON) and `data` (tar.gz), both whole and of the declared hash.

    2xx means that the report is held for ever; the same report again changes nothing. Any other answer means that
    it is not held, and is to be sent again.
    """
    limits = {
        "identifier": _MOST_IDENTIFIER_BYTES,
        "meta": settings().galaxy_max_metadata_bytes,
        "data": settings().galaxy_max_archive_bytes,
    }
    with TemporaryDirectory(prefix="upload-", dir=request.app.state.incoming) as folder:
        parts = await receive_parts(request, Path(folder), limits)
        held = await run_in_threadpool(_accepted, request, asking.instance_id, parts)
    return {"state": "success", "report": held.name, "is_new": held.is_new}


@router.post("/conf.yml", summary="The configuration file of Galaxy's export and upload scripts")
@asks_itself("an instance's key")
def configuration(request: Request, asking: Asking) -> PlainTextResponse:
    """A `grt.yml` with the id and the key that were sent, and the address of this service."""
    base = settings().web_url or str(request.base_url)
    lines = (
        "grt:",
        f"    instance_id: {json.dumps(asking.instance_id)}",
        f"    api_key: {json.dumps(asking.key)}",
        f"    url: {json.dumps(base.rstrip('/') + '/galaxy/')}",
        "sanitization:",
        "    tools:",
        *(f"        - {tool}" for tool in _NEVER_EXPORTED),
    )
    return PlainTextResponse("\n".join(lines) + "\n", HTTPStatus.OK, media_type="application/yaml")


def _accepted(request: Request, instance_id: str, parts: Mapping[str, ReceivedFile]) -> Held:
    identifier = parts["identifier"].path.read_bytes().decode("ascii", "replace")
    store: Store = request.app.state.stores["raw"]
    return accept(store, instance_id, Report(identifier, parts["data"], parts["meta"]), datetime.now(UTC))
