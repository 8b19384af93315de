"""`grt projects`: projects and who has which role in them."""

import click

from grt_platform.serving.options import json_option, token_option

_ROLES = click.Choice(["READ", "QUERY", "EDIT", "MANAGE"], case_sensitive=False)


@click.group()
def command() -> None:
    """Projects and their members."""


@command.command("ls")
@token_option
@json_option
def listed(*, token: str, as_json: bool) -> None:
    """List the projects that I may see, with the role that counts."""
    from grt_platform.serving.output import show
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        show(platform.get("/projects"), form="json" if as_json else "table", empty="you are in no project")


@command.command("create")
@click.argument("project")
@click.option("--title", default="", help="Name people see.")
@token_option
def create(*, project: str, title: str, token: str) -> None:
    """Make the PROJECT (for administrators)."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        platform.post("/projects", {"project": project, "title": title})
    click.echo(f"{project} is made")


@command.command("members")
@click.argument("project")
@token_option
@json_option
def members(*, project: str, token: str, as_json: bool) -> None:
    """List the members of PROJECT."""
    from grt_platform.serving.output import show
    from grt_platform.serving.remote import path_part, remote

    with remote(token) as platform:
        rows = platform.get(f"/projects/{path_part(project)}")["members"]
    show(rows, form="json" if as_json else "table", empty="nobody is a member")


@command.command("add")
@click.argument("project")
@click.argument("name")
@click.option("--role", type=_ROLES, default="READ", show_default=True, help="Role in the project.")
@token_option
def add(*, project: str, name: str, role: str, token: str) -> None:
    """Make the person NAME a member of PROJECT, or change the role."""
    from grt_platform.serving.remote import path_part, remote

    with remote(token) as platform:
        platform.put(f"/projects/{path_part(project)}/members/{path_part(name)}", {"role": role})
    click.echo(f"{name} has {role.upper()} in {project}")


@command.command("remove")
@click.argument("project")
@click.argument("name")
@token_option
def remove(*, project: str, name: str, token: str) -> None:
    """Remove the person NAME from PROJECT."""
    from grt_platform.serving.remote import path_part, remote

    with remote(token) as platform:
        platform.delete(f"/projects/{path_part(project)}/members/{path_part(name)}")
    click.echo(f"{name} is no member of {project} any more")
