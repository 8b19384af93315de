"""`grt logs`: what the services wrote."""

import click


@click.command()
@click.argument("service", default="")
@click.option("-f", "--follow", "is_following", is_flag=True, help="Go on with what is written from now on.")
@click.option("-n", "--lines", default=50, show_default=True, type=click.IntRange(min=0), help="Lines of each service.")
@click.option("--json", "is_json", is_flag=True, help="The lines as the services write them, for programs.")
def command(service: str, *, is_following: bool, lines: int, is_json: bool) -> None:
    """Show the last lines of SERVICE, or of every service."""
    from grt_platform.runtime.installation import Installation
    from grt_platform.runtime.log_lines import readable
    from grt_platform.runtime.logs import find_logs, follow, tail
    from grt_platform.settings import home

    logs = find_logs(Installation(home()), service)
    width = 0 if service else max((len(name) for name in logs), default=0)
    for name, path in logs.items():
        for line in tail(path, lines):
            click.echo(_shown(name, line if is_json else readable(line), width))
    for name, line in follow(logs) if is_following else ():
        click.echo(_shown(name, line if is_json else readable(line), width))


def _shown(name: str, line: str, width: int) -> str:
    return f"{name:<{width}} | {line}" if width else line
