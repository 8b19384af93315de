"""Bad lines: their reasons, counted and handed on with their bytes."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.blocks import Block
from grt_platform.systems.lustre.logic.counts import Counts
from grt_platform.systems.lustre.logic.entry import RAW_BYTES, Entry, Form, read_line, too_long


class BadLine(NamedTuple):
    """A line that is no entry: its 1-based number, why, and its bytes, cut at 64 KiB."""

    line_number: int
    reason: str
    raw: bytes


Bad = Callable[[list[BadLine]], None]


class BadLines:
    """Bad lines with their reasons, counted and handed on in small batches."""

    def __init__(self, counts: Counts, hand_on: Bad, max_line_bytes: int) -> None:
        self._counts, self._hand_on, self._max = counts, hand_on, max_line_bytes

    def add(self, block: Block, form: Form, places: NDArray[np.int64]) -> None:
        """Takes lines of a block: begin, end and number (from 0) of each."""
        found = []
        for begin, end, number in places.tolist():
            line = bytes(block.data[begin:end])
            reason = read_line(line, form, self._max)
            if isinstance(reason, Entry):
                raise TypeError(f"line {number + 1} is an entry, but the compiled reader says it is none: {line!r}")
            found.append(BadLine(number + 1, reason, line[:RAW_BYTES]))
        self._take(found)

    def add_too_long(self, number: int, begin: bytes) -> None:
        """Takes a line that no block has room for."""
        self._take([BadLine(number + 1, too_long(self._max), begin)])

    def _take(self, found: list[BadLine]) -> None:
        if found:
            self._counts.quarantined += len(found)
            self._counts.reasons.update(line.reason for line in found)
            self._hand_on(found)
