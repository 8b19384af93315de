"""What came in, over HTTP and for administrators: the ledger of dumps, lines in quarantine, what is to be reported."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request

from grt_platform.serving.output import plain
from grt_platform.systems.lustre.serving import queries
from grt_platform.web.access import PLAIN
from grt_platform.web.paging import Paging, paged

router = APIRouter(tags=["lustre"])
Status = Literal["loaded", "duplicate", "replaced", "rejected"]


@router.get("/ledger", summary="Every dump ever received and what became of it")
def ledger(
    request: Request,
    paging: Paging,
    status: Annotated[Status | None, Query(description="Only dumps of this status")] = None,
) -> dict[str, Any]:
    """In the order of reception; dumps that nobody has taken yet are in the plan."""
    rows = queries.ledger(request.app.state.warehouse, status, paging.more())
    return paged(request, [{name: plain(value) for name, value in row.items()} for row in rows], paging)


@router.get("/quarantine", summary="Lines that could not be loaded")
def quarantine(
    request: Request,
    paging: Paging,
    source: Annotated[str | None, Query(max_length=1024, pattern=PLAIN, description="Only lines of this dump")] = None,
) -> dict[str, Any]:
    r"""Where, which line, why, and its bytes: UTF-8, others as `\xNN`."""
    rows = queries.quarantine(request.app.state.warehouse, source, paging.more())
    return paged(request, [{name: plain(value) for name, value in row.items()} for row in rows], paging)


@router.get("/plan", summary="What would be reported on a day, and why")
def plan(
    request: Request,
    today: Annotated[date | None, Query(description="The day; today (UTC) without")] = None,
    full_set: Annotated[
        bool | None, Query(description="By the rule of the old manager or volume by volume; as set without")
    ] = None,
) -> dict[str, Any]:
    """Each day that is looked at, from the newest back, and what is done with it."""
    from grt_platform.systems.lustre.serving.planning import is_strict, planned

    strict = is_strict() if full_set is None else full_set
    day = today or datetime.now(UTC).date()
    lines = planned(request.app.state.warehouse, request.app.state.stores["raw"], day, is_strict=strict)
    return {"items": [{name: plain(value) for name, value in line.items()} for line in lines]}
