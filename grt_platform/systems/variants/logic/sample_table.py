"""A project's sample table: its columns, rows and findings, judged against the samples of the project's files."""

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.logic.findings import Finding, samples_named

SAMPLE_ID = "Sample_ID"
DEFAULT_NAME = "sample_metadata.tsv"
"""The table that is meant when a question names none."""


class ColumnKind(StrEnum):
    """How the values of a column are compared."""

    NUMBER = "number"
    TEXT = "text"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class SampleColumn:
    """A column other than that of the ids: its name without `#`, and how it is compared."""

    name: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sample: its id, the line it stands in (the header is 1), and per column the values, none where missing."""

    sample_id: str
    line: int
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class SampleTable:
    """A table as it was read; rows that cannot be used are left out of `rows` and are findings.

    Attributes:
        name: The file's name, for messages.
        columns: All but that of the ids, in the file's order.
        rows: In the file's order.
        findings: What reading found, errors and warnings.
    """

    name: str
    columns: tuple[SampleColumn, ...] = ()
    rows: tuple[SampleRow, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that keep the table from being used."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that only should be known."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def samples(self) -> tuple[str, ...]:
        """The ids, in the file's order."""
        return tuple(row.sample_id for row in self.rows)

    def require_usable(self) -> None:
        """Refuses a table with errors.

        Raises:
            BadInputError: It has some; tells the first, and how many there are.
        """
        if self.errors:
            more = f" ({len(self.errors)} errors; `grt variants samples validate` lists all)" if self.errors[1:] else ""
            raise BadInputError(f"The sample table {self.name!r} cannot be used: {self.errors[0].message}{more}")


def judge(table: SampleTable, known_samples: Collection[str]) -> list[Finding]:
    """All findings: those of the file, and how it fits the samples of the project's files."""
    known, there = set(known_samples), set(table.samples)
    findings = list(table.findings)
    strange = list(dict.fromkeys(sample for sample in table.samples if sample not in known))
    if strange:
        message = f"No indexed file of the project holds {samples_named(strange)}"
        lines = tuple(row.line for row in table.rows if row.sample_id not in known)
        findings.append(Finding("dimensions", "error", message, SAMPLE_ID, lines))
    left_out = [sample for sample in known_samples if sample not in there]
    if left_out:
        message = f"The table lacks {samples_named(left_out)} of the project's files"
        findings.append(Finding("dimensions", "warning", message, SAMPLE_ID))
    return findings


def template(samples: Iterable[str]) -> bytes:
    """A table to fill in: the header and a line for each sample."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter="\t", lineterminator="\n")
    rows.writerow([f"#{SAMPLE_ID}"])
    rows.writerows([sample] for sample in samples)
    return out.getvalue().encode()
