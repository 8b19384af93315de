"""Sign-ins of browsers: begun, found by their cookie, ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from grt_platform.adapters.accounts.asking import MEMBERSHIPS, without_token
from grt_platform.adapters.accounts.made_secrets import hashed, new_cookie
from grt_platform.adapters.database import Database
from grt_platform.kernel.identity import Principal

_MOST_BROWSER = 200
_BY_COOKIE = f"""
WITH seen AS (
  UPDATE identity.sessions SET seen_at = %(now)s
  WHERE session_sha256 = %(hash)s AND expires_at > %(now)s AND seen_at > %(idle)s
    AND seen_at < %(now)s - interval '1 minute'
)
SELECT u.user_id, u.name, u.is_admin, {MEMBERSHIPS} AS memberships
FROM identity.sessions s JOIN identity.users u USING (user_id)
WHERE s.session_sha256 = %(hash)s AND s.expires_at > %(now)s AND s.seen_at > %(idle)s AND NOT u.is_disabled
"""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session holds: without a request, and at all."""

    idle: timedelta
    whole: timedelta


def begin_session(
    database: Database, user_id: str, lifetime: Lifetime, now: datetime, *, address: str, browser: str
) -> str:
    """The person is signed in; returns the cookie. Sessions that have ended are cleared away."""
    cookie = new_cookie()
    with database.transaction() as connection:
        connection.execute(
            "DELETE FROM identity.sessions WHERE expires_at <= %s OR seen_at <= %s", (now, now - lifetime.idle)
        )
        connection.execute(
            """
            INSERT INTO identity.sessions (session_sha256, user_id, made_at, seen_at, expires_at, address, browser)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            """,
            (hashed(cookie), user_id, now, now, now + lifetime.whole, address, _printable(browser)),
        )
        connection.execute("UPDATE identity.users SET signed_in_at = %s WHERE user_id = %s", (now, user_id))
    return cookie


def by_cookie(database: Database, cookie: str, lifetime: Lifetime, now: datetime) -> Principal | None:
    """Who is signed in with this cookie; None when it is unknown or has ended, or the person is disabled."""
    rows = database.fetch(_BY_COOKIE, {"hash": hashed(cookie), "now": now, "idle": now - lifetime.idle})
    return without_token(rows[0]) if rows else None


def end_session(database: Database, cookie: str) -> None:
    """The cookie opens nothing any more."""
    with database.connection() as connection:
        connection.execute("DELETE FROM identity.sessions WHERE session_sha256 = %s", (hashed(cookie),))


def end_sessions(database: Database, user_id: str) -> int:
    """Every session of the person has ended; returns how many held."""
    with database.connection() as connection:
        return connection.execute("DELETE FROM identity.sessions WHERE user_id = %s", (user_id,)).rowcount


def _printable(text: str) -> str:
    return "".join(letter for letter in text[:_MOST_BROWSER] if letter.isprintable())
