"""Answers about samples and plans from the served tables, in the form that the doors tell them."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import IO, Any

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.kernel.versions import NotYetError, ObjectVersion
from grt_platform.systems.variants.asking import Exact, resolve
from grt_platform.systems.variants.catalog import find_table, known_files, sample_names, served_dimensions, served_table
from grt_platform.systems.variants.checkpoints import version_ids
from grt_platform.systems.variants.logic import sample_table
from grt_platform.systems.variants.logic.filters import parse_filter, select
from grt_platform.systems.variants.logic.findings import Finding, listed, samples_named
from grt_platform.systems.variants.logic.planning import FileDimensions, Plan, PlanLimits
from grt_platform.systems.variants.logic.question import Asked
from grt_platform.systems.variants.logic.sample_table import SampleTable
from grt_platform.systems.variants.logic.sample_table_file import read_sample_table
from grt_platform.systems.variants.serving.queries import file_details

MOST_PAIRS = 200_000
"""Most pairs of sample and file in one answer."""

Answer = dict[str, Any]
_judging = Lock()
_PATIENCE_S = 30.0


def template(database: Database, project: str) -> bytes:
    """A sample table to fill in, a line for each sample of the project's current files."""
    return sample_table.template(sample_names(database, project))


def judged(database: Database, project: str, body: IO[bytes], name: str) -> Answer:
    """All that is wrong or strange in a table, and with it in this project.

    Raises:
        UnavailableError: Others have theirs judged; one at a time, for each is in memory whole.
    """
    known = sample_names(database, project)
    if not _judging.acquire(timeout=_PATIENCE_S):
        raise UnavailableError("Other sample tables are being judged; ask again in a moment")
    try:
        return _told(read_sample_table(body.read(), name), known)
    finally:
        _judging.release()


def _told(table: SampleTable, known: Sequence[str]) -> Answer:
    findings = sample_table.judge(table, known)
    return {
        "name": table.name,
        "is_usable": all(finding.severity != "error" for finding in findings),
        "samples": len(table.rows),
        "columns": [{"name": column.name, "kind": column.kind} for column in table.columns],
        "errors": [_finding(finding) for finding in findings if finding.severity == "error"],
        "warnings": [_finding(finding) for finding in findings if finding.severity == "warning"],
        "unknown_samples": sorted(set(table.samples) - set(known)),
        "missing_samples": sorted(set(known) - set(table.samples)),
    }


@dataclass(frozen=True, slots=True)
class Selection:
    """The samples that a filter chooses from a table.

    Attributes:
        version: The version of the table.
        table: What it says.
        samples: The chosen ones, in its order.
        files: The files of the project.
        holders: For each chosen sample which of those files hold it.
        warnings: What should be known of it.
    """

    version: ObjectVersion
    table: SampleTable
    samples: tuple[str, ...]
    files: list[FileDimensions]
    holders: dict[str, list[int]]
    warnings: list[str]


def selection(database: Database, project: str, *, filter_text: str, table: str, checkpoint: str) -> Selection:
    """The samples that a filter chooses, the files that hold them, and what should be known of it.

    Raises:
        BadInputError: The filter cannot be read, or does not fit the table.
        AbsentError: There is no such table or project version.
        NotYetError: Nobody has looked at the table yet.
    """
    wanted = parse_filter(filter_text)
    pinned = version_ids(database, project, checkpoint) if checkpoint else None
    version = find_table(database, project, table, pinned)
    served = served_table(database, version)
    found = select(wanted, served)
    files = served_dimensions(database, project, pinned)
    holders = _holders(files, found.samples)
    nowhere = [sample for sample in found.samples if not holders[sample]]
    warnings = [*_odd(database, version.version_id), *found.warnings, *_waiting(database, project, pinned)]
    if nowhere:
        warnings.append(f"No indexed file of the project holds {samples_named(nowhere)}")
    return Selection(version, served, tuple(found.samples), files, holders, warnings)


def chosen(
    database: Database, project: str, *, filter_text: str, table: str, checkpoint: str, with_pairs: bool
) -> Answer:
    """The same as the doors tell it; the errors are those of `selection`."""
    found = selection(database, project, filter_text=filter_text, table=table, checkpoint=checkpoint)
    answer: Answer = {
        "sample_table": found.version.name,
        "sample_table_version_id": found.version.version_id,
        "samples": list(found.samples),
        "files": _counts(found.files, found.holders),
        "warnings": found.warnings,
    }
    return answer | {"pairs": _pairs(found.files, found.holders)} if with_pairs else answer


