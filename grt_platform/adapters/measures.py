"""What the databases and disks of the platform tell about its state, as measures."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from grt_platform.adapters.database import Database
from grt_platform.kernel.measures import Measure

_LONGEST_QUESTION = b"SET LOCAL statement_timeout = '5s'"
_WAITING = "SELECT extract(epoch FROM now() AT TIME ZONE 'utc' - min(create_timestamp))::float8 AS age FROM runs"


def job_measures(database: Database) -> list[Measure]:
    """Jobs of people by state, and how long the oldest one waits."""
    counts = _rows(database, "SELECT system, kind, state, count(*) AS n FROM jobs.jobs GROUP BY 1, 2, 3")
    waiting = _rows(
        database,
        """SELECT system, kind, extract(epoch FROM now() - min(queued_at))::float8 AS n
           FROM jobs.jobs WHERE state = 'QUEUED' GROUP BY 1, 2""",
    )
    oldest = "Seconds since the oldest job that waits was queued"
    return [
        _measure("grt_jobs", "Jobs that have not expired", ("system", "kind", "state"), counts),
        _measure("grt_jobs_oldest_queued_seconds", oldest, ("system", "kind"), waiting),
    ]


def object_measures(database: Database) -> list[Measure]:
    """Uploads by state, and the room that projects use."""
    uploads = _rows(database, "SELECT state, count(*) AS n FROM objects.versions GROUP BY 1")
    used = _rows(database, "SELECT project, used_bytes AS n FROM objects.projects")
    return [
        _measure("grt_uploads", "Uploads by what became of them", ("state",), uploads),
        _measure("grt_project_bytes", "Bytes of a project's objects", ("project",), used),
    ]


def arrival_measures(database: Database, systems: Iterable[str]) -> list[Measure]:
    """The ledger and the quarantine of each system.

    Args:
        database: Where they are served.
        systems: Names from the house's own list, never from outside.
    """
    objects: list[Any] = []
    rows: list[Any] = []
    quarantine: list[Any] = []
    latest: list[Any] = []
    outcomes = ("loaded", "quarantined", "duplicate", "superseded")
    sums = ", ".join(f"coalesce(sum(rows_{outcome}), 0)::float8 AS {outcome}" for outcome in outcomes)
    for system in systems:
        found = _rows(
            database,
            f"""SELECT status, count(*) AS n, {sums}, extract(epoch FROM max(received_at))::float8 AS latest
                FROM {system}.ledger GROUP BY 1""",
        )
        objects += [{"system": system, "status": row["status"], "n": row["n"]} for row in found]
        rows += [{"system": system, "outcome": o, "n": sum(row[o] for row in found)} for o in outcomes]
        latest += [{"system": system, "n": max(row["latest"] for row in found)}] if found else []
        held = _rows(database, f"SELECT count(*) AS n FROM {system}.quarantine")
        quarantine += [{"system": system, "n": held[0]["n"]}]
    arrived = "Unix time when the newest raw object was first seen"
    return [
        _measure("grt_ledger_objects", "Versions of raw objects by what became of them", ("system", "status"), objects),
        _measure("grt_ledger_rows", "Rows of raw objects by what became of them", ("system", "outcome"), rows),
        _measure("grt_ledger_newest_timestamp_seconds", arrived, ("system",), latest),
        _measure("grt_quarantine_rows", "Rows in quarantine", ("system",), quarantine),
    ]


def run_measures(dagster: Database) -> list[Measure]:
    """Dagster's runs, backfills, daemons and ticks, from its own storage."""
    runs = _rows(dagster, "SELECT pipeline_name AS job, status, count(*) AS n FROM runs GROUP BY 1, 2")
    waiting = _rows(dagster, f"{_WAITING} WHERE status = 'QUEUED'")
    backfills = _rows(dagster, "SELECT status, count(*) AS n FROM bulk_actions GROUP BY 1")
    ticks = _rows(
        dagster,
        """SELECT type, count(*) AS n FROM job_ticks
           WHERE status = 'FAILURE' AND "timestamp" > now() AT TIME ZONE 'utc' - interval '1 hour' GROUP BY 1""",
    )
    queued = [{"n": row["age"]} for row in waiting if row["age"] is not None]
    return [
        _measure("grt_runs", "Runs by job and status", ("job", "status"), runs),
        _measure("grt_runs_oldest_queued_seconds", "Seconds since the oldest run that waits was made", (), queued),
        heartbeats(dagster),
        _measure("grt_backfills", "Backfills by status", ("status",), backfills),
        _measure("grt_ticks_failed_last_hour", "Looks of sensors and schedules that failed", ("type",), ticks),
    ]


def heartbeats(dagster: Database) -> Measure:
    """How long ago each of Dagster's daemons gave a sign of life; one of the future is a wrong clock, and no life."""
    beats = _rows(
        dagster,
        """SELECT daemon_type AS daemon, abs(extract(epoch FROM now() AT TIME ZONE 'utc' - "timestamp"))::float8 AS n
           FROM daemon_heartbeats""",
    )
    text = "Seconds since a daemon's last sign of life, which it dates by its own clock; or until then"
    return _measure("grt_daemon_heartbeat_age_seconds", text, ("daemon",), beats)


def database_measures(databases: Mapping[str, Database]) -> list[Measure]:
    """How large the databases are."""
    sizes: list[Any] = []
    for name, database in databases.items():
        size = _rows(database, "SELECT pg_database_size(current_database()) AS n")
        sizes += [{"database": name, "n": size[0]["n"]}]
    return [_measure("grt_database_bytes", "Size of a database", ("database",), sizes)]


def disk_measures(places: Mapping[str, Path]) -> list[Measure]:
    """Room on the disks of this process.

    Args:
        places: Folders by what lies in them; those that are not there are left out.
    """
    usage = {name: shutil.disk_usage(path) for name, path in places.items() if path.exists()}
    free = [{"place": name, "n": each.free} for name, each in usage.items()]
    total = [{"place": name, "n": each.total} for name, each in usage.items()]
    return [
        _measure("grt_disk_free_bytes", "Free room on the disk of a folder", ("place",), free),
        _measure("grt_disk_bytes", "Size of the disk of a folder", ("place",), total),
    ]


def _rows(database: Database, sql: str) -> list[dict[str, Any]]:
    with database.transaction() as connection:
        connection.execute(_LONGEST_QUESTION)
        return connection.execute(sql.encode()).fetchall()


def _measure(name: str, text: str, labels: tuple[str, ...], rows: Sequence[Mapping[str, Any]]) -> Measure:
    return Measure(name, text, labels, [(tuple(str(row[label]) for label in labels), float(row["n"])) for row in rows])
