"""What has to happen to a job under way, from what the table of jobs and Dagster say of it; a pure decision."""

from enum import Enum, auto

import dagster as dg

from grt_platform.adapters.job_queue import UnderWay
from grt_platform.kernel.job import JobState


class Fate(Enum):
    """What the dispatcher does with a job."""

    WAIT = auto()
    TERMINATE = auto()  # ask its run to end
    CANCEL = auto()  # its run is over, and it was canceled
    LOSE = auto()  # its run is over without a word
    GIVE_UP = auto()  # its run counts as under way and gives no sign of life
    BLAME_SYSTEM = auto()  # its run says it succeeded, and there is no result


def fate(seen: UnderWay, status: dg.DagsterRunStatus | None, silence_s: float) -> Fate:
    """The fate of a job that was handed out.

    Args:
        seen: The job and how old the news of it are.
        status: Of its run in Dagster; None where Dagster knows no run of this attempt.
        silence_s: Seconds after which silence means that nobody is there.
    """
    is_canceling = seen.job.state is JobState.CANCELING
    quiet_s = min(age for age in (seen.silent_s, seen.handed_out_s, float("inf")) if age is not None)
    if status is None:
        return _without_run(is_quiet=quiet_s > silence_s, is_canceling=is_canceling)
    if status is dg.DagsterRunStatus.CANCELED:
        return Fate.CANCEL
    if status in {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE}:
        if is_canceling:
            return Fate.CANCEL
        return Fate.BLAME_SYSTEM if status is dg.DagsterRunStatus.SUCCESS else Fate.LOSE
    if seen.silent_s is not None and seen.silent_s > silence_s:
        return Fate.GIVE_UP
    return Fate.TERMINATE if is_canceling else Fate.WAIT


def _without_run(*, is_quiet: bool, is_canceling: bool) -> Fate:
    if not is_quiet:
        return Fate.WAIT
    return Fate.CANCEL if is_canceling else Fate.LOSE
