"""What the tests of jobs share: a board, submissions, and attempts of any age."""

from typing import Any

from grt_platform.adapters.job_attempt import Attempt, begin
from grt_platform.adapters.job_board import JobBoard, Submission
from grt_platform.adapters.job_queue import JobQueue, Limits
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.job import Job

AMPLE = Limits(of_kind=100, of_project=100, losses=3)


def asked(project: str = "alpha", user: str = "ann", **others: Any) -> Submission:
    """A submission of the kind that the tests know."""
    request = others.pop("request", {"numbers": [1, 2]})
    return Submission("sample", "sum", project, f"id of {user}", user, request, **others)


def submit(warehouse: Warehouse, project: str = "alpha", **others: Any) -> Job:
    """A job that waits."""
    return JobBoard(warehouse).submit(asked(project, **others)).job


def queue(warehouse: Warehouse) -> JobQueue:
    """The jobs of that kind."""
    return JobQueue(warehouse, "sample", "sum")


def running(warehouse: Warehouse, run_id: str = "run 1") -> Attempt:
    """The attempt of a job that was just submitted, handed out and started."""
    job = submit(warehouse)
    [handed_out] = [each for each in queue(warehouse).hand_out(AMPLE) if each.job_id == job.job_id]
    return begin(warehouse, job.job_id, run_id, handed_out.attempt)
