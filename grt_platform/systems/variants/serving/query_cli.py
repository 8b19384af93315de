"""`grt variants query` and `grt variants results`: ask the files of a project, and get the answer."""

import sys
from pathlib import Path
from typing import Any

import click

from grt_platform.serving.options import folder_option, json_option, project_option, token_option
from grt_platform.serving.output import show
from grt_platform.settings import settings
from grt_platform.systems.variants.serving.question_options import FORMATS, question, question_options


@click.command("query")
@question_options
@click.option("--command", "command_", default="", help="bcftools segments: \"view -i 'QUAL>20'; annotate -x INFO\".")
@click.option("--format", "form", type=click.Choice(FORMATS), default="vcf.gz", show_default=True)
@click.option("--anew", is_flag=True, help="Answer it again, though there is a finished answer.")
@click.option("--wait", is_flag=True, help="Wait for the answer and download it.")
@folder_option
@click.option("--patience", default=86_400, show_default=True, type=click.IntRange(1), help="Seconds to wait.")
@project_option
@token_option
@json_option
def query(
    *,
    command_: str,
    form: str,
    anew: bool,
    wait: bool,
    folder: Path,
    patience: int,
    project: str,
    token: str,
    as_json: bool,
    **asked: Any,
) -> None:
    """Ask the files of a project; the answer is one small file.

    The samples of all files are brought together first, then the segments of the command are applied in order.
    """
    from grt_platform.serving.job_wait import exit_code, wait_for_job
    from grt_platform.serving.remote import remote

    body = {**question(asked), "command": command_, "format": form, "anew": anew}
    with remote(token) as platform:
        job = platform.post(f"/variants/projects/{project or settings().project}/queries", body)
        if not wait:
            show([{"job_id": job["job_id"], "state": job["state"]}], form="json" if as_json else "table")
            return
        job = wait_for_job(platform, job["job_id"], patience)
        _tell(platform, job, folder, as_json=as_json)
    sys.exit(exit_code([job]))


@click.group("results")
def results() -> None:
    """The answers of queries."""


@results.command("get")
@click.argument("job_id")
@folder_option
@click.option("--patience", default=7200, show_default=True, type=click.IntRange(1), help="Seconds to wait for it.")
@token_option
@json_option
def get(*, job_id: str, folder: Path, patience: int, token: str, as_json: bool) -> None:
    """Download the answer of the query JOB_ID: the result, its index, where it comes from, and the log.

    Waits while the query runs. Exits 1 when it failed.
    """
    from grt_platform.serving.job_wait import exit_code, wait_for_job
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        job = wait_for_job(platform, job_id, patience)
        _tell(platform, job, folder, as_json=as_json)
    sys.exit(exit_code([job]))


def _tell(platform: Any, job: dict[str, Any], folder: Path, *, as_json: bool) -> None:
    """What came out; the files of a complete job are in the folder."""
    from grt_platform.systems.variants.serving.fetching import fetch_result

    files = fetch_result(platform, job["job_id"], folder) if job["state"] == "COMPLETE" else {}
    row = {"job_id": job["job_id"], "state": job["state"], **job["counts"], "file": files.get("result")}
    if as_json:
        row |= {"files": files, "warnings": job["warnings"], "reason": job["reason"]}
    show([row], form="json" if as_json else "table")
    for sentence in [*job["warnings"], *([job["reason"]] if job["reason"] else [])]:
        click.echo(sentence, err=True)
