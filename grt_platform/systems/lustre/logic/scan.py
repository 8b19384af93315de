"""One pass over a dump: its entries as Parquet, and what they add up to by user, group, project and directory."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO, Generic, Protocol, TypeVar

import polars as pl
import pyarrow as pa

from grt_platform.systems.lustre.logic.bad_lines import Bad
from grt_platform.systems.lustre.logic.blocks import BLOCK_BYTES
from grt_platform.systems.lustre.logic.chunks import GROUP_ROWS, Chunks, blocks_in
from grt_platform.systems.lustre.logic.counts import Counts
from grt_platform.systems.lustre.logic.entries import WAITING, EntriesWriter
from grt_platform.systems.lustre.logic.entry import MAX_PARTS
from grt_platform.systems.lustre.logic.frames import groups_frame
from grt_platform.systems.lustre.logic.gather import Gathered
from grt_platform.systems.lustre.logic.kernels.directories import new_directories
from grt_platform.systems.lustre.logic.kernels.lines import (
    EVERYTHING,
    FOR_SUMS,
    ROWS,
    new_columns,
    suffixes_of,
)
from grt_platform.systems.lustre.logic.reader import ColumnReader
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.logic.spill import Scratch

_BAD_LINES = 1024
_SUMMED_ROWS = 20_000
"""Rows at a time where they become no row group: fewer of them lie nearer to the processor."""


class Sums(Protocol):
    """What becomes `project_totals` and `tree`, each asked for once."""

    def projects(self) -> pl.DataFrame:
        """`project_totals` of all rows."""

    def tree(self) -> Iterator[pl.DataFrame]:
        """`tree` in frames, by depth and path."""


Found_co = TypeVar("Found_co", bound=Sums, covariant=True)


@dataclass(frozen=True)
class Scanned(Generic[Found_co]):
    """What a dump adds up to, in the columns of the tables without those of the partition, sorted by their keys."""

    counts: Counts
    users: pl.DataFrame
    sums: Found_co

    @cached_property
    def groups(self) -> pl.DataFrame:
        """`group_totals` of all rows."""
        return groups_frame(self.users)

    def projects(self) -> pl.DataFrame:
        """`project_totals` of all rows; may be asked for once."""
        return self.sums.projects()

    def tree(self) -> Iterator[pl.DataFrame]:
        """`tree` in frames, by depth and path; may be asked for once."""
        return self.sums.tree()


def scan(
    packed: BinaryIO,
    source: str,
    rules: ScanRules,
    *,
    entries: BinaryIO | None,
    entries_schema: pa.Schema | None,
    bad: Bad,
    scratch: Scratch,
    tidy: Callable[[], None] | None = None,
    chunks: Chunks | None = None,
    block_bytes: int = BLOCK_BYTES,
    group_rows: int = GROUP_ROWS,
) -> Scanned[Gathered]:
    """Reads the whole dump once, or some chunks of it.

    Args:
        packed: The gzip stream.
        source: Its name, for errors.
        rules: What to do.
        entries: Gets the Parquet file of `entries`; None for none.
        entries_schema: Columns and metadata of that file.
        bad: Gets bad lines in small lists, in order.
        scratch: Makes files for sums that memory has no room for.
        tidy: Called when sums were set aside and much memory has become free; None for nothing.
        chunks: What to read, None for all; only of a whole dump too many bad lines are an error.
        block_bytes: Bytes inflated at a time.
        group_rows: Rows of a row group.

    Raises:
        BadSourceError: The stream is damaged, cut short, empty, or holds too many bad lines.
    """
    with ExitStack() as stack:
        writer, chunks = None, chunks or Chunks(blocks_in(rules.chunk_bytes, block_bytes))
        if entries is not None and entries_schema is not None:
            classes = [each.name for each in rules.classes]
            writer = stack.enter_context(EntriesWriter(entries, entries_schema, classes))
        gathered = Gathered(rules, scratch, tidy)
        one_pass = _Pass(rules, source, writer, gathered, bad=bad, rows=group_rows, chunks=chunks)
        failed = stack.enter_context(ExitStack())
        failed.callback(gathered.close)
        counts = one_pass.reader.read(packed, source, block_bytes)
        if chunks.is_whole:
            counts.check(source, rules.max_bad_share)
        failed.pop_all()
    return one_pass.finish()


class _Pass:
    """Takes full columns from the reader, hands them to the writer, and gives the reader others meanwhile.

    Rows are added up as they come, a block of lines at a time, while they are in the processor's cache; a thread of its
    own for that gained nothing, since inflating and writing take the other processor.
    """

    def __init__(
        self,
        rules: ScanRules,
        source: str,
        writer: EntriesWriter | None,
        gathered: Gathered,
        *,
        bad: Bad,
        rows: int,
        chunks: Chunks,
    ) -> None:
        self._gathered, self._source, self._writer = gathered, source, writer
        suffixes = suffixes_of([each.suffixes for each in rules.classes])
        columns = new_columns(rows if writer is not None else min(rows, _SUMMED_ROWS), _BAD_LINES)
        others = (new_columns(rows, 0) for _ in range(WAITING)) if writer is not None else ()
        self._others = deque(each._replace(now=columns.now, bad=columns.bad) for each in others)
        self.reader = ColumnReader(
            columns,
            new_directories(),
            suffixes,
            max_line_bytes=rules.max_line_bytes,
            deepest=rules.deepest if writer is None else MAX_PARTS,
            kept=FOR_SUMS if writer is None else EVERYTHING,
            add=self._add,
            take=self._take,
            bad=bad,
            chunks=chunks,
        )

    def _add(self, first: int, behind: int) -> None:
        reader = self.reader
        reader.counts.directories += self._gathered.add(reader.columns, first, behind, reader.known, self._source)

    def _take(self) -> None:
        columns, known = self.reader.columns, self.reader.known
        rows = int(columns.now[ROWS])
        if self._writer is not None:
            self._writer.write(columns, rows, known)
            self._others.append(columns)
            self.reader.columns = self._others.popleft()
        self.reader.known = self._gathered.settle(known)

    def finish(self) -> Scanned[Gathered]:
        """What all rows add up to."""
        gathered, counts = self._gathered, self.reader.counts
        gathered.finish(self.reader.known)
        self.reader.columns = new_columns(0, 0)  # room for the rows of the tree
        self._others.clear()
        self.reader.known, self._writer = new_directories(), None
        counts.used_bytes, counts.files = gathered.totals()
        return Scanned(counts, gathered.users(), gathered)
