"""`grt status`: what runs, where, and whether it answers."""

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """Show every service with its address; exit 1 when something is not up."""
    from grt_platform.runtime.installation import Installation
    from grt_platform.runtime.status import describe, health
    from grt_platform.settings import home

    now = health(Installation(home()))
    click.echo(json.dumps(now.as_dict(), indent=2) if as_json else describe(now))
    context.exit(0 if now.is_healthy else 1)
