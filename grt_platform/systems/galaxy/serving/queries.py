"""Every question the web door asks of galaxy's served tables; SQL stands here only, its values always bound."""

import re
from dataclasses import dataclass
from datetime import date

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row

_TOOLSHED = re.compile(r"(?P<base>[^/\s]+/repos/[^/]+/[^/]+/[^/]+)/[^/]+")


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """Which rows of tool usage: of tools that begin with `tool`, of one instance or all together, of a time."""

    tool: str
    instance_id: str | None
    period: str
    first_on: date | None
    last_on: date | None


def tool_usage(database: Database, wanted: UsageFilter, page: Page) -> list[Row]:
    """Rows of tool_usage, the newest period first, the most used tool first in it."""
    sql = """
        SELECT period, starts_on, tool_id, tool_version, jobs, jobs_ok, jobs_error, jobs_other, jobs_unfinished,
               error_rate
        FROM {source}
        WHERE period = %(period)s
          AND (starts_with(tool_id, %(tool)s) OR starts_with(substring(tool_id FROM '[^/]*$'), %(tool)s))
          AND (%(first_on)s::date IS NULL OR starts_on >= %(first_on)s)
          AND (%(last_on)s::date IS NULL OR starts_on <= %(last_on)s)
        ORDER BY starts_on DESC, jobs DESC, tool_id, tool_version
        LIMIT %(limit)s OFFSET %(offset)s"""
    values = {
        "tool": wanted.tool,
        "period": wanted.period,
        "first_on": wanted.first_on,
        "last_on": wanted.last_on,
        "instance": wanted.instance_id,
        **page.values(),
    }
    return database.fetch(of_instance(sql, "tool_usage", wanted.instance_id), values)


def tool_resources(
    database: Database, tool: str, version: str | None, instance_id: str | None, page: Page
) -> list[Row]:
    """Rows of tool_resources of the tools with this id or short name, their newest version first."""
    sql = """
        SELECT tool_id, tool_version, quantity, jobs, mean, p50, p95, p99, max, jobs_excluded, exclusion_reasons
        FROM {source}
        WHERE %(tool)s IN (tool_id, substring(tool_id FROM '[^/]*$'))
          AND (%(version)s::text IS NULL OR tool_version = %(version)s)
        ORDER BY tool_id, tool_version DESC, quantity
        LIMIT %(limit)s OFFSET %(offset)s"""
    values = {"tool": without_version(tool), "version": version, "instance": instance_id, **page.values()}
    return database.fetch(of_instance(sql, "tool_resources", instance_id), values)


def tool_resources_by_input(database: Database, tool: str, instance_id: str | None) -> list[Row]:
    """All bins of input sizes of the tools with this id or short name, the smallest first."""
    sql = """
        SELECT tool_id, input_from_bytes, input_below_bytes, jobs, runtime_p50_s, runtime_p95_s, memory_jobs,
               memory_p50_bytes, memory_p95_bytes, memory_max_bytes, limit_hit_share, cores_jobs, cores_p95,
               suggested_memory_gb, suggested_cores, suggested_rule
        FROM {source}
        WHERE %(tool)s IN (tool_id, substring(tool_id FROM '[^/]*$'))
        ORDER BY tool_id, input_bin"""
    values = {"tool": without_version(tool), "instance": instance_id}
    return database.fetch(of_instance(sql, "tool_resources_by_input", instance_id), values)


def instance_activity(database: Database, instance_id: str) -> Row | None:
    """What a registered instance does, its numbers NULL before its first report; None where it is unknown."""
    rows = database.fetch(f"{_ACTIVITY} WHERE i.instance_id = %(instance)s", {"instance": instance_id})
    return rows[0] if rows else None


def instances(database: Database, page: Page) -> list[Row]:
    """All registered instances with what they do, the busiest first; nothing of their keys."""
    sql = (
        f"{_ACTIVITY} ORDER BY a.jobs DESC NULLS LAST, lower(i.title), i.instance_id LIMIT %(limit)s OFFSET %(offset)s"
    )
    return database.fetch(sql, page.values())


def which_instances_have(database: Database, tool: str, page: Page) -> list[Row]:
    """Instances that have or ran `tool`, given by its id without version or by the last part of it."""
    sql = """
        SELECT w.tool_id, w.tool_version, w.instance_id::text, i.title, i.url, w.jobs, w.last_used_at, w.is_installed
        FROM galaxy.which_instances_have w LEFT JOIN galaxy.instances i USING (instance_id)
        WHERE w.tool_id = %(tool)s OR substring(w.tool_id FROM '[^/]*$') = %(tool)s
        ORDER BY w.jobs DESC, w.last_used_at DESC NULLS LAST, w.tool_id, w.tool_version, w.instance_id
        LIMIT %(limit)s OFFSET %(offset)s"""
    return database.fetch(sql, {"tool": without_version(tool), **page.values()})


_ACTIVITY = """
    SELECT i.instance_id::text, i.title, i.url, i.description, i.registered_at, i.is_self_registered, a.jobs,
           a.jobs_recent, a.tools, a.users_active, a.users_total, a.reports, a.first_job_at, a.last_job_at,
           a.last_report_at, a.galaxy_version
    FROM galaxy.instances i LEFT JOIN galaxy.instance_activity a USING (instance_id)"""


def of_instance(sql: str, table: str, instance_id: str | None) -> str:
    """The query over the product of all instances, or over the rows of one."""
    if instance_id is None:
        return sql.format(source=f"galaxy.{table}_overall")
    return sql.format(source=f"(SELECT * FROM galaxy.{table} WHERE instance_id = %(instance)s) AS of_instance")


def without_version(tool: str) -> str:
    """The id that products know a tool by: that of a ToolShed without its last part."""
    match = _TOOLSHED.fullmatch(tool)
    return match["base"] if match else tool
