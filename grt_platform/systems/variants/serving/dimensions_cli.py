"""`grt variants dimensions`: what is known of a project's files, and having them looked at now."""

import json
import sys
from typing import Any

import click

from grt_platform.serving.options import json_option, project_option, token_option
from grt_platform.serving.output import show
from grt_platform.settings import settings


@click.group("dimensions")
def dimensions() -> None:
    """Samples, scaffolds and records of files; made by the platform when a file arrives."""


@dimensions.command("show")
@click.argument("name", default="")
@click.option("--samples", is_flag=True, help="Every sample of the files, one a line.")
@click.option("--scaffolds", is_flag=True, help="Every scaffold of the files, with files and records.")
@project_option
@token_option
@json_option
def show_dimensions(*, name: str, samples: bool, scaffolds: bool, project: str, token: str, as_json: bool) -> None:
    """List the files of a project and what is known of them, or all about the file NAME."""
    from grt_platform.serving.remote import remote

    if sum((bool(name), samples, scaffolds)) > 1:
        raise click.UsageError("Say one of NAME, --samples and --scaffolds.")
    base, form = f"/variants/projects/{project or settings().project}/dimensions", "json" if as_json else "table"
    with remote(token) as platform:
        if samples or scaffolds:
            totals = platform.get(f"{base}/totals")
            _show_totals(totals["samples"] if samples else totals["scaffolds"], form)
            return
        rows: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            page = platform.get(base, name=name or None, after=after)
            rows += page["items"]
            after = page["after"]
    if name and not as_json and rows:
        rows = [{"": key, name: _brief(value)} for key, value in rows[0].items()]
    show(rows, form=form, empty="no such file" if name else "no VCF file or sample table is here")


@dimensions.command("update")
@click.option("--again", is_flag=True, help="All files, not only those that are new or were rejected.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until they were looked at.")
@click.option("--patience", default=3600, show_default=True, type=click.IntRange(1), help="Seconds to wait.")
@project_option
@token_option
@json_option
def update(*, again: bool, wait: bool, patience: int, project: str, token: str, as_json: bool) -> None:
    """Have the files of a project looked at now; new ones are without this, soon after they arrive.

    Exits 3 when some cannot be used.
    """
    from grt_platform.serving.job_wait import exit_code, wait_for_job
    from grt_platform.serving.remote import remote

    form = "json" if as_json else "table"
    with remote(token) as platform:
        job = platform.post(f"/variants/projects/{project or settings().project}/dimensions/updates", {"again": again})
        if not wait:
            show([{"job_id": job["job_id"], "state": job["state"]}], form=form)
            return
        job = wait_for_job(platform, job["job_id"], patience)
    show([{"job_id": job["job_id"], "state": job["state"], **job["counts"]}], form=form)
    for sentence in [*job["warnings"], *([job["reason"]] if job["reason"] else [])]:
        click.echo(sentence, err=True)
    sys.exit(exit_code([job]))


def _show_totals(rows: list[object], form: str) -> None:
    if form == "table" and all(isinstance(row, str) for row in rows):
        click.echo("\n".join(map(str, rows)))
    elif form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        show([row for row in rows if isinstance(row, dict)], form=form)


def _brief(value: object) -> object:
    """Lists as people read them."""
    if not isinstance(value, list):
        return value
    told = [f"{one['scaffold']} ({one['records']})" if "scaffold" in one else str(one) for one in value if one]
    return ", ".join(told) if told else "-"
