"""Personal access tokens: made, listed, revoked."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from grt_platform.adapters.accounts.made_secrets import hashed, new_token, shown_prefix
from grt_platform.adapters.accounts.texts import title
from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import TokenLimits

LONGEST_DAYS = 366
_COLUMNS = """
token_id, title, prefix, role, projects, is_admin, made_at, expires_at, last_used_at, revoked_at
"""
_INSERT = """
INSERT INTO identity.tokens
  (token_id, user_id, title, prefix, token_sha256, role, projects, is_admin, made_with, made_at, expires_at)
VALUES (%(token_id)s, %(user_id)s, %(title)s, %(prefix)s, %(hash)s, %(role)s, %(projects)s, %(is_admin)s,
        %(made_with)s, %(now)s,
        least(%(expires_at)s, (SELECT expires_at FROM identity.tokens WHERE token_id = %(made_with)s)))
RETURNING expires_at
"""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token; its text is shown this one time."""

    token_id: str
    token: str = field(repr=False)
    expires_at: datetime


def create_token(
    database: Database,
    user_id: str,
    what_for: str,
    limits: TokenLimits,
    now: datetime,
    *,
    days: float = 90,
    made_with: str | None = None,
) -> NewToken:
    """Gives the person a token; one that was made with another token ends with it at the latest.

    Raises:
        BadInputError: The title is empty or too long, or the days are too many.
    """
    if not 0 < days <= LONGEST_DAYS:
        raise BadInputError(f"A token lives up to {LONGEST_DAYS} days; {days:g} were asked for")
    token, token_id = new_token(), str(uuid4())
    row = {
        "token_id": token_id,
        "user_id": user_id,
        "title": title("title of a token", what_for),
        "prefix": shown_prefix(token),
        "hash": hashed(token),
        "role": limits.role.name,
        "projects": None if limits.projects is None else json.dumps(sorted(limits.projects)),
        "is_admin": limits.is_admin,
        "made_with": made_with,
        "now": now,
        "expires_at": now + timedelta(days=days),
    }
    [made] = database.fetch(_INSERT, row)
    return NewToken(token_id, token, made["expires_at"])


def list_tokens(database: Database, user_id: str) -> list[dict[str, Any]]:
    """The person's tokens, the newest first, without what could be used."""
    return database.fetch(
        f"SELECT {_COLUMNS} FROM identity.tokens WHERE user_id = %s ORDER BY made_at DESC, token_id", (user_id,)
    )


def revoke_token(database: Database, user_id: str, token_id: str, now: datetime) -> bool:
    """Ends the person's token, and those made with it; False where he has no such token."""
    with database.transaction() as connection:
        known = connection.execute(
            "SELECT 1 AS one FROM identity.tokens WHERE token_id::text = %s AND user_id = %s", (token_id, user_id)
        ).fetchone()
        connection.execute(
            """
            WITH RECURSIVE ended AS (
              SELECT token_id FROM identity.tokens WHERE token_id::text = %(token_id)s AND user_id = %(user_id)s
              UNION SELECT t.token_id FROM identity.tokens t JOIN ended e ON t.made_with = e.token_id
            )
            UPDATE identity.tokens SET revoked_at = %(now)s
            WHERE token_id IN (SELECT token_id FROM ended) AND revoked_at IS NULL
            """,
            {"token_id": token_id, "user_id": user_id, "now": now},
        )
    return known is not None
