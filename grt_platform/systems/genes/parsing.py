"""A job of genes, from its request to its end: the pinned upload is parsed, and the job completed with its rows."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from grt_platform.adapters.objects import Objects
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.job import Job
from grt_platform.kernel.versions import ObjectVersion
from grt_platform.orchestration.job_run import JobRun
from grt_platform.systems.genes.ingest import Ingest, Parsed, Task
from grt_platform.systems.genes.logic.options import Options

_READ_SHARE = 0.95


def do_job(run: JobRun, objects: Objects, ingest: Ingest, warehouse: Warehouse) -> Parsed:
    """The upload is parsed; its rows and the end of the job are seen together, or neither.

    Raises:
        BadInputError: The upload is gone.
        BadSourceError: It cannot be taken; the ledger says why.
        JobGoneError: Somebody canceled the job.
    """
    version = objects.pin(run.job.project, version_id=str(run.pins["version_id"]))
    task = _task(run.job, version, objects)
    try:
        with warehouse.transaction() as connection:
            parsed = ingest.parse(task, connection, lambda done: run.step("parse", _READ_SHARE * done))
            run.complete(_result(parsed), _counts(parsed), list(parsed.tally.warnings()), connection=connection)
    except BadSourceError as error:
        ingest.reject(task, str(error), warehouse)
        raise
    return parsed


def _task(job: Job, version: ObjectVersion, objects: Objects) -> Task:
    asked: Mapping[str, Any] = job.request
    return Task(
        job_id=job.job_id,
        upload_id=version.version_id,
        project=job.project,
        file_name=str(asked["file_name"]),
        sha256=version.sha256 or "",
        size_bytes=version.size_bytes,
        received_at=version.stored_at or version.created_at,
        options=Options(asked["alphabet"], asked["on_invalid"], asked["on_repeat"]),
        open=lambda: objects.open(version),
    )


def _result(parsed: Parsed) -> dict[str, Any]:
    return {"key": parsed.result_key, "size_bytes": parsed.result_bytes}


def _counts(parsed: Parsed) -> dict[str, int]:
    return {name: int(count) for name, count in asdict(parsed.tally).items()}
