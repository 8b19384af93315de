"""The queue of jobs, closed by administrators for new ones: what is asked already goes on to its end."""

from dataclasses import dataclass
from datetime import datetime

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError

_MOST_LETTERS = 500


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing that nobody has ended.

    Attributes:
        closes_at: From when on no new job is taken; perhaps later than now.
        reason: Why, for people.
        closed_by: Who closed it.
        closed_at: When that was decided.
    """

    closes_at: datetime
    reason: str
    closed_by: str
    closed_at: datetime

    def holds(self, now: datetime) -> bool:
        """Whether no new job is taken at this moment."""
        return self.closes_at <= now


def closing(database: Database) -> Closing | None:
    """The closing that nobody has ended; None while the queue is open and nothing is planned."""
    rows = database.fetch(
        "SELECT closes_at, reason, closed_by, closed_at FROM jobs.closings WHERE opened_at IS NULL "
        "ORDER BY closed_at DESC LIMIT 1"
    )
    return Closing(**rows[0]) if rows else None


def close_queue(
    database: Database, reason: str, *, by: str, now: datetime, closes_at: datetime | None = None
) -> Closing:
    """The queue is closed from now or a later moment on; this closing stands in place of one that held.

    Raises:
        BadInputError: There is no reason, or it is too long.
    """
    told = " ".join(reason.split())
    if not 0 < len(told) <= _MOST_LETTERS:
        raise BadInputError(f"Say why in 1 to {_MOST_LETTERS} letters: people read it when their jobs are refused")
    made = Closing(max(closes_at or now, now), told, by, now)
    with database.transaction() as connection:
        connection.execute(_END.encode(), {"by": by, "now": now})
        connection.execute(
            b"INSERT INTO jobs.closings (closing_id, closes_at, reason, closed_by, closed_at) "
            b"VALUES (gen_random_uuid(), %s, %s, %s, %s)",
            [made.closes_at, made.reason, by, now],
        )
    return made


def open_queue(database: Database, *, by: str, now: datetime) -> bool:
    """New jobs are taken again; False where the queue was not closed, nor going to be."""
    with database.connection() as connection:
        return bool(connection.execute(_END.encode(), {"by": by, "now": now}).rowcount)


_END = "UPDATE jobs.closings SET opened_at = %(now)s, opened_by = %(by)s WHERE opened_at IS NULL"
