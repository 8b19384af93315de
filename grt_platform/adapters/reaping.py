"""Uploads that nobody finished end by themselves, and what they left in the store goes; nothing stored is touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from grt_platform.adapters.database import Database
from grt_platform.adapters.object_rows import COLUMNS, changing, end, read_version, version_of
from grt_platform.adapters.store import Store
from grt_platform.kernel.versions import State

GRACE = timedelta(hours=1)
"""How long after its URL's expiry a body that began before may still be coming in."""
EVENTS_KEPT = timedelta(days=30)
_FREE_NAMES = """
DELETE FROM objects.names AS n WHERE n.version_id IS NULL AND n.project = %s AND NOT EXISTS (
    SELECT FROM objects.versions AS v WHERE v.project = n.project AND v.name = n.name AND v.state = 'pending')
"""


@dataclass(frozen=True, slots=True)
class ReapReport:
    """What one round did.

    Attributes:
        expired: Uploads that ended.
        freed_bytes: Room they had taken.
        cleaned: Ended versions whose leavings were removed.
        orphans: Uploads by parts that the store knew of and no pending version did, aborted.
        strangers: The same that belong to no version we know of; they are left alone.
    """

    expired: int
    freed_bytes: int
    cleaned: int
    orphans: int
    strangers: int


def reap(database: Database, store: Store, now: datetime) -> ReapReport:
    """One round; it may be killed at any point, and the next one does the rest."""
    freed = [_expire(database, row, now) for row in _overdue(database, now)]
    uncleaned = _uncleaned(database, now)
    for row in uncleaned:
        _clean(database, store, row)
    aborted = [_abort_orphan(database, store, *each) for each in _begun(store)]
    for row in database.fetch("SELECT DISTINCT project FROM objects.names WHERE version_id IS NULL"):
        with changing(database, str(row["project"])) as connection:
            connection.execute(_FREE_NAMES.encode(), [row["project"]])
    with database.transaction() as connection:
        connection.execute("DELETE FROM objects.events WHERE seen_at < %s", [now - EVENTS_KEPT])
    expired = [size for size in freed if size is not None]
    return ReapReport(len(expired), sum(expired), len(uncleaned), aborted.count(True), aborted.count(None))


def _overdue(database: Database, now: datetime) -> list[dict[str, Any]]:
    query = "SELECT project, version_id FROM objects.versions WHERE state = 'pending' AND expires_at <= %s"
    return database.fetch(query, [now])


def _expire(database: Database, row: Mapping[str, Any], now: datetime) -> int | None:
    """Ends the upload unless somebody touched it meanwhile; returns the bytes that are free now."""
    with changing(database, row["project"]) as connection:
        version = read_version(connection, row["project"], row["version_id"])
        if version.state is not State.PENDING or version.expires_at > now:
            return None
        end(connection, version, State.EXPIRED, f"nothing came of it by {version.expires_at:%Y-%m-%d %H:%M} UTC")
    return version.size_bytes


def _uncleaned(database: Database, now: datetime) -> list[dict[str, Any]]:
    """Versions that ended, once nobody can hold a URL that still writes their bytes."""
    return database.fetch(
        f"SELECT {COLUMNS}, v.parts_token FROM objects.versions AS v WHERE v.state NOT IN ('pending', 'stored') "
        "AND NOT v.is_cleaned AND v.signed_until_at <= %s ORDER BY v.signed_until_at LIMIT 10000",
        [now - GRACE],
    )


def _clean(database: Database, store: Store, row: Mapping[str, Any]) -> None:
    version = version_of(row)
    if row["parts_token"]:
        store.parts.abort(version.key, str(row["parts_token"]))
    store.delete(version.key)
    with database.transaction() as connection:
        connection.execute("UPDATE objects.versions SET is_cleaned = true WHERE version_id = %s", [version.version_id])


def _begun(store: Store) -> list[tuple[str, str, str]]:
    return [(each.version_id, each.key, each.token) for each in store.parts.under_way()]


def _abort_orphan(database: Database, store: Store, version_id: str, key: str, token: str) -> bool | None:
    """Whether the upload was aborted: its version has ended; None when there is no such version."""
    rows = database.fetch("SELECT state FROM objects.versions WHERE version_id = %s::uuid", [version_id])
    if not rows:
        return None
    if rows[0]["state"] == State.PENDING:
        return False
    store.parts.abort(key, token)
    return True
