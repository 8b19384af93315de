"""The run's side of jobs: one attempt reports what it does, and is not heard any more once another one took over."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from grt_platform.adapters.database import Database
from grt_platform.adapters.job_board import read_job_id
from grt_platform.adapters.job_rows import COLUMNS, FENCE, as_json, job_of, move
from grt_platform.adapters.postgres import Connection
from grt_platform.kernel.job import Act, Job, JobState


class JobGoneError(Exception):
    """This attempt has nothing to do any more: its job was canceled, or belongs to another attempt."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a job, done by one run.

    Attributes:
        database: The Postgres that holds the schema `jobs`.
        job: The job as it was when the attempt began.
        run_id: The run that does it.
    """

    database: Database
    job: Job
    run_id: str

    @property
    def _fence(self) -> dict[str, object]:
        return {"job_id": self.job.job_id, "attempt": self.job.attempt, "run_id": self.run_id}

    def tell(self, progress: float | None = None, step: str | None = None) -> JobState:
        """A sign of life, with how far it is (0 to 1) and with what; progress never goes back.

        Raises:
            JobGoneError: Somebody asked to cancel, or another attempt took over.
        """
        rows = self.database.fetch(_TELL, {**self._fence, "progress": progress, "step": step})
        if not rows or rows[0]["state"] == JobState.CANCELING:
            raise JobGoneError(self._why())
        return JobState(rows[0]["state"])

    def rest(self) -> None:
        """No sign of life is to be expected until somebody works on the job again."""
        sql = f"UPDATE jobs.jobs AS j SET beat_at = NULL WHERE {FENCE}"
        with self.database.connection() as connection:
            connection.execute(sql.encode(), self._fence)

    def complete(
        self,
        result: Mapping[str, Any],
        counts: Mapping[str, Any],
        warnings: Sequence[str] = (),
        *,
        connection: Connection,
    ) -> None:
        """The job is complete with this result, as soon as the connection's transaction commits.

        Raises:
            JobGoneError: Somebody asked to cancel first, or another attempt took over: roll back.
        """
        given = {
            "result": as_json(result, "The result"),
            "counts": as_json(counts, "The counts"),
            "warnings": as_json(list(warnings), "A warning"),
        }
        if not move(connection, Act.COMPLETE, FENCE, {**self._fence, **given}, actor=self._actor, also=_COMPLETED):
            raise JobGoneError(self._why())

    @contextmanager
    def completing(
        self, result: Mapping[str, Any], counts: Mapping[str, Any], warnings: Sequence[str] = ()
    ) -> Iterator[Connection]:
        """A connection in a transaction whose clean end completes the job; whoever asked to cancel before wins.

        Raises:
            JobGoneError: At the end, with everything rolled back; see `complete`.
        """
        with self.database.transaction() as connection:
            yield connection
            self.complete(result, counts, warnings, connection=connection)

    def blame_input(self, reason: str) -> None:
        """The job failed for a reason that the person can mend."""
        self._end(Act.BLAME_INPUT, reason)

    def blame_system(self, reason: str) -> None:
        """The job failed for a reason that is ours."""
        self._end(Act.BLAME_SYSTEM, reason)

    def cancel(self) -> None:
        """The job was canceled and this run is ending."""
        self._end(Act.CANCEL, "")

    def release(self, reason: str) -> None:
        """Another attempt does the job, because this run has to end before it is done; that counts as no loss."""
        also = f"{REQUEUED}, reason = %(reason)s"
        self._move(Act.LOSE, {"reason": reason}, also)

    @property
    def _actor(self) -> str:
        return f"run {self.run_id}"

    def _end(self, act: Act, reason: str) -> None:
        self._move(act, {"reason": reason}, ", reason = coalesce(nullif(%(reason)s, ''), j.reason), result = NULL")

    def _move(self, act: Act, params: Mapping[str, object], also: str) -> None:
        with self.database.connection() as connection:
            move(connection, act, FENCE, {**self._fence, **params}, actor=self._actor, also=also)

    def _why(self) -> str:
        sql = "SELECT state, attempt FROM jobs.jobs WHERE job_id = %(job_id)s::uuid"
        return gone(self.job.job_id, self.database.fetch(sql, self._fence))


def begin(database: Database, job_id: str, run_id: str, attempt: int | None) -> Attempt:
    """The attempt that this run does from now on.

    Args:
        database: The Postgres that holds the schema `jobs`.
        job_id: The job.
        run_id: The run that asks.
        attempt: The attempt the run was made for; None for a run that somebody started by hand.

    Raises:
        JobGoneError: The run has nothing to do: the job was canceled, ended, or belongs to another run.
        NoSuchJobError: There is no such job.
    """
    params = {"job_id": read_job_id(job_id), "run_id": run_id, "attempt": attempt}
    actor = f"run {run_id}"
    with database.connection() as connection:
        known = connection.execute(_CONTINUE.encode(), params).fetchone()
        if known is not None:
            return Attempt(database, job_of(known), run_id)
        if attempt is None:
            moved = move(connection, Act.START_BY_HAND, _THIS, params, actor=actor, also=_STARTED_BY_HAND)
        else:
            moved = move(connection, Act.START, FENCE, params, actor=actor, also=_STARTED)
    if not moved:
        sql = "SELECT state, attempt FROM jobs.jobs WHERE job_id = %(job_id)s::uuid"
        raise JobGoneError(gone(job_id, database.fetch(sql, params)))
    return Attempt(database, moved[0], run_id)


def gone(job_id: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Why a run has nothing to do with the job, from the state and attempt of its row."""
    if not rows:
        return f"Job {job_id} was removed"
    if rows[0]["state"] in {JobState.CANCELING, JobState.CANCELED}:
        return f"Job {job_id} was canceled"
    return f"Job {job_id} is {rows[0]['state']} and its attempt {rows[0]['attempt']} is another run's"


