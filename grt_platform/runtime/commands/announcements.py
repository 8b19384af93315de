"""`grt announcements`: what administrators tell everybody on top of every page."""

from datetime import UTC, datetime

import click

from grt_platform.serving.options import json_option, token_option

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])


@click.group("announcements")
def command() -> None:
    """What is told to everybody on top of every page."""


@command.command("ls")
@click.option("--all", "is_all", is_flag=True, help="Those that are over or to come too (for administrators).")
@token_option
@json_option
def listed(*, is_all: bool, token: str, as_json: bool) -> None:
    """List what is announced now."""
    from grt_platform.serving.output import show
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        rows = platform.get("/announcements/all" if is_all else "/announcements")
    show(rows, form="json" if as_json else "table", empty="nothing is announced")


@command.command("add")
@click.argument("title")
@click.option("--message", default="", help="More of it.")
@click.option(
    "--level", default="info", show_default=True, type=click.Choice(["info", "warning"]), help="How it looks."
)
@click.option("--from", "shown_at", type=_MOMENT, help="From when on (UTC); now without.")
@click.option("--until", "ends_at", type=_MOMENT, help="Until when (UTC); until it is removed without.")
@token_option
def add(
    *, title: str, message: str, level: str, shown_at: datetime | None, ends_at: datetime | None, token: str
) -> None:
    """Announce TITLE to everybody (for administrators)."""
    from grt_platform.serving.remote import remote

    wanted = {"title": title, "message": message, "level": level, "shown_at": _utc(shown_at), "ends_at": _utc(ends_at)}
    with remote(token) as platform:
        click.echo(platform.post("/announcements", wanted)["announcement_id"])


@command.command("rm")
@click.argument("announcement_id")
@token_option
def remove(*, announcement_id: str, token: str) -> None:
    """Remove an announcement (for administrators)."""
    from grt_platform.serving.remote import path_part, remote

    with remote(token) as platform:
        platform.delete(f"/announcements/{path_part(announcement_id)}")
    click.echo(f"{announcement_id} is removed")


def _utc(moment: datetime | None) -> str | None:
    return moment.replace(tzinfo=UTC).isoformat() if moment else None
