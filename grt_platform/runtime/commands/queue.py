"""`grt queue`: whether new jobs are taken; administrators close the queue and open it again."""

from datetime import UTC, datetime
from typing import Any

import click

from grt_platform.serving.options import json_option, token_option
from grt_platform.serving.output import as_json as json_of

_AT = click.option(
    "--at", "closes_at", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="From when on (UTC); now without."
)


@click.group("queue")
def command() -> None:
    """The queue of jobs: closed, what was asked goes on, new jobs of all but administrators are refused."""


@command.command("show")
@token_option
@json_option
def shown(*, token: str, as_json: bool) -> None:
    """Tell whether new jobs are taken."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        _tell(platform.get("/queue"), as_json=as_json)


@command.command("close")
@click.argument("reason")
@_AT
@token_option
@json_option
def close(*, reason: str, closes_at: datetime | None, token: str, as_json: bool) -> None:
    """Close the queue for new jobs; REASON is told to everybody."""
    from grt_platform.serving.remote import remote

    since = closes_at.replace(tzinfo=UTC).isoformat() if closes_at else None
    with remote(token) as platform:
        _tell(platform.put("/queue", {"reason": reason, "closes_at": since}), as_json=as_json)


@command.command("open")
@token_option
@json_option
def opened(*, token: str, as_json: bool) -> None:
    """Take new jobs again, or give up a closing that is planned."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        _tell(platform.delete("/queue"), as_json=as_json)


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json_of([told]), nl=False)
    elif told["closes_at"] is None:
        click.echo("open")
    else:
        state = "closed since" if told["is_closed"] else "closes on"
        click.echo(f"{state} {told['closes_at']}, by {told['closed_by']}: {told['reason']}")
