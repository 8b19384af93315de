"""The commands about objects of a project, which `grt objects` and the groups of systems share."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from grt_platform.kernel.errors import BadInputError, GrtError
from grt_platform.serving.options import folder_option

PARTIAL = 3
_MIB = 1 << 20
_BRIEF = ("name", "size_bytes", "stored_at", "version_id", "sha256")
F = TypeVar("F", bound=Callable[..., Any])


@click.group("objects")
def command() -> None:
    """Upload, list and download the objects of a project."""


def _shared(function: F) -> F:
    """The options that every command takes."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="JSON instead of a table."),
        click.option("--token", default="", help="Access token; else GRT_TOKEN, else what was kept for this person."),
        click.option("--project", default="", help="Project; else GRT_PROJECT."),
    ):
        function = option(function)
    return function


@command.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", default="", help="Name of the object, for one file; the file's without it.")
@click.option("--to", "folder", default="", help="Put in front of the names, such as 'reads/2026'.")
@click.option("--again", is_flag=True, help="Also files that are the current version already.")
@click.option("--part-mib", default=16, show_default=True, type=click.IntRange(5, 5120), help="Size of parts.")
@click.option("--parallel", default=4, show_default=True, type=click.IntRange(1, 64), help="Parts at once.")
@_shared
def upload(files: Sequence[Path], name: str, folder: str, **how: Any) -> None:
    """Upload FILES, each as the current version of an object.

    Files above 64 MiB go in parts. Run it again after whatever stopped it: it goes on with what is missing.
    """
    from grt_platform.serving.objects.uploading import SINGLE_BYTES, How, upload_file

    if name and len(files) > 1:
        raise click.UsageError("--name is for one file; use --to")
    part_bytes = how["part_mib"] * _MIB
    sending = How(part_bytes, min(SINGLE_BYTES, 4 * part_bytes), how["parallel"], how["again"])
    remote, project = _remote(how)
    named = {path: "/".join(filter(None, (folder.strip("/"), name or path.name))) for path in files}
    _each(files, lambda path: upload_file(remote, project, path, named[path], sending), as_json=how["as_json"])


@command.command()
@click.argument("names", nargs=-1)
@click.option("--version-id", default="", help="This version, instead of the current one of a name.")
@click.option("--out", default="", help="File to write, for one object; '-' is standard output.")
@folder_option
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--parallel", default=4, show_default=True, type=click.IntRange(1, 64), help="Ranges at once.")
@_shared
def download(names: Sequence[str], version_id: str, out: str, folder: Path, **how: Any) -> None:
    """Download the objects NAMES, each compared with its hash.

    Run it again after whatever stopped it: it goes on with what is missing.
    """
    from grt_platform.serving.objects.downloading import download_file, find, local_name, stream_to

    if bool(names) == bool(version_id) or (out and len(names) > 1):
        raise click.UsageError("Say NAMES or one --version-id; --out is for one object.")
    remote, project = _remote(how)

    def fetch(name: str) -> dict[str, Any]:
        version = find(remote, project, name, version_id)
        if out == "-":
            stream_to(remote, version, sys.stdout.buffer)
            return {}
        target = Path(out) if out else folder / local_name(version["name"])
        if target.exists() and not how["force"]:
            raise BadInputError(f"{target} is there already; say --force, or another place")
        download_file(remote, version, target, at_once=how["parallel"])
        return {**{key: version[key] for key in _BRIEF}, "file": str(target)}

    _each(names or [""], fetch, as_json=how["as_json"])


@command.command("ls")
@click.argument("prefix", default="")
@click.option("--deleted", is_flag=True, help="Objects that were deleted and can be restored.")
@_shared
def list_objects(prefix: str, *, deleted: bool, **how: Any) -> None:
    """List the objects whose names begin with PREFIX."""
    remote, project = _remote(how)
    rows: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = remote.get(f"/projects/{project}/objects", prefix=prefix, after=after, deleted=deleted)
        rows += page["items"]
        after = page["after"]
    _show(rows, as_json=how["as_json"])


@command.command()
@click.argument("name")
@_shared
def info(name: str, **how: Any) -> None:
    """Tell everything about the current version of an object."""
    remote, project = _remote(how)
    version = remote.get(f"/projects/{project}/objects/{_quoted(name)}")
    rows = [version] if how["as_json"] else [{"": key, name: value} for key, value in version.items()]
    _show(rows, as_json=how["as_json"], columns=None)


