"""A sample table as rows of the tables that keep it."""

from grt_platform.kernel.versions import ObjectVersion
from grt_platform.systems.variants.logic.findings import Finding
from grt_platform.systems.variants.logic.looked import Looked, as_json
from grt_platform.systems.variants.logic.sample_table import SampleTable
from grt_platform.systems.variants.logic.sample_table_file import read_sample_table

_REASONS = 3


def look_at_samples(version: ObjectVersion, content: bytes) -> Looked:
    """What became of the table; one with errors is rejected whole, its findings are kept."""
    table = read_sample_table(content, version.name)
    findings = [_finding(number, finding) for number, finding in enumerate(table.findings, 1)]
    if table.errors:
        return Looked(version, "rejected", _told(table.errors), {"findings": findings})
    rows = {"findings": findings, "sample_tables": [_summary(version, table)], "samples": _samples(table)}
    warned = f"{len(table.warnings)} warnings, see its findings" if table.warnings else None
    return Looked(version, "loaded", warned, rows, len(table.rows))


def _summary(version: ObjectVersion, table: SampleTable) -> dict[str, object]:
    return {
        "project": version.project,
        "name": version.name,
        "column_kinds": as_json([[column.name, column.kind.value] for column in table.columns]),
        "samples_count": len(table.rows),
        "warnings": len(table.warnings),
    }


def _samples(table: SampleTable) -> list[dict[str, object]]:
    return [{"row_number": row.line, "sample_id": row.sample_id, "cells": as_json(row.cells)} for row in table.rows]


def _finding(number: int, finding: Finding) -> dict[str, object]:
    return {
        "ordinal": number,
        "severity": finding.severity,
        "category": finding.category,
        "row_numbers": as_json(finding.rows),
        "column_name": finding.column or None,
        "message": finding.message,
    }


def _told(errors: tuple[Finding, ...]) -> str:
    more = f" (and {len(errors) - _REASONS} more)" if len(errors) > _REASONS else ""
    return "; ".join(finding.message for finding in errors[:_REASONS]) + more
