"""The command line of genes: load files, get genes in many forms, search, purge."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from grt_platform.serving.options import json_option, project_option, token_option
from grt_platform.serving.output import show
from grt_platform.serving.verbs import PARTIAL, add_uniform_verbs
from grt_platform.settings import settings
from grt_platform.systems.genes.logic.options import ALPHABETS, ON_INVALID, ON_REPEAT
from grt_platform.systems.genes.serving.door import GENES

_FORMS = ("table", "json", "fasta", "csv", "parquet", "result")
_PAGE = 1000
# What a table for eyes shows; JSON has everything.
_UPLOAD = ("upload_id", "file_name", "alphabet", "created_at", "job_state")
_LOADED = ("upload_id", "file_name", "state", "genes", "letters", "records_quarantined", "records_dropped")
_GENE = ("ordinal", "line_number", "gene_name", "occurrence", "length", "gc", "digest", "identical_to")
_FOUND = ("upload_id", "file_name", "ordinal", "gene_name", "occurrence", "length", "digest")


@click.group("genes")
def group() -> None:
    """Genes of FASTA and CSV files: parsed, checked, and kept to be asked."""


def _choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say which genes."""
    for option in (
        click.option("--max-length", type=click.IntRange(0), help="Most letters."),
        click.option("--min-length", type=click.IntRange(0), help="Least letters."),
        click.option("--digest", help="GA4GH digest of the letters in upper case (SQ. ...)."),
        click.option("--prefix", help="Begin of that word."),
        click.option("--name", help="First word of the header."),
    ):
        command = option(command)
    return command


@group.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--alphabet", type=click.Choice(ALPHABETS), default="any", show_default=True, help="Letters allowed.")
@click.option("--on-invalid", type=click.Choice(ON_INVALID), default="fail", show_default=True, help="Bad records.")
@click.option("--on-repeat", type=click.Choice(ON_REPEAT), default="keep", show_default=True, help="Repeating names.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until they are parsed.")
@click.option("--patience", default=3600, show_default=True, type=click.IntRange(1), help="Seconds to wait for each.")
@project_option
@token_option
@json_option
def load(
    *,
    files: tuple[Path, ...],
    alphabet: str,
    on_invalid: str,
    on_repeat: str,
    wait: bool,
    patience: int,
    project: str,
    token: str,
    as_json: bool,
) -> None:
    """Upload FILES, have them parsed, and tell what came out.

    Exits 1 when one was rejected, 3 when records of one are in quarantine.
    """
    from grt_platform.serving.job_wait import wait_for_job
    from grt_platform.serving.remote import remote
    from grt_platform.systems.genes.serving.loading import Chosen, send, told

    chosen = Chosen(project or settings().project, alphabet, on_invalid, on_repeat)
    with remote(token) as platform:
        sent = [send(platform, path, chosen) for path in files]
        if not wait:
            show([{"upload_id": u, "job_id": j} for u, j in sent], form="json" if as_json else "table")
            return
        jobs = [(upload_id, wait_for_job(platform, job_id, patience)) for upload_id, job_id in sent]
    rows = [told(job, upload_id) for upload_id, job in jobs]
    if as_json:
        rows = [
            {**row, "warnings": job["warnings"], "reason": job["reason"]}
            for row, (_, job) in zip(rows, jobs, strict=True)
        ]
    show(rows if as_json else [_brief(row, _LOADED) for row in rows], form="json" if as_json else "table")
    for _, job in jobs:
        for sentence in [*job["warnings"], *([job["reason"]] if job["reason"] else [])]:
            click.echo(f"{job['request']['file_name']}: {sentence}", err=True)
    sys.exit(_code(rows))


@group.command("get")
@click.argument("upload_id")
@_choosing
@click.option("--format", "form", type=click.Choice(_FORMS), default="table", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File; standard output without it.")
@token_option
def get(*, upload_id: str, form: str, out: Path | None, token: str, **wanted: Any) -> None:
    """Genes of an upload; UPLOAD_ID may be that of its job. `result` is the JSON result of the parse."""
    from grt_platform.serving.remote import remote

    base = f"/genes/uploads/{quote(upload_id, safe='')}"
    with remote(token) as platform:
        if form == "table":
            found = platform.get(f"{base}/genes", limit=_PAGE, **wanted)["items"]
            show([_brief(gene, _GENE) for gene in found], empty="no such gene")
        elif form == "result":
            _write(platform.fetch(_result_url(platform.get(base))), out)
        else:
            _write(platform.stream(f"{base}/genes.{form}", **wanted), out)


@group.command("show")
@click.argument("upload_id")
@token_option
def show_upload(*, upload_id: str, token: str) -> None:
    """Where an upload stands, as JSON."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        upload = platform.get(f"/genes/uploads/{quote(upload_id, safe='')}")
    show([{**upload, "put": None}], form="json")


@group.command("ls")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200), help="Most uploads.")
@project_option
@token_option
@json_option
def list_uploads(*, limit: int, project: str, token: str, as_json: bool) -> None:
    """Uploads of a project, the newest first."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        rows = platform.get("/genes/uploads", project=project or settings().project, limit=limit)["items"]
    shown = rows if as_json else [_brief(row, _UPLOAD) for row in rows]
    show(shown, form="json" if as_json else "table", empty="nothing was uploaded yet")


@group.command("search")
@_choosing
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, _PAGE), help="Most genes.")
@project_option
@token_option
@json_option
def search(*, limit: int, project: str, token: str, as_json: bool, **wanted: Any) -> None:
    """Genes of all uploads that you may see, by name, prefix or digest."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        answer = platform.get("/genes/search", project=project or None, limit=limit, **wanted)
    rows = answer["items"] if as_json else [_brief(row, _FOUND) for row in answer["items"]]
    show(rows, form="json" if as_json else "table", empty="no such gene")
    if answer["after"]:
        click.echo(f"the first {limit} only; more with --limit", err=True)


@group.command("purge")
@click.argument("upload_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@token_option
def purge(*, upload_id: str, yes: bool, token: str) -> None:
    """Remove an upload and all that came of it, for good."""
    from grt_platform.serving.remote import remote

    base = f"/genes/uploads/{quote(upload_id, safe='')}"
    with remote(token) as platform:
        upload = platform.get(base)
        if not yes:
            name = f"{upload['file_name']} ({upload['upload_id']}) of project {upload['project']}"
            click.confirm(f"Remove {name}, its genes and its result for good?", abort=True)
        platform.delete(base)
    click.echo(f"{upload['upload_id']} is gone")


def _brief(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _result_url(upload: dict[str, Any]) -> str:
    from grt_platform.kernel.errors import BadInputError

    if upload["result"] is None:
        raise BadInputError(f"Upload {upload['upload_id']} has no result; its job is {upload['job_state']}")
    return str(upload["result"]["url"])


def _write(answer: Any, out: Path | None) -> None:
    from grt_platform.serving.exporting import target

    with answer as stream, target(out) as sink:
        for data in stream.iter_bytes():
            sink.write(data)


def _code(rows: list[dict[str, Any]]) -> int:
    if any(row["state"] != "COMPLETE" for row in rows):
        return 1
    return PARTIAL if any(row["records_quarantined"] for row in rows) else 0


add_uniform_verbs(group, GENES)
