"""The dispatcher's side of jobs: who goes next, whose run is gone, what is to be removed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from grt_platform.adapters.database import Database
from grt_platform.adapters.job_attempt import REQUEUED
from grt_platform.adapters.job_rows import COLUMNS, FENCE, job_of, move
from grt_platform.adapters.postgres import Connection
from grt_platform.kernel.job import FAILED, HANDED_OUT, Act, Job

DISPATCHER = "dispatcher"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many jobs may be handed out at once.

    Attributes:
        of_kind: Of one kind of a system, all projects together.
        of_project: Of one project, all kinds together.
        losses: Lost attempts in a row after which a job fails.
    """

    of_kind: int
    of_project: int
    losses: int


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A job that was handed out, with the age of what is known of it.

    Attributes:
        job: The job.
        handed_out_s: Seconds since it was handed out; None for one that a person started by hand.
        silent_s: Seconds since the last sign of life of its process; None before the first.
    """

    job: Job
    handed_out_s: float | None
    silent_s: float | None


class JobQueue:
    """The jobs of one kind, as their dispatcher sees them.

    Args:
        database: The Postgres that holds the schema `jobs`.
        system, kind: Which jobs.
    """

    def __init__(self, database: Database, system: str, kind: str) -> None:
        self._database, self._of = database, {"system": system, "kind": kind}

    def hand_out(self, limits: Limits) -> list[Job]:
        """The jobs whose runs are to be made now, by this caller alone, within the limits.

        First comes whose project has least under way, then whose was served longest ago (not in the last hour counts
        as never), then who waited longest; within a project the higher priority goes first. So projects take turns,
        however many jobs one of them has, and however early they came.
        """
        params = {**self._of, "of_kind": limits.of_kind, "of_project": limits.of_project}
        with self._database.transaction() as connection:
            connection.execute(_ONE_AT_A_TIME.encode())
            jobs = move(connection, Act.HAND_OUT, _NEXT, params, actor=DISPATCHER, also=_HANDED_OUT)
        return sorted(jobs, key=lambda job: (job.queued_at, job.job_id))

    def put_back(self, job: Job, reason: str) -> None:
        """The job waits again: its run could not be made."""
        also = ", reason = %(reason)s, handed_out_at = NULL"
        self._move(Act.PUT_BACK, job, reason, also)

    def launched(self, job: Job, run_id: str) -> None:
        """The job's attempt is done by this run; a run that has begun already said so itself."""
        sql = "UPDATE jobs.jobs AS j SET run_id = %(run_id)s WHERE j.run_id IS NULL AND " + _THE_ATTEMPT
        with self._database.connection() as connection:
            connection.execute(sql.encode(), {**_attempt(job), "run_id": run_id})

    def under_way(self) -> list[UnderWay]:
        """Every job that was handed out and has not ended, the oldest first."""
        params = {**self._of, "states": [str(state) for state in sorted(HANDED_OUT)]}
        return [
            UnderWay(job_of(row), row["handed_out_s"], row["silent_s"])
            for row in self._database.fetch(_UNDER_WAY, params)
        ]

    def lose(self, job: Job, reason: str, limits: Limits) -> None:
        """The attempt ended without a word: the job waits for another one, or fails after too many."""
        losses = job.losses + 1
        if losses < limits.losses:
            self._move(Act.LOSE, job, reason, f"{REQUEUED}, losses = j.losses + 1, reason = %(reason)s")
        else:
            words = f"{reason} This was attempt {losses} of {limits.losses}; ask for another one with retry."
            self._move(Act.BLAME_SYSTEM, job, words, ", losses = j.losses + 1, reason = %(reason)s")

    def blame_system(self, job: Job, reason: str) -> None:
        """The job failed for a reason that is ours and that another attempt would meet again."""
        self._move(Act.BLAME_SYSTEM, job, reason, ", reason = %(reason)s")

    def cancel(self, job: Job, reason: str) -> None:
        """The job is canceled: its run is over, or was never made."""
        self._move(Act.CANCEL, job, reason, ", reason = coalesce(nullif(j.reason, ''), %(reason)s)")

    @contextmanager
    def clearing(self) -> Iterator[Job | None]:
        """A job that failed or was canceled after it began; at the clean end nothing is left of its attempts.

        Nobody can start another attempt of it meanwhile. None where there is no such job.
        """
        where = f"NOT j.is_cleared AND j.state = ANY(%(states)s) AND {_ONE_KIND}"
        with self._held(where, {"states": sorted(FAILED)}) as (connection, job):
            yield job
            if job is not None:
                sql = "UPDATE jobs.jobs SET is_cleared = true WHERE job_id = %(job_id)s::uuid"
                connection.execute(sql.encode(), {"job_id": job.job_id})

    @contextmanager
    def expiring(self, age: timedelta) -> Iterator[Job | None]:
        """A job that ended longer ago than `age`; at the clean end it is forgotten. None where there is no such job."""
        where = f"j.ended_at < clock_timestamp() - %(age)s::interval AND {_ONE_KIND}"
        with self._held(where, {"age": age}) as (connection, job):
            yield job
            if job is not None:
                for table in ("transitions", "jobs"):
                    sql = f"DELETE FROM jobs.{table} WHERE job_id = %(job_id)s::uuid"
                    connection.execute(sql.encode(), {"job_id": job.job_id})

    @contextmanager
    def _held(self, where: str, params: Mapping[str, object]) -> Iterator[tuple[Connection, Job | None]]:
        """One job, locked; chance picks it, so that one that cannot be dealt with does not bar the others."""
        sql = f"SELECT {COLUMNS} FROM jobs.jobs AS j WHERE {where} ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED"
        with self._database.transaction() as connection:
            row = connection.execute(sql.encode(), {**self._of, **params}).fetchone()
            yield connection, None if row is None else job_of(row)

    def _move(self, act: Act, job: Job, reason: str, also: str) -> None:
        params = {**_attempt(job), "run_id": job.run_id, "reason": reason}
        where = FENCE if job.run_id is not None else f"{_THE_ATTEMPT} AND j.run_id IS NULL"
        with self._database.connection() as connection:
            move(connection, act, where, params, actor=DISPATCHER, also=also)


