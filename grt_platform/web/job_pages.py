"""The pages of jobs: the list with how far each is, one job with its history, cancel, another attempt."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from grt_platform.adapters.database import Database
from grt_platform.adapters.job_board import JobBoard, JobFilter
from grt_platform.kernel.identity import Principal, Role
from grt_platform.kernel.job import FAILED, Act, Job, JobState, after
from grt_platform.serving.page import Page, Row
from grt_platform.web import jobs, shown
from grt_platform.web.access import PLAIN, Asking, allow
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.render import page
from grt_platform.web.sections import Section
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/pages/jobs", include_in_schema=False)
_Word = Annotated[str, Query(max_length=100, pattern=PLAIN)]
_MARKS = {JobState.COMPLETE: "good", JobState.EXECUTOR_ERROR: "bad", JobState.SYSTEM_ERROR: "bad"}
_COLUMNS = (
    Col("created_at", "Asked for", shown.moment),
    Col("job_id", "Job"),
    Col("system", "System"),
    Col("kind", "Kind"),
    Col("project", "Project"),
    Col("user", "By"),
    Col("state", "State"),
    Col("progress", "Progress", shown.percent, is_number=True),
    Col("step", "Step"),
    Col("reason", "Why"),
    Col("ended_at", "Ended", shown.moment),
)

_HISTORY = (
    Col("moved_at", "When", lambda value: f"{value[:19].replace('T', ' ')} UTC"),
    Col("attempt", "Attempt", is_number=True),
    Col("from_state", "From"),
    Col("to_state", "State"),
    Col("actor", "By"),
    Col("reason", "Why", is_long=True),
)


class _Chosen:
    """Which jobs were asked for; an empty field of the form leaves a thing open."""

    def __init__(
        self,
        project: _Word = "",
        system: _Word = "",
        state: Annotated[list[JobState | Literal[""]] | None, Query()] = None,
        *,
        mine: bool = False,
    ) -> None:
        self.project, self.system, self.mine = project, system, mine
        self.states = [each for each in state or () if each]

    def filter(self, asking: Principal) -> JobFilter:
        """The same, of what the person may see."""
        if self.project:
            allow(asking, self.project, Role.READ)
        return JobFilter(
            projects=[self.project] if self.project else jobs.visible(asking),
            user_id=asking.user_id if self.mine else None,
            system=self.system or None,
            states=self.states or None,
        )


@router.get("")
@signed_in
def listed(request: Request, asking: Asking, view: View, chosen: Annotated[_Chosen, Depends()]) -> Response:
    """The jobs of my projects, the newest first."""
    tables = {"jobs": listed_jobs(asking, chosen.filter(asking))}
    known: dict[str, Any] = {"chosen": chosen, "states": list(JobState), "systems": request.app.state.systems}
    return view.answer(page, "jobs.html", tables, **known)


@router.get("/{job_id}")
@signed_in
def one(request: Request, asking: Asking, view: View, job_id: str) -> Response:
    """One job with all that is known of it."""
    job = jobs.shown(request, asking, job_id)
    known = ways(asking, job["project"], job["user"], JobState(job["state"]))

    def fetch(_database: Database, wanted: Page) -> list[Row]:
        rows = [{column.name: row.get(column.name) for column in _HISTORY} for row in job["history"]]
        return rows[wanted.offset : wanted.offset + wanted.limit]

    tables = {"history": Listed("History", _HISTORY, fetch)}
    return view.answer(page, "job.html", tables, job=job, answer=_answer_address(request, job), **known)


@router.post("/{job_id}/cancel")
@signed_in
def canceled(request: Request, asking: Asking, job_id: str) -> Response:
    """The job is canceled, or will be as soon as its work hears of it."""
    jobs.cancel(request, asking, job_id)
    return RedirectResponse(f"/pages/jobs/{job_id}", HTTPStatus.SEE_OTHER)


@router.post("/{job_id}/retry")
@signed_in
def tried_again(request: Request, asking: Asking, job_id: str) -> Response:
    """The job waits for another attempt."""
    jobs.retry(request, asking, job_id)
    return RedirectResponse(f"/pages/jobs/{job_id}", HTTPStatus.SEE_OTHER)


def listed_jobs(asking: Principal, chosen: JobFilter) -> Listed:
    """The jobs of a filter as a table, for `jobs_table` of `job_parts.html`."""
    return Listed("Jobs, the newest first", _COLUMNS, _rows(asking, chosen), "No job fits.")


def _answer_address(request: Request, job: Row) -> str:
    """The page of what came of a job; empty where its system has none."""
    sections: list[Section] = request.app.state.sections
    begins = [
        each.answers[job["kind"]] for each in sections if each.system == job["system"] and job["kind"] in each.answers
    ]
    return f"{begins[0]}{job['job_id']}" if begins else ""


def _rows(asking: Principal, chosen: JobFilter) -> Callable[[Database, Page], list[Row]]:
    def fetch(database: Database, wanted: Page) -> list[Row]:
        return [_row(asking, job) for job in JobBoard(database).newest(chosen, wanted.limit, wanted.offset)]

    return fetch


def _row(asking: Principal, job: Job) -> dict[str, Any]:
    return {
        **{column.name: getattr(job, column.name) for column in _COLUMNS if column.name != "user"},
        "user": job.user_name,
        **ways(asking, job.project, job.user_name, job.state),
    }


def ways(asking: Principal, project: str, user: str, state: JobState) -> dict[str, Any]:
    """How a state looks, and what this person may do about it; the act itself asks again."""
    role = asking.role_in(project) or Role.READ
    may_change = role >= (Role.QUERY if user == asking.name else Role.EDIT)
    return {
        "mark": _MARKS.get(state, ""),
        "is_moving": not state.is_ended,
        "may_cancel": may_change and after(state, Act.ASK_TO_CANCEL) is not None,
        "may_retry": may_change and state in FAILED,
    }
