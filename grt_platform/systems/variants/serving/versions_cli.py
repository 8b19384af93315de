"""`grt variants versions`: name the present files of a project, and get them back as they were."""

from pathlib import Path
from typing import Any

import click

from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.options import folder_option, json_option, project_option, token_option
from grt_platform.serving.output import show
from grt_platform.settings import settings


@click.group("versions")
def versions() -> None:
    """Named versions of a project: which file versions were current."""


@versions.command("add")
@click.argument("name")
@click.option("--description", default="", help="What it is.")
@project_option
@token_option
@json_option
def add(*, name: str, description: str, project: str, token: str, as_json: bool) -> None:
    """Give the present files the name NAME."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        show([platform.post(_base(project), {"name": name, "description": description})], form=_form(as_json))


@versions.command("ls")
@click.option("--deleted", is_flag=True, help="Deleted ones, too.")
@project_option
@token_option
@json_option
def listed(*, deleted: bool, project: str, token: str, as_json: bool) -> None:
    """List the versions of a project, the newest first."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        show(platform.get(_base(project), deleted=deleted), form=_form(as_json), empty="no version has a name yet")


@versions.command("info")
@click.argument("name")
@project_option
@token_option
@json_option
def info(*, name: str, project: str, token: str, as_json: bool) -> None:
    """List the files of the version NAME."""
    from grt_platform.serving.remote import path_part, remote

    with remote(token) as platform:
        found = platform.get(f"{_base(project)}/{path_part(name)}")
    if as_json:
        show([found], form="json")
        return
    click.echo(f"{found['name']}: {found['description'] or 'no description'} ({found['created_by']})", err=True)
    show([{key: item[key] for key in ("name", "version_id", "size_bytes", "state")} for item in found["items"]])


@versions.command("update")
@click.argument("name")
@click.option("--name", "new_name", help="Another name.")
@click.option("--description", help="Another description.")
@project_option
@token_option
@json_option
def update(
    *, name: str, new_name: str | None, description: str | None, project: str, token: str, as_json: bool
) -> None:
    """Rename or describe the version NAME; what it lists never changes."""
    from grt_platform.serving.remote import path_part, remote

    if new_name is None and description is None:
        raise click.UsageError("Say --name or --description.")
    with remote(token) as platform:
        changed = platform.patch(f"{_base(project)}/{path_part(name)}", {"name": new_name, "description": description})
    show([changed], form=_form(as_json))


@versions.command("rm")
@click.argument("name")
@project_option
@token_option
@json_option
def remove(*, name: str, project: str, token: str, as_json: bool) -> None:
    """Delete the version NAME; no file is touched, and the name stays taken."""
    from grt_platform.serving.remote import path_part, remote

    with remote(token) as platform:
        show([platform.delete(f"{_base(project)}/{path_part(name)}")], form=_form(as_json))


@versions.command("download")
@click.argument("name")
@click.argument("files", nargs=-1)
@folder_option
@click.option("--force", is_flag=True, help="Replace files that are there.")
@project_option
@token_option
@json_option
def download(
    *, name: str, files: tuple[str, ...], folder: Path, force: bool, project: str, token: str, as_json: bool
) -> None:
    """Download all files of the version NAME, or those named FILES, as they were; each compared with its hash."""
    from grt_platform.serving.objects.downloading import download_file, find, local_name
    from grt_platform.serving.remote import path_part, remote

    rows: list[dict[str, Any]] = []
    with remote(token) as platform:
        listed_there = platform.get(f"{_base(project)}/{path_part(name)}")["items"]
        for item in _chosen(listed_there, files, name):
            target = folder / local_name(item["name"])
            if target.exists() and not force:
                raise BadInputError(f"{target} is there already; say --force, or another folder")
            download_file(platform, find(platform, _project(project), "", item["version_id"]), target)
            rows.append({"name": item["name"], "version_id": item["version_id"], "file": str(target)})
    show(rows, form=_form(as_json))


def _chosen(items: list[dict[str, Any]], wanted: tuple[str, ...], name: str) -> list[dict[str, Any]]:
    missing = set(wanted) - {item["name"] for item in items}
    if missing:
        raise BadInputError(f"version {name!r} does not list {', '.join(sorted(missing))}; `info` tells what it lists")
    return [item for item in items if not wanted or item["name"] in wanted]


def _base(project: str) -> str:
    return f"/variants/projects/{_project(project)}/versions"


def _project(project: str) -> str:
    return project or settings().project


def _form(as_json: object) -> str:
    return "json" if as_json else "table"
