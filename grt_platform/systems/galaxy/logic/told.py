"""What the metadata of loaded reports tells of their instance: the tables reports and tools."""

import json
from collections.abc import Sequence

import polars as pl

from grt_platform.systems.galaxy.logic.reports import Candidate
from grt_platform.systems.galaxy.schemas import REPORTS, TOOLS


def reports_frame(loaded: Sequence[Candidate]) -> pl.DataFrame:
    """One row of the table reports for each loaded report."""
    rows = [
        {
            "report_id": candidate.report.report_id,
            "schema_version": candidate.metadata.version,
            "galaxy_version": candidate.metadata.galaxy_version,
            "generated_at": candidate.metadata.generated_at,
            "received_at": candidate.report.received_at,
            "sha256": candidate.report.sha256,
            "users_active": candidate.metadata.users_active,
            "users_total": candidate.metadata.users_total,
            "jobs_declared": _json(candidate.metadata.jobs),
            "export_times": _json(candidate.metadata.times),
            "metadata": _json(candidate.metadata.extra or None),
        }
        for candidate in loaded
    ]
    return pl.DataFrame(rows, schema=REPORTS.polars_schema(with_partition=False), orient="row")


def tools_frame(candidate: Candidate) -> pl.DataFrame:
    """The tools that a report of format 1 lists, as rows of the table tools."""
    rows = [(candidate.report.report_id, *(text or None for text in tool)) for tool in candidate.metadata.tools]
    return pl.DataFrame(rows, schema=TOOLS.polars_schema(with_partition=False), orient="row")


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
