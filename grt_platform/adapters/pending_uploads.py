"""Pending uploads: what becomes of one until it is stored."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from grt_platform.adapters.database import Database
from grt_platform.adapters.object_rows import changing, end, read_version
from grt_platform.adapters.store import Store
from grt_platform.adapters.upload_rows import parts_token, promise_parts
from grt_platform.kernel.versions import EndedError, ObjectVersion, PartPromise, State

SIGNED_S = 3600


class PendingUploads:
    """What happens to an upload before it is stored.

    Args:
        database: The warehouse's database, with the schema `objects`.
        store: The raw store.
        lifetime: How long an upload lives that nobody goes on with.
    """

    def __init__(self, database: Database, store: Store, lifetime: timedelta) -> None:
        self._database, self._store, self._lifetime = database, store, lifetime

    def extend(self, version: ObjectVersion, now: datetime, parts: Sequence[PartPromise] = ()) -> str:
        """The upload lives on, URLs for an hour may be out, the parts are promised; returns the token of its parts.

        Raises:
            EndedError: It is over.
            TakenError: A part was promised with another hash before.
        """
        with changing(self._database, version.project) as connection:
            require_pending(read_version(connection, version.project, version.version_id))
            connection.execute(
                "UPDATE objects.versions SET expires_at = %s, signed_until_at = %s WHERE version_id = %s",
                [now + self._lifetime, now + timedelta(seconds=SIGNED_S), version.version_id],
            )
            promise_parts(connection, version, parts)
            token = parts_token(connection, version)
        return token or (self.begin(version) if version.part_bytes is not None else "")

    def begin(self, version: ObjectVersion) -> str:
        """The token of its parts; of several who begin at once one does, the others take its token."""
        begun = self._store.parts.begin(version.key)
        with changing(self._database, version.project) as connection:
            connection.execute(
                "UPDATE objects.versions SET parts_token = coalesce(parts_token, %s) WHERE version_id = %s",
                [begun, version.version_id],
            )
            token = parts_token(connection, version)
        if token != begun:
            self._store.parts.abort(version.key, begun)
        return token

    def fail(self, version: ObjectVersion, reason: str) -> None:
        """The upload has failed for this reason, and its bytes are gone.

        Raises:
            EndedError: It is over already.
        """
        with changing(self._database, version.project) as connection:
            present = read_version(connection, version.project, version.version_id)
            require_pending(present)
            token = parts_token(connection, present)
            end(connection, present, State.FAILED, reason)
        self.clear(version, token)

    def clear(self, version: ObjectVersion, token: str) -> None:
        """Nothing lies in the store of a version that has ended."""
        if token:
            self._store.parts.abort(version.key, token)
        self._store.delete(version.key)


def require_pending(version: ObjectVersion) -> None:
    """Returns when the upload is under way.

    Raises:
        EndedError: It is over.
    """
    if version.state is not State.PENDING:
        raise EndedError(
            f"{version.name}: this upload is over, {version.state} ({version.reason or 'whole'}); make a new one"
        )
