"""`grt down`: stop the platform that runs in the background."""

import click


@click.command()
def command() -> None:
    """Stop the platform in good order; data stays."""
    from grt_platform.runtime.installation import Installation
    from grt_platform.runtime.up import stop
    from grt_platform.settings import home

    installation = Installation(home())
    click.echo("stopped" if stop(installation) else f"the platform in {installation.home} is not running")
