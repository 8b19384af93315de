"""The room of projects: what they may hold, and what they do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from grt_platform.adapters.database import Database
from grt_platform.adapters.object_rows import changing
from grt_platform.kernel.errors import BadInputError


@dataclass(frozen=True, slots=True)
class Room:
    """The room of one project.

    Attributes:
        limit_bytes: Most bytes it may hold.
        used_bytes: What counts: stored versions, deleted objects' too, and uploads under way.
        suffixes: Endings that names of new objects may have; empty for all.
    """

    limit_bytes: int
    used_bytes: int
    suffixes: tuple[str, ...]


def room_of(database: Database, project: str, usual_limit: int) -> Room:
    """The room of the project; `usual_limit` is that of projects without one of their own."""
    rows = database.fetch(
        "SELECT coalesce(limit_bytes, %s) AS limit_bytes, used_bytes, suffixes FROM objects.projects "
        "WHERE project = %s",
        [usual_limit, project],
    )
    if not rows:
        return Room(usual_limit, 0, ())
    return Room(rows[0]["limit_bytes"], rows[0]["used_bytes"], tuple(rows[0]["suffixes"]))


def set_room(database: Database, project: str, limit_bytes: int | None, suffixes: Sequence[str]) -> None:
    """The project has this limit (None: the usual one) and takes these endings from now on.

    Raises:
        BadInputError: An ending is empty or has a slash.
    """
    odd = [suffix for suffix in suffixes if not suffix or "/" in suffix]
    if odd:
        raise BadInputError(f"{odd[0]!r} is no ending of names; say it as in '.vcf.gz'")
    with changing(database, project) as connection:
        connection.execute(
            "UPDATE objects.projects SET limit_bytes = %s, suffixes = %s WHERE project = %s",
            [limit_bytes, json.dumps(list(suffixes)), project],
        )
