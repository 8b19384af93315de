"""`grt backup`: the whole installation in one place, while it runs."""

import click

_STORES = ("raw", "reads", "products", "lake")


@click.command()
@click.argument("to")
@click.option("--without", multiple=True, type=click.Choice(_STORES), help="A store that is kept in another way.")
def command(to: str, without: tuple[str, ...]) -> None:
    """Save both databases and all stores to TO, an empty folder or s3://bucket/prefix, while the platform runs."""
    from datetime import UTC, datetime

    from grt_platform.runtime.backup import back_up
    from grt_platform.settings import settings

    made = back_up(to, settings(), datetime.now(UTC), click.echo, without=frozenset(without))
    for name in made.purged:
        click.echo(f"purged meanwhile, so not in the backup: {name}")
    click.echo(f"whole backup in {to}; `grt restore {to}` brings it back")
