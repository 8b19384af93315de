"""One upload: bytes in, rows of every table, the JSON result and counts out, in one pass and bounded memory."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import BinaryIO

import numpy as np

from grt_platform.kernel.ahead import ahead
from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.genes.logic import kernels
from grt_platform.systems.genes.logic.alphabets import tables
from grt_platform.systems.genes.logic.assembler import Assembler
from grt_platform.systems.genes.logic.csv_header import Layout, read_layout
from grt_platform.systems.genes.logic.cutting import Part
from grt_platform.systems.genes.logic.delivery import Delivery, Emit, Upload
from grt_platform.systems.genes.logic.file_names import FileKind, file_kind
from grt_platform.systems.genes.logic.index import Scratch, in_memory
from grt_platform.systems.genes.logic.options import Limits, Options
from grt_platform.systems.genes.logic.reading import part_text, read_text
from grt_platform.systems.genes.logic.result_json import Result
from grt_platform.systems.genes.logic.scan import Chunk, Entry, Scan, entry_after, scan_chunk, scan_csv_chunks
from grt_platform.systems.genes.logic.tally import Tally


@dataclass(frozen=True, slots=True)
class Source:
    """An upload: its file name, the version of its object, and how to read it from the begin, more than once.

    Attributes:
        scratch: Where names and digests go that are too many for memory.
        part: What of it is loaded, where it is not all; `open` then gives a stream that stands where that begins.
    """

    name: str
    version: str
    open: Callable[[], BinaryIO]
    scratch: Scratch = in_memory
    part: Part | None = None


def load(source: Source, options: Options, limits: Limits, begin: Callable[[], tuple[Emit, Result]]) -> Tally:
    """Parse an upload, or a part of one.

    Rows come in the order of the file; neither the size of chunks nor the number of workers changes any of them. Those
    of a part are those of the whole, but that they know nothing of names and sequences in the parts before.

    Args:
        source: The upload.
        options: How its owner wants it read.
        limits: Bounds of the platform.
        begin: Called before the first row, and once more where all must be done again: what was taken is to be
            forgotten then. Returns what takes the rows and what takes the genes of the result.

    Raises:
        BadSourceError: The file cannot be taken, with the record, line and column; what was taken is to be forgotten.
        BadInputError: The name is none of a gene file.
    """
    kind, known_bad = file_kind(source.name), frozenset[int]()
    with ThreadPoolExecutor(limits.workers, thread_name_prefix="genes") as pool:
        while True:
            emit, result = begin()
            upload = Upload(source.name, source.version)
            delivery = Delivery(upload, options, limits, emit, result, known_bad, scratch=source.scratch)
            try:
                done = _pass(source, kind, delivery, pool)
            except BadSourceError as error:
                raise BadSourceError(error.reason, source.name, error.line) from error
            if not done.late:
                return done.tally
            known_bad |= done.late


def _pass(source: Source, kind: FileKind, delivery: Delivery, pool: Executor) -> Delivery:
    """The file is read once from begin to end."""
    options, limits = delivery.options, delivery.limits
    with source.open() as stream:
        first, chunks = _text(source, stream, kind, limits, pool)
        layout = read_layout(first) if kind.form == "csv" else None
        delivery.upload = Upload(source.name, source.version, layout.fields if layout else None)
        before = source.part or Part(0, 0, 0, 0, layout.header_lines if layout else 0)
        assembler = Assembler(delivery, limits, before.lines, before.records)
        scans = _csv_scans(chunks, layout, options) if layout else _fasta_scans(chunks, options, limits, pool)
        for scan in scans:
            assembler.take(scan)
        assembler.finish()
    delivery.result.close()
    delivery.tally.comments_skipped = assembler.comments
    return delivery


def _text(
    source: Source, stream: BinaryIO, kind: FileKind, limits: Limits, pool: Executor
) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes of the text, where its begin is read, and all of it in chunks."""
    if source.part is None:
        return read_text(stream, kind, limits, pool)
    return b"", part_text(stream, source.part, kind, limits, pool)


def _fasta_scans(chunks: Iterator[bytes], options: Options, limits: Limits, pool: Executor) -> Iterator[Scan]:
    scan = partial(scan_chunk, tables=tables(options))
    yield from chain.from_iterable(ahead(pool, scan, _placed(chunks), limits.workers))


def _placed(chunks: Iterator[bytes]) -> Iterator[Chunk]:
    entry = Entry()
    for data in chunks:
        yield Chunk(data, entry)
        entry = entry_after(data, entry)


def _csv_scans(chunks: Iterator[bytes], layout: Layout, options: Options) -> Iterator[Scan]:
    state = np.zeros(kernels.STATES, np.int64)
    state[kernels.MODE] = kernels.ROW_START
    lookup, skip = tables(options), layout.header_bytes
    last = b"\n"
    for data in chain(chunks, [b""]):
        given = data or (b"" if last in b"\r\n" else b"\n")
        part, skip = given[skip:], max(0, skip - len(given))
        last = data[-1:] or last
        yield from scan_csv_chunks(part, lookup, state, (layout.name_at, layout.sequence_at))
    if state[kernels.MODE] in (kernels.QUOTED, kernels.AFTER_QUOTE):
        raise BadSourceError("a quoted field is never closed; the file is cut off, or a quote is not doubled")
