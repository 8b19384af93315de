"""Options that many commands share."""

from pathlib import Path

import click

token_option = click.option("--token", default="", help="Access token; else GRT_TOKEN, else that of the last sign-in.")
json_option = click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
project_option = click.option("--project", default="", help="The project; else GRT_PROJECT.")
folder_option = click.option(
    "--to",
    "folder",
    default=".",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the files.",
)
