"""Whole records side by side in columns: what is judged and delivered at once."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.genes.logic import kernels
from grt_platform.systems.genes.logic.kernels import Bytes, Numbers
from grt_platform.systems.genes.logic.open_record import OpenRecord
from grt_platform.systems.genes.logic.scan import Scan

DIGEST_BYTES = 24


@dataclass(frozen=True, slots=True)
class Batch:
    """Records in the order of the file.

    Attributes:
        ordinals: Their numbers in the file, from 1.
        lines: The lines of their headers, from 1.
        headers: Their header lines or names.
        lengths: Letters of the whole sequences.
        numbers: Shape n x `kernels.COLUMNS`; bad lines are counted from 0 in the whole file.
        digests: Shape n x 24, of the upper-case sequences.
        sequences: The letters, or the last piece of them.
        pieces: How many pieces came before that.
    """

    ordinals: Numbers
    lines: Numbers
    headers: list[str]
    lengths: Numbers
    numbers: Numbers
    digests: npt.NDArray[np.uint8]
    sequences: pa.LargeStringArray
    pieces: int = 0

    def __len__(self) -> int:
        return len(self.headers)

    @property
    def bounds(self) -> Numbers:
        """Where the sequences begin and end in `letters`; one more than there are records."""
        return bounds_of(self.sequences)

    @property
    def letters(self) -> memoryview:
        """The memory that the sequences lie in."""
        return letters_of(self.sequences)

    @classmethod
    def of_run(cls, scan: Scan, chosen: range, *, ordinal: int, lines_before: int, max_header_bytes: int) -> Self:
        """Some rows of a scan, none of which is the first or the last.

        Args:
            scan: A scan.
            chosen: Its rows.
            ordinal: The number of the first of them in the file.
            lines_before: Lines of the file before the scan.
            max_header_bytes: Longest header.

        Raises:
            BadSourceError: A header is too long or no UTF-8.
        """
        first, end = chosen.start, chosen.stop
        rows = scan.rows[first:end].copy()
        rows[:, kernels.BAD_LINE] += lines_before
        bounds = np.ascontiguousarray(scan.rows[first : end + 1, kernels.LETTERS])
        lines = rows[:, kernels.LINE] + lines_before + 1
        headers = _headers(scan, chosen, ordinal, lines.tolist(), max_header_bytes)
        digests = np.frombuffer(scan.digests, np.uint8).reshape(-1, DIGEST_BYTES)[first - 1 : end - 1]
        texts = _texts(bounds, scan.letters)
        return cls(np.arange(ordinal, ordinal + end - first), lines, headers, np.diff(bounds), rows, digests, texts)

    @classmethod
    def of_one(cls, record: OpenRecord, max_header_bytes: int) -> Self:
        """A record that has ended."""
        header = header_text(bytes(record.header), record.ordinal, record.line, max_header_bytes)
        return cls(
            np.array([record.ordinal]),
            np.array([record.line]),
            [header],
            np.array([record.length]),
            record.numbers.reshape(1, -1),
            np.frombuffer(record.hash.digest()[:DIGEST_BYTES], np.uint8).reshape(1, -1),
            _texts(np.array([0, len(record.letters)]), np.frombuffer(bytes(record.letters), np.uint8)),
            record.pieces,
        )

    def taken(self, keep: npt.NDArray[np.bool_]) -> Self:
        """Only the records that are marked."""
        if keep.all():
            return self
        return type(self)(
            self.ordinals[keep],
            self.lines[keep],
            [header for header, is_kept in zip(self.headers, keep.tolist(), strict=True) if is_kept],
            self.lengths[keep],
            self.numbers[keep],
            self.digests[keep],
            self.sequences.filter(pa.array(keep)),
            self.pieces,
        )


def bounds_of(texts: pa.LargeStringArray) -> Numbers:
    """Where texts begin and end in their memory; one more than there are texts."""
    raw = memoryview(texts.buffers()[1] or b"")
    return np.frombuffer(raw, np.int64)[texts.offset :][: len(texts) + 1]


def letters_of(texts: pa.LargeStringArray) -> memoryview:
    """The memory that texts lie in."""
    return memoryview(texts.buffers()[2] or b"")


def _texts(bounds: Numbers, letters: Bytes) -> pa.LargeStringArray:
    """Texts that share the memory of the letters, cut at the bounds."""
    buffers = (pa.py_buffer(bounds.data), pa.py_buffer(letters.data))
    return cast("pa.LargeStringArray", pa.LargeStringArray.from_buffers(len(bounds) - 1, *buffers))


def _headers(scan: Scan, chosen: range, ordinal: int, lines: list[int], most_bytes: int) -> list[str]:
    """The headers of some rows; plain ones, as nearly all are, at once."""
    cuts = scan.rows[chosen.start : chosen.stop + 1, kernels.HEADER]
    pairs = pairwise(cuts.tolist())
    if scan.headers.isascii() and 0 not in scan.headers and int(np.diff(cuts).max()) <= most_bytes:
        text = scan.headers.decode("ascii")
        return [text[a:b].rstrip() for a, b in pairs]
    return [
        header_text(scan.headers[a:b], ordinal + i, line, most_bytes)
        for i, ((a, b), line) in enumerate(zip(pairs, lines, strict=True))
    ]


def header_text(raw: bytes, ordinal: int, line: int, most_bytes: int) -> str:
    """A header as text, blanks at its end taken off.

    Raises:
        BadSourceError: It is too long, no UTF-8, or holds a NUL.
    """
    if len(raw) > most_bytes:
        raise BadSourceError(f"record {ordinal}: its header has more than {most_bytes} bytes; shorten it", line=line)
    if 0 in raw:
        raise BadSourceError(f"record {ordinal}: its header holds a NUL byte; is this a text file?", line=line)
    try:
        return raw.decode().rstrip()
    except UnicodeDecodeError as error:
        reason = f"record {ordinal}: its header is not UTF-8 at column {error.start + 2}; save the file as UTF-8"
        raise BadSourceError(reason, line=line) from error
