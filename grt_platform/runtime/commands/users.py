"""`grt users`: people who may sign in, for administrators."""

from typing import Any

import click

from grt_platform.serving.options import json_option, token_option


@click.group()
def command() -> None:
    """People who may sign in (for administrators)."""


@command.command("ls")
@token_option
@json_option
def listed(*, token: str, as_json: bool) -> None:
    """List all people."""
    from grt_platform.serving.output import show
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        show(platform.get("/users"), form="json" if as_json else "table")


@command.command("add")
@click.argument("name")
@click.option("--title", default="", help="Name people see.")
@click.option("--admin", "is_admin", is_flag=True, help="Administers the platform.")
@token_option
def add(*, name: str, title: str, is_admin: bool, token: str) -> None:
    """Add the person NAME and show a first password, this one time."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        _show_password(platform.post("/users", {"name": name, "title": title, "is_admin": is_admin}))


@command.command("change")
@click.argument("name")
@click.option("--title", default=None, help="Name people see.")
@click.option("--admin/--no-admin", "is_admin", default=None, help="Administers the platform, or not.")
@click.option("--disabled/--enabled", "is_disabled", default=None, help="May not sign in, or may again.")
@token_option
def change(*, name: str, title: str | None, is_admin: bool | None, is_disabled: bool | None, token: str) -> None:
    """Change the person NAME; a disabled one is out at once, tokens included."""
    from grt_platform.serving.remote import path_part, remote

    given = {"title": title, "is_admin": is_admin, "is_disabled": is_disabled}
    wanted = {key: value for key, value in given.items() if value is not None}
    if not wanted:
        raise click.UsageError("Say what: --title, --admin, --no-admin, --disabled or --enabled.")
    with remote(token) as platform:
        platform.patch(f"/users/{path_part(name)}", wanted)
    click.echo(f"{name} is changed")


@command.command("reset-password")
@click.argument("name")
@token_option
def reset_password(*, name: str, token: str) -> None:
    """Give the person NAME a new random password and show it, this one time; every session of the person ends."""
    from grt_platform.serving.remote import path_part, remote

    with remote(token) as platform:
        _show_password(platform.post(f"/users/{path_part(name)}/password"))


def _show_password(made: dict[str, Any]) -> None:
    click.echo(made["password"])
    click.echo(f"The password of {made['name']}. It is not kept: pass it on now, and have it changed.", err=True)
