"""What somebody asks of a project's files, and when two questions are the same one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.logic.command import Command, parse_command
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.planning import Plan
from grt_platform.systems.variants.logic.regions import parse_regions

_ONE = "say which samples by exactly one of: their names, a filter, or all"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came.

    Attributes:
        command: The pipeline, as people write it.
        samples: Names of samples; None where they are chosen otherwise.
        filter: A filter over the sample table; None where they are chosen otherwise.
        is_all: Whether every sample is meant.
        sample_table: The table that the filter is about; empty where the project has one alone.
        regions: Regions, by commas; empty for everything.
        form: What the result is.
        checkpoint: Name of the project version that is asked; empty for the current files.
    """

    command: str = ""
    samples: tuple[str, ...] | None = None
    filter: str | None = None
    is_all: bool = False
    sample_table: str = ""
    regions: str = ""
    form: ResultFormat = ResultFormat.VCF
    checkpoint: str = ""

    def __post_init__(self) -> None:
        if sum((self.samples is not None, self.filter is not None, self.is_all)) != 1:
            raise BadInputError(_ONE)

    def parsed(self) -> Command:
        """The command; regions that were given for themselves are its first segment.

        Raises:
            BadInputError: It is not allowed; says where and why.
        """
        return parse_command(self.command.strip() or "view", self.form, parse_regions(self.regions))

    def as_request(self) -> dict[str, Any]:
        """The question as a job shows it; names of samples, which may be many, are counted only."""
        return {
            "command": self.command,
            "samples_count": None if self.samples is None else len(self.samples),
            "filter": self.filter,
            "all_samples": self.is_all,
            "sample_table": self.sample_table,
            "regions": self.regions,
            "format": self.form.value,
            "project_version": self.checkpoint,
        }

    @classmethod
    def of_request(cls, request: Mapping[str, Any], samples: Sequence[str] | None) -> Self:
        """The question of a job, with the names that its pins hold."""
        return cls(
            command=request["command"],
            samples=None if request["samples_count"] is None else tuple(samples or ()),
            filter=request["filter"],
            is_all=request["all_samples"],
            sample_table=request["sample_table"],
            regions=request["regions"],
            form=ResultFormat(request["format"]),
            checkpoint=request["project_version"],
        )


def question_sha256(command: Command, form: ResultFormat, plan: Plan) -> str:
    """The same for questions that must have the same answer: command, samples, and versions of files."""
    told = [command.normal, form.value, list(plan.samples), sorted(plan.version_ids)]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
