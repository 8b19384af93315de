"""A job of genes, from its request to its end: the pinned upload is parsed, and the job completed with its rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grt_platform.adapters.objects import Objects
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadSourceError
from grt_platform.orchestration.job_run import JobRun
from grt_platform.systems.genes.ingest import Ingest, Made, Parsed, Task
from grt_platform.systems.genes.logic.options import Options

READ_SHARE = 0.95
"""How far a job is once its file was read."""


@dataclass(frozen=True, slots=True)
class Parsing:
    """What parses uploads.

    Attributes:
        objects: Where they are.
        ingest: Brings them into lake and products.
        warehouse: Where served rows go.
    """

    objects: Objects
    ingest: Ingest
    warehouse: Warehouse

    def do_job(self, run: JobRun, made: Made | None = None) -> Parsed:
        """The upload is parsed; its rows and the end of the job are seen together, or neither.

        Args:
            run: The job.
            made: As of `Ingest.parse`.

        Raises:
            BadInputError: The upload is gone.
            BadSourceError: It cannot be taken; the ledger says why.
            JobGoneError: Somebody canceled the job.
        """
        task = self.task(run)
        try:
            with self.warehouse.transaction() as connection:
                parsed = self.ingest.parse(task, connection, lambda done: run.step("parse", READ_SHARE * done), made)
                warnings = list(parsed.tally.warnings())
                run.complete(_result(parsed), _counts(parsed), warnings, connection=connection)
        except BadSourceError as error:
            self.ingest.reject(task, str(error), self.warehouse)
            raise
        return parsed

    def task(self, run: JobRun) -> Task:
        """What the job parses.

        Raises:
            BadInputError: The upload is gone.
        """
        job, asked = run.job, run.request
        version = self.objects.pin(job.project, version_id=str(run.pins["version_id"]))
        return Task(
            job_id=job.job_id,
            upload_id=version.version_id,
            project=job.project,
            file_name=str(asked["file_name"]),
            sha256=version.sha256 or "",
            size_bytes=version.size_bytes,
            received_at=version.stored_at or version.created_at,
            options=Options(asked["alphabet"], asked["on_invalid"], asked["on_repeat"]),
            open=lambda: self.objects.open(version),
        )


def _result(parsed: Parsed) -> dict[str, Any]:
    return {"key": parsed.result_key, "size_bytes": parsed.result_bytes}


def _counts(parsed: Parsed) -> Mapping[str, int]:
    return {name: int(count) for name, count in asdict(parsed.tally).items()}
