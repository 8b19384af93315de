"""Leaders of groups: who may see what a group uses besides administrators, as these have said."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request

from grt_platform.adapters.accounts.users import find_user
from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Principal
from grt_platform.systems.lustre.serving.page_queries import gids_of
from grt_platform.web.access import Asking
from grt_platform.web.problems import ProblemError

_NAMES = """
    SELECT DISTINCT ON (gid) gid, group_name, pi FROM lustre.group_usage
    WHERE gid IN (SELECT gid FROM lustre.leaders) ORDER BY gid, dumped_on DESC"""


def grant(database: Database, group: str, name: str, *, by: str, now: datetime) -> int:
    """The person leads the group from now on; the group's number. Again, the same.

    Args:
        database: The warehouse's database.
        group: Name or number of the group.
        name: Name the person signs in with.
        by: Who says so.
        now: The time.

    Raises:
        BadInputError: Nobody has that name, or no loaded dump knows the group.
    """
    user_id, gid = _person(database, name), _group(database, group)
    with database.connection() as connection:
        connection.execute(
            b"INSERT INTO lustre.leaders (user_id, gid, granted_by, granted_at) VALUES (%s, %s, %s, %s) "
            b"ON CONFLICT (user_id, gid) DO NOTHING",
            [user_id, gid, by, now],
        )
    return gid


def revoke(database: Database, group: str, name: str) -> int:
    """The person does not lead the group any more; the group's number.

    Raises:
        BadInputError: He did not lead it.
    """
    user_id, gids = _person(database, name), gids_of(database, group)
    with database.connection() as connection:
        gone = connection.execute(
            b"DELETE FROM lustre.leaders WHERE user_id = %s AND gid = ANY(%s) RETURNING gid", [user_id, gids]
        ).fetchall()
    if not gone:
        raise BadInputError(f"{name} does not lead a group {group}; `grt lustre leaders` lists who leads which")
    return int(str(gone[0]["gid"]))


def leaders(database: Database) -> list[dict[str, Any]]:
    """Who leads which group, by group and name; names of groups as the newest dump has them."""
    return database.fetch(
        f"""SELECT l.gid, g.group_name, g.pi, u.name, u.title, l.granted_by, l.granted_at
            FROM lustre.leaders l JOIN identity.users u USING (user_id) LEFT JOIN ({_NAMES}) g USING (gid)
            ORDER BY g.group_name NULLS LAST, l.gid, u.name"""
    )


def led_by(database: Database, asking: Principal) -> list[int]:
    """The numbers of the groups that a person leads; none with a token that is limited to projects."""
    if asking.limits is not None and asking.limits.projects is not None:
        return []
    rows = database.fetch("SELECT gid FROM lustre.leaders WHERE user_id = %s::uuid ORDER BY gid", [asking.user_id])
    return [int(row["gid"]) for row in rows]


def leads_any(database: Database, asking: Principal) -> bool:
    """Whether a person leads a group."""
    return bool(led_by(database, asking))


def _seen(request: Request, asking: Asking) -> Sequence[int] | None:
    """The groups that a person may see; None for all.

    Raises:
        ProblemError: 403 for one who may see none.
    """
    if asking.is_admin:
        return None
    found = led_by(request.app.state.warehouse, asking)
    if not found:
        detail = "What groups use is seen by their leaders and by administrators; one of these can name you a leader."
        raise ProblemError(HTTPStatus.FORBIDDEN, detail)
    return found


Seen = Annotated[Sequence[int] | None, Depends(_seen)]
"""The numbers of the groups that whoever asks may see; None for all."""


def _person(database: Database, name: str) -> str:
    person = find_user(database, name)
    if person is None or person["source"] == "key":
        raise BadInputError(f"Nobody is called {name!r}: people are known from their first sign-in on, or are added")
    return str(person["user_id"])


def _group(database: Database, group: str) -> int:
    """The number of the one group of this name or number that a loaded dump knows."""
    known = database.fetch(
        "SELECT DISTINCT gid FROM lustre.group_usage WHERE gid = ANY(%s)", [gids_of(database, group)]
    )
    if len(known) != 1:
        told = (
            f"no loaded dump knows a group {group!r}"
            if not known
            else f"several groups are called {group!r}: say its number"
        )
        raise BadInputError(told)
    return int(known[0]["gid"])
