"""What administrators announce to everybody: shown from one moment until another, or until it is removed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from grt_platform.adapters.database import Database
from grt_platform.kernel.announcement import LEVELS
from grt_platform.kernel.errors import BadInputError

_MOST_TITLE, _MOST_MESSAGE = 200, 2000
_COLUMNS = "announcement_id, title, message, level, shown_at, ends_at, made_by"


def announce(
    database: Database,
    title: str,
    message: str,
    *,
    level: str,
    by: str,
    shown_at: datetime,
    ends_at: datetime | None = None,
) -> str:
    """The announcement is shown from `shown_at` until `ends_at`; returns its id.

    Raises:
        BadInputError: It has no title, is too long, has an unknown level, or ends before it begins.
    """
    told, said = " ".join(title.split()), message.strip()
    if not 0 < len(told) <= _MOST_TITLE or len(said) > _MOST_MESSAGE or "\0" in told + said:
        raise BadInputError(
            f"An announcement has a title of 1 to {_MOST_TITLE} letters and a message of {_MOST_MESSAGE} at most"
        )
    if level not in LEVELS:
        raise BadInputError(f"{level[:32]!r} is no level of announcements: say one of {', '.join(LEVELS)}")
    if ends_at is not None and ends_at <= shown_at:
        raise BadInputError("An announcement must end after it begins; correct its end, or leave it out")
    made = database.fetch(
        f"INSERT INTO platform.announcements ({_COLUMNS}) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s) "
        "RETURNING announcement_id",
        [told, said, level, shown_at, ends_at, by],
    )
    return str(made[0]["announcement_id"])


def shown_now(database: Database, now: datetime) -> list[dict[str, Any]]:
    """The announcements that people see at this moment, warnings first, then the newest."""
    return database.fetch(
        f"SELECT {_COLUMNS} FROM platform.announcements WHERE shown_at <= %(now)s "
        "AND (ends_at IS NULL OR ends_at > %(now)s) ORDER BY level DESC, shown_at DESC, announcement_id",
        {"now": now},
    )


def announcements(database: Database) -> list[dict[str, Any]]:
    """All that nobody has removed, the latest to begin first."""
    return database.fetch(f"SELECT {_COLUMNS} FROM platform.announcements ORDER BY shown_at DESC, announcement_id")


def remove(database: Database, announcement_id: str) -> bool:
    """It is shown no more; False where there is none of this id."""
    try:
        wanted = str(UUID(announcement_id))
    except ValueError:
        return False
    with database.connection() as connection:
        gone = connection.execute(b"DELETE FROM platform.announcements WHERE announcement_id = %s::uuid", [wanted])
        return bool(gone.rowcount)
