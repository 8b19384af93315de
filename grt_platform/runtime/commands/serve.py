"""`grt serve`: be one service of a platform on many machines, in the foreground."""

import click

from grt_platform.runtime.service_commands import SERVICES


@click.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.option("--queue", "queues", multiple=True, help="Queue of steps a worker takes. Repeatable.")
@click.option("--slots", default=1, show_default=True, type=click.IntRange(1, 256), help="Steps of a worker at once.")
def command(service: str, *, queues: tuple[str, ...], slots: int) -> None:
    """Be one SERVICE, in the foreground, with everything else given by settings.

    `prepare` makes and renews the tables of both databases and ends; run it before the others. Postgres, stores and
    broker are others' (GRT_WAREHOUSE_URL, GRT_DAGSTER_URL, GRT_RAW_URL ..., GRT_BROKER_URL).
    """
    from grt_platform.runtime.installation import Installation
    from grt_platform.runtime.serve import Work, become, served
    from grt_platform.settings import home, settings

    become(*served(service, Installation(home()), settings(), Work(queues, slots)))
