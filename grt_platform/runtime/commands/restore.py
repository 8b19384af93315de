"""`grt restore`: the installation as a backup has it."""

import click


@click.command()
@click.argument("source", metavar="FROM")
def command(source: str) -> None:
    """Make the installation again from FROM, a backup; its databases must be empty and the platform must not run."""
    from grt_platform.runtime.installation import Installation
    from grt_platform.runtime.restore import restore
    from grt_platform.settings import given, home

    made = restore(source, Installation(home()), given(), click.echo)
    click.echo(f"as of {made.made_at}; start the platform, which brings its tables up to date")
