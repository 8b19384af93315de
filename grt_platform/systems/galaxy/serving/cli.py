"""The command line of galaxy: load reports, register servers, ask the served tables."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grt_platform.serving import handles
from grt_platform.serving.output import show
from grt_platform.serving.page import Page
from grt_platform.serving.verbs import add_uniform_verbs, finish_load
from grt_platform.systems.galaxy.serving.door import GALAXY

if TYPE_CHECKING:
    from grt_platform.systems.galaxy.serving.instances import Credentials

_JSON = click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
_INSTANCE = click.option("--instance", "instance_id", help="Id of one instance; all together without it.")
_LIMIT = click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Most rows.")


@click.group("galaxy")
def group() -> None:
    """Job logs of Galaxy servers: which tools are used, how they fail, what they need."""


@group.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--instance", "instance_id", help="Whose reports they are, where the folder does not say it.")
@click.option("--wait", is_flag=True, help="Wait until they are loaded and summarised.")
@click.option("--patience", default=3600, show_default=True, type=click.IntRange(1), help="Seconds to wait.")
@_JSON
def load(*, paths: tuple[Path, ...], instance_id: str | None, wait: bool, patience: int, as_json: bool) -> None:
    """Put reports (PATH: folders or *.tar.gz with their .json beside them) into raw.

    Exits 3 when a report was rejected or rows of it are in quarantine.
    """
    from grt_platform.serving.waiting import progress
    from grt_platform.systems.galaxy.serving.instances import read_id
    from grt_platform.systems.galaxy.serving.loading import find_reports, put_into_raw

    reports = find_reports(paths, read_id(instance_id) if instance_id else None)
    with progress() as bars:
        loaded = list(bars.track(put_into_raw(handles.raw_store(), reports), len(reports), description="copying"))
    finish_load(GALAXY, loaded, wait=wait, patience_s=patience, as_json=as_json)


@group.command("register")
@click.argument("title")
@click.option("--url", default="", help="Address of the server.")
@click.option("--description", default="", help="What the server is for.")
@click.option("--instance", "instance_id", help="Its id, where it has one already.")
@_JSON
def register(*, title: str, url: str, description: str, instance_id: str | None, as_json: bool) -> None:
    """Register a Galaxy server as TITLE and show its upload key, this one time."""
    from grt_platform.systems.galaxy.serving import instances

    made = instances.register(handles.warehouse(), title, url, description, instance_id)
    _show_credentials(made, as_json=as_json)


@group.command("rotate-key")
@click.argument("instance_id")
@_JSON
def rotate_key(*, instance_id: str, as_json: bool) -> None:
    """Give an instance a new upload key; the old one stops working."""
    from grt_platform.systems.galaxy.serving import instances

    _show_credentials(instances.rotate_key(handles.warehouse(), instance_id), as_json=as_json)


@group.command("instances")
@_JSON
def list_instances(*, as_json: bool) -> None:
    """List the instances with their activity."""
    from grt_platform.systems.galaxy.serving import queries

    rows = queries.instances(handles.warehouse(), Page(10_000))
    brief = ("instance_id", "title", "jobs", "tools", "users_total", "reports", "last_report_at")
    shown = rows if as_json else [{name: row[name] for name in brief} for row in rows]
    show(shown, form="json" if as_json else "table", empty="no instance is known yet")


@group.command("tools")
@click.argument("prefix", default="")
@_INSTANCE
@click.option("--period", type=click.Choice(["day", "week", "month"]), default="month", show_default=True)
@_LIMIT
@_JSON
def tools(*, prefix: str, instance_id: str | None, period: str, limit: int, as_json: bool) -> None:
    """Jobs, states and error rate of tools whose id or short name begins with PREFIX."""
    from grt_platform.systems.galaxy.serving import queries

    wanted = queries.UsageFilter(prefix, _read(instance_id), period, None, None)
    show(queries.tool_usage(handles.warehouse(), wanted, Page(limit)), form="json" if as_json else "table")


@group.command("resources")
@click.argument("tool")
@_INSTANCE
@_LIMIT
@_JSON
def resources(*, tool: str, instance_id: str | None, limit: int, as_json: bool) -> None:
    """Runtime, cores, memory and slot hours of a TOOL.

    Readings that cannot be true are left out; of how many jobs and why, lines below the table say.
    """
    from grt_platform.systems.galaxy.serving import queries

    rows = queries.tool_resources(handles.warehouse(), tool, None, _read(instance_id), Page(limit))
    if as_json:
        show(rows, form="json")
        return
    left_out = ("jobs_excluded", "exclusion_reasons")
    shown = [{name: value for name, value in row.items() if name not in left_out} for row in rows]
    show(shown, empty=f"nothing was measured of {tool}")
    for row in rows:
        for reason, jobs in (row["exclusion_reasons"] or {}).items():
            tool_version = f"{row['tool_id']} {row['tool_version']}"
            click.echo(f"Left out of {row['quantity']} of {tool_version}: {jobs:,} jobs, {reason}")


@group.command("by-input")
@click.argument("tool")
@_INSTANCE
@_JSON
def by_input(*, tool: str, instance_id: str | None, as_json: bool) -> None:
    """Runtime and memory of a TOOL by the size of its inputs."""
    from grt_platform.systems.galaxy.serving import queries

    rows = queries.tool_resources_by_input(handles.warehouse(), tool, _read(instance_id))
    if as_json:
        show(rows, form="json")
        return
    shown = [{name: value for name, value in row.items() if name != "suggested_rule"} for row in rows]
    show(shown, empty=f"no job of {tool} was measured")
    for rule in dict.fromkeys(row["suggested_rule"] for row in rows if row["suggested_rule"]):
        click.echo(f"\nSuggested rule for Total Perspective Vortex:\n\n{rule}")


@group.command("which")
@click.argument("tool")
@_LIMIT
@_JSON
def which(*, tool: str, limit: int, as_json: bool) -> None:
    """Which instances have or ran a TOOL."""
    from grt_platform.systems.galaxy.serving import queries

    rows = queries.which_instances_have(handles.warehouse(), tool, Page(limit))
    show(rows, form="json" if as_json else "table", empty=f"no instance has {tool}")


@group.command("withheld")
@click.argument("table")
@_JSON
def withheld(*, table: str, as_json: bool) -> None:
    """Count what public downloads leave out of a TABLE.

    By column and reason, over all rows of the lake; the values themselves are not shown.
    """
    from grt_platform.systems.galaxy.logic import privacy

    shape = GALAXY.table(table)
    rows = privacy.withheld(handles.lake().scan(shape), shape).collect(engine="streaming").to_dicts()
    show(rows, form="json" if as_json else "table", empty=f"nothing of {shape.name} is withheld")


def _read(instance_id: str | None) -> str | None:
    from grt_platform.systems.galaxy.serving.instances import read_id

    return read_id(instance_id) if instance_id else None


def _show_credentials(made: "Credentials", *, as_json: bool) -> None:
    shown = {"instance_id": made.instance_id, "key": made.key}
    show([shown], form="json" if as_json else "table")
    click.echo("The key is not kept: note it now, or rotate it later.", err=True)


add_uniform_verbs(group, GALAXY)
