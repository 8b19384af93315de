"""The questions that galaxy's pages ask of its served tables, besides those of the API; values are always bound."""

from datetime import datetime
from typing import Literal

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.systems.galaxy.serving.queries import of_instance, without_version

Order = Literal["jobs", "errors", "name", "last"]
_ORDERS = {
    "jobs": "jobs DESC",
    "errors": "error_rate DESC NULLS LAST, jobs DESC",
    "name": "lower(substring(tool_id FROM '[^/]*$'))",
    "last": "last_month DESC, jobs DESC",
}


def tools_found(database: Database, words: str, instance_id: str | None, order: Order, page: Page) -> list[Row]:
    """Tools whose id contains the words, whatever their case, versions together, with all their jobs."""
    sql = f"""
        SELECT tool_id, substring(tool_id FROM '[^/]*$') AS name, count(DISTINCT tool_version) AS versions,
               sum(jobs)::bigint AS jobs, sum(jobs_error)::bigint AS jobs_error,
               sum(jobs_error)::float / nullif(sum(jobs_ok + jobs_error), 0) AS error_rate,
               max(starts_on) AS last_month
        FROM {{source}}
        WHERE period = 'month' AND tool_id <> '' AND strpos(lower(tool_id), lower(%(words)s)) > 0
        GROUP BY tool_id ORDER BY {_ORDERS[order]}, tool_id LIMIT %(limit)s OFFSET %(offset)s"""
    return database.fetch(
        of_instance(sql, "tool_usage", instance_id), {"words": words, "instance": instance_id, **page.values()}
    )


def ids_of(database: Database, tool: str) -> list[str]:
    """The ids without version of the tools of this id or short name; empty for a tool that nobody has or ran."""
    sql = """
        SELECT DISTINCT tool_id FROM galaxy.which_instances_have
        WHERE tool_id = %(tool)s OR substring(tool_id FROM '[^/]*$') = %(tool)s ORDER BY tool_id"""
    return [str(row["tool_id"]) for row in database.fetch(sql, {"tool": without_version(tool)})]


def usage_over_time(database: Database, tool_id: str, instance_id: str | None, period: str, page: Page) -> list[Row]:
    """Jobs of a tool by period and what became of them, the newest first."""
    sql = """
        SELECT starts_on, sum(jobs)::bigint AS jobs, sum(jobs_ok)::bigint AS jobs_ok,
               sum(jobs_error)::bigint AS jobs_error, sum(jobs_other)::bigint AS jobs_other,
               sum(jobs_unfinished)::bigint AS jobs_unfinished,
               sum(jobs_error)::float / nullif(sum(jobs_ok + jobs_error), 0) AS error_rate
        FROM {source} WHERE tool_id = %(tool)s AND period = %(period)s
        GROUP BY starts_on ORDER BY starts_on DESC LIMIT %(limit)s OFFSET %(offset)s"""
    values = {"tool": tool_id, "period": period, "instance": instance_id, **page.values()}
    return database.fetch(of_instance(sql, "tool_usage", instance_id), values)


def late_instances(database: Database, since: datetime) -> list[Row]:
    """Instances whose last report was made before a moment, the longest silent first."""
    sql = """
        SELECT coalesce(i.title, a.instance_id::text) AS title, a.last_report_at
        FROM galaxy.instance_activity a LEFT JOIN galaxy.instances i USING (instance_id)
        WHERE a.last_report_at < %(since)s ORDER BY a.last_report_at, 1"""
    return database.fetch(sql, {"since": since})
