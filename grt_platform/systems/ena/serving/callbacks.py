"""Where machines report: one address, a token for each batch and attempt that is good for one report."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grt_platform.settings import settings
from grt_platform.systems.ena.logic.stages import Taxon
from grt_platform.systems.ena.register import Heard, Register, Report
from grt_platform.systems.ena.tracker import Tracker
from grt_platform.web.bodies import allow_body
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import asks_itself, refuse_unless

MOST_BYTES = 64 * 1024
router = APIRouter(tags=["ena: machines"])


class Told(BaseModel):
    """What a machine reports."""

    model_config = ConfigDict(extra="forbid", strict=True)

    batch_id: str = Field(pattern=r"^t[1-9][0-9]{0,9}-[0-9a-f]{16}$", description="The batch it fetched")
    status: Literal["ready", "error"] = Field(description="ready or error")
    error: str = Field("", max_length=4000, description="What went wrong")


@router.post("/callbacks", status_code=HTTPStatus.NO_CONTENT, summary="A machine reports that it is ready or failed")
@asks_itself("a machine's token")
async def report(request: Request) -> Response:
    """Takes the first report of a batch's attempt; forged ones and those about nothing known are answered alike."""
    allow_body(request, MOST_BYTES)
    body = await request.body()
    return await run_in_threadpool(_hear, request, body)


def _hear(request: Request, body: bytes) -> Response:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    refuse_unless(request, credentials_are_good=scheme.lower() == "bearer" and bool(token), scheme="Bearer")
    told = _read(body)
    database, now = request.app.state.warehouse, datetime.now(UTC)
    key = settings().signing_key.get_secret_value().encode()
    machine = Report(told.batch_id, is_ready=told.status == "ready", error=_one_line(told.error))
    heard = Register(database).hear(machine, token.strip(), key, now) if key else Heard.UNKNOWN
    refuse_unless(request, credentials_are_good=heard != Heard.UNKNOWN, scheme="Bearer")
    if heard == Heard.REPLAYED:
        raise ProblemError(HTTPStatus.CONFLICT, "This batch has reported already; nothing was changed.")
    if heard == Heard.LATE:
        raise ProblemError(HTTPStatus.GONE, "The time for this report is over; nothing was changed.")
    taxon = int(told.batch_id[1:].partition("-")[0])
    tracker = Tracker(database)
    if machine.is_ready and tracker.find(taxon) is not None:
        tracker.change(taxon, Taxon.ready, now)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _read(body: bytes) -> Told:
    try:
        return Told.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{where}: {first['msg']}") from error


def _one_line(text: str) -> str:
    """The words of a machine, without what could pretend to be another line; never blank for an error."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or "the machine gave no reason"
