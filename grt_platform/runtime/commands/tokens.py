"""`grt tokens`: my access tokens."""

import click

from grt_platform.serving.options import json_option, token_option

_ROLES = click.Choice(["READ", "QUERY", "EDIT", "MANAGE"], case_sensitive=False)


@click.group()
def command() -> None:
    """Access tokens of mine, for programs."""


@command.command("create")
@click.argument("title")
@click.option("--role", type=_ROLES, default="QUERY", show_default=True, help="The highest role it carries.")
@click.option("--project", "projects", multiple=True, help="The only projects it opens. Repeatable; else all.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="Days it lives.")
@click.option("--admin", "is_admin", is_flag=True, help="Administer the platform with it, without limits.")
@token_option
@json_option
def create(
    *, title: str, role: str, projects: tuple[str, ...], days: int, is_admin: bool, token: str, as_json: bool
) -> None:
    """Make a token for the purpose TITLE and show it, this one time."""
    from grt_platform.serving.output import show
    from grt_platform.serving.remote import remote

    wanted = {"title": title, "role": role, "projects": list(projects) or None, "days": days, "is_admin": is_admin}
    with remote(token) as platform:
        made = platform.post("/tokens", wanted)
    if as_json:
        show([made], form="json")
        return
    click.echo(made["token"])
    click.echo(f"It ends at {made['expires_at']}. It is not kept: note it now.", err=True)


@command.command("ls")
@token_option
@json_option
def listed(*, token: str, as_json: bool) -> None:
    """List my tokens; of each only how it begins."""
    from grt_platform.serving.output import show
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        show(platform.get("/tokens"), form="json" if as_json else "table", empty="you have no token")


@command.command("revoke")
@click.argument("token_id")
@token_option
def revoke(*, token_id: str, token: str) -> None:
    """End the token TOKEN_ID, and those made with it."""
    from grt_platform.serving.remote import path_part, remote

    with remote(token) as platform:
        platform.delete(f"/tokens/{path_part(token_id)}")
    click.echo(f"{token_id} has ended")
