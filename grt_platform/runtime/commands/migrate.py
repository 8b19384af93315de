"""`grt migrate`: bring the tables of the warehouse up to date (every `grt up` does it too)."""

import click


@click.command()
def command() -> None:
    """Bring the tables of the warehouse up to date."""
    from grt_platform.adapters.migrate import upgrade
    from grt_platform.kernel.errors import BadInputError
    from grt_platform.settings import settings

    url = settings().warehouse_url.get_secret_value()
    if not url:
        raise BadInputError("No warehouse yet: start the platform with `grt up`, or set GRT_WAREHOUSE_URL")
    applied = upgrade(url)
    click.echo(f"applied {', '.join(applied)}" if applied else "up to date")
