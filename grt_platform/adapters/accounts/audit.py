"""The audit: events are added, never changed."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from grt_platform.adapters.database import Database
from grt_platform.adapters.postgres import Connection
from grt_platform.kernel.identity import Principal

_MOST_LETTERS = 500
_LATEST = """
SELECT happened_at, name, action, subject, project, outcome, reason, address, token_id, request_id
FROM identity.audit
WHERE happened_at < coalesce(%(before)s, 'infinity'::timestamptz)
  AND (%(name)s::text IS NULL OR name = %(name)s) AND (%(project)s::text IS NULL OR project = %(project)s)
  AND (%(action)s::text IS NULL OR starts_with(action, %(action)s))
  AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s)
ORDER BY happened_at DESC, event_id LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    address: str
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody did or tried.

    Attributes:
        action: What, such as `token.create`.
        subject: To what or whom.
        outcome: `ok` or `refused`.
    """

    action: str
    subject: str = ""
    project: str | None = None
    outcome: str = "ok"
    reason: str | None = None


def record(
    database: Database,
    event: Event,
    origin: Origin,
    now: datetime,
    *,
    who: Principal | None = None,
    claimed: str = "",
    connection: Connection | None = None,
) -> None:
    """The event is in the audit.

    Args:
        database: Where the audit is.
        event: What was done.
        origin: From where.
        now: When.
        who: The person; None where nobody was proven, who then claimed to be `claimed`.
        claimed: A name that was sent with wrong credentials.
        connection: One in a transaction of the caller, so that the deed and its record are seen together.
    """
    row = {
        **{name: _bounded(value) for name, value in asdict(event).items()},
        "event_id": str(uuid4()),
        "happened_at": now,
        "user_id": who.user_id if who else None,
        "name": who.name if who else _bounded(claimed),
        "token_id": who.token_id if who else None,
        "address": origin.address,
        "request_id": origin.request_id,
    }
    sql = f"""
        INSERT INTO identity.audit ({", ".join(row)}) VALUES ({", ".join(f"%({name})s" for name in row)})
        """
    if connection is not None:
        connection.execute(sql.encode(), row)
        return
    with database.connection() as own:
        own.execute(sql.encode(), row)


def list_events(
    database: Database,
    *,
    limit: int,
    before: datetime | None = None,
    name: str | None = None,
    project: str | None = None,
    action: str | None = None,
    outcome: str | None = None,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """The latest events, the newest first, after the first `offset`; those of one kind if that is named.

    Args:
        database: Where the audit is.
        limit: Most events.
        before: Only events before this moment.
        name: Only of this person.
        project: Only in this project.
        action: Only actions that begin so, such as `token.`.
        outcome: Only with this outcome.
        offset: Events that are passed over.
    """
    return database.fetch(
        _LATEST,
        {
            "limit": limit,
            "before": before,
            "name": name,
            "project": project,
            "action": action,
            "outcome": outcome,
            "offset": offset,
        },
    )


def refusals(database: Database, action: str, name: str, since: datetime) -> tuple[datetime | None, int]:
    """When the oldest refusal of `action` for `name` since then was, and how many there were."""
    [row] = database.fetch(
        """
        SELECT min(happened_at) AS oldest, count(*) AS refusals FROM identity.audit
        WHERE name = %s AND happened_at > %s AND action = %s AND outcome = 'refused'
        """,
        (name, since, action),
    )
    return row["oldest"], row["refusals"]


def _bounded(value: str | None) -> str | None:
    return None if value is None else value.replace("\0", "")[:_MOST_LETTERS]
