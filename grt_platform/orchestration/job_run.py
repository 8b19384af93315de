"""What an asset that does a job opens around its work: it reports, hears of a cancel, and says how it ended."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, Self

import dagster as dg

from grt_platform.adapters.database import Database, LightDatabase
from grt_platform.adapters.file_errors import room
from grt_platform.adapters.job_attempt import Attempt, JobGoneError, begin
from grt_platform.adapters.postgres import Connection
from grt_platform.adapters.process import end_children, own_children
from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.kernel.job import ATTEMPT_TAG, Job, further
from grt_platform.orchestration.execution import MAX_RETRIES, errors_by_kind
from grt_platform.settings import settings

_BEAT_S, _TELL_S = 5.0, 0.5
_STARTED_BY_A_PERSON = "dagster/parent_run_id"
Context = dg.AssetExecutionContext | dg.OpExecutionContext


class JobRun:
    """A job while an asset works on it.

    Attributes:
        job: The job, with its request and its pinned inputs.
    """

    def __init__(self, attempt: Attempt) -> None:
        self.job: Job = attempt.job
        self._attempt, self._gone = attempt, ""
        self._progress, self._step, self._told_at = 0.0, "", 0.0
        self._is_over = threading.Event()
        self._heart = threading.Thread(target=self._beat, name=f"heart of job {self.job.job_id}", daemon=True)

    @property
    def request(self) -> Mapping[str, Any]:
        """What was asked."""
        return self.job.request

    @property
    def pins(self) -> Mapping[str, Any]:
        """The versions of the inputs."""
        return self.job.pins

    def step(self, name: str, progress: float) -> None:
        """The job is at this step and this far (0 to 1, never back); cheap, so call it for every chunk of work.

        Raises:
            JobGoneError: Somebody canceled the job, or another attempt does it. Let it pass.
        """
        self._progress = further(self._progress, progress)
        now, is_new = time.monotonic(), name != self._step
        if is_new or now - self._told_at >= _TELL_S:
            self._step, self._told_at = name, now
            self._attempt.tell(self._progress, name)
        self.check()

    def check(self) -> None:
        """Goes on, unless somebody canceled the job.

        Raises:
            JobGoneError: As of `step`; a cancel is known here five seconds after it at the latest.
        """
        if self._gone:
            raise JobGoneError(self._gone)

    def completing(
        self, result: Mapping[str, Any], counts: Mapping[str, Any], warnings: Sequence[str] = ()
    ) -> AbstractContextManager[Connection]:
        """A connection in a transaction: what it writes and the end of the job are seen together, or neither.

        Args:
            result: Where the result is, JSON.
            counts: What it holds, JSON.
            warnings: Sentences about what is not as it should be; with any, the job counts as done in part.

        Raises:
            JobGoneError: At the end of the block: a cancel came first, and nothing was written.
        """
        return self._attempt.completing(result, counts, warnings)

    def complete(
        self,
        result: Mapping[str, Any],
        counts: Mapping[str, Any],
        warnings: Sequence[str] = (),
        *,
        connection: Connection | None = None,
    ) -> None:
        """The job is complete, with the transaction of `connection` where one is given; see `completing`.

        Raises:
            JobGoneError: A cancel came first: roll back.
        """
        if connection is not None:
            self._attempt.complete(result, counts, warnings, connection=connection)
            return
        with self.completing(result, counts, warnings):
            pass

    def __enter__(self) -> Self:
        self._heart.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._is_over.set()
        self._heart.join()

    def _beat(self) -> None:
        while not self._is_over.wait(_BEAT_S):
            try:
                self._attempt.tell()
            except JobGoneError as error:
                self._gone = str(error)
                return
            except UnavailableError:
                continue  # the work itself notices, where it needs the database


class JobsResource(dg.ConfigurableResource[None]):
    """The table of jobs."""

    def database(self) -> Database:
        """The Postgres that holds the schema `jobs`."""
        return LightDatabase(settings().warehouse_url.get_secret_value(), patience_s=10)

    @contextmanager
    def running(self, context: Context) -> Iterator[JobRun]:
        """The job whose id is the partition of this run, for as long as a step works on it.

        A job may be done by several steps of its run, also at once; one of them completes it.
        It ends as the work does: bad input and bad sources are the person's, what stays unavailable after all retries
        and everything unforeseen is ours; a cancel ends run and job as canceled. No child process outlives it.
        """
        with errors_by_kind(context.retry_number), _interrupted_when_gone(context):
            attempt = begin(self.database(), context.partition_key, context.run.run_id, _made_for(context.run))
            with _Ending(attempt, context), room(), JobRun(attempt) as run:
                yield run


class _Ending:
    """Says in the table of jobs how an attempt ended, when its work raises; leaves no child process."""

    def __init__(self, attempt: Attempt, context: Context) -> None:
        self._attempt, self._context = attempt, context
        self._children = own_children()

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None:
            end_children(self._children)
        match error:
            case BadInputError() | BadSourceError():
                self._attempt.blame_input(str(error))
            case UnavailableError() if self._context.retry_number >= MAX_RETRIES:
                self._attempt.blame_system(f"{error} Tried {MAX_RETRIES + 1} times; ask for another attempt later.")
            case None | UnavailableError() | dg.RetryRequested():
                self._attempt.rest()
            case JobGoneError():
                self._attempt.cancel()
            case dg.DagsterExecutionInterruptedError() | KeyboardInterrupt():
                self._interrupted()
            case _:
                self._attempt.blame_system(
                    f"Something went wrong on our side; ask the administrator about run {self._context.run.run_id}."
                )

    def _interrupted(self) -> None:
        run = self._context.instance.get_run_by_id(self._context.run.run_id)
        if run is not None and run.status is dg.DagsterRunStatus.CANCELING:
            self._attempt.cancel()
        else:
            self._attempt.release("The platform was stopped while this job was running; it is started again.")


@contextmanager
def _interrupted_when_gone(context: Context) -> Iterator[None]:
    """Dagster ends the run as canceled when its job is gone."""
    try:
        yield
    except JobGoneError as error:
        context.log.warning("%s: this run ends without a result", error)
        run = context.instance.get_run_by_id(context.run_id)
        if run is not None and run.status is not dg.DagsterRunStatus.CANCELING:
            context.instance.report_run_canceling(run, str(error))  # an interrupt that nobody asked for is a failure
        raise dg.DagsterExecutionInterruptedError(str(error)) from error


def _made_for(run: dg.DagsterRun) -> int | None:
    """The attempt that the run was made for; None where a person started it, or started it again, in Dagster."""
    attempt = run.tags.get(ATTEMPT_TAG)
    return None if attempt is None or _STARTED_BY_A_PERSON in run.tags else int(attempt)
