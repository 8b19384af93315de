"""A dump read to columns: compiled for the lines, plain Python for those that break a rule, which say why."""

from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.bad_lines import Bad, BadLines
from grt_platform.systems.lustre.logic.blocks import BLOCK_BYTES, Block, blocks
from grt_platform.systems.lustre.logic.chunks import Chunks
from grt_platform.systems.lustre.logic.counts import Counts
from grt_platform.systems.lustre.logic.entry import Entry, Form, form_of, read_line
from grt_platform.systems.lustre.logic.kernels.directories import Directories, grown
from grt_platform.systems.lustre.logic.kernels.lines import (
    BAD,
    BAD_FULL,
    DIRECTORIES_FULL,
    DONE,
    LINES,
    NAMES_USED,
    POSITION,
    ROWS,
    ROWS_FULL,
    Columns,
    Suffixes,
    read_columns,
)
from grt_platform.systems.lustre.logic.kernels.path import BEGIN, LAST, new_path_state

_NEWLINE = ord("\n")


def form_in(block: Block) -> Form:
    """The form of the first line that is an entry; of the first line where none is."""
    lines = bytes(block.data[: block.stop]).split(b"\n")
    good = (form_of(line) for line in lines if isinstance(read_line(line, form_of(line)), Entry))
    return next(good, form_of(lines[0]))


class ColumnReader:
    """Reads a dump's lines into columns; whoever takes them may swap `columns` and `known` for others.

    Attributes:
        counts: What was read so far.
        columns: Filled rows when `take` is called; `add` is called with the first and behind the last of those rows
            that are new in them, while they are still in the processor's cache.
        known: The directories of the rows.

    Args:
        kept: What of the lines goes into the columns, in bits (`EVERYTHING`, or `FOR_SUMS`).
    """

    def __init__(
        self,
        columns: Columns,
        known: Directories,
        suffixes: Suffixes,
        *,
        max_line_bytes: int,
        deepest: int,
        kept: int,
        add: Callable[[int, int], None],
        take: Callable[[], None],
        bad: Bad,
        chunks: Chunks,
    ) -> None:
        self.counts, self.columns, self.known = Counts(), columns, known
        self._suffixes, self._max, self._deepest, self._take = suffixes, max_line_bytes, deepest, take
        self._add, self._chunks, self._skipped = add, chunks, 0
        self._kept = kept
        self._form = Form.BASE64
        self._bad = BadLines(self.counts, bad, max_line_bytes)
        self._path = new_path_state(max_line_bytes)

    def read(self, packed: BinaryIO, source: str, block_bytes: int = BLOCK_BYTES) -> Counts:
        """Reads the chunks of the dump, calling `take` whenever the columns are full, and at the end of each chunk.

        Raises:
            BadSourceError: The stream is damaged, cut short, empty or followed by other bytes.
        """
        try:
            with blocks(packed, source, size=block_bytes, max_line_bytes=self._max) as stream:
                for number, block in enumerate(stream):
                    if number == 0:
                        self._form = form_in(block)
                        self.counts.form = self._form.label
                    if self._chunks.is_over(number):
                        break
                    self._take_block(block, is_skipped=self._chunks.is_before(number))
                    if self._chunks.is_last_of_one(number):
                        self._flush()
        except BadSourceError as error:
            raise BadSourceError(error.reason, source, self.counts.lines + 1) from error
        self._flush()
        self.counts.lines -= self._skipped
        return self.counts

    def _take_block(self, block: Block, *, is_skipped: bool) -> None:
        if is_skipped:
            self._skipped += int(np.count_nonzero(block.data[: block.stop] == _NEWLINE)) + (block.too_long is not None)
            self.counts.lines = self._skipped
        else:
            self._read_block(block)

    def _read_block(self, block: Block) -> None:
        self.columns.now[POSITION], self.columns.now[LINES], self.columns.now[BAD] = 0, self.counts.lines, 0
        while (full := self._run(block)) != DONE:
            if full == ROWS_FULL:
                self._flush()
            elif full == DIRECTORIES_FULL:
                self.known = grown(self.known)
            elif full == BAD_FULL:
                self._drain(block)
        self._drain(block)
        self.counts.lines = int(self.columns.now[LINES])
        if block.too_long is not None:
            self._bad.add_too_long(self.counts.lines, block.too_long)
            self.counts.lines += 1

    def _run(self, block: Block) -> int:
        known, path, form, before = self.known, self._path, self._form.value, int(self.columns.now[ROWS])
        limits = (block.stop, form, self._max, self._deepest, self._kept)
        full = read_columns(block.data, *limits, path, known, self._suffixes, self.columns)
        self._add(before, int(self.columns.now[ROWS]))
        return full

    def _drain(self, block: Block) -> None:
        self._bad.add(block, self._form, self.columns.bad[: int(self.columns.now[BAD])])
        self.columns.now[BAD] = 0

    def _flush(self) -> None:
        rows = int(self.columns.now[ROWS])
        if rows:
            self.counts.entries += rows
            self._take()
        self.columns.now[ROWS] = self.columns.now[NAMES_USED] = 0
        self._path.now[BEGIN], self._path.now[LAST] = -1, 0
