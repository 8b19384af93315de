"""Brings what Dagster knows of the runs of jobs into the table of jobs, whatever was missed before."""

from dataclasses import dataclass

import dagster as dg
from dagster import DagsterEventType, RunsFilter

from grt_platform.adapters.job_queue import JobQueue, Limits, UnderWay
from grt_platform.kernel.job import ATTEMPT_TAG, JOB_TAG, Job, JobState
from grt_platform.orchestration.job_fate import Fate, fate

_LOST = "The process that did this job ended without a word."
_SILENT = "The process that did this job gives no sign of life."


@dataclass(frozen=True, slots=True)
class Dispatch:
    """The runs of one kind of job.

    Attributes:
        queue: The jobs.
        instance: Dagster, which does them.
        limits: How many lost attempts a job may have.
        silence_s: Seconds without a sign of life after which nobody works on a job.
    """

    queue: JobQueue
    instance: dg.DagsterInstance
    limits: Limits
    silence_s: float

    def look_after(self) -> None:
        """Every job under way goes where its run has gone.

        It looks at states, not at events, so that nothing depends on having seen an event: the daemon may have been
        down, a run deleted, a database brought back from yesterday.
        """
        for seen in self.queue.under_way():
            run = _run_of(seen.job, self.instance)
            if run is not None and seen.job.run_id is None:
                self.queue.launched(seen.job, run.run_id)
            else:
                self._follow(fate(seen, _status(run, seen, self.instance), self.silence_s), seen.job, run)

    def _follow(self, decided: Fate, job: Job, run: dg.DagsterRun | None) -> None:
        match decided:
            case Fate.TERMINATE if run is not None:
                self.instance.run_coordinator.cancel_run(run.run_id)
            case Fate.CANCEL:
                self.queue.cancel(job, "Canceled in Dagster.")
            case Fate.LOSE:
                self.queue.lose(job, _LOST if run is not None else "Its run never came about.", self.limits)
            case Fate.GIVE_UP if run is not None:
                self._give_up(job, run)
            case Fate.BLAME_SYSTEM:
                words = f"Its run ended without a result; ask the administrator to look at run {job.run_id}."
                self.queue.blame_system(job, words)

    def _give_up(self, job: Job, run: dg.DagsterRun) -> None:
        """Dagster counts the run as over too; its process, should there be one, is not heard any more."""
        if run.status is dg.DagsterRunStatus.CANCELING:
            self.instance.report_run_canceled(run, _SILENT)
        else:
            self.instance.report_run_failed(run, _SILENT)
        if job.state is JobState.CANCELING:
            self.queue.cancel(job, _SILENT)
        else:
            self.queue.lose(job, _SILENT, self.limits)


def _run_of(job: Job, instance: dg.DagsterInstance) -> dg.DagsterRun | None:
    """The run of the job's present attempt."""
    if job.run_id is not None:
        return instance.get_run_by_id(job.run_id)
    mine = RunsFilter(tags={JOB_TAG: job.job_id, ATTEMPT_TAG: str(job.attempt)})
    return next(iter(instance.get_runs(mine, limit=1)), None)


def _status(run: dg.DagsterRun | None, seen: UnderWay, instance: dg.DagsterInstance) -> dg.DagsterRunStatus | None:
    """The run's status; a run that Dagster calls canceled, but nobody canceled, was interrupted: it failed."""
    if run is None:
        return None
    if run.status is dg.DagsterRunStatus.CANCELED and seen.job.state is not JobState.CANCELING:
        asked = instance.get_records_for_run(run.run_id, of_type=DagsterEventType.RUN_CANCELING, limit=1).records
        return run.status if asked else dg.DagsterRunStatus.FAILURE
    return run.status
