"""`grt sql`: ask the warehouse with a role that can only read."""

import click


@click.command()
@click.argument("query")
@click.option("--json", "form", flag_value="json", help="Print a JSON array of objects.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV with a header.")
def command(query: str, form: str | None) -> None:
    """Ask the warehouse, read-only.

    QUERY is one SQL statement, such as "SELECT * FROM galaxy.tool_usage LIMIT 5".
    """
    from grt_platform.runtime.ask import ask
    from grt_platform.serving.output import show
    from grt_platform.settings import settings

    show(ask(settings().warehouse_reader_url.get_secret_value(), query), form=form or "table", empty="no rows")