def counted(database: Database, project: str, asked: Asked, limits: PlanLimits) -> Answer:
    """How many samples, files and records a question is about.

    Raises:
        BadInputError: The question cannot be meant so.
        NotYetError: Nobody has looked at one of its files yet.
    """
    exact, plan = _resolved(database, project, asked, limits)
    return {
        "samples": len(plan.samples),
        "files": len(plan.version_ids),
        "records_at_most": plan.records,
        "warnings": list(exact.warnings),
    }


def planned(database: Database, project: str, asked: Asked, limits: PlanLimits) -> Answer:
    """What answering a question would read and take; the errors are those of `counted`."""
    exact, plan = _resolved(database, project, asked, limits)
    return {
        "command": exact.command.normal,
        "samples": list(plan.samples),
        "absent_samples": list(plan.absent_samples),
        "files": _planned_files(plan),
        "groups": [
            {"samples": len(group.samples), "files": len(group.files), "is_woven": not group.is_ordered}
            for group in plan.groups
        ],
        "ignored_files": list(plan.ignored),
        "records_at_most": plan.records,
        "read_bytes": plan.read_bytes,
        "estimated_s": plan.estimated_s,
        "warnings": list(exact.warnings),
    }


def _resolved(database: Database, project: str, asked: Asked, limits: PlanLimits) -> tuple[Exact, Plan]:
    exact = resolve(database, project, asked, limits)
    if exact.plan is None:
        names = [known.version.name for known in exact.files if known.status is None]
        if exact.table is not None:
            names.append(exact.table.name)
        raise NotYetError(f"nobody has looked at all of these files yet: {listed(names)}; ask again in a moment")
    return exact, exact.plan


def _finding(finding: Finding) -> Answer:
    return {
        "category": finding.category,
        "message": finding.message,
        "column": finding.column or None,
        "rows": list(finding.rows),
    }


def _holders(files: Sequence[FileDimensions], samples: Sequence[str]) -> dict[str, list[int]]:
    """For each sample the files that hold it."""
    holders: dict[str, list[int]] = {sample: [] for sample in samples}
    for at, one in enumerate(files):
        for sample in one.samples:
            if sample in holders:
                holders[sample].append(at)
    return holders


def _counts(files: Sequence[FileDimensions], holders: dict[str, list[int]]) -> list[Answer]:
    held = [0] * len(files)
    for places in holders.values():
        for at in places:
            held[at] += 1
    return [
        {"name": one.name, "version_id": one.version_id, "samples": number}
        for one, number in zip(files, held, strict=True)
        if number
    ]


def _pairs(files: Sequence[FileDimensions], holders: dict[str, list[int]]) -> dict[str, list[str]]:
    """For each sample the names of the files that hold it.

    Raises:
        BadInputError: It would be too many.
    """
    number = sum(map(len, holders.values()))
    if number > MOST_PAIRS:
        raise BadInputError(
            f"The answer would have {number} pairs of sample and file, {MOST_PAIRS} are the most: choose fewer "
            "samples, or ask without pairs"
        )
    return {sample: [files[at].name for at in places] for sample, places in holders.items()}


def _planned_files(plan: Plan) -> list[Answer]:
    """Each file once, however many groups it is in."""
    found: dict[str, Answer] = {}
    for group in plan.groups:
        for file in group.files:
            row = found.setdefault(
                file.version_id,
                {"name": file.name, "version_id": file.version_id, "size_bytes": file.size_bytes, "samples": 0},
            )
            row["samples"] += len(file.samples)
    return sorted(found.values(), key=lambda row: (row["name"], row["version_id"]))


def _odd(database: Database, version_id: str) -> list[str]:
    """What the table's cells may make a filter miss."""
    findings = file_details(database, version_id)["findings"]
    return [each["message"] for each in findings if each["category"] == "format"]


def _waiting(database: Database, project: str, pinned: Sequence[str] | None) -> list[str]:
    waiting = [known.version.name for known in known_files(database, project, pinned) if known.status is None]
    return [f"nobody has looked at these files yet: {listed(waiting)}"] if waiting else []
