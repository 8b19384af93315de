"""The sensors of a kind of job, look by look, with a real table of jobs and a Dagster instance."""

import dagster as dg
import pytest

from grt_platform.adapters.job_attempt import begin
from grt_platform.adapters.job_board import JobBoard, NoSuchJobError
from grt_platform.kernel.errors import UnavailableError
from grt_platform.kernel.job import Job, JobState
from grt_platform.orchestration.job_dispatch import Dispatch
from grt_platform.orchestration.job_run import JobsResource
from grt_platform.orchestration.jobs import job_automation, job_partitions
from grt_platform.settings import settings
from grt_platform_tests.adapters.jobs import AMPLE, queue, submit

SUMS = job_partitions("sample", "sum")


@dg.asset(partitions_def=SUMS)
def nothing() -> None:
    """Is never run here."""


@pytest.fixture
def instance(warehouse_url, monkeypatch):
    """A Dagster of this test alone; jobs are in the warehouse of the test."""
    monkeypatch.setenv("GRT_WAREHOUSE_URL", warehouse_url)
    settings.cache_clear()
    with dg.DagsterInstance.ephemeral() as made:
        yield made
    settings.cache_clear()


def look(instance, number: int, discard=lambda job: None):
    """One look of the dispatcher (0) or of the clearing sensor (1)."""
    automation = job_automation("sample", "sum", dg.AssetSelection.assets(nothing), discard, "Add up")
    definitions = dg.Definitions(assets=[nothing], jobs=[automation.job], sensors=list(automation.sensors))
    sensor = definitions.resolve_sensor_def(automation.sensors[number].name)
    with dg.build_sensor_context(
        instance=instance, definitions=definitions, resources={"jobs": JobsResource()}
    ) as context:
        return sensor(context)


def run_of(instance, job: Job, status: dg.DagsterRunStatus) -> dg.DagsterRun:
    """A run of the job's attempt, in that state."""
    tags = {"grt/job_id": job.job_id, "grt/job_attempt": str(job.attempt)}
    return instance.add_run(dg.DagsterRun(job_name="sample_sum", tags=tags, status=status))


def state(warehouse, job: Job) -> JobState:
    return JobBoard(warehouse).get(job.job_id).state


def test_a_waiting_job_gets_its_partition_and_one_request_and_no_second_one(warehouse, instance):
    job = submit(warehouse, priority=2)
    [request] = look(instance, 0)
    assert (request.run_key, request.partition_key) == (f"{job.job_id}:1", job.job_id)
    assert request.tags["dagster/max_retries"] == "0"
    assert request.tags["dagster/priority"] == "12"
    assert instance.get_dynamic_partitions("sample_sum_jobs") == [job.job_id]
    assert isinstance(look(instance, 0), dg.SkipReason)


def dispatch(warehouse, instance) -> None:
    Dispatch(queue(warehouse), instance, AMPLE, silence_s=60).look_after()


def test_a_run_is_known_by_its_tags_before_its_process_says_so(warehouse, instance):
    job = submit(warehouse)
    [job] = queue(warehouse).hand_out(AMPLE)
    run = run_of(instance, job, dg.DagsterRunStatus.STARTED)
    dispatch(warehouse, instance)
    assert JobBoard(warehouse).get(job.job_id).run_id == run.run_id


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (dg.DagsterRunStatus.FAILURE, JobState.QUEUED),
        (dg.DagsterRunStatus.SUCCESS, JobState.SYSTEM_ERROR),
        (dg.DagsterRunStatus.CANCELED, JobState.QUEUED),
        (dg.DagsterRunStatus.STARTED, JobState.RUNNING),
    ],
)
def test_a_running_job_follows_its_run(warehouse, instance, status, end):
    """Dagster calls a run canceled that was only interrupted, by the end of the platform: the job is tried again."""
    job = submit(warehouse)
    [job] = queue(warehouse).hand_out(AMPLE)
    begin(warehouse, job.job_id, run_of(instance, job, status).run_id, job.attempt)
    dispatch(warehouse, instance)
    assert state(warehouse, job) is end


