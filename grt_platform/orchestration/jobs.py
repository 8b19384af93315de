"""The Dagster side of a kind of job: its partitions, its Dagster job, and the sensors that hand out and clear up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg

from grt_platform.adapters.job_queue import JobQueue
from grt_platform.kernel.errors import GrtError
from grt_platform.kernel.job import Job, partitions_name, run_key, run_name, run_tags
from grt_platform.orchestration.execution import EXECUTOR
from grt_platform.orchestration.job_dispatch import Dispatch
from grt_platform.orchestration.job_run import JobsResource
from grt_platform.serving.job_launcher import limits
from grt_platform.settings import settings

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

CLEARED_AT_ONCE = 20
_CLEARING_INTERVAL_S = 30


def job_partitions(system: str, kind: str) -> dg.DynamicPartitionsDefinition:
    """The partitions of every asset of this kind of job; their keys are job ids."""
    return dg.DynamicPartitionsDefinition(name=partitions_name(system, kind))


@dataclass(frozen=True, slots=True)
class JobAutomation:
    """What a system adds to its definitions for a kind of job."""

    job: "UnresolvedAssetJobDefinition"
    sensors: tuple[dg.SensorDefinition, ...]


def job_automation(
    system: str, kind: str, selection: dg.AssetSelection, discard: Callable[[Job], None], description: str
) -> JobAutomation:
    """Everything between the table of jobs and the assets that do this kind of job.

    Args:
        system: As in submissions.
        kind: As in submissions; the Dagster job is named `<system>_<kind>`.
        selection: Its assets, all cut by `job_partitions(system, kind)`.
        discard: Removes what a failed, canceled or expired job left; quick, and content where nothing is left.
        description: What the job does, for Dagster's UI.
    """
    job = dg.define_asset_job(run_name(system, kind), selection, description=description, executor_def=EXECUTOR)
    return JobAutomation(job, (_dispatcher(system, kind, job), _clearing(system, kind, discard)))


def _dispatcher(system: str, kind: str, job: "UnresolvedAssetJobDefinition") -> dg.SensorDefinition:
    name = partitions_name(system, kind)

    @dg.sensor(
        name=name,
        job=job,
        description=f"Hands waiting {kind} jobs out in fair order; ends, loses or cancels those whose runs are gone.",
        minimum_interval_seconds=settings().jobs_interval_s,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def dispatcher(context: dg.SensorEvaluationContext, jobs: JobsResource) -> list[dg.RunRequest] | dg.SkipReason:
        queue = JobQueue(jobs.database(), system, kind)
        Dispatch(queue, context.instance, limits(), settings().jobs_silence_s).look_after()
        handed_out = queue.hand_out(limits())
        if not handed_out:
            return dg.SkipReason("no job may be handed out now")
        context.instance.add_dynamic_partitions(name, [job.job_id for job in handed_out])
        return [_request(job) for job in handed_out]

    return dispatcher


def _request(job: Job) -> dg.RunRequest:
    return dg.RunRequest(run_key=run_key(job.job_id, job.attempt), partition_key=job.job_id, tags=run_tags(job))


def _clearing(system: str, kind: str, discard: Callable[[Job], None]) -> dg.SensorDefinition:
    partitions = partitions_name(system, kind)

    @dg.sensor(
        name=f"{partitions}_clearing",
        description=f"Removes what failed and canceled {kind} jobs left, and expired jobs with partition and result.",
        minimum_interval_seconds=_CLEARING_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def clearing(context: dg.SensorEvaluationContext, jobs: JobsResource) -> dg.SkipReason:
        queue = JobQueue(jobs.database(), system, kind)
        cleared = [job for _ in range(CLEARED_AT_ONCE) if (job := _clear(context, queue, discard))]
        expired = [job for _ in range(CLEARED_AT_ONCE) if (job := _expire(context, queue, discard, partitions))]
        return dg.SkipReason(f"cleared up after {len(cleared)} jobs, removed {len(expired)} that expired")

    return clearing


def _clear(context: dg.SensorEvaluationContext, queue: JobQueue, discard: Callable[[Job], None]) -> Job | None:
    try:
        with queue.clearing() as job:
            if job is not None:
                discard(job)
            return job
    except GrtError as error:
        context.log.warning("left for the next look: %s", error)
        return None


def _expire(
    context: dg.SensorEvaluationContext, queue: JobQueue, discard: Callable[[Job], None], partitions: str
) -> Job | None:
    try:
        with queue.expiring(timedelta(days=settings().jobs_retention_days)) as job:
            if job is not None:
                discard(job)
                context.instance.delete_dynamic_partition(partitions, job.job_id)
            return job
    except GrtError as error:
        context.log.warning("left for the next look: %s", error)
        return None
