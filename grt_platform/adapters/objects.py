"""The objects of projects: listed, read at one version, deleted softly, restored and purged; bytes in the raw store."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from grt_platform.adapters.database import Database
from grt_platform.adapters.object_rows import COLUMNS, changing, end, read_version, version_of
from grt_platform.adapters.postgres import Connection
from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.object_names import object_name
from grt_platform.kernel.versions import AbsentError, EndedError, NotYetError, ObjectVersion, State

MOST_LISTED = 1000
_LAST_LETTER = "\U0010ffff"


class Objects:
    """What has been stored; `Uploads` stores it.

    Args:
        database: The warehouse's database, with the schema `objects`.
        store: The raw store.
    """

    def __init__(self, database: Database, store: Store) -> None:
        self._database, self.store = database, store

    def list(
        self, project: str, *, prefix: str = "", after: str = "", limit: int = MOST_LISTED, deleted: bool = False
    ) -> list[ObjectVersion]:
        """The current version of every object by name, a page at a time.

        Args:
            project: The project.
            prefix: Only names that begin so.
            after: Only names behind this one, the last of the page before.
            limit: Most objects of a page.
            deleted: Those that were deleted softly, instead of those that are there.
        """
        if "\0" in prefix + after:  # no name has one, and Postgres takes none
            return []
        rows = self._database.fetch(
            f"SELECT {COLUMNS} FROM objects.names AS n JOIN objects.versions AS v USING (version_id) "
            "WHERE n.project = %s AND n.name > %s AND n.name >= %s AND n.name <= %s AND starts_with(n.name, %s) "
            "AND (n.deleted_at IS NOT NULL) = %s ORDER BY n.name LIMIT %s",
            [project, after, prefix, prefix + _LAST_LETTER, prefix, deleted, limit],
        )
        return [version_of(row) for row in rows]

    def current(self, project: str, name: str) -> ObjectVersion:
        """The version that is current under the name.

        Raises:
            AbsentError: There is none, or it was deleted.
        """
        rows = self._database.fetch(
            f"SELECT {COLUMNS} FROM objects.names AS n JOIN objects.versions AS v USING (version_id) "
            "WHERE n.project = %s AND n.name = %s AND n.deleted_at IS NULL",
            [project, object_name(name)],
        )
        if not rows:
            raise AbsentError(f"project {project} has no object {name[:200]!r}; list its objects")
        return version_of(rows[0])

    def version(self, project: str, version_id: str) -> ObjectVersion:
        """The version of that id, in whatever state.

        Raises:
            AbsentError: The project has none of that id.
        """
        with self._database.connection() as connection:
            return read_version(connection, project, version_id)

    def versions(self, project: str, name: str) -> Sequence[ObjectVersion]:
        """Every version and upload of the name, the newest first; empty when there never was one."""
        rows = self._database.fetch(
            f"SELECT {COLUMNS} FROM objects.versions AS v WHERE v.project = %s AND v.name = %s "
            "ORDER BY v.generation DESC NULLS FIRST, v.version_id DESC",
            [project, object_name(name)],
        )
        return [version_of(row) for row in rows]

    def pin(self, project: str, name: str = "", version_id: str = "") -> ObjectVersion:
        """A version whose bytes are there and stay the same: the one of that id, or the current one of the name.

        Raises:
            AbsentError: There is none.
            NotYetError: Its bytes have not come.
            EndedError: They never will, or were purged.
        """
        found = self.version(project, version_id) if version_id else self.current(project, name)
        if found.state is State.PENDING:
            raise NotYetError(f"{found.name}: its bytes are not here yet; upload and announce them first")
        if found.state is not State.STORED:
            raise EndedError(f"{found.name}: this version is {found.state} ({found.reason}); take another one")
        return found

    def open(self, version: ObjectVersion) -> BinaryIO:
        """The bytes of a stored version as a seekable stream; memory does not grow with its size."""
        return self.store.open(version.key)

    def local_path(self, version: ObjectVersion) -> Path | None:
        """Where the bytes lie on this machine's disk; None for a store that is elsewhere."""
        return self.store.local_path(version.key)

    def download_url(self, version: ObjectVersion, *, expires_s: int) -> str:
        """A URL by which anybody can GET the bytes of a stored version, whole or by Range, for so many seconds."""
        return self.store.sign("GET", version.key, expires_s=expires_s)

    def delete(self, project: str, name: str, *, by: str, now: datetime) -> ObjectVersion:
        """The object is deleted softly: it is listed no more, all its versions stay; returns the one that was current.

        Deleting it again changes nothing.

        Raises:
            AbsentError: There never was such an object.
        """
        with changing(self._database, project) as connection:
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM objects.names AS n JOIN objects.versions AS v USING (version_id) "
                "WHERE n.project = %s AND n.name = %s".encode(),
                [project, object_name(name)],
            ).fetchall()
            if not rows:
                raise AbsentError(f"project {project} has no object {name[:200]!r}; list its objects")
            connection.execute(
                "UPDATE objects.names SET deleted_at = %s, deleted_by = %s "
                "WHERE project = %s AND name = %s AND deleted_at IS NULL",
                [now, by, project, object_name(name)],
            )
        return version_of(rows[0])

    def restore(self, project: str, name: str, *, version_id: str = "") -> ObjectVersion:
        """The object is there again, at the version that was current, or at the one of that id; returns it.

        No bytes move: an older version becomes current as it is.

        Raises:
            AbsentError: There is no such object or version.
            BadInputError: The version is not stored, or is one of another object.
        """
        name = object_name(name)
        with changing(self._database, project) as connection:
            rows = connection.execute(
                "SELECT version_id FROM objects.names WHERE project = %s AND name = %s", [project, name]
            ).fetchall()
            if not rows or rows[0]["version_id"] is None:
                raise AbsentError(f"project {project} has no object {name[:200]!r}; list its objects")
            wanted = read_version(connection, project, version_id or str(rows[0]["version_id"]))
            if wanted.name != name or wanted.state is not State.STORED:
                raise BadInputError(f"{name}: {wanted.version_id} is no stored version of it; list its versions")
            connection.execute(
                "UPDATE objects.names SET version_id = %s, deleted_at = NULL, deleted_by = NULL "
                "WHERE project = %s AND name = %s",
                [wanted.version_id, project, name],
            )
        return wanted

    def purge(self, project: str, version_id: str, *, by: str) -> ObjectVersion:
        """The bytes of a stored version are gone for good and its room is free; its row stays as `purged`.

        The newest stored version of the name becomes current where this one was. Purging again removes what a killed
        process may have left.

        Raises:
            AbsentError: There is no such version.
            BadInputError: It was never stored; an upload is aborted instead.
        """
        with changing(self._database, project) as connection:
            version = read_version(connection, project, version_id)
            if version.state is State.STORED:
                end(connection, version, State.PURGED, f"purged by {by}")
                _succeed(connection, version)
            elif version.state is not State.PURGED:
                raise BadInputError(f"{version.name}: {version_id} is {version.state}, nothing of it is stored")
            purged = read_version(connection, project, version_id)
        self.store.delete(version.key)
        return purged


def _succeed(connection: Connection, gone: ObjectVersion) -> None:
    """The newest stored version takes the place of `gone` as the current one; without any, the name is free."""
    place = [gone.project, gone.name]
    newest = connection.execute(
        "SELECT version_id FROM objects.versions WHERE project = %s AND name = %s AND state = 'stored' "
        "ORDER BY generation DESC LIMIT 1",
        place,
    ).fetchall()
    if newest:
        connection.execute(
            "UPDATE objects.names SET version_id = %s WHERE project = %s AND name = %s AND version_id = %s",
            [newest[0]["version_id"], *place, gone.version_id],
        )
    else:
        connection.execute(
            "UPDATE objects.names SET version_id = NULL, deleted_at = NULL, deleted_by = NULL "
            "WHERE project = %s AND name = %s",
            place,
        )