REQUEUED = """, attempt = j.attempt + 1, run_id = NULL, queued_at = clock_timestamp(), handed_out_at = NULL,
    beat_at = NULL"""
_THIS = "j.job_id = %(job_id)s::uuid"
_NOW = "clock_timestamp()"
_STARTED = f""", run_id = %(run_id)s, beat_at = {_NOW}, is_cleared = false, reason = '',
    started_at = CASE j.state WHEN 'RUNNING' THEN j.started_at ELSE {_NOW} END"""
_STARTED_BY_HAND = f""", run_id = %(run_id)s, beat_at = {_NOW}, attempt = j.attempt + 1, losses = 0, reason = '',
    is_cleared = j.state = 'COMPLETE',
    started_at = CASE j.state WHEN 'COMPLETE' THEN j.started_at ELSE {_NOW} END,
    progress = CASE j.state WHEN 'COMPLETE' THEN j.progress ELSE 0 END,
    step = CASE j.state WHEN 'COMPLETE' THEN j.step ELSE '' END"""
_COMPLETED = """, result = %(result)s, counts = %(counts)s, warnings = %(warnings)s, progress = 1, step = 'done',
    reason = '', losses = 0, is_cleared = true"""
_CONTINUE = f"""
    UPDATE jobs.jobs AS j SET beat_at = {_NOW}
    WHERE j.job_id = %(job_id)s::uuid AND j.run_id = %(run_id)s AND j.state IN ('RUNNING', 'COMPLETE')
    RETURNING {COLUMNS}
"""
_TELL = f"""
    UPDATE jobs.jobs AS j SET beat_at = {_NOW},
        progress = CASE WHEN j.state = 'RUNNING'
            THEN greatest(j.progress, least(1, greatest(0, coalesce(%(progress)s::float8, 0)))) ELSE j.progress END,
        step = CASE WHEN j.state = 'RUNNING' THEN coalesce(%(step)s::text, j.step) ELSE j.step END
    WHERE {FENCE} AND j.state IN ('RUNNING', 'COMPLETE', 'CANCELING')
    RETURNING j.state
"""
