"""Queries and their results over HTTP: ask, and get the answer's files by signed URLs."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from grt_platform.adapters.job_board import JobBoard, NoSuchJobError
from grt_platform.adapters.store import Store
from grt_platform.kernel.identity import Principal, Role
from grt_platform.kernel.job import Job, JobState
from grt_platform.settings import settings
from grt_platform.systems.variants.asking import Exact, resolve
from grt_platform.systems.variants.limits import plan_limits
from grt_platform.systems.variants.logic.question import Asked
from grt_platform.systems.variants.serving import queries
from grt_platform.systems.variants.serving.question_body import Question
from grt_platform.web.access import Asking, allow, nothing_here
from grt_platform.web.audit import audit
from grt_platform.web.inside import Querying
from grt_platform.web.jobs import job_json, submit
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import signed_in

router = APIRouter(tags=["variants: queries"])
JobId = Annotated[str, Path(max_length=64, description="The job of the query")]


class Submission(Question):
    """A question that shall be answered."""

    anew: bool = Field(default=False, description="Answer it again, though there is a finished answer")


@router.post(
    "/projects/{project}/queries",
    summary="Ask the files of a project",
    status_code=HTTPStatus.ACCEPTED,
    responses={200: {"description": "The same question over the same versions has this finished answer"}},
)
@signed_in
def ask(request: Request, asking: Asking, project: Querying, question: Submission) -> JSONResponse:
    """202 with the job; it reads the versions that are current now, whatever is uploaded while it waits.

    200 with a job that is complete when the same question over the same versions was answered before.
    """
    return begin(request, asking, project, question.asked(), anew=question.anew)


@router.get("/results/{job_id}", summary="The answer of a query")
@signed_in
def result(request: Request, asking: Asking, job_id: JobId) -> dict[str, Any]:
    """Signed URLs of its files: result, index, provenance and log; 409 while there is none yet."""
    job = allowed_query(request, asking, job_id)
    if job.state is not JobState.COMPLETE or job.result is None:
        reason = f": {job.reason}" if job.reason else ""
        raise ProblemError(HTTPStatus.CONFLICT, f"Job {job.job_id} has no result, it is {job.state}{reason}")
    audit(request, asking, "result.download", job.job_id, job.project)
    store: Store = request.app.state.stores["products"]
    seconds = settings().variants_url_minutes * 60
    folder = job.result["folder"]
    files = {
        what: {"name": name, "url": store.sign("GET", f"{folder}/{name}", expires_s=seconds)}
        for what, name in job.result["files"].items()
    }
    return {
        "job_id": job.job_id,
        "project": job.project,
        "size_bytes": job.result["size_bytes"],
        "sha256": job.result["sha256"],
        "counts": job.counts,
        "warnings": job.warnings,
        "expires_in_s": seconds,
        "files": files,
    }


def begin(request: Request, asking: Principal, project: str, asked: Asked, *, anew: bool) -> JSONResponse:
    """202 with the job that answers the question, 200 with the one that has answered it; `Location` names it.

    Raises:
        BadInputError: The question cannot be meant so.
    """
    exact = resolve(request.app.state.warehouse, project, asked, plan_limits())
    if not anew and (job := _finished(request, project, exact)) is not None:
        audit(request, asking, "job.repeat", job.job_id, project)
        return JSONResponse(job_json(job), HTTPStatus.OK, {"Location": f"/jobs/{job.job_id}"})
    return submit(
        request,
        asking,
        system="variants",
        kind="query",
        project=project,
        asked=exact.asked.as_request(),
        pins=exact.pins(),
    )


def _finished(request: Request, project: str, exact: Exact) -> Job | None:
    """The complete job that answered the same, whose result is there."""
    if exact.plan is None:
        return None
    job_id = queries.finished(request.app.state.warehouse, project, exact.question)
    try:
        job = JobBoard(request.app.state.warehouse).get(job_id) if job_id else None
    except NoSuchJobError:
        return None
    if job is None or job.state is not JobState.COMPLETE or job.result is None:
        return None
    store: Store = request.app.state.stores["products"]
    return job if store.head(f"{job.result['folder']}/{job.result['files']['result']}") else None


def allowed_query(request: Request, asking: Principal, job_id: str) -> Job:
    """The job of a query, whose project the person may read.

    Raises:
        ProblemError: 404 for one that is not there, is something else, or is nobody's business.
    """
    try:
        job = JobBoard(request.app.state.warehouse).get(job_id)
    except NoSuchJobError:
        raise nothing_here() from None
    if (job.system, job.kind) != ("variants", "query"):
        raise nothing_here()
    allow(asking, job.project, Role.READ)
    return job
