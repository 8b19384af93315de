"""Reports that are read together: many small archives in memory, or one large archive that is streamed twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.galaxy.logic.archive import Inspection, inspect, member_chunks
from grt_platform.systems.galaxy.logic.headers import Header
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.logic.metadata import CLOCK_SKEW
from grt_platform.systems.galaxy.logic.reports import Candidate
from grt_platform.systems.galaxy.logic.rows import Part, Piece, Rows, parse


@dataclass(frozen=True, slots=True)
class Opened:
    """A report whose archive was inspected."""

    candidate: Candidate
    inspection: Inspection

    @property
    def latest(self) -> datetime:
        """Times in the report after this one are impossible."""
        return self.candidate.report.received_at + CLOCK_SKEW


class Batch:
    """The rows of some opened reports, which are numbered by their place in `reports`."""

    def __init__(self, reports: Sequence[Opened], limits: Limits) -> None:
        self.reports, self._limits = tuple(reports), limits
        self.is_streamed = not all(opened.inspection.is_kept for opened in reports)
        self._kept: dict[str, list[Rows]] = {}

    def rows(self, kind: str) -> Iterator[Rows]:
        """The rows of all members of `kind`; of a streamed archive parsed anew on each call."""
        if self.is_streamed:
            return map(parse, self._pieces(kind))
        if kind not in self._kept:
            self._kept[kind] = [parse(piece) for piece in self._joined(kind)]
        return iter(self._kept[kind])

    def _pieces(self, kind: str) -> Iterator[Piece]:
        for number, opened in enumerate(self.reports):
            member = opened.inspection.members.get(kind)
            if member is None:
                continue
            line = 2
            for text in member_chunks(member, opened.candidate.report.open, self._limits):
                part = Part(number, line, text.count(b"\n"), opened.latest)
                yield Piece(member.header, text, (part,))
                line += part.lines

    def _joined(self, kind: str) -> Iterator[Piece]:
        by_header: dict[Header, list[Piece]] = {}
        for piece in self._pieces(kind):
            by_header.setdefault(piece.header, []).append(piece)
        for header, pieces in by_header.items():
            yield Piece(header, b"".join(piece.text for piece in pieces), tuple(piece.parts[0] for piece in pieces))


def opened(candidate: Candidate, limits: Limits) -> Opened:
    """The report with its archive inspected.

    Raises:
        BadSourceError: The archive cannot be read, or its bytes are not those that the metadata names.
    """
    report = candidate.report
    with report.open() as stream:
        inspection = inspect(stream, limits)
    if inspection.sha256 != report.sha256:
        raise BadSourceError("archive: its bytes changed since they came in")
    return Opened(candidate, inspection)


def batches(reports: Iterator[tuple[int, Opened]], limits: Limits) -> Iterator[tuple[Batch, list[int]]]:
    """Batches of numbered reports in their order, with the numbers.

    Streamed reports come alone, others up to about `limits.batch_bytes` of text together.
    """
    waiting, size = list[tuple[int, Opened]](), 0
    for number, report in reports:
        unpacked, is_kept = report.inspection.unpacked_bytes, report.inspection.is_kept
        if waiting and (size + unpacked > limits.batch_bytes or not is_kept):
            yield _batch(waiting, limits)
            waiting, size = [], 0
        waiting.append((number, report))
        size += unpacked if is_kept else limits.batch_bytes
    if waiting:
        yield _batch(waiting, limits)


def _batch(reports: Sequence[tuple[int, Opened]], limits: Limits) -> tuple[Batch, list[int]]:
    return Batch([report for _, report in reports], limits), [number for number, _ in reports]
