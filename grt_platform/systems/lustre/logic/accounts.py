"""What is told of the dumps that came in: a line of the ledger for each version, the bad lines, the sums of a dump."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from grt_platform.systems.lustre.logic.bad_lines import BadLine
from grt_platform.systems.lustre.logic.counts import Counts
from grt_platform.systems.lustre.logic.kept import Kept
from grt_platform.systems.lustre.schemas import LEDGER, QUARANTINE, VOLUME_TOTALS

_NOTHING = {"rows_in": 0, "rows_loaded": 0, "rows_quarantined": 0, "rows_duplicate": 0, "rows_superseded": 0}
_LATER = "a later dump of the same volume and date is loaded"


def ledger_rows(
    versions: Sequence[Kept], rejected: Mapping[Kept, str], loaded: Kept | None, counts: Counts | None
) -> pl.DataFrame:
    """What became of every version of one volume's dumps of one date.

    Args:
        versions: In the order of their reception.
        rejected: Those that could not be read, with the reason.
        loaded: The one that is in the tables, None where none is.
        counts: Of the loaded one.
    """
    rows = [_row(version, rejected, loaded, counts) for version in versions]
    return pl.DataFrame(rows, schema=LEDGER.polars_schema(with_partition=False))


def _row(version: Kept, rejected: Mapping[Kept, str], loaded: Kept | None, counts: Counts | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "source": version.source,
        "version": version.sha256,
        "etag": version.etag,
        "size_bytes": version.size_bytes,
        "sha256": version.sha256,
        "received_at": version.received_at,
        **_NOTHING,
    }
    if version == loaded and counts is not None:
        numbers = {"rows_in": counts.lines, "rows_loaded": counts.entries, "rows_quarantined": counts.quarantined}
        return {**row, **numbers, "status": "loaded", "reason": told(counts.reasons) or None}
    if version in rejected:
        return {**row, "status": "rejected", "reason": rejected[version]}
    if loaded is not None and version.sha256 == loaded.sha256:
        return {**row, "status": "duplicate", "reason": f"{loaded.source} holds the same bytes"}
    return {**row, "status": "replaced", "reason": _LATER}


def told(reasons: Mapping[str, int]) -> str:
    """How many lines were set aside for what, the most frequent first."""
    often = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{reason}: {lines} lines" for reason, lines in often)


def quarantine_rows(version: Kept, lines: Iterable[BadLine]) -> pl.DataFrame:
    """Bad lines of a version as rows of the quarantine."""
    rows = [
        {
            "source": version.source,
            "version": version.sha256,
            "member": "",
            "line_number": line.line_number,
            "reason": line.reason,
            "raw": line.raw,
        }
        for line in lines
    ]
    return pl.DataFrame(rows, schema=QUARANTINE.polars_schema(with_partition=False))


def totals_row(version: Kept, as_of: datetime, counts: Counts, groups: int, users: int) -> pl.DataFrame:
    """The sums of a whole dump."""
    row = {
        "source": version.source,
        "version": version.sha256,
        "received_at": version.received_at,
        "as_of_at": as_of,
        "form": counts.form,
        "lines": counts.lines,
        "entries": counts.entries,
        "quarantined": counts.quarantined,
        "used_bytes": counts.used_bytes,
        "files": counts.files,
        "directories": counts.directories,
        "groups": groups,
        "users": users,
    }
    return pl.DataFrame([row], schema=VOLUME_TOTALS.polars_schema(with_partition=False))
