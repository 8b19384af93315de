"""A job that looks at a project's files: those that nobody has looked at, those that were rejected, or all."""

from dataclasses import dataclass

import polars as pl

from grt_platform.orchestration.job_run import JobRun
from grt_platform.systems.variants.catalog import Known, current_files
from grt_platform.systems.variants.intake import Intake
from grt_platform.systems.variants.logic.looked import Looked
from grt_platform.systems.variants.schemas import UPDATES

_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update found.

    Attributes:
        looked: What became of each version it looked at.
        unchanged: How many files needed no look.
    """

    looked: tuple[Looked, ...]
    unchanged: int

    @property
    def counts(self) -> dict[str, int]:
        """Files by what became of them."""
        by_status = {status: sum(each.status == status for each in self.looked) for status in _COUNTED}
        return {"files": len(self.looked) + self.unchanged, "unchanged": self.unchanged} | {
            _COUNTED[status]: count for status, count in by_status.items()
        }

    def warnings(self) -> list[str]:
        """A sentence for each file that cannot be used."""
        bad = [f"{each.version.name}: {each.reason}" for each in self.looked if each.status == "rejected"]
        more = len(bad) - _MOST_TOLD
        return bad if more <= 0 else [*bad[:_MOST_TOLD], f"{more} more files cannot be used"]


_COUNTED = {"loaded": "ready", "rejected": "rejected", "duplicate": "results_skipped"}


def do_update(run: JobRun, intake: Intake) -> Updated:
    """Each file was looked at for itself, and the job is complete.

    Raises:
        JobGoneError: Somebody canceled the job.
    """
    files = current_files(intake.warehouse, run.job.project)
    wanted = [known for known in files if run.request["again"] or _needs_a_look(known)]
    looked = []
    for number, known in enumerate(wanted):
        run.step(known.version.name, number / len(wanted))
        looked.append(intake.take(known.version.version_id, watch=run.check))
    updated = Updated(tuple(each for each in looked if each is not None), len(files) - len(wanted))
    _complete(run, intake, updated)
    return updated


def _complete(run: JobRun, intake: Intake, updated: Updated) -> None:
    rows = [
        {
            "version_id": each.version.version_id,
            "project": each.version.project,
            "name": each.version.name,
            "status": each.status,
            "reason": each.reason,
        }
        for each in updated.looked
    ]
    partition = {"job_id": run.job.job_id}
    frame = pl.DataFrame(rows, schema=UPDATES.polars_schema(with_partition=False))
    intake.lake.replace(UPDATES, partition, frame)
    with run.completing({}, updated.counts, updated.warnings()) as connection:
        intake.warehouse.replace(UPDATES.served(), partition, frame, connection=connection)


def _needs_a_look(known: Known) -> bool:
    return known.status in {None, "rejected"}