def _attempt(job: Job) -> dict[str, object]:
    return {"job_id": job.job_id, "attempt": job.attempt}


_THE_ATTEMPT = "j.job_id = %(job_id)s::uuid AND j.attempt = %(attempt)s"
_ONE_KIND = "system = %(system)s AND kind = %(kind)s"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('grt jobs hand out', 0))"
_HANDED_OUT = ", handed_out_at = clock_timestamp(), reason = ''"
_NEXT = """j.job_id IN (
    WITH busy AS (
        SELECT project, count(*) AS jobs, count(*) FILTER (WHERE system = %(system)s AND kind = %(kind)s) AS of_kind
        FROM jobs.jobs WHERE state IN ('INITIALIZING', 'RUNNING', 'CANCELING') GROUP BY project
    ), waiting AS (
        SELECT w.job_id, w.project, w.queued_at, coalesce(b.jobs, 0)
            + row_number() OVER (PARTITION BY w.project ORDER BY w.priority DESC, w.queued_at, w.job_id) AS turn
        FROM jobs.jobs AS w LEFT JOIN busy AS b USING (project)
        WHERE w.state = 'QUEUED' AND w.system = %(system)s AND w.kind = %(kind)s
    ), served AS (
        SELECT project, max(handed_out_at) AS served_at FROM jobs.jobs
        WHERE system = %(system)s AND kind = %(kind)s
            AND (state IN ('INITIALIZING', 'RUNNING', 'CANCELING') OR ended_at > clock_timestamp() - interval '1 hour')
        GROUP BY project
    )
    SELECT job_id FROM waiting LEFT JOIN served USING (project) WHERE turn <= %(of_project)s
    ORDER BY turn, served_at NULLS FIRST, queued_at, job_id
    LIMIT greatest(0, %(of_kind)s - (SELECT coalesce(sum(of_kind), 0) FROM busy)))"""
_UNDER_WAY = f"""
    SELECT {COLUMNS}, extract(epoch FROM clock_timestamp() - handed_out_at)::float8 AS handed_out_s,
        extract(epoch FROM clock_timestamp() - beat_at)::float8 AS silent_s
    FROM jobs.jobs AS j
    WHERE state = ANY(%(states)s) AND {_ONE_KIND} ORDER BY created_at, job_id
"""
