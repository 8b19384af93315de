"""A question is made exact: which versions of which files are read for which samples, before anything is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.versions import ObjectVersion
from grt_platform.systems.variants.catalog import (
    Known,
    dimensions_of,
    find_table,
    is_known,
    known_files,
    served_table,
)
from grt_platform.systems.variants.checkpoints import version_ids
from grt_platform.systems.variants.logic.command import Command
from grt_platform.systems.variants.logic.filters import parse_filter, select
from grt_platform.systems.variants.logic.planning import Plan, PlanLimits, plan
from grt_platform.systems.variants.logic.question import Asked, question_sha256

_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Exact:
    """A question over pinned versions.

    Attributes:
        asked: The question.
        command: Its command.
        files: The VCF files it is about.
        table: The sample table of its filter.
        samples: The samples it selects, in order; None for all of the files.
        warnings: What is odd about the selection.
        plan: What is read; None while somebody has to look at a file or the table first.
    """

    asked: Asked
    command: Command
    files: tuple[Known, ...]
    table: ObjectVersion | None
    samples: tuple[str, ...] | None
    warnings: tuple[str, ...]
    plan: Plan | None

    @property
    def unseen(self) -> tuple[str, ...]:
        """Versions of files that nobody has looked at."""
        return tuple(known.version.version_id for known in self.files if known.status is None)

    @property
    def question(self) -> str:
        """Hash of the question; empty while it has no plan."""
        return question_sha256(self.command, self.asked.form, self.plan) if self.plan else ""

    def pins(self) -> dict[str, Any]:
        """What a job needs to ask exactly this, whatever is uploaded later."""
        return {
            "files": sorted(k.version.version_id for k in self.files if k.is_ready or k.status is None),
            "planned": sorted(self.plan.version_ids) if self.plan else None,
            "sample_table": self.table.version_id if self.table else None,
            "samples": None if self.asked.samples is None else list(self.asked.samples),
            "left_out": _rejected(self.files),
        }


def resolve(database: Database, project: str, asked: Asked, limits: PlanLimits) -> Exact:
    """The question over the files that are current now, or were at its project version.

    Raises:
        BadInputError: The command, the filter, a sample or a region cannot be meant; says which.
        AbsentError: There is no such table or project version.
    """
    command = asked.parsed()
    pinned = version_ids(database, project, asked.checkpoint) if asked.checkpoint else None
    files = known_files(database, project, pinned)
    if not any(known.is_ready or known.status is None for known in files):
        raise BadInputError(_nothing_to_ask(project, files))
    table = find_table(database, project, asked.sample_table, pinned) if asked.filter is not None else None
    return _planned(database, Exact(asked, command, tuple(files), table, None, (), None), limits)


def resolve_pins(database: Database, project: str, asked: Asked, pins: Mapping[str, Any], limits: PlanLimits) -> Exact:
    """The question of a job over its pinned versions, all of which somebody has looked at.

    Raises:
        BadInputError: As of `resolve`; or a version that it reads is gone.
    """
    files = known_files(database, project, pins["files"])
    there = {known.version.version_id for known in files}
    gone = set(pins["files"] if pins["planned"] is None else pins["planned"]) - there
    if gone:
        raise BadInputError(f"version {min(gone)} of a file was purged since this was asked: ask again")
    table = find_table(database, project, "", [pins["sample_table"]]) if pins["sample_table"] else None
    told = tuple(pins["left_out"])
    return _planned(database, Exact(asked, asked.parsed(), tuple(files), table, None, told, None), limits)


def _planned(database: Database, exact: Exact, limits: PlanLimits) -> Exact:
    if exact.unseen or (exact.table and not is_known(database, exact.table.version_id)):
        return exact
    samples, warnings = _selected(database, exact)
    made = plan(dimensions_of(database, exact.files), samples, exact.command.regions, limits)
    told = (*exact.warnings, *warnings, *made.warnings, *_rejected(exact.files))
    return Exact(exact.asked, exact.command, exact.files, exact.table, samples, told, made)


def _selected(database: Database, exact: Exact) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """The samples in order, None for all; and warnings."""
    if exact.asked.filter is None or exact.table is None:
        return exact.asked.samples, ()
    chosen = select(parse_filter(exact.asked.filter), served_table(database, exact.table))
    if not chosen.samples:
        raise BadInputError(f"no sample of {exact.table.name} matches the filter {exact.asked.filter!r}")
    return chosen.samples, chosen.warnings


def _rejected(files: Sequence[Known]) -> list[str]:
    """A sentence for each file that is left out because it cannot be used, and one for those beyond the first."""
    told = [f"{known.version.name} is left out: {known.reason}" for known in files if known.status == "rejected"]
    more = len(told) - _MOST_TOLD
    return told if more <= 0 else [*told[:_MOST_TOLD], f"{more} more files are left out; see their dimensions"]


def _nothing_to_ask(project: str, files: Sequence[Known]) -> str:
    bad = [known for known in files if known.status == "rejected"]
    if bad:
        return f"no VCF file of project {project} can be asked; {bad[0].version.name}: {bad[0].reason}"
    return f"project {project} has no VCF file; upload some with `grt variants load {project} FILE...`"
