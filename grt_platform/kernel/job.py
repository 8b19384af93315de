"""An asynchronous job: its states (GA4GH WES 1.1), the acts that lead from one to another, and its row as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """Where a job stands, by the names of GA4GH's Workflow Execution Service."""

    QUEUED = "QUEUED"
    INITIALIZING = "INITIALIZING"
    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    EXECUTOR_ERROR = "EXECUTOR_ERROR"
    SYSTEM_ERROR = "SYSTEM_ERROR"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"

    @property
    def is_ended(self) -> bool:
        """Nothing happens any more unless a person asks for it."""
        return self in ENDED


class Act(StrEnum):
    """What happens to a job; most acts come late, twice or out of order at times, and then lead nowhere."""

    HAND_OUT = "hand out"  # a launcher takes it to make its run
    PUT_BACK = "put back"  # that launcher could not make the run
    START = "start"  # the run of the present attempt begins
    START_BY_HAND = "start by hand"  # somebody materializes its partition in Dagster
    COMPLETE = "complete"
    BLAME_INPUT = "blame input"  # it failed for a reason the person can mend
    BLAME_SYSTEM = "blame system"  # it failed for a reason that is ours
    ASK_TO_CANCEL = "ask to cancel"
    CANCEL = "cancel"  # its run is over because somebody canceled it
    LOSE = "lose"  # its run is gone without a word
    RETRY = "retry"  # a person wants another attempt


S = JobState
ENDED = frozenset({S.COMPLETE, S.EXECUTOR_ERROR, S.SYSTEM_ERROR, S.CANCELED})
FAILED = frozenset({S.EXECUTOR_ERROR, S.SYSTEM_ERROR, S.CANCELED})
HANDED_OUT = frozenset({S.INITIALIZING, S.RUNNING, S.CANCELING})

TRANSITIONS: Mapping[Act, Mapping[JobState, JobState]] = {
    Act.HAND_OUT: {S.QUEUED: S.INITIALIZING},
    Act.PUT_BACK: {S.INITIALIZING: S.QUEUED, S.CANCELING: S.CANCELED},
    Act.START: {S.QUEUED: S.RUNNING, S.INITIALIZING: S.RUNNING, S.RUNNING: S.RUNNING},
    Act.START_BY_HAND: {S.QUEUED: S.RUNNING, S.COMPLETE: S.COMPLETE, **dict.fromkeys(FAILED, S.RUNNING)},
    Act.COMPLETE: {S.RUNNING: S.COMPLETE, S.COMPLETE: S.COMPLETE},
    Act.BLAME_INPUT: {S.RUNNING: S.EXECUTOR_ERROR, S.CANCELING: S.CANCELED},
    Act.BLAME_SYSTEM: {S.INITIALIZING: S.SYSTEM_ERROR, S.RUNNING: S.SYSTEM_ERROR, S.CANCELING: S.CANCELED},
    Act.ASK_TO_CANCEL: {S.QUEUED: S.CANCELED, S.INITIALIZING: S.CANCELING, S.RUNNING: S.CANCELING},
    Act.CANCEL: dict.fromkeys(HANDED_OUT, S.CANCELED),
    Act.LOSE: {S.INITIALIZING: S.QUEUED, S.RUNNING: S.QUEUED, S.CANCELING: S.CANCELED},
    Act.RETRY: dict.fromkeys(FAILED, S.QUEUED),
}
"""From each state that an act may meet, where it leads; in every other state the act changes nothing."""

OF_AN_ATTEMPT = frozenset(
    {Act.PUT_BACK, Act.START, Act.COMPLETE, Act.BLAME_INPUT, Act.BLAME_SYSTEM, Act.CANCEL, Act.LOSE}
)
"""Acts that count only for the attempt they come from: those of an older one change nothing."""
NEXT_ATTEMPT = frozenset({Act.START_BY_HAND, Act.LOSE, Act.RETRY})
"""Acts after which the words of every earlier attempt are stale."""


def after(state: JobState, act: Act) -> JobState | None:
    """Where the act leads from this state; None where it changes nothing."""
    return TRANSITIONS[act].get(state)


def further(progress: float, told: float) -> float:
    """The progress after somebody told of `told`: between 0 and 1, and never back."""
    return max(progress, min(1.0, max(0.0, told)))


def run_name(system: str, kind: str) -> str:
    """The name of the Dagster job that does the work."""
    return f"{system}_{kind}"


def partitions_name(system: str, kind: str) -> str:
    """The name of the dynamic partitions whose keys are job ids."""
    return f"{system}_{kind}_jobs"


def run_key(job_id: str, attempt: int) -> str:
    """What tells the runs of a job's attempts apart."""
    return f"{job_id}:{attempt}"


JOB_TAG, ATTEMPT_TAG, SYSTEM_TAG, PROJECT_TAG = "grt/job_id", "grt/job_attempt", "grt/system", "grt/project"
JOB_PRIORITY = 10
"""Dagster's priority of the runs of jobs: somebody waits for them."""


def run_tags(job: "Job") -> dict[str, str]:
    """The tags of the run of the job's present attempt, whoever makes it; what is lost is handed out by us alone."""
    return {
        JOB_TAG: job.job_id,
        ATTEMPT_TAG: str(job.attempt),
        SYSTEM_TAG: job.system,
        PROJECT_TAG: job.project,
        "dagster/priority": str(JOB_PRIORITY + job.priority),
        "dagster/max_retries": "0",
    }


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its row says.

    Attributes:
        job_id: Its id everywhere, also the partition of its result.
        system, kind: Which machinery does it.
        project, user_id, user_name: Who may see it, and who asked (by the name he had then).
        request: What was asked, as the system's POST understood it.
        pins: Which versions of inputs are read, whatever is uploaded later.
        priority: Higher goes first within its project.
        attempt: Number of the present attempt, from 1.
        losses: How many attempts in a row were lost without a word.
        run_id: Dagster's run of the present attempt, once it is known.
        progress, step: How far it is (0 to 1, never back within what a person asked for) and with what.
        counts, warnings, result: What it made; the result is None unless it is complete.
        reason: A sentence for a person about why it is where it is.
    """

    job_id: str
    system: str
    kind: str
    project: str
    user_id: str
    user_name: str
    request: Mapping[str, Any]
    pins: Mapping[str, Any]
    priority: int
    state: JobState
    attempt: int
    losses: int
    run_id: str | None
    progress: float
    step: str
    counts: Mapping[str, Any]
    warnings: tuple[str, ...]
    reason: str
    result: Mapping[str, Any] | None
    created_at: datetime
    queued_at: datetime
    handed_out_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