@command.command()
@click.argument("name")
@_shared
def versions(name: str, **how: Any) -> None:
    """List every version of an object, the newest first."""
    remote, project = _remote(how)
    found = remote.get(f"/projects/{project}/object-versions", name=name)["items"]
    if not found:
        raise BadInputError(f"project {project} has no object {name!r}; `grt objects ls` lists them")
    _show(
        found,
        as_json=how["as_json"],
        columns=("version_id", "state", "size_bytes", "created_at", "stored_at", "reason"),
    )


@command.command()
@click.argument("names", nargs=-1, required=True)
@_shared
def rm(names: Sequence[str], **how: Any) -> None:
    """Delete objects; `restore` brings them back."""
    remote, project = _remote(how)
    _each(names, lambda name: remote.delete(f"/projects/{project}/objects/{_quoted(name)}"), as_json=how["as_json"])


@command.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--version-id", default="", help="Make this older version current, for one name.")
@_shared
def restore(names: Sequence[str], version_id: str, **how: Any) -> None:
    """Bring deleted objects back, or an older version of one."""
    if version_id and len(names) > 1:
        raise click.UsageError("--version-id is for one name")
    remote, project = _remote(how)
    path = f"/projects/{project}/restorations"
    _each(names, lambda name: remote.post(path, {"name": name, "version_id": version_id}), as_json=how["as_json"])


@command.command()
@click.argument("version_ids", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@_shared
def purge(version_ids: Sequence[str], *, yes: bool, **how: Any) -> None:
    """Remove the bytes of versions for good, and free their room."""
    if not yes:
        click.confirm(f"Remove the bytes of {len(version_ids)} version(s) for good?", abort=True, err=True)
    remote, project = _remote(how)
    path = f"/projects/{project}/purges"
    _each(version_ids, lambda version_id: remote.post(path, {"version_id": version_id}), as_json=how["as_json"])


@command.command()
@click.option("--abort", "aborted", multiple=True, metavar="VERSION_ID", help="End this one. Repeatable.")
@_shared
def pending(aborted: Sequence[str], **how: Any) -> None:
    """List the uploads under way, or end some."""
    remote, project = _remote(how)
    path = f"/projects/{project}/uploads"
    if aborted:
        _each(aborted, lambda version_id: remote.delete(f"{path}/{version_id}"), as_json=how["as_json"])
        return
    columns = ("version_id", "name", "size_bytes", "created_at", "expires_at")
    _show(remote.get(path), as_json=how["as_json"], columns=columns)


@command.command()
@_shared
def quota(**how: Any) -> None:
    """Tell how much room the project has."""
    remote, project = _remote(how)
    _show([remote.get(f"/projects/{project}/quota")], as_json=how["as_json"], columns=None)


def _remote(how: dict[str, Any]) -> tuple[Any, str]:
    from grt_platform.serving.remote import remote
    from grt_platform.settings import settings

    platform = click.get_current_context().with_resource(remote(how["token"]))
    return platform, how["project"] or settings().project


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name)


def _each(subjects: Sequence[Any], act: Callable[[Any], dict[str, Any]], *, as_json: bool) -> None:
    """Acts on each, one bad never stopping the next; of several, exits 3 when some failed and 1 when all did."""
    if len(subjects) == 1:
        _tell([act(subjects[0])], as_json=as_json)
        return
    rows: list[dict[str, Any]] = []
    for subject in subjects:
        try:
            rows.append(act(subject))
        except GrtError as error:
            click.echo(f"grt: {error}", err=True)
    _tell(rows, as_json=as_json)
    if len(rows) < len(subjects):
        click.get_current_context().exit(PARTIAL if rows else 1)


def _tell(rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    shown = [row for row in rows if row]
    if shown:
        _show(shown, as_json=as_json)


def _show(rows: Sequence[dict[str, Any]], *, as_json: bool, columns: Sequence[str] | None = _BRIEF) -> None:
    from grt_platform.serving.output import show

    if not as_json and columns is not None:
        rows = [{name: row[name] for name in columns if name in row} for row in rows]
    show(rows, form="json" if as_json else "table", empty="nothing")
