"""The rows of pending uploads: made, their parts promised; the caller holds the lock of their project."""

from collections.abc import Sequence

from psycopg.errors import UniqueViolation

from grt_platform.adapters.postgres import Connection
from grt_platform.kernel.object_names import skeleton
from grt_platform.kernel.versions import ObjectVersion, PartPromise, TakenError


def insert_pending(connection: Connection, version: ObjectVersion) -> None:
    """The upload is known, and its name is its own.

    Raises:
        TakenError: People would take the name for another one of the project.
    """
    try:
        with connection.transaction():
            connection.execute(
                "INSERT INTO objects.names (project, name, skeleton) VALUES (%s, %s, %s) "
                "ON CONFLICT (project, name) DO NOTHING",
                [version.project, version.name, skeleton(version.name)],
            )
    except UniqueViolation as error:
        [twin] = connection.execute(
            "SELECT name FROM objects.names WHERE project = %s AND skeleton = %s",
            [version.project, skeleton(version.name)],
        ).fetchall()
        raise TakenError(
            f"{version.name}: people would take it for the object {twin['name']!r}; use that name, or another one"
        ) from error
    columns = (
        "version_id, project, name, size_bytes, state, sha256, md5, part_bytes, created_by, created_at, expires_at"
    )
    values = [getattr(version, column) for column in columns.split(", ")]
    marks = ", ".join(["%s"] * (len(values) + 1))
    connection.execute(
        f"INSERT INTO objects.versions ({columns}, signed_until_at, is_cleaned) VALUES ({marks}, false)".encode(),
        [*values, version.created_at],
    )


def parts_token(connection: Connection, version: ObjectVersion) -> str:
    """The store's name of its upload by parts; empty when none was begun."""
    [row] = connection.execute(
        "SELECT coalesce(parts_token, '') AS token FROM objects.versions WHERE version_id = %s", [version.version_id]
    ).fetchall()
    return str(row["token"])


def promised_parts(connection: Connection, version: ObjectVersion) -> list[PartPromise]:
    """What was promised of its parts so far, by number."""
    rows = connection.execute(
        "SELECT number, size_bytes, sha256 FROM objects.parts WHERE version_id = %s ORDER BY number",
        [version.version_id],
    ).fetchall()
    return [PartPromise(int(str(row["number"])), int(str(row["size_bytes"])), str(row["sha256"])) for row in rows]


def promise_parts(connection: Connection, version: ObjectVersion, parts: Sequence[PartPromise]) -> None:
    """The parts are promised, each for good.

    Raises:
        TakenError: One was promised with another hash before.
    """
    for part in parts:
        kept = connection.execute(
            "INSERT INTO objects.parts (version_id, number, size_bytes, sha256) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (version_id, number) DO UPDATE SET number = excluded.number RETURNING sha256",
            [version.version_id, part.number, part.size_bytes, part.sha256],
        ).fetchall()
        if kept[0]["sha256"] != part.sha256:
            raise TakenError(
                f"{version.name}: part {part.number} was promised with another sha256, so the file has changed; "
                "abort this upload and begin a new one"
            )
