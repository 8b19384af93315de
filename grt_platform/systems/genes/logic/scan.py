"""One chunk of a file, scanned: letters, headers and a row of numbers for each record, all still in chunk order."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha512
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from grt_platform.systems.genes.logic import kernels
from grt_platform.systems.genes.logic.alphabets import Tables, ending_at
from grt_platform.systems.genes.logic.csv_kernel import scan_csv
from grt_platform.systems.genes.logic.kernels import Bytes, Numbers

PIECE_LETTERS = 1 << 20
"""Letters of a piece: longer sequences are cut, so that no value anywhere is larger than this."""

_ROWS = 1 << 13
_Out = tuple[Bytes, Bytes]
_Kernel = Callable[[Bytes, int, _Out, Numbers, Numbers], int]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where in a line a chunk begins: the kernel's mode, whether a CR came before, bytes of the line before it."""

    mode: int = kernels.LINE_START
    is_after_cr: bool = False
    column: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some bytes of the plain file and where in a line they begin."""

    data: bytes
    entry: Entry


@dataclass(frozen=True, slots=True)
class Scan:
    """What a kernel found in (a part of) a chunk.

    Attributes:
        letters: Letters of all records, one after another; `uppers` are the same in upper case.
        headers: Bytes of all headers, one after another.
        rows: For what belongs to the record begun before (row 0) and each record begun here, the columns of `kernels`;
            lines are counted from 0 at the begin of the scan.
        digests: 24 bytes for each record that is whole here: all but the first row and the last.
        lines: Line ends that were passed; `comments`: comment lines that began.
        state: The kernel's state at the end.
    """

    letters: Bytes
    uppers: Bytes
    headers: bytes
    rows: Numbers
    digests: bytes
    lines: int
    comments: int
    state: Numbers

    def letters_of(self, row: int) -> slice:
        """Where the letters of a row stand."""
        return slice(int(self.rows[row, kernels.LETTERS]), self._end(row, kernels.LETTERS, len(self.letters)))

    def header_of(self, row: int) -> bytes:
        """The header bytes of a row."""
        return self.headers[int(self.rows[row, kernels.HEADER]) : self._end(row, kernels.HEADER, len(self.headers))]

    def _end(self, row: int, column: int, end: int) -> int:
        return int(self.rows[row + 1, column]) if row + 1 < len(self.rows) else end


def entry_after(data: bytes, entry: Entry) -> Entry:
    """Where in a line the chunk after `data` begins; found from its last line end, without reading it all."""
    last = max(data.rfind(b"\n"), data.rfind(b"\r"))
    if last == len(data) - 1:
        return Entry(kernels.LINE_START, data.endswith(b"\r"), 0) if data else entry
    column = len(data) - last - 1 if last >= 0 else entry.column + len(data)
    if last < 0 and entry.mode != kernels.LINE_START:
        return Entry(entry.mode, is_after_cr=False, column=column)
    first = data[last + 1]
    modes = {ord(">"): kernels.IN_HEADER, ord(";"): kernels.IN_COMMENT}
    return Entry(modes.get(first, kernels.IN_LETTERS), is_after_cr=False, column=column)


def scan_chunk(chunk: Chunk, tables: Tables) -> list[Scan]:
    """Scan a chunk of FASTA, which may begin and end anywhere."""
    state = np.zeros(kernels.STATES, np.int64)
    state[kernels.MODE], state[kernels.AFTER_CR] = chunk.entry.mode, chunk.entry.is_after_cr
    state[kernels.COLUMN] = chunk.entry.column
    lookup = _lookup(tables)

    def kernel(data: Bytes, start: int, out: _Out, rows: Numbers, now: Numbers) -> int:
        return int(kernels.scan_fasta(data, start, lookup, out, rows, now))

    return list(_scans(chunk.data, state, kernel))


def scan_csv_chunks(data: bytes, tables: Tables, state: Numbers, places: tuple[int, int]) -> Iterator[Scan]:
    """Scan CSV that goes on from `state`, which is changed; `places` are the fields of name and sequence."""
    lookup = (_lookup(ending_at(tables, ",")), _lookup(ending_at(tables, '"')))

    def kernel(data: Bytes, start: int, out: _Out, rows: Numbers, now: Numbers) -> int:
        return int(scan_csv(data, start, lookup, out, rows, now, places))

    yield from _scans(data, state, kernel)


def digest_texts(digests: npt.NDArray[np.uint8]) -> list[str]:
    """GA4GH digests of sequences: `SQ.` and SHA-512 cut to 24 bytes in base64url (refget 2.0, sha512t24u).

    Args:
        digests: Shape n x 24; 24 bytes are 32 letters without padding, so all are encoded at once.
    """
    text = urlsafe_b64encode(digests.tobytes()).decode()
    return [f"SQ.{text[at : at + 32]}" for at in range(0, len(text), 32)]


def _lookup(tables: Tables) -> tuple[Bytes, Bytes]:
    return tables.kinds, tables.stored


def _scans(data: bytes, state: Numbers, kernel: _Kernel) -> Iterator[Scan]:
    given = np.frombuffer(data, np.uint8)
    at = 0
    while at < len(data):
        size = len(data) - at
        out = (np.empty(size + 1, np.uint8), np.empty(size, np.uint8))
        rows = np.empty((min(_ROWS, size + 2), kernels.COLUMNS), np.int64)
        rows[0], rows[0, kernels.FIRST_LINE] = 0, -1
        for column in (kernels.LINES, kernels.LETTERS_N, kernels.HEADERS_N, kernels.ROWS_N, kernels.COMMENTS):
            state[column] = 0
        at = kernel(given, at, out, rows, state)
        yield _scan(out, rows[: state[kernels.ROWS_N] + 1], state)


def _scan(out: _Out, rows: Numbers, state: Numbers) -> Scan:
    letters = out[0][: state[kernels.LETTERS_N]]
    uppers = np.empty_like(letters)
    kernels.finish(letters, uppers, rows)
    bounds, view = rows[1:, kernels.LETTERS].tolist(), uppers.data
    digests = b"".join([sha512(view[a:b]).digest()[:24] for a, b in pairwise(bounds)])
    headers = out[1][: state[kernels.HEADERS_N]].tobytes()
    lines, comments = int(state[kernels.LINES]), int(state[kernels.COMMENTS])
    return Scan(letters, uppers, headers, rows, digests, lines, comments, state.copy())
