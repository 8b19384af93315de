"""`grt audit`: who did what, for administrators."""

import click

from grt_platform.serving.options import json_option, token_option


@click.command()
@click.option("--name", default=None, help="Only of this person.")
@click.option("--project", default=None, help="Only in this project.")
@click.option("--before", default=None, help="Only events before this moment (ISO 8601), to page back.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="Most events.")
@token_option
@json_option
def command(
    *, name: str | None, project: str | None, before: str | None, limit: int, token: str, as_json: bool
) -> None:
    """Show who did what, when, from where, with what outcome; the newest first."""
    from grt_platform.serving.output import show
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        rows = platform.get("/audit", name=name, project=project, before=before, limit=limit)
    brief = ("happened_at", "name", "action", "subject", "project", "outcome", "reason", "address")
    shown = rows if as_json else [{key: row[key] for key in brief} for row in rows]
    show(shown, form="json" if as_json else "table", empty="nothing was done yet")
