"""Puts the scans of a file together again: records that lie across chunks, and runs of whole ones."""

from typing import Protocol

import numpy as np

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.genes.logic import kernels
from grt_platform.systems.genes.logic.batch import Batch
from grt_platform.systems.genes.logic.open_record import OpenRecord
from grt_platform.systems.genes.logic.options import Limits
from grt_platform.systems.genes.logic.scan import PIECE_LETTERS, Scan


class Receiver(Protocol):
    """Who takes the records, in the order of the file."""

    def piece(self, record: OpenRecord, letters: bytes) -> None:
        """Take the next piece of a long record that has not ended."""

    def records(self, batch: Batch) -> None:
        """Take whole records, or the end of the one that pieces came of."""


class Assembler:
    """Takes scans in the order of the file, which has so many lines and records before the first one.

    Attributes:
        found: Records that have begun, those before counted.
        comments: Comment lines passed.
    """

    def __init__(self, receiver: Receiver, limits: Limits, lines_before: int = 0, records_before: int = 0) -> None:
        self.found, self.comments = records_before, 0
        self._receiver, self._limits = receiver, limits
        self._lines = lines_before
        self._open: OpenRecord | None = None

    def take(self, scan: Scan) -> None:
        """Give on what is whole now.

        Raises:
            BadSourceError: Text stands before the first record, a header is bad, or there are too many records.
        """
        self._go_on(scan)
        at = 1
        for row in _taken_alone(scan):
            if at < row:
                self._run(scan, at, row)
            self._begin(scan, row)
            at = row + 1
        self._lines += scan.lines
        self.comments += scan.comments

    def finish(self) -> None:
        """The file ends: so does the record under way.

        Raises:
            BadSourceError: There was none at all.
        """
        self._close()
        if not self.found:
            raise BadSourceError("the file holds no record")

    def _go_on(self, scan: Scan) -> None:
        if self._open is not None:
            self._extend(self._open, scan, 0)
        elif scan.rows[0, kernels.FIRST_LINE] >= 0:
            line = self._lines + int(scan.rows[0, kernels.FIRST_LINE]) + 1
            raise BadSourceError("text stands before the first record; a FASTA record begins with '>'", line=line)

    def _begin(self, scan: Scan, row: int) -> None:
        self._close()
        self._count(1)
        line = self._lines + int(scan.rows[row, kernels.LINE]) + 1
        self._open = OpenRecord(self.found, line)
        self._extend(self._open, scan, row)

    def _extend(self, record: OpenRecord, scan: Scan, row: int) -> None:
        record.extend(scan, row, self._lines, self._limits)
        while (piece := record.full_piece()) is not None:
            self._receiver.piece(record, piece)

    def _run(self, scan: Scan, first: int, end: int) -> None:
        self._close()
        self._count(end - first)
        ordinal = self.found - (end - first) + 1
        most, before = self._limits.max_header_bytes, self._lines
        batch = Batch.of_run(scan, range(first, end), ordinal=ordinal, lines_before=before, max_header_bytes=most)
        self._receiver.records(batch)

    def _close(self) -> None:
        if self._open is not None:
            self._receiver.records(Batch.of_one(self._open, self._limits.max_header_bytes))
            self._open = None

    def _count(self, records: int) -> None:
        self.found += records
        if self.found > self._limits.max_records:
            raise BadSourceError(f"the file holds more than {self._limits.max_records} records; split it")


def _taken_alone(scan: Scan) -> list[int]:
    """The rows that are not given on at once: those longer than a piece, and the last."""
    last = len(scan.rows) - 1
    if last == 0:
        return []
    lengths = np.diff(scan.rows[1:, kernels.LETTERS])
    return [*(np.flatnonzero(lengths > PIECE_LETTERS) + 1).tolist(), last]
