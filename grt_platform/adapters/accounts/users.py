"""People: added, found, disabled."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from grt_platform.adapters.accounts.asking import MEMBERSHIPS, without_token
from grt_platform.adapters.accounts.texts import title
from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Principal, read_user_name

_COLUMNS = "user_id, name, title, source, is_admin, is_disabled, made_at, signed_in_at"


def add_user(
    database: Database,
    name: str,
    now: datetime,
    *,
    shown: str = "",
    is_admin: bool = False,
    source: str = "local",
    subject: str | None = None,
    password_hash: str | None = None,
) -> str:
    """Makes a person known; returns the id.

    Raises:
        BadInputError: The name is none, or somebody has it.
    """
    known_as, user_id = read_user_name(name), str(uuid4())
    row = {
        "user_id": user_id,
        "name": known_as,
        "title": title("name people see", shown or known_as),
        "source": source,
        "subject": subject,
        "password_hash": password_hash,
        "is_admin": is_admin,
        "now": now,
    }
    added = database.fetch(
        """
        INSERT INTO identity.users
          (user_id, name, title, source, subject, password_hash, password_changed_at, is_admin, is_disabled, made_at)
        VALUES (%(user_id)s, %(name)s, %(title)s, %(source)s, %(subject)s, %(password_hash)s,
                CASE WHEN %(password_hash)s::text IS NOT NULL THEN %(now)s END, %(is_admin)s, false, %(now)s)
        ON CONFLICT (name) DO NOTHING RETURNING user_id
        """,
        row,
    )
    if not added:
        raise BadInputError(f"Somebody is called {known_as} already; choose another name")
    return user_id


def find_user(database: Database, name: str) -> dict[str, Any] | None:
    """The person of that name, without the password's hash."""
    rows = database.fetch(f"SELECT {_COLUMNS} FROM identity.users WHERE name = lower(%s)", (name,))
    return rows[0] if rows else None


def principal_of(database: Database, user_id: str) -> Principal | None:
    """The person as signed in without a token; None for one who is disabled."""
    rows = database.fetch(
        f"""
        SELECT u.user_id, u.name, u.is_admin, {MEMBERSHIPS} AS memberships
        FROM identity.users u WHERE u.user_id = %s AND NOT u.is_disabled
        """,
        (user_id,),
    )
    return without_token(rows[0]) if rows else None


def change_user(database: Database, name: str, change: Mapping[str, Any]) -> bool:
    """The person is as `change` says (title, is_admin, is_disabled); False where nobody has that name."""
    row = {"title": None, "is_admin": None, "is_disabled": None, **change, "name": name.lower()}
    if row["title"] is not None:
        row["title"] = title("name people see", row["title"])
    with database.transaction() as connection:
        changed = connection.execute(
            """
            UPDATE identity.users SET title = coalesce(%(title)s, title), is_admin = coalesce(%(is_admin)s, is_admin),
              is_disabled = coalesce(%(is_disabled)s, is_disabled)
            WHERE name = %(name)s AND source <> 'key' RETURNING user_id, is_disabled
            """,
            row,
        ).fetchone()
        if changed is not None and changed["is_disabled"]:
            connection.execute("DELETE FROM identity.sessions WHERE user_id = %s", (changed["user_id"],))
    return changed is not None


def list_users(database: Database) -> list[dict[str, Any]]:
    """All people by name, without the password's hash."""
    return database.fetch(f"SELECT {_COLUMNS} FROM identity.users ORDER BY name")
