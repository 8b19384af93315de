"""The rows of the schema `objects`: versions read and changed; each change locks its project's row first."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg.errors import ForeignKeyViolation

from grt_platform.adapters.database import Database
from grt_platform.adapters.postgres import Connection
from grt_platform.kernel.versions import AbsentError, ObjectVersion, QuotaError, State, is_version_id

COLUMNS = (
    "v.version_id, v.project, v.name, v.size_bytes, v.state, v.sha256, v.md5, v.part_bytes, v.created_by, "
    "v.created_at, v.expires_at, v.stored_at, v.reason"
)
COUNTED = (State.PENDING, State.STORED)
"""States whose bytes count against the project's room."""


def version_of(row: Mapping[str, Any]) -> ObjectVersion:
    """The version that a row of `COLUMNS` tells of; further columns are left out."""
    known = {name: row[name] for name in ObjectVersion.__dataclass_fields__}
    return ObjectVersion(**{**known, "state": State(row["state"])})


def read_version(connection: Connection, project: str, version_id: str) -> ObjectVersion:
    """The version of that id in the project.

    Raises:
        AbsentError: There is none; one of another project is none.
    """
    query = f"SELECT {COLUMNS} FROM objects.versions AS v WHERE v.project = %s AND v.version_id = %s::uuid"
    is_id = is_version_id(version_id)
    rows = connection.execute(query.encode(), [project, version_id]).fetchall() if is_id else []
    if not rows:
        raise AbsentError(f"project {project} has no version or upload {version_id[:60]!r}; list its objects")
    return version_of(rows[0])


@contextmanager
def changing(database: Database, project: str) -> Iterator[Connection]:
    """One transaction that changes objects of the project, alone among all that do.

    Raises:
        AbsentError: There is no such project.
    """
    with database.transaction() as connection:
        try:
            connection.execute(
                "INSERT INTO objects.projects (project, used_bytes, suffixes) VALUES (%s, 0, '[]') "
                "ON CONFLICT (project) DO NOTHING",
                [project],
            )
        except ForeignKeyViolation as error:
            raise AbsentError(f"there is no project {project[:64]!r}") from error
        connection.execute("SELECT FROM objects.projects WHERE project = %s FOR UPDATE", [project])
        yield connection


def take_room(connection: Connection, project: str, size_bytes: int, usual_limit: int) -> None:
    """The project has so many bytes less room.

    Raises:
        QuotaError: It has not got them.
    """
    [row] = connection.execute(
        "SELECT used_bytes, coalesce(limit_bytes, %s) AS limit_bytes FROM objects.projects WHERE project = %s",
        [usual_limit, project],
    ).fetchall()
    used, limit = int(str(row["used_bytes"])), int(str(row["limit_bytes"]))
    if used + size_bytes > limit:
        raise QuotaError(
            f"project {project} has room for {max(0, limit - used)} more bytes of its {limit}, these are {size_bytes}; "
            "abort uploads, purge versions, or ask the administrator for a higher quota"
        )
    connection.execute(
        "UPDATE objects.projects SET used_bytes = used_bytes + %s WHERE project = %s", [size_bytes, project]
    )


def end(connection: Connection, version: ObjectVersion, state: State, reason: str) -> None:
    """The version is in `state`, one that needs no room, and its room is free; the caller read it in `changing`."""
    connection.execute(
        "UPDATE objects.versions SET state = %s, reason = %s WHERE version_id = %s",
        [state.value, reason, version.version_id],
    )
    connection.execute("DELETE FROM objects.parts WHERE version_id = %s", [version.version_id])
    if version.state in COUNTED:
        connection.execute(
            "UPDATE objects.projects SET used_bytes = used_bytes - %s WHERE project = %s",
            [version.size_bytes, version.project],
        )


def publish(connection: Connection, version: ObjectVersion, sha256: str, now: datetime) -> None:
    """The version is stored, and current under its name; the caller read it as pending in `changing`."""
    connection.execute(
        "UPDATE objects.versions SET state = 'stored', sha256 = %s, stored_at = %s, "
        "generation = nextval('objects.generations') WHERE version_id = %s",
        [sha256, now, version.version_id],
    )
    connection.execute(
        "UPDATE objects.names SET version_id = %s, deleted_at = NULL, deleted_by = NULL "
        "WHERE project = %s AND name = %s",
        [version.version_id, version.project, version.name],
    )
    connection.execute("DELETE FROM objects.parts WHERE version_id = %s", [version.version_id])
