"""ENA's part of the web door: everything below /ena. Who is signed in sees, administrators change."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from grt_platform.adapters.database import Database
from grt_platform.serving.handles import dagster_api
from grt_platform.serving.output import plain
from grt_platform.settings import settings
from grt_platform.systems.ena.logic.wanted import Wanted
from grt_platform.systems.ena.register import Register
from grt_platform.systems.ena.serving import callbacks, queries
from grt_platform.systems.ena.tracker import MOST_PRIORITY, Tracker
from grt_platform.web.access import Asking, nothing_here
from grt_platform.web.audit import audit, audited
from grt_platform.web.sign_in import signed_in

MOST_AT_ONCE = 10_000
router = APIRouter(prefix="/ena", tags=["ena"])
Taxon = Annotated[int, Path(ge=1, lt=2**31, description="NCBI taxon id")]


class NewTaxa(BaseModel):
    """Taxa that shall be tracked."""

    model_config = ConfigDict(extra="forbid")
    taxa: list[str] = Field(max_length=MOST_AT_ONCE, description="NCBI taxon ids, as text")


class Priority(BaseModel):
    """How early a taxon's turn comes."""

    model_config = ConfigDict(extra="forbid")
    priority: int = Field(ge=-1, le=MOST_PRIORITY, description="Higher goes first; -1 stops the taxon")


class Rules(BaseModel):
    """What a taxon's runs must have."""

    model_config = ConfigDict(extra="forbid")
    genome_size: int | None = Field(None, ge=1, description="Bases of one genome; null turns the rule of depth off")
    min_depth: float | None = Field(None, gt=0, description="Times the genome must be covered; null turns it off too")
    max_run_bytes: int | None = Field(None, ge=0, description="Most bytes of one run's files; null for any")


@router.get("/taxa", summary="The tracked taxa and where each stands")
@signed_in
def listed(request: Request) -> list[dict[str, Any]]:
    """The tracker, by taxon."""
    return [_plain(row) for row in _tracker(request).rows()]


@router.get("/taxa/{taxon}", summary="One taxon: where it stands, its runs by reason, its files at home")
@signed_in
def shown(request: Request, taxon: Taxon) -> dict[str, Any]:
    """Its row of the tracker, the counts of its runs, the number of its files."""
    database, rows = _database(request), _tracker(request).rows([taxon])
    if not rows:
        raise nothing_here()
    files = queries.files(database, taxon)
    return {**_plain(rows[0]), "runs": queries.reasons(database, taxon), "files_at_home": len(files)}


@router.post("/taxa", summary="Track taxa; each one is answered")
def add(request: Request, asking: Asking, new: NewTaxa) -> list[dict[str, str]]:
    """Answers for each: added, already tracked, or invalid with why."""
    with audited(request, asking, "ena.add", " ".join(new.taxa)) as database:
        answered = Tracker(database).add(new.taxa, datetime.now(UTC))
    return [{"given": one.given, "outcome": one.outcome, "detail": one.detail} for one in answered]


@router.post("/taxa/{taxon}/clear", summary="A person has looked: resume at the stage that failed")
def clear(request: Request, asking: Asking, taxon: Taxon) -> dict[str, Any]:
    """Answers with the row; machines that failed begin again."""
    work = timedelta(hours=settings().ena_deadline_hours)
    with audited(request, asking, "ena.clear", str(taxon)) as database:
        Tracker(database).clear(taxon, datetime.now(UTC), work)
    return _row(request, taxon)


@router.put("/taxa/{taxon}/priority", summary="Set the priority of a taxon")
def set_priority(request: Request, asking: Asking, taxon: Taxon, wish: Priority) -> dict[str, Any]:
    """Answers with the row."""
    with audited(request, asking, "ena.set_priority", f"{taxon}: {wish.priority}") as database:
        Tracker(database).set_priority(taxon, wish.priority, datetime.now(UTC))
    return _row(request, taxon)


@router.put("/taxa/{taxon}/rules", summary="Set the rules of a taxon; the next check applies them")
def set_rules(request: Request, asking: Asking, taxon: Taxon, rules: Rules) -> dict[str, Any]:
    """Answers with the row."""
    with audited(request, asking, "ena.set_rules", f"{taxon}: {rules.model_dump()}") as database:
        Tracker(database).set_wanted(taxon, Wanted(rules.genome_size, rules.min_depth, rules.max_run_bytes))
    return _row(request, taxon)


@router.delete("/taxa/{taxon}", summary="Stop tracking a taxon, once its machines are gone; its data stay")
def remove(request: Request, asking: Asking, taxon: Taxon) -> dict[str, bool]:
    """Whether it is gone now; otherwise it goes with its last machine."""
    with audited(request, asking, "ena.remove", str(taxon)) as database:
        return {"is_removed": Tracker(database).remove(taxon)}


@router.get("/taxa/{taxon}/runs.csv", summary="The accession list of a taxon, with reasons")
@signed_in
def runs(request: Request, taxon: Taxon) -> StreamingResponse:
    """The columns run_accession_number, excluded, droplet_ip, reason."""
    headers = {"Content-Disposition": f'attachment; filename="{taxon}.csv"'}
    return StreamingResponse(queries.accession_list(_database(request), taxon), media_type="text/csv", headers=headers)


@router.get("/taxa/{taxon}/files", summary="The files of a taxon that are verified at home")
@signed_in
def files(request: Request, taxon: Taxon) -> list[dict[str, Any]]:
    """By path below the taxon's folder."""
    return [_plain(row) for row in queries.files(_database(request), taxon)]


@router.get("/tracker.csv", summary="The tracker as microfetch.csv")
@signed_in
def tracker_file(request: Request) -> Response:
    """What an import takes again without loss."""
    return Response(_tracker(request).dump(), media_type="text/csv")


@router.post("/tracker.csv", summary="Take the rows of a microfetch.csv; each one is answered")
async def take_tracker_file(request: Request, asking: Asking) -> list[dict[str, str]]:
    """The body is the file; taxa that are tracked already stay as they are."""
    body = await request.body()
    await run_in_threadpool(audit, request, asking, "ena.import", "microfetch.csv")
    answered = await run_in_threadpool(_tracker(request).load, body, "microfetch.csv", datetime.now(UTC))
    return [{"given": one.given, "outcome": one.outcome, "detail": one.detail} for one in answered]


@router.post("/heartbeat", status_code=HTTPStatus.ACCEPTED, summary="One heartbeat now, as a run of Dagster")
def heartbeat(request: Request, asking: Asking) -> dict[str, str]:
    """Answers with the run's id; the sensor beats by itself all the time."""
    run_id = dagster_api().launch("ena_beat", {"grt/system": "ena"})
    audit(request, asking, "ena.heartbeat", run_id)
    return {"run_id": run_id}


@router.get("/machines", summary="Every machine there ever was, the living ones first")
@signed_in
def machines(request: Request) -> list[dict[str, Any]]:
    """State, age and price of each."""
    return [_plain(row) for row in Register(_database(request)).rows()]


def _database(request: Request) -> Database:
    database: Database = request.app.state.warehouse
    return database


def _tracker(request: Request) -> Tracker:
    return Tracker(_database(request))


def _row(request: Request, taxon: int) -> dict[str, Any]:
    return _plain(_tracker(request).rows([taxon])[0])


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in row.items()}


router.include_router(callbacks.router)
