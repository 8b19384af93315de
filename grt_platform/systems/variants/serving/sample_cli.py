"""`grt variants samples`, `count` and `plan`: sample tables, filters answered at once, what a question would take."""

import sys
from pathlib import Path
from typing import Any

import click

from grt_platform.serving.options import json_option, project_option, token_option
from grt_platform.serving.output import show
from grt_platform.settings import settings
from grt_platform.systems.variants.serving.question_options import FORMATS, question, question_options


@click.group("samples")
def samples() -> None:
    """Sample tables of a project: fill in, judge, and choose samples by them."""


@samples.command("template")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File; standard output without it.")
@project_option
@token_option
def template(*, out: Path | None, project: str, token: str) -> None:
    """A sample table to fill in, with a line for each sample of the project's files."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform, platform.stream(f"{_base(project)}/samples/template") as answer:
        content = answer.read()
    if out is None:
        sys.stdout.buffer.write(content)
    else:
        out.write_bytes(content)
        click.echo(f"{out}: samples: {content.count(10) - 1}", err=True)


@samples.command("validate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--untruncated", is_flag=True, help="List all names, not the first 20.")
@project_option
@token_option
@json_option
def validate(*, file: Path, untruncated: bool, project: str, token: str, as_json: bool) -> None:
    """Judge the sample table FILE before it is uploaded: every error and warning, with column and rows.

    Exits 1 when there are errors, 0 with warnings alone.
    """
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        told = platform.post_bytes(f"{_base(project)}/samples/validations", file.read_bytes(), name=file.name)
    if as_json:
        show([told], form="json")
    else:
        _tell(told, untruncated=untruncated)
    sys.exit(0 if told["is_usable"] else 1)


@samples.command("query")
@click.argument("filter_", metavar="FILTER")
@click.option("--table", "sample_table", default="", help="Name of the sample table, where there are several.")
@click.option("--at", "project_version", default="", help="Ask this project version, not the present files.")
@click.option("--pairs", is_flag=True, help="Tell for each sample which files hold it.")
@project_option
@token_option
@json_option
def query(
    *, filter_: str, sample_table: str, project_version: str, pairs: bool, project: str, token: str, as_json: bool
) -> None:
    """The samples that FILTER chooses, such as 'Area:North,West;Weight:>10', and the files that hold them.

    An empty FILTER chooses all.
    """
    from grt_platform.serving.remote import remote

    body = {"filter": filter_, "sample_table": sample_table, "project_version": project_version, "pairs": pairs}
    with remote(token) as platform:
        told = platform.post(f"{_base(project)}/samples/queries", body)
    if as_json:
        show([told], form="json")
        return
    if pairs:
        rows = [{"sample": sample, "files": ", ".join(files)} for sample, files in told["pairs"].items()]
    else:
        rows = [{"sample": sample} for sample in told["samples"]]
    show(rows, empty="no samples match the filter")
    show(told["files"], title="in files", empty="in no file")
    _warn(told["warnings"])


@click.command("count")
@question_options
@project_option
@token_option
@json_option
def count(*, project: str, token: str, as_json: bool, **asked: Any) -> None:
    """How many samples, files and records a question is about; answered at once."""
    from grt_platform.serving.remote import remote

    with remote(token) as platform:
        told = platform.post(f"{_base(project)}/counts", question(asked))
    if as_json:
        show([told], form="json")
        return
    show([{name: told[name] for name in ("samples", "files", "records_at_most")}])
    _warn(told["warnings"])


@click.command("plan")
@question_options
@click.option("--command", "command_", default="", help="bcftools segments: \"view -i 'QUAL>20'; norm -m-\".")
@click.option("--format", "form", type=click.Choice(FORMATS), default="vcf.gz", show_default=True)
@project_option
@token_option
@json_option
def plan(*, command_: str, form: str, project: str, token: str, as_json: bool, **asked: Any) -> None:
    """What a question would read, and about how long it would take; answered at once, nothing is read for it."""
    from grt_platform.serving.remote import remote

    body = {**question(asked), "command": command_, "format": form}
    with remote(token) as platform:
        told = platform.post(f"{_base(project)}/plans", body)
    if as_json:
        show([told], form="json")
        return
    show(told["files"], title=told["command"])
    brief = ("records_at_most", "read_bytes", "estimated_s")
    show([{"samples": len(told["samples"]), "files": len(told["files"]), **{name: told[name] for name in brief}}])
    _warn([*told["warnings"], *(f"{name} holds sites alone and is ignored" for name in told["ignored_files"])])


COMMANDS = (samples, count, plan)


def _base(project: str) -> str:
    from grt_platform.serving.remote import path_part

    return f"/variants/projects/{path_part(project or settings().project)}"


def _tell(told: dict[str, Any], *, untruncated: bool) -> None:
    rows = [
        {"severity": severity, "message": finding["message"]}
        for severity in ("error", "warning")
        for finding in told[f"{severity}s"]
    ]
    show(rows, title=told["name"], empty="no errors and no warnings")
    kinds = ", ".join(f"{column['name']} ({column['kind']})" for column in told["columns"])
    click.echo(f"samples: {told['samples']}; columns: {kinds or 'none'}")
    if untruncated:
        for what in ("unknown_samples", "missing_samples"):
            for name in told[what]:
                click.echo(f"{what.replace('_samples', '')}\t{name}")


def _warn(warnings: list[str]) -> None:
    for sentence in warnings:
        click.echo(sentence, err=True)
