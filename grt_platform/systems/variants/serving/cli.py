"""The command line of variants: load files, know what they hold, ask them, get answers."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from grt_platform.kernel.errors import GrtError
from grt_platform.serving.options import json_option, token_option
from grt_platform.serving.output import show
from grt_platform.serving.verbs import PARTIAL, add_uniform_verbs
from grt_platform.systems.variants.serving import dimensions_cli, files_cli, query_cli, sample_cli, versions_cli
from grt_platform.systems.variants.serving.door import VARIANTS


@click.group("variants")
def group() -> None:
    """Many VCF files of a project: what they hold, and one small file as the answer to a question."""


@group.command("load")
@click.argument("project")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "folder", default="", help="Put in front of the names, such as 'cohort/2026'.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until they were looked at.")
@click.option("--patience", default=3600, show_default=True, type=click.IntRange(1), help="Seconds to wait.")
@token_option
@json_option
def load(
    *, project: str, files: Sequence[Path], folder: str, wait: bool, patience: int, token: str, as_json: bool
) -> None:
    """Upload FILES into PROJECT and tell what they hold.

    Exits 3 when one was refused or cannot be used, 1 when all were.
    """
    from grt_platform.serving.remote import remote
    from grt_platform.systems.variants.serving.loading import send, told

    sent: list[dict[str, Any]] = []
    with remote(token) as platform:
        for path in files:
            try:
                sent.append(send(platform, project, path, folder))
            except GrtError as error:
                click.echo(f"grt: {error}", err=True)
        rows = told(platform, project, sent, patience) if wait else sent
    brief = [{name: row[name] for name in ("name", "version_id", "size_bytes")} for row in rows] if not wait else rows
    show(rows if as_json else brief, form="json" if as_json else "table", empty="nothing was loaded")
    good = [row for row in rows if row["state"] in {"ready", "stored"}]
    if len(good) < len(files):
        sys.exit(PARTIAL if good else 1)


@group.command("projects")
@token_option
@json_option
def projects(*, token: str, as_json: bool) -> None:
    """List the projects that you may read, and what their files hold."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        rows = platform.get("/variants/projects")
    show(rows, form="json" if as_json else "table", empty="no project; `grt projects` makes one")


for _command in (
    files_cli.files,
    dimensions_cli.dimensions,
    query_cli.query,
    query_cli.results,
    versions_cli.versions,
    *sample_cli.COMMANDS,
):
    group.add_command(_command)
add_uniform_verbs(group, VARIANTS)
