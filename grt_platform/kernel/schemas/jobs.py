"""The schema `jobs`: asynchronous jobs, and every change of their states."""

from grt_platform.kernel.job import JobState
from grt_platform.kernel.table import Column, Kind, Table

_JOB_ID = Column("job_id", Kind.UUID, "The job; also the partition of its result", is_nullable=False)
_ATTEMPT = "Number of the present attempt, from 1; what an older one says is not heard"

JOBS = Table(
    "jobs",
    "registry",
    "jobs",
    "Every asynchronous job that has not expired",
    (
        _JOB_ID,
        Column("system", Kind.TEXT, "The system that does it", is_nullable=False),
        Column("kind", Kind.TEXT, "Which kind of job of that system", is_nullable=False),
        Column("project", Kind.TEXT, "Whose members may see it", is_nullable=False),
        Column("user_id", Kind.TEXT, "Who asked for it", is_nullable=False),
        Column("user_name", Kind.TEXT, "The name of that person then", is_nullable=False),
        Column("request", Kind.JSON, "What was asked", is_nullable=False),
        Column("pins", Kind.JSON, "Versions of the inputs that it reads", is_nullable=False),
        Column("idempotency_key", Kind.TEXT, "Key under which the same person asks for the same job"),
        Column("priority", Kind.INTEGER, "Higher goes first within its project", is_nullable=False),
        Column("state", Kind.TEXT, f"One of {', '.join(JobState)}", is_nullable=False),
        Column("attempt", Kind.INTEGER, _ATTEMPT, is_nullable=False),
        Column("losses", Kind.INTEGER, "Attempts in a row that ended without a word", is_nullable=False),
        Column("run_id", Kind.TEXT, "Dagster's run of the present attempt, once it is known"),
        Column("progress", Kind.FLOAT, "How far it is, 0 to 1", is_nullable=False),
        Column("step", Kind.TEXT, "What it is at", is_nullable=False),
        Column("counts", Kind.JSON, "What the result holds", is_nullable=False),
        Column("warnings", Kind.JSON, "What is not as it should be, as sentences", is_nullable=False),
        Column("reason", Kind.TEXT, "Why it is where it is, for a person", is_nullable=False),
        Column("result", Kind.JSON, "Where the result is; NULL unless it is complete"),
        Column("created_at", Kind.TIMESTAMP, "When it was submitted", is_nullable=False),
        Column("queued_at", Kind.TIMESTAMP, "Since when the present attempt waited", is_nullable=False),
        Column("handed_out_at", Kind.TIMESTAMP, "When Dagster was asked for its run"),
        Column("started_at", Kind.TIMESTAMP, "When the present attempt began to work"),
        Column("beat_at", Kind.TIMESTAMP, "Last sign of life of the working process"),
        Column("ended_at", Kind.TIMESTAMP, "When it ended"),
        Column("is_cleared", Kind.BOOLEAN, "No half result of an attempt that ended is left", is_nullable=False),
        Column("moved_by", Kind.TEXT, "Who brought it to its present state", is_nullable=False),
    ),
    key=("job_id",),
    unique=(("system", "kind", "project", "user_id", "idempotency_key"),),
    indexed=(
        ("created_at", "job_id"),
        ("project", "created_at", "job_id"),
        ("system", "kind", "state"),
        ("ended_at",),
        ("is_cleared",),
    ),
)
TRANSITIONS = Table(
    "jobs",
    "registry",
    "transitions",
    "Every change of state of every job, written by the database itself",
    (
        Column("transition_no", Kind.INTEGER, "Order in which they happened", is_nullable=False),
        _JOB_ID,
        Column("attempt", Kind.INTEGER, "The attempt from then on", is_nullable=False),
        Column("from_state", Kind.TEXT, "State before; NULL for a new job"),
        Column("to_state", Kind.TEXT, "State after", is_nullable=False),
        Column("run_id", Kind.TEXT, "Dagster's run, where one is known"),
        Column("actor", Kind.TEXT, "Who did it: a person, a run or the dispatcher", is_nullable=False),
        Column("reason", Kind.TEXT, "Why, for a person", is_nullable=False),
        Column("moved_at", Kind.TIMESTAMP, "When", is_nullable=False),
    ),
    key=("transition_no",),
    indexed=(("job_id", "transition_no"),),
    refers=(("job_id", "jobs.jobs"),),
)
CLOSINGS = Table(
    "jobs",
    "registry",
    "closings",
    "When the queue of jobs was closed for new ones, by whom and why; one that nobody ended holds",
    (
        Column("closing_id", Kind.UUID, "The closing", is_nullable=False),
        Column("closes_at", Kind.TIMESTAMP, "From when on no new job is taken", is_nullable=False),
        Column("reason", Kind.TEXT, "Why, for people", is_nullable=False),
        Column("closed_by", Kind.TEXT, "Name of the administrator who closed it", is_nullable=False),
        Column("closed_at", Kind.TIMESTAMP, "When that was decided", is_nullable=False),
        Column("opened_at", Kind.TIMESTAMP, "When it was ended; NULL while it holds"),
        Column("opened_by", Kind.TEXT, "Name of the administrator who ended it"),
    ),
    key=("closing_id",),
)
TABLES = (JOBS, TRANSITIONS, CLOSINGS)