def test_a_run_that_a_person_canceled_in_dagster_cancels_its_job(warehouse, instance):
    job = submit(warehouse)
    [job] = queue(warehouse).hand_out(AMPLE)
    run = run_of(instance, job, dg.DagsterRunStatus.STARTED)
    begin(warehouse, job.job_id, run.run_id, job.attempt)
    instance.report_run_canceling(run)
    instance.report_run_canceled(run)
    dispatch(warehouse, instance)
    assert (state(warehouse, job), JobBoard(warehouse).get(job.job_id).reason) == ("CANCELED", "Canceled in Dagster.")


def test_a_run_that_was_deleted_or_never_came_about_is_lost_after_the_silence(warehouse, instance):
    job = submit(warehouse)
    queue(warehouse).hand_out(AMPLE)
    dispatch(warehouse, instance)
    assert state(warehouse, job) is JobState.INITIALIZING
    with warehouse.connection() as connection:
        connection.execute(b"UPDATE jobs.jobs SET handed_out_at = handed_out_at - interval '2 minutes'")
    dispatch(warehouse, instance)
    assert JobBoard(warehouse).get(job.job_id).reason == "Its run never came about."
    assert state(warehouse, job) is JobState.QUEUED


def test_a_silent_run_is_given_up_in_dagster_too(warehouse, instance):
    job = submit(warehouse)
    [job] = queue(warehouse).hand_out(AMPLE)
    run = run_of(instance, job, dg.DagsterRunStatus.STARTED)
    begin(warehouse, job.job_id, run.run_id, job.attempt)
    with warehouse.connection() as connection:
        connection.execute(b"UPDATE jobs.jobs SET beat_at = beat_at - interval '2 minutes'")
    dispatch(warehouse, instance)
    assert state(warehouse, job) is JobState.QUEUED
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE


def test_what_a_failed_job_left_is_discarded_once(warehouse, instance):
    job = submit(warehouse)
    [job] = queue(warehouse).hand_out(AMPLE)
    begin(warehouse, job.job_id, "run 1", 1).blame_input("Odd")
    discarded: list[str] = []
    for _ in range(2):
        look(instance, 1, lambda each: discarded.append(each.job_id))
    assert discarded == [job.job_id]


def test_an_expired_job_goes_with_its_result_and_its_partition(warehouse, instance):
    old, young = submit(warehouse), submit(warehouse)
    for job in queue(warehouse).hand_out(AMPLE):
        with begin(warehouse, job.job_id, f"run of {job.job_id}", 1).completing({}, {}):
            pass
    instance.add_dynamic_partitions("sample_sum_jobs", [old.job_id, young.job_id])
    with warehouse.connection() as connection:
        sql = b"UPDATE jobs.jobs SET ended_at = ended_at - interval '91 days' WHERE job_id = %s::uuid"
        connection.execute(sql, [old.job_id])
    discarded: list[str] = []
    look(instance, 1, lambda job: discarded.append(job.job_id))
    assert discarded == [old.job_id]
    assert instance.get_dynamic_partitions("sample_sum_jobs") == [young.job_id]
    with pytest.raises(NoSuchJobError):
        JobBoard(warehouse).get(old.job_id)


def test_a_store_that_does_not_answer_leaves_the_clearing_to_the_next_look(warehouse, instance):
    job = submit(warehouse)
    queue(warehouse).hand_out(AMPLE)
    begin(warehouse, job.job_id, "run 1", 1).blame_input("Odd")

    def unavailable(_job: Job) -> None:
        raise UnavailableError("The store does not answer")

    look(instance, 1, unavailable)
    discarded: list[str] = []
    look(instance, 1, lambda each: discarded.append(each.job_id))
    assert discarded == [job.job_id]
