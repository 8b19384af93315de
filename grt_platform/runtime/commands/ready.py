"""`grt ready`: whether a service of this machine does its work."""

import click


@click.command()
@click.argument("service", type=click.Choice(["code", "daemon", "ui", "web", "worker"]))
@click.pass_context
def command(context: click.Context, service: str) -> None:
    """Say whether SERVICE does its work: exit 0 or 1, for the probe of a container."""
    from grt_platform.runtime.ready import fault
    from grt_platform.settings import settings

    wrong = fault(service, settings())
    click.echo(f"{service}: {wrong or 'ready'}", err=bool(wrong))
    context.exit(1 if wrong else 0)
