"""Every question the doors ask of lustre's served tables; SQL stands here only, its values always bound."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a report.

    Attributes:
        dumped_on: Of this date; None takes the newest of each volume.
        volume: Of this volume; None takes all.
        group: Of the group of this name or number; None takes all.
        uid: Of this user; None takes all.
        only_gids: Groups that the asker may see; None for all.
    """

    dumped_on: date | None = None
    volume: str | None = None
    group: str | None = None
    uid: int | None = None
    only_gids: Collection[int] | None = None

    def of_user(self, uid: int | None) -> "Wanted":
        """The same of one user."""
        return replace(self, uid=uid)

    def values(self) -> dict[str, Any]:
        """The values as the queries bind them."""
        return {
            "dumped_on": self.dumped_on,
            "volume": self.volume,
            "group": self.group,
            "uid": self.uid,
            "only_gids": None if self.only_gids is None else list(self.only_gids),
        }


@dataclass(frozen=True, slots=True)
class Question:
    r"""What somebody wants to know of a directory.

    Attributes:
        path: As people write it; bytes that are no UTF-8 as `\xNN`.
        dumped_on: In the dump of this date; None takes the newest that has it.
        depth: Levels of directories below it.
        by: `group`, `user`, `class` or `age` instead of directories.
        limit: Most rows.
        order: The column of directories whose largest come first: `used_bytes` or `inodes`.
    """

    path: str
    dumped_on: date | None
    depth: int
    by: str | None
    limit: int
    order: str = "used_bytes"

    def first(self, limit: int) -> "Question":
        """The same with so many rows at most."""
        return replace(self, limit=limit)

    def of(self, by: str) -> "Question":
        """The same by something else than directories."""
        return replace(self, by=by)


NEWEST = """
    (dumped_on, volume) IN (
        SELECT max(dumped_on), volume FROM lustre.volume_totals
        WHERE (%(dumped_on)s::date IS NULL OR dumped_on = %(dumped_on)s) GROUP BY volume)
    AND (%(volume)s::text IS NULL OR volume = %(volume)s)"""
OF_GROUP = "(%(group)s::text IS NULL OR %(group)s IN (g.group_name, g.gid::text))"
MAY_SEE = "(%(only_gids)s::bigint[] IS NULL OR g.gid = ANY(%(only_gids)s))"
PAGE = "LIMIT %(limit)s OFFSET %(offset)s"


def report(database: Database, wanted: Wanted, page: Page) -> list[Row]:
    """Rows of group_usage: by volume, owner (those without first) and group."""
    sql = f"""
        SELECT g.* FROM lustre.group_usage g
        WHERE {NEWEST} AND {OF_GROUP} AND {MAY_SEE}
        ORDER BY volume, pi NULLS FIRST, group_name NULLS FIRST, gid {PAGE}"""
    return database.fetch(sql, {**wanted.values(), **page.values()})


def users(database: Database, wanted: Wanted, page: Page) -> list[Row]:
    """Rows of user_usage with the names of the groups, the largest first."""
    sql = f"""
        SELECT u.dumped_on, u.volume, u.uid, u.gid, g.group_name, u.used_bytes, u.inodes, u.files, u.last_modified_at
        FROM (SELECT * FROM lustre.user_usage WHERE {NEWEST}) u
        JOIN lustre.group_usage g USING (dumped_on, volume, gid)
        WHERE {OF_GROUP} AND {MAY_SEE} AND (%(uid)s::bigint IS NULL OR u.uid = %(uid)s)
        ORDER BY u.used_bytes DESC, u.volume, u.uid, u.gid {PAGE}"""
    return database.fetch(sql, {**wanted.values(), **page.values()})


def projects(database: Database, wanted: Wanted, project: str | None, page: Page) -> list[Row]:
    """Rows of project_usage, by volume, project and directory; `project` is its name with or without the area."""
    sql = f"""
        SELECT g.* FROM (SELECT *, owner_gid AS gid FROM lustre.project_usage WHERE {NEWEST}) g
        WHERE {OF_GROUP} AND {MAY_SEE}
          AND (%(project)s::text IS NULL OR %(project)s IN (g.project, g.area || '/' || g.project))
        ORDER BY volume, area, project, directory {PAGE}"""
    rows = database.fetch(sql, {**wanted.values(), "project": project, **page.values()})
    return [{name: value for name, value in row.items() if name != "gid"} for row in rows]


def history(database: Database, wanted: Wanted, page: Page) -> list[Row]:
    """What a group used at every date, the newest first."""
    sql = f"""
        SELECT g.dumped_on, g.volume, g.gid, g.group_name, g.used_bytes, g.quota_bytes, g.used_fraction, g.inodes,
               g.inode_quota, g.last_modified_at
        FROM lustre.group_usage g
        WHERE {OF_GROUP} AND {MAY_SEE} AND (%(volume)s::text IS NULL OR volume = %(volume)s)
        ORDER BY volume, gid, dumped_on DESC {PAGE}"""
    return database.fetch(sql, {**wanted.values(), **page.values()})


def forecasts(database: Database, wanted: Wanted, at_least: int, page: Page) -> list[Row]:
    """Rows of forecasts of a warning level or a worse one, what ends soonest first."""
    sql = f"""
        SELECT g.* FROM lustre.forecasts g
        WHERE {OF_GROUP} AND {MAY_SEE} AND (%(volume)s::text IS NULL OR volume = %(volume)s)
          AND g.warning_level >= %(at_least)s
        ORDER BY g.warning_level DESC, least(g.space_exceeded_on, g.inodes_exceeded_on) NULLS LAST, volume, gid
        {PAGE}"""
    return database.fetch(sql, {**wanted.values(), "at_least": at_least, **page.values()})


def days(database: Database, page: Page) -> list[Row]:
    """Which dates are complete, the newest first."""
    return database.fetch(f"SELECT * FROM lustre.days ORDER BY dumped_on DESC {PAGE}", page.values())


def volumes(database: Database) -> list[Row]:
    """The newest loaded dump of each volume."""
    sql = "SELECT DISTINCT ON (volume) * FROM lustre.volume_totals ORDER BY volume, dumped_on DESC"
    return database.fetch(sql, {})


def ledger(database: Database, status: str | None, page: Page) -> list[Row]:
    """Rows of the ledger in the order of reception; of one status, or all."""
    sql = f"""
        SELECT * FROM lustre.ledger WHERE %(status)s::text IS NULL OR status = %(status)s
        ORDER BY received_at, source, version {PAGE}"""
    return database.fetch(sql, {"status": status, **page.values()})


def quarantine(database: Database, source: str | None, page: Page) -> list[Row]:
    """Lines that could not be loaded; of one dump, or of all."""
    sql = f"""
        SELECT * FROM lustre.quarantine WHERE %(source)s::text IS NULL OR source = %(source)s
        ORDER BY source, version, member, line_number {PAGE}"""
    return database.fetch(sql, {"source": source, **page.values()})


def dumps(database: Database) -> list[Row]:
    """What the ledger knows every dump by, and its status."""
    return database.fetch("SELECT dumped_on, volume, source, etag, status FROM lustre.ledger ORDER BY 1, 2, 3", {})


def reported(database: Database) -> list[date]:
    """Dates of which a report was written."""
    return [row["dumped_on"] for row in database.fetch("SELECT DISTINCT dumped_on FROM lustre.report_files", {})]
