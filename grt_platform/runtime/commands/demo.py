"""`grt demo`: the sample data of every system, loaded through the real sensors and runs."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grt_platform.runtime.demo import SystemResult


@click.command()
@click.option("--keep", is_flag=True, help="Leave the platform running.")
def command(*, keep: bool) -> None:
    """Load the sample data of every system and show what comes out.

    It may be run again: what is loaded already is not loaded twice.
    """
    from grt_platform.runtime.demo import run_demo
    from grt_platform.runtime.installation import Installation
    from grt_platform.settings import home

    run_demo(Installation(home()), keep=keep, announce=lambda line: click.echo(f"grt: {line}", err=True), show=_show)


def _show(results: "list[SystemResult]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("system", "question", "answer", "where to look", show_lines=True)
    for system, result in results:
        table.add_row(system, Text(result.question), Text(result.answer), Text(result.where, overflow="fold"))
    console = Console()
    console.width = max(console.width, 100)
    console.print(table)
