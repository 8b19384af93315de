"""The pages of answers: the questions of a project with their progress, one of them with its files to download."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from grt_platform.adapters.job_board import JobFilter
from grt_platform.adapters.store import Store
from grt_platform.kernel.job import Job, JobState
from grt_platform.settings import settings
from grt_platform.systems.variants.serving.page_parts import HOME, pages
from grt_platform.systems.variants.serving.query_api import JobId, allowed_query
from grt_platform.systems.variants.serving.question_page import Fields
from grt_platform.web import jobs
from grt_platform.web.access import Asking, nothing_here
from grt_platform.web.audit import audit
from grt_platform.web.inside import ReadingChosen
from grt_platform.web.job_pages import listed_jobs, ways
from grt_platform.web.listing import View
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/answers")
_WHAT = {
    "result": "The answer",
    "index": "Its index",
    "provenance": "What was asked of which versions, and what came out",
    "log": "What bcftools said",
}


@router.get("")
@signed_in
def listed(
    asking: Asking,
    view: View,
    project: ReadingChosen,
    state: Annotated[JobState | Literal[""], Query()] = "",
    *,
    mine: bool = False,
) -> Response:
    """The questions that were asked in a project, the newest first."""
    wanted = JobFilter(
        [project], asking.user_id if mine else None, system="variants", kind="query", states=[state] if state else None
    )
    known: dict[str, Any] = {"project": project, "state": state, "mine": mine, "states": list(JobState)}
    return view.answer(pages, "answers.html", {"answers": listed_jobs(asking, wanted)}, **known)


@router.get("/{job_id}")
@signed_in
def shown(request: Request, asking: Asking, job_id: JobId) -> Response:
    """One question: how far it is, what came out, its files."""
    job = allowed_query(request, asking, job_id)
    fields = Fields.of_request(job.request, job.pins.get("samples"))
    return pages(
        request,
        "answer.html",
        project=job.project,
        job=jobs.job_json(job),
        fields=fields,
        files=_files(job),
        again=fields.address(job.project),
        **ways(asking, job.project, job.user_name, job.state),
    )


@router.post("/{job_id}/cancel")
@signed_in
def canceled(request: Request, asking: Asking, job_id: JobId) -> Response:
    """The question is canceled, or will be as soon as its work hears of it."""
    jobs.cancel(request, asking, allowed_query(request, asking, job_id).job_id)
    return _back(job_id)


@router.post("/{job_id}/retry")
@signed_in
def tried_again(request: Request, asking: Asking, job_id: JobId) -> Response:
    """The question waits for another attempt."""
    jobs.retry(request, asking, allowed_query(request, asking, job_id).job_id)
    return _back(job_id)


@router.get("/{job_id}/files/{what}")
@signed_in
def file(
    request: Request, asking: Asking, job_id: JobId, what: Literal["result", "index", "provenance", "log"]
) -> Response:
    """Leads to a file of the answer by a signed address of a few minutes."""
    job = allowed_query(request, asking, job_id)
    if job.state is not JobState.COMPLETE or job.result is None or what not in job.result["files"]:
        raise nothing_here()
    audit(request, asking, "result.download", job.job_id, job.project)
    store: Store = request.app.state.stores["products"]
    key = f"{job.result['folder']}/{job.result['files'][what]}"
    seconds = settings().variants_url_minutes * 60
    return RedirectResponse(store.sign("GET", key, expires_s=seconds), HTTPStatus.SEE_OTHER)


def _files(job: Job) -> list[dict[str, str]]:
    if job.state is not JobState.COMPLETE or job.result is None:
        return []
    there = job.result["files"]
    return [
        {"name": there[what], "told": told, "address": f"{HOME}/answers/{job.job_id}/files/{what}"}
        for what, told in _WHAT.items()
        if what in there
    ]


def _back(job_id: str) -> Response:
    return RedirectResponse(f"{HOME}/answers/{job_id}", HTTPStatus.SEE_OTHER)
