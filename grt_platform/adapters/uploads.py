"""Uploads into projects: promised, sent by signed URLs, announced, proven, and only then a version of an object."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from grt_platform.adapters.database import Database
from grt_platform.adapters.object_rows import COLUMNS, changing, end, publish, read_version, version_of
from grt_platform.adapters.pending_uploads import SIGNED_S, PendingUploads, require_pending
from grt_platform.adapters.proving import BrokenPromiseError, check_found, check_stored, digest_in, join
from grt_platform.adapters.store import Store
from grt_platform.adapters.upload_limits import UploadLimits, admit, check_promise
from grt_platform.adapters.upload_rows import insert_pending, parts_token, promised_parts
from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.kernel.object_names import object_name
from grt_platform.kernel.versions import (
    EndedError,
    ObjectVersion,
    PartPromise,
    Promise,
    State,
    check_sha256,
    part_size_for,
    time_ordered_id,
)

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class SignedPut:
    """A URL that takes exactly the promised bytes by PUT with exactly these headers, until `expires_at`."""

    url: str
    headers: dict[str, str]
    expires_at: datetime
    number: int | None = None


class Uploads:
    """What comes into projects.

    Args:
        database: The warehouse's database, with the schema `objects`.
        store: The raw store.
        limits: What uploads may take.
        random: Gives random bytes, for ids.
    """

    def __init__(
        self,
        database: Database,
        store: Store,
        limits: UploadLimits,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._database, self._store, self._limits, self._random = database, store, limits, random
        self._under_way = PendingUploads(database, store, limits.lifetime)

    def create(
        self, project: str, name: str, promise: Promise, *, by: str, now: datetime, part_bytes: int | None = None
    ) -> ObjectVersion:
        """A new upload, pending; its room is taken.

        Args:
            project: The project.
            name: The object it becomes a version of.
            promise: What its bytes will be.
            by: Who asks.
            now: The time.
            part_bytes: Size of its parts; None for one PUT, or for parts of our choice where it is too large for one.

        Raises:
            BadInputError: The name, the promise or the size of parts is not allowed.
            TakenError: Another object's name looks the same.
            QuotaError: The project has no room.
        """
        parts = part_size_for(promise.size_bytes, part_bytes)
        check_promise(promise, parts, self._limits)
        version = ObjectVersion(
            version_id=time_ordered_id(now, self._random(10)),
            project=project,
            name=object_name(name),
            size_bytes=promise.size_bytes,
            state=State.PENDING,
            sha256=promise.sha256,
            md5=promise.md5,
            part_bytes=parts,
            created_by=by,
            created_at=now,
            expires_at=now + self._limits.lifetime,
        )
        with changing(self._database, project) as connection:
            admit(connection, version, self._limits)
            insert_pending(connection, version)
        return version

    def put_url(self, version: ObjectVersion, *, now: datetime) -> SignedPut:
        """A URL for the bytes of a pending upload that comes in one PUT; ask again when it has expired.

        Raises:
            EndedError: The upload is over.
            BadInputError: It comes in parts.
        """
        if version.part_bytes is not None:
            raise BadInputError(f"{version.name}: this upload comes in {version.parts_count} parts; ask for their URLs")
        self._under_way.extend(version, now)
        url = self._store.sign(
            "PUT",
            version.key,
            expires_s=SIGNED_S,
            size_bytes=version.size_bytes,
            sha256=version.sha256,
            md5=version.md5,
            is_new=True,
        )
        headers = self._store.upload_headers(version.sha256, md5=version.md5, is_new=True)
        return SignedPut(url, headers, now + timedelta(seconds=SIGNED_S))

    def part_urls(self, version: ObjectVersion, parts: Sequence[PartPromise], *, now: datetime) -> list[SignedPut]:
        """A URL for each of these parts of a pending upload; the same part may be asked for again.

        Raises:
            EndedError: The upload is over.
            BadInputError: There is no such part, or it has another size.
            TakenError: The part was promised with another hash before.
        """
        for part in parts:
            check_sha256(part.sha256)
            if part.size_bytes != version.part_size(part.number):
                wanted = version.part_size(part.number)
                raise BadInputError(f"{version.name}: part {part.number} has {wanted} bytes, not {part.size_bytes}")
        token = self._under_way.extend(version, now, parts)
        until = now + timedelta(seconds=SIGNED_S)
        door = self._store.parts
        return [
            SignedPut(door.sign(version.key, token, part, expires_s=SIGNED_S), door.headers(part), until, part.number)
            for part in parts
        ]

    def parts(self, version: ObjectVersion) -> list[PartPromise]:
        """The parts that have come, so that the others can be sent; each has the hash that was promised of it."""
        with self._database.connection() as connection:
            token = parts_token(connection, version)
            promised = promised_parts(connection, version)
        if version.state is not State.PENDING or not token:
            return []
        here = self._store.parts.arrived(version.key, token)
        return [part for part in promised if here.get(part.number) == part.size_bytes]

    def complete(self, project: str, version_id: str, *, now: datetime, sha256: str | None = None) -> ObjectVersion:
        """The announcement: the bytes are here, whole and right, and are the current version; again, the same answer.

        Every call looks at the store itself, so that any number of callers, or none, may have announced before.

        Args:
            project: The project.
            version_id: The upload.
            now: The time.
            sha256: Hash of the whole, where it was not promised before.

        Raises:
            NotYetError: Bytes are missing; says which parts. Send them and announce again.
            EndedError: The upload was aborted, expired, or failed.
            BadSourceError: The bytes are not those that were promised; the upload has failed with this.
        """
        check_sha256(sha256)
        version = self._present(project, version_id, sha256)
        if version.state is State.STORED:
            return version
        require_pending(version)
        if version.part_bytes is not None and version.sha256 is None and sha256 is None:
            raise BadInputError(f"{version.name}: say the sha256 of the whole with the announcement")
        try:
            return self._proven(version, sha256, now)
        except EndedError:
            present = self._present(project, version_id, sha256)
            if present.state is not State.STORED:
                raise
            return present  # another announcement was faster

    def abort(self, project: str, version_id: str) -> ObjectVersion:
        """The upload is over, its bytes are gone and its room is free; again, or after another end, the same.

        Raises:
            AbsentError: There is no such upload.
            EndedError: It is stored; delete the object instead.
        """
        with changing(self._database, project) as connection:
            version = read_version(connection, project, version_id)
            if version.state is State.STORED:
                raise EndedError(f"{version.name}: this upload is stored already; delete the object instead")
            token = parts_token(connection, version)
            if version.state is State.PENDING:
                end(connection, version, State.ABORTED, "aborted")
            ended = read_version(connection, project, version_id)
        self._under_way.clear(version, token)
        return ended

    def pending(self, project: str) -> list[ObjectVersion]:
        """The uploads of the project that are under way, the oldest first."""
        rows = self._database.fetch(
            f"SELECT {COLUMNS} FROM objects.versions AS v WHERE v.project = %s AND v.state = 'pending' "
            "ORDER BY v.created_at, v.version_id",
            [project],
        )
        return [version_of(row) for row in rows]

    def add(self, project: str, name: str, source: BinaryIO, *, by: str, now: datetime) -> ObjectVersion:
        """The bytes of the seekable `source`, read to its end, are a stored version; for writers on our side."""
        digest = hashlib.sha256()
        size_bytes = 0
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size_bytes += len(chunk)
        source.seek(0)
        version = self.create(project, name, Promise(size_bytes, digest.hexdigest()), by=by, now=now)
        with ExitStack() as undo:
            undo.callback(self.abort, project, version.version_id)
            with self._store.writer(version.key, only_if_absent=True) as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
            stored = self.complete(project, version.version_id, now=now)
            undo.pop_all()
        return stored

    def _present(self, project: str, version_id: str, announced: str | None) -> ObjectVersion:
        """The upload as it stands; where it is stored, it is the one that is announced.

        Raises:
            BadSourceError: It is stored with another hash.
        """
        with self._database.connection() as connection:
            version = read_version(connection, project, version_id)
        if version.state is State.STORED:
            check_stored(version, announced)
        return version

    def _proven(self, version: ObjectVersion, sha256: str | None, now: datetime) -> ObjectVersion:
        """The pending upload is stored, for its bytes are the promised ones; it has failed where they are others."""
        try:
            in_parts = version.part_bytes is not None
            found = self._digest_of_parts(version, now) if in_parts else digest_in(self._store, version)
            check_found(version, found, sha256)
        except BrokenPromiseError as error:
            self._under_way.fail(version, error.reason)
            raise BadSourceError(f"{error.reason}; upload it again", version.name) from error
        with changing(self._database, version.project) as connection:
            present = read_version(connection, version.project, version.version_id)
            require_pending(present)
            publish(connection, present, found, now)
            return read_version(connection, version.project, version.version_id)

    def _digest_of_parts(self, version: ObjectVersion, now: datetime) -> str:
        """The sha256 of the whole, whose parts are joined where that was not done before."""
        token = self._under_way.extend(version, now)
        found = None
        if self._store.head(version.key) is None:
            try:
                found = join(self._store, version, token, self.parts(version))
            except (BadInputError, BadSourceError):
                if self._store.head(version.key) is None:
                    raise  # else somebody else joined them meanwhile
        if found is not None and version.md5 is None:
            return found
        return digest_in(self._store, version)
