"""The record under way: one that began in a chunk and may go on in many more, in bounded memory."""

from dataclasses import dataclass, field
from hashlib import sha512
from typing import Any

import numpy as np

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.genes.logic import kernels
from grt_platform.systems.genes.logic.kernels import Numbers
from grt_platform.systems.genes.logic.options import Limits
from grt_platform.systems.genes.logic.scan import PIECE_LETTERS, Scan

_SUMMED = [kernels.STRONG, kernels.WEAK, kernels.BLANKS, kernels.INVALID]
_FIRST = [kernels.BAD_LINE, kernels.BAD_COLUMN, kernels.BAD_BYTE]


@dataclass(slots=True)
class OpenRecord:
    """A record that has begun.

    Attributes:
        ordinal: Its number in the file, from 1.
        line: The line its header stands in, from 1.
        header: What came of the header so far.
        letters: Letters that are not given on yet, less than a piece of them between two chunks.
        numbers: The sums over its parts, in the columns of `kernels`.
        length: All letters so far.
        pieces: How many pieces were given on.
    """

    ordinal: int
    line: int
    header: bytearray = field(default_factory=bytearray)
    letters: bytearray = field(default_factory=bytearray)
    numbers: Numbers = field(default_factory=lambda: np.zeros(kernels.COLUMNS, np.int64))
    length: int = 0
    pieces: int = 0
    hash: Any = field(default_factory=sha512)

    def extend(self, scan: Scan, row: int, lines_before: int, limits: Limits) -> None:
        """Take what a scan holds of this record.

        Raises:
            BadSourceError: The header is longer than any may be.
        """
        self.header += scan.header_of(row)
        if len(self.header) > limits.max_header_bytes:
            what = f"its header has more than {limits.max_header_bytes} bytes"
            raise BadSourceError(f"record {self.ordinal}: {what}; shorten it", line=self.line)
        part, found = scan.letters_of(row), scan.rows[row]
        self.hash.update(scan.uppers[part].data)
        self.letters += scan.letters[part].data
        self.length += part.stop - part.start
        if found[kernels.INVALID] and not self.numbers[kernels.INVALID]:
            self.numbers[_FIRST] = found[_FIRST]
            self.numbers[kernels.BAD_LINE] += lines_before
        self.numbers[_SUMMED] += found[_SUMMED]
        self.numbers[kernels.KINDS] |= found[kernels.KINDS]
        self.numbers[kernels.FAULT] |= found[kernels.FAULT]
        self.numbers[kernels.FIELDS] = max(self.numbers[kernels.FIELDS], found[kernels.FIELDS])

    def full_piece(self) -> bytes | None:
        """The next piece, where more than one is waiting; the last one stays until the record ends."""
        if len(self.letters) <= PIECE_LETTERS:
            return None
        piece = bytes(memoryview(self.letters)[:PIECE_LETTERS])
        del self.letters[:PIECE_LETTERS]
        self.pieces += 1
        return piece
