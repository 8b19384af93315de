"""The people's side of jobs: submit, look, list, cancel, ask for another attempt. Nothing here knows Dagster."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from grt_platform.adapters.database import Database
from grt_platform.adapters.job_rows import COLUMNS, as_json, job_of, move
from grt_platform.adapters.postgres import Connection
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.job import Act, Job, JobState

MOST_KEY_LETTERS = 255


class NoSuchJobError(BadInputError):
    """There is no job of this id, or none that may be seen."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"There is no job {job_id}")


class ReusedKeyError(BadInputError):
    """The idempotency key was used for another request."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody asks for.

    Attributes:
        system, kind: Which machinery is to do it.
        project, user_id, user_name: Who will see it, and who asks.
        request: What is asked, JSON.
        pins: Versions of the inputs, JSON: what the job reads whatever is uploaded later.
        priority: Higher goes first within the project.
        idempotency_key: The same key of the same person is the same job, however often it is sent.
    """

    system: str
    kind: str
    project: str
    user_id: str
    user_name: str
    request: Mapping[str, Any]
    pins: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """The job, and whether this submission made it."""

    job: Job
    is_new: bool


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are listed; None leaves a thing open.

    Attributes:
        projects: Projects that may be seen.
        after: The last job of the page before: when it was created, and its id.
    """

    projects: Sequence[str] | None = None
    user_id: str | None = None
    system: str | None = None
    kind: str | None = None
    states: Sequence[JobState] | None = None
    after: tuple[datetime, str] | None = None


class JobBoard:
    """The table of jobs, as people use it; every method is one statement.

    Args:
        database: The Postgres that holds the schema `jobs`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, asked: Submission, *, connection: Connection | None = None) -> Submitted:
        """The job, committed when this returns, or with the transaction of `connection`.

        Raises:
            ReusedKeyError: The key stands for another request.
            BadInputError: The key or the request cannot be stored.
        """
        params = _row(asked)
        with nullcontext(connection) if connection else self._database.connection() as writer:
            made = writer.execute(_SUBMIT.encode(), params).fetchone()
            if made is not None:
                return Submitted(job_of(made), is_new=True)
            known = writer.execute(_OF_KEY.encode(), params).fetchone()
        if known is None or not known["is_same"]:
            raise ReusedKeyError(
                f"The idempotency key {asked.idempotency_key!r} was used for another request; send a new key"
            )
        return Submitted(job_of(known), is_new=False)

    def get(self, job_id: str) -> Job:
        """The job.

        Raises:
            NoSuchJobError: There is none.
        """
        sql = f"SELECT {COLUMNS} FROM jobs.jobs AS j WHERE job_id = %(job_id)s::uuid"
        rows = self._database.fetch(sql, {"job_id": read_job_id(job_id)})
        if not rows:
            raise NoSuchJobError(job_id)
        return job_of(rows[0])

    def newest(self, chosen: JobFilter, limit: int, offset: int = 0) -> list[Job]:
        """The newest jobs first, at most `limit` after the first `offset`."""
        after_at, after_id = chosen.after or (None, None)
        params = {
            "projects": None if chosen.projects is None else list(chosen.projects),
            "user_id": chosen.user_id,
            "system": chosen.system,
            "kind": chosen.kind,
            "states": None if chosen.states is None else [str(state) for state in chosen.states],
            "after_at": after_at,
            "after_id": after_id,
            "limit": limit,
            "offset": offset,
        }
        return [job_of(row) for row in self._database.fetch(_LIST, params)]

    def history(self, job_id: str) -> list[dict[str, Any]]:
        """Every change of the job's state, oldest first, as rows of `jobs.transitions`."""
        return self._database.fetch(_HISTORY, {"job_id": read_job_id(job_id)})

    def cancel(self, job_id: str, actor: str) -> Job:
        """The job after a person asked to cancel it: canceled where it waited, canceling where it ran, else unchanged.

        Raises:
            NoSuchJobError: There is none.
        """
        return self._ask(Act.ASK_TO_CANCEL, job_id, actor, ", reason = 'Canceled by ' || %(actor)s")

    def retry(self, job_id: str, actor: str) -> Job:
        """The job, waiting for a new attempt, if it had failed or was canceled; unchanged otherwise.

        Raises:
            NoSuchJobError: There is none.
        """
        return self._ask(Act.RETRY, job_id, actor, _ANEW)

    def _ask(self, act: Act, job_id: str, actor: str, also: str) -> Job:
        with self._database.connection() as connection:
            where, params = "j.job_id = %(job_id)s::uuid", {"job_id": read_job_id(job_id)}
            moved = move(connection, act, where, params, actor=actor, also=also)
        return moved[0] if moved else self.get(job_id)


def read_job_id(text: str) -> str:
    """The id in the form that everything uses.

    Raises:
        NoSuchJobError: It is none.
    """
    try:
        return str(UUID(text))
    except ValueError as error:
        raise NoSuchJobError(text[:64]) from error


_ANEW = """, attempt = j.attempt + 1, losses = 0, run_id = NULL, progress = 0, step = '', reason = '', counts = '{}',
    warnings = '[]', queued_at = clock_timestamp(), handed_out_at = NULL, started_at = NULL, beat_at = NULL"""
_SUBMIT = f"""
    INSERT INTO jobs.jobs AS j
        (system, kind, project, user_id, user_name, request, pins, priority, idempotency_key, moved_by)
    VALUES (%(system)s, %(kind)s, %(project)s, %(user_id)s, %(user_name)s, %(request)s, %(pins)s, %(priority)s,
        %(key)s, %(user_name)s)
    ON CONFLICT (system, kind, project, user_id, idempotency_key) DO NOTHING
    RETURNING {COLUMNS}
"""
_OF_KEY = f"""
    SELECT {COLUMNS}, j.request = %(request)s::jsonb AND j.pins = %(pins)s::jsonb AS is_same FROM jobs.jobs AS j
    WHERE (system, kind, project, user_id, idempotency_key)
        = (%(system)s, %(kind)s, %(project)s, %(user_id)s, %(key)s)
"""
_LIST = f"""
    SELECT {COLUMNS} FROM jobs.jobs AS j
    WHERE (%(projects)s::text[] IS NULL OR project = ANY(%(projects)s::text[]))
      AND (%(user_id)s::text IS NULL OR user_id = %(user_id)s) AND (%(system)s::text IS NULL OR system = %(system)s)
      AND (%(kind)s::text IS NULL OR kind = %(kind)s)
      AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s::text[]))
      AND (%(after_at)s::timestamptz IS NULL
           OR (created_at, job_id) < (%(after_at)s::timestamptz, %(after_id)s::uuid))
    ORDER BY created_at DESC, job_id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
_HISTORY = """
    SELECT attempt, from_state, to_state, run_id, actor, reason, moved_at
    FROM jobs.transitions WHERE job_id = %(job_id)s::uuid ORDER BY transition_no
"""


def _row(asked: Submission) -> dict[str, object]:
    key = asked.idempotency_key
    if key is not None and not (0 < len(key) <= MOST_KEY_LETTERS and key.isprintable()):
        raise BadInputError(f"An idempotency key has 1 to {MOST_KEY_LETTERS} printable letters; send another one")
    return {
        "system": asked.system,
        "kind": asked.kind,
        "project": asked.project,
        "user_id": asked.user_id,
        "user_name": asked.user_name,
        "request": as_json(asked.request, "The request"),
        "pins": as_json(asked.pins, "The list of pinned inputs"),
        "priority": asked.priority,
        "key": key,
    }
