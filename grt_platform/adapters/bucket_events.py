"""Announcements by buckets: hints that may come late, twice, out of order or from nobody; the store decides."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from grt_platform.adapters.database import Database
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.uploads import Uploads
from grt_platform.kernel.bucket_events import BucketEvent
from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.kernel.versions import State, version_in


class BucketEvents:
    """Acts on what the bucket of the raw store announces.

    Args:
        database: Where the announcements that were acted upon are kept.
        objects: What is stored.
        uploads: What comes in.
        raw_url: The raw store, s3://bucket/prefix; a folder announces nothing.
    """

    def __init__(self, database: Database, objects: Objects, uploads: Uploads, raw_url: str) -> None:
        self._database, self._objects, self._uploads = database, objects, uploads
        parts = urlsplit(raw_url)
        self._bucket = parts.netloc if parts.scheme == "s3" else ""
        self._prefix = f"{parts.path.strip('/')}/".removeprefix("/")

    def take(self, events: Sequence[BucketEvent], now: datetime) -> list[str]:
        """What became of each: `stored`, `duplicate`, `foreign`, `waiting` (announce again) or `refused`."""
        return [self._take(event, now) for event in events]

    def _take(self, event: BucketEvent, now: datetime) -> str:
        found = self._version_of(event)
        if found is None:
            return "foreign"
        if self._is_known(event):
            return "duplicate"
        try:
            version = self._objects.version(*found)
            is_ours = event.key == self._prefix + version.key
            is_waiting = version.part_bytes is not None and version.state is State.PENDING
            if not is_ours or is_waiting:  # the sender of parts has them joined and announces them
                return "waiting" if is_ours else "foreign"
            stored = self._uploads.complete(*found, now=now)
        except (BadInputError, BadSourceError):
            return "refused"
        self._keep(event, found, stored.state, now)
        return "stored"

    def _version_of(self, event: BucketEvent) -> tuple[str, str] | None:
        is_here = event.bucket == self._bucket and event.key.startswith(self._prefix)
        if not is_here or "\0" in event.key + event.version:
            return None
        return version_in(event.key.removeprefix(self._prefix))

    def _is_known(self, event: BucketEvent) -> bool:
        query = "SELECT 1 AS one FROM objects.events WHERE bucket = %s AND key = %s AND version = %s"
        return bool(self._database.fetch(query, [event.bucket, event.key, event.version]))

    def _keep(self, event: BucketEvent, found: tuple[str, str], outcome: str, now: datetime) -> None:
        with self._database.connection() as connection:
            connection.execute(
                "INSERT INTO objects.events (bucket, key, version, project, version_id, outcome, seen_at) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [event.bucket, event.key, event.version, *found, outcome, now],
            )
