"""`grt variants files`: the files of a project, by the commands that all objects share."""

import click

from grt_platform.serving.objects import commands

_SHARED = ("upload", "download", "ls", "info", "versions", "rm", "restore", "purge", "pending", "quota")


@click.group("files")
def files() -> None:
    """The files of a project: upload, list, tell, download, stream, delete, restore."""


for _name in _SHARED:
    files.add_command(commands.command.commands[_name])


@files.command("stream")
@click.argument("name")
@click.option("--version-id", default="", help="This version, instead of the current one.")
@click.option("--project", default="", help="The project; else GRT_PROJECT.")
@click.option("--token", default="", help="Access token; else GRT_TOKEN, else that of the last sign-in.")
@click.pass_context
def stream(context: click.Context, name: str, version_id: str, project: str, token: str) -> None:
    """Write the object NAME to standard output."""
    context.invoke(
        commands.download,
        names=() if version_id else (name,),
        version_id=version_id,
        out="-",
        project=project,
        token=token,
        as_json=False,
        parallel=1,
        force=False,
    )
