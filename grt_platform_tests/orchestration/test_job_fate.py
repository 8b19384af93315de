"""What becomes of a job under way, for every state of its row and of its run."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from grt_platform.adapters.job_queue import UnderWay
from grt_platform.kernel.job import HANDED_OUT, Job, JobState
from grt_platform.orchestration.job_fate import Fate, fate

SILENCE_S = 60.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALIVE = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


def seen(state: JobState, *, handed_out_s: float | None = 1.0, silent_s: float | None = 1.0) -> UnderWay:
    job = Job(
        *("id", "sample", "sum", "alpha", "u1", "ann", {}, {}, 0, state, 1, 0, "run", 0.0, "", {}, (), "", None),
        *(NOW, NOW, NOW, NOW, None),
    )
    return UnderWay(job, handed_out_s, silent_s)


@pytest.mark.parametrize("state", sorted(HANDED_OUT))
def test_a_run_that_somebody_canceled_cancels_its_job(state):
    assert fate(seen(state), dg.DagsterRunStatus.CANCELED, SILENCE_S) is Fate.CANCEL


@pytest.mark.parametrize("state", [JobState.INITIALIZING, JobState.RUNNING])
def test_a_failed_run_whose_job_did_not_end_lost_it_and_a_successful_one_is_to_blame(state):
    assert fate(seen(state), dg.DagsterRunStatus.FAILURE, SILENCE_S) is Fate.LOSE
    assert fate(seen(state), dg.DagsterRunStatus.SUCCESS, SILENCE_S) is Fate.BLAME_SYSTEM


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS])
def test_a_job_being_canceled_is_canceled_however_its_run_ended(status):
    assert fate(seen(JobState.CANCELING), status, SILENCE_S) is Fate.CANCEL


@pytest.mark.parametrize("status", ALIVE)
def test_a_living_run_is_left_alone_terminated_or_given_up_when_silent(status):
    assert fate(seen(JobState.RUNNING), status, SILENCE_S) is Fate.WAIT
    assert fate(seen(JobState.CANCELING), status, SILENCE_S) is Fate.TERMINATE
    for state in (JobState.RUNNING, JobState.CANCELING):
        assert fate(seen(state, silent_s=61), status, SILENCE_S) is Fate.GIVE_UP


def test_a_run_in_the_queue_may_wait_as_long_as_it_takes():
    waiting = seen(JobState.INITIALIZING, handed_out_s=100_000, silent_s=None)
    assert fate(waiting, dg.DagsterRunStatus.QUEUED, SILENCE_S) is Fate.WAIT


@pytest.mark.parametrize("state", sorted(HANDED_OUT))
def test_a_run_that_nobody_knows_is_waited_for_and_then_lost(state):
    end = Fate.CANCEL if state is JobState.CANCELING else Fate.LOSE
    assert fate(seen(state, silent_s=None, handed_out_s=59), None, SILENCE_S) is Fate.WAIT
    assert fate(seen(state, silent_s=None, handed_out_s=61), None, SILENCE_S) is end
    assert fate(seen(state, silent_s=61, handed_out_s=100), None, SILENCE_S) is end
    assert fate(seen(state, silent_s=1, handed_out_s=100), None, SILENCE_S) is Fate.WAIT
