"""Jobs over HTTP: list, look, cancel, ask for another attempt; and the answer of every route that submits one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from grt_platform.adapters.job_board import (
    JobBoard,
    JobFilter,
    NoSuchJobError,
    ReusedKeyError,
    Submission,
    Submitted,
    read_job_id,
)
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Principal, Role
from grt_platform.kernel.job import Job, JobState
from grt_platform.serving.job_launcher import JobLauncher
from grt_platform.serving.output import plain
from grt_platform.settings import settings
from grt_platform.web.access import Asking, allow, nothing_here
from grt_platform.web.audit import audited
from grt_platform.web.problems import ProblemError
from grt_platform.web.queue import refuse_if_closed
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/jobs", tags=["jobs"])
_MARK = "~"


@router.get("", summary="Jobs, the newest first")
@signed_in
def listed(
    request: Request,
    asking: Asking,
    *,
    project: Annotated[str | None, Query(description="Only of this project")] = None,
    system: Annotated[str | None, Query(description="Only of this system")] = None,
    kind: Annotated[str | None, Query(description="Only of this kind")] = None,
    state: Annotated[list[JobState] | None, Query(description="Only in these states")] = None,
    mine: Annotated[bool, Query(description="Only those that I asked for")] = False,
    limit: Annotated[int, Query(ge=1, le=200, description="Most jobs of one answer")] = 50,
    after: Annotated[str, Query(description="`next` of the answer before", max_length=100)] = "",
) -> dict[str, Any]:
    """The jobs of the projects that I may read: `jobs`, and `next` for the following page, null on the last one."""
    if project is not None:
        allow(asking, project, Role.READ)
    chosen = JobFilter(
        projects=visible(asking) if project is None else [project],
        user_id=asking.user_id if mine else None,
        system=system,
        kind=kind,
        states=state,
        after=_read_mark(after) if after else None,
    )
    jobs = _board(request).newest(chosen, limit + 1)
    more = _MARK.join((jobs[limit - 1].created_at.isoformat(), jobs[limit - 1].job_id)) if len(jobs) > limit else None
    return {"jobs": [job_json(job) for job in jobs[:limit]], "next": more}


@router.get("/{job_id}", summary="One job with its history")
@signed_in
def shown(request: Request, asking: Asking, job_id: str) -> dict[str, Any]:
    """State, progress (0 to 1) and step, counts, warnings, the reason of a failure, the result once it is complete."""
    job = _seen(request, asking, job_id)
    history = [
        {name: plain(value) for name, value in row.items() if value is not None}
        for row in _board(request).history(job.job_id)
    ]
    return {**job_json(job), "history": history}


@router.post("/{job_id}/cancel", summary="Cancel a job", status_code=HTTPStatus.ACCEPTED)
@signed_in
def cancel(request: Request, asking: Asking, job_id: str) -> dict[str, Any]:
    """A waiting job is canceled at once, a running one as soon as its work hears of it; neither leaves a result.

    Whoever asked for the job may do this with the role QUERY, others with EDIT. 409 for a job that ended otherwise.
    """
    job = _mine_to_change(request, asking, job_id)
    with audited(request, asking, "job.cancel", job.job_id, job.project) as database:
        job = JobBoard(database).cancel(job.job_id, asking.name)
        if job.state not in {JobState.CANCELING, JobState.CANCELED}:
            raise ProblemError(HTTPStatus.CONFLICT, f"Job {job.job_id} ended already: it is {job.state}.")
    _launcher(request).canceled(job)
    return job_json(job)


@router.post("/{job_id}/retry", summary="Ask for another attempt", status_code=HTTPStatus.ACCEPTED)
@signed_in
def retry(request: Request, asking: Asking, job_id: str) -> dict[str, Any]:
    """A job that failed or was canceled waits again, with the same request and the same versions of its inputs.

    Whoever asked for the job may do this with the role QUERY, others with EDIT. 409 for a job that is complete or is
    being canceled; one that waits or runs already stays as it is.
    """
    job = _mine_to_change(request, asking, job_id)
    refuse_if_closed(request, asking)
    with audited(request, asking, "job.retry", job.job_id, job.project) as database:
        job = JobBoard(database).retry(job.job_id, asking.name)
        if job.state in {JobState.COMPLETE, JobState.CANCELING}:
            raise ProblemError(HTTPStatus.CONFLICT, f"Job {job.job_id} cannot be tried again: it is {job.state}.")
    _launcher(request).submitted(job.system, job.kind)
    return job_json(job)


def submit(
    request: Request,
    asking: Principal,
    *,
    system: str,
    kind: str,
    project: str,
    asked: Mapping[str, Any],
    pins: Mapping[str, Any] | None = None,
    priority: int = 0,
) -> JSONResponse:
    """The answer of a route that submits a job: 202, the job, and where to look at it; its work begins at once.

    The header Idempotency-Key makes sending it twice one job: the second answer is the same job as it is then. The
    route itself has checked that the person may ask (`allow`), and what he asks.

    Raises:
        ProblemError: 422 for a key that was used for another request, 503 while the queue is closed.
    """
    refuse_if_closed(request, asking)
    key = request.headers.get("Idempotency-Key")
    submission = Submission(system, kind, project, asking.user_id, asking.name, asked, pins or {}, priority, key)
    try:
        with audited(request, asking, "job.submit", f"{system}/{kind}", project) as database:
            submitted = JobBoard(database).submit(submission)
    except ReusedKeyError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return answer(request, submitted)


def answer(request: Request, submitted: Submitted) -> JSONResponse:
    """The same for a route that submitted the job itself, in a transaction that it has committed."""
    job = submitted.job
    if submitted.is_new:
        _launcher(request).submitted(job.system, job.kind)
    return JSONResponse(job_json(job), HTTPStatus.ACCEPTED, {"Location": f"/jobs/{job.job_id}"})


def job_json(job: Job) -> dict[str, Any]:
    """The job as every answer shows it."""
    expires_at = job.ended_at + timedelta(days=settings().jobs_retention_days) if job.ended_at else None
    return {
        "job_id": job.job_id,
        "system": job.system,
        "kind": job.kind,
        "project": job.project,
        "user": job.user_name,
        "state": job.state,
        "progress": job.progress,
        "step": job.step,
        "counts": job.counts,
        "warnings": job.warnings,
        "reason": job.reason,
        "result": job.result,
        "request": job.request,
        "attempt": job.attempt,
        "run_id": job.run_id,
        "created_at": plain(job.created_at),
        "started_at": plain(job.started_at),
        "ended_at": plain(job.ended_at),
        "expires_at": plain(expires_at),
    }


def _board(request: Request) -> JobBoard:
    return JobBoard(request.app.state.warehouse)


def _launcher(request: Request) -> JobLauncher:
    launcher: JobLauncher = request.app.state.jobs
    return launcher


def visible(asking: Principal) -> list[str] | None:
    """The projects whose jobs the person may see; None for all."""
    if asking.is_admin or asking.everywhere is not None:
        return None
    return list(asking.roles)


def _seen(request: Request, asking: Principal, job_id: str) -> Job:
    try:
        job = _board(request).get(job_id)
    except NoSuchJobError:
        raise nothing_here() from None
    allow(asking, job.project, Role.READ)
    return job


def _mine_to_change(request: Request, asking: Principal, job_id: str) -> Job:
    job = _seen(request, asking, job_id)
    allow(asking, job.project, Role.QUERY if job.user_id == asking.user_id else Role.EDIT)
    return job


def _read_mark(text: str) -> tuple[datetime, str]:
    moment, _, job_id = text.partition(_MARK)
    try:
        return datetime.fromisoformat(moment.replace(" ", "+")), read_job_id(job_id)
    except (ValueError, NoSuchJobError):
        raise BadInputError("`after` is not the `next` of an earlier answer; leave it out to begin") from None
