"""Hands jobs out as soon as they are submitted, ends canceled ones at once; the sensors would a little later."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import structlog

from grt_platform.adapters.dagster_api import DagsterApi
from grt_platform.adapters.database import Database
from grt_platform.adapters.job_queue import JobQueue, Limits
from grt_platform.kernel.errors import GrtError
from grt_platform.kernel.job import Job, partitions_name, run_name, run_tags
from grt_platform.serving.handles import dagster_api
from grt_platform.settings import settings

_log = structlog.get_logger()


class JobLauncher:
    """Talks to Dagster beside the requests, one thing after another, so that no request waits for it.

    Whatever fails here is done by the sensors of jobs within seconds.

    Args:
        database: The Postgres that holds the schema `jobs`.
        api: Opens Dagster's API; raises UnavailableError where there is none.
    """

    def __init__(self, database: Database, api: Callable[[], DagsterApi] = dagster_api) -> None:
        self._database, self._api = database, api
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="jobs")
        self._waiting, self._lock = set[tuple[str, str]](), Lock()

    def submitted(self, system: str, kind: str) -> None:
        """Jobs of this kind wait: those whose turn it is are handed out soon."""
        with self._lock:
            is_new = (system, kind) not in self._waiting
            self._waiting.add((system, kind))
        if is_new:
            self._worker.submit(self._hand_out, system, kind)

    def canceled(self, job: Job) -> None:
        """The job's run is asked to end soon."""
        if job.run_id is not None:
            self._worker.submit(self._end, job.run_id)

    def close(self) -> None:
        """Nothing is under way any more."""
        self._worker.shutdown(cancel_futures=True)

    def _hand_out(self, system: str, kind: str) -> None:
        with self._lock:
            self._waiting.discard((system, kind))
        queue = JobQueue(self._database, system, kind)
        try:
            api = self._api()
            for job in queue.hand_out(limits()):
                launch(job, queue, api)
        except GrtError as error:
            _log.warning("jobs are left to the sensor", system=system, kind=kind, reason=str(error))

    def _end(self, run_id: str) -> None:
        try:
            self._api().terminate(run_id)
        except GrtError as error:
            _log.warning("the run is left to the sensor", run_id=run_id, reason=str(error))


def launch(job: Job, queue: JobQueue, api: DagsterApi) -> None:
    """The job's run is made; where Dagster refuses, the job waits again.

    Raises:
        GrtError: Dagster's refusal.
    """
    try:
        run_id = api.launch_job(
            run_name(job.system, job.kind), partitions_name(job.system, job.kind), job.job_id, run_tags(job)
        )
    except GrtError as error:
        queue.put_back(job, str(error))
        raise
    queue.launched(job, run_id)


def limits() -> Limits:
    """How many jobs may run at once, as the settings say."""
    known = settings()
    return Limits(known.jobs_running, known.jobs_running_per_project, known.jobs_attempts)
