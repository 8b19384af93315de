"""A report as it lies in the raw store, and the verdict on it that the ledger tells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from grt_platform.kernel.errors import BadSourceError, GrtError
from grt_platform.systems.galaxy.logic.archive import Open
from grt_platform.systems.galaxy.logic.metadata import Metadata
from grt_platform.systems.galaxy.schemas import LEDGER

Rank = tuple[datetime, datetime, str]


@dataclass(frozen=True, slots=True)
class Report:
    """One kept version of a report.

    Attributes:
        source: Name of the raw object as its sender knows it.
        report_id: The report it is a version of.
        version: The sha256 of its bytes.
        sha256: The same, as recorded when it came in.
        size_bytes: Packed size.
        received_at: When the platform first saw it, UTC.
        metadata: The bytes of its metadata file.
        open: Opens the archive for reading, as often as wanted.
        etag: Its signature where it arrived.
    """

    source: str
    report_id: str
    version: str
    sha256: str
    size_bytes: int
    received_at: datetime
    metadata: bytes
    open: Open
    etag: str | None = None


@dataclass(slots=True)
class Verdict:
    """What became of one report; the four counts add up to `rows_in`."""

    report: Report
    status: str = "incomplete"
    reasons: list[str] = field(default_factory=list)
    rows_in: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    rows_superseded: int = 0

    def settle(self, status: str, *reasons: str) -> None:
        """Set the status and add to the reasons."""
        self.status = status
        self.reasons += reasons

    def reject(self, error: BadSourceError) -> None:
        """The report is refused whole."""
        self.settle("rejected", error.reason)

    def check(self) -> None:
        """Raise unless every row of the report is accounted for."""
        told = self.rows_loaded + self.rows_quarantined + self.rows_duplicate + self.rows_superseded
        if told != self.rows_in:
            raise GrtError(
                f"{self.report.source}: {self.rows_in} rows came in but {told} are accounted for; "
                "nothing was written, this is a fault of the platform"
            )

    def row(self) -> dict[str, Any]:
        """The ledger's row."""
        return {
            "source": self.report.source,
            "version": self.report.version,
            "etag": self.report.etag,
            "size_bytes": self.report.size_bytes,
            "sha256": self.report.sha256,
            "received_at": self.report.received_at,
            "status": self.status,
            "reason": "; ".join(self.reasons) or None,
            "rows_in": self.rows_in,
            "rows_loaded": self.rows_loaded,
            "rows_quarantined": self.rows_quarantined,
            "rows_duplicate": self.rows_duplicate,
            "rows_superseded": self.rows_superseded,
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A report whose metadata is good, with the verdict that is being reached on it."""

    report: Report
    metadata: Metadata
    verdict: Verdict

    @property
    def rank(self) -> Rank:
        """The greater rank wins a job that several reports name."""
        return self.metadata.generated_at, self.report.received_at, self.report.report_id


def ledger(verdicts: Sequence[Verdict]) -> pl.DataFrame:
    """The ledger's rows in the order of the verdicts."""
    return pl.DataFrame(
        [verdict.row() for verdict in verdicts], schema=LEDGER.polars_schema(with_partition=False), orient="row"
    )
