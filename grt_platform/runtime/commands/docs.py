"""`grt docs`: the site of the documentation."""

import sys

import click


@click.command()
@click.option("--serve", "is_served", is_flag=True, help="Show it at an address of this machine, until Ctrl-C.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port of --serve; a free one without it.")
def command(*, is_served: bool, port: int) -> None:
    """Build the site of the documentation in GRT_HOME/site; nothing of it is loaded from elsewhere."""
    from grt_platform.runtime.site import build, serve
    from grt_platform.settings import home

    if is_served:
        sys.exit(serve(port))
    folder = home() / "site"
    pages = build(folder)
    click.echo(f"{pages} pages in {folder}; open {folder / 'index.html'}, or run `grt docs --serve`")
