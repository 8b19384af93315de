"""Options that say which samples and regions a question is about, and what they ask of the API."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from grt_platform.kernel.errors import BadInputError

FORMATS = ("vcf.gz", "bcf", "tsv")


def question_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which samples and regions are meant."""
    for option in (
        click.option("--at", "project_version", default="", help="Ask this project version, not the present files."),
        click.option("--regions", default="", help="Regions by commas, such as 1:1-1000000,2."),
        click.option("--table", "sample_table", default="", help="Sample table of the filter, if there are several."),
        click.option("--all", "all_samples", is_flag=True, help="Every sample of the files."),
        click.option(
            "--samples-file",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="File with one sample a line; lines that begin with # are passed over.",
        ),
        click.option("--samples", help="Names of samples, by commas."),
        click.option("--filter", "filter_", help="Filter over the sample table, such as 'Area:North;Weight:>10'."),
    ):
        command = option(command)
    return command


def question(asked: dict[str, Any]) -> dict[str, Any]:
    """What the options of `question_options` ask, as the API takes it.

    Raises:
        UsageError: Not exactly one selection of samples.
        BadInputError: The file of samples cannot be read.
    """
    names = ("filter_", "samples", "samples_file", "all_samples")
    if sum(asked[name] not in {None, False} for name in names) != 1:
        raise click.UsageError("Say exactly one of --filter, --samples, --samples-file and --all.")
    samples = None
    if asked["samples"] is not None:
        samples = [name.strip() for name in asked["samples"].split(",") if name.strip()]
    if asked["samples_file"] is not None:
        samples = _names_in(asked["samples_file"])
    return {
        "samples": samples,
        "filter": asked["filter_"],
        "all_samples": asked["all_samples"],
        "sample_table": asked["sample_table"],
        "regions": asked["regions"],
        "project_version": asked["project_version"],
    }


def _names_in(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadInputError(f"{path} is no text in UTF-8: save it so, one sample a line") from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
