"""The questions that lustre's pages ask of its served tables, besides those of the API; values are always bound."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.systems.lustre.serving.queries import MAY_SEE, NEWEST, OF_GROUP, PAGE, Wanted

GroupOrder = Literal["status", "used", "share", "name", "inodes", "unchanged"]
_GROUP_ORDERS = {
    "status": "warning_level DESC NULLS LAST, least(space_exceeded_on, inodes_exceeded_on) NULLS LAST, used_bytes DESC",
    "used": "used_bytes DESC",
    "share": "used_fraction DESC NULLS LAST",
    "name": "group_name NULLS LAST",
    "inodes": "inodes DESC",
    "unchanged": "last_modified_days DESC NULLS LAST",
}
ProjectOrder = Literal["used", "name", "unchanged"]
_PROJECT_ORDERS = {
    "used": "used_bytes DESC",
    "name": "project, directory",
    "unchanged": "last_modified_days DESC NULLS LAST",
}


def groups(database: Database, wanted: Wanted, at_least: int, order: GroupOrder, page: Page) -> list[Row]:
    """What groups use, with their quotas and, in the newest dump, how pressing it is (`warning_level` from 1 on).

    Args:
        database: Where the tables are served.
        wanted: Which rows.
        at_least: This warning level or a worse one; 1 takes also groups of whom none is known.
        order: What comes first.
        page: Which page of them.
    """
    sql = f"""
        SELECT g.dumped_on, g.volume, g.gid, g.group_name, g.pi, g.used_bytes, g.quota_bytes, g.used_fraction, g.inodes,
               g.inode_quota, g.last_modified_days, g.archived_dirs, f.warning_level, f.warning, f.bytes_per_day,
               f.space_exceeded_on, f.inodes_exceeded_on, f.fraction_in_7_days
        FROM (SELECT * FROM lustre.group_usage WHERE {NEWEST}) g
        LEFT JOIN lustre.forecasts f USING (dumped_on, volume, gid)
        WHERE {OF_GROUP} AND {MAY_SEE} AND (%(at_least)s = 1 OR f.warning_level >= %(at_least)s)
        ORDER BY {_GROUP_ORDERS[order]}, volume, gid {PAGE}"""
    return database.fetch(sql, {**wanted.values(), "at_least": at_least, **page.values()})


def gids_of(database: Database, group: str) -> list[int]:
    """The numbers of the groups of this name or number in the newest dumps; a number is taken as it is."""
    if group.isascii() and group.isdigit() and len(group) <= _MOST_DIGITS:
        return [int(group)]
    sql = f"SELECT DISTINCT gid FROM lustre.group_usage WHERE {NEWEST} AND group_name = %(group)s ORDER BY gid"
    return [int(row["gid"]) for row in database.fetch(sql, Wanted(group=group).values())]


def history(database: Database, gids: Sequence[int], volume: str | None, since: date | None, page: Page) -> list[Row]:
    """What groups used at every date, the newest first."""
    sql = f"""
        SELECT dumped_on, volume, gid, group_name, used_bytes, quota_bytes, used_fraction, inodes, inode_quota,
               last_modified_at
        FROM lustre.group_usage
        WHERE gid = ANY(%(gids)s) AND (%(volume)s::text IS NULL OR volume = %(volume)s)
          AND (%(since)s::date IS NULL OR dumped_on >= %(since)s)
        ORDER BY dumped_on DESC, volume, gid {PAGE}"""
    return database.fetch(sql, {"gids": list(gids), "volume": volume, "since": since, **page.values()})


def drawn_history(database: Database, gids: Sequence[int], volume: str | None, since: date, most: int) -> list[Row]:
    """The same for a chart, of all dates or evenly of some, the newest among them, so that they are about `most`.

    The dates come from the index alone, so that rows of dates that are not drawn are not read.
    """
    sql = """
        WITH dates AS (
            SELECT dumped_on, row_number() OVER (ORDER BY dumped_on DESC) - 1 AS place,
                   CASE WHEN %(volume)s::text IS NULL THEN sum(count(*)) OVER () ELSE count(*) OVER () END AS rows
            FROM lustre.group_usage WHERE gid = ANY(%(gids)s) AND dumped_on >= %(since)s GROUP BY dumped_on
        )
        SELECT dumped_on, volume, gid, group_name, used_bytes, quota_bytes FROM lustre.group_usage
        WHERE gid = ANY(%(gids)s) AND (%(volume)s::text IS NULL OR volume = %(volume)s)
          AND dumped_on IN (SELECT dumped_on FROM dates WHERE place %% ceil(rows / %(most)s::float)::bigint = 0)
        ORDER BY dumped_on DESC, volume, gid"""
    return database.fetch(sql, {"gids": list(gids), "volume": volume, "since": since, "most": most})


def forecasts(database: Database, gids: Sequence[int], volume: str | None) -> list[Row]:
    """The forecasts of groups, by volume."""
    sql = """
        SELECT * FROM lustre.forecasts
        WHERE gid = ANY(%(gids)s) AND (%(volume)s::text IS NULL OR volume = %(volume)s) ORDER BY volume, gid"""
    return database.fetch(sql, {"gids": list(gids), "volume": volume})


def projects(database: Database, wanted: Wanted, project: str | None, order: ProjectOrder, page: Page) -> list[Row]:
    """Whole projects; of one that is named all its directories."""
    sql = f"""
        SELECT g.dumped_on, g.volume, g.area, g.project, g.directory, g.owner_gid, g.group_name, g.pi, g.used_bytes,
               g.files, g.last_modified_days, g.class_bytes
        FROM (SELECT *, owner_gid AS gid FROM lustre.project_usage WHERE {NEWEST}) g
        WHERE {OF_GROUP} AND {MAY_SEE}
          AND (CASE WHEN %(project)s::text IS NULL THEN directory = '' ELSE project = %(project)s END)
        ORDER BY {_PROJECT_ORDERS[order]}, volume, area, project, directory {PAGE}"""
    return database.fetch(sql, {**wanted.values(), "project": project, **page.values()})


def report_files(database: Database, page: Page) -> list[Row]:
    """Reports as files, the newest first."""
    return database.fetch(f"SELECT * FROM lustre.report_files ORDER BY dumped_on DESC, file {PAGE}", page.values())


def split_files(database: Database, seen: Collection[int] | None, page: Page) -> list[Row]:
    """Splits by group as files, those of the newest date first; of some groups (None: of all)."""
    sql = f"""
        SELECT g.* FROM lustre.group_splits g WHERE {MAY_SEE} ORDER BY dumped_on DESC, file {PAGE}"""
    return database.fetch(sql, {**Wanted(only_gids=seen).values(), **page.values()})


def has_file(
    database: Database,
    table: Literal["report_files", "group_splits"],
    dumped_on: date,
    file: str,
    seen: Collection[int] | None,
) -> bool:
    """Whether the table of files has this one, for somebody who sees some groups (None: all); reports hold all."""
    if table == "report_files" and seen is not None:
        return False
    whose = MAY_SEE if table == "group_splits" else "true"
    sql = f"SELECT 1 AS one FROM lustre.{table} g WHERE dumped_on = %(on)s AND file = %(file)s AND {whose}"
    return bool(database.fetch(sql, {**Wanted(only_gids=seen).values(), "on": dumped_on, "file": file}))


_MOST_DIGITS = 12
