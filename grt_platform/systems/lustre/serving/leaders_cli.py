"""`grt lustre grant`, `revoke`, `leaders`: who sees what a group uses, besides administrators."""

import click

from grt_platform.serving.options import json_option, token_option


@click.command("grant")
@click.argument("group")
@click.argument("name")
@token_option
def grant(*, group: str, name: str, token: str) -> None:
    """Say that the person NAME leads GROUP, by name or number: NAME sees what it uses (for administrators)."""
    from grt_platform.serving.remote import path_part, remote

    with remote(token) as platform:
        platform.put(f"/lustre/leaders/{path_part(group)}/{path_part(name)}")
    click.echo(f"{name} leads {group}")


@click.command("revoke")
@click.argument("group")
@click.argument("name")
@token_option
def revoke(*, group: str, name: str, token: str) -> None:
    """Say that the person NAME does not lead GROUP any more (for administrators)."""
    from grt_platform.serving.remote import path_part, remote

    with remote(token) as platform:
        platform.delete(f"/lustre/leaders/{path_part(group)}/{path_part(name)}")
    click.echo(f"{name} does not lead {group} any more")


@click.command("leaders")
@token_option
@json_option
def leaders(*, token: str, as_json: bool) -> None:
    """List who leads which group (for administrators)."""
    from grt_platform.serving.output import show
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        rows = platform.get("/lustre/leaders")
    show(rows, form="json" if as_json else "table", empty="nobody leads a group")
