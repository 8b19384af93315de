"""`grt up`: start the platform, here until Ctrl-C or in the background."""

import click


@click.command()
@click.option("--detach", is_flag=True, help="Return when everything is up; `grt down` stops it.")
@click.option("--without-dagster", is_flag=True, help="Leave Dagster to your own `dagster dev -w workspace.yaml`.")
def command(*, detach: bool, without_dagster: bool) -> None:
    """Start the platform.

    Everything it keeps is in GRT_HOME (default .grt). Without --detach it runs until Ctrl-C.
    """
    from grt_platform.runtime.installation import Installation
    from grt_platform.runtime.status import describe, health
    from grt_platform.runtime.up import run_here, start_detached
    from grt_platform.settings import given, home

    installation = Installation(home())
    if detach:
        start_detached(installation, *(["--without-dagster"] if without_dagster else []))
        click.echo(describe(health(installation)))
    else:
        run_here(installation, given(), _announce, with_dagster=not without_dagster)


def _announce(line: str) -> None:
    click.echo(f"grt: {line}", err=True)
