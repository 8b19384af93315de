"""Project versions: named lists of the object versions that were current when somebody gave the name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.errors import UniqueViolation

from grt_platform.adapters.database import Database
from grt_platform.adapters.object_rows import COLUMNS, version_of
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.versions import AbsentError, EndedError, ObjectVersion, TakenError

_NAME = re.compile(r"[^\W_](?:[\w .+-]{0,98}[\w+-])?")
_MOST_DESCRIPTION = 500
_COLUMNS = (
    "c.checkpoint_id, c.project, c.name, c.description, c.created_by, c.created_at, c.deleted_at, "
    "(SELECT count(*) FROM variants.checkpoint_files AS f WHERE f.checkpoint_id = c.checkpoint_id) AS files"
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A project version.

    Attributes:
        files: How many object versions it lists.
        deleted_at: When it was deleted; None while it stands.
    """

    checkpoint_id: str
    project: str
    name: str
    description: str
    created_by: str
    created_at: datetime
    deleted_at: datetime | None
    files: int


def read_name(text: str) -> str:
    """The name of a project version.

    Raises:
        BadInputError: It cannot be one.
    """
    name = text.strip()
    if not _NAME.fullmatch(name):
        raise BadInputError(
            f"{text[:120]!r} cannot name a project version: 1 to 100 letters, digits, blanks and . _ + -, "
            "the first a letter or digit"
        )
    return name


def add(database: Database, project: str, name: str, description: str, *, by: str, now: datetime) -> Checkpoint:
    """The current versions of all objects of the project have a name.

    Args:
        database: One in a transaction.
        project: The project.
        name: Never used before in the project.
        description: What people shall read.
        by: Name of the person.
        now: The time.

    Raises:
        BadInputError: The name or description cannot be one, or there is nothing to name.
        TakenError: The name is used, perhaps by one that was deleted.
    """
    given = [project, read_name(name), _described(description), by, now]
    with database.connection() as connection:
        try:
            [made] = connection.execute(
                "INSERT INTO variants.checkpoints (checkpoint_id, project, name, description, created_by, created_at) "
                "VALUES (gen_random_uuid(), %s, %s, %s, %s, %s) RETURNING checkpoint_id",
                given,
            ).fetchall()
        except UniqueViolation as error:
            raise TakenError(_taken(project, name)) from error
        listed = connection.execute(
            "INSERT INTO variants.checkpoint_files (checkpoint_id, version_id) "
            "SELECT %s, version_id FROM objects.names JOIN objects.versions AS v USING (version_id) "
            "WHERE names.project = %s AND deleted_at IS NULL AND v.state = 'stored'",
            [made["checkpoint_id"], project],
        ).rowcount
    if not listed:
        raise BadInputError(f"project {project} has no objects to name; upload some first")
    return find(database, project, name)


def find(database: Database, project: str, name: str) -> Checkpoint:
    """The project version of that name, deleted ones included.

    Raises:
        AbsentError: There is none.
    """
    sql = f"SELECT {_COLUMNS} FROM variants.checkpoints AS c WHERE c.project = %s AND c.name = %s"
    rows = database.fetch(sql, [project, name.strip()]) if "\0" not in name else []
    if not rows:
        raise AbsentError(f"project {project} has no version {name[:100]!r}; list its versions")
    return Checkpoint(**rows[0])


def listing(database: Database, project: str, *, with_deleted: bool = False) -> list[Checkpoint]:
    """The project's versions, the newest first."""
    rows = database.fetch(
        f"SELECT {_COLUMNS} FROM variants.checkpoints AS c WHERE c.project = %s AND (%s OR c.deleted_at IS NULL) "
        "ORDER BY c.created_at DESC, c.name",
        [project, with_deleted],
    )
    return [Checkpoint(**row) for row in rows]


def objects_of(database: Database, checkpoint: Checkpoint) -> Sequence[ObjectVersion]:
    """The object versions that it lists, by name; one that was purged since has no bytes."""
    rows = database.fetch(
        f"SELECT {COLUMNS} FROM variants.checkpoint_files JOIN objects.versions AS v USING (version_id) "
        "WHERE checkpoint_id = %s ORDER BY v.name",
        [checkpoint.checkpoint_id],
    )
    return [version_of(row) for row in rows]


def version_ids(database: Database, project: str, name: str) -> list[str]:
    """What is asked when that project version is.

    Raises:
        AbsentError: There is none.
        EndedError: It was deleted.
    """
    found = find(database, project, name)
    if found.deleted_at is not None:
        raise EndedError(f"version {found.name!r} of project {project} was deleted; take another one")
    return [version.version_id for version in objects_of(database, found)]


def change(database: Database, project: str, name: str, *, new_name: str | None, description: str | None) -> Checkpoint:
    """It has another name, another description, or both; what it lists never changes.

    Raises:
        AbsentError: There is none.
        EndedError: It was deleted.
        TakenError: The new name is used.
    """
    found = find(database, project, name)
    if found.deleted_at is not None:
        raise EndedError(f"version {found.name!r} of project {project} was deleted and cannot be changed")
    told: list[Any] = [
        found.name if new_name is None else read_name(new_name),
        found.description if description is None else _described(description),
        found.checkpoint_id,
    ]
    try:
        with database.connection() as connection:
            connection.execute(
                "UPDATE variants.checkpoints SET name = %s, description = %s WHERE checkpoint_id = %s", told
            )
    except UniqueViolation as error:
        raise TakenError(_taken(project, told[0])) from error
    return find(database, project, told[0])


def delete(database: Database, project: str, name: str, *, now: datetime) -> Checkpoint:
    """It is listed no more and cannot be asked; its name stays taken. Again, the same.

    Raises:
        AbsentError: There is none.
    """
    found = find(database, project, name)
    with database.connection() as connection:
        connection.execute(
            "UPDATE variants.checkpoints SET deleted_at = %s WHERE checkpoint_id = %s AND deleted_at IS NULL",
            [now, found.checkpoint_id],
        )
    return find(database, project, found.name)


def _described(text: str) -> str:
    if len(text) > _MOST_DESCRIPTION or not all(letter.isprintable() or letter in "\n\t" for letter in text):
        raise BadInputError(f"a description has at most {_MOST_DESCRIPTION} letters and no control characters")
    return text


def _taken(project: str, name: str) -> str:
    return f"project {project} has, or had, a version {name!r}; names are never used again, take another"
