"""What `provenance.json` tells of a result: what was asked, of which bytes, by which tools, and what came out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grt_platform.kernel.versions import ObjectVersion


@dataclass(frozen=True, slots=True)
class Made:
    """A file of the result: its name, size and hash."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result comes from; the same question over the same versions has the same, but for the job.

    Attributes:
        job: Id of the job, project, who asked and when.
        question: The question as it came, and its hash.
        command: The command in its normal form.
        samples: The samples of the result, in its order.
        files: The versions that were read.
        table: The sample table that the filter was about.
        made: The files of the result.
        counts: Numbers of the result.
        tools: Programs and their versions.
        warnings: What is not as it should be.
    """

    job: Mapping[str, Any]
    question: Mapping[str, Any]
    command: str
    samples: Sequence[str]
    files: Sequence[ObjectVersion]
    table: ObjectVersion | None
    made: Sequence[Made]
    counts: Mapping[str, int]
    tools: Mapping[str, str]
    warnings: Sequence[str]

    def text(self) -> bytes:
        """As the file says it, JSON in UTF-8."""
        told = {
            "job": self.job,
            "question": self.question,
            "command": self.command,
            "samples": list(self.samples),
            "files": [_version(file) for file in sorted(self.files, key=lambda file: file.name)],
            "sample_table": _version(self.table) if self.table else None,
            "result": [{"name": one.name, "size_bytes": one.size_bytes, "sha256": one.sha256} for one in self.made],
            "counts": self.counts,
            "tools": self.tools,
            "warnings": list(self.warnings),
        }
        return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _version(version: ObjectVersion) -> dict[str, Any]:
    return {
        "name": version.name,
        "version_id": version.version_id,
        "size_bytes": version.size_bytes,
        "sha256": version.sha256,
    }
