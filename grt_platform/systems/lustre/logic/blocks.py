"""A packed dump as blocks of whole lines: inflated in one thread ahead of the reader, into a few buffers used again."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, cast
from zlib import error as zlib_error

import numpy as np
from isal import igzip, isal_zlib
from isal.isal_zlib import _GzipReader  # what IGzipFile reads with, but straight into our buffers
from numpy.typing import NDArray

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.entry import MAX_LINE_BYTES, RAW_BYTES

Bytes = NDArray[np.uint8]
BLOCK_BYTES = 2 * 1024**2
PADDING = 128
_AHEAD = 2
_PACKED_BYTES = 128 * 1024
_NEWLINE = b"\n"
DAMAGES = cast("tuple[type[Exception], ...]", (EOFError, igzip.BadGzipFile, isal_zlib.error, zlib_error))


class Block(NamedTuple):
    """Whole lines, valid until the next block is asked for.

    Attributes:
        data: A buffer; `data[:stop]` are lines, each with its newline; newlines follow for at least `PADDING` bytes.
        stop: Where the last line ends.
        is_open: Whether the last line has no newline in the dump (it has one here).
        too_long: The first bytes of a line too long for any block that follows these lines; None for none.
    """

    data: Bytes
    stop: int
    is_open: bool
    too_long: bytes | None


@contextmanager
def blocks(
    packed: BinaryIO, source: str, *, size: int = BLOCK_BYTES, max_line_bytes: int = MAX_LINE_BYTES
) -> Iterator[Iterator[Block]]:
    """The blocks of a dump, for the time of a `with`; memory is `size` times three, whatever the dump's.

    Raises:
        BadSourceError: While iterating: the stream is empty, no gzip, damaged, cut short, or other bytes follow it.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="inflate") as pool:
        try:
            yield _ahead(_Filler(packed, source, size, max_line_bytes), pool, size)
        finally:
            pool.shutdown(cancel_futures=True)


def _ahead(filler: "_Filler", pool: ThreadPoolExecutor, size: int) -> Iterator[Block]:
    free = [bytearray(size + PADDING + 1) for _ in range(_AHEAD + 1)]
    coming: deque[tuple[bytearray, Future[Block | None]]] = deque()
    while True:
        while free:
            buffer = free.pop()
            coming.append((buffer, pool.submit(filler.fill, buffer)))
        buffer, future = coming.popleft()
        block = future.result()
        if block is None:
            return
        yield block
        free.append(buffer)


class _Filler:
    """Fills buffers in the order of its calls; keeps the beginning of a line that the last buffer had no room for."""

    def __init__(self, packed: BinaryIO, source: str, size: int, max_line_bytes: int) -> None:
        self._plain = _GzipReader(packed, _PACKED_BYTES)
        self._source, self._size, self._max = source, size, min(max_line_bytes, size - 1)
        self._tail = b""
        self._begun = self._ended = False

    def fill(self, buffer: bytearray) -> Block | None:
        """The next block, in this buffer; None after the last."""
        if self._ended and not self._tail:
            return None
        filled = self._read(buffer)
        if not filled:
            if self._begun:
                return None
            raise BadSourceError("the dump is empty", self._source)
        self._begun = True
        stop = filled if self._ended else buffer.rfind(_NEWLINE, 0, filled) + 1
        self._tail = bytes(memoryview(buffer)[stop:filled])
        is_open = self._ended and buffer[filled - 1] != _NEWLINE[0]
        stop += is_open
        buffer[stop - is_open : stop + PADDING] = _NEWLINE * (PADDING + is_open)
        too_long = self._skip() if len(self._tail) > self._max else None
        return Block(np.frombuffer(buffer, np.uint8), stop, is_open, too_long)

    def _read(self, buffer: bytearray) -> int:
        """Fills the buffer as far as there are bytes: first those left over, then new ones."""
        filled = len(self._tail)
        buffer[:filled] = self._tail
        self._tail = b""
        with memoryview(buffer) as view:
            while filled < self._size and not self._ended:
                got = self._inflate(view[filled : self._size])
                filled += got
                self._ended = not got
        return filled

    def _inflate(self, view: memoryview) -> int:
        try:
            return self._plain.readinto(view)
        except DAMAGES as error:
            raise BadSourceError(
                f"the gzip stream is damaged, cut short or followed by other bytes ({error})"
            ) from error

    def _skip(self) -> bytes:
        """Forgets the line that the tail begins; returns its first bytes."""
        begin, scratch = self._tail, bytearray(self._size)
        self._tail = b""
        while not self._ended:
            got = self._inflate(memoryview(scratch))
            self._ended = not got
            end = scratch.find(_NEWLINE, 0, got)
            begin += scratch[: got if end < 0 else end][: max(0, RAW_BYTES - len(begin))]
            if end >= 0:
                self._tail = bytes(memoryview(scratch)[end + 1 : got])
                break
        return begin[:RAW_BYTES]
