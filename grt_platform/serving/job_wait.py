"""Following jobs from the command line: a live bar, patient with a platform that restarts, and an exit code."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from grt_platform.kernel.errors import UnavailableError
from grt_platform.kernel.job import JobState

if TYPE_CHECKING:
    from grt_platform.serving.remote import Remote

DONE, FAILED, PARTIAL = 0, 1, 3
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _SILENCE_S = 0.2, 2.0, 60.0


def wait_for_job(
    remote: "Remote", job_id: str, patience_s: float, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """The job once it has ended; a bar on standard error shows how far it is.

    Args:
        remote: The platform.
        job_id: The job.
        patience_s: Longest time to wait.
        sleep: Waits; a test does something else meanwhile.

    Raises:
        UnavailableError: It has not ended, or the platform has not answered for a minute; the job goes on.
        RefusedError: There is no such job.
    """
    from grt_platform.serving.waiting import progress

    began = heard = time.monotonic()
    pause = _FIRST_PAUSE_S
    with progress() as bars:
        bar = bars.add_task("asking", total=1.0)
        while True:
            try:
                job: dict[str, Any] = remote.get(job_path(job_id))
                heard = time.monotonic()
            except UnavailableError:
                if time.monotonic() - heard > _SILENCE_S:
                    raise
            else:
                bars.update(bar, completed=job["progress"], description=_said(job))
                if JobState(job["state"]).is_ended:
                    return job
            if time.monotonic() - began > patience_s:
                raise UnavailableError(f"Job {job_id} has not ended after {patience_s:g} s; {goes_on(job_id)}")
            sleep(pause)
            pause = min(pause * 1.3, _LONGEST_PAUSE_S)


def exit_code(jobs: Sequence[Mapping[str, Any]]) -> int:
    """The exit code of a command that waited for them: the worst of all."""
    if any(job["state"] != JobState.COMPLETE for job in jobs):
        return FAILED
    return PARTIAL if any(job["warnings"] for job in jobs) else DONE


def goes_on(job_id: str) -> str:
    """What a person can do about a job that is not waited for any more."""
    return f"it goes on: `grt jobs show {job_id}` tells how far, `grt jobs cancel {job_id}` ends it"


def job_path(job_id: str, verb: str = "") -> str:
    """The address of the job."""
    return f"/jobs/{quote(job_id, safe='')}{verb}"


def _said(job: Mapping[str, Any]) -> str:
    return f"{job['state'].lower()}{': ' + job['step'] if job['step'] else ''}"
